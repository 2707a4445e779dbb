package check

// What a survey asks, as far as its definition may be right and the question is
// not: what people cannot answer, or nobody can compare afterwards.

import (
	"errors"
	"fmt"
	"iter"
	"regexp"
	"slices"
	"strings"

	"staffplan/collector/survey"
)

// questions are those of a survey that the collector would take (else: definition),
// by their paths.
func (p *page) questions() iter.Seq2[string, survey.Question] {
	return func(yield func(string, survey.Question) bool) {
		if p.survey == nil {
			return
		}
		for i, q := range p.survey.Questions {
			if !yield(fmt.Sprintf("params.survey.questions[%d]", i), q) {
				return
			}
		}
	}
}

// themes: results can call them by a name.
func themes(p *pass) {
	for path, q := range p.page.questions() {
		for i, theme := range q.Themes {
			if !slices.Contains(p.words["themes"], theme) {
				p.report(p.page.key(fmt.Sprintf("%s.themes[%d]", path, i)), "主題 "+theme+" がありません。",
					"使えるのは "+strings.Join(p.words["themes"], "、")+" です。新しい主題は、layouts/_data/themes.yaml に名前を足してください。")
			}
		}
	}
}

// noun is a word, or some that の joins, in writing that shows where it ends.
const noun = `[\p{Han}\p{Katakana}ー々A-Za-z0-9]+(?:の[\p{Han}\p{Katakana}ー々A-Za-z0-9]+)*`

// double matches two things asked at once: joined by a word that does nothing
// else; two nouns that one judgement is passed on (with others と also says with
// whom: 職員と話す, 二つの課が、協力している); and two sentences in one.
var double = regexp.MustCompile(`および|及び|ならびに|並びに|かつ|、(?:また|さらに)、` +
	`|` + noun + `や` + noun + `[にをはがもへ]` +
	`|` + noun + `と` + noun + `[にをはがも][^。]*(?:満足|納得|適切|十分|理解|信頼|尊重|期待|分かりやす|わかりやす|役に?立|相談|支えられ|助けられ|認められ|評価され|楽し|よい|良い|よか|良か|多い|少な|足り|できて|できる)` +
	`|を[^、。]{1,8}[きしちびみりえけせねべめれ]、[^。]*[をも][^。]*(?:いる|いた|できる|できた|思う|感じる|ます|ますか)[。？?]?$` +
	`|(?:でき|感じ|満足し|あり|よく|良く|高く|多く|分かり|わかり|守られ|認められ|得られ|生かせ|役に?立ち)(?:て(?:いて|おり)?|ており)?、[^。]*(?:いる|いた|ある|あった|できる|できた|思う|感じる|です|ます|ますか|ですか|たい|[しよ]い)[。？?]?$`)

// oneThing: a question asks for one thing. Whoever agrees with one half and not
// with the other has no answer.
func oneThing(p *pass) {
	for path, q := range p.page.questions() {
		if joined := double.FindString(q.Text); joined != "" && q.Kind != survey.Text {
			p.report(p.page.key(path+".text"), "一つの問いで、二つのことを聞いているようです（「"+joined+"」）。",
				"片方だけに当てはまる人は、答えに迷います。二つの問いに分けてください。一つのことなら、そのままでかまいません。")
		}
	}
}

// leads matches words that tell which answer is wanted.
var leads = regexp.MustCompile(`(?:思い|感じ|考え)ませんか|べき(?:だと思|ではあり|です)|ではないでしょうか|よね[。？?]?$|でしょう[？?。]?$|当然|すばらしい|素晴らしい|優れた|もちろん|言うまでもなく|ご存じのとおり|(?:多くの|ほとんどの|みんな|皆)[^。]{0,25}が、`)

// leading: a question does not say what to answer.
func leading(p *pass) {
	for path, q := range p.page.questions() {
		if word := leads.FindString(q.Text); word != "" {
			p.report(p.page.key(path+".text"), "「"+word+"」という言い方が、答えを誘っているようです。",
				"「私は、…と感じる。」のように、どちらの答えも選びやすい文にしてください。")
		}
	}
}

