// Package report turns the released answers of one survey into results.json:
// figures that may be published, and nothing else.
//
// # What is counted
//
// A scale of k points is scored 1 to k, one with "reversed" from the other end.
// Answers above the middle, (k+1)/2, are favourable. The share of favourable answers
// p is taken among the n people who answered the question.
//
// An index stands for a theme, the scale questions that name it. A person's score on
// an item is (score-1)/(k-1)×100; a person's score on the theme is the mean of the
// items answered; the index is the mean over the people who answered at least one. So
// everyone counts once, however many items they left blank.
//
// The figure of a measure is the mean of the favourable shares of its scale questions:
// each question weighs the same, and a reader can check the figure with the ones
// printed beside it.
//
// Counts and sums are whole numbers and big.Rat; figures are rounded once, half away
// from zero, at the end.
//
// # Intervals
//
// All are of 95 %. Where N people were asked, and n answered, n′ = n/(1-n/N) takes the
// place of n: the correction for a finite population (Cochran, Sampling Techniques,
// 3rd edition, 1977, section 2.6). N is the sum of all headcounts; where one is
// missing, or more answered than were asked, n′ is n.
//
//   - A share: the score interval (Wilson, JASA 22, 1927), without correction for
//     continuity: (p + z²/2n′ ± z√(p(1-p)/n′ + z²/4n′²)) / (1 + z²/n′).
//   - An index: mean ± t·s/√n′, s with n-1, t of n-1 degrees of freedom.
//   - The difference of two shares: square and add (Newcombe, Statistics in Medicine
//     17, 1998, method 10), from the two score intervals.
//   - The difference of two indexes: Welch (Biometrika 34, 1947). Of the survey before,
//     s is worked out again from its printed interval.
//
// A change is beyond chance where the interval of the difference leaves out 0. The same
// people may have answered both times, which the formulas do not know: they then find
// less than there is, not more. A question is the same where its id, labels and
// direction are; a theme, where all its questions are. A measure's change has no
// interval.
//
// # What is withheld
//
// Fewer than the definition's minimum of responses: no figure at all. A question that
// fewer people answered: no figure of it, nor of a theme or measure that contains it,
// since the rest of the mean would give it back.
//
// Where a question's share falls into the first or the last of the steps that groups
// are printed in, that range stands in place of all its figures: exact ones would say
// that nobody, or all but one, answered one way. A theme or measure that contains such
// a question is the mean of its items' shares and ranges, without change.
//
// Groups are the options of the first group question; an option includes those that
// are part of it. What is printed of them are ranges, no finer than four people, by the
// rules in disclosure.go. Other group questions are not published: two ways to divide
// the same people can be subtracted from one another.
//
// Texts need minimum_comments people who wrote one, are never parted by group, and are
// published only where an editor decided so (comments.go).
//
// # What it takes
//
// Lines are counted as they are read: a line that survey.Validate wrote without a
// decoder, any other by the strict reader (survey.Scanner). Nobody's answers are held,
// and no texts but those in the file of decisions and ten thousand more. So a million
// answers take no more memory than ten thousand; sealed ones, eight bytes each, by
// which copies are found. Tables for others (Tabulate) are put into their order on
// disk. What is withheld is found from counts: in no more time for more people.
//
// # What is not promised
//
// Two editions together tell about those who came and went between them: who knows
// that only one person joined a section sees what the ranges did. Of a standing form an
// edition needs minimum new answers for that reason; of yearly surveys nothing can be
// done but to keep ranges wide. Somebody who knows how all but two of a section
// answered is not kept from the rest. A text that tells of its writer does so whatever
// is hidden. A witness is found for each part, not for each pair of parts. And who knows
// the rules learns from what rule 3 hid that one of the parts within would have been
// told on; where there are but two or three, he may find out which.
package report
