package ledger

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/google/uuid"
	"golang.org/x/mod/sumdb/tlog"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/page"
)

// Head is the log as it stands.
type Head struct {
	Size       int64     `json:"size" doc:"条目数"`
	Root       string    `json:"root" doc:"Merkle 根，base64"`
	Checkpoint string    `json:"checkpoint" doc:"签名检查点（C2SP tlog-checkpoint）"`
	Key        string    `json:"key" doc:"公钥（C2SP signed-note），核对检查点用"`
	SignedAt   time.Time `json:"signedAt" doc:"签名时间"`
}

// Entered is a line with its position.
type Entered struct {
	ID       uuid.UUID `json:"id" doc:"条目的标识"`
	Index    *int64    `json:"index,omitempty" doc:"在日志中的序号，从 0 起；刚写入、尚未排入的没有"`
	Kind     string    `json:"kind" doc:"类别"`
	Subject  uuid.UUID `json:"subject" doc:"对象"`
	Region   string    `json:"region" doc:"区划"`
	Leaf     string    `json:"leaf" doc:"条目的原始字节，base64；它的 RFC 6962 摘要就是叶子"`
	LeafHash string    `json:"leafHash" doc:"叶子的摘要，十六进制"`
}

// Inclusion shows that a line is in the log of a signed checkpoint.
type Inclusion struct {
	Entered
	Proof      []string `json:"proof" doc:"RFC 6962 包含证明，base64，自叶子向上"`
	Checkpoint string   `json:"checkpoint" doc:"签名检查点"`
}

// Consistency shows that the log of one size is the beginning of the log of another.
type Consistency struct {
	Old   int64    `json:"old"`
	New   int64    `json:"new"`
	Proof []string `json:"proof" doc:"RFC 6962 一致性证明，base64"`
}

// Receipt tells where a line stands. Whoever keeps it can later ask for the proof.
type Receipt struct {
	Entry    uuid.UUID `json:"entry" doc:"条目的标识"`
	Index    *int64    `json:"index,omitempty" doc:"序号，从 0 起；写入后一秒之内的还没有"`
	Kind     string    `json:"kind" doc:"类别"`
	LeafHash string    `json:"leafHash" doc:"叶子的摘要，十六进制"`
	At       time.Time `json:"at" doc:"写入时间"`
}

// Receipts are all lines about a subject, in the order they were written, for pages.
func (l *Log) Receipts(ctx context.Context, subject uuid.UUID) ([]Receipt, error) {
	return receipts(ctx, l.pool, subject)
}

var errNoLine = apperr.New(apperr.NotFound, "公开日志中没有这个条目")

// Head of the log; NotFound before Prepare.
func (l *Log) Head(ctx context.Context) (Head, error) { return loadHead(ctx, l.pool) }

// Lookup finds lines by their ids, with their positions as far as they have one.
func (l *Log) Lookup(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]Entered, error) {
	return lookup(ctx, l.pool, ids)
}

// Filter narrows the list of lines; empty members do not.
type Filter struct {
	page.Request
	Subject uuid.UUID
	Kind    string
}

// List is a page of lines, the newest first.
func (l *Log) List(ctx context.Context, f Filter) (page.Page[Entered], error) {
	var none page.Page[Entered]
	before, given, err := page.Decode[int64](f.Cursor)
	if err != nil {
		return none, err
	}
	if !given {
		before = 1<<62 - 1
	}
	rows, total, err := listEntries(ctx, l.pool, f, before)
	if err != nil {
		return none, err
	}
	next := map[uuid.UUID]int64{}
	out := make([]Entered, len(rows))
	for i, r := range rows {
		out[i], next[r.ID] = r.Entered, r.seq
	}
	return page.Make(out, f.Size(), total, func(e Entered) int64 { return next[e.ID] }), nil
}

// Prove shows that the line at an index, or with an id, is in the log; size 0 is the
// newest checkpoint.
func (l *Log) Prove(ctx context.Context, key string, size int64) (Inclusion, error) {
	e, err := findLine(ctx, l.pool, key)
	if err != nil {
		return Inclusion{}, err
	}
	head, err := l.Head(ctx)
	if err != nil {
		return Inclusion{}, err
	}
	checkpoint := head.Checkpoint
	if size == 0 {
		size = head.Size
	} else if size != head.Size {
		if checkpoint, err = checkpointAt(ctx, l.pool, size); err != nil {
			return Inclusion{}, err
		}
	}
	if e.Index == nil {
		return Inclusion{}, apperr.New(apperr.Conflict, "这个条目刚刚写入，几秒后才有证明")
	}
	if *e.Index >= size || size > head.Size {
		return Inclusion{}, apperr.InvalidField("size", "应在 %d 与 %d 之间", *e.Index+1, head.Size)
	}
	steps, err := tlog.ProveRecord(size, *e.Index, l.reader(ctx))
	if err != nil {
		return Inclusion{}, fmt.Errorf("prove line %d: %w", *e.Index, err)
	}
	p := Inclusion{Entered: e, Checkpoint: checkpoint, Proof: make([]string, len(steps))}
	for i, h := range steps {
		p.Proof[i] = base64.StdEncoding.EncodeToString(h[:])
	}
	return p, nil
}

// Consistent shows that the log only grew between two sizes.
func (l *Log) Consistent(ctx context.Context, from, to int64) (Consistency, error) {
	head, err := l.Head(ctx)
	if err != nil {
		return Consistency{}, err
	}
	if from < 1 || from > to || to > head.Size {
		return Consistency{}, apperr.InvalidField("old", "应是 1 ≤ old ≤ new ≤ %d", head.Size)
	}
	steps, err := tlog.ProveTree(to, from, l.reader(ctx))
	if err != nil {
		return Consistency{}, fmt.Errorf("prove growth: %w", err)
	}
	c := Consistency{Old: from, New: to, Proof: make([]string, len(steps))}
	for i, h := range steps {
		c.Proof[i] = base64.StdEncoding.EncodeToString(h[:])
	}
	return c, nil
}

func (l *Log) reader(ctx context.Context) tlog.HashReader {
	return &edge{ctx: ctx, q: l.pool, hashes: map[int64]tlog.Hash{}}
}

func hexOf(b []byte) string { return hex.EncodeToString(b) }
