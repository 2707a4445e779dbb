// Helps with a survey form; the form does its work without it. It warns before
// an unsent answer is lost, counts characters as the collector does, and sends
// once. It stores nothing and sends nothing of its own.
const form = document.getElementById("form");
let changed = document.querySelector(".error-summary") !== null;
let sent = false;

// A page with errors came as the reply to what was sent. Reload would send that
// again, and Back and Reload would show it to whoever comes next: give the page
// the form's own address.
if (changed) history.replaceState(null, "", location.pathname.replace("/answers/", "/surveys/") + "/");

form.addEventListener("input", () => { changed = true; });

addEventListener("beforeunload", (event) => {
  if (changed && !sent) event.preventDefault();
});

form.addEventListener("submit", (event) => {
  if (sent) { event.preventDefault(); return; }
  sent = true;
  // Where the network gave no answer at all, one can try again after a while.
  setTimeout(() => { sent = false; }, 15_000);
});

// Back on a shared PC must show nothing, also where a browser keeps the page
// in memory in spite of no-store.
addEventListener("pageshow", (event) => {
  if (event.persisted) { form.reset(); location.reload(); }
});

for (const area of form.querySelectorAll("textarea[data-max]")) {
  const max = Number(area.dataset.max);
  const count = document.createElement("p");
  count.className = "count";
  area.after(count);
  const show = () => {
    // What is counted is what would be stored: LF for CRLF, NFC, code points.
    const length = [...area.value.replace(/\r\n?/g, "\n").normalize("NFC")].length;
    count.textContent = length > max ? `${length - max}文字多すぎます` : `あと${max - length}文字`;
    count.classList.toggle("over", length > max);
    // Read out only where it matters: near the end, not at every key.
    count.setAttribute("role", length > max * 0.9 ? "status" : "none");
  };
  area.addEventListener("input", show);
  show();
}
