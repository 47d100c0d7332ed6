package main

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"time"

	"zjcs/bench/load"
	"zjcs/bench/peer"
	"zjcs/bench/proc"
	"zjcs/bench/report"
	pages "zjcs/internal/platform/page"
)

// connections of the throughput rounds: enough to keep both processors busy although
// each answer waits for others (the generator, the program and PostgreSQL take turns).
const connections = 64

// page is an address of the product and what share of bare gin it must reach.
type page struct {
	title, path string
	cached      float64 // served from the content cache; 0: not asked
	read        float64 // read from PostgreSQL each time; 0: not asked
}

// http measures the product with its content cache, the product that reads PostgreSQL
// each time, bare gin with the same bytes, and PocketBase on the same rows, all in turns.
func (b *bench) http(ctx context.Context) error {
	h, err := b.openHTTP(ctx)
	if err != nil {
		return err
	}
	defer h.close()
	subjects := slices.Concat(h.products(), h.pocketbase())
	for i := range h.pages {
		subjects = append(subjects, h.answers[i].Subject(h.gin))
	}
	rounds, each := b.rounds(7, time.Second)
	b.Say("  %d 个对象，各 %d 轮，每轮 %s，%d 个长连接，轮流进行", len(subjects), rounds, each, connections)
	figures, err := h.generator.Interleave(subjects, connections, rounds, each)
	if err != nil {
		return err
	}
	by := map[string]load.Figures{}
	for i, s := range subjects {
		by[s.Name] = figures[i]
	}
	h.report(b.report, by)
	rss, err := proc.RSS(h.cached.PID())
	if err != nil {
		return err
	}
	b.report.Add(report.Row{Part: "体积、启动、内存", Subject: "受压之后程序的常驻内存（10 万家机构，缓存 32 MiB）", Figure: mb(rss), Unit: "MB"})
	return nil
}

// httpRun is everything that runs during the part.
type httpRun struct {
	pages        []page
	many         map[string][]string // by path of a page: distinct addresses of its kind, for reads
	answers      []peer.Answer       // of pages, same order
	agency       string              // id of the agency shown
	agencies     []string            // ids asked for where every read must be another
	cached, read *proc.Process
	gin, pb      *proc.Process
	postgres     proc.Postgres
	generator    *load.Generator
}

func (b *bench) openHTTP(ctx context.Context) (h *httpRun, err error) {
	h = &httpRun{}
	defer func() {
		if err != nil {
			h.close()
		}
	}()
	if h.cached, err = b.Serve("cached", large); err != nil {
		return h, err
	}
	if h.read, err = b.Serve("read", large, "ZJCS_CACHE_BYTES=0"); err != nil {
		return h, err
	}
	if h.postgres, err = proc.PostgresIn(b.Data); err != nil {
		return h, err
	}
	if h.agency, err = b.typicalAgency(ctx, h.cached); err != nil {
		return h, err
	}
	h.pages = []page{
		{"接口：事项详情", itemPath, 0.5, 0.25},
		{"接口：机构详情", agencyPath + h.agency, 0.5, 0.25},
		{"接口：机构列表 20 条", listPath, 0.5, 0.08},
		{"接口：搜索结果页", "/api/v1/search?q=" + url.QueryEscape("环境影响"), 0.5, 0},
		{"门户：首页", "/", 0.3, 0},
		{"门户：事项详情", "/service-items/ZJ0049", 0.3, 0},
		{"门户：机构列表", "/agencies", 0.3, 0},
	}
	for _, p := range h.pages {
		a, err := b.capture(ctx, h.cached, p.path)
		if err != nil {
			return h, err
		}
		h.answers = append(h.answers, a)
	}
	if h.many, err = b.distinct(ctx, h); err != nil {
		return h, err
	}
	if h.gin, err = peer.StartGin(h.answers, b.Dir); err != nil {
		return h, err
	}
	if h.pb, err = b.pocketbase(ctx, h.read); err != nil {
		return h, err
	}
	h.generator, err = load.Start()
	return h, err
}

func (h *httpRun) close() {
	if h.generator != nil {
		h.generator.Stop()
	}
	for _, p := range []*proc.Process{h.cached, h.read, h.gin, h.pb} {
		p.Stop()
	}
}

// capture takes the bytes the product answers, and makes sure it answers them again.
func (b *bench) capture(ctx context.Context, p *proc.Process, path string) (peer.Answer, error) {
	first, header, err := fetch(ctx, "http://"+p.Addr+path)
	if err != nil {
		return peer.Answer{}, err
	}
	second, again, err := fetch(ctx, "http://"+p.Addr+path)
	if err == nil && (string(first) != string(second) || header.Get("ETag") == "" || header.Get("ETag") != again.Get("ETag")) {
		err = fmt.Errorf("%s: two answers differ, or carry no ETag; there is nothing to hold against", path)
	}
	return peer.Answer{Path: path, ContentType: header.Get("Content-Type"), Body: first}, err
}

const (
	itemPath   = "/api/v1/service-items/ZJ0049"
	agencyPath = "/api/v1/agencies/"
	listPath   = "/api/v1/agencies?limit=20"
)

// distinct are many addresses of each kind that is read from PostgreSQL. Requests for
// one record that come together share a look-up, so asking for one alone would show
// the product faster than its readers find it.
func (b *bench) distinct(ctx context.Context, h *httpRun) (map[string][]string, error) {
	codes, err := b.strings(ctx, large, `SELECT code FROM service_item ORDER BY md5(code)`)
	if err != nil {
		return nil, err
	}
	if h.agencies, err = b.strings(ctx, large, `SELECT id::text FROM agency WHERE state = 'admitted' ORDER BY md5(id::text) LIMIT 2000`); err != nil {
		return nil, err
	}
	many := map[string][]string{}
	for _, code := range codes {
		many[itemPath] = append(many[itemPath], "/api/v1/service-items/"+code)
	}
	for _, id := range h.agencies {
		many[agencyPath+h.agency] = append(many[agencyPath+h.agency], agencyPath+id)
		many[listPath] = append(many[listPath], listPath+"&cursor="+cursorAt(id))
	}
	return many, nil
}

// cursorAt is the cursor of the page that follows a record.
func cursorAt(id string) string {
	return pages.Make([]string{id, ""}, 1, 0, func(id string) string { return id }).NextCursor
}

// typicalAgency is the one with the median size of answer among a hundred.
func (b *bench) typicalAgency(ctx context.Context, p *proc.Process) (string, error) {
	ids, err := b.strings(ctx, large, `SELECT id::text FROM agency WHERE state = 'admitted' ORDER BY md5(id::text) LIMIT 101`)
	if err != nil {
		return "", err
	}
	sizes := map[string]int{}
	for _, id := range ids {
		body, err := get(ctx, "http://"+p.Addr+"/api/v1/agencies/"+id)
		if err != nil {
			return "", err
		}
		sizes[id] = len(body)
	}
	slices.SortFunc(ids, func(x, y string) int { return sizes[x] - sizes[y] })
	if len(ids) == 0 {
		return "", fmt.Errorf("no agency in %s", large)
	}
	return ids[len(ids)/2], nil
}
