package procurement

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"zjcs/internal/draw"
	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/db"
	"zjcs/internal/procurement/selection"
	"zjcs/internal/review"
)

// selectTx takes the next step of the selection: by the clock, or by the purchaser who
// chooses (by). It reports whether anything moved.
func (s *Service) selectTx(ctx context.Context, tx db.Tx, p *Procurement, now time.Time, by *step) (bool, error) {
	var d drawRecord
	var given draw.Entropy
	if p.Method != Direct {
		var found, ready bool
		var err error
		if d, found, err = loadDrawing(ctx, tx, p.ID, draw.OfSelection, true); err != nil {
			return false, err
		}
		if !found {
			return false, fmt.Errorf("procurement %s is being selected without a pool", p.Number)
		}
		if err := s.revealPlatformTx(ctx, tx, p, d); err != nil {
			return false, err
		}
		if given, ready, err = s.entropy(ctx, tx, *p, d); err != nil {
			return false, err
		}
		if !ready {
			return s.waitForEntropy(ctx, tx, p, &d, now)
		}
	}
	bids, err := loadBids(ctx, tx, p.ID)
	if err != nil {
		return false, err
	}
	if wait, err := s.judgeLowQuotes(ctx, tx, p, bids, now); err != nil || wait != nil {
		return false, errors.Join(err, setWake(ctx, tx, p.ID, wait))
	}
	in, err := s.inputOf(ctx, tx, *p, bids)
	if err != nil {
		return false, err
	}
	if in.Key, err = keyOf(given); err != nil && p.Method != Direct {
		return false, err
	}
	if slices.ContainsFunc(bids, func(b Bid) bool { return b.Struck != "" }) {
		in.Minimum = 0 // competition has taken place; what is struck later does not undo it
	}
	if in.Choice = p.Choice; p.Method == Direct {
		in.Choice = directChoice(*p, bids)
		if in.Choice == nil {
			return true, s.failTx(ctx, tx, p, review.Clock, "公告指定的机构没有有效报名")
		}
	}
	if p.Method == Panel {
		moved, scores, err := s.panelTx(ctx, tx, p, given, now)
		if err != nil || moved || scores == nil {
			return moved, err
		}
		in.Scores = scores
	}
	out, err := selection.Conclude(in)
	if errors.Is(err, selection.ErrChoice) {
		return s.awaitChoice(ctx, tx, p, &d, given, in, now)
	}
	if err != nil {
		return false, err
	}
	if out.Failure != "" {
		return true, s.failTx(ctx, tx, p, review.Clock, out.Failure)
	}
	return true, s.concludeTx(ctx, tx, p, &d, given, in, out, now, by)
}

func keyOf(e draw.Entropy) (string, error) { return draw.Key(e.Sources()) }

// directChoice is the agency that the notice names, where it has bid.
func directChoice(p Procurement, bids []Bid) *selection.Choice {
	for _, b := range bids {
		if b.USCC == p.Terms.DirectUSCC && b.Number > 0 && b.Struck == "" {
			return &selection.Choice{Number: b.Number, Reason: p.Terms.DirectReason}
		}
	}
	return nil
}

// waitForEntropy falls back when the source's hours are over, or when it cannot come any
// more because a commitment was not there in time.
func (s *Service) waitForEntropy(ctx context.Context, tx db.Tx, p *Procurement, d *drawRecord, now time.Time) (bool, error) {
	if d.SourceUsed == 1 {
		if now.After(d.fallsBackAt(*p).Add(time.Duration(d.Sources.Hours) * time.Hour)) {
			return false, s.remindOnce(ctx, tx, p, ToldEntropyNeeded, "公告指定的熵源和备用熵源都没有取得，请运营审核处理：可以宣布抽取无效并指定新的熵源")
		}
		return false, nil
	}
	late := !now.Before(d.fallsBackAt(*p))
	if EntropyKind(d.Sources.Named.Kind) == Commit && !late {
		n, err := countCommitments(ctx, tx, p.ID)
		if err != nil {
			return false, err
		}
		late = n < len(draw.Parties)
	}
	if !late {
		return false, nil
	}
	return true, s.fallBackTx(ctx, tx, p, d)
}

