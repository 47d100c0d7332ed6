package procurement

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"zjcs/internal/draw"
	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/db"
	"zjcs/internal/procurement/selection"
	"zjcs/internal/review"
)

// file is all rows of one procurement that the public is shown something of.
type file struct {
	now                time.Time
	p                  Procurement
	summary            Summary
	natural            bool
	previous, approval string
	course             []CourseStep
	questions          []Answered
	bids               []Bid
	draws              []Drawing
	scores             []ScoreLine
	objections         []ResultObjection
	awards             []AwardLine
}

// readFile reads them in one snapshot: a page must not show the winner of one moment
// beside the course of another.
func readFile(ctx context.Context, pool *db.Pool, id uuid.UUID) (f file, err error) {
	err = pgx.BeginTxFunc(ctx, pool, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		if f.now, err = dbNow(ctx, tx); err != nil {
			return err
		}
		if f.p, err = load(ctx, tx, id, false); err != nil {
			return err
		}
		for _, read := range []func(context.Context, db.Querier, uuid.UUID, *file) error{readSummary, readCourse, readQuestions, readOpened} {
			if err := read(ctx, tx, id, &f); err != nil {
				return err
			}
		}
		return nil
	})
	return f, err
}

func readSummary(ctx context.Context, q db.Querier, id uuid.UUID, f *file) error {
	rows, err := q.Query(ctx, summaries(`SELECT $1::uuid AS id`), id)
	if err == nil {
		f.summary, err = pgx.CollectExactlyOneRow(rows, scanSummary)
	}
	if err == nil {
		err = q.QueryRow(ctx, `
			SELECT o.kind = 'natural_person', coalesce((SELECT number FROM procurement x WHERE x.id = p.previous_id), ''),
			       coalesce((SELECT name FROM approval_item a WHERE a.code = p.terms ->> 'approval'), '')
			FROM procurement p JOIN organisation o ON o.id = p.org_id WHERE p.id = $1`, id).Scan(&f.natural, &f.previous, &f.approval)
	}
	if err != nil {
		return fmt.Errorf("read procurement: %w", err)
	}
	return nil
}

func readCourse(ctx context.Context, q db.Querier, id uuid.UUID, f *file) error {
	rows, err := q.Query(ctx, `SELECT action, side, at, note, entry_id FROM procurement_event WHERE procurement_id = $1 ORDER BY seq`, id)
	if err != nil {
		return fmt.Errorf("read course: %w", err)
	}
	f.course, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (l CourseStep, err error) {
		err = row.Scan(&l.Action, &l.Side, &l.At, &l.Note, &l.EntryID)
		l.Label, l.SideLabel = Workflow.Labels[l.Action], sideLabel(l.Side)
		if l.Side == Operator && (l.Action == committed || l.Action == revealed) {
			l.SideLabel = partyLabels[partySupervisor] // the one party of that side
		}
		if l.Label == "" {
			l.Label = string(l.Action)
		}
		return l, err
	})
	if err != nil {
		return fmt.Errorf("read course: %w", err)
	}
	return nil
}

// sideLabel never names a person: the public sees which side took a step.
func sideLabel(by review.By) string {
	if label, known := Workflow.Sides[by]; known {
		return label
	}
	return "平台"
}

// readQuestions are those that were answered: what an agency asked is published with the
// answer, once its purchaser has read it.
func readQuestions(ctx context.Context, q db.Querier, id uuid.UUID, f *file) error {
	rows, err := q.Query(ctx, `SELECT question, asked_at, answer, answered_at FROM procurement_question WHERE procurement_id = $1 AND answer IS NOT NULL ORDER BY asked_at, id`, id)
	if err != nil {
		return fmt.Errorf("read questions: %w", err)
	}
	if f.questions, err = pgx.CollectRows(rows, pgx.RowToStructByPos[Answered]); err != nil {
		return fmt.Errorf("read questions: %w", err)
	}
	return nil
}

// readOpened is what exists only once the bids are opened.
func readOpened(ctx context.Context, q db.Querier, id uuid.UUID, f *file) (err error) {
	f.objections, f.awards = []ResultObjection{}, []AwardLine{}
	if f.p.FrozenAt == nil {
		return nil
	}
	if f.bids, err = loadBids(ctx, q, id); err != nil {
		return err
	}
	if f.draws, err = listDrawings(ctx, q, id); err != nil {
		return err
	}
	if f.scores, err = listScores(ctx, q, id); err != nil {
		return err
	}
	if f.objections, err = listObjections(ctx, q, id); err != nil {
		return err
	}
	f.awards, err = listAwards(ctx, q, id)
	return err
}

var purposeLabels = map[string]string{draw.OfSelection: "抽取机构", draw.OfPanel: "抽取专家"}

