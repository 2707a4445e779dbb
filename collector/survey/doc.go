// Package survey says what a survey is: its definition, what people send,
// whether that answers the questions, and the lines that are stored of it. It
// knows no HTTP, and no file but survey.json.
//
// # A new kind of question
//
// It begins in kinds.go, with a constant and a row of the table, which says what
// fields it has; the compiler then asks for the methods: its rules, how an answer
// is checked and written, how long it may get, how it is read again. Fields that
// no kind had stand in Question and in its method check. TestEveryKind in
// cmd/collector walks all kinds through what lies beyond this package, and
// names each file that does not know one: made-up answers
// (cmd/collector/rehearse.go), figures and tables (package report), the
// controls of the form (layouts/_partials/surveys/<kind>.html). The page of
// results (layouts/_partials/results/by-question.html) stops the build.
package survey
