package check

// What a page is called, in its address and for its readers.

import (
	"path"
	"regexp"
	"strings"
)

// slug is how files and folders of content/ are named: they become URLs. It is
// also the form of a survey's id.
var slug = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,62}$`)

// besides is the same for what lies beside a page.
var besides = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]*$`)

// device matches a name that Windows has for a device, with any extension, and
// one that it cannot keep: a clone of the project ends there, with no file at all
// (learn.microsoft.com, "Naming Files, Paths, and Namespaces").
var device = regexp.MustCompile(`(?i)^(?:aux|con|prn|nul|(?:com|lpt)[1-9¹²³]|con(?:in|out)\$)(?: *\.|$)|[. ]$|[<>:"|?*\\\x00-\x1f]`)

// IsSlug says whether a name is one for an address.
func IsSlug(name string) bool { return slug.MatchString(name) }

// IsDevice says whether Windows cannot have a file of that name.
func IsDevice(name string) bool { return device.MatchString(name) }

func fileName(p *pass) {
	base := path.Base(p.file.name)
	name, page := strings.CutSuffix(base, ".md")
	form := besides
	if page || p.file.dir {
		form = slug
	}
	switch {
	case device.MatchString(base):
		p.report(place{p.file.name, 1, 1}, "この名前のファイルは、Windows では作れません。", "ほかの名前に変えてください。")
	case strings.HasPrefix(p.file.name, published):
	case !form.MatchString(name) && !(page && name == "_index"):
		p.report(place{p.file.name, 1, 1}, "この名前は使えません。名前は URL になります。", "半角の小文字、数字、ハイフンだけの名前に変えてください。")
	}
}

// title: no two pages of the site share a title.
func title(p *pass) {
	first := map[string]*page{}
	for _, page := range p.pages {
		title := page.title
		if other := first[title]; other != nil {
			p.report(page.key("title"), "「"+title+"」という title は "+other.file+" にもあります。", "どちらかを変えてください。")
		} else if title != "" {
			first[title] = page
		}
	}
}
