package contract

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"zjcs/internal/platform/clock"
	"zjcs/internal/platform/db"
	"zjcs/internal/platform/rules"
	"zjcs/internal/procurement"
	"zjcs/internal/review"
)

// TickEvaluations is what time alone makes due of evaluations: those given are published
// when the term is over, who has not given his is reminded before, and who decides an
// appeal is told when it is late. Each in a transaction of its own; one that errs stops no
// other, and several instances may run it at once.
func (s *Service) TickEvaluations(ctx context.Context) error {
	return errors.Join(s.closeEvaluations(ctx), s.remindEvaluations(ctx), s.escalateAppeals(ctx))
}

func (s *Service) closeEvaluations(ctx context.Context) error {
	return s.eachEvaluated(ctx, overEvaluations, "end of evaluation", func(m *evaluator) error {
		if m.term.Closed != nil || m.now.Before(m.term.Until) {
			return nil // another instance was first
		}
		if evaluationOf(m.list, Purchaser) == nil {
			if _, err := Evaluations.Next(EvaluationDue, LapseEvaluation, review.Clock); err != nil {
				return err
			}
			err := m.record(ctx, step{action: LapseEvaluation, by: review.Clock, note: "项目业主在期限 " + clock.Until(m.term.Until) + " 内没有评价，只按客观记录计算", to: []Side{Purchaser, Agency},
				kind: "evaluation-lapsed", move: procurement.Evaluate, body: map[string]any{"contract": m.c.Number, "until": m.term.Until.UTC()}})
			if err != nil {
				return err
			}
		}
		return m.publish(ctx, "评价期限届满")
	})
}

// remindEvaluations tells a side that has not given its own, so many days before the end.
func (s *Service) remindEvaluations(ctx context.Context) error {
	return s.eachEvaluated(ctx, openEvaluations, "reminder of evaluation", func(m *evaluator) error {
		days, err := rules.Ints(ctx, m.tx, ruleEvaluateRemind, m.c.Region, m.now)
		if err != nil || m.term.Closed != nil || !m.now.Before(m.term.Until) {
			return err
		}
		nearest := 0
		for _, d := range days { // descending: the last that holds is the nearest
			if !m.now.Before(m.term.Until.AddDate(0, 0, -d)) {
				nearest = d
			}
		}
		if nearest == 0 {
			return nil
		}
		for _, side := range []Side{Purchaser, Agency} {
			if evaluationOf(m.list, side) != nil {
				continue
			}
			note := "请在 " + clock.Until(m.term.Until) + " 前评价" + SideLabels[other(side)] + "。期满后不能再评价，只按客观记录计算。"
			if err := m.remind(ctx, m.tx, Announcement{Contract: m.c, Action: ToldEvaluateDue, To: []Side{side}, Note: note}, m.c.ID, fmt.Sprintf("%s:%s:%d", ToldEvaluateDue, side, nearest)); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s *Service) escalateAppeals(ctx context.Context) error {
	return s.eachEvaluated(ctx, lateAppeals, "late appeal", func(m *evaluator) error {
		for _, e := range m.list {
			if e.Appeal == nil || e.Appeal.State != AppealFiled || m.now.Before(e.Appeal.Due) {
				continue
			}
			note := "对" + SideLabels[e.Side] + "评价的申诉超过审查期限 " + clock.Until(e.Appeal.Due) + "，请尽快办理。"
			if err := m.remind(ctx, m.tx, Announcement{Contract: m.c, Action: ToldAppealLate, To: []Side{Operator}, Note: note}, e.Appeal.ID, string(ToldAppealLate)); err != nil {
				return err
			}
		}
		return nil
	})
}

// eachEvaluated locks one contract after the other.
func (s *Service) eachEvaluated(ctx context.Context, find func(context.Context, db.Querier) ([]uuid.UUID, error), what string, do func(*evaluator) error) error {
	ids, err := find(ctx, s.Pool)
	if err != nil {
		return err
	}
	var faults []error
	for _, id := range ids {
		err := db.InTx(ctx, s.Pool, func(tx db.Tx) error {
			m, err := s.lockTx(ctx, tx, id)
			if err != nil {
				return err
			}
			e, err := m.evaluator(ctx)
			if err != nil {
				return err
			}
			return do(e)
		})
		if err != nil {
			faults = append(faults, fmt.Errorf("%s of contract %s: %w", what, id, err))
		}
	}
	return errors.Join(faults...)
}

// RedateEvaluationsTx works out anew the terms that were provisional, when a year of the
// calendar has been loaded in tx, and tells how many there were.
func (s *Service) RedateEvaluationsTx(ctx context.Context, tx db.Tx) (int, error) {
	list, err := provisionalTerms(ctx, tx)
	if err != nil {
		return 0, err
	}
	for _, t := range list {
		until, maybe, err := workdayTerm(ctx, tx, t.rule, t.key, t.region, t.from)
		if err != nil {
			return 0, err
		}
		if err := setTermEnd(ctx, tx, t, until, maybe); err != nil {
			return 0, err
		}
	}
	return len(list), nil
}
