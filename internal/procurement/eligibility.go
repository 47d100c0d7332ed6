package procurement

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"zjcs/internal/catalog"
	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/authz"
	"zjcs/internal/platform/db"
)

// Reason is one condition that an agency does not meet.
type Reason struct {
	Code    string `json:"code" enum:"state,suspended,restricted,barred,sanctioned,banned,offered,carried,qualification,practitioners,direct" doc:"哪一类条件"`
	Message string `json:"message" doc:"差在哪里"`
	Right   string `json:"right" doc:"怎样才符合"`
}

// Exclusion says how many agencies a condition keeps out.
type Exclusion struct {
	Code     string `json:"code"`
	Label    string `json:"label" doc:"条件"`
	Excluded int    `json:"excluded" doc:"不符合它的机构数"`
	Alone    int    `json:"alone" doc:"只差这一条的机构数"`
}

// Eligibility is what an agency is told before it bids.
type Eligibility struct {
	AgencyID   uuid.UUID `json:"agencyId"`
	AgencyName string    `json:"agencyName" doc:"机构名称"`
	Eligible   bool      `json:"eligible" doc:"为真表示可以报名"`
	Reasons    []Reason  `json:"reasons" doc:"不符合的条件"`
	Blocks     []Block   `json:"blocks" doc:"应回避的情形"`

	Practitioners []OwnPractitioner `json:"practitioners" doc:"本机构今天有效的执业人员，报名时从中选"`
}

// OwnPractitioner is a practitioner as the agency's own people choose from.
type OwnPractitioner struct {
	ID        uuid.UUID `json:"id"`
	Name      string    `json:"name" doc:"姓名"`
	Specialty string    `json:"specialty" doc:"执业类别"`
}

// condition is one thing asked of an agency: its question to the database, and what is
// said to one that does not meet it.
type condition struct {
	Reason
	label string
	ask   asked
}

// asked is how store_bid.go asks: the kind of question and what it is about.
type asked struct {
	kind   string
	item   uuid.UUID
	quals  []Qualification
	person catalog.ConditionPersons
	uscc   string
}

// conditions are all that a notice asks for: of everyone, of its items, and its own.
// 公平竞争审查条例 第8、9条: nothing else is asked.
func conditions(t Terms, items []noticeItem) []condition {
	add := func(list []condition, code, label, message, right string, a asked) []condition {
		return append(list, condition{Reason{code, message, right}, label, a})
	}
	list := add(nil, "state", "在平台入驻", "机构没有入驻、已退出或已被清退", "先办理入驻", asked{kind: "present"})
	list = add(list, "suspended", "不在暂停期", "机构正在暂停期内，不能承接业务", "暂停期满或提前解除后再报名", asked{kind: "suspended"})
	if t.Method == Random {
		list = add(list, "restricted", "不在限制期", "机构正在限制期内，不参加随机选取", "限制期满或提前解除后再报名；其他选取方式不受影响", asked{kind: "restricted"})
	}
	list = add(list, "barred", "没有禁入期", "统一社会信用代码正在禁入期内", "禁入期满后再报名", asked{kind: "barred"})
	list = add(list, "sanctioned", "不在黑名单期内", "机构正列在黑名单中", "列入期满后再报名", asked{kind: "sanctioned"})
	// 安全生产法 第92条、环境影响评价法 第32条、资产评估法 第47条, as their authorities decided.
	list = add(list, "banned", "不在法定禁业期", "机构在法定禁业期内", "禁业期满或被撤销后再报名", asked{kind: "banned"})
	for _, i := range items {
		list = add(list, "offered", "登记承接“"+i.Name+"”", "没有登记承接“"+i.Name+"”（"+i.Code+"）", "办理变更，登记承接这个事项", asked{kind: "offered", item: i.ID})
		list = add(list, "carried", "“"+i.Name+"”的资质今天有效", "承载“"+i.Name+"”的资质今天无效或没有登记", "办理变更，登记一份有效的资质："+cmp.Or(i.Required, "按事项要求"), asked{kind: "carried", item: i.ID})
		quals := make([]Qualification, len(i.Conditions.Qualifications))
		for n, q := range i.Conditions.Qualifications {
			quals[n] = Qualification{Name: q.Name, Level: q.Level}
		}
		list = append(list, qualifications("“"+i.Name+"”要求的资质", i.Conditions.Match, quals)...)
		for _, p := range i.Conditions.Practitioners {
			what := fmt.Sprintf("%s不少于 %d 人", p.Specialty, p.Count)
			list = add(list, "practitioners", what, "有效的"+p.Specialty+"不足 "+fmt.Sprint(p.Count)+" 人", "办理变更，登记执业人员："+what, asked{kind: "practitioners", person: p})
		}
	}
	list = append(list, qualifications("公告要求的资质", t.QualificationRule, t.Qualifications)...)
	if t.Method == Direct {
		list = add(list, "direct", "直接选取的机构", "这个项目直接选取另一家机构", "只有公告写明的机构可以应答", asked{kind: "direct", uscc: t.DirectUSCC})
	}
	return list
}

