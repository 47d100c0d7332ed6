package procurement

import (
	"context"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"zjcs/internal/draw"
	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/authz"
	"zjcs/internal/platform/clock"
	"zjcs/internal/platform/db"
)

// VoidInput is the decision that a draw does not count.
type VoidInput struct {
	Reason   string        `json:"reason" minLength:"10" maxLength:"2000" doc:"为什么无效；会公布"`
	Decision string        `json:"decision" minLength:"4" maxLength:"300" doc:"依据的决定及其文号；会公布"`
	Source   EntropySource `json:"source" doc:"新的熵源，必须是尚未出现的"`
}

// VoidDraw ends a draw that cannot be made or does not count, and names a new source of
// the future. The pool and its numbers stay. There is no redraw button: reason, decision
// and source are published before the source exists.
func (s *Service) VoidDraw(ctx context.Context, id uuid.UUID, v VoidInput) error {
	return s.asOperator(ctx, id, func(tx db.Tx, p *Procurement, now time.Time) error {
		if err := v.validate(now); err != nil {
			return err
		}
		d, found, err := loadDrawing(ctx, tx, id, draw.OfSelection, true)
		if err != nil {
			return err
		}
		if !found || p.State != Selecting {
			return apperr.New(apperr.Conflict, "只有选取中的抽取可以宣布无效；结果公示后请通过异议处理")
		}
		if err := voidDrawing(ctx, tx, d.ID, authz.From(ctx).Person, v.Reason); err != nil {
			return err
		}
		src := sources{Named: v.edition(now), Fallback: d.Sources.Fallback, Hours: d.Sources.Hours}
		next := drawRecord{ID: uuid.Must(uuid.NewV7()), Procurement: id, Purpose: d.Purpose, Attempt: d.Attempt + 1, Algorithm: d.Algorithm, Sources: src, Pool: d.Pool, PoolHash: d.PoolHash, FrozenAt: d.FrozenAt}
		if err := insertDrawing(ctx, tx, next); err != nil {
			return err
		}
		if err := reopen(ctx, tx, p); err != nil {
			return err
		}
		if err := setSelectionAt(ctx, tx, p, now); err != nil {
			return err
		}
		_, err = s.takeTx(ctx, tx, p, step{Action: VoidDraw, By: Operator, Note: v.Reason + "（" + v.Decision + "）。新的熵源：" + editionWords(src.Named), Kind: "draw-void",
			Body: map[string]any{"attempt": d.Attempt, "reason": v.Reason, "decision": v.Decision, "source": src.Named, "poolHash": d.PoolHash}})
		if err != nil {
			return err
		}
		return s.tellBidders(ctx, tx, *p, VoidDraw, v.Reason)
	})
}

func (v VoidInput) edition(now time.Time) draw.Edition {
	e := v.Source.edition()
	if v.Source.Kind == Drand {
		e.Chain, e.Round = quicknet.Hash, quicknet.FirstAfter(now.Add(time.Minute))
	}
	return e
}

func (v *VoidInput) validate(now time.Time) error {
	v.Reason, v.Decision = strings.TrimSpace(v.Reason), strings.TrimSpace(v.Decision)
	var bad []apperr.Field
	if n := utf8.RuneCountInString(v.Reason); n < 10 || n > 2000 || strings.ContainsRune(v.Reason, 0) {
		bad = append(bad, apperr.Field{Name: "reason", Message: "请写明抽取为什么无效，10 至 2000 字；会公布"})
	}
	if n := utf8.RuneCountInString(v.Decision); n < 4 || n > 300 || strings.ContainsRune(v.Decision, 0) {
		bad = append(bad, apperr.Field{Name: "decision", Message: "请写明依据的决定及其文号，4 至 300 字"})
	}
	switch v.Source.Kind {
	case Drand:
	case Lottery:
		if v.Source.Game == "" || v.Source.Issue == "" || v.Source.Date <= now.In(clock.Shanghai).Format(time.DateOnly) {
			bad = append(bad, apperr.Field{Name: "source", Message: "彩票应写明名称、期号和开奖日期，且在今天之后开奖"})
		}
	default:
		bad = append(bad, apperr.Field{Name: "source", Message: "新的熵源应是 drand 或公开彩票"})
	}
	return apperr.InvalidFields(bad)
}
