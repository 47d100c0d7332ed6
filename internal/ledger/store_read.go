package ledger

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/db"
	"zjcs/internal/platform/page"
)

func loadHead(ctx context.Context, q db.Querier) (h Head, err error) {
	var root []byte
	err = q.QueryRow(ctx, `SELECT c.size, c.root, c.note, c.signed_at, k.verifier FROM ledger_checkpoint c CROSS JOIN ledger_key k ORDER BY c.size DESC LIMIT 1`).
		Scan(&h.Size, &root, &h.Checkpoint, &h.SignedAt, &h.Key)
	if errors.Is(err, pgx.ErrNoRows) {
		return h, apperr.New(apperr.NotFound, "公开日志还没有条目")
	}
	if err != nil {
		return h, fmt.Errorf("head of the log: %w", err)
	}
	h.Root = base64.StdEncoding.EncodeToString(root)
	return h, nil
}

func checkpointAt(ctx context.Context, q db.Querier, size int64) (text string, err error) {
	err = q.QueryRow(ctx, `SELECT note FROM ledger_checkpoint WHERE size = $1`, size).Scan(&text)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", apperr.InvalidField("size", "这个条目数没有签过检查点")
	}
	if err != nil {
		return "", fmt.Errorf("checkpoint: %w", err)
	}
	return text, nil
}

const enteredColumns = `SELECT e.id, l.idx, e.kind, e.subject, e.region, e.leaf, e.leaf_hash, e.seq FROM ledger_entry e LEFT JOIN ledger_leaf l ON l.entry_id = e.id `

type enteredRow struct {
	Entered
	seq int64
}

func scanEntered(row pgx.CollectableRow) (r enteredRow, err error) {
	var leaf, hash []byte
	err = row.Scan(&r.ID, &r.Index, &r.Kind, &r.Subject, &r.Region, &leaf, &hash, &r.seq)
	r.Leaf, r.LeafHash = base64.StdEncoding.EncodeToString(leaf), hexOf(hash)
	return r, err
}

func lookup(ctx context.Context, q db.Querier, ids []uuid.UUID) (map[uuid.UUID]Entered, error) {
	rows, err := q.Query(ctx, enteredColumns+`WHERE e.id = ANY ($1)`, ids)
	if err != nil {
		return nil, fmt.Errorf("lines of the log: %w", err)
	}
	list, err := pgx.CollectRows(rows, scanEntered)
	if err != nil {
		return nil, fmt.Errorf("lines of the log: %w", err)
	}
	out := make(map[uuid.UUID]Entered, len(list))
	for _, r := range list {
		out[r.ID] = r.Entered
	}
	return out, nil
}

// findLine is a line by its index or its id.
func findLine(ctx context.Context, q db.Querier, key string) (Entered, error) {
	var rows pgx.Rows
	var err error
	if id, bad := uuid.Parse(key); bad == nil {
		rows, err = q.Query(ctx, enteredColumns+`WHERE e.id = $1`, id)
	} else if idx, bad := strconv.ParseInt(key, 10, 64); bad == nil {
		rows, err = q.Query(ctx, enteredColumns+`WHERE l.idx = $1`, idx)
	} else {
		return Entered{}, errNoLine
	}
	if err != nil {
		return Entered{}, fmt.Errorf("line of the log: %w", err)
	}
	r, err := pgx.CollectExactlyOneRow(rows, scanEntered)
	if errors.Is(err, pgx.ErrNoRows) {
		return Entered{}, errNoLine
	}
	if err != nil {
		return Entered{}, fmt.Errorf("line of the log: %w", err)
	}
	return r.Entered, nil
}

func listEntries(ctx context.Context, q db.Querier, f Filter, before int64) (list []enteredRow, total int, err error) {
	w := &db.Where{}
	if f.Subject != uuid.Nil {
		w.Add("e.subject = ?", f.Subject)
	}
	if f.Kind != "" {
		w.Add("e.kind = ?", f.Kind)
	}
	count := db.CountUpTo(page.TotalCap, "ledger_entry e", w)
	w.Add("e.seq < ?", before)
	var b pgx.Batch
	b.Queue(count.SQL, count.Args...).QueryRow(func(row pgx.Row) error { return row.Scan(&total) })
	b.Queue(enteredColumns+`WHERE `+w.SQL()+` ORDER BY e.seq DESC LIMIT `+w.Arg(f.Size()+1), w.Args...).Query(func(rows pgx.Rows) (err error) {
		list, err = pgx.CollectRows(rows, scanEntered)
		return err
	})
	if err := q.SendBatch(ctx, &b).Close(); err != nil {
		return nil, 0, fmt.Errorf("lines of the log: %w", err)
	}
	return list, total, nil
}

// leavesFrom are n leaves from an index on.
func leavesFrom(ctx context.Context, q db.Querier, from int64, n int) ([][]byte, error) {
	rows, err := q.Query(ctx, `SELECT e.leaf FROM ledger_leaf l JOIN ledger_entry e ON e.id = l.entry_id WHERE l.idx >= $1 AND l.idx < $2 ORDER BY l.idx`, from, from+int64(n))
	if err != nil {
		return nil, fmt.Errorf("leaves: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[[]byte])
	if err != nil {
		return nil, fmt.Errorf("leaves: %w", err)
	}
	if len(list) != n {
		return nil, fmt.Errorf("leaves from %d: %d of %d are there", from, len(list), n)
	}
	return list, nil
}

func receipts(ctx context.Context, q db.Querier, subject uuid.UUID) ([]Receipt, error) {
	rows, err := q.Query(ctx, enteredColumns+`WHERE e.subject = $1 ORDER BY e.seq`, subject)
	if err != nil {
		return nil, fmt.Errorf("receipts: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (r Receipt, err error) {
		var leaf, hash []byte
		var region string
		var seq int64
		if err := row.Scan(&r.Entry, &r.Index, &r.Kind, &subject, &region, &leaf, &hash, &seq); err != nil {
			return r, err
		}
		var line Line
		err = json.Unmarshal(leaf, &line)
		r.LeafHash, r.At = hexOf(hash), line.At
		return r, err
	})
	if err != nil {
		return nil, fmt.Errorf("receipts: %w", err)
	}
	return list, nil
}
