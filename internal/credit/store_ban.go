package credit

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/db"
	"zjcs/internal/platform/page"
	"zjcs/internal/review"
)

// banColumns need the day as $1.
const banColumns = `b.id::text, b.kind, b.name, b.uscc, b.law, b.conduct, b.authority, b.document_no, b.ban_from::text, coalesce(b.ban_until::text, ''), b.ban_until IS NULL,
	coalesce(b.lifted_on::text, ''), b.lift_reason, ` + banHolds + `, b.demo`

// banHolds asks whether a ban holds on the day $1.
const banHolds = `(b.ban_from <= $1::date AND coalesce(b.ban_until >= $1::date, true) AND coalesce(b.lifted_on > $1::date, true))`

func scanBan(row pgx.CollectableRow) (b Ban, err error) {
	err = row.Scan(&b.ID, &b.Kind, &b.Name, &b.USCC, &b.Law, &b.Conduct, &b.Authority, &b.DocumentNo, &b.From, &b.Until, &b.ForLife, &b.LiftedOn, &b.LiftReason, &b.InForce, &b.Demo)
	b.KindLabel = banLabels[b.Kind]
	return b, err
}

func banOn(ctx context.Context, q db.Querier, cond, day string, of any) (Ban, error) {
	rows, err := q.Query(ctx, `SELECT `+banColumns+` FROM credit_ban b WHERE `+cond+` AND `+banHolds+` ORDER BY coalesce(b.ban_until, 'infinity') DESC LIMIT 1`, day, of)
	if err != nil {
		return Ban{}, fmt.Errorf("ban: %w", err)
	}
	b, err := pgx.CollectExactlyOneRow(rows, scanBan)
	if errors.Is(err, pgx.ErrNoRows) {
		return Ban{}, nil
	}
	if err != nil {
		return b, fmt.Errorf("ban: %w", err)
	}
	return b, nil
}

func insertBan(ctx context.Context, tx db.Tx, b Ban, sealed, digest []byte, s review.Submission) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO credit_ban (id, kind, uscc, name, id_number, id_digest, law, conduct, authority, document_no, ban_from, ban_until, proposer, confirmer, submission_id)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11::date, nullif($12, '')::date, $13, $14, $15)`,
		b.ID, b.Kind, b.USCC, b.Name, sealed, digest, b.Law, b.Conduct, b.Authority, b.DocumentNo, b.From, b.Until, s.Author, s.DecidedBy, s.ID)
	var pg *pgconn.PgError
	if errors.As(err, &pg) && pg.ConstraintName == "credit_ban_once" {
		return apperr.New(apperr.Conflict, "这份决定刚被登记，请刷新后查看").Because(err)
	}
	if err != nil {
		return fmt.Errorf("record ban: %w", err)
	}
	return nil
}

func banKnown(ctx context.Context, q db.Querier, document, uscc, name, from string) (known bool, err error) {
	err = q.QueryRow(ctx, `SELECT EXISTS (SELECT FROM credit_ban WHERE document_no = $1 AND uscc = $2 AND name = $3 AND ban_from = nullif($4, '')::date)`, document, uscc, name, from).Scan(&known)
	if err != nil {
		err = fmt.Errorf("known ban: %w", err)
	}
	return known, err
}

// loadBan is one, with where it was recorded.
func loadBan(ctx context.Context, q db.Querier, id uuid.UUID) (Ban, review.Place, error) {
	rows, err := q.Query(ctx, `
		SELECT `+banColumns+`, coalesce(s.region_code, ''), coalesce(s.sectors, '{}') FROM (SELECT * FROM credit_ban WHERE id = $2) b LEFT JOIN submission s ON s.id = b.submission_id
		WHERE $1::date IS NOT NULL`, "2000-01-01", id)
	if err != nil {
		return Ban{}, review.Place{}, fmt.Errorf("load ban: %w", err)
	}
	var p review.Place
	b, err := pgx.CollectExactlyOneRow(rows, func(row pgx.CollectableRow) (Ban, error) {
		return scanBan(trailing{trailing{row, &p.Sectors}, &p.Region})
	})
	if errors.Is(err, pgx.ErrNoRows) {
		return b, p, apperr.InvalidField("subjectId", "应写明是哪条禁业登记")
	}
	if err != nil {
		return b, p, fmt.Errorf("load ban: %w", err)
	}
	return b, p, nil
}

func liftBan(ctx context.Context, tx db.Tx, id uuid.UUID, from, reason string) error {
	tag, err := tx.Exec(ctx, `UPDATE credit_ban SET lifted_on = $2::date, lift_reason = $3 WHERE id = $1 AND lifted_on IS NULL`, id, from, reason)
	if err != nil {
		return fmt.Errorf("lift ban: %w", err)
	}
	if tag.RowsAffected() == 0 {
		return apperr.New(apperr.Conflict, "这条禁业登记刚有变动，请刷新后查看")
	}
	return nil
}

func listBans(ctx context.Context, q db.Querier, f BanFilter, before uuid.UUID, today string) ([]Ban, int, error) {
	w := &db.Where{}
	day := w.Arg(today) // $1, which banHolds asks for
	w.Add(day + "::date IS NOT NULL")
	if f.Kind != "" {
		w.Add("b.kind = ?", f.Kind)
	}
	if f.USCC != "" {
		w.Add("b.uscc = ?", f.USCC)
	}
	if !f.Past {
		w.Add(`coalesce(b.ban_until >= $1::date, true) AND coalesce(b.lifted_on > $1::date, true)`)
	}
	var total int
	c := db.CountUpTo(page.TotalCap, "credit_ban b", w)
	if err := q.QueryRow(ctx, c.SQL, c.Args...).Scan(&total); err != nil {
		return nil, 0, fmt.Errorf("count bans: %w", err)
	}
	w.Add("b.id < ?", before)
	rows, err := q.Query(ctx, `SELECT `+banColumns+` FROM credit_ban b WHERE `+w.SQL()+` ORDER BY b.id DESC LIMIT `+w.Arg(f.Size()+1), w.Args...)
	if err != nil {
		return nil, 0, fmt.Errorf("list bans: %w", err)
	}
	out, err := pgx.CollectRows(rows, scanBan)
	if err != nil {
		return nil, 0, fmt.Errorf("list bans: %w", err)
	}
	return out, total, nil
}

// sectorsOfCode are those of what an agency offers; none where it is not on the platform.
func sectorsOfCode(ctx context.Context, q db.Querier, uscc string) (out []string, err error) {
	err = q.QueryRow(ctx, `SELECT ARRAY(SELECT DISTINCT i.sector FROM agency a JOIN agency_item x ON x.agency_id = a.id JOIN service_item i ON i.id = x.item_id WHERE a.uscc = $1 ORDER BY 1)`, uscc).Scan(&out)
	if err != nil {
		err = fmt.Errorf("sectors of agency: %w", err)
	}
	return out, err
}

func knownRegion(ctx context.Context, q db.Querier, code string) (known bool, err error) {
	if err := q.QueryRow(ctx, `SELECT EXISTS (SELECT FROM region WHERE code = $1)`, code).Scan(&known); err != nil {
		return false, fmt.Errorf("region: %w", err)
	}
	return known, nil
}
