// Says beside a survey's dates whether it takes answers today. The dates
// themselves stand in the page: without this script nothing is missing.
for (const period of document.querySelectorAll(".period")) {
  const now = Date.now();
  const opens = Date.parse(period.dataset.opens);
  const closes = period.dataset.closes ? Date.parse(period.dataset.closes) : Infinity;
  const [state, word] =
    now < opens ? ["soon", "これから始まります"] :
    now > closes ? ["over", "受付は終わりました"] :
    ["open", "受付中です"];
  const mark = document.createElement("strong");
  mark.className = `period-state period-${state}`;
  mark.textContent = word;
  period.append(" ", mark);
}
