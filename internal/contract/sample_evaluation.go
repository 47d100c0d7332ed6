package contract

import (
	"context"
	"time"

	"github.com/google/uuid"

	"zjcs/internal/procurement"
)

// SampleEvaluation is an invented evaluation with what followed it. A time that is zero has
// not come.
type SampleEvaluation struct {
	By       Side
	At       time.Time
	Opinion  Opinion
	Reply    string
	Replied  time.Time
	Appeal   string
	Appealed time.Time
}

// sampleEvaluations takes the steps that all others take; their times alone are made up.
func (m *matter) sampleEvaluations(ctx context.Context, in Sample) error {
	if len(in.Evaluations) == 0 {
		return nil
	}
	e, err := m.evaluator(ctx)
	if err != nil {
		return err
	}
	for _, x := range in.Evaluations {
		if err := e.sampleGive(ctx, x, in.Uploader); err != nil {
			return err
		}
	}
	for _, x := range in.Evaluations {
		if err := e.sampleAnswers(ctx, x); err != nil {
			return err
		}
	}
	return nil
}

func (m *evaluator) sampleGive(ctx context.Context, x SampleEvaluation, by uuid.UUID) error {
	m.side, m.now = x.By, x.At.Truncate(time.Millisecond)
	e, err := m.opinion(ctx, x.Opinion)
	if err != nil {
		return err
	}
	e.Counts, e.By = true, &by
	if err := insertEvaluation(ctx, m.tx, m.c, e); err != nil {
		return err
	}
	m.list = append(m.list, e)
	st := step{action: Evaluate, note: SideLabels[m.side] + "已评价，双方都评价或者期满时公开", kind: "evaluation-given", move: procurement.Evaluate,
		body: map[string]any{"contract": m.c.Number, "side": m.side, "digest": e.Digest, "givenAt": e.At.UTC(), "publishedBy": m.term.Until.UTC()}}
	if m.side == Agency {
		st.move = procurement.EvaluationGiven
	}
	if err := m.record(ctx, st); err != nil || evaluationOf(m.list, other(m.side)) == nil {
		return err
	}
	return m.publish(ctx, "双方都已评价")
}

func (m *evaluator) sampleAnswers(ctx context.Context, x SampleEvaluation) error {
	e := evaluationOf(m.list, x.By)
	m.side = other(x.By)
	if !x.Replied.IsZero() {
		m.now = x.Replied
		if err := replyEvaluation(ctx, m.tx, e.ID, uuid.Nil, x.Reply, m.now); err != nil {
			return err
		}
		if err := m.record(ctx, step{action: ReplyEvaluation, note: SideLabels[m.side] + "回复了评价"}); err != nil {
			return err
		}
	}
	if x.Appealed.IsZero() {
		return nil
	}
	m.now = x.Appealed
	a := Appeal{ID: uuid.Must(uuid.NewV7()), State: AppealFiled, Reason: x.Appeal, At: m.now}
	var err error
	if a.Due, a.Provisional, err = workdayTerm(ctx, m.tx, ruleAppeal, "decide", m.c.Region, m.now); err != nil {
		return err
	}
	if err := insertAppeal(ctx, m.tx, e.ID, uuid.Nil, a); err != nil {
		return err
	}
	return m.record(ctx, step{action: AppealEvaluation, note: SideLabels[m.side] + "认为评价不实，提出申诉", kind: "evaluation-appealed", move: procurement.EvaluationAppealed,
		body: map[string]any{"contract": m.c.Number, "side": e.Side, "digest": e.Digest, "filedAt": m.now.UTC(), "dueAt": a.Due.UTC()}})
}
