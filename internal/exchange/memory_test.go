package exchange_test

import (
	"context"
	"io"
	"runtime"
	"strings"
	"testing"

	"github.com/google/uuid"

	"zjcs/internal/exchange"
	"zjcs/internal/platform/db"
	"zjcs/internal/platform/provenance"
	"zjcs/internal/platform/sheet"
)

// keysOnly is a kind of record that is read, judged and thrown away.
type keysOnly struct{}

func (keysOnly) Kind() provenance.Kind { return provenance.Agencies }
func (keysOnly) Columns() []sheet.Column {
	return []sheet.Column{{Name: "键", Required: true}, {Name: "值"}}
}
func (keysOnly) Parse(r sheet.Row) (string, []provenance.RowError) { return r.Cell(0), nil }
func (keysOnly) Key(k string) (string, string)                     { return k, "键" }
func (keysOnly) Store(_ context.Context, _ db.Tx, _ provenance.Batch, rows []string) (provenance.Summary, []uuid.UUID, []provenance.RowError, error) {
	return provenance.Summary{Inserted: int64(len(rows))}, nil, nil, nil
}

// rowsOf gives n rows without ever holding them.
type rowsOf struct {
	n, at int
	rest  []byte
}

func (r *rowsOf) Read(p []byte) (int, error) {
	for len(r.rest) < len(p) && r.at < r.n {
		if r.at == 0 {
			r.rest = append(r.rest, "键,值\n"...)
		}
		r.at++
		key, v := []byte("000000000"), r.at
		for i := 8; i >= 0; i, v = i-1, v/10 {
			key[i] = byte('0' + v%10)
		}
		r.rest = append(append(r.rest, key...), longValue...)
	}
	if len(r.rest) == 0 {
		return 0, io.EOF
	}
	n := copy(p, r.rest)
	r.rest = r.rest[n:]
	return n, nil
}

var longValue = "," + strings.Repeat("值", 100) + "\n"

// peak is the most memory in use while n rows are taken in.
func (s *stage) peak(n int, sum string) uint64 {
	var most uint64
	_, err := exchange.Stream(s.Context(), s.pool, exchange.Options{FileName: "m", Source: "测试", Progress: func(_, _, rows int64) {
		if rows%50_000 == 0 {
			runtime.GC()
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			most = max(most, m.HeapAlloc)
		}
	}}, exchange.Target[string](keysOnly{}), sum, func() io.Reader { return &rowsOf{n: n} })
	s.must(err)
	return most
}

// Ten times the rows take the same memory but for the 16 bytes that remember a key.
func TestMemoryIsFlat(t *testing.T) {
	// Not parallel: it measures the process.
	s := setup(t)
	short, long := s.peak(100_000, "a"), s.peak(1_000_000, "b")
	t.Logf("100,000 rows: %d MB; 1,000,000 rows (310 MB): %d MB", short>>20, long>>20)
	if allowed := short + 48<<20; long > allowed {
		t.Errorf("%d MB, was %d MB for a tenth", long>>20, short>>20)
	}
}

func TestOverTheRowCeilingStops(t *testing.T) {
	t.Parallel()
	s := setup(t)
	rep, err := exchange.Stream(t.Context(), s.pool, exchange.Options{FileName: "m", Source: "测试"}, exchange.Target[string](keysOnly{}), "c", func() io.Reader { return &rowsOf{n: 2_000_001} })
	if err == nil || !strings.Contains(err.Error(), "2000000 行上限") || rep.Summary.Read != 2_000_000 {
		t.Errorf("%+v %v", rep.Summary, err)
	}
}
