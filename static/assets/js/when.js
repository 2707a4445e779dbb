// Shows what holds as of the reader's day, and hides the rest: data-from and
// data-until say from when until when. Without this script the page is as of
// the day it was built.
for (const part of document.querySelectorAll("[data-from], [data-until]")) {
  const now = Date.now();
  part.hidden = now < Date.parse(part.dataset.from) || now >= Date.parse(part.dataset.until);
}

// A survey that has closed does not open again, whatever end was written later:
// the collector has no form to give then, and what comes next holds.
for (const mark of document.querySelectorAll("[data-form]:not([hidden])")) {
  if (mark.dataset.form === location.pathname) continue;
  fetch(mark.dataset.form, { method: "HEAD" }).then(({ status }) => {
    if (status !== 410) return;
    mark.hidden = true;
    if (mark.nextElementSibling) mark.nextElementSibling.hidden = false;
  }, () => {});
}
