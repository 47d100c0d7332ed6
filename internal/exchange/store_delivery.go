package exchange

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/db"
	"zjcs/internal/platform/page"
	"zjcs/internal/platform/provenance"
	"zjcs/internal/platform/secret"
)

// chunk is how much of a table one row of delivery_content holds.
const chunk = 1 << 20

// insertDelivery stores a delivery and the bytes of its file, sealed; it sets what is
// found out on the way.
func insertDelivery(ctx context.Context, tx db.Tx, vault *secret.Vault, d *Delivery, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("insert delivery: %w", err)
	}
	defer f.Close()
	sum := sha256.New()
	if d.Size, err = io.Copy(sum, f); err != nil {
		return fmt.Errorf("insert delivery: %w", err)
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("insert delivery: %w", err)
	}
	d.SHA256 = hex.EncodeToString(sum.Sum(nil))
	err = tx.QueryRow(ctx, `INSERT INTO delivery (id, kind, source, file_name, sha256, size, state, reach, author) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING number`,
		d.ID, d.Kind, d.Source, d.FileName, d.SHA256, d.Size, d.State, d.reach, d.author).Scan(&d.Number)
	if err != nil {
		return fmt.Errorf("insert delivery: %w", err)
	}
	buffer := make([]byte, chunk)
	for ordinal := 0; ; ordinal++ {
		n, err := io.ReadFull(f, buffer)
		if n > 0 {
			if _, err := tx.Exec(ctx, `INSERT INTO delivery_content (delivery_id, ordinal, bytes) VALUES ($1, $2, $3)`, d.ID, ordinal, vault.Seal(sealField, string(buffer[:n]))); err != nil {
				return fmt.Errorf("insert delivery: %w", err)
			}
		}
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("insert delivery: %w", err)
		}
	}
}

// copyContent writes the file of a delivery, chunk by chunk.
func copyContent(ctx context.Context, q db.Querier, vault *secret.Vault, id uuid.UUID, w io.Writer) error {
	for ordinal := 0; ; ordinal++ {
		var sealed []byte
		err := q.QueryRow(ctx, `SELECT bytes FROM delivery_content WHERE delivery_id = $1 AND ordinal = $2`, id, ordinal).Scan(&sealed)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("delivery content: %w", err)
		}
		plain, err := vault.Open(sealField, sealed)
		if err != nil {
			return fmt.Errorf("delivery content: %w", err)
		}
		if _, err := io.WriteString(w, plain); err != nil {
			return fmt.Errorf("delivery content: %w", err)
		}
	}
}

const deliveryColumns = `id, number, kind, source, file_name, sha256, size, state, progress, failure, created_at, confirmed_at, finished_at, author, reach, batch_id, result`

func (d *Delivery) targets() []any {
	return []any{&d.ID, &d.Number, &d.Kind, &d.Source, &d.FileName, &d.SHA256, &d.Size, &d.State, &d.Progress, &d.Failure, &d.CreatedAt, &d.ConfirmedAt, &d.FinishedAt,
		&d.author, &d.reach, &d.batch, &d.Result}
}

func loadDelivery(ctx context.Context, q db.Querier, id uuid.UUID, lock bool) (Delivery, error) {
	sql := `SELECT ` + deliveryColumns + `, preview FROM delivery WHERE id = $1`
	if lock {
		sql += ` FOR UPDATE`
	}
	var d Delivery
	err := q.QueryRow(ctx, sql, id).Scan(append(d.targets(), &d.Preview)...)
	if errors.Is(err, pgx.ErrNoRows) {
		return d, errNoDelivery
	}
	if err != nil {
		return d, fmt.Errorf("load delivery: %w", err)
	}
	d.StateLabel = deliveryLabels[d.State]
	return d, nil
}

func listDeliveries(ctx context.Context, q db.Querier, author uuid.UUID, r page.Request) (list []Delivery, total int, err error) {
	before, given, err := page.Decode[uuid.UUID](r.Cursor)
	if err != nil {
		return nil, 0, err
	}
	if !given {
		before = uuid.Max
	}
	var b pgx.Batch
	b.Queue(`SELECT count(*) FROM (SELECT FROM delivery WHERE author = $1 LIMIT $2) c`, author, page.TotalCap+1).QueryRow(func(row pgx.Row) error { return row.Scan(&total) })
	b.Queue(`SELECT `+deliveryColumns+` FROM delivery WHERE author = $1 AND id < $2 ORDER BY id DESC LIMIT $3`, author, before, r.Size()+1).Query(func(rows pgx.Rows) error {
		list, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (d Delivery, err error) {
			err = row.Scan(d.targets()...)
			d.StateLabel = deliveryLabels[d.State]
			return d, err
		})
		return err
	})
	if err := q.SendBatch(ctx, &b).Close(); err != nil {
		return nil, 0, fmt.Errorf("list deliveries: %w", err)
	}
	return list, total, nil
}

