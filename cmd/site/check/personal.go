package check

// What tells who somebody is, or how to reach them: numbers and addresses here,
// names in people.go. No message repeats it, because messages are kept elsewhere.

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/width"
)

// identity is one kind of it.
type identity struct {
	what string
	mend string
	in   []int                      // what of telling a line has with it
	find func(line string) [][2]int // where it stands
}

// telling is what is looked for first: few lines have it, and what finds the rest
// is slow.
var telling = lookupOf([]form{
	withDigit:   formOf(`[0-9０-９]`, ""),
	withAt:      formOf(`[@＠★☆]|at|アット|あっと`, ""),
	withLabel:   formOf(`生年月日|番号|コード|普通|当座|生まれ|[番号]の[方お家世男女]|丁目`, ""),
	withAsking:  formOf(asking.String(), ""),
	withTitle:   formOf(addressed.String(), ""),
	withSurname: anySurname(),
})

const (
	withDigit = iota
	withAt
	withLabel
	withAsking
	withTitle
	withSurname
)

const (
	byRole   = "消すか、役割（地域担当など）で書いてください。事例なら「Aさん」のように書けます。" + unlessIt
	inOwners = "消してください。担当の内線とメールは、layouts/_data/owners.yaml に書くと、ページの下に出ます。"
	unlessIt = "載せるわけがあるときは、params の allow に rule: personal と、text（書いたとおりの文字）と、reason（わけ）を書いてください。"
)

var identities = []identity{
	{"電話番号", inOwners + "書き方の例なら、「例：06-0000-0000」のように、0 を並べて書けます。" + unlessIt, []int{withDigit}, telephones},
	{"メールアドレス", inOwners + "書き方の例なら、soumu@example.jp のように書けます。" + unlessIt, []int{withAt}, mailboxes},
	{"マイナンバー", "消してください。リポジトリの履歴にも残るので、ページの担当に知らせてください。" + unlessIt, []int{withDigit}, myNumbers},
	{"生年月日や、その人の番号", "消してください。" + unlessIt, []int{withLabel, withDigit}, labelledNumbers},
	{"人の住んでいる所", "消して、だれのことか分からないように書いてください。" + unlessIt, []int{withLabel, withDigit}, homes},
	{"人の名前", byRole, []int{withAsking}, afterAsking},
	{"人の名前", byRole, []int{withSurname}, afterRoles},
	{"人の名前", byRole, []int{withSurname, withTitle}, beforeTitles},
	{"人の名前", byRole, []int{withSurname}, whole},
}

// personal looks at all lines of a file, and at drafts too: they can be read in
// the repository. Of two things at one place the first is said.
func personal(p *pass) {
	sample := bytes.Contains(p.page.data, []byte("記入例"))
	telling.lines(p.page.data, func(from int, line []byte, forms []int) {
		text := string(line)
		var said [][2]int
		if strings.Contains(text, "://") {
			for _, at := range outside.FindAllStringIndex(text, -1) {
				said = append(said, [2]int{at[0], at[1]})
			}
		}
		for _, kind := range identities {
			if slices.ContainsFunc(kind.in, func(form int) bool { return !slices.Contains(forms, form) }) {
				continue
			}
			for _, at := range kind.find(text) {
				words := text[at[0]:at[1]]
				if madeUp(words, text, sample) || slices.ContainsFunc(said, func(s [2]int) bool { return at[0] < s[1] && s[0] < at[1] }) ||
					slices.Contains(p.site.owners.mailboxes(), words) {
					continue
				}
				said = append(said, at)
				if !p.allowed(from+at[0], from+at[1]) {
					p.report(p.page.at(from+at[0]), kind.what+"のようです。公開したページは、だれにでも読めます。", kind.mend)
				}
			}
		}
	})
}

var (
	sampleOf = regexp.MustCompile(`例|見本|サンプル|ダミー|架空`)
	zeros    = regexp.MustCompile(`^(?:81)?0?[1-9]?[0-9]{0,3}0{6,}$`)
	standsIn = regexp.MustCompile(`(?:太郎|花子|一郎)$`)
)

// madeUp says whether words are an example's: a number of noughts on a page or in
// a line that says so, a name that stands for any in such a line.
func madeUp(words, line string, sample bool) bool {
	says := sampleOf.MatchString(line)
	return (says || sample) && zeros.MatchString(onlyDigits(words)) || says && standsIn.MatchString(words)
}

// outside is the address of another site: its numbers are no telephone's.
var outside = regexp.MustCompile(`https?://[^\s<>"）」]+`)

// digits compiles a pattern in which D is a digit of either width, Z a zero, and
// S what people put between groups of digits.
func digits(pattern string) *regexp.Regexp {
	return regexp.MustCompile(strings.NewReplacer("D", "[0-9０-９]", "S", `[-‐-―−ー－ｰ─~～.．()（） 　]`, "Z", "[0０]").Replace(pattern))
}

