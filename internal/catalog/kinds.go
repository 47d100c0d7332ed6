package catalog

import (
	"context"
	"slices"
	"strings"

	"github.com/google/uuid"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/authz"
	"zjcs/internal/platform/clock"
	"zjcs/internal/platform/db"
	"zjcs/internal/platform/provenance"
	"zjcs/internal/review"
)

// Door is what items are published through.
type Door struct {
	Policy *authz.Policy
	// Changed is told of what was published, in the same transaction: the search index
	// is kept with it.
	Changed func(ctx context.Context, tx db.Tx, kind provenance.Kind, ids []uuid.UUID) error
	// FeeStandards names the standards that an item's fee reference means. May be nil.
	FeeStandards func(item, reference string) []string
}

const (
	prepareItem = authz.Permission("item-submission:prepare")
	reviewItem  = authz.Permission("item-submission:review")
)

// Kinds are what a department officer can submit about service items of his own sector
// and region.
func Kinds(d Door) []review.Kind {
	kind := func(name, label, help string, form review.Form) review.Kind {
		return review.Kind{Name: name, Label: label, Help: help, Form: form, Prepare: prepareItem, Review: reviewItem, Subject: "item"}
	}
	create := kind("item-create", "新增事项", "行业主管部门提出新的中介服务事项", itemForm(false))
	create.Begin, create.Place, create.Judge, create.Facts, create.Publish = d.beginCreate, d.placeNew, d.judgeCreate, facts, d.publishCreate

	change := kind("item-change", "变更事项", "行业主管部门变更已发布的中介服务事项", itemForm(true))
	change.Begin, change.Place, change.Judge, change.Facts, change.Publish = d.beginChange, d.placeKnown, d.judgeChange, facts, d.publishChange
	change.Published = publishedItem

	abolish := kind("item-abolish", "取消事项", "行业主管部门取消已发布的中介服务事项", abolishForm)
	abolish.Begin, abolish.Place, abolish.Judge, abolish.Facts, abolish.Publish = d.beginAbolish, d.placeKnown, d.judgeAbolish, abolishFacts, d.publishAbolish
	return []review.Kind{create, change, abolish}
}

func (d Door) beginCreate(ctx context.Context, tx db.Tx, _ review.Submission) (uuid.UUID, review.Content, error) {
	code, err := nextCode(ctx, tx)
	if err != nil {
		return uuid.Nil, nil, err
	}
	c := review.Content{"code": code, "entrustingParties": []any{string(EntrustApplicant)}}
	if r := d.Policy.ReachOf(ctx, prepareItem); len(r.Regions) > 0 {
		c["region"] = r.Regions[0]
		if sectors := slices.Compact(slices.Sorted(slices.Values(r.Sectors))); len(sectors) == 1 && sectors[0] != "" {
			c["sector"] = sectors[0]
		}
	}
	return uuid.Nil, c, nil
}

// placeNew puts a new item where its author says, within where he may. What he has not
// yet said is where he is.
func (d Door) placeNew(ctx context.Context, _ db.Querier, _ review.Submission, c review.Content) (review.Place, error) {
	item, err := review.Decode[submitted](c)
	if err != nil {
		return review.Place{}, err
	}
	r := d.Policy.ReachOf(ctx, prepareItem)
	if item.Region == "" && len(r.Regions) > 0 {
		item.Region = r.Regions[0]
	}
	if item.Sector == "" && len(r.Sectors) > 0 {
		item.Sector = r.Sectors[0]
	}
	p := review.Place{Title: titleOf(item.Name, item.Code), Region: item.Region, Sectors: []string{}}
	if item.Sector != "" {
		p.Sectors = []string{item.Sector}
	}
	return p, d.own(ctx, p)
}

// placeKnown puts a known item where it is published, whatever the content says: nobody
// takes an item from another department by writing his own sector into it.
func (d Door) placeKnown(ctx context.Context, q db.Querier, s review.Submission, _ review.Content) (review.Place, error) {
	old, err := storedItem1(ctx, q, s.Subject(), false)
	if err != nil {
		return review.Place{}, err
	}
	p := review.Place{Title: titleOf(old.Name, old.Code), Region: old.placed(), Sectors: []string{old.Sector}}
	return p, d.own(ctx, p)
}

