package contract

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"zjcs/internal/credit"
	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/authz"
	"zjcs/internal/platform/clock"
	"zjcs/internal/platform/db"
	"zjcs/internal/procurement"
	"zjcs/internal/review"
)

var errNoEvaluation = apperr.New(apperr.NotFound, "没有这条评价，或者它还没有公开")

// one is the evaluation of that id, of which the actor's side may do what action says now.
func (m *evaluator) one(ctx context.Context, id uuid.UUID, action review.Action) (*Evaluation, error) {
	i := slices.IndexFunc(m.list, func(e Evaluation) bool { return e.ID == id })
	if i < 0 || m.list[i].PublishedAt == nil && m.list[i].Side != m.side {
		return nil, errNoEvaluation
	}
	e := &m.list[i]
	if _, err := Evaluations.Next(e.State, action, e.actor(m.side)); err != nil {
		return nil, err
	}
	until, err := m.appealBy(ctx, *e)
	if err != nil {
		return nil, err
	}
	if slices.Contains(e.allowedOn(m.side, until, m.now), action) {
		return e, nil
	}
	switch {
	case action == ReplyEvaluation:
		return nil, apperr.New(apperr.Conflict, "已经回复过这条评价，只能回复一次")
	case action == AppealEvaluation && e.Appeal != nil:
		return nil, apperr.New(apperr.Conflict, "已经对这条评价提出过申诉（%s）", EvaluationAppeals.States[e.Appeal.State])
	case action == AppealEvaluation:
		return nil, apperr.New(apperr.Conflict, "申诉期限已于 %s 届满，可以向监督部门投诉", clock.Until(until))
	case e.Corrects != nil:
		return nil, apperr.New(apperr.Conflict, "更正过的评价再被撤销，不能再更正")
	}
	return nil, apperr.New(apperr.Conflict, "更正期限已于 %s 届满", clock.Until(*e.CorrectBy))
}

// appealBy is until when a published evaluation may be appealed against.
func (m *evaluator) appealBy(ctx context.Context, e Evaluation) (time.Time, error) {
	if e.PublishedAt == nil {
		return m.now, nil
	}
	until, _, err := workdayTerm(ctx, m.tx, ruleAppeal, "file", m.c.Region, *e.PublishedAt)
	return until, err
}

// ofEvaluation finds the contract of an evaluation that the actor names.
func (s *Service) ofEvaluation(ctx context.Context, evaluation uuid.UUID, do func(context.Context, *evaluator) error) (EvaluationBoard, error) {
	contract, err := contractOfEvaluation(ctx, s.Pool, evaluation)
	if err != nil {
		return EvaluationBoard{}, err
	}
	return s.onEvaluation(ctx, contract, do)
}

// Reply publishes the evaluated side's answer beside the evaluation, once.
func (s *Service) Reply(ctx context.Context, evaluation uuid.UUID, text string) (EvaluationBoard, error) {
	return s.ofEvaluation(ctx, evaluation, func(ctx context.Context, m *evaluator) error {
		e, err := m.one(ctx, evaluation, ReplyEvaluation)
		if err != nil {
			return err
		}
		if text, err = reasoned("text", "回复", text); err != nil {
			return err
		}
		if !readable(text, maxComment) {
			return apperr.InvalidField("text", "回复应是不超过 %d 字的文字", maxComment)
		}
		if err := replyEvaluation(ctx, m.tx, e.ID, personOf(ctx), text, m.now); err != nil {
			return err
		}
		return m.record(ctx, step{action: ReplyEvaluation, note: SideLabels[m.side] + "回复了评价", to: m.theOther()})
	})
}

// AppealInput says that an evaluation is untrue.
type AppealInput struct {
	Evaluation uuid.UUID
	Reason     string // for the operators and the two sides
	Files      []uuid.UUID
}

