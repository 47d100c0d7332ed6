package contract

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"zjcs/internal/platform/calendar"
	"zjcs/internal/platform/db"
)

// day is a date column, which may be NULL.
func dayPtr(t *time.Time) calendar.Day {
	if t == nil {
		return 0
	}
	return calendar.DayOf(*t)
}

// date is a day as a date column takes it.
func date(d calendar.Day) *string {
	if d == 0 {
		return nil
	}
	s := d.String()
	return &s
}

// loadParts reads what hangs on contracts; each asked for is in the answer. text reads what
// the versions say word for word as well.
func loadParts(ctx context.Context, q db.Querier, ids []uuid.UUID, text bool) (map[uuid.UUID]*parts, error) {
	out := make(map[uuid.UUID]*parts, len(ids))
	for _, id := range ids {
		out[id] = &parts{files: map[uuid.UUID][]Attachment{}}
	}
	var b pgx.Batch
	each := func(sql string, scan func(row pgx.Rows) error, args ...any) {
		b.Queue(sql, append([]any{ids}, args...)...).Query(func(rows pgx.Rows) error {
			for rows.Next() {
				if err := scan(rows); err != nil {
					return err
				}
			}
			return rows.Err()
		})
	}
	each(`SELECT contract_id, version, coalesce(amendment, 0), state, terms, CASE WHEN $2 THEN text ELSE '' END, nonce, hash, reason, side, made_at, in_force_at, answer
		FROM contract_version WHERE contract_id = ANY ($1) ORDER BY contract_id, version`, func(r pgx.Rows) error {
		var of uuid.UUID
		var v Version
		var terms json.RawMessage
		if err := r.Scan(&of, &v.Number, &v.Amendment, &v.State, &terms, &v.Text, &v.Nonce, &v.Hash, &v.Reason, &v.Side, &v.At, &v.InForceAt, &v.Answer); err != nil {
			return err
		}
		out[of].versions = append(out[of].versions, v)
		return json.Unmarshal(terms, &out[of].versions[len(out[of].versions)-1].Terms)
	}, text)
	each(`SELECT contract_id, version, side, hash, confirmed_at FROM contract_confirmation WHERE contract_id = ANY ($1) ORDER BY confirmed_at`, func(r pgx.Rows) error {
		var of uuid.UUID
		var version int
		var c Confirmation
		if err := r.Scan(&of, &version, &c.Side, &c.Hash, &c.At); err != nil {
			return err
		}
		v := out[of].version(version)
		v.Confirmed = append(v.Confirmed, c)
		return nil
	})
	each(`SELECT contract_id, id, kind, reason, state, from_on, side, proposed_by, proposed_at, confirmed_at, until_on, coalesce(resume_side, ''), resume_reason, ended_at, answer
		FROM contract_stop WHERE contract_id = ANY ($1) ORDER BY from_on, id`, func(r pgx.Rows) error {
		var of uuid.UUID
		var s Stop
		var from time.Time
		var until *time.Time
		if err := r.Scan(&of, &s.ID, &s.Kind, &s.Reason, &s.State, &from, &s.Side, &s.By, &s.At, &s.Confirmed, &until, &s.ResumeSide, &s.ResumeWhy, &s.EndedAt, &s.Answer); err != nil {
			return err
		}
		s.From, s.Until = calendar.DayOf(from), dayPtr(until)
		out[of].stops = append(out[of].stops, s)
		return nil
	})
	each(`SELECT contract_id, id, milestone, version, state, note, submitted_at, answer_by, answer, answered_at FROM contract_delivery WHERE contract_id = ANY ($1) ORDER BY milestone, version`, func(r pgx.Rows) error {
		var of uuid.UUID
		var d Delivery
		if err := r.Scan(&of, &d.ID, &d.Milestone, &d.Version, &d.State, &d.Note, &d.At, &d.AnswerBy, &d.Answer, &d.Answered); err != nil {
			return err
		}
		out[of].deliveries = append(out[of].deliveries, d)
		return nil
	})
	each(`SELECT contract_id, id, amount_fen, paid_on, state, note, recorded_at, answer, answered_at FROM contract_payment WHERE contract_id = ANY ($1) ORDER BY paid_on, id`, func(r pgx.Rows) error {
		var of uuid.UUID
		var p Payment
		var on time.Time
		if err := r.Scan(&of, &p.ID, &p.Fen, &on, &p.State, &p.Note, &p.At, &p.Answer, &p.Answered); err != nil {
			return err
		}
		p.On = calendar.DayOf(on)
		out[of].payments = append(out[of].payments, p)
		return nil
	})
	each(`SELECT contract_id, id, how, state, reason, basis, side, made_at, answer_by, answer, answered_at FROM contract_termination WHERE contract_id = ANY ($1) ORDER BY made_at, id`, func(r pgx.Rows) error {
		var of uuid.UUID
		var e Ending
		if err := r.Scan(&of, &e.ID, &e.How, &e.State, &e.Reason, &e.Basis, &e.Side, &e.At, &e.AnswerBy, &e.Answer, &e.Answered); err != nil {
			return err
		}
		out[of].endings = append(out[of].endings, e)
		return nil
	})
	each(`SELECT contract_id, id, passed, authority, document, decided_on, note, recorded_at, struck_at, struck_reason FROM contract_first_pass WHERE contract_id = ANY ($1) ORDER BY recorded_at, id`, func(r pgx.Rows) error {
		var of uuid.UUID
		var p Pass
		var on time.Time
		if err := r.Scan(&of, &p.ID, &p.Passed, &p.Authority, &p.Document, &on, &p.Note, &p.At, &p.StruckAt, &p.StruckWhy); err != nil {
			return err
		}
		p.On = calendar.DayOf(on)
		out[of].passes = append(out[of].passes, p)
		return nil
	})
	if text {
		each(`SELECT x.contract_id, x.subject_id, f.id, f.name, f.size, f.sha256 FROM contract_file x JOIN file f ON f.id = x.file_id WHERE x.contract_id = ANY ($1) ORDER BY f.name, f.id`, func(r pgx.Rows) error {
			var of, subject uuid.UUID
			var a Attachment
			var sum []byte
			if err := r.Scan(&of, &subject, &a.ID, &a.Name, &a.Size, &sum); err != nil {
				return err
			}
			a.SHA256 = hex.EncodeToString(sum)
			out[of].files[subject] = append(out[of].files[subject], a)
			return nil
		})
	}
	if err := q.SendBatch(ctx, &b).Close(); err != nil {
		return nil, fmt.Errorf("parts of contracts: %w", err)
	}
	return out, nil
}
