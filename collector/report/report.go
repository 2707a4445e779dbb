package report

// The report: from responses to what may be published.

// Results makes results.json, compared with the survey before where it is given.
// The order of the responses does not matter.
func (r *Responses) Results(previous *Previous) *Results {
	t := r.tally
	head := &Results{Survey: t.def.ID, Rehearsal: r.Rehearsal, Minimum: t.def.Minimum, Previous: t.def.Previous}
	if !t.enough(t.everyone.people) {
		head.Suppressed = true
		return head
	}
	results := t.print(t.office().disclose(), previous)
	results.Rehearsal = r.Rehearsal
	return results
}

// print is all that an edition says.
func (t *tally) print(e *edition, previous *Previous) *Results {
	return &Results{
		Survey: t.def.ID, Minimum: t.def.Minimum, Previous: t.def.Previous,
		Responses: t.everyone.people, Headcount: t.population(),
		Questions: t.questionResults(previous), Themes: t.themeResults(previous),
		Measures: t.measureResults(previous), Groups: t.groupResults(e),
	}
}
