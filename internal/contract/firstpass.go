package contract

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"zjcs/internal/credit"
	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/authz"
	"zjcs/internal/platform/calendar"
	"zjcs/internal/platform/db"
	"zjcs/internal/procurement"
)

// PassInput is the authority's word on a result, when it was first handed in.
type PassInput struct {
	Contract  uuid.UUID
	Passed    bool
	Authority string
	Document  string // number of its decision, where it has one
	On        string // YYYY-MM-DD
	Note      string // what was found wanting
	Reason    string // why an earlier record is corrected
}

// RecordFirstPass records whether the result passed the authority's review at first
// submission: by a department officer of the sector at the region, who is of neither side.
// A correction strikes the record before it, and its fact, with a reason.
func (s *Service) RecordFirstPass(ctx context.Context, in PassInput) (Detail, error) {
	if err := s.Policy.Require(ctx, permitRecord, authz.Anywhere); err != nil {
		return Detail{}, err
	}
	err := db.InTx(ctx, s.Pool, func(tx db.Tx) error {
		m, err := s.asOfficial(ctx, tx, in.Contract, permitRecord, Officer)
		if err != nil {
			return err
		}
		if _, err := Workflow.Next(m.c.State, FirstPass, Officer); err != nil {
			return err
		}
		p, err := m.judgePass(in)
		if err != nil {
			return err
		}
		note := fmt.Sprintf("%s审查：首次报送%s（%s）", p.Authority, map[bool]string{true: "通过", false: "未通过"}[p.Passed], p.On)
		for _, old := range m.passes {
			if old.StruckAt != nil {
				continue
			}
			why, err := reasoned("reason", "更正的理由", in.Reason)
			if err != nil {
				return err
			}
			if err := strikePass(ctx, tx, m.c.ID, why, m.now); err != nil {
				return err
			}
			if err := credit.StrikeFactTx(ctx, tx, credit.FirstPass, m.c.ID, m.now); err != nil {
				return err
			}
			note += "；更正原登记：" + why
		}
		if err := insertPass(ctx, tx, m.c.ID, personOf(ctx), p); err != nil {
			return err
		}
		if err := credit.MeasureTx(ctx, tx, credit.Measured{Agency: m.c.Agency, Kind: credit.FirstPass, Kept: p.Passed, Subject: m.c.ID, At: m.now}); err != nil {
			return err
		}
		return m.take(ctx, step{action: FirstPass, note: note, to: []Side{Purchaser, Agency}, kind: "contract-first-pass", move: procurement.ReviewPassed,
			body: map[string]any{"contract": m.c.Number, "passed": p.Passed, "authority": p.Authority, "decidedOn": p.On.String()}})
	})
	if err != nil {
		return Detail{}, err
	}
	return s.Get(ctx, in.Contract.String())
}

func (m *matter) judgePass(in PassInput) (Pass, error) {
	p := Pass{ID: uuid.Must(uuid.NewV7()), Passed: in.Passed, Authority: strings.TrimSpace(in.Authority), Document: strings.TrimSpace(in.Document), Note: strings.TrimSpace(in.Note), At: m.now}
	if n := words(p.Authority); n < 2 || !readable(p.Authority, 100) {
		return p, apperr.InvalidField("authority", "请填写审查的部门，2 到 100 个字")
	}
	if !readable(p.Document, 100) {
		return p, apperr.InvalidField("document", "文号应是不超过 100 字的文字")
	}
	if !readable(p.Note, 2000) || !p.Passed && words(p.Note) < 5 {
		return p, apperr.InvalidField("note", "未通过的，请写明审查意见，5 到 2000 个字")
	}
	if len(m.deliveries) == 0 {
		return p, apperr.New(apperr.Conflict, "机构还没有提交成果，不能登记审查结果")
	}
	var err error
	if p.On, err = dayOf("on", in.On); err != nil {
		return p, err
	}
	return p, between("on", p.On, calendar.DayOf(m.deliveries[0].At), m.today(), "首次提交成果之日至今天")
}

// asOfficial is a contract under the hands of an official of its region and sector, who is
// of neither side.
func (s *Service) asOfficial(ctx context.Context, tx db.Tx, id uuid.UUID, perm authz.Permission, side Side) (*matter, error) {
	m, err := s.lockTx(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	if !s.Policy.May(ctx, perm, authz.Scope{Region: m.c.Region, Sectors: m.c.Sectors}) && !s.sees(ctx, m.c) {
		return nil, errNotFound
	}
	if err := s.Policy.Require(ctx, perm, authz.Scope{Region: m.c.Region, Sectors: m.c.Sectors}); err != nil {
		return nil, err
	}
	own, err := s.sideOf(ctx, m.c)
	if err != nil {
		return nil, err
	}
	if own != "" {
		return nil, apperr.New(apperr.Forbidden, "您代表合同的一方，不能以工作人员身份办理")
	}
	m.side = side
	return m, nil
}
