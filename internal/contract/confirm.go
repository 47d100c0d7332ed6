package contract

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"zjcs/internal/agency"
	"zjcs/internal/credit"
	"zjcs/internal/identity"
	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/calendar"
	"zjcs/internal/platform/clock"
	"zjcs/internal/platform/db"
	"zjcs/internal/platform/money"
	"zjcs/internal/platform/rules"
	"zjcs/internal/procurement"
)

// ConfirmInput is a side's word on one version.
type ConfirmInput struct {
	Contract uuid.UUID
	Version  int
	Hash     string // of what was read
	Proof    identity.Proof
}

var errOtherVersion = apperr.New(apperr.Conflict, "合同刚刚被修改过，请看过新版本再确认")

// Confirm gives the actor's side's word on a version, with his second factor. When the other
// side has given its word on the same version, the contract is signed.
func (s *Service) Confirm(ctx context.Context, in ConfirmInput) (Detail, error) {
	return s.actProved(ctx, in.Contract, in.Proof, Confirm, func(ctx context.Context, m *matter) error {
		v := m.open()
		if v == nil || v.Number != in.Version || v.Hash != in.Hash {
			return errOtherVersion
		}
		if err := confirm(ctx, m.tx, m.c.ID, v.Number, m.side, personOf(ctx), v.Hash, m.now); err != nil {
			return err
		}
		if !v.confirmedBy(other(m.side)) {
			return m.take(ctx, step{action: Confirm, note: fmt.Sprintf("确认第 %d 版", v.Number), to: m.theOther()})
		}
		return m.sign(ctx, v)
	})
}

// sign makes the draft a contract, while its award stands.
func (m *matter) sign(ctx context.Context, v *Version) error {
	_, award, err := procurement.StandingAwardTx(ctx, m.tx, m.c.Procurement)
	if err != nil {
		return err
	}
	if award.ID != m.c.Award {
		return apperr.New(apperr.Conflict, "中选通知书已经失效，这份合同不能签订")
	}
	if !m.sample {
		if err := m.mayServe(ctx); err != nil {
			return err
		}
	}
	if err := m.settleSigned(ctx, v.Terms); err != nil {
		return err
	}
	if err := endVersion(ctx, m.tx, m.c.ID, v.Number, VersionOpen, VersionInForce, uuid.Nil, "", m.now); err != nil {
		return err
	}
	late, beyond := !m.now.Before(m.c.SignBy), !m.now.Before(m.c.SignLimit)
	note := fmt.Sprintf("双方确认第 %d 版。合同价 %s 元，%d 个工作日", v.Number, money.Yuan(m.c.PriceFen), m.c.Days)
	switch {
	case beyond:
		note += "（晚于中选通知书发出后三十日）"
	case late:
		note += "（晚于中选通知书写明的 " + clock.Until(m.c.SignBy) + "）"
	}
	m.c.SignedAt = &m.now
	body := map[string]any{"contract": m.c.Number, "award": award.Number, "version": v.Number, "textSha256": v.Hash, "priceFen": m.c.PriceFen, "awardFen": m.c.AwardFen,
		"days": m.c.Days, "awardDays": m.c.AwardDays, "startOn": calendar.DayOf(*m.c.StartOn).String(), "signedAt": m.now.UTC(), "late": late, "beyondLaw": beyond}
	if v.Terms.PriceReason != "" {
		body["priceReason"] = v.Terms.PriceReason
	}
	return m.take(ctx, step{action: Sign, note: note, to: m.theOther(), kind: "contract-signed", body: body, move: procurement.Contract})
}

// mayServe refuses to bind an agency that the law forbids to practise, or that was removed,
// on the day of signing: the award was decided on another day. What was signed before stays,
// and ends by agreement or notice alone.
func (m *matter) mayServe(ctx context.Context) error {
	day := m.today().String()
	s, err := servingOn(ctx, m.tx, m.c.Agency, day)
	if err != nil {
		return err
	}
	ban, err := credit.BanOf(ctx, m.tx, s.uscc, day)
	switch {
	case err != nil:
		return err
	case ban.ID != "":
		return apperr.New(apperr.Conflict, "这份合同现在不能签订：%s%s", m.c.AgencyName, ban.Words())
	case s.barredUntil != "":
		return apperr.New(apperr.Conflict, "这份合同现在不能签订：%s已被清退，至 %s（含当日）不得承接业务。原因：%s", m.c.AgencyName, s.barredUntil, s.reason)
	case s.state == agency.Removed:
		return apperr.New(apperr.Conflict, "这份合同现在不能签订：%s已被清退，再次入驻以前不得承接业务。原因：%s", m.c.AgencyName, s.reason)
	}
	return nil
}

// settleSigned fixes what begins with the signing: the first day, when it is to be filed,
// and what a late payment costs.
func (m *matter) settleSigned(ctx context.Context, t Terms) error {
	start := m.today()
	if t.StartOn != "" {
		d, err := calendar.ParseDay(t.StartOn)
		if err != nil {
			return err
		}
		start = max(start, d) // a day that has passed since it was written is none to begin on
	}
	first, err := time.Parse(time.DateOnly, start.String())
	if err != nil {
		return err
	}
	by, provisional, err := daysAfter(ctx, m.tx, ruleFile, m.c.Region, m.now)
	if err != nil {
		return err
	}
	if m.c.LateRatePPM, err = rules.Int(ctx, m.tx, ruleLate, m.c.Region, m.now); err != nil {
		return err
	}
	m.c.StartOn, m.c.FileBy, m.c.FileProvisional = &first, &by, provisional
	return nil
}

// AgencyConfirmedTx reports whether the agency has confirmed what now stands as the draft of
// an award's contract: then it is the purchaser who has not signed.
func (s *Service) AgencyConfirmedTx(ctx context.Context, tx db.Tx, award uuid.UUID) (bool, error) {
	return agencyConfirmed(ctx, tx, award)
}

// FileInput files a signed contract.
type FileInput struct {
	Contract uuid.UUID
	Files    []uuid.UUID // the signed document, scanned
}

const maxFiles = 20

func someFiles(files []uuid.UUID, what string) error {
	if len(files) == 0 || len(files) > maxFiles {
		return apperr.InvalidField("files", "请上传%s，不超过 %d 个附件", what, maxFiles)
	}
	return nil
}

// File files a contract with its document. Either side may; with it the service is on.
func (s *Service) File(ctx context.Context, in FileInput) (Detail, error) {
	return s.act(ctx, in.Contract, permitRun, File, func(ctx context.Context, m *matter) error {
		if err := someFiles(in.Files, "双方签字盖章的合同扫描件"); err != nil {
			return err
		}
		if err := attach(ctx, m.tx, m.c.ID, m.c.ID, m.c.org(m.side), personOf(ctx), "document", in.Files); err != nil {
			return err
		}
		sums, err := digests(ctx, m.tx, m.c.ID)
		if err != nil {
			return err
		}
		late := !m.now.Before(*m.c.FileBy)
		note := "合同 " + m.c.Number + " 已备案"
		if late {
			note += "（晚于期限 " + clock.Until(*m.c.FileBy) + "）"
		}
		return m.take(ctx, step{action: File, note: note, to: []Side{other(m.side), Operator}, kind: "contract-filed", move: procurement.Serve,
			body: map[string]any{"contract": m.c.Number, "documentSha256": sums, "filedAt": m.now.UTC(), "late": late}})
	})
}
