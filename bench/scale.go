package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"zjcs/bench/load"
	"zjcs/bench/proc"
	"zjcs/bench/report"
)

// waiting is the number of connections of the latency rounds: few, so that p99 is
// mostly the work of an answer and not the queue before it.
const waiting = 8

const fullPages = "其中两边都满一页的事项"

// scale holds p99 at 100,000 agencies against p99 at 1,000: two programs on two
// databases of one cluster, nothing cached, the same kinds of request in turns.
func (b *bench) scale(ctx context.Context) error {
	const part = "规模：每次读 PostgreSQL，10 万家机构的 p99 对照 1 千家"
	many, err := b.Serve("large", large, "ZJCS_CACHE_BYTES=0")
	if err != nil {
		return err
	}
	defer many.Stop()
	few, err := b.Serve("small", small, "ZJCS_CACHE_BYTES=0")
	if err != nil {
		return err
	}
	defer few.Stop()
	generator, err := load.Start()
	if err != nil {
		return err
	}
	defer generator.Stop()
	const ids = `SELECT id::text FROM agency WHERE state = 'admitted' ORDER BY md5(id::text) LIMIT 2000`
	// Beside all items, those that fill a page in the small market too: what of the difference
	// is the length of the answer. Told, not judged.
	full, err := b.strings(ctx, small, `SELECT i.code FROM service_item i JOIN agency_item ai ON ai.item_id = i.id GROUP BY i.code HAVING count(*) > 20`)
	if err != nil {
		return err
	}
	kinds := []struct {
		title, sql string
		path       func(value string) string
	}{
		{"机构详情", ids, func(id string) string { return agencyPath + id }},
		{"机构列表，不筛选", ids, func(id string) string { return listPath + "&cursor=" + cursorAt(id) }},
		{"机构列表，按事项", `SELECT code FROM service_item ORDER BY md5(code)`, func(code string) string { return listPath + "&item=" + code }},
		{fullPages, `SELECT code FROM service_item WHERE code IN ('` + strings.Join(full, "','") + `') ORDER BY md5(code)`, func(code string) string { return listPath + "&item=" + code }},
		{"机构列表，按区划", `SELECT code FROM region ORDER BY md5(code)`, func(code string) string { return listPath + "&region=" + code }},
	}
	var subjects []load.Subject
	for _, k := range kinds {
		for _, side := range []struct {
			p        *proc.Process
			database string
		}{{many, large}, {few, small}} {
			values, err := b.strings(ctx, side.database, k.sql)
			if err != nil {
				return err
			}
			s := load.Subject{Name: k.title + " " + side.database, Addr: side.p.Addr}
			for _, v := range values {
				s.Paths = append(s.Paths, k.path(v))
			}
			subjects = append(subjects, s)
		}
	}
	rounds, each := b.rounds(9, 1500*time.Millisecond)
	figures, err := generator.Interleave(subjects, waiting, rounds, each)
	if err != nil {
		return err
	}
	for i, k := range kinds {
		at, base := figures[2*i], figures[2*i+1]
		target := report.Target{AtMost: 1.3}
		if k.title == fullPages {
			target = report.Target{}
		}
		b.report.Add(report.Row{Part: part, Subject: k.title, Figure: ms(at.P99), Unit: "毫秒 p99", Peer: "1 千家", PeerAt: ms(base.P99),
			Target: target, Note: fmt.Sprintf("p50 %s 对 %s；%d 轮 × %s，%d 连接", short(at.P50), short(base.P50), rounds, each, waiting)})
	}
	return nil
}

func ms(d time.Duration) float64 { return float64(d.Nanoseconds()) / 1e6 }
