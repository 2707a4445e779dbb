// Says how many have answered, as the collector tells it: as of the last
// midnight, in tens. Where it tells nothing, nothing is said.
for (const line of document.querySelectorAll("[data-answered]")) {
  fetch(line.dataset.answered).then((reply) => reply.ok ? reply.json() : { answered: 0 }).then(({ answered, headcount }) => {
    const [many, of, people] = line.querySelectorAll("span");
    many.textContent = answered;
    people.textContent = headcount;
    of.hidden = !headcount;
    line.hidden = !(answered > 0);
  }, () => {});
}
