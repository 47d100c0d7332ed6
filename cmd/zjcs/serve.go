package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"zjcs/internal/app"
	"zjcs/internal/platform/config"
)

type serveCmd struct{}

func (serveCmd) Run(ctx context.Context, c *commands) error {
	o, err := c.options()
	if err != nil {
		return err
	}
	a, err := app.New(ctx, o)
	if err != nil {
		return err
	}
	defer a.Close()
	if o.Config.Demo {
		if err := a.SeedDemo(ctx, o.Progress); err != nil {
			return err
		}
		if err := a.SeedAccounts(ctx, o.Progress); err != nil {
			return err
		}
	}
	fmt.Fprintf(os.Stderr, "\n%s 已就绪：http://%s\n按 Ctrl-C 停止\n\n", o.Config.SiteName, a.Addr())
	return a.Run(ctx)
}

type migrateCmd struct{}

func (migrateCmd) Run(ctx context.Context, c *commands) error {
	return c.withCore(ctx, func(*app.Core) error { return nil })
}

type reindexCmd struct{}

func (reindexCmd) Run(ctx context.Context, c *commands) error {
	return c.withCore(ctx, func(core *app.Core) error { return core.Search.Reindex(ctx) })
}

type creditCmd struct {
	Recompute recomputeCmd `cmd:"" help:"由信用记录、评价和客观记录重算每家机构的得分，与平时增量得出的核对。"`
}

type recomputeCmd struct{}

func (recomputeCmd) Run(ctx context.Context, c *commands) error {
	return c.withCore(ctx, func(core *app.Core) error {
		started := time.Now()
		n, err := core.Credit.Recompute(ctx)
		if err != nil {
			return err
		}
		fmt.Fprintf(os.Stderr, "重算 %d 家，与原来不同而改正的 %d 家；%.1f 秒\n", n.Agencies, n.Corrected, time.Since(started).Seconds())
		return nil
	})
}

type openapiCmd struct{}

func (openapiCmd) Run() error {
	doc, err := app.OpenAPI(version)
	if err != nil {
		return err
	}
	var lines bytes.Buffer // one member a line: the committed document must show what changed
	if err := json.Indent(&lines, doc, "", " "); err != nil {
		return err
	}
	_, err = os.Stdout.Write(append(lines.Bytes(), '\n'))
	return err
}

type workflowsCmd struct {
	Dir string `arg:"" help:"目录。"`
}

func (w workflowsCmd) Run() error {
	for name, drawing := range app.Workflows() {
		if err := os.WriteFile(filepath.Join(w.Dir, name), []byte(drawing), 0o644); err != nil {
			return err
		}
	}
	return nil
}

type configCmd struct{}

func (configCmd) Run() error {
	cfg, err := config.Load()
	for _, s := range cfg.Redacted() {
		fmt.Printf("%-28s %-32s %s\n", s.Name, s.Value, s.Help)
	}
	return err
}

type versionCmd struct{}

func (versionCmd) Run() error {
	_, err := fmt.Println("zjcs", version)
	return err
}
