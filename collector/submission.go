package collector

// One request to /answers/: how it is read, and what is known of it so far.

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"net/http"
	"os"
	"strings"
	"unicode/utf8"

	"staffplan/collector/page"
	"staffplan/collector/survey"
)

// maxBodyBytes is the longest body taken, whether or not its length was told.
const maxBodyBytes = 256 << 10

// mostShown bounds how many texts a page shows: a body may hold thousands.
const mostShown = 200

// submission is one request to /answers/ on its way.
type submission struct {
	id        string // as it was asked for
	*endpoint        // nil: there is no such survey
	json      bool   // the body is JSON, else a form
	unread    bool   // the body, or some of it, has not been read
	read      bool   // the body, or some of it, has been read
	input     survey.Input
	wrong     []survey.FieldError
}

// isJSON tells JSON from a form. A charset other than UTF-8 is refused: what is
// not UTF-8 would have to be guessed at.
func isJSON(contentType []string) (bool, error) {
	if len(contentType) != 1 {
		return false, errMedia
	}
	media, params, err := mime.ParseMediaType(contentType[0])
	json := media == "application/json"
	charset, told := params["charset"]
	if err != nil || !json && media != "application/x-www-form-urlencoded" || told && !strings.EqualFold(charset, "utf-8") {
		return json, errMedia
	}
	return json, nil
}

// readBody reads to the end, or to the longest that is taken. Some of what is
// longer is then thrown away, or the connection would break before its reply is
// read.
func readBody(to *bytes.Buffer, body io.ReadCloser) error {
	_, err := to.ReadFrom(http.MaxBytesReader(nil, body, maxBodyBytes))
	var tooLarge *http.MaxBytesError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &tooLarge):
		io.CopyN(io.Discard, body, 4*maxBodyBytes)
		return errTooLarge
	case errors.Is(err, os.ErrDeadlineExceeded):
		return errSlow
	}
	return errMalformed // cut off, or not the chunks it should be
}

// parseCut reads a form whose end has not come, up to the last whole character.
func parseCut(body []byte) survey.Input {
	if i := bytes.LastIndexByte(body, '%'); i >= 0 && len(body)-i < len("%XX") {
		body = body[:i]
	}
	for range utf8.UTFMax { // the bytes of a character that was cut, as they are or in percents
		in, err := survey.ParseForm(body)
		if err == nil {
			return in
		}
		end := max(0, len(body)-1)
		if end >= 2 && body[end-2] == '%' {
			end -= 2
		}
		body = body[:end]
	}
	return survey.Input{}
}

// written is what a person wrote, to copy: the texts, and whatever came under
// names that are not known.
func (sub *submission) written() (all []page.Written) {
	place := map[string]int{}
	for name, value := range sub.input.All() {
		w := page.Written{Name: name, Text: value}
		if sub.endpoint != nil {
			if q := sub.def.Question(name); q != nil {
				if q.Kind != survey.Text {
					continue
				}
				w.Question = q.Text
			}
		}
		i, again := place[name]
		switch {
		case name == survey.TicketName, name == survey.OnceName, survey.Blank(value):
		case again:
			all[i].Text += "\n" + value
		case len(all) < mostShown:
			place[name] = len(all)
			all = append(all, w)
		}
	}
	return all
}

func (sub *submission) parse(body []byte) (err error) {
	parse := survey.ParseForm
	if sub.json {
		parse = survey.ParseJSON
	}
	if sub.input, err = parse(body); err != nil {
		return errMalformed
	}
	return nil
}
