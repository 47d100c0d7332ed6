package procurement

import (
	"context"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"zjcs/internal/credit"
	"zjcs/internal/draw"
	"zjcs/internal/platform/db"
	"zjcs/internal/platform/rules"
	"zjcs/internal/procurement/selection"
	"zjcs/internal/review"
)

// reasonStale disqualifies a bid made before an amendment that changed what it answers.
const reasonStale = "公告更正后没有重新提交"

// freezeTx opens the bids of a procurement whose deadline has passed, numbers the
// eligible ones and publishes the pool with its hash, before the entropy exists
// (domain.md section 6). It waits for bids in flight and lets no other in.
func (s *Service) freezeTx(ctx context.Context, tx db.Tx, p *Procurement) error {
	if err := lockBids(ctx, tx, p.ID, true); err != nil {
		return err
	}
	now, err := dbNow(ctx, tx)
	if err != nil {
		return err
	}
	bids, err := s.unsealAll(ctx, tx, *p)
	if err != nil {
		return err
	}
	if err := s.judgeOpened(ctx, tx, *p, bids); err != nil {
		return err
	}
	pool, err := number(p.ID, bids)
	if err != nil {
		return err
	}
	ids := make([]uuid.UUID, len(bids))
	for i, b := range bids {
		ids[i] = b.Agency
	}
	scores, err := credit.ScoresAt(ctx, tx, ids, now)
	if err != nil {
		return err
	}
	for i := range bids {
		tenths := int(scores[bids[i].Agency].Tenths)
		bids[i].CreditTenths = &tenths
	}
	low, failure, err := s.screen(ctx, tx, p, bids)
	if err != nil {
		return err
	}
	if err := insertBids(ctx, tx, bids); err != nil {
		return err
	}
	hash := draw.PoolHash(p.ID.String(), pool)
	if err := setFrozen(ctx, tx, p, now, hash); err != nil {
		return err
	}
	body := map[string]any{
		selection.LogPoolHash: hash, "pool": pool, "algorithm": p.Terms.Algorithm, "sources": p.Terms.sources(),
		"receipts": receipts(bids), "termsVersion": p.TermsVersion,
	}
	if failure == "" && p.Method == Panel {
		panel, err := s.freezeExperts(ctx, tx, p, bids, now)
		if err != nil {
			return err
		}
		body["panelPoolHash"], body["panelPool"] = panel.PoolHash, len(panel.Pool)
	}
	if len(pool) > 0 && p.Method != Direct {
		err := insertDrawing(ctx, tx, drawRecord{ID: uuid.Must(uuid.NewV7()), Procurement: p.ID, Purpose: draw.OfSelection, Attempt: 1, Algorithm: p.Terms.Algorithm,
			Sources: p.Terms.sources(), Pool: draw.Seats(pool), PoolHash: hash, FrozenAt: now})
		if err != nil {
			return err
		}
	}
	note := fmt.Sprintf("收到有效报名 %d 家，抽取池已编号固定", len(pool))
	if out := len(bids) - len(pool); out > 0 {
		note += fmt.Sprintf("；%d 家不符合条件，未进入抽取池", out)
	}
	if _, err := s.takeTx(ctx, tx, p, step{Action: Freeze, By: review.Clock, Note: note, Kind: "bid-pool", Body: body}); err != nil {
		return err
	}
	if failure != "" {
		// The purchaser is told what keeps most agencies out, so that he knows what to change.
		_, excluded, err := exclusions(ctx, tx, p.Terms)
		if err != nil {
			return err
		}
		if len(excluded) > 0 {
			failure += fmt.Sprintf("。把最多机构挡在门外的条件：%s（%d 家）", excluded[0].Label, excluded[0].Excluded)
		}
		return s.failTx(ctx, tx, p, review.Clock, failure)
	}
	if err := s.tellBidders(ctx, tx, *p, Freeze, ""); err != nil {
		return err
	}
	if len(low) > 0 {
		return s.askExplanations(ctx, tx, p, low, now)
	}
	return nil
}

