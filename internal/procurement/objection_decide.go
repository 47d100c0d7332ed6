package procurement

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/audit"
	"zjcs/internal/platform/authz"
	"zjcs/internal/platform/db"
	"zjcs/internal/platform/page"
)

// ObjectionMatter is an objection as those see it who decide it. How to reach who
// objected is shown by RevealContact alone.
type ObjectionMatter struct {
	ResultObjection
	ProcurementID     uuid.UUID `json:"procurementId"`
	ProcurementNumber string    `json:"procurementNumber" doc:"采购编号"`
	Title             string    `json:"title" doc:"采购项目"`
	RegionCode        string    `json:"regionCode"`
	Name              string    `json:"name" doc:"异议人；不公开"`
	Text              string    `json:"text" doc:"异议内容；不公开"`
	Late              bool      `json:"late" doc:"为真表示超过答复期限"`
}

// Objections are those that wait for the actor's decision, the first due first. Where the
// actor's own organisation is a party they are not shown: who objected is not for parties.
func (s *Service) Objections(ctx context.Context, r page.Request) (page.Page[ObjectionMatter], error) {
	var none page.Page[ObjectionMatter]
	if err := s.Policy.Require(ctx, permitDecide, authz.Anywhere); err != nil {
		return none, err
	}
	own := []uuid.UUID{}
	for _, g := range authz.From(ctx).Grants {
		if g.Organisation != uuid.Nil {
			own = append(own, g.Organisation)
		}
	}
	rows, total, err := listOpenObjections(ctx, s.Pool, s.Policy.ReachOf(ctx, permitDecide).Regions, own, r)
	if err != nil {
		return none, err
	}
	for i := range rows {
		rows[i].StateLabel = objectionLabels[rows[i].State]
	}
	return page.Make(rows, r.Size(), total, func(m ObjectionMatter) objectionKey { return objectionKey{m.DueAt, m.ID} }), nil
}

// RevealContact shows how to reach who objected; the look is logged.
func (s *Service) RevealContact(ctx context.Context, objection uuid.UUID, reason string) (contact string, err error) {
	err = s.onObjection(ctx, permitReveal, objection, func(tx db.Tx, p *Procurement, m *matter, sealed []byte) error {
		if err := s.mayDecide(ctx, tx, p, m); err != nil { // a party must not learn who objected
			return err
		}
		if contact, err = s.Vault.Open(fieldContact, sealed); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{Outcome: audit.Read, Action: string(permitReveal), Kind: "procurement-objection", ID: m.ID.String(),
			Region: p.Region, Summary: fmt.Sprintf("查看异议 %s 的联系方式：%s", m.Number, strings.TrimSpace(reason))})
	})
	return contact, err
}

// AcceptInput decides whether an objection is examined.
type AcceptInput struct {
	ID     uuid.UUID
	Accept bool
	Reason string // published
}

// AcceptObjection takes it up, which suspends the procurement, or not, with the reason
// published as its answer.
func (s *Service) AcceptObjection(ctx context.Context, in AcceptInput) (ResultObjection, error) {
	return s.decideObjection(ctx, in.ID, "reason", "理由", in.Reason, func(tx db.Tx, p *Procurement, m *matter) error {
		if m.State != ObjectionFiled {
			return errDecided
		}
		if !in.Accept {
			m.State, m.Answer = ObjectionNotAccepted, strings.TrimSpace(in.Reason)
			if err := decideObjection(ctx, tx, m, authz.From(ctx).Person, ObjectionFiled); err != nil {
				return err
			}
			return s.publishObjection(ctx, tx, p, *m, step{Action: objectionNotTaken, Body: m.line()})
		}
		m.State, m.Acceptance = ObjectionAccepted, strings.TrimSpace(in.Reason)
		if err := acceptObjection(ctx, tx, m, authz.From(ctx).Person); err != nil {
			return err
		}
		st := step{Action: objectionTaken, Body: m.line()}
		if p.State == Publicity {
			st.Action = Suspend
		}
		return s.publishObjection(ctx, tx, p, *m, st)
	})
}

// Remedy is what follows from an upheld objection.
type Remedy string

const (
	RemedyReselect  Remedy = "reselect"  // a bid is struck, the selection is made again
	RemedyTerminate Remedy = "terminate" // the procurement ends
)

// AnswerInput decides an accepted objection.
type AnswerInput struct {
	ID     uuid.UUID
	Upheld bool
	Answer string // published
	Remedy Remedy // of an upheld one
	Bid    int    // number of the bid to strike; 0: the selected one
}

