package main

import (
	"context"
	"os"
	"path/filepath"
	"time"

	"zjcs/bench/load"
	"zjcs/bench/proc"
	"zjcs/bench/report"
)

// footprint measures the program alone with its own cluster, as `make run` starts it,
// on a market of 100,000 agencies: size, start to ready, memory at rest.
func (b *bench) footprint(ctx context.Context) error {
	const part = "体积、启动、内存"
	info, err := os.Stat(b.Bin)
	if err != nil {
		return err
	}
	b.report.Add(report.Row{Part: part, Subject: "程序文件（前端在内）", Figure: mb(info.Size()), Unit: "MB", Target: report.Target{AtMost: 80}})
	if err := b.forgetProgram(ctx); err != nil {
		return err
	}
	b.StopCluster()
	starts, rss, pss, err := b.coldStarts(ctx)
	if again := b.StartCluster(ctx); err == nil {
		err = again
	}
	if err != nil {
		return err
	}
	b.report.Add(report.Row{Part: part, Subject: "启动到就绪（自带数据库，已有 10 万家机构）", Figure: load.Median(starts), Unit: "秒", Target: report.Target{AtMost: 5}, Note: "3 次中位数，从启动进程到 /readyz 答 200"})
	b.report.Add(report.Row{Part: part, Subject: "空闲时程序的常驻内存（不含 PostgreSQL）", Figure: mb(rss), Unit: "MB", Target: report.Target{AtMost: 150}, Note: "就绪 5 秒后"})
	b.report.Add(report.Row{Part: part, Subject: "空闲时 PostgreSQL 的内存（PSS）", Figure: mb(pss), Unit: "MB"})
	return nil
}

// forgetProgram drops the program's database user when the market was made anew after it:
// a private cluster hands over what is there once, when it makes that user.
func (b *bench) forgetProgram(ctx context.Context) error {
	conn, err := b.Connect(ctx, large)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, `
		DO $$ BEGIN
			IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'zjcs_app')
			   AND (SELECT relowner::regrole::text FROM pg_class WHERE oid = 'goose_db_version'::regclass) <> 'zjcs_app' THEN
				DROP OWNED BY zjcs_app;
				DROP ROLE zjcs_app;
			END IF;
		END $$`)
	return err
}

func (b *bench) coldStarts(ctx context.Context) (starts []float64, rss, pss int64, err error) {
	for range 3 {
		addr, err := proc.FreeAddr()
		if err != nil {
			return nil, 0, 0, err
		}
		p, err := proc.Start(proc.Spec{Name: "zjcs start", Path: b.Bin, Args: []string{"serve"}, Addr: addr,
			Env: b.Env("", "ZJCS_ADDR="+addr), Log: filepath.Join(b.Dir, "zjcs-start.log")})
		if err != nil {
			return nil, 0, 0, err
		}
		took, err := p.WaitServing("/readyz", time.Minute)
		if err != nil {
			p.Stop()
			return nil, 0, 0, err
		}
		starts = append(starts, took.Seconds())
		if len(starts) == 3 {
			rss, pss, err = b.atRest(ctx, p)
		}
		p.Stop()
		if err != nil {
			return nil, 0, 0, err
		}
	}
	return starts, rss, pss, nil
}

func (b *bench) atRest(ctx context.Context, p *proc.Process) (rss, pss int64, err error) {
	select {
	case <-ctx.Done():
		return 0, 0, ctx.Err()
	case <-time.After(5 * time.Second):
	}
	if rss, err = proc.RSS(p.PID()); err != nil {
		return 0, 0, err
	}
	pg, err := proc.PostgresIn(b.Data)
	if err != nil {
		return 0, 0, err
	}
	return rss, pg.PSS(), nil
}
