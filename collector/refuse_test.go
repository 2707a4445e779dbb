package collector

// What a refusal says, and to whom.

import (
	"net/url"
	"strings"
	"testing"
)

// Without a page to fill the errors are still said.
func TestRefillWithoutPage(t *testing.T) {
	h := start(t, Config{Now: at("2026-12-05T09:00:00+09:00")})
	res, doc := h.sendForm("/answers/later", url.Values{"nothing": {"x"}})
	if res.StatusCode != 422 || !strings.Contains(textOf(doc), "このアンケートにない項目です") {
		t.Error(res.Status, textOf(doc))
	}
}