// own refuses what lies outside the author's sector or region.
func (d Door) own(ctx context.Context, p review.Place) error {
	err := d.Policy.Require(ctx, prepareItem, authz.Scope{Region: p.Region, Sectors: p.Sectors})
	if apperr.CodeOf(err) == apperr.Forbidden && err != nil {
		return apperr.New(apperr.Forbidden, "只能提交本部门行业、本区划及其下级的事项；“%s”（区划 %s）不在您的管辖范围内", strings.Join(p.Sectors, "、"), p.Region)
	}
	return err
}

func titleOf(name, code string) string {
	if name == "" || code == "" {
		return name
	}
	return name + "（" + code + "）"
}

func (d Door) beginChange(ctx context.Context, tx db.Tx, s review.Submission) (uuid.UUID, review.Content, error) {
	old, err := d.known(ctx, tx, s)
	if err != nil {
		return uuid.Nil, nil, err
	}
	c, err := old.content()
	return old.id, c, err
}

// known is the published item that is to be changed.
func (d Door) known(ctx context.Context, q db.Querier, s review.Submission) (*storedItem, error) {
	if s.Subject() == uuid.Nil {
		return nil, apperr.InvalidField("subjectId", "应写明要变更或取消的事项")
	}
	old, err := storedItem1(ctx, q, s.Subject(), false)
	if err == nil && old.state != "published" {
		err = errAbolished
	}
	return old, err
}

var errAbolished = apperr.New(apperr.Conflict, "这个事项已经取消，不能再变更或取消")

func publishedItem(ctx context.Context, q db.Querier, s review.Submission) (review.Content, error) {
	old, err := storedItem1(ctx, q, s.Subject(), false)
	if err != nil {
		return nil, err
	}
	return old.content()
}

func (d Door) judgeCreate(ctx context.Context, q db.Querier, _ review.Submission, c review.Content) (review.Judgement, error) {
	item, j, err := judged(ctx, q, c, "")
	if err != nil || item.Code == "" {
		return j, err
	}
	if !itemCode.MatchString(item.Code) {
		j.Faults = append(j.Faults, apperr.Field{Name: "code", Message: "应是两个大写字母加 4–8 位数字，如 ZJ0001"})
		return j, nil
	}
	name, next, err := codeTaken(ctx, q, item.Code)
	if err != nil {
		return j, err
	}
	if name != "" {
		j.Faults = append(j.Faults, apperr.Field{Name: "code", Message: "编码已被“" + name + "”使用，可用 " + next})
	}
	return j, nil
}

func (d Door) judgeChange(ctx context.Context, q db.Querier, s review.Submission, c review.Content) (review.Judgement, error) {
	old, err := storedItem1(ctx, q, s.Subject(), false)
	if err != nil {
		return review.Judgement{}, err
	}
	item, j, err := judged(ctx, q, c, old.Code)
	if err != nil {
		return j, err
	}
	j.Faults = append(j.Faults, old.stays(s, item.Code)...)
	if item.Region != "" && item.Region != old.placed() {
		j.Faults = append(j.Faults, apperr.Field{Name: "region", Message: "实施区划不能变更，应是 " + old.placed() + "；另一区划的事项请新增"})
	}
	if item.Sector != "" && item.Sector != old.Sector {
		j.Cautions = append(j.Cautions, review.Caution{Field: "sector", Message: "行业由“" + old.Sector + "”改为“" + item.Sector + "”，发布后由后者的主管部门管理"})
	}
	return j, nil
}

// stays says what keeps a draft about a known item from going on: it is abolished, has
// moved to another department since, or is another item.
func (s *storedItem) stays(sub review.Submission, code string) (bad []apperr.Field) {
	if s.state != "published" {
		bad = append(bad, apperr.Field{Name: "code", Message: errAbolished.Message})
	}
	if code != s.Code {
		bad = append(bad, apperr.Field{Name: "code", Message: "编码不能变更，应是 " + s.Code})
	}
	if sub.RegionCode != s.placed() || !slices.Contains(sub.Sectors, s.Sector) {
		bad = append(bad, apperr.Field{Name: "code", Message: "事项已划归其他部门或区划管理，请由它们提交"})
	}
	return bad
}

