// Helps with a survey form; the form does its work without it. It warns before
// an unsent answer is lost, counts what is answered, and characters as the
// collector does, holds the form back while a text is too long, and sends once. It stores nothing and
// sends nothing of its own.
//
// A question may be called like a property of the form (reset, elements), which
// then gives its control: the form is used through what has a capital letter.
const form = document.querySelector("form[method=post]");
const button = form.querySelector("button");
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

// A word for this very form, by which the collector knows an answer that arrives
// twice. A form that came back keeps its own.
const once = form.querySelector("[name=once]");
const draw = () => {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  if (once) once.value = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
};
if (!once?.value) draw();

const areas = [];
for (const area of form.querySelectorAll("textarea[data-max]")) {
  const max = Number(area.dataset.max);
  const count = document.createElement("p");
  count.className = "count";
  count.id = `${area.name}.count`;
  area.after(count);
  area.setAttribute("aria-describedby", `${area.getAttribute("aria-describedby")} ${count.id}`);
  // Says what is left, or what is too much, and returns that. A form held back
  // says what to do.
  const show = (held) => {
    // What is counted is what would be stored: LF for CRLF, NFC, code points.
    const length = [...area.value.replace(/\r\n?/g, "\n").normalize("NFC")].length;
    const over = Math.max(0, length - max);
    count.textContent =
      over && held ? `まだ送っていません。${max}文字までです。あと${over}文字減らしてください。` :
      over ? `${over}文字多すぎます` : `あと${max - length}文字`;
    count.classList.toggle("over", over > 0);
    count.classList.toggle("error-message", over > 0 && held);
    // Read out only where it matters: near the end, not at every key.
    count.setAttribute("role", length > max * 0.9 ? "status" : "none");
    return over;
  };
  area.addEventListener("input", () => show(false));
  show(false);
  areas.push({ area, show });
}

// How many questions are answered, in each part and in all. Not read out at every
// answer: who wants to know finds it at the part's heading and at the button.
const answered = (fields) => fields.filter((field) =>
  [...field.querySelectorAll("textarea, input[type=text]")].some((area) => area.value.trim()) ||
  [...field.querySelectorAll(":checked")].some((choice) => choice.value)).length;
const progress = () => {
  for (const line of form.querySelectorAll(".progress")) {
    const fields = [...(line.closest(".part") ?? form).querySelectorAll(".field:not(#q-ticket)")];
    const count = answered(fields);
    line.textContent = count ? `${fields.length}問中${count}問に答えました` : `${fields.length}問`;
  }
};
form.addEventListener("input", progress);
progress();

const words = button.textContent;
const wait = (waiting) => {
  sent = waiting;
  button.textContent = waiting ? "送っています…" : words;
  button.setAttribute("aria-disabled", waiting);
};

// What Enter presses, see the page's template.
form.querySelector("[formmethod=dialog]")?.addEventListener("click", (event) => { event.preventDefault(); });

form.addEventListener("submit", (event) => {
  if (sent) { event.preventDefault(); return; }
  const tooLong = areas.filter(({ show }) => show(true));
  if (tooLong.length > 0) {
    event.preventDefault();
    tooLong[0].area.focus();
    return;
  }
  wait(true);
  // Where the network gave no answer at all, one can try again after a while.
  setTimeout(wait, 30_000, false);
});

// Back on a shared PC must show nothing, also where a browser keeps the page
// in memory in spite of no-store.
addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  draw();
  HTMLFormElement.prototype.reset.call(form);
  changed = false;
  location.reload();
});
