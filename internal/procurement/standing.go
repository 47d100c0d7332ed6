package procurement

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/clock"
	"zjcs/internal/platform/db"
	"zjcs/internal/review"
)

// PublicBid is what everyone may know of a bid once it is opened: no proposal, no staff,
// no attachment, no explanation.
type PublicBid struct {
	Number       int      `json:"number,omitempty" doc:"抽取池编号；没有表示没有进入抽取池"`
	AgencyID     string   `json:"agencyId"`
	Agency       string   `json:"agency" doc:"机构名称"`
	USCC         string   `json:"uscc" doc:"统一社会信用代码"`
	QuoteFen     *int64   `json:"quoteFen,omitempty" doc:"报价（分）"`
	DiscountBP   *int     `json:"discountBp,omitempty" doc:"下浮率，万分之一"`
	Days         int      `json:"days" doc:"承诺的工作日"`
	CreditTenths *int     `json:"creditTenths,omitempty" doc:"开标时的信用得分，十分之一分"`
	State        BidState `json:"state" enum:"opened,valid,disqualified,selected,reserve,not_selected,withdrawn" doc:"状态"`
	StateLabel   string   `json:"stateLabel" doc:"状态"`
	Reason       string   `json:"reason,omitempty" doc:"理由"`
	Place        int      `json:"place,omitempty" doc:"1 中选，2 起为候补的次序"`
}

var bidLabels = map[BidState]string{BidOpened: "已开启", BidValid: "有效", BidDisqualified: "无效", BidSelected: "中选", BidReserve: "候补", BidNotSelected: "未中选", BidWithdrawn: "已放弃"}

func publicBid(b Bid) PublicBid {
	return PublicBid{Number: b.Number, AgencyID: b.Agency.String(), Agency: b.AgencyName, USCC: b.USCC, QuoteFen: b.QuoteFen, DiscountBP: b.DiscountBP, Days: b.Days,
		CreditTenths: b.CreditTenths, State: b.State, StateLabel: bidLabels[b.State], Reason: b.Reason, Place: b.Place}
}

// SelectionResult is what everyone may know once the bids are opened.
type SelectionResult struct {
	ProcurementID        uuid.UUID         `json:"procurementId"`
	State                review.State      `json:"state" doc:"状态"`
	StateLabel           string            `json:"stateLabel" doc:"状态"`
	ConcludedAt          *time.Time        `json:"concludedAt,omitempty" doc:"得出结果的时间"`
	PublicityUntil       *time.Time        `json:"publicityUntil,omitempty" doc:"公示截止"`
	PublicityProvisional bool              `json:"publicityProvisional,omitempty" doc:"为真表示公示截止暂定"`
	MayObject            bool              `json:"mayObject" doc:"为真表示现在可以提出异议"`
	Bids                 []PublicBid       `json:"bids" doc:"各家响应"`
	Objections           []ResultObjection `json:"objections" doc:"异议和答复；不显示异议人和内容"`
	Awards               []AwardLine       `json:"awards" doc:"中选通知书，先后为序"`
}

// AwardLine is an award in a list: whether it still holds is said here.
type AwardLine struct {
	Number    string     `json:"number" doc:"中选通知书编号"`
	Agency    string     `json:"agency" doc:"中选机构"`
	PriceFen  int64      `json:"priceFen" doc:"金额（分）"`
	IssuedAt  time.Time  `json:"issuedAt" doc:"签发时间"`
	Valid     bool       `json:"valid" doc:"为真表示有效"`
	RefusedAt *time.Time `json:"refusedAt,omitempty" doc:"失效时间"`
	Refusal   string     `json:"refusal,omitempty" doc:"为何失效"`
	Reason    string     `json:"reason,omitempty" doc:"理由"`
	EntryID   *uuid.UUID `json:"entryId,omitempty" doc:"公开日志的条目"`
}

// Result is public; before the opening there is none.
func (s *Service) Result(ctx context.Context, id uuid.UUID) (SelectionResult, error) {
	p, err := load(ctx, s.Pool, id, false)
	if err != nil {
		return SelectionResult{}, err
	}
	if p.FrozenAt == nil {
		return SelectionResult{}, errNotOpened
	}
	now, err := dbNow(ctx, s.Pool)
	if err != nil {
		return SelectionResult{}, err
	}
	out := SelectionResult{ProcurementID: p.ID, State: p.State, StateLabel: Workflow.States[p.State], ConcludedAt: p.ConcludedAt, PublicityUntil: p.PublicityUntil,
		PublicityProvisional: p.PublicityProvisional, MayObject: takesObjections(p, now) == nil, Bids: []PublicBid{}}
	bids, err := loadBids(ctx, s.Pool, id)
	if err != nil {
		return out, err
	}
	for _, b := range bids {
		out.Bids = append(out.Bids, publicBid(b))
	}
	if out.Objections, err = listObjections(ctx, s.Pool, id); err != nil {
		return out, err
	}
	out.Awards, err = listAwards(ctx, s.Pool, id)
	return out, err
}

