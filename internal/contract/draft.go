package contract

import (
	"context"
	"crypto/rand"
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/google/uuid"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/authz"
	"zjcs/internal/platform/calendar"
	"zjcs/internal/platform/clock"
	"zjcs/internal/platform/db"
	"zjcs/internal/platform/rules"
	"zjcs/internal/procurement"
)

const (
	ruleSignLimit = "contract.sign_limit_days"
	ruleFile      = "contract.file_days"
	ruleAnswer    = "contract.answer_workdays"
	ruleRemind    = "contract.remind_days"
	rulePay       = "contract.pay_days"
	ruleLate      = "contract.late_interest_ppm"
)

// Open drafts the contract of a procurement's standing award, or finds the one that is
// drafted already. Either side may.
func (s *Service) Open(ctx context.Context, of uuid.UUID) (Detail, error) {
	if err := s.Policy.Require(ctx, permitRun, authz.Anywhere); err != nil {
		return Detail{}, err
	}
	var id uuid.UUID
	err := db.InTx(ctx, s.Pool, func(tx db.Tx) error {
		p, award, err := procurement.StandingAwardTx(ctx, tx, of)
		if err != nil {
			return err
		}
		c, err := s.fromAwardTx(ctx, tx, p, award)
		if err != nil {
			return err
		}
		side, err := s.sideOf(ctx, c)
		if err != nil {
			return err
		}
		if side == "" {
			return apperr.New(apperr.Forbidden, "只有项目业主和中选机构可以起草合同")
		}
		if err := s.Policy.Require(ctx, permitRun, authz.Scope{Organisation: c.org(side)}); err != nil {
			return err
		}
		found, err := idOf(ctx, tx, "award_id", award.ID)
		if err == nil {
			id = found
			return nil
		}
		if apperr.CodeOf(err) != apperr.NotFound {
			return err
		}
		if p.State != procurement.Awarded {
			return apperr.New(apperr.Conflict, "这个项目现在不能起草合同（%s）", procurement.StateLabel(p.State))
		}
		id = c.ID
		return s.draftTx(ctx, tx, c, side)
	})
	if err != nil {
		return Detail{}, err
	}
	return s.Get(ctx, id.String())
}

// fromAwardTx is the contract as the award settles it, not yet written.
func (s *Service) fromAwardTx(ctx context.Context, tx db.Tx, p procurement.Procurement, award procurement.StandingAward) (Contract, error) {
	now, err := dbNow(ctx, tx)
	if err != nil {
		return Contract{}, err
	}
	at, err := loadPlace(ctx, tx, p.ID, award.Agency)
	if err != nil {
		return Contract{}, err
	}
	limit, _, err := daysAfter(ctx, tx, ruleSignLimit, p.Region, award.IssuedAt)
	if err != nil {
		return Contract{}, err
	}
	return Contract{ID: uuid.Must(uuid.NewV7()), Procurement: p.ID, Award: award.ID, Org: p.OrgID, Agency: award.Agency, Region: p.Region, Sectors: at.sectors, Title: p.Title,
		State: Drafted, Version: 1, AwardFen: award.PriceFen, AwardDays: award.Days, PriceFen: award.PriceFen, Days: award.Days, SignBy: award.SignBy, SignLimit: limit,
		Demo: p.Demo, CreatedAt: now, AgencyOrg: at.agencyOrg, AgencyName: at.agencyName, Purchaser: p.Purchaser}, nil
}

func (s *Service) draftTx(ctx context.Context, tx db.Tx, c Contract, side Side) error {
	if err := insert(ctx, tx, &c); err != nil {
		return err
	}
	about, notice, err := loadSubject(ctx, tx, c)
	if err != nil {
		return err
	}
	pay, err := rules.IntOf(ctx, tx, rulePay, rules.Other, c.Region, c.CreatedAt)
	if err != nil {
		return err
	}
	m := &matter{Service: s, tx: tx, c: c, side: side, now: c.CreatedAt}
	if err := m.writeVersion(ctx, about, proposed(about, notice.Delivery, pay), 0, ""); err != nil {
		return err
	}
	return m.note(ctx, step{action: Draft, by: side, note: "由中选通知书 " + about.Award + " 起草", to: m.theOther()}, Drafted, nil)
}

