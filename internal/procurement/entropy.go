package procurement

import (
	"context"
	"encoding/hex"
	"fmt"
	"time"

	"zjcs/internal/draw"
	"zjcs/internal/platform/db"
	"zjcs/internal/review"
)

// sources are what a draw rests on, fixed with its pool: the source that the notice
// names, its fallback, and after how many hours without the one the other is taken.
type sources struct {
	Named    draw.Edition `json:"named"`
	Fallback draw.Edition `json:"fallback"`
	Hours    int          `json:"hours"`
}

func (t Terms) sources() sources {
	return sources{Named: t.Source.edition(), Fallback: t.Fallback.edition(), Hours: t.FallbackHours}
}

func (e EntropySource) edition() draw.Edition {
	return draw.Edition{Kind: string(e.Kind), Chain: e.Chain, Round: e.Round, Game: e.Game, Issue: e.Issue, Date: e.Date}
}

// taken is the source a draw is to be made from now.
func (d drawRecord) taken() draw.Edition {
	if d.SourceUsed == 1 {
		return d.Sources.Fallback
	}
	return d.Sources.Named
}

// fallsBackAt is when a source that has not come is given up.
func (d drawRecord) fallsBackAt(p Procurement) time.Time {
	return p.SelectionAt.Add(time.Duration(d.Sources.Hours) * time.Hour)
}

// roundOf is the round of a chain that a draw takes: the first after the selection time,
// or for a fallback the first after its hours, so that nobody could choose between the two.
func (d drawRecord) roundOf(p Procurement, e draw.Edition, c draw.Chain) uint64 {
	if e.Round != 0 {
		return e.Round
	}
	if d.SourceUsed == 1 {
		return c.FirstAfter(d.fallsBackAt(p))
	}
	return c.FirstAfter(p.SelectionAt)
}

// entropy is what the source of d has given, if it has come.
func (s *Service) entropy(ctx context.Context, q db.Querier, p Procurement, d drawRecord) (draw.Entropy, bool, error) {
	e := d.taken()
	switch EntropyKind(e.Kind) {
	case Drand:
		c, known := chainOf(e.Chain)
		if !known {
			return draw.Entropy{}, false, fmt.Errorf("procurement %s names the unknown chain %q", p.Number, e.Chain)
		}
		r, found, err := loadRound(ctx, q, c.Hash, d.roundOf(p, e, c))
		if err != nil || !found {
			return draw.Entropy{}, false, err
		}
		return draw.Entropy{Drand: draw.DrandOf(c, r)}, true, nil
	case Lottery:
		v, found, err := loadLottery(ctx, q, e)
		if err != nil || !found {
			return draw.Entropy{}, false, err
		}
		return draw.Entropy{Lottery: &v}, true, nil
	case Commit:
		list, err := loadReveals(ctx, q, p.ID)
		if err != nil || len(list) != len(draw.Parties) {
			return draw.Entropy{}, false, err
		}
		return draw.Entropy{Commit: list}, true, nil
	}
	return draw.Entropy{}, false, fmt.Errorf("procurement %s names the unknown source %q", p.Number, e.Kind)
}

// fetchRound brings in the round that a draw of p waits for. It asks the network, so it
// runs outside of any transaction; the round is kept only with the chain's signature on it.
func (s *Service) fetchRound(ctx context.Context, p Procurement) error {
	d, found, err := loadDrawing(ctx, s.Pool, p.ID, draw.OfSelection, false)
	if err != nil || !found || d.DrawnAt != nil || EntropyKind(d.taken().Kind) != Drand || s.Beacon == nil {
		return err
	}
	e := d.taken()
	c, known := chainOf(e.Chain)
	if !known {
		return fmt.Errorf("procurement %s names the unknown chain %q", p.Number, e.Chain)
	}
	n := d.roundOf(p, e, c)
	if _, found, err := loadRound(ctx, s.Pool, c.Hash, n); err != nil || found {
		return err
	}
	now, err := dbNow(ctx, s.Pool)
	if err != nil || now.Before(c.TimeOf(n)) {
		return err
	}
	r, err := s.Beacon(ctx, c, n)
	if err != nil {
		return fmt.Errorf("round %d of drand: %w", n, err)
	}
	if r.Round != n {
		return fmt.Errorf("round %d of drand: got round %d", n, r.Round)
	}
	if err := c.Verify(r); err != nil {
		return fmt.Errorf("round %d of drand: %w", n, err)
	}
	return keepRound(ctx, s.Pool, c.Hash, r)
}

// fallBackTx gives up a source that has not come in its time and takes the one the
// notice named for that. It is said in public; nothing else is ever taken.
func (s *Service) fallBackTx(ctx context.Context, tx db.Tx, p *Procurement, d *drawRecord) error {
	if err := useFallback(ctx, tx, d.ID); err != nil {
		return err
	}
	given := d.Sources.Named
	d.SourceUsed = 1
	_, err := s.takeTx(ctx, tx, p, step{Action: FallBack, By: review.Clock, Kind: "draw-source",
		Note: fmt.Sprintf("公告指定的熵源（%s）在 %d 小时内没有取得，改用公告指定的备用熵源（%s）", editionWords(given), d.Sources.Hours, editionWords(d.Sources.Fallback)),
		Body: map[string]any{"purpose": d.Purpose, "attempt": d.Attempt, "given": given, "taken": d.Sources.Fallback}})
	if err != nil {
		return err
	}
	return s.tellBidders(ctx, tx, *p, FallBack, "")
}

func editionWords(e draw.Edition) string {
	switch EntropyKind(e.Kind) {
	case Drand:
		if e.Round != 0 {
			return fmt.Sprintf("drand 第 %d 轮", e.Round)
		}
		return "drand 选取时间之后的第一轮"
	case Lottery:
		return fmt.Sprintf("%s第 %s 期（%s 开奖）", e.Game, e.Issue, e.Date)
	case Commit:
		return "三方承诺与揭示"
	}
	return e.Kind
}

// revealOf is one party's value as the evidence shows it.
func revealOf(party string, commitment, value []byte) draw.Reveal {
	return draw.Reveal{Party: party, Commitment: hex.EncodeToString(commitment), Value: hex.EncodeToString(value)}
}
