package procurement

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"zjcs/internal/draw"
	"zjcs/internal/platform/db"
)

// HasSamples reports whether invented procurements are there.
func (s *Service) HasSamples(ctx context.Context, tx db.Tx) (found bool, err error) {
	if err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM procurement WHERE demo)`).Scan(&found); err != nil {
		return false, fmt.Errorf("sample procurements: %w", err)
	}
	return found, nil
}

// insertSample stores the row as published. Its number is of the day it was published.
func insertSample(ctx context.Context, tx db.Tx, p Procurement, identity []byte) (number string, err error) {
	err = tx.QueryRow(ctx, `
		INSERT INTO procurement (id, number, org_id, purchaser, region_code, title, project_code, method, fiscal, terms, state, published_at, deadline, selection_at, recipient, identity, demo)
		VALUES ($1, 'CG' || to_char($11::timestamptz AT TIME ZONE 'Asia/Shanghai', 'YYYYMMDD') || lpad(nextval('procurement_number')::text, 6, '0'),
			$2, $3, $4, $5, nullif($6, ''), $7, $8, $9, $10, $11, $12, $13, $14, $15, true) RETURNING number`,
		p.ID, p.OrgID, p.Purchaser, p.Region, p.Title, p.Terms.ProjectCode, p.Method, p.Fiscal, p.Terms, p.State, p.PublishedAt, p.Deadline, p.SelectionAt, p.Recipient, identity).Scan(&number)
	if err == nil {
		_, err = tx.Exec(ctx, `INSERT INTO procurement_item (procurement_id, item_id, ordinal)
			SELECT $1, i.id, c.n FROM unnest($2::text[]) WITH ORDINALITY c(code, n) JOIN service_item i ON i.code = c.code`, p.ID, p.Terms.Items)
	}
	if err != nil {
		return "", fmt.Errorf("sample procurement: %w", err)
	}
	return number, nil
}

func updateSample(ctx context.Context, tx db.Tx, p Procurement) error {
	_, err := tx.Exec(ctx, `UPDATE procurement SET state = $2, frozen_at = $3, pool_hash = nullif($4, ''), choice = $5, choice_until = $6, wake_at = $6, concluded_at = $7, publicity_until = $8, ended_reason = $9
		WHERE id = $1 AND demo`, p.ID, p.State, p.FrozenAt, p.PoolHash, p.Choice, p.ChoiceUntil, p.ConcludedAt, p.PublicityUntil, p.EndedReason)
	if err != nil {
		return fmt.Errorf("sample procurement: %w", err)
	}
	return nil
}

func insertSampleEvent(ctx context.Context, tx db.Tx, e event, body any, at time.Time) error {
	data := json.RawMessage(`{}`)
	if body != nil {
		var err error
		if data, err = json.Marshal(body); err != nil {
			return fmt.Errorf("sample event: %w", err)
		}
	}
	_, err := tx.Exec(ctx, `
		INSERT INTO procurement_event (procurement_id, seq, action, from_state, to_state, side, at, note, data, entry_id)
		SELECT $1, coalesce(max(seq), 0) + 1, $2, $3, $4, $5, $6, $7, $8, $9 FROM procurement_event WHERE procurement_id = $1`,
		e.Procurement, e.Action, e.From, e.To, e.Side, at, e.Note, data, e.Entry)
	if err != nil {
		return fmt.Errorf("sample event: %w", err)
	}
	return nil
}

// insertSampleQuestions stores answered questions; who asked one is never shown, and of an
// invented one it is the purchaser's own row.
func insertSampleQuestions(ctx context.Context, tx db.Tx, id, org uuid.UUID, list []Answered) error {
	for _, q := range list {
		_, err := tx.Exec(ctx, `
			INSERT INTO procurement_question (id, procurement_id, org_id, asked_by, question, asked_at, answer, answered_by, answered_at)
			SELECT $1, $2, $3, x.id, $4, $5, $6, x.id, $7 FROM (SELECT id FROM person ORDER BY id LIMIT 1) x`,
			uuid.Must(uuid.NewV7()), id, org, q.Question, q.AskedAt, q.Answer, q.AnsweredAt)
		if err != nil {
			return fmt.Errorf("sample question: %w", err)
		}
	}
	return nil
}

// insertSampleCommitment stores one party's; of one not yet revealed the platform keeps its
// own sealed, and the others keep theirs to themselves.
func insertSampleCommitment(ctx context.Context, tx db.Tx, id uuid.UUID, party string, sum, value []byte, at time.Time, revealed *time.Time, entry *uuid.UUID, sealed []byte) error {
	if party != partyPlatform {
		sealed = nil
	}
	_, err := tx.Exec(ctx, `INSERT INTO draw_commitment (procurement_id, party, commitment, committed_at, sealed_value, value, revealed_at, entry_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		id, party, sum, at, sealed, value, revealed, entry)
	if err != nil {
		return fmt.Errorf("sample commitment: %w", err)
	}
	return nil
}

