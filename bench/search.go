package main

import (
	"context"
	"fmt"
	"net/url"
	"time"

	"zjcs/bench/load"
	"zjcs/bench/report"
	searchbench "zjcs/bench/search"
	"zjcs/internal/platform/db"
	"zjcs/internal/search"
)

// promised are the groups of queries that issue 2 sets limits for; the others are shown.
var promised = map[string]bool{"二字": true, "四字": true, "多词": true}

// search times the product's engine beside ILIKE and pg_trgm, one query at a time in
// turns, then the whole program over HTTP with nothing cached.
func (b *bench) search(ctx context.Context) error {
	pool, err := db.Open(ctx, b.URL(large), 4)
	if err != nil {
		return err
	}
	defer pool.Close()
	engine, err := search.New(pool)
	if err != nil {
		return err
	}
	documents, err := searchbench.Prepare(ctx, pool)
	if err != nil {
		return err
	}
	defer func() { _ = searchbench.Drop(context.WithoutCancel(ctx), pool) }() // the next run drops them otherwise
	rounds := 20
	if b.quick {
		rounds = 2
	}
	timings, err := searchbench.Compare(ctx, pool, engine, rounds)
	if err != nil {
		return err
	}
	part := fmt.Sprintf("搜索 %d 份文档：20 条、三个分面、标出命中，不经缓存", documents)
	by := map[string]map[string]searchbench.Timing{}
	var groups []string
	for _, t := range timings {
		if by[t.Group] == nil {
			by[t.Group] = map[string]searchbench.Timing{}
			groups = append(groups, t.Group)
		}
		by[t.Group][t.Way] = t
	}
	for _, g := range groups {
		b.searchRows(part, g, by[g])
	}
	b.report.Note("搜索的对照只取 20 条标题，不算分面和总数，不认同义词和拼音：它们做得更少。")
	return b.searchHTTP(ctx, part)
}

func (b *bench) searchRows(part, group string, by map[string]searchbench.Timing) {
	own := by["zjcs"]
	p50 := report.Row{Part: part, Subject: "引擎，" + group + "：p50", Figure: ms(own.P50), Unit: "毫秒", Note: fmt.Sprintf("%d 次", own.N), Target: report.Target{Figure: true}}
	p99 := report.Row{Part: part, Subject: "引擎，" + group + "：p99", Figure: ms(own.P99), Unit: "毫秒", Note: "最慢 " + short(own.Max) + "：" + own.Slowest, Target: report.Target{Figure: true}}
	if promised[group] {
		p50.Target.AtMost, p99.Target.AtMost = 5, 60
	}
	if like, measured := by["ILIKE"]; measured {
		p50.Peer, p50.PeerAt = "ILIKE p50", ms(like.P50)
		p99.Peer, p99.PeerAt = "ILIKE p99", ms(like.P99)
	}
	b.report.Add(p50)
	b.report.Add(p99)
	if trgm, measured := by["pg_trgm"]; measured {
		b.report.Add(report.Row{Part: part, Subject: "引擎，" + group + "：p50", Figure: ms(own.P50), Unit: "毫秒", Peer: "pg_trgm p50", PeerAt: ms(trgm.P50)})
	}
}

// searchHTTP asks the program that caches nothing, one request at a time and eight.
func (b *bench) searchHTTP(_ context.Context, part string) error {
	p, err := b.Serve("search", large, "ZJCS_CACHE_BYTES=0")
	if err != nil {
		return err
	}
	defer p.Stop()
	generator, err := load.Start()
	if err != nil {
		return err
	}
	defer generator.Stop()
	paths := map[string][]string{}
	for _, c := range searchbench.Mix() {
		if promised[c.Group] {
			paths[c.Group] = append(paths[c.Group], "/api/v1/search?q="+url.QueryEscape(c.Query.Text))
		}
	}
	var subjects []load.Subject
	for _, group := range []string{"二字", "四字", "多词"} {
		subjects = append(subjects, load.Subject{Name: group, Addr: p.Addr, Paths: paths[group]})
	}
	rounds, each := b.rounds(5, 1500*time.Millisecond)
	alone, err := generator.Interleave(subjects, 1, rounds, each)
	if err != nil {
		return err
	}
	crowd, err := generator.Interleave(subjects, waiting, 2, each)
	if err != nil {
		return err
	}
	for i, s := range subjects {
		b.report.Add(report.Row{Part: part, Subject: "经 HTTP，" + s.Name + "：p50", Figure: ms(alone[i].P50), Unit: "毫秒", Target: report.Target{AtMost: 5}})
		b.report.Add(report.Row{Part: part, Subject: "经 HTTP，" + s.Name + "：p99", Figure: ms(alone[i].P99), Unit: "毫秒", Target: report.Target{AtMost: 60},
			Note: fmt.Sprintf("%d 个连接同时问时 p50 %s，p99 %s，%.0f 次/秒", waiting, short(crowd[i].P50), short(crowd[i].P99), crowd[i].PerSecond)})
	}
	return nil
}
