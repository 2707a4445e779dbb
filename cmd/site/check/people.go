package check

// Names of people: surnames that are common, where something beside them says
// that they are names.

import (
	"iter"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"staffplan/collector/report"
)

var surnames = func() map[string]bool {
	all := map[string]bool{}
	for _, name := range report.Surnames() {
		all[name] = true
	}
	return all
}()

// anySurname needs one of them.
func anySurname() (f form) {
	for name := range surnames {
		f.needs = append(f.needs, []byte(name))
	}
	return f
}

var (
	// addressed is what stands behind a name, but for words that begin alike.
	addressed = regexp.MustCompile(`さん|さま|サマ|様|氏|くん|君|殿|先生|[課係部室所次]長|主[事査任務]|技師|議員`)
	otherwise = regexp.MustCompile(`^(?:さんぽ|さんご|さまざま|様(?:子|式|々|態|相|変)|氏(?:名|神|族|子)|くんれん|君臨|先生方|課長会|部長会|(?:さん|様|氏|くん|君)（仮名）)`)
	toAnybody = []string{"さん", "さま", "サマ", "様", "氏", "くん", "君", "殿"}
	// noGiven are characters of companies, places and words, and of hardly any name.
	noGiven = regexp.MustCompile(`[社店会園校院館所局部課係組堂屋製業工電薬銀商民行町村市区県府都駅寺山川城線橋丁第仕模同各摂華御宮神的全学職員者室班署庁様式地者]`)
)

// beforeTitles finds a surname, or a whole name, that a title follows.
func beforeTitles(line string) (found [][2]int) {
	for _, at := range addressed.FindAllStringIndex(line, -1) {
		before, title := line[:at[0]], line[at[0]:at[1]]
		before = strings.TrimSuffix(strings.TrimSuffix(before, " "), "　")
		if last, _ := utf8.DecodeLastRuneInString(before); !isHan(last) || otherwise.MatchString(line[at[0]:]) {
			continue
		}
		if start := nameBefore(before, slices.Contains(toAnybody, title), title); start >= 0 {
			found = append(found, [2]int{start, len(before)})
		}
	}
	return found
}

// nameBefore is where the name begins that a text ends with, or -1. A surname of
// one character is a word as well: it stands apart.
func nameBefore(text string, anybody bool, title string) int {
	run := hanAtEnd(text)
	letters := []rune(run)
	for n := min(3, len(letters)); n > 0; n-- {
		surname := string(letters[len(letters)-n:])
		if !surnames[surname] {
			continue
		}
		royal := (surname == "王" || surname == "金") && title != "さん" && title != "氏"
		before, _ := utf8.DecodeLastRuneInString(text[:len(text)-len(surname)])
		if n > 1 || anybody && !royal && len(letters) == 1 && !strings.ContainsRune("おごのンー", before) {
			return len(text) - len(surname)
		}
	}
	if !anybody {
		return -1
	}
	apart := strings.TrimSuffix(strings.TrimSuffix(text[:len(text)-len(run)], " "), "　")
	if len(apart) < len(text)-len(run) { // 田中 太郎さん
		if surname := hanAtEnd(apart); surnames[surname] && len(letters) <= 3 && !noGiven.MatchString(run) {
			return len(apart) - len(surname)
		}
	}
	for n := 2; n <= 3 && n < len(letters); n++ {
		if given := string(letters[n:]); surnames[string(letters[:n])] && len(letters)-n <= 3 && !noGiven.MatchString(given) {
			return len(text) - len(run)
		}
	}
	return -1
}

// hanAtStart and hanAtEnd are the kanji that a text begins and ends with.
func hanAtStart(text string) string {
	return text[:len(text)-len(strings.TrimLeftFunc(text, isHan))]
}

func hanAtEnd(text string) string {
	return text[len(strings.TrimRightFunc(text, isHan)):]
}

func isHan(r rune) bool { return r >= '㐀' && unicode.Is(unicode.Han, r) || r == '々' || r == 'ヶ' }

const behindRoles = ":：|｜は、 　*「『\"“"

const inBrackets = `(?:（[^）]*）)?[ 　*]*`

var (
	// asking stands before a name and nothing else, roles also before others.
	asking = regexp.MustCompile(`(?:お名前|御名前|芳名|氏[ 　]*名|フリガナ|ふりがな)` + inBrackets + `[:：][ 　*「『"“]*`)
	roles  = regexp.MustCompile(`(?:名前|氏[ 　]*名|担当者?|担当職員|連絡先|問い?合わ?せ先?|講師|発表者|報告者|記入者|作成者|執筆者?|文責|受付者?|相談者|申請者|申込者|責任者|代表者?|提案者|` +
		`司会|進行|記録|出席者?|参加者|受賞者|被?表彰者|対象者|本人|世帯主|保護者|所属長|課長|係長|部長|リーダー|主催者|署名)` + inBrackets + `(?:[:：|｜]|は、?|[ 　])[ 　*「『"“]*$`) // ends with one of behindRoles
	apart  = regexp.MustCompile(`^(?:[\p{Han}々ヶ]{1,4}[ 　](?:[\p{Han}々]{1,3}|[ぁ-ん]{2,4})|[ァ-ヶー]{2,6}[ 　][ァ-ヶー]{2,6}|[ぁ-ん]{2,5}[ 　][ぁ-ん]{2,5}|[A-Z][A-Za-z]+ [A-Z][A-Za-z]+)(?:$|[^\p{Han}々ァ-ヶーぁ-んA-Za-z])`)
	goesOn = regexp.MustCompile(`^(?:$|です|でした|まで|が|に|へ|と|から|より|さ|[^ぁ-んァ-ヶーA-Za-z])`)
	office = regexp.MustCompile(`[課係部局室所署社会館校者員]`)
	noName = regexp.MustCompile(`非公開|無記名|匿名|省略|未定|不要|任意|同上|別紙|以下|記入|入力|必要|必須|一覧|名簿|希望|性別|年齢|住所|電話|番号|日時|目的|内容|期間|提出|確認|該当|右記|左記|下記|上記|個人|公表|掲載|自由|空欄|担当|方法|空白`)
)