var (
	telephone = []*regexp.Regexp{
		digits(`(?:[+＋][ 　]?[8８][1１]S{0,3}|[8８][1１]S{1,3})(?:[(（]?Z[)）]?)?S{0,2}(?:D{1,4}S{1,3}){1,2}D{3,8}`),
		digits(`[+＋][ 　]?[8８][1１]D{9,10}`),
		digits(`[(（]?ZD{1,4}S{1,3}D{1,4}S{1,3}D{3,4}`),
		digits(`[(（]?ZD{1,4}S{1,3}D{5,9}`),
		digits(`ZD{9,10}`),
	}
	local = digits(`(?:電話(?:番号)?|携帯(?:番号)?|直通|[TtＴｔ][EeＥｅ][LlＬｌ]|℡|☎|☏|📞|📱|[FfＦｆ][AaＡａ][XxＸｘ]|ファッ?クス)[^\n0-9０-９〒]{0,6}(D{2,4}S{1,2}D{4})`)
)

func telephones(line string) (found [][2]int) {
	if !hasDigits(line, 6) {
		return nil
	}
	patterns := telephone
	if !hasDigits(line, 10) {
		patterns = nil // a local number is the most there can be
	}
	for _, pattern := range patterns {
		for _, at := range standing(line, pattern) {
			n := onlyDigits(line[at[0]:at[1]])
			abroad := strings.HasPrefix(n, "81")
			enough := len(n) == 10 || len(n) == 11 || abroad && len(n) > 10 && len(n) < 14
			if enough && (abroad || n[1] != '0') {
				found = append(found, at)
			}
		}
	}
	for _, at := range local.FindAllStringSubmatchIndex(line, -1) {
		found = append(found, [2]int{at[2], at[3]})
	}
	return found
}

// standing finds what a pattern matches and what no longer run of digits, no word
// and no path goes on with.
func standing(line string, pattern *regexp.Regexp) (found [][2]int) {
	for from := 0; from < len(line); {
		at := pattern.FindStringIndex(line[from:])
		if at == nil {
			return found
		}
		start, end := from+at[0], from+at[1]
		before, _ := utf8.DecodeLastRuneInString(line[:start])
		joined := strings.ContainsRune("-./=_#&", before) && start > 1 && !unicode.IsSpace(rune(line[start-2])) && line[start-2] < utf8.RuneSelf
		if narrow(before) || joined || continues(line[end:]) {
			_, size := utf8.DecodeRuneInString(line[start:])
			from = start + size
			continue
		}
		found = append(found, [2]int{start, end})
		from = end
	}
	return found
}

// narrow says whether a character goes on with a number: a digit or a letter.
func narrow(r rune) bool {
	r = folded(r)
	return r < utf8.RuneSelf && (unicode.IsDigit(r) || unicode.IsLetter(r))
}

// continues says whether a number goes on in what follows.
func continues(after string) bool {
	r, size := utf8.DecodeRuneInString(after)
	next, _ := utf8.DecodeRuneInString(after[size:])
	return narrow(r) || strings.ContainsRune("-－.,，", r) && unicode.IsDigit(folded(next)) || strings.ContainsRune("円件人万億", r)
}

// folded is a character of full width in half width.
func folded(r rune) rune {
	if half := width.LookupRune(r).Narrow(); half != 0 {
		return half
	}
	return r
}

// hasDigits says whether a line has so many: few have, and the patterns are slow.
func hasDigits(line string, n int) bool {
	for _, r := range line {
		if r >= '0' && r <= '9' || r >= '０' && r <= '９' {
			if n--; n == 0 {
				return true
			}
		}
	}
	return false
}

