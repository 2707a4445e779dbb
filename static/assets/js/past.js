// Folds away the events that are over by the reader's clock: the page tells what
// was over when it was built.
const over = document.querySelector(".over");
for (const entry of document.querySelectorAll("[data-until]")) {
  if (Date.parse(entry.dataset.until) >= Date.now() || over.contains(entry)) continue;
  const list = entry.parentElement, part = entry.closest(".list-part");
  over.querySelector("ul").prepend(entry);
  over.querySelector("summary span").textContent = over.querySelectorAll("li[data-until]").length;
  over.hidden = false;
  if (list.childElementCount) continue;
  list.remove();
  if (part) {
    document.querySelector(`[href="#${CSS.escape(part.id)}"]`).parentElement.remove();
    part.remove();
  }
  document.querySelector(".none").hidden = Boolean(document.querySelector("[data-until]:not(.over *)"));
}