// move changes a delivery in state from; no row is a conflict.
func move(ctx context.Context, q db.Querier, from DeliveryState, set string, args ...any) error {
	tag, err := q.Exec(ctx, `UPDATE delivery SET `+set+` WHERE id = $1 AND state = $2`, append([]any{args[0], from}, args[1:]...)...)
	if err != nil {
		return fmt.Errorf("move delivery: %w", err)
	}
	if tag.RowsAffected() == 0 {
		return apperr.New(apperr.Conflict, "这次归集刚被处理，请刷新后查看")
	}
	return nil
}

func confirmDelivery(ctx context.Context, q db.Querier, id uuid.UUID, reach Reach) error {
	return move(ctx, q, Ready, `state = 'importing', confirmed_at = now(), reach = $3, progress = '{}'`, id, reach)
}

func readyDelivery(ctx context.Context, q db.Querier, id uuid.UUID, p Preview) error {
	return move(ctx, q, Reading, `state = 'ready', preview = $3`, id, p)
}

func refuseDelivery(ctx context.Context, q db.Querier, id uuid.UUID, why string) error {
	return move(ctx, q, Reading, `state = 'refused', failure = $3, finished_at = now()`, id, why)
}

func finishDelivery(ctx context.Context, q db.Querier, id, batch uuid.UUID, r Result, failure string) error {
	return move(ctx, q, Importing, `state = CASE WHEN $3 = '' THEN 'done' ELSE 'failed' END, failure = $3, result = $4, finished_at = now(),
		batch_id = (SELECT b.id FROM import_batch b WHERE b.id = $5)`, id, failure, r, batch)
}

func saveProgress(ctx context.Context, q db.Querier, id uuid.UUID, p Progress) error {
	if _, err := q.Exec(ctx, `UPDATE delivery SET progress = $2 WHERE id = $1`, id, p); err != nil {
		return fmt.Errorf("delivery progress: %w", err)
	}
	return nil
}

func clearFaults(ctx context.Context, q db.Querier, id uuid.UUID) error {
	if _, err := q.Exec(ctx, `DELETE FROM delivery_fault WHERE delivery_id = $1`, id); err != nil {
		return fmt.Errorf("delivery faults: %w", err)
	}
	return nil
}

func saveFaults(ctx context.Context, q db.Querier, id uuid.UUID, faults []provenance.RowError) error {
	_, err := q.CopyFrom(ctx, pgx.Identifier{"delivery_fault"}, []string{"delivery_id", "line", "column_name", "reason"},
		pgx.CopyFromSlice(len(faults), func(i int) ([]any, error) {
			return []any{id, faults[i].Line, faults[i].Column, faults[i].Reason}, nil
		}))
	if err != nil {
		return fmt.Errorf("delivery faults: %w", err)
	}
	return nil
}

func eachFault(ctx context.Context, q db.Querier, d Delivery, visit func(provenance.RowError) error) error {
	sql, id := `SELECT line, column_name, reason FROM delivery_fault WHERE delivery_id = $1 ORDER BY line`, d.ID
	if d.batch != nil {
		sql, id = `SELECT line, column_name, reason FROM import_error WHERE batch_id = $1 ORDER BY line`, *d.batch
	}
	rows, err := q.Query(ctx, sql, id)
	if err != nil {
		return fmt.Errorf("delivery faults: %w", err)
	}
	var f provenance.RowError
	if _, err := pgx.ForEachRow(rows, []any{&f.Line, &f.Column, &f.Reason}, func() error { return visit(f) }); err != nil {
		return fmt.Errorf("delivery faults: %w", err)
	}
	return nil
}

func sweepDeliveries(ctx context.Context, q db.Querier, keep time.Duration) error {
	_, err := q.Exec(ctx, `UPDATE delivery SET state = 'expired', finished_at = now() WHERE state = 'ready' AND created_at < now() - make_interval(secs => $1)`, keep.Seconds())
	if err == nil {
		_, err = q.Exec(ctx, `DELETE FROM delivery_content c USING delivery d WHERE d.id = c.delivery_id AND d.state IN ('refused','done','failed','expired')`)
	}
	if err != nil {
		return fmt.Errorf("sweep deliveries: %w", err)
	}
	return nil
}