var errNotOpened = apperr.New(apperr.Conflict, "开标后才有结果；在此之前谁也不知道有谁投标、报了多少")

// Standing is a bidder's own place, with what everyone may know of the winner.
type Standing struct {
	ProcurementID uuid.UUID    `json:"procurementId"`
	State         review.State `json:"state" doc:"采购的状态"`
	StateLabel    string       `json:"stateLabel" doc:"采购的状态"`
	Own           PublicBid    `json:"own" doc:"本机构"`
	Bidders       int          `json:"bidders" doc:"一共几家"`
	Rank          int          `json:"rank,omitempty" doc:"按报价由低到高的名次；不报价的没有"`
	Winner        *PublicBid   `json:"winner,omitempty" doc:"中选机构的公开信息；还没有结果时没有"`
	ObjectUntil   *time.Time   `json:"objectUntil,omitempty" doc:"可以提出异议到什么时候"`
}

// MyStanding is the standing of the actor's agency after the opening. agency may be
// uuid.Nil where the actor acts for one alone.
func (s *Service) MyStanding(ctx context.Context, id, agency uuid.UUID) (Standing, error) {
	b, err := s.bidder(ctx, s.Pool, agency)
	if err != nil {
		return Standing{}, err
	}
	p, err := load(ctx, s.Pool, id, false)
	if err != nil {
		return Standing{}, err
	}
	if p.FrozenAt == nil {
		return Standing{}, errNotOpened
	}
	bids, err := loadBids(ctx, s.Pool, id)
	if err != nil {
		return Standing{}, err
	}
	out := Standing{ProcurementID: id, State: p.State, StateLabel: Workflow.States[p.State], Bidders: len(bids)}
	own := -1
	for i, x := range bids {
		if x.Agency == b.id {
			own = i
		}
	}
	if own < 0 {
		return Standing{}, apperr.New(apperr.NotFound, "本机构没有参加这个项目")
	}
	out.Own, out.Rank = publicBid(bids[own]), rankOf(bids, own, p.Terms)
	if w := selectedOf(bids); w != nil {
		public := publicBid(*w)
		out.Winner = &public
	}
	if p.State == Publicity {
		out.ObjectUntil = p.PublicityUntil
	}
	return out, nil
}

// rankOf is a bid's place by price among those not disqualified; equal prices share it.
func rankOf(bids []Bid, own int, t Terms) int {
	mine := bids[own]
	if t.Pricing == FixedPrice || mine.State == BidDisqualified || mine.QuoteFen == nil && mine.DiscountBP == nil {
		return 0
	}
	rank := 1
	for _, b := range bids {
		if b.State != BidDisqualified && (b.QuoteFen != nil || b.DiscountBP != nil) && PriceOf(t, b) < PriceOf(t, mine) {
			rank++
		}
	}
	return rank
}

// tellResultTx tells of a published result: the winner and the purchaser that it is so,
// and those who were not selected where they see why, each its own place, nobody another's.
func (s *Service) tellResultTx(ctx context.Context, tx db.Tx, p Procurement) error {
	bids, err := loadBids(ctx, tx, p.ID)
	if err != nil {
		return err
	}
	w := selectedOf(bids)
	if w == nil {
		return nil
	}
	if err := s.tell(ctx, tx, Announcement{Procurement: p, Action: Conclude, Agencies: []uuid.UUID{w.Agency}, Note: fmt.Sprintf("中选 %s（%d 号）。", w.AgencyName, w.Number)}); err != nil {
		return err
	}
	won := fmt.Sprintf("中选 %s（%d 号），公示至 %s。", w.AgencyName, w.Number, clock.Until(*p.PublicityUntil))
	var others []uuid.UUID
	for _, b := range bids {
		switch b.State {
		case BidReserve:
			note := fmt.Sprintf("您的机构是第 %d 候补。%s", b.Place-1, won)
			if err := s.tell(ctx, tx, Announcement{Procurement: p, Action: ToldStanding, Agencies: []uuid.UUID{b.Agency}, Note: note}); err != nil {
				return err
			}
		case BidNotSelected, BidDisqualified:
			others = append(others, b.Agency)
		default: // the winner, told above
		}
	}
	if len(others) == 0 {
		return nil
	}
	return s.tell(ctx, tx, Announcement{Procurement: p, Action: ToldStanding, Agencies: others, Note: won + "本机构的名次和未中选的理由在项目页“我的结果”中。"})
}
