package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"time"

	"zjcs/internal/app"
	"zjcs/internal/platform/calendar"
	"zjcs/internal/platform/clock"
	"zjcs/internal/platform/rules"
)

type rulesCmd struct {
	List rulesListCmd `cmd:"" help:"列出各项规则今天的值、来源和版本。"`
	Set  rulesSetCmd  `cmd:"" help:"决定一项规则从某天起的值；旧的版本保留。"`
}

type rulesListCmd struct {
	Region string `help:"区划代码；不写则看默认。" placeholder:"CODE"`
}

func (r rulesListCmd) Run(ctx context.Context, c *commands) error {
	return c.withCore(ctx, func(core *app.Core) error {
		values, err := rules.List(ctx, core.Pool, r.Region, core.Now())
		if err != nil {
			return err
		}
		for _, v := range values {
			fmt.Printf("%-32s %-28s %s %s（%s，第 %d 版）\n", v.Name, v.JSON, v.Unit, v.Label, v.Source, v.Version)
		}
		return nil
	})
}

type rulesSetCmd struct {
	Name   string `arg:"" help:"规则名，见 zjcs rules list。"`
	Value  string `arg:"" help:"JSON 值，如 3 或 [60,30,7]。"`
	Region string `required:"" help:"区划代码，含下级。" placeholder:"CODE"`
	From   string `required:"" help:"从哪天起，如 2027-01-01。" placeholder:"DATE"`
	Reason string `required:"" help:"理由和文号。"`
	Base   int    `help:"看到的版本；不是最新的就不改。" default:"0"`
}

func (r rulesSetCmd) Run(ctx context.Context, c *commands) error {
	return c.withCore(ctx, func(core *app.Core) error {
		v, err := rules.Set(ctx, core.Pool, rules.Decision{
			Name: r.Name, Region: r.Region, Base: r.Base, EffectiveFrom: r.From, Value: json.RawMessage(r.Value), Reason: r.Reason, At: core.Now(),
		})
		if err != nil {
			return err
		}
		fmt.Fprintf(os.Stderr, "%s 自 %s 起为 %s（第 %d 版）\n", v.Label, r.From, v.JSON, v.Version)
		return nil
	})
}

type calendarCmd struct {
	Load calendarLoadCmd `cmd:"" help:"载入国务院办公厅公布的一年节假日安排（.json、.csv、.xlsx），并重算暂定的期限。"`
}

type calendarLoadCmd struct {
	File     string `arg:"" type:"existingfile" help:"文件。"`
	Year     int    `help:"年份；.json 里写明的不必给。"`
	Document string `help:"文号，如 国办发明电〔2026〕7号；.json 里写明的不必给。"`
}

func (l calendarLoadCmd) Run(ctx context.Context, c *commands) error {
	y, err := l.read()
	if err != nil {
		return err
	}
	return c.withCore(ctx, func(core *app.Core) error {
		y.LoadedAt = core.Now()
		redated, err := core.LoadCalendar(ctx, y)
		if err != nil {
			return err
		}
		fmt.Fprintf(os.Stderr, "已载入 %d 年（%s），重算期限 %d 件，%s\n", y.Year, y.Document, redated, clock.Day(time.Now()))
		return nil
	})
}

func (l calendarLoadCmd) read() (calendar.Year, error) {
	if !strings.HasSuffix(strings.ToLower(l.File), ".json") {
		return calendar.ReadTable(l.File, l.Year, l.Document)
	}
	raw, err := os.ReadFile(l.File)
	if err != nil {
		return calendar.Year{}, err
	}
	return calendar.ParseJSON(raw)
}
