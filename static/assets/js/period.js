// Says beside a survey's dates whether it takes answers today. The dates
// themselves stand in the page: without this script nothing is missing.
for (const period of document.querySelectorAll(".period")) {
  const now = Date.now();
  const opens = Date.parse(period.dataset.opens);
  const closes = period.dataset.closes ? Date.parse(period.dataset.closes) : Infinity;
  const [colour, word] =
    now < opens ? ["amber", "これから始まります"] :
    now > closes ? ["ink-soft", "受付は終わりました"] :
    ["green", "受付中です"];
  const mark = document.createElement("strong");
  mark.className = `period-state in-${colour}`;
  mark.textContent = word;
  period.append(" ", mark);
}
