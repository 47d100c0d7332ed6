package procurement

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"zjcs/internal/catalog"
	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/clock"
	"zjcs/internal/platform/db"
	"zjcs/internal/platform/rules"
	"zjcs/internal/review"
)

const (
	article43   = "《优化营商环境条例》第四十三条"
	article71   = "《优化营商环境条例》第七十一条"
	fairness    = "《公平竞争审查条例》第八、九条"
	fewAgencies = 3
	// leastLead is between the deadline and the selection: bids are opened in between.
	leastLead = time.Minute
	mostLead  = 60 * 24 * time.Hour
)

var projectCode = regexp.MustCompile(`^\d{4}-\d{6}-\d{2}-\d{2}-\d{6}$`)

// judgeNotice is what the form cannot say (domain.md section 5, checks while writing).
func (s *Service) judgeNotice(ctx context.Context, q db.Querier, sub review.Submission, c review.Content) (review.Judgement, error) {
	t, err := termsOf(c)
	if err != nil {
		return review.Judgement{}, nil //nolint:nilerr // the form's own faults say what is not of its type
	}
	return s.judgeTerms(ctx, q, t, sub.Org(), sub.Now(), sub.Now())
}

// judgeTerms judges what a notice says that is published at a time.
func (s *Service) judgeTerms(ctx context.Context, q db.Querier, t Terms, org uuid.UUID, now, published time.Time) (review.Judgement, error) {
	j := review.Judgement{Faults: t.faults(now)}
	for _, judge := range []func() error{
		func() error { return s.judgeItems(ctx, q, t, &j) },
		func() error { return s.judgeWording(ctx, q, t, &j) },
		func() error { return s.judgeMoney(ctx, q, t, published, &j) },
		func() error { return s.judgePrice(ctx, q, t, published, &j) },
		func() error { return s.judgeTimes(ctx, q, t, published, &j) },
		func() error { return s.judgePrevious(ctx, q, t, org, &j) },
	} {
		if err := judge(); err != nil {
			return j, err
		}
	}
	return j, nil
}

// faults are those that the terms have by themselves.
func (t Terms) faults(now time.Time) []apperr.Field {
	var out []apperr.Field
	add := func(bad bool, name, format string, args ...any) {
		if bad {
			out = append(out, fault(name, format, args...))
		}
	}
	add(t.ProjectCode != "" && !projectCode.MatchString(t.ProjectCode), "projectCode", "投资项目代码应形如 2026-140821-47-01-000001")
	add(t.Fund == Mixed && (t.FiscalPercent < 1 || t.FiscalPercent > 99), "fiscalPercent", "财政资金占比应在 1 与 99 之间")
	add(t.DaysCeiling < 0 || t.DaysCeiling > 1000, "daysCeiling", "承诺时限上限应在 1 与 1000 个工作日之间")
	add(t.Pricing == FixedPrice && t.PriceFen == 0, "priceFen", "固定价格应大于 0")
	add(t.Pricing == Discount && t.CeilingFen == 0, "ceilingFen", "报下浮率的须写明作为基数的最高限价")
	add(t.IsFiscal() && t.Pricing == Quoted && t.CeilingFen == 0, "ceilingFen", "使用财政资金的须设最高限价")
	add(t.CeilingFen > 0 && t.FloorFen > t.CeilingFen, "floorFen", "最低限价不能高于最高限价")
	switch t.Method {
	case Random:
		add(t.Pricing != "" && t.Pricing != FixedPrice, "pricing", "随机选取应是固定价格，不报价")
	case LowestPrice, ReferencePrice:
		add(t.Pricing != "" && t.Pricing == FixedPrice, "pricing", "%s须由机构报价", t.Method.Label())
	case CreditWeighted:
		add(t.Shortlist < 1 || t.Shortlist > 20, "shortlist", "入围家数应在 1 与 20 之间")
		add(t.Keep < t.Shortlist || t.Keep < 2 || t.Keep > 200, "keep", "保留家数应在 2 与 200 之间，且不少于入围家数")
	case Panel:
		add(t.Experts < 3 || t.Experts > 15 || t.Experts%2 == 0, "experts", "专家应是 3 至 15 人的单数")
		add(t.PriceWeight < 20 || t.PriceWeight > 60, "priceWeight", "价格权重应在 20 与 60 之间")
		add(t.PriceWeight+t.TechWeight+t.CreditWeight != 100, "techWeight", "三项权重合计应是 100，现为 %d", t.PriceWeight+t.TechWeight+t.CreditWeight)
	case ProposalChoice: // nothing more
	case Direct:
		add(t.DirectGround == groundNonFiscal && t.IsFiscal(), "directGround", "使用财政资金的不能以“不使用财政资金”直接选取")
		add(t.DirectGround == groundUrgent && !t.Urgent, "directGround", "以紧急为由直接选取的，须勾选紧急采购并写明依据")
		add(t.DirectGround == groundFailedTwice && t.Previous == "", "directGround", "两次流标的，应从流标的采购重新发布")
	}
	out = append(out, t.sourceFaults(now)...)
	seen := map[string]bool{}
	for i, r := range t.Recusals {
		add(seen[r.USCC], fmt.Sprintf("recusals[%d].uscc", i), "这家机构写了两次")
		add(t.Method == Direct && r.USCC == t.DirectUSCC && r.USCC != "", fmt.Sprintf("recusals[%d].uscc", i), "直接选取的机构不能同时回避")
		seen[r.USCC] = true
	}
	return out
}

