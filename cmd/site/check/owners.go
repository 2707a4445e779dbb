package check

// How those who look after pages can be reached: owners.yaml.

import (
	"fmt"
	"maps"
	"net/mail"
	"strings"

	"github.com/goccy/go-yaml"
)

// contacts are the roles in the order in which they are written; of each a
// mapping, or nil.
type contacts struct {
	document
	roles yaml.MapSlice
}

// mailboxes are those by which the roles are reached.
func (c *contacts) mailboxes() (all []string) {
	for _, role := range c.roles {
		contact, _ := role.Value.(map[string]any)
		if mailbox, _ := contact["mailbox"].(string); mailbox != "" {
			all = append(all, mailbox)
		}
	}
	return all
}

// isMailbox says whether a text is the address of a mailbox, and no more than it:
// it goes into links as it is.
func isMailbox(text string) bool {
	a, err := mail.ParseAddress(text)
	return err == nil && a.Address == text && !strings.ContainsAny(text, `?&%"`)
}

// filled is what is written of a role; what is empty is still to come.
func filled(contact any) any {
	in, ok := contact.(map[string]any)
	if ok {
		in = maps.Clone(in)
		maps.DeleteFunc(in, func(_ string, value any) bool { return value == nil || value == "" })
		return in
	}
	return contact
}

// owners: what is written of a role is what templates can show.
func owners(p *pass) {
	p.page = &page{document: p.site.owners.document}
	for _, role := range p.site.owners.roles {
		if contact := filled(role.Value); contact != nil {
			p.field(map[string]any(p.fields.Owner), contact, nil, fmt.Sprint(role.Key))
		}
	}
}

// reachable: each role has an extension or a mailbox. The office fills them in in
// its own time, so this is said once for all of them, and stops nobody.
func reachable(p *pass) {
	var nobody []string
	for _, role := range p.site.owners.roles {
		contact, ok := filled(role.Value).(map[string]any)
		if (ok || role.Value == nil) && contact["extension"] == nil && contact["mailbox"] == nil {
			nobody = append(nobody, fmt.Sprint(role.Key))
		}
	}
	if len(nobody) > 0 {
		p.report(p.site.owners.key(nobody[0]), strings.Join(nobody, "、")+"の内線もメールも、まだ書かれていません。", "決まったら書いてください。ページの下に出て、間違いを知らせてもらえるようになります。")
	}
}
