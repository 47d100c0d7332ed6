package procurement

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/clock"
	"zjcs/internal/platform/db"
	"zjcs/internal/review"
)

// askExplanations asks those whose quote is doubtfully low to explain it (竞价: under 70 %
// of the mean). The purchaser judges what they write; who writes nothing is disqualified.
func (s *Service) askExplanations(ctx context.Context, tx db.Tx, p *Procurement, low []int, now time.Time) error {
	until, err := s.dueIn(ctx, tx, *p, "procurement.explain_workdays", now)
	if err != nil {
		return err
	}
	judged, err := s.dueIn(ctx, tx, *p, "procurement.choice_workdays", until)
	if err != nil {
		return err
	}
	if err := setExplainUntil(ctx, tx, p.ID, low, until); err != nil {
		return err
	}
	if err := setChoiceUntil(ctx, tx, p, judged); err != nil {
		return err
	}
	note := fmt.Sprintf("%s的报价明显偏低，请在 %s 前说明成本构成", numbered(low), clock.Until(until))
	if _, err := s.recordTx(ctx, tx, p, p.State, step{Action: ToldExplainNeeded, By: review.Clock, Note: note, Kind: "low-quotes", Body: map[string]any{"numbers": low, "until": until}}); err != nil {
		return err
	}
	bids, err := loadBids(ctx, tx, p.ID)
	if err != nil {
		return err
	}
	var agencies []uuid.UUID
	for _, b := range bids {
		if slices.Contains(low, b.Number) {
			agencies = append(agencies, b.Agency)
		}
	}
	return s.tell(ctx, tx, Announcement{Procurement: *p, Action: ToldExplainNeeded, Agencies: agencies, Note: note})
}

// judgeLowQuotes says until when explanations or the purchaser's word on them are to be
// waited for; nil when all is settled. A purchaser who says nothing in time is taken to
// accept: the bidder did what was asked.
func (s *Service) judgeLowQuotes(ctx context.Context, tx db.Tx, p *Procurement, bids []Bid, now time.Time) (*time.Time, error) {
	var silent []uuid.UUID
	for i := range bids {
		b := &bids[i]
		if b.ExplainUntil == nil || b.Struck != "" || b.Verdict != "" {
			continue
		}
		switch {
		case b.Explanation == "" && now.Before(*b.ExplainUntil):
			return b.ExplainUntil, nil
		case b.Explanation != "" && p.ChoiceUntil != nil && now.Before(*p.ChoiceUntil):
			return p.ChoiceUntil, nil
		case b.Explanation != "":
			b.Verdict, b.Opinion = "accepted", "项目业主逾期没有作出判断，按已说明处理"
			silent = append(silent, b.ID)
		}
	}
	if len(silent) == 0 {
		return nil, nil
	}
	return nil, setVerdict(ctx, tx, silent, "accepted", "项目业主逾期没有作出判断，按已说明处理")
}

// Explain hands in the explanation of a low quote of the actor's agency.
func (s *Service) Explain(ctx context.Context, id, agency uuid.UUID, text string) error {
	text = strings.TrimSpace(text)
	b, err := s.bidder(ctx, s.Pool, agency)
	if err != nil {
		return err
	}
	if n := utf8.RuneCountInString(text); n < 20 || n > 4000 || !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
		return apperr.InvalidField("text", "请说明报价的成本构成和依据，20 至 4000 字")
	}
	return db.InTx(ctx, s.Pool, func(tx db.Tx) error {
		p, err := load(ctx, tx, id, true)
		if err != nil {
			return err
		}
		now, err := dbNow(ctx, tx)
		if err != nil {
			return err
		}
		bids, err := loadBids(ctx, tx, id)
		if err != nil {
			return err
		}
		at := slices.IndexFunc(bids, func(x Bid) bool { return x.Agency == b.id })
		switch {
		case at < 0:
			return errNotFound // whether others bid is not told by this
		case bids[at].ExplainUntil == nil:
			return apperr.New(apperr.Conflict, "本机构的报价不需要说明")
		case p.State != Selecting || !now.Before(*bids[at].ExplainUntil):
			return apperr.New(apperr.Conflict, "说明的期限（%s）已过", clock.Until(*bids[at].ExplainUntil))
		case bids[at].Verdict != "":
			return apperr.New(apperr.Conflict, "项目业主已经对说明作出判断")
		}
		if err := setExplanation(ctx, tx, bids[at].ID, text); err != nil {
			return err
		}
		_, err = s.recordTx(ctx, tx, &p, p.State, step{Action: explained, By: Agency, Note: fmt.Sprintf("%d 号说明了报价", bids[at].Number)})
		if err != nil {
			return err
		}
		return s.tell(ctx, tx, Announcement{Procurement: p, Action: explained, Note: fmt.Sprintf("%d 号已说明报价，请在 %s 前判断", bids[at].Number, clock.Until(*p.ChoiceUntil))})
	})
}

// JudgeExplanation accepts or rejects an explanation, with a reason that is published.
func (s *Service) JudgeExplanation(ctx context.Context, id uuid.UUID, number int, accept bool, opinion string) error {
	opinion = strings.TrimSpace(opinion)
	return s.asPurchaser(ctx, id, func(tx db.Tx, p *Procurement, now time.Time) error {
		if n := utf8.RuneCountInString(opinion); n < 5 || n > 2000 || !utf8.ValidString(opinion) || strings.ContainsRune(opinion, 0) {
			return apperr.InvalidField("opinion", "请写明理由，5 至 2000 字；理由会公布")
		}
		bids, err := loadBids(ctx, tx, id)
		if err != nil {
			return err
		}
		at := slices.IndexFunc(bids, func(x Bid) bool { return number > 0 && x.Number == number })
		if at < 0 || bids[at].Explanation == "" {
			return apperr.InvalidField("number", "应是已经说明报价的投标的编号")
		}
		if p.State != Selecting || bids[at].Verdict != "" {
			return apperr.New(apperr.Conflict, "这份说明已经有了结论")
		}
		verdict, word := "rejected", "不采纳"
		if accept {
			verdict, word = "accepted", "采纳"
		}
		if err := setVerdict(ctx, tx, []uuid.UUID{bids[at].ID}, verdict, opinion); err != nil {
			return err
		}
		if _, err := s.recordTx(ctx, tx, p, p.State, step{Action: explained, By: Purchaser, Note: fmt.Sprintf("%s %d 号的报价说明：%s", word, number, opinion)}); err != nil {
			return err
		}
		if err := setWake(ctx, tx, p.ID, nil); err != nil || now.Before(p.SelectionAt) {
			return err
		}
		_, err = s.selectTx(ctx, tx, p, now, nil)
		return err
	})
}
