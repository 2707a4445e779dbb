package check

// Dates in the text: days that there are, on the weekday that they are, and a
// page that is still looked after.

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/text/width"
)

// wholeDate is a date with or without its year, and what may say its weekday.
var wholeDate = regexp.MustCompile(`(?:(令和|平成|昭和)[ 　]?([0-9０-９]{1,2}|元)[ 　]?年[ 　]?|([0-9０-９]{4})[ 　]?(?:年|[-/／－])[ 　]?)?([0-9０-９]{1,2})[ 　]?(月|[-/／－])[ 　]?([0-9０-９]{1,2})(日)?` +
	`(?:[ 　]?[（(〔\[]?[ 　]?([月火水木金土日])[ 　]?(?:曜日?)?(?:[・･,、 /][^）)\n]{0,6}|祝)?[）)〕\]]|[ 　]?([月火水木金土日])曜)?`)

// calendar is what a line with a date has: of each something.
var calendar = lookupOf(formsOf(`[0-9０-９]`, `[月/／－-]`))

const weekdays = "日月火水木金土"

// dates looks at all lines: a wrong day sends people on a wrong way wherever it
// is written.
func dates(p *pass) {
	p.times()
	named := sync.OnceValue(func() []int { return namedYears(p.page) })
	calendar.lines(p.page.data, func(from int, text []byte, forms []int) {
		line := string(text)
		if len(forms) < len(calendar.forms) || from < p.page.body && onlyDay.MatchString(line) { // frontMatter
			return
		}
		year, last, latest, end := 0, 0, 0, 0 // of the date before in the line
		for _, at := range wholeDate.FindAllStringSubmatchIndex(line, -1) {
			group := func(i int) string {
				if at[2*i] < 0 {
					return ""
				}
				return width.Narrow.String(line[at[2*i]:at[2*i+1]])
			}
			number := func(i int) int { n, _ := strconv.Atoi(group(i)); return n }
			own := number(3)
			if era := group(1); era != "" {
				own = eraBefore[era] + max(number(2), 1)
			}
			weekday := group(8) + group(9)
			slashed := own >= 1900 && own < 2200 || own == 0 && group(5) == "/" && group(8) != "" // 12/5（土）
			switch next := folded([]rune(line[at[13]:] + "\n")[0]); {
			case group(5) == "月" && group(7) == "日":
			case group(5) == "月" || group(7) == "日" || !slashed || next >= '0' && next <= '9' || !dated(line, at[0]):
				continue // a fraction, a chapter, a version
			}
			month, day := number(4), number(6)
			years := append(nearest(p.now, month, day), named()...)
			joined := end != 0 && span.MatchString(line[end:at[0]])
			back := joined && (month == last && day < latest && (own == 0 || own == year) || own != 0 && own < year) &&
				(strings.ContainsAny(line[end:at[0]], "～〜~–") || strings.HasPrefix(line[at[1]:], "まで"))
			switch until := year != 0 && joined; {
			case own != 0:
				years = []int{own}
			case until && month < last:
				years = []int{year + 1}
			case until:
				years = []int{year}
			}
			year, last, latest, end = own, month, day, at[1]
			if own == 0 && len(years) == 1 {
				year = years[0]
			}
			at := p.page.at(from + at[0])
			switch {
			case !exists(own, month, day):
				p.report(at, dateInWords(own, month, day)+"という日はありません。", "カレンダーで日付を確かめて、書き直してください。")
			case back:
				p.report(at, "期間の終わりが、始まりより前です。", "二つの日付を確かめてください。年が違うときは、年も書いてください。")
			case weekday != "":
				if fits := fitting(years, month, day); fits != "" && !strings.Contains(fits, weekday) {
					p.report(at, dateInWords(firstOf(years, month, day), month, day)+"は"+string([]rune(fits)[0])+"曜日です。"+weekday+"曜日ではありません。", "カレンダーで、日付と曜日のどちらが正しいかを確かめてください。年が違うときは、年も書いてください。")
				}
			}
		}
	})
}

// eraBefore is the year before the first of an era, eraEnds the last that it has.
var (
	eraBefore = map[string]int{"令和": 2018, "平成": 1988, "昭和": 1925}
	eraEnds   = map[string]int{"令和": 99, "平成": 31, "昭和": 64}
)

// clock finds hours and minutes that no day has, years that no era has, and years
// of two countings that are not the same, either of them first.
var clock = lookupOf([]form{
	lateHour:   formWith(`(2[5-9]|[3-9][0-9])時(?:[^間限点0-9]|$)`, upTo("%d時", 25, 99)...),
	lateMinute: formWith(`[0-9]時([6-9][0-9])分`, upTo("時%d分", 60, 99)...),
	lateYear:   formOf(`(平成|昭和)[ 　]?([3-9][0-9])[ 　]?年`, ""),
	eraFirst:   formWith(`(令和|平成|昭和)[ 　]?([0-9]{1,2}|元)[ 　]?年(度?)[（(](?:西暦)?([0-9]{4})(?:年(度?))?[）)]`, "年（", "年(", "年度（", "年度("),
	yearFirst:  formOf(`([0-9]{4})年(度?)[（(](令和|平成|昭和)[ 　]?([0-9]{1,2}|元)[ 　]?年(度?)[）)]`, ""),
})

const (
	lateHour = iota
	lateMinute
	lateYear
	eraFirst
	yearFirst
)

// upTo writes each number from one to another.
func upTo(format string, from, to int) (texts []string) {
	for ; from <= to; from++ {
		texts = append(texts, fmt.Sprintf(format, from))
	}
	return texts
}