// listSampleBidders are invented agencies that offer every item; the named one first.
func listSampleBidders(ctx context.Context, tx db.Tx, id uuid.UUID, uscc string, n, skip int) ([]bidder, error) {
	rows, err := tx.Query(ctx, `
		SELECT a.id, '00000000-0000-0000-0000-000000000000'::uuid, a.uscc, a.name FROM agency a
		WHERE a.demo AND a.state = 'admitted' AND (a.uscc = $2 OR $2 = '')
		  AND NOT EXISTS (SELECT FROM procurement_item x WHERE x.procurement_id = $1 AND NOT EXISTS (
			SELECT FROM agency_item ai WHERE ai.agency_id = a.id AND ai.item_id = x.item_id))
		ORDER BY a.uscc OFFSET $4 LIMIT $3`, id, uscc, n, skip)
	if err != nil {
		return nil, fmt.Errorf("sample bidders: %w", err)
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (b bidder, err error) {
		err = row.Scan(&b.id, &b.org, &b.uscc, &b.name)
		return b, err
	})
	if err != nil {
		return nil, fmt.Errorf("sample bidders: %w", err)
	}
	return out, nil // a small market may have fewer
}

// SampleAgency is the code of an invented agency that offers an item.
func (s *Service) SampleAgency(ctx context.Context, tx db.Tx, item string) (uscc string, err error) {
	err = tx.QueryRow(ctx, `SELECT a.uscc FROM agency a JOIN agency_item ai ON ai.agency_id = a.id JOIN service_item i ON i.id = ai.item_id
		WHERE i.code = $1 AND a.demo AND a.state = 'admitted' ORDER BY a.uscc LIMIT 1`, item).Scan(&uscc)
	if err != nil {
		return "", fmt.Errorf("sample agency for %s: %w", item, err)
	}
	return uscc, nil
}

func keepSampleEvidence(ctx context.Context, tx db.Tx, id uuid.UUID, given draw.Entropy, evidence any, at time.Time) error {
	if _, err := tx.Exec(ctx, `UPDATE draw SET entropy = $2, evidence = $3, drawn_at = coalesce(drawn_at, $4) WHERE id = $1`, id, given, evidence, at); err != nil {
		return fmt.Errorf("sample evidence: %w", err)
	}
	return nil
}

func insertSampleObjection(ctx context.Context, tx db.Tx, id uuid.UUID, contact []byte, at time.Time, answer string) (number string, err error) {
	state := ObjectionDismissed
	if answer == "" {
		state = ObjectionAccepted
	}
	err = tx.QueryRow(ctx, `
		INSERT INTO procurement_objection (id, procurement_id, name, contact, text, state, answer, filed_at, due_at, accepted_at, decided_by, decided_at)
		SELECT $1, $2, '示例异议人', $3, '（示例）认为中选机构不符合公告的资质要求。', $4, $5, $6, $6::timestamptz + interval '3 days', $6::timestamptz + interval '3 hours',
			x.id, CASE WHEN $5 = '' THEN NULL ELSE $6::timestamptz + interval '27 hours' END
		FROM (SELECT CASE WHEN $5 = '' THEN NULL ELSE (SELECT id FROM person ORDER BY id LIMIT 1) END AS id) x RETURNING number`,
		uuid.Must(uuid.NewV7()), id, contact, state, answer, at).Scan(&number)
	if err != nil {
		return "", fmt.Errorf("sample objection: %w", err)
	}
	return number, nil
}

// listSampleExperts are invented experts of the items' sectors; none of them signs in.
func listSampleExperts(ctx context.Context, tx db.Tx, id uuid.UUID) ([]string, error) {
	rows, err := tx.Query(ctx, `
		SELECT e.id::text FROM expert e WHERE e.demo AND e.state = 'listed'
		  AND e.specialties && ARRAY(SELECT i.sector FROM procurement_item x JOIN service_item i ON i.id = x.item_id WHERE x.procurement_id = $1) ORDER BY e.id`, id)
	if err != nil {
		return nil, fmt.Errorf("sample experts: %w", err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, fmt.Errorf("sample experts: %w", err)
	}
	return out, nil
}
