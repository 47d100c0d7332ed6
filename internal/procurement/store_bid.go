package procurement

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/db"
	"zjcs/internal/platform/files"
)

// envelope is a row of sealed_bid, with whose it is where that is known.
type envelope struct {
	id                           uuid.UUID
	address, subject, seal, body []byte
	receipt                      []byte
	revision                     int
	receivedAt                   time.Time
	files                        []uuid.UUID

	agency     uuid.UUID
	uscc, name string
}

// lockBids is the lock between bidding and freezing: many may bid at once, and who
// freezes waits until those in flight are in, and lets no other begin. Two procurements
// that share a number wait for each other, no more.
func lockBids(ctx context.Context, tx db.Tx, id uuid.UUID, freezing bool) error {
	sum := sha256.Sum256(append([]byte("procurement.bids\x00"), id[:]...))
	how := "_shared"
	if freezing {
		how = ""
	}
	if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock`+how+`($1)`, int64(binary.BigEndian.Uint64(sum[:]))); err != nil {
		return fmt.Errorf("lock bids: %w", err)
	}
	return nil
}

// writeEnvelope stores e at its address; one that lies there or at an address under an
// earlier key is replaced. Of two at once the second waits and replaces the first.
func writeEnvelope(ctx context.Context, tx db.Tx, addresses [][]byte, e *envelope) error {
	rows, err := tx.Query(ctx, `SELECT id, address, revision FROM sealed_bid WHERE address = ANY ($1) ORDER BY received_at DESC, revision DESC FOR UPDATE`, addresses)
	if err != nil {
		return fmt.Errorf("sealed bid: %w", err)
	}
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (f envelope, err error) {
		err = row.Scan(&f.id, &f.address, &f.revision)
		return f, err
	})
	if err != nil {
		return fmt.Errorf("sealed bid: %w", err)
	}
	revision, old := 1, []uuid.UUID{}
	for _, f := range found {
		revision = max(revision, f.revision+1)
		if string(f.address) != string(e.address) {
			old = append(old, f.id)
		}
	}
	if _, err := tx.Exec(ctx, `DELETE FROM sealed_bid WHERE id = ANY ($1)`, old); err != nil {
		return fmt.Errorf("sealed bid: %w", err)
	}
	err = tx.QueryRow(ctx, `
		INSERT INTO sealed_bid AS b (address, subject, body, seal, receipt, revision, received_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (address) DO UPDATE SET subject = excluded.subject, body = excluded.body, seal = excluded.seal, receipt = excluded.receipt,
			revision = greatest(b.revision + 1, excluded.revision), received_at = excluded.received_at
		RETURNING id, revision`, e.address, e.subject, e.body, e.seal, e.receipt, revision, e.receivedAt).Scan(&e.id, &e.revision)
	if err != nil {
		return fmt.Errorf("sealed bid: %w", err)
	}
	if _, err := tx.Exec(ctx, `DELETE FROM sealed_bid_file WHERE bid_id = $1`, e.id); err != nil {
		return fmt.Errorf("files of a sealed bid: %w", err)
	}
	if len(e.files) == 0 {
		return nil
	}
	if _, err := tx.Exec(ctx, `INSERT INTO sealed_bid_file (bid_id, file_id) SELECT $1, unnest($2::uuid[])`, e.id, e.files); err != nil {
		return fmt.Errorf("files of a sealed bid: %w", err)
	}
	return nil
}

func loadEnvelope(ctx context.Context, q db.Querier, addresses [][]byte) (e envelope, found bool, err error) {
	err = q.QueryRow(ctx, `SELECT receipt, revision, received_at FROM sealed_bid WHERE address = ANY ($1) ORDER BY received_at DESC, revision DESC LIMIT 1`, addresses).
		Scan(&e.receipt, &e.revision, &e.receivedAt)
	if errors.Is(err, pgx.ErrNoRows) {
		return e, false, nil
	}
	if err != nil {
		return e, false, fmt.Errorf("sealed bid: %w", err)
	}
	return e, true, nil
}

// envelopesOf finds the bids of a procurement: it works out where the bid of every agency
// there ever was would lie, under every key, and asks which of them are there.
func (s *Service) envelopesOf(ctx context.Context, q db.Querier, id uuid.UUID) ([]envelope, error) {
	rows, err := q.Query(ctx, `SELECT id, uscc, name FROM agency ORDER BY id`)
	if err != nil {
		return nil, fmt.Errorf("agencies of bids: %w", err)
	}
	agencies, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (e envelope, err error) {
		err = row.Scan(&e.agency, &e.uscc, &e.name)
		return e, err
	})
	if err != nil {
		return nil, fmt.Errorf("agencies of bids: %w", err)
	}
	addresses := make([][]byte, 0, len(agencies))
	whose := make(map[string]int, len(agencies))
	for i, a := range agencies {
		for _, d := range s.Vault.Digests(fieldAddress, subjectOf(id, a.agency)) {
			whose[string(d)] = i
			addresses = append(addresses, d)
		}
	}
	rows, err = q.Query(ctx, `
		SELECT b.id, b.address, b.body, b.seal, b.receipt, b.revision, b.received_at
		FROM unnest($1::bytea[]) AS x(address) JOIN sealed_bid b ON b.address = x.address ORDER BY b.received_at, b.revision, b.id`, addresses)
	if err != nil {
		return nil, fmt.Errorf("sealed bids: %w", err)
	}
	latest := map[int]int{} // agency → its place in out
	out := []envelope{}
	var e envelope
	_, err = pgx.ForEachRow(rows, []any{&e.id, &e.address, &e.body, &e.seal, &e.receipt, &e.revision, &e.receivedAt}, func() error {
		i := whose[string(e.address)]
		one := e
		one.agency, one.uscc, one.name = agencies[i].agency, agencies[i].uscc, agencies[i].name
		e.address, e.body, e.seal, e.receipt = nil, nil, nil, nil // the next row must not write into this one's
		if at, twice := latest[i]; twice {
			out[at] = one
			return nil
		}
		latest[i] = len(out)
		out = append(out, one)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("sealed bids: %w", err)
	}
	return out, nil
}

func loadIdentity(ctx context.Context, q db.Querier, id uuid.UUID) (sealed []byte, err error) {
	if err := q.QueryRow(ctx, `SELECT identity FROM procurement WHERE id = $1`, id).Scan(&sealed); err != nil {
		return nil, fmt.Errorf("identity of procurement: %w", err)
	}
	return sealed, nil
}

func validPractitioners(ctx context.Context, q db.Querier, agency uuid.UUID) ([]OwnPractitioner, error) {
	rows, err := q.Query(ctx, `SELECT id, name, specialty FROM practitioner WHERE agency_id = $1 AND (valid_to IS NULL OR valid_to >= `+today+`) AND `+unbanned("practitioner")+` ORDER BY specialty, name, id`, agency)
	if err != nil {
		return nil, fmt.Errorf("practitioners: %w", err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowToStructByPos[OwnPractitioner])
	if err != nil {
		return nil, fmt.Errorf("practitioners: %w", err)
	}
	return out, nil
}

// checkOwn refuses practitioners and files that are not the bidder's.
func checkOwn(ctx context.Context, q db.Querier, b bidder, p Proposal) error {
	if len(p.Practitioners) == 0 && len(p.Files) == 0 {
		return nil
	}
	var people, sealed int
	err := q.QueryRow(ctx, `
		SELECT (SELECT count(*) FROM practitioner WHERE id = ANY ($1) AND agency_id = $2 AND (valid_to IS NULL OR valid_to >= `+today+`) AND `+unbanned("practitioner")+`),
		       (SELECT count(*) FROM file f WHERE f.id = ANY ($3) AND f.media_type = $4
		        AND EXISTS (SELECT FROM role_grant g WHERE g.person_id = f.uploaded_by AND g.org_id = $5 AND g.revoked_at IS NULL))`,
		orNone(p.Practitioners), b.id, orNone(p.Files), string(files.Sealed), b.org).Scan(&people, &sealed)
	if err != nil {
		return fmt.Errorf("own practitioners and files: %w", err)
	}
	var bad []apperr.Field
	if people != len(p.Practitioners) {
		bad = append(bad, apperr.Field{Name: "proposal.practitioners", Message: "应是本机构登记的、证书今天有效、不在法定禁业期的执业人员"})
	}
	if sealed != len(p.Files) {
		bad = append(bad, apperr.Field{Name: "proposal.files", Message: "应是本机构为这次投标上传的密封附件"})
	}
	return apperr.InvalidFields(bad)
}

// orNone is an array that SQL can compare with: nil would be NULL.
func orNone(ids []uuid.UUID) []uuid.UUID {
	if ids == nil {
		return []uuid.UUID{}
	}
	return ids
}
