// Command bench measures what the marketplace promises (the issues' "Must show"), each
// figure beside its limit or peer, in turns, in one run, and prints one table.
//
//	make bench                        everything
//	go run ./bench -only http,search  some parts
//	go run ./bench -hold              starts the cluster with the markets and prints the
//	                                  program's environment, to profile by hand
//
// A figure that misses its target is printed as 未达到 and does not fail the run; what
// could not be measured does. The table is also written to var/bench.md.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"

	"zjcs/bench/lab"
	"zjcs/bench/load"
	"zjcs/bench/peer"
	"zjcs/bench/report"
	"zjcs/internal/platform/embeddedpg"
)

// bench is one run.
type bench struct {
	*lab.Lab
	report *report.Report
	quick  bool // fewer, shorter rounds: to try the harness, not to quote
}

// part is one measurement that can be run alone.
type part struct {
	name, title string
	run         func(*bench, context.Context) error
	own         bool // has a database of its own: the markets need not be there
}

var parts = []part{
	{name: "footprint", title: "体积、启动、内存", run: (*bench).footprint},
	{name: "http", title: "吞吐：内容缓存、直读数据库、对照", run: (*bench).http},
	{name: "scale", title: "规模：10 万家与 1 千家机构的 p99", run: (*bench).scale},
	{name: "fresh", title: "缓存从不过期失真", run: (*bench).fresh},
	{name: "search", title: "搜索 10 万份文档", run: (*bench).search},
	{name: "import", title: "导入", run: (*bench).imports},
	{name: "procurements", title: procurementsPart, run: (*bench).procurements, own: true},
	{name: "people", title: "账号、权限、审核", run: (*bench).people, own: true},
	{name: "storm", title: stormPart, run: (*bench).storm, own: true},
	{name: "ledger", title: logbookPart, run: (*bench).ledger, own: true},
	{name: "credit", title: creditPart, run: (*bench).credit, own: true},
	{name: "opening", title: openingPart, run: (*bench).opening, own: true},
	{name: "pages", title: "页面：Lighthouse（移动端）与传输量", run: (*bench).pages},
}

func main() {
	embeddedpg.MaybeHelper()
	load.MaybeGenerator()
	peer.MaybeGin()
	names := make([]string, len(parts))
	for i, p := range parts {
		names[i] = p.name
	}
	only := flag.String("only", "", "parts to run, by comma: "+strings.Join(names, ", "))
	bin := flag.String("bin", filepath.Join("bin", "zjcs"), "the program to measure")
	hold := flag.Bool("hold", false, "start the cluster, print the environment, wait for Ctrl-C")
	quick := flag.Bool("quick", false, "short rounds, to try the harness")
	flag.Parse()
	chosen := strings.FieldsFunc(*only, func(r rune) bool { return r == ',' })
	for _, c := range chosen {
		if !slices.Contains(names, c) {
			fmt.Fprintf(os.Stderr, "没有 %s 这一部分，可选：%s\n", c, strings.Join(names, ", "))
			os.Exit(2)
		}
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, *bin, chosen, *quick, *hold)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "错误：", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, bin string, chosen []string, quick, hold bool) error {
	started := time.Now()
	l, err := lab.Open(ctx, bin, os.Stderr)
	if err != nil {
		return err
	}
	defer l.Close()
	b := &bench{Lab: l, report: &report.Report{Live: os.Stderr}, quick: quick}
	needed := len(chosen) == 0 || slices.ContainsFunc(parts, func(p part) bool { return slices.Contains(chosen, p.name) && !p.own })
	if needed || hold {
		if err := b.markets(ctx); err != nil {
			return err
		}
	}
	if hold {
		fmt.Println(strings.Join(l.Env(large), "\n"))
		<-ctx.Done()
		return nil
	}
	for _, p := range parts {
		if len(chosen) > 0 && !slices.Contains(chosen, p.name) {
			continue
		}
		b.Say("── %s", p.title)
		if err := p.run(b, ctx); err != nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			b.report.Add(report.Row{Part: p.title, Subject: "这一部分", Err: err})
		}
	}
	b.report.Note("机器：%d 核，%s；被测程序、PostgreSQL 和发压程序共用这些核。全程 %s。", runtime.NumCPU(), loadAverage(), time.Since(started).Round(time.Second))
	if quick {
		b.report.Note("这是 -quick 的结果，轮次少而短，不作数。")
	}
	return b.print(chosen)
}

// print writes the table to standard output and, of a whole run, to var/bench.md.
func (b *bench) print(chosen []string) error {
	title := "性能对照表（" + time.Now().Format("2006-01-02 15:04") + "）"
	path := filepath.Join(b.Root, "var", "bench.md")
	if len(chosen) > 0 {
		path = filepath.Join(b.Dir, "bench-"+strings.Join(chosen, "-")+".md")
	}
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	b.report.Markdown(io.MultiWriter(os.Stdout, f), title)
	if err := f.Close(); err != nil {
		return err
	}
	b.Say("\n已写入 %s", path)
	if n := b.report.Unmeasured(); n > 0 {
		return errors.New("有未能测量的项目，见上表")
	}
	return nil
}

// loadAverage tells how busy the machine was otherwise: a reader must be able to
// doubt a figure taken while something else ran.
func loadAverage() string {
	b, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "负载未知"
	}
	f := strings.Fields(string(b))
	return "结束时平均负载 " + strings.Join(f[:min(3, len(f))], " ")
}

// rounds shortens what -quick asked to be short.
func (b *bench) rounds(n int, each time.Duration) (int, time.Duration) {
	if b.quick {
		return 2, 300 * time.Millisecond
	}
	return n, each
}