// sourceFaults: the entropy must not exist before the pool is frozen, and the fallback
// must not fail together with the source.
func (t Terms) sourceFaults(time.Time) []apperr.Field {
	var out []apperr.Field
	if t.Source.Kind != "" && t.Source.Kind == t.Fallback.Kind {
		out = append(out, fault("fallbackKind", "备用熵源应与熵源不是同一种"))
	}
	if t.Fallback.Kind != "" && (t.FallbackHours < 1 || t.FallbackHours > 168) {
		out = append(out, fault("fallbackHours", "应在 1 与 168 小时之间"))
	}
	for name, e := range map[string]EntropySource{"source": t.Source, "fallback": t.Fallback} {
		if e.Kind == Lottery && e.Date != "" && !t.Deadline.IsZero() && e.Date <= clock.Day(t.Deadline) {
			out = append(out, fault(name+"Date", "开奖日期应在报名截止（%s）之后，否则抽取池固定时结果已经公布", clock.Day(t.Deadline)))
		}
	}
	return out
}

// judgeItems: only what has a legal basis may be demanded for an approval, and what the
// approving authority has to pay for is not the applicant's.
func (s *Service) judgeItems(ctx context.Context, q db.Querier, t Terms, j *review.Judgement) error {
	if len(t.Items) == 0 {
		return nil
	}
	list, err := loadFacts(ctx, q, t.Items)
	if err != nil {
		return err
	}
	for i, code := range t.Items {
		at := fmt.Sprintf("items[%d]", i)
		f, known := list[code]
		switch {
		case !known:
			j.Faults = append(j.Faults, fault(at, "目录中没有 %s 这个事项", code))
		case f.Abolished:
			j.Faults = append(j.Faults, fault(at, "“%s”已经取消，不得要求或委托（%s）", f.Name, article43))
		case f.Basis == catalog.BasisNone && t.Approval != "":
			j.Faults = append(j.Faults, fault(at, "“%s”没有法律、行政法规或者国务院决定的依据，不得作为办理审批的条件（%s）；自愿委托的，“为办理哪项审批”请留空", f.Name, article43))
		case f.Basis == catalog.BasisNone:
			j.Cautions = append(j.Cautions, review.Caution{Field: at, Message: "“" + f.Name + "”没有法律依据，审批部门不得要求您提供；自愿委托的可以继续", Basis: article43})
		}
		if known && f.ApproverPays {
			j.Cautions = append(j.Cautions, review.Caution{Field: at, Message: "“" + f.Name + "”应由审批部门委托并付费，不得转嫁给申请人；您是审批部门的可以继续", Basis: article71})
		}
		if known && len(f.FeeStandards) > 0 {
			j.Cautions = append(j.Cautions, review.Caution{Field: "pricing", Message: "“" + f.Name + "”有收费标准可以参考：" + strings.Join(f.FeeStandards, "、")})
		}
		if known && f.Approvals != nil && t.Approval != "" && !slices.Contains(f.Approvals, t.Approval) {
			j.Cautions = append(j.Cautions, review.Caution{Field: "approval", Message: "目录中“" + f.Name + "”不是为 " + t.Approval + " 这项审批服务的，请核对"})
		}
	}
	for i, asked := range t.Qualifications {
		if asked.Name != "" && !slices.ContainsFunc(t.Items, func(code string) bool { return list[code].asks(asked.Name) }) {
			j.Faults = append(j.Faults, fault(fmt.Sprintf("qualifications[%d].name", i), "所选事项本身不要求“%s”，不得另加条件（%s）", asked.Name, fairness))
		}
	}
	if len(j.Faults) > 0 { // who would be eligible is worth knowing once the items are right
		return nil
	}
	eligible, by, err := exclusions(ctx, q, t)
	var refused *apperr.Error
	if errors.As(err, &refused) {
		return nil
	}
	if err != nil {
		return err
	}
	words := fmt.Sprintf("现在符合条件的机构有 %d 家", eligible)
	if len(by) > 0 {
		words += fmt.Sprintf("；排除最多的条件：%s（%d 家）", by[0].Label, by[0].Excluded)
	}
	j.Cautions = append(j.Cautions, review.Caution{Field: "qualifications", Message: words})
	if eligible < fewAgencies && strings.TrimSpace(t.FewReason) == "" && t.Method != Direct {
		j.Faults = append(j.Faults, fault("fewReason", "现在符合条件的机构只有 %d 家，不足 %d 家，请写明仍要发布的理由，或者放宽条件", eligible, fewAgencies))
	}
	return nil
}

