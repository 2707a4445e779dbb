// Package survey says what a survey is: its definition, what people send, and
// whether that answers the questions. It knows no HTTP, and no file but
// survey.json.
package survey