// qualifications: any of them will do in one condition; all of them are one each, so that
// it is said which one is missing.
func qualifications(label, match string, quals []Qualification) []condition {
	if len(quals) == 0 {
		return nil
	}
	text := func(q Qualification) string {
		if q.Level == "" {
			return q.Name
		}
		return q.Name + q.Level + "及以上"
	}
	one := func(quals []Qualification) condition {
		names := text(quals[0])
		for _, q := range quals[1:] {
			names += "或" + text(q)
		}
		return condition{Reason{"qualification", "没有今天有效的" + names, "办理变更，登记" + names}, label + "：" + names, asked{kind: "qualifications", quals: quals}}
	}
	if match == "any" {
		return []condition{one(quals)}
	}
	var out []condition
	for _, q := range quals {
		out = append(out, one([]Qualification{q}))
	}
	return out
}

// ladders order the levels of certificates, the highest first.
var ladders = [][]string{{"特级", "一级", "二级", "三级", "四级"}, {"综合", "甲级", "乙级", "丙级", "丁级"}, {"综合资质", "甲级", "乙级", "丙级", "丁级"}}

// levelsFrom are the levels that meet the one asked for: it and the higher ones. Of a
// level on no ladder only itself does. Empty: any.
func levelsFrom(level string) []string {
	if level == "" {
		return nil
	}
	out := []string{level}
	for _, ladder := range ladders {
		if i := slices.Index(ladder, level); i > 0 {
			out = append(out, ladder[:i]...)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// eligibleAgencies are all that meet every condition of p today. Recusal is apart.
func (s *Service) eligibleAgencies(ctx context.Context, q db.Querier, p Procurement) ([]uuid.UUID, error) {
	items, err := loadItems(ctx, q, p.Terms.Items)
	if err != nil {
		return nil, err
	}
	return listEligible(ctx, q, itemIDs(items), conditions(p.Terms, items))
}

// exclusions counts the agencies that meet every condition today, and for each condition
// those that it keeps out of all that offer one of the items, what excludes most first:
// a writer of a notice can change a condition, not who offers the item at all.
func exclusions(ctx context.Context, q db.Querier, t Terms) (eligible int, by []Exclusion, err error) {
	items, err := loadItems(ctx, q, t.Items)
	if err != nil {
		return 0, nil, err
	}
	list := conditions(t, items)
	eligible, excluded, alone, err := countExcluded(ctx, q, itemIDs(items), list)
	if err != nil {
		return 0, nil, err
	}
	for i, c := range list {
		if excluded[i] > 0 {
			by = append(by, Exclusion{Code: c.Code, Label: c.label, Excluded: excluded[i], Alone: alone[i]})
		}
	}
	slices.SortStableFunc(by, func(a, b Exclusion) int { return cmp.Or(b.Excluded-a.Excluded, b.Alone-a.Alone) })
	return eligible, by, nil
}

// judge is what keeps one agency out today.
func (s *Service) judgeBidder(ctx context.Context, q db.Querier, p Procurement, agency uuid.UUID) ([]Reason, error) {
	items, err := loadItems(ctx, q, p.Terms.Items)
	if err != nil {
		return nil, err
	}
	list := conditions(p.Terms, items)
	met, err := askConditions(ctx, q, agency, list)
	if err != nil {
		return nil, err
	}
	reasons := []Reason{}
	for i, c := range list {
		if c.Code == "banned" && !met[i] {
			words, err := banWords(ctx, q, agency)
			if err != nil {
				return nil, err
			}
			c.Message += "：" + words
		}
		// What is not offered is not carried either: one word about it is enough.
		if !met[i] && (c.Code != "carried" || met[i-1]) {
			reasons = append(reasons, c.Reason)
		}
	}
	for i, r := range reasons {
		if r.Code == "suspended" || r.Code == "restricted" {
			why, err := measureWords(ctx, q, agency)
			if err != nil {
				return nil, err
			}
			reasons[i].Message += why
		}
	}
	return reasons, nil
}

// bidder is an agency that the actor may bid for.
type bidder struct {
	id, org    uuid.UUID
	uscc, name string
}

const permitBid authz.Permission = "bid:submit"

// bidder finds out which agency the actor bids for: the one named, or the only one. One
// that is not the actor's is as if it were not there.
func (s *Service) bidder(ctx context.Context, q db.Querier, agency uuid.UUID) (bidder, error) {
	if err := s.Policy.Require(ctx, permitBid, authz.Anywhere); err != nil {
		return bidder{}, err
	}
	list, err := biddersOf(ctx, q, s.Policy.ReachOf(ctx, permitBid).Organisations)
	if err != nil {
		return bidder{}, err
	}
	if agency != uuid.Nil {
		for _, b := range list {
			if b.id == agency {
				return b, nil
			}
		}
		return bidder{}, apperr.New(apperr.NotFound, "没有这家机构，或者您不是它的业务授权人")
	}
	switch len(list) {
	case 0:
		return bidder{}, apperr.New(apperr.Conflict, "您所在的单位还没有入驻，请先办理入驻")
	case 1:
		return list[0], nil
	}
	return bidder{}, apperr.InvalidField("agency", "您代表不止一家机构，请写明以哪一家的名义（机构的标识）")
}

// Eligibility is why the actor's agency may or may not bid, before it does. agency may be
// uuid.Nil where the actor acts for one alone.
func (s *Service) Eligibility(ctx context.Context, id, agency uuid.UUID) (Eligibility, error) {
	b, err := s.bidder(ctx, s.Pool, agency)
	if err != nil {
		return Eligibility{}, err
	}
	p, err := load(ctx, s.Pool, id, false)
	if err != nil {
		return Eligibility{}, err
	}
	e, err := s.eligibility(ctx, s.Pool, p, b)
	if err != nil {
		return e, err
	}
	e.Practitioners, err = validPractitioners(ctx, s.Pool, b.id)
	return e, err
}

func (s *Service) eligibility(ctx context.Context, q db.Querier, p Procurement, b bidder) (Eligibility, error) {
	e := Eligibility{AgencyID: b.id, AgencyName: b.name, Blocks: []Block{}}
	var err error
	if e.Reasons, err = s.judgeBidder(ctx, q, p, b.id); err != nil {
		return e, err
	}
	blocks, err := s.purchaserBlocks(ctx, q, p, []uuid.UUID{b.id})
	if err != nil {
		return e, err
	}
	e.Blocks = append(e.Blocks, blocks[b.id]...)
	e.Eligible = len(e.Reasons) == 0 && len(e.Blocks) == 0
	return e, nil
}

// refusal says everything that keeps an agency out, each as a field of its own.
func (e Eligibility) refusal() error {
	if e.Eligible {
		return nil
	}
	var fields []apperr.Field
	for _, r := range e.Reasons {
		fields = append(fields, apperr.Field{Name: "eligibility." + r.Code, Message: r.Message + "；" + r.Right})
	}
	for _, b := range e.Blocks {
		fields = append(fields, apperr.Field{Name: "recusal." + b.Code, Message: b.Message + "（" + b.Basis + "），可以提出异议"})
	}
	return apperr.InvalidFields(fields)
}