// judgeOpened disqualifies what may not take part: bids of an earlier version of the
// terms, agencies that no longer meet the conditions, and recusals, now that all bidders
// are known.
func (s *Service) judgeOpened(ctx context.Context, tx db.Tx, p Procurement, bids []Bid) error {
	fit, err := s.eligibleAgencies(ctx, tx, p)
	if err != nil {
		return err
	}
	eligible := make(map[uuid.UUID]bool, len(fit))
	for _, id := range fit {
		eligible[id] = true
	}
	var bidders []uuid.UUID
	for i := range bids {
		b := &bids[i]
		switch {
		case b.State == BidDisqualified:
			continue
		case b.TermsVersion < p.AnswerVersion:
			b.State, b.Reason = BidDisqualified, reasonStale
		case !eligible[b.Agency]:
			reasons, err := s.judgeBidder(ctx, tx, p, b.Agency)
			if err != nil {
				return err
			}
			words := make([]string, len(reasons))
			for i, r := range reasons {
				words[i] = r.Message
			}
			b.State, b.Reason = BidDisqualified, "开标时不符合条件："+strings.Join(words, "；")
		default:
			bidders = append(bidders, b.Agency)
		}
	}
	blocks, err := s.conflicts(ctx, tx, p, bidders)
	if err != nil {
		return err
	}
	for i := range bids {
		b := &bids[i]
		if list := blocks[b.Agency]; b.State == BidOpened && len(list) > 0 {
			words := make([]string, len(list))
			for i, block := range list {
				words[i] = block.Message
			}
			b.State, b.Reason = BidDisqualified, "回避："+strings.Join(words, "；")
		}
	}
	return nil
}

// number gives those still in their numbers.
func number(procurement uuid.UUID, bids []Bid) ([]draw.Member, error) {
	var usccs []string
	at := map[string]int{}
	for i, b := range bids {
		if b.State == BidOpened {
			usccs = append(usccs, b.USCC)
			at[b.USCC] = i
		}
	}
	pool, err := draw.Freeze(procurement.String(), usccs)
	if err != nil {
		return nil, err
	}
	for _, m := range pool {
		b := &bids[at[m.USCC]]
		b.Number, b.State = m.Number, BidValid
	}
	return pool, nil
}

// screen asks the method who is to explain a low quote, and whether there are enough.
func (s *Service) screen(ctx context.Context, q db.Querier, p *Procurement, bids []Bid) (low []int, failure string, err error) {
	in, err := s.inputOf(ctx, q, *p, bids)
	if err != nil {
		return nil, "", err
	}
	if len(in.Bids) == 0 {
		return nil, fmt.Sprintf("没有有效报名，%s至少要 %d 家", p.Method.Label(), max(in.Minimum, 1)), nil
	}
	screened, err := selection.Screen(in)
	if err != nil {
		return nil, "", err
	}
	return screened.NeedsExplanation, screened.Failure, nil
}

// inputOf is what the method of p is given: its terms, the rules of its region on the day
// of publication, and the bids of the pool.
func (s *Service) inputOf(ctx context.Context, q db.Querier, p Procurement, bids []Bid) (in selection.Input, err error) {
	t := p.Terms
	in = selection.Input{Algorithm: t.Algorithm, Method: selection.Method(p.Method), MustQuote: t.Pricing != FixedPrice}
	if t.Pricing == Quoted || t.Pricing == Discount {
		in.FloorFen, in.CeilingFen = t.FloorFen, t.CeilingFen
	}
	if p.Method != Direct {
		in.Reserves = Reserves
	}
	if in.Minimum, err = rules.IntOf(ctx, q, "procurement.minimum_bids", t.minimumRule(), p.Region, p.PublishedAt); err != nil {
		return in, err
	}
	switch p.Method {
	case LowestPrice:
		in.LowPercent, err = rules.Int(ctx, q, "procurement.low_quote_percent", p.Region, p.PublishedAt)
	case ReferencePrice:
		in.Bases, err = rules.Ints(ctx, q, "procurement.reference_bases", p.Region, p.PublishedAt)
	case CreditWeighted:
		in.Keep, in.Shortlist = t.Keep, t.Shortlist
	case Panel:
		in.PriceWeight, in.TechWeight, in.CreditWeight, in.Experts = t.PriceWeight, t.TechWeight, t.CreditWeight, t.Experts
	case Random, ProposalChoice, Direct: // nothing more
	}
	if err != nil {
		return in, err
	}
	for _, b := range bids {
		if b.Number == 0 {
			continue
		}
		one := selection.Bid{Number: b.Number, Struck: b.Struck, Explanation: selection.Explanation(b.Verdict)}
		if b.CreditTenths != nil {
			one.CreditTenths = *b.CreditTenths
		}
		switch t.Pricing {
		case Quoted:
			one.QuoteFen = b.QuoteFen
		case Discount:
			if b.DiscountBP != nil {
				fen := selection.DiscountedFen(t.CeilingFen, *b.DiscountBP)
				one.QuoteFen, one.DiscountBP = &fen, b.DiscountBP
			}
		case FixedPrice: // nothing is quoted
		}
		in.Bids = append(in.Bids, one)
	}
	return in, nil
}

// receipts of all bids, sorted: each bidder finds its own and nobody learns whose are
// the others.
func receipts(bids []Bid) []string {
	out := make([]string, len(bids))
	for i, b := range bids {
		out[i] = hex.EncodeToString(b.Receipt)
	}
	slices.Sort(out)
	return out
}
