// Package journal keeps the answers to one survey: durable before they are
// acknowledged, released in shuffled groups, and in no traceable order once
// the survey has closed.
package journal
