// A button that copies a template. Not by navigator.clipboard, which is missing
// where a site is served by plain HTTP, as on most networks of offices.
for (const template of document.querySelectorAll(".archetype")) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = "ひな形を写す";
  const said = document.createElement("span");
  said.setAttribute("role", "status");
  button.addEventListener("click", () => {
    getSelection().selectAllChildren(template.querySelector("code"));
    said.textContent = document.execCommand("copy") ? "写しました。新しいファイルに貼ってください。" : "選びました。Ctrl+C で写してください。";
  });
  template.prepend(button, said);
}
