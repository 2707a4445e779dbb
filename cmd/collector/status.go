package main

// collector status: how many have answered, as answered.json tells it. It asks
// the service, which alone knows: nothing stored says what there was at midnight.

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/go-json-experiment/json"

	"staffplan/cmd/internal/cli"
	"staffplan/collector/journal"
	"staffplan/collector/survey"
)

type statusCmd struct {
	ID   string `arg:"" optional:"" name:"id" help:"アンケートの id。書かなければ、すべて。"`
	Site string `default:"public" placeholder:"フォルダー" help:"site build で組み立てたサイト。"`
	Data string `default:"data" placeholder:"フォルダー" help:"回答をしまってあるフォルダー。"`
	Addr string `default:"127.0.0.1:8080" placeholder:"アドレス" help:"collector serve が開いているアドレス。"`
}

func (c *statusCmd) Run(ctx context.Context, ui *cli.UI) error {
	defs, err := survey.LoadSite(c.Site)
	if err != nil {
		return &cli.Problem{Sentence: c.Site + " のアンケートを読めません。", Err: err, Next: []string{"--site を確かめるか、先に site build でサイトを組み立ててください。"}}
	}
	if c.ID != "" {
		defs = slices.DeleteFunc(defs, func(d *survey.Definition) bool { return d.ID != c.ID })
		if len(defs) == 0 {
			return &cli.Problem{Sentence: c.ID + " というアンケートはありません。", Next: []string{"id を確かめてください。"}}
		}
	}
	if !journal.Locked(c.Data) {
		return &cli.Problem{Sentence: c.Data + " を使う受付が、動いていません。", Next: []string{"collector serve を動かすと、次の0時から分かります。動いているなら、--data を確かめてください。"}}
	}
	for _, d := range defs {
		told, err := c.ask(ctx, d.ID)
		switch {
		case errors.Is(err, errNotTold):
			ui.Result("%s: まだ分かりません。受付を動かしてから初めの0時に、数えます。", d.ID)
		case err != nil:
			return &cli.Problem{Sentence: "受付に聞けません。", Err: err, Next: []string{"--addr に、collector serve と同じアドレスを書いてください。"}}
		case told.Answered == 0:
			ui.Result("%s: きのうの終わりまでの回答は、10件に届いていません。%s", d.ID, told.of())
		default:
			ui.Result("%s: きのうの終わりまでに、%d件以上の回答がありました。%s", d.ID, told.Answered, told.of())
		}
	}
	return nil
}

// count is answered.json.
type count struct {
	Answered  int `json:"answered"`
	Headcount int `json:"headcount"`
}

// of says of how many people that is, where it is known.
func (n count) of() string {
	if n.Headcount == 0 {
		return ""
	}
	return fmt.Sprintf("対象は%d人で、回答率は%d%%以上です。", n.Headcount, 100*n.Answered/n.Headcount)
}

var errNotTold = errors.New("not counted yet")

func (c *statusCmd) ask(ctx context.Context, id string) (told count, err error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	at := url.URL{Scheme: "http", Host: c.Addr, Path: "/surveys/" + id + "/answered.json"}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, at.String(), nil)
	if err != nil {
		return told, err
	}
	reply, err := http.DefaultClient.Do(request)
	if err != nil {
		return told, err
	}
	defer reply.Body.Close()
	switch reply.StatusCode {
	case http.StatusOK:
		return told, json.UnmarshalRead(reply.Body, &told)
	case http.StatusNotFound:
		return told, errNotTold
	}
	return told, fmt.Errorf("%s: %s", at.String(), reply.Status)
}