// afterAsking finds the name that stands after what asks for one.
func afterAsking(line string) (found [][2]int) {
	for _, at := range asking.FindAllStringIndex(line, -1) {
		if n := nameAfter(line[at[1]:], true); n > 0 {
			found = append(found, [2]int{at[1], at[1] + n})
		}
	}
	return found
}

// afterRoles finds the surname that stands after what may be a role.
func afterRoles(line string) (found [][2]int) {
	for start, letters := range runs(line) {
		before, _ := utf8.DecodeLastRuneInString(line[:start])
		if strings.ContainsRune(behindRoles, before) && hasSurname(letters) && roles.MatchString(line[max(0, start-90):start]) {
			if n := nameAfter(line[start:], false); n > 0 {
				found = append(found, [2]int{start, start + n})
			}
		}
	}
	return found
}

// runs yields each run of kanji and where it begins.
func runs(line string) iter.Seq2[int, []rune] {
	return func(yield func(int, []rune) bool) {
		var run []rune
		start := 0
		for i, r := range line + "\n" {
			switch {
			case isHan(r):
				if run == nil {
					start = i
				}
				run = append(run, r)
			case run != nil:
				if !yield(start, run) {
					return
				}
				run = nil
			}
		}
	}
}

func hasSurname(letters []rune) bool {
	for n := 1; n <= min(3, len(letters)); n++ {
		if surnames[string(letters[:n])] {
			return true
		}
	}
	return false
}

// nameAfter is how long the name is that a text begins with, 0 for none: a common
// surname, alone or with a given name; two words that look like a name; and where
// only a name can stand, three to five kanji.
func nameAfter(text string, only bool) int {
	run := hanAtStart(text)
	letters, after := []rune(run), text[len(run):]
	if noName.MatchString(run) {
		return 0
	}
	if two := apart.FindString(text); two != "" {
		first, second, _ := strings.Cut(strings.Replace(two, "　", " ", 1), " ")
		second = strings.TrimRightFunc(second, func(r rune) bool { return !unicode.IsLetter(r) && r != 'ー' })
		if (only || surnames[first]) && !noGiven.MatchString(second) && !noName.MatchString(second) && (surnames[first] || !noGiven.MatchString(first)) {
			return len(strings.TrimRightFunc(two, func(r rune) bool { return !unicode.IsLetter(r) && r != 'ー' && r != '々' }))
		}
	}
	if !goesOn.MatchString(after) {
		return 0
	}
	for n := min(3, len(letters)); n > 0; n-- {
		given := string(letters[n:])
		if surnames[string(letters[:n])] && len(letters)-n <= 3 && !noGiven.MatchString(given) && (n > 1 || only || len(letters) == 3) {
			return len(run)
		}
	}
	if only && len(letters) >= 3 && len(letters) <= 5 && !office.MatchString(run) {
		return len(run)
	}
	return 0
}

// given are given names as most of them end, and no other word does after a surname.
var given = regexp.MustCompile(`^(?:[\p{Han}々]{0,2}[郎斗輔]|[\p{Han}々]{1,2}[夫雄也介美恵奈菜咲]|[花幸和洋恵京美裕智佳陽桃桜直久典英良律敦純真由貴理里悦節孝涼彩明清信康][子香]|[健翔良雄勇康慶幸]太|[\p{Han}々][一二三])$`)

var notGiven = regexp.MustCompile(`紹介|厄介|仲介|媒介|魚介|工夫|丈夫|農夫|[山野白青]菜|知恵|第`)

// whole finds a surname with a given name where nothing else says that it is one.
func whole(line string) (found [][2]int) {
	for start, letters := range runs(line) {
		for n := min(3, len(letters)); n > 1; n-- {
			if !surnames[string(letters[:n])] {
				continue
			}
			end := start + len(string(letters))
			rest := string(letters[n:])
			if rest == "" { // 田中 太郎
				after := strings.TrimPrefix(strings.TrimPrefix(line[end:], " "), "　")
				rest = hanAtStart(after)
				end = len(line) - len(after) + len(rest)
			}
			if given.MatchString(rest) && !notGiven.MatchString(rest) {
				found = append(found, [2]int{start, end})
			}
			break
		}
	}
	return found
}
