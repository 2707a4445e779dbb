package report

// Comments: which texts are published is for a person to decide, since no program
// can tell which of them names somebody. The decisions stand in a text file that
// this file writes, the editor fills in, and this file reads.
//
// A text in it is one block, in any order:
//
//	問い：comment
//	決定：載せる
//	主題：話しやすさ
//	> 書かれた文が、一行ずつ
//	> ここに入ります。
//
// What could tell who is meant is put between 【 and 】. Blank lines and those that
// begin with # say nothing. The words of a text cannot be changed: without 【 and 】
// they must be those that were written.

import (
	"crypto/rand"
	_ "embed"
	"fmt"
	mrand "math/rand/v2"
	"regexp"
	"slices"
	"strings"

	"staffplan/collector/survey"
)

// The decisions on a text. None yet: it is not published.
const (
	Publish = "載せる"
	Mask    = "伏せる" // published without what stands between 【 and 】
	Leave   = "載せない"
)

// masked stands for what is not shown.
const masked = "〔伏せ字〕"

// CommentsError is a file of decisions that cannot be used. Message is Japanese and
// repeats nothing of a text.
type CommentsError struct {
	Line    int
	Message string
}

func (e *CommentsError) Error() string { return fmt.Sprintf("%d行目: %s", e.Line, e.Message) }

// Decisions is a file of decisions, as the editor left it. The zero value, and nil, is
// none.
type Decisions struct {
	file    string
	blocks  []block
	waiting map[said]int // blocks, by what they say
}

// said is a text without what editors change about it.
type said struct{ question, text string }

// ParseDecisions reads a file of decisions. The error is a *CommentsError.
func ParseDecisions(file []byte) (*Decisions, error) {
	blocks, err := parseBlocks(string(file))
	if err != nil {
		return nil, err
	}
	d := &Decisions{string(file), blocks, map[said]int{}}
	for _, b := range blocks {
		d.waiting[said{b.question, plain(b.text)}]++
	}
	return d, nil
}

// undecided is how many texts an editor is given to decide on at once. More would not
// be read; where there are more, these are drawn from all.
const undecided = 10_000

// texts are those of a survey, as far as they are needed: how many there are, those
// that were decided on, and of the others as many as may be written into the file.
type texts struct {
	def       *survey.Definition
	decisions *Decisions
	written   map[string]int    // by question
	decided   map[said][]string // as they were received
	others    map[string]*drawn // by question
	room      int               // for others
	random    *mrand.Rand
}

func newTexts(def *survey.Definition, decisions *Decisions) *texts {
	if decisions == nil {
		decisions = new(Decisions)
	}
	t := &texts{def, decisions, map[string]int{}, map[said][]string{}, map[string]*drawn{}, undecided, newRandom()}
	for _, b := range decisions.blocks {
		if b.decision == "" {
			t.room--
		}
	}
	t.room = max(0, t.room)
	return t
}

func (t *texts) add(question, text string) {
	t.written[question]++
	if len(t.decisions.waiting) > 0 {
		key := said{question, plain(text)}
		if of := t.decided[key]; len(of) < t.decisions.waiting[key] {
			t.decided[key] = append(of, text)
			return
		}
	}
	of := t.others[question]
	if of == nil {
		of = new(drawn)
		t.others[question] = of
	}
	of.add(text, t.room, t.random)
}

// drawn is some of the texts that came, each with the same chance (Vitter, ACM
// Transactions on Mathematical Software 11, 1985, algorithm R).
type drawn struct {
	texts []string
	came  int
}

func (d *drawn) add(text string, room int, random *mrand.Rand) {
	d.came++
	if len(d.texts) < room {
		d.texts = append(d.texts, text)
	} else if at := random.IntN(d.came); at < room {
		d.texts[at] = text
	}
}

// Editing is a file of decisions, with texts that may be published.
type Editing struct {
	File      []byte     // with blocks for texts that it lacked, in random order
	Added     int        // how many these are
	Later     int        // texts that are left for when these are decided on
	Undecided int        // blocks without a decision, those added included
	Comments  []Comments // what is published, in the order of the blocks
}