// daysAfter is the end of a period counted in days (自然日); one that ends on a day of rest
// ends on the next working day (民法典 第203条 第一款).
func daysAfter(ctx context.Context, q db.Querier, rule, region string, from time.Time) (time.Time, bool, error) {
	n, err := rules.Int(ctx, q, rule, region, from)
	if err != nil {
		return time.Time{}, false, err
	}
	cal, err := calendar.Load(ctx, q)
	if err != nil {
		return time.Time{}, false, err
	}
	d := cal.AddWorkdays(from.In(clock.Shanghai).AddDate(0, 0, n), 0)
	return d.At, d.Provisional, nil
}

// writeVersion writes the next version, with its text and its hash.
func (m *matter) writeVersion(ctx context.Context, about Subject, t Terms, amendment int, reason string) error {
	if t.PriceFen >= m.c.AwardFen {
		t.PriceReason = ""
	}
	next := 1
	for _, v := range m.versions {
		next = max(next, v.Number+1)
	}
	v := Version{Number: next, Amendment: amendment, State: VersionOpen, Terms: t, Text: Render(about, t), Nonce: rand.Text(), Reason: reason, Side: m.side, At: m.now}
	var err error
	if v.Hash, err = Fingerprint(v.Nonce, v.Text, v.Terms); err != nil {
		return err
	}
	if err := insertVersion(ctx, m.tx, m.c.ID, personOf(ctx), v); err != nil {
		return err
	}
	m.versions = append(m.versions, v)
	return nil
}

func personOf(ctx context.Context) uuid.UUID {
	if a := authz.From(ctx); a != nil {
		return a.Person
	}
	return uuid.Nil
}

// settled is what the award and the rules allow.
func (m *matter) settled(ctx context.Context) (Settled, error) {
	most, err := rules.IntOf(ctx, m.tx, rulePay, "by-contract", m.c.Region, m.now)
	return Settled{PriceFen: m.c.AwardFen, Days: m.c.AwardDays, MaxPayDays: most, Today: m.today().String(), Amending: m.c.State != Drafted}, err
}

// EditInput is the draft as one side wants it.
type EditInput struct {
	Contract uuid.UUID
	Version  int // that was edited: a newer one is not written over
	Terms    Terms
}

// Edit writes the next version of a draft. What the other side, or one's own, confirmed of
// the one before counts no longer. Errors: Invalid with every fault; Conflict when another
// has edited meanwhile.
func (s *Service) Edit(ctx context.Context, in EditInput) (Detail, error) {
	return s.act(ctx, in.Contract, permitRun, Edit, func(ctx context.Context, m *matter) error {
		before := m.open()
		if before == nil || before.Number != in.Version {
			return apperr.New(apperr.Conflict, "合同刚刚被修改过，请看过新版本再修改")
		}
		t := in.Terms.tidy()
		allowed, err := m.settled(ctx)
		if err != nil {
			return err
		}
		if err := t.Validate(allowed); err != nil {
			return err
		}
		if reflect.DeepEqual(t, before.Terms) { // nothing is changed, so nobody's word is lost
			return nil
		}
		about, _, err := loadSubject(ctx, m.tx, m.c)
		if err != nil {
			return err
		}
		if err := endVersion(ctx, m.tx, m.c.ID, before.Number, VersionOpen, VersionReplaced, uuid.Nil, "", m.now); err != nil {
			return err
		}
		note := fmt.Sprintf("修改为第 %d 版", in.Version+1)
		if len(before.Confirmed) > 0 {
			note += "，原有的确认作废"
		}
		if err := m.writeVersion(ctx, about, t, 0, ""); err != nil {
			return err
		}
		m.c.Version, m.c.PriceFen, m.c.Days = m.versions[len(m.versions)-1].Number, t.PriceFen, t.Days
		if err := setTerms(ctx, m.tx, m.c); err != nil {
			return err
		}
		return m.take(ctx, step{action: Edit, note: note, to: m.theOther()})
	})
}

// tidy takes off what only looks like text.
func (t Terms) tidy() Terms {
	t.PriceReason, t.StartOn, t.Delivery, t.Clauses = strings.TrimSpace(t.PriceReason), strings.TrimSpace(t.StartOn), strings.TrimSpace(t.Delivery), strings.TrimSpace(t.Clauses)
	t.Milestones = append([]Milestone{}, t.Milestones...)
	for i := range t.Milestones {
		t.Milestones[i].Name = strings.TrimSpace(t.Milestones[i].Name)
	}
	return t
}