// times looks at what the writer says, and not at what is quoted.
func (p *pass) times() {
	say := func(at int, message, mend string) { p.report(p.page.at(at), message, mend) }
	clock.matches(p.page.own(), func(form, from int, line []byte, at []int) {
		group := func(i int) string {
			if 2*i >= len(at) || at[2*i] < 0 {
				return ""
			}
			return string(line[at[2*i]:at[2*i+1]])
		}
		era, of, year, same := group(1), group(2), group(4), group(3) == group(5)
		if form == yearFirst {
			era, of, year, same = group(3), group(4), group(1), group(2) == group(5)
		}
		n, _ := strconv.Atoi(of)
		n = max(n, 1)
		switch form {
		case lateHour:
			say(from+at[2], group(1)+"時という時刻はありません。", "0時から24時までで書いてください。")
		case lateMinute:
			say(from+at[2], group(1)+"分という時刻はありません。", "0分から59分までで書いてください。")
		case lateYear:
			if n > eraEnds[era] {
				say(from+at[0], fmt.Sprintf("%s%d年という年はありません。", era, n), "いまの元号か、西暦で書いてください。")
			}
		default:
			if n <= eraEnds[era] && same && year != strconv.Itoa(eraBefore[era]+n) {
				say(from+at[0], fmt.Sprintf("%s%d年は%d年です。%s年ではありません。", era, n, eraBefore[era]+n, year), "どちらが正しいかを確かめてください。")
			}
		}
	})
}

// onlyDay is a line of front matter that holds nothing but a day.
var onlyDay = regexp.MustCompile(`^[ -]*[a-z_]+:[ ]*["']?[^ 、。]*["']?[ \r\n]*$`)

// span joins two dates, the second in the year of the first or the next.
var span = regexp.MustCompile(`^[^、。]{0,12}(?:から|[～〜~–—ー−-])[^、。]{0,6}$`)

var yearAlone = regexp.MustCompile(`(20[0-9]{2}|令和[ 　]?(?:[0-9]{1,2}|元))[ 　]?年(度?)(?:[^度0-9 ]|$)`)

// namedYears are those that a page's title and text speak of, beside whole dates.
func namedYears(p *page) (years []int) {
	text := width.Narrow.String(p.title + "\n" + string(p.data[p.body:]))
	for _, m := range yearAlone.FindAllStringSubmatch(text, -1) {
		year, err := strconv.Atoi(m[1])
		if err != nil {
			n, _ := strconv.Atoi(strings.Trim(m[1], "令和 　"))
			year = 2018 + max(n, 1)
		}
		years = append(years, year)
		if m[2] != "" {
			years = append(years, year+1)
		}
	}
	return years
}

// dated says whether what stands in a line may be a date: nothing goes before it
// that makes it a part of something longer.
func dated(line string, at int) bool {
	return at == 0 || !strings.ContainsRune("0123456789-/._", rune(line[at-1])) && (line[at-1] < 'A' || line[at-1] > 'z' || line[at-1] == '[')
}

// exists says whether there is a day; of no year, whether any has it.
func exists(year, month, day int) bool {
	if year == 0 {
		year = 2024 // which has a 29th of February
	}
	t := time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
	return t.Day() == day && int(t.Month()) == month
}

func dateInWords(year, month, day int) string {
	if year == 0 {
		return fmt.Sprintf("%d月%d日", month, day)
	}
	return fmt.Sprintf("%d年%d月%d日", year, month, day)
}

// nearest are the years in which a day comes next and came last.
func nearest(now time.Time, month, day int) []int {
	y := now.Year()
	if time.Date(y, time.Month(month), day, 0, 0, 0, 0, now.Location()).Before(now.AddDate(0, 0, -1)) {
		return []int{y + 1, y}
	}
	return []int{y, y - 1}
}

// fitting are the weekdays of a day in some years.
func fitting(years []int, month, day int) (all string) {
	for _, y := range years {
		if exists(y, month, day) {
			all += string([]rune(weekdays)[time.Date(y, time.Month(month), day, 0, 0, 0, 0, time.UTC).Weekday()])
		}
	}
	return all
}

// firstOf is the first of some years that has a day.
func firstOf(years []int, month, day int) int {
	return years[max(0, slices.IndexFunc(years, func(y int) bool { return exists(y, month, day) }))]
}

// review: a page was read when it says so, and is read again in time.
func review(p *pass) {
	today := p.now.Format(time.DateOnly)
	day := func(field string) string {
		if t := moment(fmt.Sprint(p.page.params[field])); !t.IsZero() {
			return t.Format(time.DateOnly)
		}
		return ""
	}
	if read := day("reviewed"); read > today {
		p.report(p.page.key("params.reviewed"), "reviewed が、まだ来ていない日です。", "内容を確かめた日を書いてください。年の打ち間違いではありませんか。")
	}
	if by, late := moment(day("review_by")), moment(day("reviewed")).AddDate(5, 0, 0); by.After(late) && day("reviewed") != "" {
		p.report(p.page.key("params.review_by"), "見直す日が、確かめた日から5年より先です。", "次に読み直す日を書いてください。年の打ち間違いではありませんか。")
	}
	if by := day("review_by"); by != "" && by < today && day("reviewed") < by {
		p.report(p.page.key("params.review_by"), "見直す日を過ぎています。", "内容を読み直し、reviewed を今日に、review_by を次に見直す日に書き換えてください。")
	}
}