// Edit takes the decisions from the file, or begins one where it is empty. Texts of a
// question that fewer than the definition's minimum_comments people wrote are not
// in it. The error is a *CommentsError.
func (r *Responses) Edit() (*Editing, error) {
	t := r.texts
	e := &Editing{File: []byte(t.decisions.file)}
	var missing []block
	for _, q := range t.def.Questions {
		if q.Kind != survey.Text {
			continue
		}
		c := Comments{Question: q.ID, Suppressed: t.written[q.ID] < t.def.MinimumComments}
		taken := map[said]int{}
		for _, b := range t.decisions.blocks {
			if b.question != q.ID {
				continue
			}
			key := said{b.question, plain(b.text)}
			at, of := taken[key], t.decided[key]
			if c.Suppressed || at == len(of) {
				return nil, &CommentsError{b.line, "この文は、受け取った文と同じではありません。言葉を元に戻すか、この文を消してください。"}
			}
			taken[key]++
			switch b.decision {
			case "":
				e.Undecided++
			case Publish:
				c.Texts = append(c.Texts, Comment{b.theme, of[at]})
			case Mask:
				text := marked.ReplaceAllLiteralString(b.text, masked)
				if text == b.text || strings.ContainsAny(text, "【】") {
					return nil, &CommentsError{b.line, "伏せるところが、【と】で囲まれていません。囲むか、決定を変えてください。"}
				}
				c.Texts = append(c.Texts, Comment{b.theme, text})
			}
		}
		if others := t.others[q.ID]; others != nil && !c.Suppressed {
			e.Later += others.came
			for _, text := range others.texts {
				missing = append(missing, block{question: q.ID, text: text})
			}
		}
		e.Comments = append(e.Comments, c)
	}
	for _, b := range t.decisions.blocks {
		if q := t.def.Question(b.question); q == nil || q.Kind != survey.Text {
			return nil, &CommentsError{b.line, "このアンケートに、この問いはありません。「問い：」を元に戻してください。"}
		}
	}
	t.random.Shuffle(len(missing), func(i, j int) { missing[i], missing[j] = missing[j], missing[i] })
	missing = missing[:min(len(missing), t.room)]
	e.Later -= len(missing)
	if len(missing) == 0 {
		return e, nil
	}
	var out strings.Builder
	if before := strings.TrimSpace(t.decisions.file); before != "" {
		out.WriteString(before + "\n")
	} else {
		t.writeHead(&out)
	}
	mark := newMarker(t.def)
	for _, b := range missing {
		b.text = mark.text(b.text)
		b.write(&out)
	}
	e.File, e.Added, e.Undecided = []byte(out.String()), len(missing), e.Undecided+len(missing)
	return e, nil
}

// newRandom is for orders that must not be guessed.
func newRandom() *mrand.Rand {
	var seed [32]byte
	rand.Read(seed[:])
	return mrand.New(mrand.NewChaCha8(seed))
}

func (t *texts) writeHead(out *strings.Builder) {
	fmt.Fprintf(out, `# 「%s」に書かれた文です。一つずつ読んで、載せるかどうかを決めます。
#
# 「決定：」の右に、次のどれかを書きます。何も書かない文は載りません。
#   載せる　　そのまま載せます。
#   伏せる　　【】で囲んだところを、%sに替えて載せます。
#   載せない　載せません。
# 名前、電話番号、メールアドレス、所属の名前らしいところは、囲んであります。
# 囲みは、足しても消してもかまいません。ほかの言葉は直せません。
# 出来事や口ぐせから、だれのことか分かる文もあります。囲みがなくても、よく読んでください。
# 「主題：」には、同じ話の文を集める短い言葉を書けます。
# 文のまとまりを並べ替えると、その順に載ります。
# 済んだら、collector report をもう一度動かします。公開したら、このファイルを消してください。
`, t.def.Title, masked)
}

// block is one text in the file. Line is where it begins.
type block struct {
	line                            int
	question, decision, theme, text string
}

func (b block) write(out *strings.Builder) {
	fmt.Fprintf(out, "\n問い：%s\n決定：%s\n主題：%s\n", b.question, b.decision, b.theme)
	for line := range strings.SplitSeq(b.text, "\n") {
		out.WriteString("> " + line + "\n")
	}
}

