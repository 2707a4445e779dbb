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
	"encoding/binary"
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

// Editing is a file of decisions, with all texts that may be published.
type Editing struct {
	File      []byte     // with blocks for texts that it lacked, in random order
	Added     int        // how many these are
	Undecided int        // blocks without a decision, these included
	Comments  []Comments // what is published, in the order of the blocks
}

// Edit takes the decisions from a file, or begins one where it is empty. Texts of a
// question that fewer than the definition's minimum_comments people wrote are not
// in it. The error is a *CommentsError.
func (r *Responses) Edit(file []byte) (*Editing, error) {
	blocks, err := parseBlocks(string(file))
	if err != nil {
		return nil, err
	}
	e := &Editing{File: file}
	var missing []block
	for _, q := range r.def.Questions {
		if q.Kind != survey.Text {
			continue
		}
		texts := r.textsOf(q.ID)
		c := Comments{Question: q.ID, Suppressed: len(texts) < r.def.MinimumComments}
		if c.Suppressed {
			texts = nil
		}
		for _, b := range blocks {
			if b.question != q.ID {
				continue
			}
			at := slices.IndexFunc(texts, func(text string) bool { return plain(text) == plain(b.text) })
			if at < 0 {
				return nil, &CommentsError{b.line, "この文は、受け取った文と同じではありません。言葉を元に戻すか、この文を消してください。"}
			}
			switch b.decision {
			case "":
				e.Undecided++
			case Publish:
				c.Texts = append(c.Texts, Comment{b.theme, texts[at]})
			case Mask:
				text := marked.ReplaceAllLiteralString(b.text, masked)
				if text == b.text || strings.ContainsAny(text, "【】") {
					return nil, &CommentsError{b.line, "伏せるところが、【と】で囲まれていません。囲むか、決定を変えてください。"}
				}
				c.Texts = append(c.Texts, Comment{b.theme, text})
			}
			texts = slices.Delete(texts, at, at+1)
		}
		for _, text := range texts {
			missing = append(missing, block{question: q.ID, text: r.mark(text)})
		}
		e.Comments = append(e.Comments, c)
	}
	for _, b := range blocks {
		if q := r.def.Question(b.question); q == nil || q.Kind != survey.Text {
			return nil, &CommentsError{b.line, "このアンケートに、この問いはありません。「問い：」を元に戻してください。"}
		}
	}
	if len(missing) == 0 {
		return e, nil
	}
	mrand.New(system{}).Shuffle(len(missing), func(i, j int) { missing[i], missing[j] = missing[j], missing[i] })
	var out strings.Builder
	if before := strings.TrimSpace(string(file)); before != "" {
		out.WriteString(before + "\n")
	} else {
		r.writeHead(&out)
	}
	for _, b := range missing {
		b.write(&out)
	}
	e.File, e.Added, e.Undecided = []byte(out.String()), len(missing), e.Undecided+len(missing)
	return e, nil
}

// system is the randomness of the operating system, as a source for math/rand.
type system struct{}

func (system) Uint64() uint64 {
	var b [8]byte
	rand.Read(b[:])
	return binary.LittleEndian.Uint64(b[:])
}

// textsOf are the texts that were written for a question.
func (r *Responses) textsOf(question string) (texts []string) {
	for _, w := range r.texts {
		if w.question == question {
			texts = append(texts, w.text)
		}
	}
	return texts
}

func (r *Responses) writeHead(out *strings.Builder) {
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
`, r.def.Title, masked)
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
	var lines []string
	for line := range strings.SplitSeq(strings.NewReplacer("【", "", "】", "", "\r", "").Replace(text), "\n") {
		lines = append(lines, strings.TrimRight(line, " 　\t"))
	}
	return strings.Join(lines, "\n")
}

var marked = regexp.MustCompile(`【[^】]*】`)

// surnames are common ones in Japan, and in Osaka, a line each.
//
//go:embed surnames.txt
var surnames string

// Surnames are common ones, for those who look for names elsewhere.
func Surnames() []string { return strings.Fields(surnames) }

// marks find what could tell who is meant: in each the first group.
var marks = []*regexp.Regexp{
	regexp.MustCompile(`(?:氏名|名前)[ 　]*[：:][ 　]*([^ 　、。，．,.\n]+)`),
	regexp.MustCompile(`(` + strings.Join(Surnames(), "|") + `)[ 　]?(?:さん|さま|様|氏)`),
	regexp.MustCompile(`([0-9０-９]{2,5}[-－‐–ー―−(（ ]{1,2}[0-9０-９]{1,4}[-－‐–ー―−)） ]{1,2}[0-9０-９]{3,4}|[0０][0-9０-９]{9,10})`),
	regexp.MustCompile(`([0-9A-Za-z._%+-]+[@＠][0-9A-Za-z.-]+)`),
}

// mark puts what could tell who is meant between 【 and 】: names, telephone numbers,
// mail addresses, and what the options of group questions are called.
func (r *Responses) mark(text string) string {
	in := make([]bool, len(text))
	for _, m := range append(slices.Clone(marks), r.sections()) {
		for _, at := range m.FindAllStringSubmatchIndex(text, -1) {
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
func (r *Responses) sections() *regexp.Regexp {
	all := []string{`[^\s\S]`} // nothing: there may be no option
	for _, q := range r.def.Questions {
		for _, o := range q.Options {
			if !q.Group {
				continue
			}
			all = append(all, regexp.QuoteMeta(o.Text))
			for word := range strings.FieldsFuncSeq(o.Text, func(c rune) bool { return strings.ContainsRune("・、（） 　", c) }) {
				all = append(all, regexp.QuoteMeta(word)+`の?(?:課|係|担当|グループ)`)
			}
		}
	}
	sections := regexp.MustCompile("(" + strings.Join(all, "|") + ")")
	sections.Longest()
	return sections
}
