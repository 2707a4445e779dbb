package check

// Whom a forge asks to read a proposal: CODEOWNERS, which follows from who looks
// after a page (its owner) and the account that owners.yaml has for the role.

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"regexp"
)

// account is a person's or a team's name on a forge.
var account = regexp.MustCompile(`^@[A-Za-z0-9][\w.-]*(?:/[\w.-]+)*$`)

// codeOwnersHead says to whoever opens the file where it comes from.
const codeOwnersHead = `# ページを直す提案を、だれが読むか。手では書き換えません。
# layouts/_data/owners.yaml の review にアカウントを書き、site check --fix を動かすと、ここに並びます。
`

// codeOwners is what the file should say. There is a line for each page and no
// pattern: GitHub and GitLab take patterns for globs, Gitea and Forgejo for
// regular expressions, and a plain name means the same to all of them.
func (s *site) codeOwners() []byte {
	accounts := map[string]string{}
	for _, role := range s.owners.roles {
		if contact, ok := role.Value.(map[string]any); ok {
			accounts[fmt.Sprint(role.Key)], _ = contact["review"].(string)
		}
	}
	var b bytes.Buffer
	b.WriteString(codeOwnersHead)
	for _, p := range s.pages {
		owner, _ := p.params["owner"].(string)
		if to := accounts[owner]; account.MatchString(to) {
			fmt.Fprintf(&b, "%s %s\n", p.file, to)
		}
	}
	return b.Bytes()
}

func codeowners(p *pass) {
	const name = "CODEOWNERS"
	want := p.codeOwners()
	file, err := fs.ReadFile(p.fsys, name)
	if errors.Is(err, fs.ErrNotExist) && string(want) == codeOwnersHead {
		return // there is no forge, or nobody on it
	}
	if got := bytes.ReplaceAll(file, []byte("\r\n"), []byte("\n")); bytes.Equal(got, want) {
		return
	}
	d := document{file: name, data: file}
	common := 0
	for common < min(len(file), len(want)) && file[common] == want[common] {
		common++
	}
	common = bytes.LastIndexByte(file[:common], '\n') + 1
	if err != nil {
		p.report(d.at(0), "owners.yaml に review がありますが、読み手の一覧がありません。", "CODEOWNERS という空のファイルを hugo.toml の隣に作り、site check --fix を動かしてください。")
		return
	}
	p.report(d.at(common), "この行から先が、owners.yaml の review とページの owner で決まる読み手と違っています。", "site check --fix で書き直してください。",
		Edit{common, len(file), string(want[common:])})
}