func listDrawings(ctx context.Context, q db.Querier, id uuid.UUID) ([]Drawing, error) {
	rows, err := q.Query(ctx, `
		SELECT id, purpose, attempt, algorithm, sources, jsonb_array_length(pool), pool_hash, frozen_at, source_used = 1, drawn_at, coalesce(evidence, 'null'), voided_at, void_reason
		FROM draw WHERE procurement_id = $1 ORDER BY frozen_at, purpose DESC, attempt`, id)
	if err != nil {
		return nil, fmt.Errorf("read draws: %w", err)
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (d Drawing, err error) {
		var from sources
		var raw json.RawMessage
		err = row.Scan(&d.ID, &d.Purpose, &d.Attempt, &d.Algorithm, &from, &d.PoolSize, &d.PoolHash, &d.FrozenAt, &d.UsedFallback, &d.DrawnAt, &raw, &d.VoidedAt, &d.VoidReason)
		if err != nil {
			return d, err
		}
		d.PurposeLabel, d.Source, d.Fallback, d.FallbackHours = purposeLabels[d.Purpose], editionWords(from.Named), editionWords(from.Fallback), from.Hours
		d.Tables = []draw.Table{}
		var e *selection.Evidence
		if err := json.Unmarshal(raw, &e); err != nil || e == nil {
			return d, err
		}
		d.Key, d.Digest = e.Key, e.Digest
		d.Tables = append(d.Tables, e.Draws...)
		if d.VoidedAt == nil {
			d.EvidenceURL = EvidenceURL(id, d.Purpose)
		}
		return d, nil
	})
	if err != nil {
		return nil, fmt.Errorf("read draws: %w", err)
	}
	return out, nil
}

// EvidenceURL is where the evidence file of a draw is served.
func EvidenceURL(procurement uuid.UUID, purpose string) string {
	return fmt.Sprintf("/api/v1/procurements/%s/draws/%s", procurement, purpose)
}

func listScores(ctx context.Context, q db.Querier, id uuid.UUID) ([]ScoreLine, error) {
	rows, err := q.Query(ctx, `
		SELECT dense_rank() OVER (ORDER BY m.ordinal), b.number, s.price, s.technical, s.credit, s.comment
		FROM panel_score s JOIN panel_member m USING (procurement_id, expert_id) JOIN bid b ON b.id = s.bid_id
		WHERE s.procurement_id = $1 AND m.state = 'scored' ORDER BY b.number, m.ordinal`, id)
	if err != nil {
		return nil, fmt.Errorf("read scores: %w", err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowToStructByPos[ScoreLine])
	if err != nil {
		return nil, fmt.Errorf("read scores: %w", err)
	}
	return out, nil
}

func findNumber(ctx context.Context, q db.Querier, number string) (id uuid.UUID, err error) {
	err = q.QueryRow(ctx, `SELECT id FROM procurement WHERE number = upper($1)`, number).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) {
		return id, errNotFound
	}
	if err != nil {
		return id, fmt.Errorf("find procurement: %w", err)
	}
	return id, nil
}

// loadEvidence is the file of a draw and the lines of the public log that hold its pool
// and its digest.
func loadEvidence(ctx context.Context, q db.Querier, procurement uuid.UUID, purpose string) (raw json.RawMessage, entries []uuid.UUID, err error) {
	err = q.QueryRow(ctx, `
		SELECT d.evidence, ARRAY(SELECT e.entry_id FROM procurement_event e WHERE e.procurement_id = d.procurement_id AND e.entry_id IS NOT NULL
			AND (e.data ->> 'poolHash' = d.pool_hash OR e.data ->> 'panelPoolHash' = d.pool_hash OR e.data ->> 'evidence' = d.evidence ->> 'digest') ORDER BY e.seq)
		FROM draw d WHERE d.procurement_id = $1 AND d.purpose = $2 AND d.voided_at IS NULL AND d.evidence IS NOT NULL`, procurement, purpose).Scan(&raw, &entries)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil, apperr.New(apperr.NotFound, "这次抽取还没有证据文件：熵源公布、抽取完成后才有")
	}
	if err != nil {
		return nil, nil, fmt.Errorf("load evidence: %w", err)
	}
	return raw, entries, nil
}

func latestDrawn(ctx context.Context, q db.Querier) (id uuid.UUID, found bool, err error) {
	err = q.QueryRow(ctx, `
		SELECT procurement_id FROM draw WHERE purpose = 'selection' AND voided_at IS NULL AND drawn_at IS NOT NULL AND evidence IS NOT NULL
		ORDER BY drawn_at DESC LIMIT 1`).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) {
		return id, false, nil
	}
	if err != nil {
		return id, false, fmt.Errorf("latest draw: %w", err)
	}
	return id, true, nil
}
