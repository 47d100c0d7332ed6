package procurement

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/audit"
	"zjcs/internal/platform/authz"
	"zjcs/internal/platform/db"
	"zjcs/internal/review"
)

// RecusalAppeal is an agency's word against a computed recusal.
type RecusalAppeal struct {
	ID            uuid.UUID  `json:"id"`
	ProcurementID uuid.UUID  `json:"procurementId"`
	Title         string     `json:"title" doc:"采购项目"`
	AgencyID      uuid.UUID  `json:"agencyId"`
	AgencyName    string     `json:"agencyName" doc:"机构名称"`
	Code          string     `json:"code" doc:"哪一类回避"`
	Reason        string     `json:"reason" doc:"理由"`
	FiledAt       time.Time  `json:"filedAt"`
	State         string     `json:"state" enum:"filed,upheld,dismissed" doc:"待处理、成立、不成立"`
	Answer        string     `json:"answer" doc:"处理意见"`
	DecidedAt     *time.Time `json:"decidedAt,omitempty"`
	region        string
	filedBy       uuid.UUID
	sides         []uuid.UUID // organisations of the purchaser and of the agency
}

// What was told of an appeal.
const (
	ToldAppeal         review.Action = "recusal-appeal"
	ToldAppealAnswered review.Action = "recusal-appeal-answered"
)

const permitOperate authz.Permission = "procurement:operate"

// Appeal files one for the actor's agency, while signing up is open. Errors: Invalid (code,
// reason), Conflict when there is no such block or it was appealed before.
func (s *Service) Appeal(ctx context.Context, id, agency uuid.UUID, code, reason string) (RecusalAppeal, error) {
	reason = strings.TrimSpace(reason)
	if n := utf8.RuneCountInString(reason); n < 5 || n > 2000 || strings.ContainsRune(reason, 0) {
		return RecusalAppeal{}, apperr.InvalidField("reason", "应写明理由，5 至 2000 字")
	}
	var out RecusalAppeal
	err := db.InTx(ctx, s.Pool, func(tx db.Tx) error {
		b, err := s.bidder(ctx, tx, agency)
		if err != nil {
			return err
		}
		p, err := load(ctx, tx, id, false)
		if err != nil {
			return err
		}
		now, err := dbNow(ctx, tx)
		if err != nil {
			return err
		}
		if p.State != Open || !now.Before(p.Deadline) {
			return apperr.New(apperr.Conflict, "报名已经截止；对结果有异议的，请在公示期内提出")
		}
		blocks, err := s.purchaserBlocks(ctx, tx, p, []uuid.UUID{b.id})
		if err != nil {
			return err
		}
		found := false
		for _, x := range blocks[b.id] {
			found = found || x.Code == code
		}
		if !found {
			return apperr.InvalidField("code", "应是报名条件中列出的一类回避情形")
		}
		out = RecusalAppeal{ID: uuid.Must(uuid.NewV7()), ProcurementID: p.ID, Title: p.Title, AgencyID: b.id, AgencyName: b.name, Code: code, Reason: reason, State: "filed"}
		if out.FiledAt, err = insertAppeal(ctx, tx, out, authz.From(ctx).Person); err != nil {
			return err
		}
		err = audit.Record(ctx, tx, audit.Entry{Action: string(permitBid), Kind: "recusal-appeal", ID: out.ID.String(), Organisation: b.org, Summary: "对回避提出异议"})
		if err != nil {
			return err
		}
		return s.tell(ctx, tx, Announcement{Procurement: p, Action: ToldAppeal, Note: reason})
	})
	return out, err
}

// Appeals are those that wait for the actor's decision.
func (s *Service) Appeals(ctx context.Context) ([]RecusalAppeal, error) {
	if err := s.Policy.Require(ctx, permitOperate, authz.Anywhere); err != nil {
		return nil, err
	}
	return listAppeals(ctx, s.Pool, s.Policy.ReachOf(ctx, permitOperate).Regions)
}

// DecideAppeal upholds or dismisses one, with a reason. Nobody decides his own.
func (s *Service) DecideAppeal(ctx context.Context, id uuid.UUID, uphold bool, answer string) (RecusalAppeal, error) {
	answer = strings.TrimSpace(answer)
	var out RecusalAppeal
	err := db.InTx(ctx, s.Pool, func(tx db.Tx) error {
		a, err := lockAppeal(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := s.Policy.Require(ctx, permitOperate, authz.Scope{Region: a.region}); err != nil {
			return err
		}
		if n := utf8.RuneCountInString(answer); n < 5 || n > 2000 || strings.ContainsRune(answer, 0) {
			return apperr.InvalidField("answer", "应写明处理意见，5 至 2000 字")
		}
		actor := authz.From(ctx).Person
		switch {
		case a.State != "filed":
			return apperr.New(apperr.Conflict, "这件异议已经处理过了")
		case a.filedBy == actor || s.ofOneSide(ctx, a.sides):
			return apperr.New(apperr.Forbidden, "不能处理自己或本单位有关的异议")
		}
		a.State, a.Answer = "dismissed", answer
		if uphold {
			a.State = "upheld"
		}
		if err := decideAppeal(ctx, tx, &a, actor); err != nil {
			return err
		}
		out = a
		err = audit.Record(ctx, tx, audit.Entry{Action: string(permitOperate), Kind: "recusal-appeal", ID: a.ID.String(), Region: a.region,
			Summary: map[bool]string{true: "回避异议成立", false: "回避异议不成立"}[uphold]})
		if err != nil {
			return err
		}
		p, err := load(ctx, tx, a.ProcurementID, false)
		if err != nil {
			return err
		}
		return s.tell(ctx, tx, Announcement{Procurement: p, Action: ToldAppealAnswered, Agencies: []uuid.UUID{a.AgencyID}, Note: answer})
	})
	return out, err
}

// ofOneSide reports whether the actor acts for one of the organisations: nobody decides
// his own matter (domain.md section 3).
func (s *Service) ofOneSide(ctx context.Context, sides []uuid.UUID) bool {
	for _, g := range authz.From(ctx).Grants {
		if g.Organisation != uuid.Nil && slices.Contains(sides, g.Organisation) {
			return true
		}
	}
	return false
}