// parseBlocks reads a file of decisions, with the line ends of any machine.
func parseBlocks(file string) ([]block, error) {
	var all []block
	var text []string // of the last block; nil before its first line
	end := func() {
		if len(all) > 0 {
			all[len(all)-1].text = strings.Join(text, "\n")
		}
		text = nil
	}
	for i, line := range strings.Split(strings.TrimPrefix(file, "\uFEFF"), "\n") {
		line = strings.TrimRight(line, " 　\t\r")
		if line == "" || line[0] == '#' {
			continue
		}
		refuse := func(message string) ([]block, error) { return nil, &CommentsError{i + 1, message} }
		if line[0] == '>' {
			if len(all) == 0 {
				return refuse("「問い：」の行がないまま、文が始まっています。「問い：」から始まるまとまりに戻してください。")
			}
			text = append(text, strings.TrimPrefix(line[1:], " "))
			continue
		}
		name, value, ok := strings.Cut(strings.Replace(line, ":", "：", 1), "：")
		value = strings.TrimSpace(value)
		switch name = strings.TrimSpace(name); {
		case !ok || !slices.Contains([]string{"問い", "決定", "主題"}, name):
			return refuse("「問い：」「決定：」「主題：」か、「>」で始まる行にしてください。")
		case name == "問い":
			end()
			all = append(all, block{line: i + 1, question: value})
		case len(all) == 0 || text != nil:
			return refuse("「" + name + "：」の前に「問い：」の行がありません。「問い：」から始まるまとまりに戻してください。")
		case name == "主題":
			all[len(all)-1].theme = value
		case value != "" && value != Publish && value != Mask && value != Leave:
			return refuse("決定は、載せる・伏せる・載せない のどれかにしてください。")
		default:
			all[len(all)-1].decision = value
		}
	}
	end()
	return all, nil
}

// plain is a text without marks and without blanks at the ends of its lines, which
// editors take away.
func plain(text string) string {
	const blanks = " 　\t"
	if text = unmark.Replace(text); !strings.Contains(text, "\n") {
		return strings.TrimRight(text, blanks)
	}
	var lines []string
	for line := range strings.SplitSeq(text, "\n") {
		lines = append(lines, strings.TrimRight(line, blanks))
	}
	return strings.Join(lines, "\n")
}

var unmark = strings.NewReplacer("【", "", "】", "", "\r", "")

var marked = regexp.MustCompile(`【[^】]*】`)

// surnames are common ones in Japan, and in Osaka, a line each.
//
//go:embed surnames.txt
var surnames string

// Surnames are common ones, for those who look for names elsewhere.
func Surnames() []string { return strings.Fields(surnames) }

// mark finds what could tell who is meant: the first group. A text in which none of
// these words stands has no such thing; it is found out faster.
type mark struct {
	words []string
	what  *regexp.Regexp
}

var marks = []mark{
	{[]string{"氏名", "名前"}, regexp.MustCompile(`(?:氏名|名前)[ 　]*[：:][ 　]*([^ 　、。，．,.\n]+)`)},
	{[]string{"さん", "さま", "様", "氏"}, regexp.MustCompile(`(` + strings.Join(Surnames(), "|") + `)[ 　]?(?:さん|さま|様|氏)`)},
	{strings.Split("0123456789０１２３４５６７８９", ""), regexp.MustCompile(`([0-9０-９]{2,5}[-－‐–ー―−(（ ]{1,2}[0-9０-９]{1,4}[-－‐–ー―−)） ]{1,2}[0-9０-９]{3,4}|[0０][0-9０-９]{9,10})`)},
	{[]string{"@", "＠"}, regexp.MustCompile(`([0-9A-Za-z._%+-]+[@＠][0-9A-Za-z.-]+)`)},
}

// marker puts what could tell who is meant between 【 and 】: names, telephone numbers,
// mail addresses, and what the options of group questions are called.
type marker []mark

func newMarker(def *survey.Definition) marker {
	return append(slices.Clone(marks), sections(def))
}

func (m marker) text(text string) string {
	in := make([]bool, len(text))
	for _, mark := range m {
		if !slices.ContainsFunc(mark.words, func(word string) bool { return strings.Contains(text, word) }) {
			continue
		}
		for _, at := range mark.what.FindAllStringSubmatchIndex(text, -1) {
			for i := at[2]; i < at[3]; i++ {
				in[i] = true
			}
		}
	}
	var out strings.Builder
	for i := range len(text) {
		if in[i] && (i == 0 || !in[i-1]) {
			out.WriteString("【")
		}
		out.WriteByte(text[i])
		if in[i] && (i+1 == len(text) || !in[i+1]) {
			out.WriteString("】")
		}
	}
	return out.String()
}

// sections finds what the options of group questions are called, and each of
// their words where it stands as a section's: 保険・年金, 保険課, 年金の担当.
func sections(def *survey.Definition) mark {
	var words, all []string
	for _, q := range def.Questions {
		for _, o := range q.Options {
			if !q.Group {
				continue
			}
			words, all = append(words, o.Text), append(all, regexp.QuoteMeta(o.Text))
			for word := range strings.FieldsFuncSeq(o.Text, func(c rune) bool { return strings.ContainsRune("・、（） 　", c) }) {
				words, all = append(words, word), append(all, regexp.QuoteMeta(word)+`の?(?:課|係|担当|グループ)`)
			}
		}
	}
	what := regexp.MustCompile("(" + strings.Join(all, "|") + ")")
	what.Longest()
	return mark{words, what}
}
