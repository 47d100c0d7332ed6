package procurement

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"zjcs/internal/draw"
	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/clock"
	"zjcs/internal/platform/db"
	"zjcs/internal/platform/money"
	"zjcs/internal/platform/secret"
	"zjcs/internal/procurement/selection"
	"zjcs/internal/review"
)

// AwardBody is what an award notice (中选通知书) says: printed as PDF, and word for word in
// the public log.
type AwardBody struct {
	Number            string      `json:"number"` // of the notice
	Procurement       uuid.UUID   `json:"procurement"`
	ProcurementNumber string      `json:"procurementNumber"`
	Title             string      `json:"title"`
	Region            string      `json:"region"`
	RegionName        string      `json:"regionName"`
	Purchaser         Party       `json:"purchaser"`
	Agency            Party       `json:"agency"`
	Items             []AwardItem `json:"items"`
	Method            Method      `json:"method"`
	MethodLabel       string      `json:"methodLabel"`
	BidNumber         int         `json:"bidNumber"` // in the frozen pool
	PriceFen          int64       `json:"priceFen"`
	PriceWords        string      `json:"priceWords"` // in capital numerals
	DiscountBP        *int        `json:"discountBp,omitempty"`
	Days              int         `json:"days"` // promised working days
	PublicityFrom     time.Time   `json:"publicityFrom"`
	PublicityUntil    time.Time   `json:"publicityUntil"`
	Draw              *AwardDraw  `json:"draw,omitempty"`        // missing where nothing was drawn
	ResultEntry       *uuid.UUID  `json:"resultEntry,omitempty"` // line of the public log that published the result
	Replaces          string      `json:"replaces,omitempty"`    // number of the refused notice that this one follows
	IssuedAt          time.Time   `json:"issuedAt"`              // by the database's clock
	SignBy            time.Time   `json:"signBy"`                // the contract, at the latest
	SignByProvisional bool        `json:"signByProvisional,omitempty"`
	VerifyURL         string      `json:"verifyUrl"`
}

// Party is one side of the contract to come. A natural person has no code.
type Party struct {
	Name string `json:"name"`
	USCC string `json:"uscc,omitempty"`
}

// AwardItem is a service that is to be rendered.
type AwardItem struct {
	Code string `json:"code"`
	Name string `json:"name"`
}

// AwardDraw names the draw that the selection rests on, so that it can be recomputed.
type AwardDraw struct {
	Attempt  int    `json:"attempt"`
	PoolHash string `json:"poolHash"`
	Evidence string `json:"evidence"` // digest of the evidence file
}

const (
	ruleAward   = "procurement.award_workdays"
	ruleSign    = "contract.sign_workdays"
	kindAward   = "award"
	verifyPages = "/procurements/%s/award?number=%s"
)

// awardDue issues the award of every result whose publicity is over by the database's
// clock and that no objection holds back, and calls for the answers that are late. Each
// in a transaction of its own, decided by the state found under the lock: several
// instances, or one that was killed, issue none twice. One that errs stops no other.
func (s *Service) awardDue(ctx context.Context) error {
	faults := []error{s.escalateObjections(ctx)}
	ids, err := listAwardable(ctx, s.Pool)
	if err != nil {
		return errors.Join(append(faults, err)...)
	}
	for _, id := range ids {
		if err := db.InTx(ctx, s.Pool, func(tx db.Tx) error { return s.awardIfDueTx(ctx, tx, id) }); err != nil {
			faults = append(faults, fmt.Errorf("award of procurement %s: %w", id, err))
		}
		if ctx.Err() != nil {
			break
		}
	}
	return errors.Join(faults...)
}

func (s *Service) awardIfDueTx(ctx context.Context, tx db.Tx, id uuid.UUID) error {
	if err := lockResult(ctx, tx, id, true); err != nil {
		return err
	}
	p, err := load(ctx, tx, id, true)
	if err != nil {
		return err
	}
	now, err := dbNow(ctx, tx)
	if err != nil {
		return err
	}
	open, err := countObjections(ctx, tx, id, ObjectionFiled, ObjectionAccepted)
	if err != nil || open > 0 || p.State != Publicity || now.Before(*p.PublicityUntil) {
		return err
	}
	bids, err := loadBids(ctx, tx, id)
	if err != nil {
		return err
	}
	winner := selectedOf(bids)
	if winner == nil {
		return errors.New("no bid is selected")
	}
	body, err := s.issueTx(ctx, tx, &p, *winner, "")
	if err != nil {
		return err
	}
	st := awardStep(body)
	days, err := s.Workdays(ctx, tx, ruleAward, p.Region, *p.PublicityUntil)
	if err != nil {
		return err
	}
	if limit, _, err := s.Due(ctx, tx, *p.PublicityUntil, days); err != nil {
		return err
	} else if now.After(limit) { // an objection was answered late: said in public, with the award
		st.Note += fmt.Sprintf("（晚于公示期满后 %d 个工作日）", days)
	}
	entry, err := s.takeTx(ctx, tx, &p, st)
	if err != nil {
		return err
	}
	if err := setAwardEntry(ctx, tx, body.Number, entry); err != nil {
		return err
	}
	return s.tellAwarded(ctx, tx, p, *winner, body)
}

