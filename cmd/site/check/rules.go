package check

// The list of rules, and what each of them is given.

// rule is one thing to look for. One of the three functions is set. Its example
// is in testdata/rules; both are what /about/editing/rules/ shows of it.
type rule struct {
	name   string
	level  Level
	says   string // what goes wrong, for editors
	except string // how to be let off, where one can be
	build  atBuild

	// unfinished: what it finds on a draft is only not written yet, and is a note
	// there. What hurts before a page is published, or stops site serve, weighs the
	// same everywhere.
	unfinished bool

	bytes func(*pass) // looks at pass.file, each file and folder before it is taken apart
	page  func(*pass) // looks at pass.page, each page that could be read
	site  func(*pass) // looks at pass.site
}

// atBuild is what a finding is to a build.
type atBuild int

const (
	silent  atBuild = iota
	tells           // it says so and goes on
	refuses         // it stops
)

// families are the rules by what they look after, in the order in which editors
// read of them.
var families = []struct {
	id    string // on the page
	name  string
	rules []rule
}{
	{"people", "人の情報と鍵", []rule{
		{name: "secret", level: Error, says: "封じた回答を開く鍵や、回答の入ったファイルは置けません。", build: refuses, bytes: secret},
		{name: "position", level: Error, says: "撮った場所（GPS の位置）が入った写真は載せません。", build: refuses, bytes: position},
		{name: "personal", level: Error, says: "電話番号、メールアドレス、マイナンバー、人の名前や住所は、下書きにも書きません。", except: "札の allow に、言葉と載せるわけを書きます。", page: personal},
	}},
	{"plan", "プランの言葉", []rule{
		{name: "kept", level: Error, says: "プランの言葉と、それを置くページは、変えずに残します。", site: stays},
		{name: "phrase", level: Error, says: "プランの言葉が、少し変わっています。", except: "プランの言葉でなければ、札の allow に、言葉とわけを書きます。", page: quotes},
	}},
	{"dates", "下書きと日付", []rule{
		{name: "unwritten", level: Error, unfinished: true, says: "ひな形の文や「〔ここに書く〕」が残っています。", build: refuses, page: unwritten},
		{name: "unfinished", level: Error, says: "あとで書くつもりの印（TODO、○○、要確認など）が、公開するページに残っています。", except: "下書き（draft: true）なら知らせません。残すわけがあるときは、札の allow に書きます。", page: unfinished},
		{name: "date", level: Error, unfinished: true, says: "ない日付や時刻、日付と合わない曜日、終わりが始まりより前の期間があります。", page: dates},
		{name: "review", level: Warning, unfinished: true, says: "見直す日を過ぎているか遠すぎる、または、確かめた日がまだ来ていません。", page: review},
	}},
	{"front-matter", "ページの札", []rule{
		{name: "unreadable", level: Error, says: "ページの札が、途中から読めません。", site: unreadable},
		{name: "front-matter", level: Error, unfinished: true, says: "要る項目がないか、使えない項目や値があります。", page: frontMatter},
		{name: "hugo", level: Error, says: "載るかどうかや、アドレスが変わってしまう項目があります。", build: refuses, page: forHugo},
		{name: "wrapped", level: Error, says: "札の中の文が、途中で次の行に続いています。", page: wrapped},
		{name: "title", level: Error, unfinished: true, says: "同じ題のページが二つあります。", site: title},
		{name: "allow", level: Warning, says: "わけがあって残すと書いた言葉が、ページにありません。", page: needless}, // after all that allow
	}},
	{"characters", "文字と符号", []rule{
		{name: "encoding", level: Error, says: "文字コードが UTF-8 でないか、化けた文字や、ぶつかった直しの印が残っています。", site: unreadable},
		{name: "bom", level: Warning, says: "ファイルの初めに、目に見えない印（BOM）が付いています。", bytes: beginsMarked},
		{name: "invisible", level: Warning, says: "目に見えない文字や、ほかのパソコンで見えない文字があります。", page: invisible},
		{name: "characters", level: Warning, says: "①や㈱など、環境によって読めないことがある文字です。", page: characters},
	}},
	{"marks", "文の記号", []rule{
		{name: "shortcode", level: Error, says: "ショートコード（{{< >}}）の名前、項目、囲みに間違いがあります。", site: tags},
		{name: "emphasis", level: Error, says: "強調にならない記号（** や __）が、そのまま見えてしまいます。", page: emphasis},
		{name: "html", level: Error, says: "HTML のタグは使えません。", page: html},
		{name: "list", level: Warning, says: "「・」や「１．」などは、一覧になりません。", page: list},
		{name: "table", level: Error, says: "表になっていないか、列の数が合いません。", page: table},
		{name: "code", level: Error, says: "プログラムの枠に入ってしまうか、枠が閉じていません。", page: code},
		{name: "spaces", level: Warning, says: "見えない空白で、字が下がったり、行が変わったりします。", page: spaces},
		{name: "mail", level: Warning, says: "貼ったメールの差出人やあいさつ、紙の文書の言葉（「別紙のとおり」など）が残っています。", page: pastedMail},
	}},
	{"headings", "見出し", []rule{
		{name: "heading", level: Error, unfinished: true, says: "見出しは ## から始め、ページの中で重ならない名前を付けます。", page: heading},
		{name: "typed-heading", level: Warning, says: "見出しのように書いた行が、見出しになっていません。", page: typedHeading},
		{name: "outline", level: Warning, says: "見出しは、段を飛ばさず、短い言葉で、一つずつ違うものにします。下には文を書きます。", page: outline},
		{name: "no-heading", level: Note, says: "長いページに、見出しが一つもありません。", page: noHeading},
	}},
	{"links", "リンク", []rule{
		{name: "link", level: Error, says: "リンクの行き先がありません。", page: links},
		{name: "reach", level: Error, unfinished: true, says: "どこからもたどり着けないページです。", site: reach},
		{name: "link-words", level: Warning, says: "リンクの言葉で、行き先が分かるようにします。サイトの中へは / から書きます。", page: linkWords},
	}},
	{"images", "画像", []rule{
		{name: "image", level: Error, says: "画像には、何が写っているかの説明を付けます。", page: image},
		{name: "disguised", level: Error, says: "ブラウザーで見えない形式の画像です。", build: refuses, bytes: disguised},
		{name: "unseen", level: Warning, says: "どのページにも出ていない画像です。", site: unseen},
		{name: "image-words", level: Warning, says: "画像の説明は、ファイルの名前ではなく、何が写っているかを書きます。", page: imageWords},
		{name: "image-size", level: Warning, says: "画像が大きすぎると、開くのに時間がかかります。", bytes: imageSize},
	}},
	{"japanese", "日本語", []rule{
		{name: "width", level: Warning, says: "数字と英字は半角、カタカナと句読点は全角で書きます。", page: widthOf},
		{name: "punctuation", level: Warning, says: "句読点や括弧が重なっているか、余分な空白があります。", page: punctuation},
		{name: "typo", level: Warning, says: "同じ助詞や言葉が続いています。", page: typo},
		{name: "tone", level: Warning, says: "文は、です・ますで終えます。", page: tone},
		{name: "terms", level: Warning, says: "サイトの中で、書き方をそろえる言葉です。", page: wording},
		{name: "sentence", level: Note, says: "一つの文が長いか、同じ言い方が重なっています。", page: longSentences},
	}},
	{"surveys", "アンケート", []rule{
		{name: "survey", level: Error, unfinished: true, says: "アンケートの定義に、受付で使えないところがあります。", page: definition},
		{name: "changed", level: Error, says: "受付が始まったアンケートの、問いの数や段階を変えると、もう届いた答えと合わなくなります。", page: fits},
		{name: "closes", level: Warning, says: "受付が0時0分に終わると、その日は入りません。", page: closes},
		{name: "nameless", level: Warning, says: "アンケートでは、名前や連絡先をたずねません。", page: nameless},
		{name: "downwards", level: Warning, says: "段階は、「そう思わない」から「そう思う」の順に並べます。", page: downwards},
		{name: "themes", level: Error, says: "問いの主題（themes）に、一覧にないものがあります。", page: themes},
		{name: "compared", level: Warning, says: "段階の言葉を変えると、前の回からの変化が出ません。", page: compared},
		{name: "one-thing", level: Note, says: "一つの問いで、二つのことを聞いています。", page: oneThing},
		{name: "leading", level: Note, says: "答えを誘う言い方です。", page: leading},
		{name: "headcount", level: Note, says: "所属の人数を書くと、何人のうち何人が答えたかが出ます。", page: asked},
	}},
	{"results", "結果", []rule{
		{name: "results", level: Error, says: "結果の数字が書きかえられているか、練習用の数字です。", build: refuses, site: figures},
		{name: "promised", level: Note, says: "変えると約束した日を過ぎています。", site: promised},
	}},
	{"loop", "取組のつながり", []rule{
		{name: "loop", level: Error, unfinished: true, says: "取組、問い、結果のつながりが切れています。", site: loop},
		{name: "carries", level: Error, says: "プランの箇所と取組のつながりが切れています。", site: carries},
		{name: "aimless", level: Note, says: "取組も主題も確かめない問いがあります。", page: aimless},
		{name: "unmoved", level: Note, says: "結果が出てから1年、取組が何も変わっていません。", site: unmoved},
	}},
	{"files", "ファイルの名前と場所", []rule{
		{name: "name", level: Error, says: "ファイルの名前はアドレスになるので、使える文字が決まっています。", build: tells, bytes: fileName},
		{name: "address", level: Error, says: "二つのファイルが、一つのアドレスで重なっています。", build: refuses, site: address},
		{name: "beside", level: Error, says: "ページの隣に置けるのは、画像だけです。", bytes: beside},
		{name: "leftover", level: Error, says: "パソコンが自分のために作ったファイルです。", build: tells, site: bySystems},
	}},
	{"lists", "担当と言葉の一覧", []rule{
		{name: "owners", level: Error, says: "担当の連絡先に、使えない書き方があります。", site: owners},
		{name: "codeowners", level: Warning, says: "提案を読む人の一覧が、ページの担当と合っていません。", site: codeowners},
		{name: "reachable", level: Note, says: "担当の連絡先が、まだ書かれていません。", site: reachable},
		{name: "synonyms", level: Error, says: "探すときの言葉に、読みか行き先がありません。", site: everyday},
	}},
}

var rules = func() (all []rule) {
	for _, family := range families {
		all = append(all, family.rules...)
	}
	return all
}()

// pass is a look at one file, at one page or at the site, by one rule after the
// other. Several passes are made at once: a rule changes nothing but its own page.
type pass struct {
	*site
	rule     rule
	file     file
	page     *page
	findings []Finding
}

// place is where something stands; line and column count from 1.
type place struct {
	file         string
	line, column int
}

// report adds a finding: what is wrong, what to do, and the edits that mend it
// where they cannot do harm.
func (p *pass) report(at place, message, mend string, fix ...Edit) {
	level := p.rule.level
	if p.rule.unfinished {
		if page := p.byURL[placed(at.file).url]; page != nil && page.file == at.file && page.draft {
			level = Note
		}
	}
	p.findings = append(p.findings, Finding{at.file, at.line, at.column, level, p.rule.name, message, mend, fix})
}
