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

	"staffplan/collector/survey"
)

// maxBodyBytes is the longest body taken, whether or not its length was told.
const maxBodyBytes = 64 << 10

// submission is one request to /answers/ on its way.
type submission struct {
	*endpoint      // nil: there is no such survey
	json      bool // the body is JSON, else a form
	unread    bool // the body, or some of it, has not been read
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

// readBody reads to the end, or to the longest that is taken.
func readBody(to *bytes.Buffer, body io.ReadCloser) error {
	_, err := to.ReadFrom(http.MaxBytesReader(nil, body, maxBodyBytes))
	var tooLarge *http.MaxBytesError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &tooLarge):
		return errTooLarge
	case errors.Is(err, os.ErrDeadlineExceeded):
		return errSlow
	}
	return errMalformed // cut off, or not the chunks it should be
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