// concludeTx publishes the result with its evidence and begins its publicity.
func (s *Service) concludeTx(ctx context.Context, tx db.Tx, p *Procurement, d *drawRecord, given draw.Entropy, in selection.Input, out selection.Outcome, now time.Time, by *step) error {
	result := map[string]any{"method": p.Method, "places": out.Places, "steps": out.Steps}
	if p.Method != Direct {
		ev, err := selection.Assemble(s.evidence(*p, *d, given), &in, &out)
		if err != nil {
			return err
		}
		if err := keepEvidence(ctx, tx, d.ID, given, ev); err != nil {
			return err
		}
		result[selection.LogEvidence] = ev.Digest
		if d.DrawnAt == nil {
			if err := s.recordDraw(ctx, tx, p, d, given, ev); err != nil {
				return err
			}
		}
	}
	if err := placeBids(ctx, tx, p.ID, out.Places); err != nil {
		return err
	}
	days, err := s.Workdays(ctx, tx, rulePublicity, p.Region, p.PublishedAt)
	if err != nil {
		return err
	}
	until, provisional, err := s.Due(ctx, tx, now, days)
	if err != nil {
		return err
	}
	if err := setConcluded(ctx, tx, p, now, until, provisional); err != nil {
		return err
	}
	result["publicityUntil"] = until
	st := step{Action: Conclude, By: review.Clock}
	if by != nil {
		st = *by
	}
	st.Kind, st.Body = "result", result
	if st.Note == "" {
		st.Note = fmt.Sprintf("%s，中选 %d 号", p.Method.Label(), out.Winner())
	}
	if _, err := s.takeTx(ctx, tx, p, st); err != nil {
		return err
	}
	return s.tellResultTx(ctx, tx, *p)
}

// evidence is the part that is known before anything is drawn.
func (s *Service) evidence(p Procurement, d drawRecord, given draw.Entropy) draw.Evidence {
	key, _ := keyOf(given) // Assemble refuses evidence without one
	fallback := d.Sources.Fallback
	return draw.Evidence{
		Procurement: p.ID.String(), Number: p.Number, Purpose: d.Purpose, Attempt: d.Attempt, Algorithm: d.Algorithm,
		FrozenAt: d.FrozenAt, SelectionAt: p.SelectionAt, Named: d.Sources.Named, Fallback: &fallback, FallbackHours: d.Sources.Hours, UsedFallback: d.SourceUsed == 1,
		Entropy: given, Key: key, Pool: d.Pool, PoolHash: d.PoolHash, Picks: 1, Reserves: Reserves,
	}
}

// recordDraw publishes that the entropy came and what was drawn with it.
func (s *Service) recordDraw(ctx context.Context, tx db.Tx, p *Procurement, d *drawRecord, given draw.Entropy, ev selection.Evidence) error {
	now, err := dbNow(ctx, tx)
	if err != nil {
		return err
	}
	d.DrawnAt = &now
	_, err = s.takeTx(ctx, tx, p, step{Action: Draw, By: review.Clock, Note: "取得熵源：" + editionWords(d.taken()), Kind: "draw",
		Body: map[string]any{"purpose": d.Purpose, "attempt": d.Attempt, "entropy": given, "key": ev.Key, selection.LogPoolHash: d.PoolHash, selection.LogEvidence: ev.Digest}})
	return err
}

// reselectTx strikes a bid after an upheld objection and concludes again from the same
// pool and entropy: nobody gets a second draw. Who chose has to choose again.
func (s *Service) reselectTx(ctx context.Context, tx db.Tx, p *Procurement, bid uuid.UUID, reason string) error {
	struck, err := strikeBid(ctx, tx, p.ID, bid, reason)
	if err != nil {
		return err
	}
	if !struck {
		return apperr.New(apperr.Conflict, "这份投标不在抽取池中，或者已经剔除")
	}
	if _, err := s.takeTx(ctx, tx, p, step{Action: Reselect, By: Operator, Note: reason, Kind: "bid-struck", Body: map[string]any{"bid": bid, "reason": reason}}); err != nil {
		return err
	}
	if err := reopen(ctx, tx, p); err != nil {
		return err
	}
	now, err := dbNow(ctx, tx)
	if err != nil {
		return err
	}
	_, err = s.selectTx(ctx, tx, p, now, nil)
	return err
}