// AnswerObjection decides it. Dismissed, the publicity goes on for the working days that
// were left, one at least, once no other is being examined. Upheld, a bid is struck and
// the selection is made again, or the procurement ends.
func (s *Service) AnswerObjection(ctx context.Context, in AnswerInput) (ResultObjection, error) {
	if in.Upheld && in.Remedy != RemedyReselect && in.Remedy != RemedyTerminate {
		return ResultObjection{}, apperr.InvalidField("remedy", "异议成立的，应写明 reselect（剔除后重新选取）或 terminate（终止）")
	}
	return s.decideObjection(ctx, in.ID, "answer", "答复", in.Answer, func(tx db.Tx, p *Procurement, m *matter) error {
		if m.State != ObjectionAccepted {
			return errDecided
		}
		if p.State == Selecting && in.Upheld {
			return apperr.New(apperr.Conflict, "正在重新选取，请在得出结果后再答复这件异议")
		}
		m.State, m.Answer = ObjectionDismissed, strings.TrimSpace(in.Answer)
		if in.Upheld {
			m.State = ObjectionUpheld
		}
		if err := decideObjection(ctx, tx, m, authz.From(ctx).Person, ObjectionAccepted); err != nil {
			return err
		}
		if !in.Upheld {
			return s.dismissTx(ctx, tx, p, *m)
		}
		return s.upholdTx(ctx, tx, p, *m, in)
	})
}

func (s *Service) dismissTx(ctx context.Context, tx db.Tx, p *Procurement, m matter) error {
	line := m.line()
	examined, err := countObjections(ctx, tx, p.ID, ObjectionAccepted)
	if err != nil {
		return err
	}
	if p.State == Publicity { // a result found while it was examined: it stays open for a working day more
		now, err := dbNow(ctx, tx)
		if err != nil {
			return err
		}
		until, provisional, err := s.Due(ctx, tx, now, 1)
		if err != nil {
			return err
		}
		if until.After(*p.PublicityUntil) {
			if err := setPublicity(ctx, tx, p, until, provisional); err != nil {
				return err
			}
			line.Until = &until
		}
	}
	if p.State != Suspended || examined > 0 {
		return s.publishObjection(ctx, tx, p, m, step{Action: objectionDenied, Body: line})
	}
	until, provisional, err := s.resumedUntil(ctx, tx, p)
	if err != nil {
		return err
	}
	if err := setPublicity(ctx, tx, p, until, provisional); err != nil {
		return err
	}
	line.Until = &until
	return s.publishObjection(ctx, tx, p, m, step{Action: Resume, Body: line})
}

// resumedUntil is when a publicity ends that goes on now: after the working days that
// were left of it when it was suspended, and no sooner than the time that was left.
func (s *Service) resumedUntil(ctx context.Context, tx db.Tx, p *Procurement) (until time.Time, provisional bool, err error) {
	stopped, err := lastEventAt(ctx, tx, p.ID, Suspend)
	if err != nil {
		return until, false, err
	}
	now, err := dbNow(ctx, tx)
	if err != nil {
		return until, false, err
	}
	for n := 1; ; n++ {
		end, _, err := s.Due(ctx, tx, stopped, n)
		if err != nil {
			return until, false, err
		}
		if end.Before(*p.PublicityUntil) {
			continue
		}
		if until, provisional, err = s.Due(ctx, tx, now, n); err != nil {
			return until, false, err
		}
		if least := now.Add(p.PublicityUntil.Sub(stopped)); until.Before(least) {
			until = least
		}
		return until, provisional, nil
	}
}

func (s *Service) upholdTx(ctx context.Context, tx db.Tx, p *Procurement, m matter, in AnswerInput) error {
	line := m.line()
	line.Remedy = in.Remedy
	if p.State == Publicity { // accepted before a first result fell: the new one is held as well
		if _, err := s.takeTx(ctx, tx, p, step{Action: Suspend, By: Operator, Note: "审查异议 " + m.Number}); err != nil {
			return err
		}
	}
	if p.State != Suspended { // ended meanwhile: nothing is left to undo
		return s.publishObjection(ctx, tx, p, m, step{Action: objectionUpheld, Body: line})
	}
	reason := "异议 " + m.Number + " 成立：" + m.Answer
	if in.Remedy == RemedyTerminate {
		if err := setEnded(ctx, tx, p.ID, reason); err != nil {
			return err
		}
		p.EndedReason = reason
		return s.publishObjection(ctx, tx, p, m, step{Action: Terminate, Body: line})
	}
	bids, err := loadBids(ctx, tx, p.ID)
	if err != nil {
		return err
	}
	var struck *Bid
	for i, b := range bids {
		if in.Bid == 0 && b.State == BidSelected || in.Bid > 0 && b.Number == in.Bid {
			struck = &bids[i]
		}
	}
	if struck == nil || struck.Number == 0 {
		return apperr.InvalidField("bid", "应是抽取池中的一个编号；不写则剔除中选的那份")
	}
	line.Struck = &struck.Number
	if err := s.publishObjection(ctx, tx, p, m, step{Action: objectionUpheld, Body: line}); err != nil {
		return err
	}
	return s.reselectTx(ctx, tx, p, struck.ID, reason)
}

