// Shows what holds as of the reader's day, and hides the rest: data-from and
// data-until say from when until when. Without this script the page is as of
// the day it was built.
for (const part of document.querySelectorAll("[data-from], [data-until]")) {
  const now = Date.now();
  part.hidden = now < Date.parse(part.dataset.from) || now >= Date.parse(part.dataset.until);
}