// judgeWording finds what a notice says against competition.
func (s *Service) judgeWording(ctx context.Context, q db.Querier, t Terms, j *review.Judgement) error {
	names, err := regionNames(ctx, q)
	if err != nil {
		return err
	}
	wordings := []catalog.Wording{{Field: "scope", Text: t.Scope}, {Field: "result", Text: t.Result}, {Field: "practitioners", Text: t.Practitioners}, {Field: "delivery", Text: t.Delivery}, {Field: "payment", Text: t.Payment}}
	for i, qn := range t.Qualifications {
		wordings = append(wordings, catalog.Wording{Field: fmt.Sprintf("qualifications[%d].name", i), Text: qn.Name + qn.Level})
	}
	for _, f := range catalog.NewFairnessRules(names).Check(wordings) {
		if f.Doubtful {
			j.Cautions = append(j.Cautions, review.Caution{Field: f.Field, Message: f.Message(), Basis: f.Article})
		} else {
			j.Faults = append(j.Faults, fault(f.Field, "%s（%s）", f.Message(), f.Article))
		}
	}
	return nil
}

// judgeMoney: fiscal money at or above the limit is tendered, not selected here.
func (s *Service) judgeMoney(ctx context.Context, q db.Querier, t Terms, published time.Time, j *review.Judgement) error {
	if !t.IsFiscal() || t.Region == "" {
		return nil
	}
	wan, err := rules.Int(ctx, q, "procurement.fiscal_limit_wan", t.Region, published)
	if err != nil {
		return err
	}
	name, sum := "ceilingFen", t.CeilingFen
	if t.Pricing == FixedPrice {
		name, sum = "priceFen", t.PriceFen
	}
	if limit := int64(wan) * 1_000_000; sum >= limit {
		j.Faults = append(j.Faults, fault(name, "使用财政资金达到 %d 万元的，应依法招标或者政府采购，不能在本平台选取（限额待核实，以当地公布的为准）", wan))
	}
	return nil
}

// judgeTimes: sign-up stays open for the working days that the method asks for, counted
// from publication.
func (s *Service) judgeTimes(ctx context.Context, q db.Querier, t Terms, published time.Time, j *review.Judgement) error {
	if t.Deadline.IsZero() || t.Region == "" {
		return nil
	}
	kind := "other"
	switch {
	case t.Urgent:
		kind = "urgent"
	case t.Method == Panel:
		kind = "panel"
	}
	days, err := rules.IntOf(ctx, q, "procurement.signup_workdays", kind, t.Region, published)
	if err != nil {
		return err
	}
	least, provisional, err := s.Due(ctx, q, published, days)
	if err != nil {
		return err
	}
	if t.Deadline.Before(least) {
		mark := ""
		if provisional {
			mark = "（暂定）"
		}
		j.Faults = append(j.Faults, fault("deadline", "报名时间应不少于 %d 个工作日，截止应不早于 %s%s", days, clock.Until(least), mark))
	}
	switch {
	case t.SelectionAt.IsZero():
	case t.SelectionAt.Before(t.Deadline.Add(leastLead)):
		j.Faults = append(j.Faults, fault("selectionAt", "选取时间应至少晚于报名截止一分钟"))
	case t.SelectionAt.After(t.Deadline.Add(mostLead)):
		j.Faults = append(j.Faults, fault("selectionAt", "选取时间应在报名截止后 60 天以内"))
	}
	return nil
}

// judgePrevious: what repeats a failed procurement is the same purchaser's, and only
// after the second failure may a purchaser name an agency for that reason.
func (s *Service) judgePrevious(ctx context.Context, q db.Querier, t Terms, org uuid.UUID, j *review.Judgement) error {
	if t.Previous == "" {
		return nil
	}
	id, err := uuid.Parse(t.Previous)
	if err != nil {
		j.Faults = append(j.Faults, fault("previous", "应是流标的采购的标识"))
		return nil //nolint:nilerr // it is told at its field
	}
	p, err := load(ctx, q, id, false)
	switch {
	case errors.Is(err, errNotFound) || err == nil && p.OrgID != org:
		j.Faults = append(j.Faults, fault("previous", "没有这个采购，或者它不是本单位的"))
	case err != nil:
		return err
	case p.State != Failed:
		j.Faults = append(j.Faults, fault("previous", "它没有流标，不能以流标为由重新发布"))
	case t.Method == Direct && t.DirectGround == groundFailedTwice && p.Round < 2:
		j.Faults = append(j.Faults, fault("directGround", "只流标了一次；第二次流标后才可以直接选取"))
	case p.Round < 2 && t.Method != p.Method:
		j.Faults = append(j.Faults, fault("method", "第一次流标后应按原来的选取方式（%s）重新发布；第二次流标后可以更换", p.Method.Label()))
	}
	return nil
}
