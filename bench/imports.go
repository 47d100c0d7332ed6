package main

import (
	"bufio"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"time"

	"zjcs/bench/proc"
	"zjcs/bench/report"
	"zjcs/internal/demo"
)

const (
	importDatabase = "zjcs_import"
	// plainColumns are the agency's own; without items, certificates and people.
	plainColumns = 11
)

// imports runs the real command on files of the demo's make, each into an empty
// database of its own: rows a second as the command itself reports them and by the
// clock (starting up and migrating included), and its peak memory.
func (b *bench) imports(ctx context.Context) error {
	const part = "导入机构（CSV，bin/zjcs import agencies）"
	rows, fewer, more := 200_000, 50_000, 400_000
	if b.quick {
		rows, fewer, more = 20_000, 5_000, 40_000
	}
	run := func(n int, plain bool) (imported, error) {
		path, err := b.csvFile(n, plain)
		if err != nil {
			return imported{}, err
		}
		return b.importInto(ctx, path)
	}
	for _, plain := range []bool{true, false} {
		title := fmt.Sprintf("%d 行，含事项、资质、执业人员", rows)
		if plain {
			title = fmt.Sprintf("%d 行，只有机构本身各栏", rows)
		}
		got, err := run(rows, plain)
		if err != nil {
			b.report.Add(report.Row{Part: part, Subject: title, Err: err})
			continue
		}
		b.report.Add(report.Row{Part: part, Subject: title, Figure: got.perSecond, Unit: "行/秒", Target: report.Target{AtLeast: 20_000},
			Note: fmt.Sprintf("按程序自报；按整个命令的时钟 %.0f 行/秒；文件 %.0f MB，内存峰值 %.0f MB", float64(rows)/got.Took.Seconds(), mb(got.size), mb(got.PeakRSS))})
	}
	low, err := run(fewer, false)
	if err != nil {
		return err
	}
	high, err := run(more, false)
	if err != nil {
		return err
	}
	b.report.Add(report.Row{Part: part, Subject: fmt.Sprintf("内存峰值，%d 行", more), Figure: mb(high.PeakRSS), Unit: "MB", Peer: fmt.Sprintf("%d 行", fewer), PeerAt: mb(low.PeakRSS),
		Target: report.Target{AtMost: 1.5}, Note: fmt.Sprintf("行数 8 倍；文件 %.0f MB 对 %.0f MB", mb(high.size), mb(low.size))})
	return b.Drop(ctx, importDatabase)
}

type imported struct {
	proc.Finished
	perSecond float64
	size      int64
}

var summaryLine = regexp.MustCompile(`读 (\d+) 行：新增 (\d+)，.*未导入 (\d+)；.*每秒 (\d+) 行`)

func (b *bench) importInto(ctx context.Context, path string) (imported, error) {
	if err := b.Empty(ctx, importDatabase); err != nil {
		return imported{}, err
	}
	if _, err := b.Run(ctx, importDatabase, "migrate"); err != nil {
		return imported{}, err
	}
	// A checkpoint left over from the run before must not fall into this one.
	if err := b.Checkpoint(ctx); err != nil {
		return imported{}, err
	}
	done, err := b.Run(ctx, importDatabase, "import", "agencies", path, "--source", "性能测量")
	got := imported{Finished: done}
	if err != nil {
		return got, err
	}
	m := summaryLine.FindStringSubmatch(done.Output)
	if m == nil || m[1] != m[2] || m[3] != "0" {
		return got, fmt.Errorf("not every row was imported: %s", done.Output)
	}
	got.perSecond, err = strconv.ParseFloat(m[4], 64)
	if err != nil {
		return got, err
	}
	info, err := os.Stat(path)
	if err != nil {
		return got, err
	}
	got.size = info.Size()
	return got, nil
}

// csvFile makes a file of n invented agencies, once for each make of the demo.
func (b *bench) csvFile(n int, plain bool) (string, error) {
	made, err := b.Fingerprint("internal/demo", "data")
	if err != nil {
		return "", err
	}
	name := "full"
	if plain {
		name = "plain"
	}
	path := filepath.Join(b.Dir, fmt.Sprintf("agencies-%s-%d-%s.csv", name, n, made))
	if _, err := os.Stat(path); err == nil {
		return path, nil
	}
	old, _ := filepath.Glob(filepath.Join(b.Dir, fmt.Sprintf("agencies-%s-%d-*.csv", name, n)))
	for _, o := range old {
		if err := os.Remove(o); err != nil {
			return "", err
		}
	}
	f, err := os.Create(path + ".new")
	if err != nil {
		return "", err
	}
	defer f.Close()
	w := bufio.NewWriterSize(f, 1<<20)
	if err := writeAgencies(w, n, plain); err != nil {
		return "", err
	}
	if err := w.Flush(); err != nil {
		return "", err
	}
	return path, os.Rename(path+".new", path)
}

func writeAgencies(w io.Writer, n int, plain bool) error {
	// Another seed than the markets': nothing of it is stored already.
	if !plain {
		return demo.WriteCSV(w, n, seed+1, time.Now())
	}
	r, full := io.Pipe()
	go func() { full.CloseWithError(demo.WriteCSV(full, n, seed+1, time.Now())) }()
	in, out := csv.NewReader(r), csv.NewWriter(w)
	in.ReuseRecord = true
	for {
		row, err := in.Read()
		if errors.Is(err, io.EOF) {
			out.Flush()
			return out.Error()
		}
		if err != nil {
			return err
		}
		if err := out.Write(row[:plainColumns]); err != nil {
			return err
		}
	}
}
