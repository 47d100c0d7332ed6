package main

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
	"time"

	"zjcs/bench/load"
	"zjcs/bench/proc"
	"zjcs/bench/report"
)

// Two markets of the same agencies that differ in how much was ever bought.
const (
	longPast, longPastNotices   = "zjcs_past", 100_000
	shortPast, shortPastNotices = "zjcs_young", 1_000
)

const procurementsPart = "采购：每次读 PostgreSQL，10 万份公告的 p99 对照 1 千份"

// moreNotices multiplies the demo market's procurements: the same terms and items, a
// title, a number and a time of their own, over ten years. A thousandth is open.
const moreNotices = `
	WITH made AS (
		INSERT INTO procurement (id, org_id, purchaser, region_code, title, project_code, method, fiscal, terms, state, published_at, deadline, selection_at, recipient, demo)
		SELECT gen_random_uuid(), p.org_id, p.purchaser, r.code, p.title || '（第 ' || n || ' 期）', p.project_code, p.method, p.fiscal, p.terms,
		       CASE WHEN n % 1000 = 0 THEN 'open' ELSE (ARRAY['awarded','failed','withdrawn','awarded'])[1 + n % 4] END, t, t + interval '7 days', t + interval '8 days', p.recipient, true
		FROM generate_series(1, $1::integer) n
		CROSS JOIN LATERAL (SELECT CASE WHEN n % 1000 = 0 THEN now() - interval '1 hour' ELSE now() - interval '10 days' - n * (interval '3600 days' / $1) END AS t) t
		JOIN (SELECT row_number() OVER (ORDER BY number) - 1 AS k, count(*) OVER () AS of, p.* FROM procurement p) p ON p.k = n % p.of
		JOIN (SELECT row_number() OVER (ORDER BY code) - 1 AS k, count(*) OVER () AS of, code FROM region) r ON r.k = n % r.of
		RETURNING id, number)
	INSERT INTO procurement_item (procurement_id, item_id, ordinal)
	SELECT m.id, i.id, 1 FROM (SELECT id, row_number() OVER (ORDER BY number) AS n FROM made) m
	JOIN (SELECT row_number() OVER (ORDER BY code) - 1 AS k, count(*) OVER () AS of, id FROM service_item WHERE state = 'published') i ON i.k = (m.n * m.n) % i.of`

func (b *bench) pastMarkets(ctx context.Context) error {
	made, err := b.Fingerprint("migrations", "data", "internal/demo", "internal/procurement", "internal/search", "internal/app/data.go", "bench/procurements.go")
	if err != nil {
		return err
	}
	for _, m := range []struct {
		name    string
		notices int
	}{{shortPast, shortPastNotices}, {longPast, longPastNotices}} {
		err := b.Database(ctx, m.name, made, func() error {
			b.Say("正在生成示例市场：%d 份采购公告（只在数据或结构变化后）", m.notices)
			if _, err := b.Run(ctx, m.name, "seed", "--agencies", "1000", "--experts", "200", "--seed", strconv.Itoa(seed)); err != nil {
				return err
			}
			conn, err := b.Connect(ctx, m.name)
			if err != nil {
				return err
			}
			defer conn.Close(ctx)
			tag, err := conn.Exec(ctx, moreNotices, m.notices)
			if err == nil && tag.RowsAffected() != int64(m.notices) {
				err = fmt.Errorf("%d notices were made of %d", tag.RowsAffected(), m.notices)
			}
			if err != nil {
				return err
			}
			_, err = b.Run(ctx, m.name, "reindex")
			return err
		})
		if err != nil {
			return fmt.Errorf("market %s: %w", m.name, err)
		}
	}
	return b.Checkpoint(ctx)
}

// procurements holds lists, detail and search where 100,000 notices were published against
// those where a thousand were.
func (b *bench) procurements(ctx context.Context) error {
	if err := b.pastMarkets(ctx); err != nil {
		return err
	}
	many, err := b.Serve("past", longPast, "ZJCS_CACHE_BYTES=0")
	if err != nil {
		return err
	}
	defer many.Stop()
	few, err := b.Serve("young", shortPast, "ZJCS_CACHE_BYTES=0")
	if err != nil {
		return err
	}
	defer few.Stop()
	generator, err := load.Start()
	if err != nil {
		return err
	}
	defer generator.Stop()
	const path = "/api/v1/procurements"
	list := func(param string) func(string) string {
		return func(v string) string { return path + "?limit=20&" + param + "=" + url.QueryEscape(v) }
	}
	kinds := []struct {
		title, sql string
		path       func(value string) string
		target     report.Target
	}{
		{"公告详情", `SELECT id::text FROM procurement WHERE frozen_at IS NOT NULL OR state IN ('open','withdrawn') ORDER BY md5(number) LIMIT 900`, func(id string) string { return path + "/" + id }, report.Target{AtMost: 1.3}},
		{"公告列表，不筛选", `SELECT '1'`, func(string) string { return path + "?limit=20" }, report.Target{AtMost: 1.3}},
		{"公告列表，报名中", `SELECT 'open'`, list("state"), report.Target{Figure: true}},
		{"公告列表，按事项", `SELECT code FROM service_item ORDER BY md5(code)`, list("item"), report.Target{Figure: true}},
		{"公告列表，按行业", `SELECT DISTINCT sector FROM service_item`, list("sector"), report.Target{Figure: true}},
		{"公告列表，按区划", `SELECT code FROM region ORDER BY md5(code)`, list("region"), report.Target{Figure: true}},
		{"公告列表，按文字", `SELECT '第 ' || n || '7' FROM generate_series(1, 40) n`, list("q"), report.Target{Figure: true}},
		{"搜索，类别为采购", `SELECT DISTINCT left(title, 4) FROM procurement ORDER BY 1 LIMIT 200`, func(v string) string { return "/api/v1/search?kind=procurement&q=" + url.QueryEscape(v) }, report.Target{Figure: true}},
		{"搜索，全部类别", `SELECT DISTINCT left(title, 4) FROM procurement ORDER BY 1 LIMIT 200`, func(v string) string { return "/api/v1/search?q=" + url.QueryEscape(v) }, report.Target{Figure: true}},
	}
	var subjects []load.Subject
	for _, k := range kinds {
		for _, side := range []struct {
			p        *proc.Process
			database string
		}{{many, longPast}, {few, shortPast}} {
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
	rounds, each := b.rounds(5, 1500*time.Millisecond)
	figures, err := generator.Interleave(subjects, waiting, rounds, each)
	if err != nil {
		return err
	}
	for i, k := range kinds {
		at, base := figures[2*i], figures[2*i+1]
		b.report.Add(report.Row{Part: procurementsPart, Subject: k.title, Figure: ms(at.P99), Unit: "毫秒 p99", Peer: "1 千份", PeerAt: ms(base.P99), Target: k.target,
			Note: fmt.Sprintf("p50 %s 对 %s；%d 连接", short(at.P50), short(base.P50), waiting)})
	}
	return nil
}