// Appeal asks an operator to strike an evaluation that is untrue or fake. Until it is
// decided the evaluation counts.
func (s *Service) Appeal(ctx context.Context, in AppealInput) (EvaluationBoard, error) {
	return s.ofEvaluation(ctx, in.Evaluation, func(ctx context.Context, m *evaluator) error {
		e, err := m.one(ctx, in.Evaluation, AppealEvaluation)
		if err != nil {
			return err
		}
		reason, err := reasoned("reason", "申诉理由", in.Reason)
		if err != nil {
			return err
		}
		a := Appeal{ID: uuid.Must(uuid.NewV7()), State: AppealFiled, Reason: reason, At: m.now}
		if a.Due, a.Provisional, err = workdayTerm(ctx, m.tx, ruleAppeal, "decide", m.c.Region, m.now); err != nil {
			return err
		}
		if err := insertAppeal(ctx, m.tx, e.ID, personOf(ctx), a); err != nil {
			return err
		}
		if len(in.Files) > 0 {
			if err := someFiles(in.Files, "证据"); err != nil {
				return err
			}
			if err := attach(ctx, m.tx, m.c.ID, a.ID, m.c.org(m.side), personOf(ctx), "appeal", in.Files); err != nil {
				return err
			}
		}
		return m.record(ctx, step{action: AppealEvaluation, note: SideLabels[m.side] + "认为评价不实，提出申诉，审查期限 " + clock.Until(a.Due), to: []Side{other(m.side), Operator},
			kind: "evaluation-appealed", move: procurement.EvaluationAppealed, body: map[string]any{"contract": m.c.Number, "side": e.Side, "digest": e.Digest, "filedAt": m.now.UTC(), "dueAt": a.Due.UTC()}})
	})
}

// WithdrawAppeal takes one's appeal back; another cannot follow.
func (s *Service) WithdrawAppeal(ctx context.Context, appeal uuid.UUID) (EvaluationBoard, error) {
	evaluation, err := evaluationOfAppeal(ctx, s.Pool, appeal)
	if err != nil {
		return EvaluationBoard{}, err
	}
	return s.ofEvaluation(ctx, evaluation, func(ctx context.Context, m *evaluator) error {
		i := slices.IndexFunc(m.list, func(e Evaluation) bool { return e.ID == evaluation })
		if i < 0 || m.list[i].Appeal == nil {
			return errNoEvaluation
		}
		e := m.list[i]
		to, err := EvaluationAppeals.Next(e.Appeal.State, WithdrawAppeal, e.actor(m.side))
		if err != nil {
			return err
		}
		if err := decideAppeal(ctx, m.tx, appeal, personOf(ctx), to, "", m.now); err != nil {
			return err
		}
		return m.record(ctx, step{action: WithdrawAppeal, note: SideLabels[m.side] + "撤回了对评价的申诉", to: []Side{other(m.side), Operator}})
	})
}

// DecideAppealInput decides an appeal.
type DecideAppealInput struct {
	Appeal uuid.UUID
	Upheld bool
	Answer string // published
}

// DecideAppeal strikes the evaluation or lets it stand, with the reasons published. It is
// decided by an operator of the region who is on neither side and did not file it. A struck
// one counts for nothing from now on; what was scored before stays as it was, and its
// author may correct it once.
func (s *Service) DecideAppeal(ctx context.Context, in DecideAppealInput) (EvaluationBoard, error) {
	if err := s.Policy.Require(ctx, permitDecideAppeal, authz.Anywhere); err != nil {
		return EvaluationBoard{}, err
	}
	evaluation, err := evaluationOfAppeal(ctx, s.Pool, in.Appeal)
	if err != nil {
		return EvaluationBoard{}, err
	}
	contract, err := contractOfEvaluation(ctx, s.Pool, evaluation)
	if err != nil {
		return EvaluationBoard{}, err
	}
	err = db.InTx(ctx, s.Pool, func(tx db.Tx) error {
		m, err := s.asOfficial(ctx, tx, contract, permitDecideAppeal, Operator)
		if err != nil {
			return err
		}
		e, err := m.evaluator(ctx)
		if err != nil {
			return err
		}
		return e.decide(ctx, evaluation, in)
	})
	if err != nil {
		return EvaluationBoard{}, err
	}
	return s.EvaluationsOf(ctx, contract)
}

