package agency

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"zjcs/internal/platform/db"
)

// today is the database's day in Shanghai.
const today = `(now() AT TIME ZONE 'Asia/Shanghai')::date`

// endingCertificate is a certificate that ends within what any rule may ask to be told
// of, or that has ended while its holder was in the market.
type endingCertificate struct {
	CertificateNotice
	id     uuid.UUID
	person string // whose it is; "" for the agency's own
	now    time.Time
}

const noticeBatch = 500

// endingCertificates are those after an id, of agencies that have people to be told. The
// longest a rule may say is a year (data/rules.json).
func endingCertificates(ctx context.Context, q db.Querier, after uuid.UUID) ([]endingCertificate, error) {
	rows, err := q.Query(ctx, `
		SELECT c.id, a.id, a.organisation_id, a.name, o.region_code, c.name, c.person, c.valid_to::text, c.valid_to - `+today+`, c.items, a.demo, now()
		FROM agency a JOIN organisation o ON o.id = a.organisation_id
		CROSS JOIN LATERAL (
			SELECT q.id, q.name || '（' || q.certificate_no || '）' AS name, '' AS person, q.valid_to,
			       ARRAY(SELECT i.name FROM agency_qualification_item x JOIN service_item i ON i.id = x.item_id WHERE x.qualification_id = q.id ORDER BY i.code) AS items
			FROM agency_qualification q WHERE q.agency_id = a.id
			UNION ALL
			SELECT p.id, p.specialty || '证书', p.name, p.valid_to, '{}' FROM practitioner p WHERE p.agency_id = a.id) c
		WHERE a.organisation_id IS NOT NULL AND a.state IN ('admitted','restricted','suspended') AND c.id > $1
		  AND c.valid_to <= `+today+` + 366 AND c.valid_to >= coalesce(a.state_since, `+today+`) - 1
		ORDER BY c.id LIMIT $2`, after, noticeBatch)
	if err != nil {
		return nil, fmt.Errorf("ending certificates: %w", err)
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (c endingCertificate, err error) {
		err = row.Scan(&c.id, &c.Agency, &c.Organisation, &c.AgencyName, &c.Region, &c.Certificate, &c.person, &c.ValidTo, &c.DaysLeft, &c.Items, &c.Demo, &c.now)
		return c, err
	})
	if err != nil {
		return nil, fmt.Errorf("ending certificates: %w", err)
	}
	return out, nil
}

// rememberNotice reports whether this notice, or a later one, was not yet sent.
func rememberNotice(ctx context.Context, tx db.Tx, c endingCertificate, days int) (bool, error) {
	tag, err := tx.Exec(ctx, `
		INSERT INTO certificate_notice (certificate_id, valid_to, days)
		SELECT $1, $2::date, $3 WHERE NOT EXISTS (SELECT FROM certificate_notice WHERE certificate_id = $1 AND valid_to = $2::date AND days <= $3)
		ON CONFLICT DO NOTHING`, c.id, c.ValidTo, days)
	if err != nil {
		return false, fmt.Errorf("remember notice: %w", err)
	}
	return tag.RowsAffected() > 0, nil
}

// changedByTheDay are the agencies of which the day shows something else than the day of
// the last run did, and writes the day down. None on the very first run.
func changedByTheDay(ctx context.Context, tx db.Tx) ([]uuid.UUID, error) {
	var last time.Time
	err := tx.QueryRow(ctx, `
		INSERT INTO agency_day (day) VALUES (`+today+`) ON CONFLICT (singleton) DO UPDATE SET day = agency_day.day RETURNING day`).Scan(&last)
	if err != nil {
		return nil, fmt.Errorf("day of agencies: %w", err)
	}
	rows, err := tx.Query(ctx, `
		WITH moved AS (UPDATE agency_day SET day = `+today+` WHERE day < `+today+` RETURNING day)
		SELECT DISTINCT ai.agency_id FROM agency_item ai, moved WHERE ai.carried IS NOT NULL AND (ai.carried @> $1::date) <> (ai.carried @> moved.day)
		UNION
		SELECT a.id FROM agency a, moved WHERE a.state = 'suspended' AND a.state_until >= $1::date AND a.state_until < moved.day`, last)
	if err != nil {
		return nil, fmt.Errorf("agencies changed by the day: %w", err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if err != nil {
		return nil, fmt.Errorf("agencies changed by the day: %w", err)
	}
	return ids, nil
}
