// The menu's groups close as one expects: on Escape, by a click beside them, and
// when the focus goes on. Without a script the summary that opens one closes it.
{
  const header = document.querySelector(".site-header");
  const closeOthers = (target) => {
    for (const group of header.querySelectorAll("details[open]")) if (!group.contains(target)) group.open = false;
  };

  header.addEventListener("keydown", (event) => {
    const group = event.target.closest("details[open]");
    if (event.key !== "Escape" || !group) return;
    group.open = false;
    group.querySelector("summary").focus();
  });
  header.addEventListener("focusout", ({ relatedTarget }) => { if (relatedTarget) closeOthers(relatedTarget); });
  document.addEventListener("click", ({ target }) => closeOthers(target));
}