func onlyDigits(text string) string {
	return strings.Map(func(r rune) rune {
		if r = folded(r); r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, text)
}

var (
	mailbox = regexp.MustCompile(`(?i)[a-zａ-ｚ0-９._%+-]+(?:[ 　]?[@＠][ 　]?|[ 　]?[\[(（［｛{【＜<][ 　]?(?:at|@|＠|アット(?:マーク)?|あっと)[ 　]?[\])）］｝}】＞>][ 　]?|[★☆])` +
		`((?:[a-zａ-ｚ0-９-]+[.．])+[a-zａ-ｚ]{2,})`)
	// exampleDomain is for examples: RFC 2606, and JPRS for example.jp.
	exampleDomain = regexp.MustCompile(`(?i)(?:^|\.)(?:example\d?(?:\.(?:com|net|org|jp|[a-z]{2}\.jp))?|test|invalid|localhost)$`)
)

func mailboxes(line string) (found [][2]int) {
	for _, at := range mailbox.FindAllStringSubmatchIndex(line, -1) {
		domain := width.Narrow.String(line[at[2]:at[3]])
		if !exampleDomain.MatchString(domain) && !isPicture(domain) && !strings.HasPrefix(line[at[0]:], "git@") {
			found = append(found, [2]int{at[0], at[1]})
		}
	}
	return found
}

var (
	twelve   = digits(`D(?:S?D){11}`)
	grouped  = digits(`D+`)
	myNumber = regexp.MustCompile(`(?:マイナンバー|個人番号|(?i:my ?number))[^0-9０-９]{0,12}$`)
)

func myNumbers(line string) (found [][2]int) {
	if !hasDigits(line, 12) {
		return nil
	}
	for _, at := range standing(line, twelve) {
		text := line[at[0]:at[1]]
		groups := grouped.FindAllString(text, -1)
		n := onlyDigits(text)
		even := !slices.ContainsFunc(groups, func(g string) bool { return len(onlyDigits(g)) != 12/len(groups) })
		named := myNumber.MatchString(line[:at[0]]) && strings.Trim(n, "0") != ""
		if named || even && isMyNumber(n) && !isOther(n) {
			found = append(found, at)
		}
	}
	return found
}

// isMyNumber checks the last digit: 行政手続における特定の個人を識別するための番号の利用等に関する法律の
// 規定による通知カード及び個人番号カード並びに情報提供ネットワークシステムによる特定個人情報の提供等に関する省令, 第5条.
func isMyNumber(n string) bool {
	sum := 0
	for i := 1; i <= 11; i++ { // from the right, without the last
		weight := i + 1
		if i > 6 {
			weight = i - 5
		}
		sum += int(n[11-i]-'0') * weight
	}
	check := 0
	if rest := sum % 11; rest > 1 {
		check = 11 - rest
	}
	return len(n) == 12 && int(n[11]-'0') == check
}

// isOther says whether twelve digits are a time, or three years or round numbers.
func isOther(n string) bool {
	_, err := time.Parse("200601021504", n)
	year := func(g string) bool { return g[:2] == "19" || g[:2] == "20" }
	a, b, c := n[:4], n[4:8], n[8:]
	return err == nil && year(a) || year(a) && year(b) && year(c) || a[3]+b[3]+c[3] == 3*'0'
}

const itsNumber = `(?:職員|社員|基礎年金|被?保険者(?:証)?(?:の)?|受給者(?:証)?(?:の)?|世帯|宛名|口座|運転免許証(?:の)?|旅券)番号|職員コード`

// labelled are numbers and days of one person: behind a colon whatever is there,
// elsewhere what is too long to be spoken of. Group 1 is what is found.
var labelled = []*regexp.Regexp{
	digits(`(?:生年月日|` + itsNumber + `)[ 　*]*[:：|｜][ 　*]*([^ 　、。|\n0-9０-９]{0,2}D+(?:[^、。|\n]*D+)?)`),
	digits(`(?:` + itsNumber + `)(?:は、?|が|[（(「 　])[ 　]*([[:upper:]Ａ-Ｙ]?D{4,}(?:S?D+)*)`),
	digits(`(?:普通|当座)(?:預金|口座)?[ 　:：]{1,3}(D{6,8})`),
	digits(`((?:(?:明治|大正|昭和|平成|令和)[ 　]?(?:D{1,2}|元)|[12１２]D{3})[ 　]?年[ 　]?D{1,2}[ 　]?月[ 　]?D{1,2}[ 　]?日)[ 　]?生まれ`),
}

// asRule says of such a number that it stands for those of many.
var asRule = regexp.MustCompile(`^[）)」 　]*(?:の(?:よう|形)|など|[けケ桁])|生まれ(?:以[前後降]|まで)`)

func labelledNumbers(line string) (found [][2]int) {
	if strings.Contains(line, "対象") && strings.Contains(line, "生まれ") {
		return nil // whoever was born then
	}
	for _, pattern := range labelled {
		for _, at := range pattern.FindAllStringSubmatchIndex(line, -1) {
			if !asRule.MatchString(line[at[3]:]) {
				found = append(found, [2]int{at[2], at[3]})
			}
		}
	}
	return found
}

// home is an address down to the house, with somebody in it.
var home = digits(`((?:D+丁目)?D+番(?:地(?:の?D+)?|D+号)|D+丁目D+[-－−‐]D+)(?:の(?:方|お宅|お?家|世帯|男性|女性)|に(?:住|お住まい))`)

func homes(line string) (found [][2]int) {
	for _, at := range home.FindAllStringSubmatchIndex(line, -1) {
		found = append(found, [2]int{at[2], at[3]})
	}
	return found
}