func (m *evaluator) decide(ctx context.Context, evaluation uuid.UUID, in DecideAppealInput) error {
	i := slices.IndexFunc(m.list, func(e Evaluation) bool { return e.ID == evaluation })
	if i < 0 || m.list[i].Appeal == nil {
		return errNoEvaluation
	}
	e := m.list[i]
	if e.Appeal.By != nil && *e.Appeal.By == personOf(ctx) {
		return apperr.New(apperr.Forbidden, "不能审查自己提出的申诉")
	}
	action := DismissAppeal
	if in.Upheld {
		action = StrikeEvaluation
	}
	to, err := EvaluationAppeals.Next(e.Appeal.State, action, Operator)
	if err != nil {
		return err
	}
	answer, err := reasoned("answer", "审查意见", in.Answer)
	if err != nil {
		return err
	}
	if err := decideAppeal(ctx, m.tx, in.Appeal, personOf(ctx), to, answer, m.now); err != nil {
		return err
	}
	body := map[string]any{"contract": m.c.Number, "side": e.Side, "digest": e.Digest, "upheld": in.Upheld, "answer": answer, "decidedAt": m.now.UTC()}
	note := "对" + SideLabels[e.Side] + "评价的申诉" + EvaluationAppeals.States[to] + "：" + answer
	if in.Upheld {
		if err := m.strike(ctx, e, answer); err != nil {
			return err
		}
	}
	return m.record(ctx, step{action: action, note: note, to: []Side{Purchaser, Agency}, kind: "evaluation-appeal-decided", move: procurement.EvaluationDecided, body: body})
}

// strike ends an evaluation, and begins the term in which its author may correct it.
func (m *evaluator) strike(ctx context.Context, e Evaluation, reason string) error {
	if _, err := Evaluations.Next(e.State, StrikeEvaluation, Operator); err != nil {
		return err
	}
	var until *time.Time
	if e.Corrects == nil {
		by, _, err := workdayTerm(ctx, m.tx, ruleAppeal, "correct", m.c.Region, m.now)
		if err != nil {
			return err
		}
		until = &by
	}
	if err := strikeEvaluation(ctx, m.tx, e.ID, reason, until, m.now); err != nil {
		return err
	}
	if e.Side != Purchaser || !e.Counts {
		return nil
	}
	return credit.StrikeEvaluationTx(ctx, m.tx, e.ID, reason, m.now)
}

// CorrectInput is what the author of a struck evaluation says instead.
type CorrectInput struct {
	Evaluation uuid.UUID
	Opinion    Opinion
}

// Correct publishes a corrected evaluation in place of one that was struck, once and within
// the term. Both stay in the history; the corrected one counts.
func (s *Service) Correct(ctx context.Context, in CorrectInput) (EvaluationBoard, error) {
	return s.ofEvaluation(ctx, in.Evaluation, func(ctx context.Context, m *evaluator) error {
		struck, err := m.one(ctx, in.Evaluation, CorrectEvaluation)
		if err != nil {
			return err
		}
		e, err := m.opinion(ctx, in.Opinion)
		if err != nil {
			return err
		}
		e.State, e.PublishedAt, e.Corrects, e.Counts, e.WhyNot = EvaluationPublished, &m.now, &struck.ID, struck.Counts, struck.WhyNot
		if err := correctEvaluation(ctx, m.tx, struck.ID); err != nil {
			return err
		}
		if err := insertEvaluation(ctx, m.tx, m.c, e); err != nil {
			return err
		}
		if err := m.score(ctx, e); err != nil {
			return err
		}
		mean := starText(e.Opinion.Hundredths(e.Side))
		return m.record(ctx, step{action: CorrectEvaluation, note: fmt.Sprintf("%s更正了被撤销的评价：加权平均 %s 星", SideLabels[m.side], mean), to: m.theOther(),
			kind: "evaluation-corrected", move: procurement.EvaluationPublished,
			body: map[string]any{"contract": m.c.Number, "side": e.Side, "corrects": struck.Digest, "digest": e.Digest, "stars": e.Opinion.Stars, "mean": mean, "counts": e.Counts, "publishedAt": m.now.UTC()}})
	})
}