// publishObjection takes or records a step about m, in public, and tells of it.
func (s *Service) publishObjection(ctx context.Context, tx db.Tx, p *Procurement, m matter, st step) error {
	st.By, st.Kind = Operator, kindObjection
	words := m.Answer
	if m.State == ObjectionAccepted {
		words = m.Acceptance
	}
	st.Note = fmt.Sprintf("异议 %s %s：%s", m.Number, objectionLabels[m.State], words)
	var err error
	switch st.Action {
	case Suspend, Resume, Terminate:
		_, err = s.takeTx(ctx, tx, p, st)
	default:
		_, err = s.recordTx(ctx, tx, p, p.State, st)
	}
	if err != nil {
		return err
	}
	bidders, err := bidderAgencies(ctx, tx, p.ID)
	if err != nil {
		return err
	}
	a := Announcement{Procurement: *p, Action: ToldObjectionAnswered, Agencies: bidders, Note: st.Note}
	if m.State == ObjectionAccepted {
		a.Action = Suspend
	}
	if m.person != nil {
		a.Persons = []uuid.UUID{*m.person}
	}
	return s.tell(ctx, tx, a)
}

var errDecided = apperr.New(apperr.Conflict, "这件异议已经有人办理过了，请刷新后查看")

// decideObjection runs fn on an objection of the actor's region, with its procurement
// locked: of two who decide at once, the second finds it decided.
func (s *Service) decideObjection(ctx context.Context, id uuid.UUID, field, label, words string, fn func(tx db.Tx, p *Procurement, m *matter) error) (ResultObjection, error) {
	var out ResultObjection
	err := s.onObjection(ctx, permitDecide, id, func(tx db.Tx, p *Procurement, m *matter, sealed []byte) error {
		if err := s.mayDecide(ctx, tx, p, m); err != nil {
			return err
		}
		contact, err := s.Vault.Open(fieldContact, sealed)
		if err != nil {
			return err
		}
		if err := publishable(field, label, words, contact); err != nil {
			return err
		}
		if err := fn(tx, p, m); err != nil {
			return err
		}
		out = m.dressed()
		return nil
	})
	return out, err
}

// onObjection loads an objection and locks its procurement, if the actor holds perm there.
func (s *Service) onObjection(ctx context.Context, perm authz.Permission, id uuid.UUID, fn func(tx db.Tx, p *Procurement, m *matter, contact []byte) error) error {
	if err := s.Policy.Require(ctx, perm, authz.Anywhere); err != nil {
		return err
	}
	return db.InTx(ctx, s.Pool, func(tx db.Tx) error {
		of, err := procurementOfObjection(ctx, tx, id)
		if err != nil {
			return err
		}
		p, err := load(ctx, tx, of, true)
		if err != nil {
			return err
		}
		if !s.Policy.May(ctx, perm, authz.Scope{Region: p.Region}) {
			return errNoObjection
		}
		m, contact, err := loadObjection(ctx, tx, id)
		if err != nil {
			return err
		}
		return fn(tx, &p, &m, contact)
	})
}

// mayDecide refuses whoever is a party: the purchaser's people, a bidder's, and who filed
// it (domain.md section 3).
func (s *Service) mayDecide(ctx context.Context, tx db.Tx, p *Procurement, m *matter) error {
	a := authz.From(ctx)
	parties, err := bidderOrganisations(ctx, tx, p.ID)
	if err != nil {
		return err
	}
	parties = append(parties, p.OrgID)
	if m.org != nil {
		parties = append(parties, *m.org)
	}
	for _, org := range parties {
		if a.Of(org) {
			return apperr.New(apperr.Forbidden, "您是当事单位的人员，不能办理这件异议，须由他人办理")
		}
	}
	if m.person != nil && *m.person == a.Person {
		return apperr.New(apperr.Forbidden, "不能办理自己提出的异议，须由他人办理")
	}
	return nil
}
