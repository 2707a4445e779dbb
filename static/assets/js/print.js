// Buttons that print the page, or open another that prints itself as soon as it
// is there. Without a script a reader opens it by its link and prints by hand.
const asked = "#print";
for (const button of document.querySelectorAll("button.print")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    if (button.dataset.form) location.assign(button.dataset.form + asked);
    else print();
  });
}
if (location.hash === asked) {
  history.replaceState(null, "", location.pathname); // Reload does not print again
  addEventListener("load", () => print());
}