// downwards: labels go up, or the wrong half of them counts as assent
// (survey.Question). One finding is enough for all questions that share them.
func downwards(p *pass) {
	var said [][]string
	for path, q := range p.page.questions() {
		if len(q.Labels) < 2 || q.Reversed || slices.ContainsFunc(said, func(labels []string) bool { return slices.Equal(labels, q.Labels) }) {
			continue
		}
		first, last := q.Labels[0], q.Labels[len(q.Labels)-1]
		if against.MatchString(last) && !against.MatchString(first) {
			said = append(said, q.Labels)
			p.report(p.page.key(path+".labels"), "段階が、「"+first+"」から「"+last+"」の順に並んでいます。いまのままでは、「"+last+"」が肯定的な答えに数えられます。",
				"「"+last+"」から「"+first+"」の順に並べ替えてください。")
		}
	}
}

// against matches a label that says no.
var against = regexp.MustCompile(`(?:な|なかっ)(?:い|た)$|ません(?:でした)?$|^(?:いいえ|不|反対|悪い|低い|まったく|全く)`)

// nameless: whoever answers is not asked who they are.
func nameless(p *pass) {
	for path, q := range p.page.questions() {
		if word := whoIs.FindString(q.Text); word != "" && !spared.MatchString(q.Text) {
			p.report(p.page.key(path+".text"), "「"+word+"」をたずねると、だれの答えかが分かります。", "匿名で答えてもらえるように、この言葉を消してください。名前を出して提案する人には、/proposals/ を案内します。")
		}
	}
}

var (
	whoIs  = regexp.MustCompile(`お名前|氏名|あなたの名前|(?:職員|社員|電話|携帯|内線)番号|生年月日|メールアドレス`)
	spared = regexp.MustCompile(`(?:書か|入れ|記入し|出さ)ない|書かず|出さず|なくて|除いて|扱い|取り?扱`)
)

// compared: a question that was asked before can be answered as before.
func compared(p *pass) {
	for path, q := range p.page.questions() {
		previous := p.byURL["/surveys/"+p.page.survey.Previous+"/"]
		if previous == nil || previous.survey == nil {
			continue // loop
		}
		before := previous.survey.Question(q.ID)
		if before == nil || before.Kind == q.Kind && before.Reversed == q.Reversed && slices.Equal(before.Labels, q.Labels) {
			continue
		}
		mend := "問いの id を新しくしてください。"
		if before.Kind == survey.Scale {
			mend = "比べるなら、前の回と同じ「" + strings.Join(before.Labels, "、") + "」にしてください。比べないなら、" + mend
		}
		p.report(p.page.key(path+".labels"), "問い "+q.ID+" の段階が、前の回（"+previous.name+"）と違います。前の回からの変化は出ません。", mend)
	}
}

// asked: how many people are asked is known while it can still be told.
func asked(p *pass) {
	d := p.page.survey
	if d == nil || d.State(p.now) == survey.Over || d.Asked() > 0 {
		return
	}
	if slices.ContainsFunc(d.Questions, func(q survey.Question) bool { return q.Group }) {
		p.report(p.page.key("params.survey.headcount"), "所属の人数（headcount）が、そろっていません。何人のうち何人が答えたかは出ません。",
			"分かったら、{soumu: 42} のように、選択肢の value と人数を書いてください。")
	}
}

// Past is a project that knows what its files were before a change that is
// proposed: at the place where it left the branch that it is to go into.
type Past interface {
	Before(name string) ([]byte, error)
}

// fits: a survey that has begun can still hold the answers it has.
func fits(p *pass) {
	past, ok := p.fsys.(Past)
	if !ok || p.page.survey == nil || p.page.draft {
		return
	}
	data, err := past.Before(p.page.file)
	if err != nil {
		return // it is new
	}
	before := readPage(p.page.file, data)
	if before.survey == nil || before.draft || before.survey.State(p.now) == survey.NotYet {
		return
	}
	if broken, ok := errors.AsType[*survey.DefinitionError](p.page.survey.Fits(before.survey)); ok {
		for _, problem := range broken.Problems {
			p.report(p.page.key("params.survey."+problem.Name), "受付が始まったアンケートの "+problem.Name+" が、前と違います。", problem.Message)
		}
	}
}
