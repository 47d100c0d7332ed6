package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/schollz/progressbar/v3"

	"zjcs/internal/app"
	"zjcs/internal/exchange"
	"zjcs/internal/platform/provenance"
	"zjcs/internal/platform/sheet"
)

type importCmd struct {
	Kind     string `arg:"" enum:"items,agencies,experts,affiliations,penalties" help:"导入什么：items 事项、agencies 机构、experts 专家、affiliations 机构与行政机关的关联、penalties 行政处罚（成为待核对的信用记录）。"`
	File     string `arg:"" optional:"" help:"CSV 或 XLSX 文件。"`
	Source   string `help:"提供数据的单位，每个值都会记下来源。"`
	Template string `help:"不导入，只把空白模板写到这个文件（.csv 或 .xlsx）。" placeholder:"FILE"`
}

// shownFaults bounds what a terminal is flooded with; all of them are in import_error.
const shownFaults = 20

func (i importCmd) Run(ctx context.Context, c *commands) error {
	kind := provenance.Kind(i.Kind)
	if i.Template != "" {
		return writeTemplate(i.Template, app.Columns(kind))
	}
	if i.File == "" {
		return fmt.Errorf("请给出要导入的文件，或用 --template FILE 生成空白模板")
	}
	if i.Source == "" {
		return fmt.Errorf("请用 --source 写明提供数据的单位，如 --source 运城市水务局")
	}
	return c.withCore(ctx, func(core *app.Core) error {
		started := time.Now()
		bar := newBar("导入")
		rep, err := core.Import(ctx, kind, exchange.Options{
			File: i.File, Source: i.Source,
			Progress: func(read, total, _ int64) { bar.ChangeMax64(max(total, 1)); _ = bar.Set64(read) },
		})
		_ = bar.Exit()
		report(rep, time.Since(started))
		if err != nil {
			return err
		}
		if rep.Summary.Inserted+rep.Summary.Updated > 0 {
			indexing := time.Now()
			if err := core.Search.Drain(ctx); err != nil {
				return fmt.Errorf("数据已导入，搜索索引没有更新成，启动服务后会自动补上: %w", err)
			}
			fmt.Fprintf(os.Stderr, "搜索索引已更新，%.1f 秒\n", time.Since(indexing).Seconds())
		}
		if rep.Summary.Failed > 0 {
			return fmt.Errorf("有 %d 行未导入，改正后再次导入同一文件即可，已导入的行不会重复", rep.Summary.Failed)
		}
		return nil
	})
}

func writeTemplate(path string, columns []sheet.Column) error {
	write := sheet.WriteCSVTemplate
	switch filepath.Ext(path) {
	case ".csv":
	case ".xlsx":
		write = sheet.WriteXLSXTemplate
	default:
		return fmt.Errorf("模板文件名应以 .csv 或 .xlsx 结尾")
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if err != nil {
		return fmt.Errorf("无法写模板（不会覆盖已有的文件）: %w", err)
	}
	return errors.Join(write(f, columns), f.Close())
}

func report(rep exchange.Report, took time.Duration) {
	out := os.Stderr
	s := rep.Summary
	for _, h := range rep.Unknown {
		fmt.Fprintf(out, "没有读的列：%s（不在模板里）\n", h)
	}
	for _, h := range rep.Ignored {
		fmt.Fprintf(out, "没有读的工作表：%s\n", h)
	}
	for n, f := range rep.Faults {
		if n == shownFaults {
			fmt.Fprintf(out, "……\n")
			break
		}
		fmt.Fprintf(out, "第 %d 行 %s：%s\n", f.Line, f.Column, f.Reason)
	}
	if len(rep.Reasons) > 0 {
		fmt.Fprintln(out, "按原因：")
		for _, r := range rep.Reasons {
			fmt.Fprintf(out, "  %6d 处  %s：%s（如第 %d 行）\n", r.Count, r.Column, r.Example, r.Line)
		}
	}
	fmt.Fprintf(out, "读 %d 行：新增 %d，更新 %d，未变 %d，未导入 %d；%.1f 秒，每秒 %.0f 行\n",
		s.Read, s.Inserted, s.Updated, s.Unchanged, s.Failed, took.Seconds(), float64(s.Read)/max(took.Seconds(), 0.001))
}

type seedCmd struct {
	Agencies int    `default:"300" help:"机构数。"`
	Experts  int    `default:"60" help:"专家数。"`
	Seed     uint64 `default:"1" help:"随机种子：同样的种子和数量得到同样的市场。"`
}

func (s seedCmd) Run(ctx context.Context, c *commands) error {
	return c.withCore(ctx, func(core *app.Core) error {
		started := time.Now()
		bar := newBar("生成示例市场")
		rep, err := core.Seed(ctx, s.Agencies, s.Experts, s.Seed, func(_ provenance.Kind, rows, total int64) {
			bar.ChangeMax64(max(total, 1))
			_ = bar.Set64(rows)
		})
		_ = bar.Exit()
		if err != nil {
			return err
		}
		for _, part := range []struct {
			name string
			rep  exchange.Report
		}{{"机构", rep.Agencies}, {"专家", rep.Experts}, {"公告", rep.Announcements}, {"关联", rep.Affiliations}, {"名单", rep.Listings}} {
			fmt.Fprintf(os.Stderr, "%s：新增 %d，更新 %d，未变 %d\n", part.name, part.rep.Summary.Inserted, part.rep.Summary.Updated, part.rep.Summary.Unchanged)
		}
		fmt.Fprintf(os.Stderr, "用时 %.1f 秒，均标为示例数据\n", time.Since(started).Seconds())
		return nil
	})
}

// newBar draws on the terminal only: a log file gets the summary, not the bar.
func newBar(what string) *progressbar.ProgressBar {
	return progressbar.NewOptions64(1, progressbar.OptionSetDescription(what), progressbar.OptionSetWriter(os.Stderr),
		progressbar.OptionSetWidth(30), progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionClearOnFinish(),
		progressbar.OptionSetVisibility(isTerminal(os.Stderr)))
}

func isTerminal(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