// judged is the content and what is found in it by rules of the catalogue; code is of the
// item itself.
func judged(ctx context.Context, q db.Querier, c review.Content, code string) (submitted, review.Judgement, error) {
	item, err := review.Decode[submitted](c)
	if err != nil {
		return item, review.Judgement{}, err
	}
	regions, err := listRegions(ctx, q)
	if err != nil {
		return item, review.Judgement{}, err
	}
	places := make([]string, len(regions))
	for i, r := range regions {
		places[i] = r.Name
	}
	j := item.judge(NewFairnessRules(places))
	sectors, err := Sectors(ctx, q)
	if err != nil {
		return item, j, err
	}
	if item.Sector != "" && !slices.Contains(sectors, item.Sector) {
		j.Cautions = append(j.Cautions, review.Caution{Field: "sector", Message: "目录里还没有这个行业领域，已有的是：" + strings.Join(sectors, "、")})
	}
	same, err := sameName(ctx, q, item.Name, code)
	if err == nil && same != "" {
		j.Cautions = append(j.Cautions, review.Caution{Field: "name", Message: "目录里已有同名事项 " + same + "，请确认不是重复设定"})
	}
	return item, j, err
}

func facts(c review.Content) []review.Fact {
	i, err := review.Decode[submitted](c)
	if err != nil {
		return nil
	}
	basis := make([]string, len(i.LegalBasis))
	for n, b := range i.LegalBasis {
		basis[n] = b.Entry()
	}
	return []review.Fact{
		{Label: "事项", Value: titleOf(i.Name, i.Code)}, {Label: "行业领域", Value: i.Sector}, {Label: "审批事项", Value: strings.Join(namesOf(i.Approvals), "、")},
		{Label: "设定依据", Value: strings.Join(basis, "；")}, {Label: "依据强度", Value: i.BasisStrength.Label()}, {Label: "资质要求", Value: i.RequiredQualification},
		{Label: "能否自行编制", Value: i.SelfPrepare.Label()}, {Label: "收费方式", Value: i.FeeType}, {Label: "服务时限", Value: i.TimeLimit},
	}
}

// abolished is what the form of an abolition holds.
type abolished struct {
	Code       string   `json:"code"`
	Name       string   `json:"name"`
	Reason     string   `json:"reason"`
	Since      string   `json:"since"`
	ReplacedBy []string `json:"replacedBy"`
}

func (d Door) beginAbolish(ctx context.Context, tx db.Tx, s review.Submission) (uuid.UUID, review.Content, error) {
	old, err := d.known(ctx, tx, s)
	if err != nil {
		return uuid.Nil, nil, err
	}
	return old.id, review.Content{"code": old.Code, "name": old.Name}, nil
}

func (d Door) judgeAbolish(ctx context.Context, q db.Querier, s review.Submission, c review.Content) (review.Judgement, error) {
	var j review.Judgement
	in, err := review.Decode[abolished](c)
	if err != nil {
		return j, err
	}
	old, err := storedItem1(ctx, q, s.Subject(), false)
	if err != nil {
		return j, err
	}
	j.Faults = old.stays(s, in.Code)
	if in.Since > clock.Day(s.Now()) {
		j.Faults = append(j.Faults, apperr.Field{Name: "since", Message: "不能晚于今天；将来取消的，到期再提交"})
	}
	unknown, err := unknownCodes(ctx, q, in.ReplacedBy)
	if err != nil {
		return j, err
	}
	if len(unknown) > 0 || slices.Contains(in.ReplacedBy, old.Code) {
		j.Faults = append(j.Faults, apperr.Field{Name: "replacedBy", Message: "应是目录中现行的其他事项" + strings.Join(unknown, "、")})
	}
	j.Cautions = append(j.Cautions, review.Caution{Field: "code", Message: "取消后不再作为审批条件，机构原有的承接记录保留"})
	return j, nil
}

func abolishFacts(c review.Content) []review.Fact {
	in, err := review.Decode[abolished](c)
	if err != nil {
		return nil
	}
	return []review.Fact{{Label: "事项", Value: titleOf(in.Name, in.Code)}, {Label: "取消原因", Value: in.Reason}, {Label: "自何日起", Value: in.Since}, {Label: "代替的事项", Value: strings.Join(in.ReplacedBy, "、")}}
}
