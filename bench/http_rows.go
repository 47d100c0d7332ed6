package main

import (
	"fmt"
	"strings"
	"time"

	"zjcs/bench/load"
	"zjcs/bench/report"
)

// products are the product's subjects: cached and read from PostgreSQL. The processor
// time of a request counts PostgreSQL's too.
func (h *httpRun) products() []load.Subject {
	var out []load.Subject
	for _, p := range h.pages {
		out = append(out, load.Subject{Name: "cached " + p.path, Addr: h.cached.Addr, Paths: []string{p.path},
			CPU: func() time.Duration { return h.cached.CPU() + h.postgres.CPU() }})
		if p.read > 0 {
			out = append(out, load.Subject{Name: "read " + p.path, Addr: h.read.Addr, Paths: h.many[p.path],
				CPU: func() time.Duration { return h.read.CPU() + h.postgres.CPU() }})
		}
	}
	return out
}

// PocketBase answers the same content from one row each (its most favourable form), the
// first page of the list with its count, as it comes, and without, and the agency as
// relations. Its list is always the first page: further ones only cost it more.
const (
	pbDetail   = "PocketBase 详情"
	pbList     = "PocketBase 列表（默认，含总数）"
	pbSkip     = "PocketBase 列表（skipTotal=1）"
	pbRelation = "PocketBase 详情（关系表加 expand）"
)

func (h *httpRun) pocketbase() []load.Subject {
	subject := func(name string, paths ...string) load.Subject {
		for i := range paths {
			paths[i] = "/api/collections/" + paths[i]
		}
		return load.Subject{Name: name, Addr: h.pb.Addr, Paths: paths, CPU: h.pb.CPU}
	}
	var rows, relations []string
	for _, id := range h.agencies {
		id = strings.ReplaceAll(id, "-", "")
		rows = append(rows, "agencies/records/"+id)
		relations = append(relations, "firms/records/"+id+"?expand=items,firm_qualifications_via_firm,firm_practitioners_via_firm")
	}
	return []load.Subject{
		subject(pbDetail, rows...),
		subject(pbList, "agency_cards/records?perPage=20&sort=-id"),
		subject(pbSkip, "agency_cards/records?perPage=20&sort=-id&skipTotal=1"),
		subject(pbRelation, relations...),
	}
}

func (h *httpRun) report(r *report.Report, by map[string]load.Figures) {
	const fromCache, fromRows, fromPeer = "由内容缓存提供（同字节的裸 gin 为上限）", "每次读 PostgreSQL（同字节的裸 gin 为上限）", "每次读 PostgreSQL，对照 PocketBase（同样的行）"
	for i, p := range h.pages {
		gin := by["bare gin "+p.path]
		r.Add(throughput(fromCache, p.title, by["cached "+p.path], "裸 gin", gin, p.cached, len(h.answers[i].Body)))
	}
	for i, p := range h.pages {
		if p.read > 0 {
			r.Add(throughput(fromRows, p.title, by["read "+p.path], "裸 gin", by["bare gin "+p.path], p.read, len(h.answers[i].Body)))
		}
	}
	detail, list := by["read "+h.pages[1].path], by["read "+h.pages[2].path]
	r.Add(throughput(fromPeer, "机构详情", detail, pbDetail, by[pbDetail], 2.5, 0))
	r.Add(throughput(fromPeer, "机构列表 20 条", list, pbList, by[pbList], 2.5, 0))
	r.Add(throughput(fromPeer, "机构列表 20 条", list, pbSkip, by[pbSkip], 2.5, 0))
	r.Add(throughput(fromPeer, "机构详情", detail, pbRelation, by[pbRelation], 0, 0))
	r.Note("吞吐为各轮中位数；括号内 CPU 为每次请求所用处理器时间（本程序连同 PostgreSQL），与发压程序无关。PocketBase 每行就是一份完整文档，是它最省的形式；关系表加 expand 为通常的建模。每次读库的各项逐个请求两千家不同的机构（事项为全部），列表为两千个不同的页；裸 gin 答同类一页的字节。我方列表的总数数到 500 为止，PocketBase 默认数全部，skipTotal=1 不数。两边日志都照默认开启。")
}

func throughput(part, title string, f load.Figures, peerName string, peer load.Figures, atLeast float64, size int) report.Row {
	note := fmt.Sprintf("p50 %s，p99 %s，CPU %s，对照 CPU %s", short(f.P50), short(f.P99), short(f.CPU), short(peer.CPU))
	if size > 0 {
		note = fmt.Sprintf("%d 字节，", size) + note
	}
	return report.Row{Part: part, Subject: title, Figure: f.PerSecond, Unit: "次/秒", Peer: peerName, PeerAt: peer.PerSecond,
		Target: report.Target{AtLeast: atLeast}, Note: note}
}

// short prints a duration in the unit a reader compares in.
func short(d time.Duration) string {
	if d < time.Millisecond {
		return fmt.Sprintf("%d µs", d.Microseconds())
	}
	return fmt.Sprintf("%.1f ms", float64(d.Microseconds())/1000)
}

func mb(bytes int64) float64 { return float64(bytes) / (1 << 20) }