func awardStep(b AwardBody) step {
	return step{Action: Award, By: review.Clock, Kind: kindAward, Body: b,
		Note: fmt.Sprintf("中选通知书 %s：%s（%d 号），%s 元，%d 个工作日", b.Number, b.Agency.Name, b.BidNumber, money.Yuan(b.PriceFen), b.Days)}
}

func (s *Service) tellAwarded(ctx context.Context, tx db.Tx, p Procurement, winner Bid, b AwardBody) error {
	return s.tell(ctx, tx, Announcement{Procurement: p, Action: Award, Agencies: []uuid.UUID{winner.Agency},
		Note: fmt.Sprintf("中选通知书编号 %s，中选机构 %s，金额 %s 元。请在 %s 前签订合同。", b.Number, b.Agency.Name, money.Yuan(b.PriceFen), clock.Until(b.SignBy))})
}

func selectedOf(bids []Bid) *Bid {
	for i, b := range bids {
		if b.State == BidSelected {
			return &bids[i]
		}
	}
	return nil
}

// issueTx writes the award of a bid, with its serial number.
func (s *Service) issueTx(ctx context.Context, tx db.Tx, p *Procurement, b Bid, replaces string) (AwardBody, error) {
	f, err := loadAwardFacts(ctx, tx, p.ID)
	if err != nil {
		return AwardBody{}, err
	}
	days, err := s.Workdays(ctx, tx, ruleSign, p.Region, f.issued)
	if err != nil {
		return AwardBody{}, err
	}
	signBy, provisional, err := s.Due(ctx, tx, f.issued, days)
	if err != nil {
		return AwardBody{}, err
	}
	price := PriceOf(p.Terms, b)
	buyer := Party{p.Purchaser, f.purchaserUSCC}
	if f.naturalPerson {
		buyer = Party{Name: secret.MaskName(p.Purchaser)}
	}
	body := AwardBody{
		Number: f.number, Procurement: p.ID, ProcurementNumber: p.Number, Title: p.Title, Region: p.Region, RegionName: f.region,
		Purchaser: buyer, Agency: Party{b.AgencyName, b.USCC}, Items: f.items,
		Method: p.Method, MethodLabel: p.Method.Label(), BidNumber: b.Number, PriceFen: price, PriceWords: "人民币" + money.Capital(price), DiscountBP: b.DiscountBP, Days: b.Days,
		PublicityFrom: p.ConcludedAt.UTC(), PublicityUntil: p.PublicityUntil.UTC(), Draw: f.draw, ResultEntry: f.resultEntry,
		Replaces: replaces, IssuedAt: f.issued.UTC(), SignBy: signBy.UTC(), SignByProvisional: provisional,
		VerifyURL: strings.TrimSuffix(s.PublicURL, "/") + fmt.Sprintf(verifyPages, p.ID, f.number),
	}
	return body, insertAward(ctx, tx, b.ID, body)
}

// PriceOf is what a bid costs: the notice's price, the quote, or the ceiling less the
// discount.
func PriceOf(t Terms, b Bid) int64 {
	switch {
	case t.Pricing == Quoted && b.QuoteFen != nil:
		return *b.QuoteFen
	case t.Pricing == Discount && b.DiscountBP != nil:
		return selection.DiscountedFen(t.CeilingFen, *b.DiscountBP)
	}
	return t.PriceFen
}

// award is a row of table award.
type award struct {
	ID, BidID     uuid.UUID
	Number        string
	Body          json.RawMessage // as it was issued
	IssuedAt      time.Time
	Entry         *uuid.UUID
	RefusedAt     *time.Time
	Refusal       Refusal
	RefusedReason string
}

var errNoAward = apperr.New(apperr.NotFound, "没有这份中选通知书")

// AwardEvidence is an award with its line in the public log, as verifiers take it. number
// may be empty: the latest.
func (s *Service) AwardEvidence(ctx context.Context, id uuid.UUID, number string) (selection.AwardEvidence, error) {
	a, err := loadAward(ctx, s.Pool, id, number)
	if err != nil {
		return selection.AwardEvidence{}, err
	}
	out := selection.AwardEvidence{Version: 1, Number: a.Number, Procurement: id.String(), Award: a.Body}
	if a.Entry == nil {
		return out, nil
	}
	out.Receipt = draw.Receipt{Entry: a.Entry.String()}
	if s.Receipt != nil {
		out.Receipt, err = s.Receipt(ctx, *a.Entry)
	}
	return out, err
}

// escalateObjections tells, once, of every objection whose answer is late.
func (s *Service) escalateObjections(ctx context.Context) error {
	for more := true; more; {
		err := db.InTx(ctx, s.Pool, func(tx db.Tx) error {
			id, of, err := claimLateObjection(ctx, tx)
			if more = id != uuid.Nil; err != nil || !more {
				return err
			}
			p, err := load(ctx, tx, of, false)
			if err != nil {
				return err
			}
			m, _, err := loadObjection(ctx, tx, id)
			if err != nil {
				return err
			}
			return s.tell(ctx, tx, Announcement{Procurement: p, Action: ToldObjectionLate, Note: "异议 " + m.Number + " 的答复期限 " + clock.Until(m.DueAt) + " 已过，至今没有答复。"})
		})
		if err != nil {
			return err
		}
	}
	return nil
}
