package catalog

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/review"
)

// Conditions are what an item asks of an agency beyond the words of its qualification.
type Conditions struct {
	Match          string             `json:"match,omitempty" enum:"any,all" doc:"any 具备其一即可，all 全部具备"`
	Qualifications []ConditionQual    `json:"qualifications,omitempty" doc:"资质"`
	Practitioners  []ConditionPersons `json:"practitioners,omitempty" doc:"执业人员"`
	Other          string             `json:"other,omitempty" doc:"其他条件"`
}

// ConditionQual is a qualification that is asked for.
type ConditionQual struct {
	Name  string `json:"name" doc:"资质名称"`
	Level string `json:"level,omitempty" doc:"最低等级"`
}

// ConditionPersons are practitioners that are asked for.
type ConditionPersons struct {
	Specialty string `json:"specialty" doc:"执业资格"`
	Count     int    `json:"count" doc:"人数"`
}

// submitted is what the form of an item holds.
type submitted struct {
	Region                string          `json:"region"`
	Code                  string          `json:"code"`
	Name                  string          `json:"name"`
	Sector                string          `json:"sector"`
	Approvals             []namedRow      `json:"approvals"`
	Departments           []namedRow      `json:"departments"`
	LegalBasis            []basisRow      `json:"legalBasis"`
	BasisStrength         BasisStrength   `json:"basisStrength"`
	RequiredQualification string          `json:"requiredQualification"`
	ResultDocument        string          `json:"resultDocument"`
	EntrustingParties     []string        `json:"entrustingParties"`
	SelfPrepare           SelfPrepare     `json:"selfPrepare"`
	FeeType               string          `json:"feeType"`
	FeeReference          string          `json:"feeReference"`
	TimeLimit             string          `json:"timeLimit"`
	Notes                 string          `json:"notes"`
	UnverifiedFields      []string        `json:"unverifiedFields"`
	Match                 string          `json:"conditionMatch,omitempty"`
	Qualifications        []conditionRow  `json:"qualifications"`
	Practitioners         []conditionRow2 `json:"practitioners"`
	OtherConditions       string          `json:"otherConditions"`
}

type namedRow struct {
	RowID string `json:"rowId,omitempty"`
	Name  string `json:"name"`
}

type basisRow struct {
	RowID string `json:"rowId,omitempty"`
	BasisRow
}

type conditionRow struct {
	RowID string `json:"rowId,omitempty"`
	ConditionQual
}

type conditionRow2 struct {
	RowID string `json:"rowId,omitempty"`
	ConditionPersons
}

// rowID names a row of what is published by its place, so that a draft that starts from
// it and what is published later are compared row by row.
func rowID(i int) string { return strconv.Itoa(i + 1) }

func named(names []string) []namedRow {
	out := make([]namedRow, len(names))
	for i, n := range names {
		out[i] = namedRow{rowID(i), n}
	}
	return out
}

func namesOf(rows []namedRow) []string {
	out := make([]string, 0, len(rows))
	for _, r := range rows {
		if !slices.Contains(out, r.Name) {
			out = append(out, r.Name)
		}
	}
	return out
}

// content is a stored item as its form shows it.
func (s *storedItem) content() (review.Content, error) {
	c := submitted{
		Region: s.placed(), Code: s.Code, Name: s.Name, Sector: s.Sector, Approvals: named(s.Approvals), Departments: named(s.Departments),
		BasisStrength: s.BasisStrength, RequiredQualification: s.RequiredQualification, ResultDocument: s.ResultDocument,
		EntrustingParties: s.EntrustingParties, SelfPrepare: s.SelfPrepare, FeeType: s.FeeType, FeeReference: s.FeeReference,
		TimeLimit: s.TimeLimit, Notes: s.Notes, UnverifiedFields: s.UnverifiedFields, Match: s.conditions.Match, OtherConditions: s.conditions.Other,
	}
	for i, entry := range s.LegalBasis {
		r := SplitBasis(entry)
		r.Quote = s.quotes[entry]
		c.LegalBasis = append(c.LegalBasis, basisRow{rowID(i), r})
	}
	for i, q := range s.conditions.Qualifications {
		c.Qualifications = append(c.Qualifications, conditionRow{rowID(i), q})
	}
	for i, p := range s.conditions.Practitioners {
		c.Practitioners = append(c.Practitioners, conditionRow2{rowID(i), p})
	}
	return review.Encode(c)
}

// placed is the region the item belongs to: one without belongs to all of the city.
func (s *storedItem) placed() string {
	if s.region == "" {
		return cityRegion
	}
	return s.region
}

func (c submitted) basis() []BasisRow {
	out := make([]BasisRow, len(c.LegalBasis))
	for i, r := range c.LegalBasis {
		out[i] = r.BasisRow
	}
	return out
}

func (c submitted) conditions() Conditions {
	out := Conditions{Other: c.OtherConditions}
	for _, q := range c.Qualifications {
		out.Qualifications = append(out.Qualifications, q.ConditionQual)
	}
	for _, p := range c.Practitioners {
		out.Practitioners = append(out.Practitioners, p.ConditionPersons)
	}
	if len(out.Qualifications) > 0 {
		out.Match = c.Match
	}
	return out
}

// imported is the content as a delivered row, so that it is stored the same way.
func (c submitted) imported(standards func(name, reference string) []string) *ImportedItem {
	r := &ImportedItem{
		Code: c.Code, Name: c.Name, Sector: c.Sector, Approvals: namesOf(c.Approvals), Departments: namesOf(c.Departments), LegalBasis: []string{},
		BasisStrength: c.BasisStrength, RequiredQualification: c.RequiredQualification, ResultDocument: c.ResultDocument,
		EntrustingParties: c.EntrustingParties, SelfPrepare: c.SelfPrepare, FeeType: c.FeeType, FeeReference: c.FeeReference,
		FeeStandardIDs: []string{}, TimeLimit: c.TimeLimit, Notes: c.Notes, UnverifiedFields: c.UnverifiedFields,
	}
	for _, b := range c.LegalBasis {
		if e := b.Entry(); !slices.Contains(r.LegalBasis, e) {
			r.LegalBasis = append(r.LegalBasis, e)
		}
	}
	if n, ok := workdays(c.TimeLimit); ok {
		r.TimeLimitWorkdays = &n
	}
	if standards != nil {
		r.FeeStandardIDs = standards(c.Name, c.FeeReference)
	}
	if r.UnverifiedFields == nil {
		r.UnverifiedFields = []string{}
	}
	return r
}

func (c submitted) quotes() map[string]string {
	out := map[string]string{}
	for _, b := range c.LegalBasis {
		if b.Quote != "" {
			out[b.Entry()] = b.Quote
		}
	}
	return out
}

// workdays reads a time limit that is a number.
func workdays(limit string) (int, bool) {
	n, err := strconv.Atoi(limit)
	return n, err == nil
}

// wordings are the texts that agencies are measured by.
func (c submitted) wordings() []Wording {
	out := []Wording{{"requiredQualification", c.RequiredQualification}, {"otherConditions", c.OtherConditions}, {"notes", c.Notes}}
	for i, q := range c.Qualifications {
		out = append(out, Wording{fmt.Sprintf("qualifications[%d].name", i), q.Name}, Wording{fmt.Sprintf("qualifications[%d].level", i), q.Level})
	}
	for i, p := range c.Practitioners {
		out = append(out, Wording{fmt.Sprintf("practitioners[%d].specialty", i), p.Specialty})
	}
	return out
}

const article43 = "《优化营商环境条例》第四十三条"

// judge says what the form cannot about an item as such.
func (c submitted) judge(rules FairnessRules) review.Judgement {
	var j review.Judgement
	refuse := func(field, message string) {
		j.Faults = append(j.Faults, apperr.Field{Name: field, Message: message})
	}
	warn := func(field, message, basis string) {
		j.Cautions = append(j.Cautions, review.Caution{Field: field, Message: message, Basis: basis})
	}
	if n, ok := workdays(c.TimeLimit); ok && (n < 1 || n > 3650) {
		refuse("timeLimit", "工作日数应在 1 到 3650 之间；不是固定天数的写文字，如 随工期")
	}
	if c.BasisStrength != BasisNone && c.BasisStrength != "" && len(c.LegalBasis) == 0 {
		refuse("legalBasis", "依据强度为直接或间接的，应写明设定依据；没有依据的，依据强度应为“无”")
	}
	v := GradeBasis(c.basis()).Judge(c.BasisStrength, c.basis())
	if v.Fault != "" && len(c.LegalBasis) > 0 {
		refuse("basisStrength", v.Fault)
	}
	if v.Caution != "" {
		warn("basisStrength", v.Caution, article43)
	}
	if len(c.Qualifications) > 1 && c.Match == "" {
		refuse("conditionMatch", "资质不止一项，须写明是具备其一还是全部具备")
	}
	for i, p := range c.Practitioners {
		if p.Count < 1 || p.Count > 100 {
			refuse(fmt.Sprintf("practitioners[%d].count", i), "人数应在 1 到 100 之间")
		}
	}
	seen := map[string]bool{}
	for i, r := range c.LegalBasis {
		if seen[r.Entry()] {
			refuse(fmt.Sprintf("legalBasis[%d].document", i), "与前面一条依据相同，请合并")
		}
		seen[r.Entry()] = true
		if strings.ContainsAny(r.Document, "；;") {
			refuse(fmt.Sprintf("legalBasis[%d].document", i), "一行只写一件文件，多件分行写")
		}
		if RankOf(r.Document) != RankLower && strings.TrimSpace(r.Article) == "" {
			warn(fmt.Sprintf("legalBasis[%d].article", i), "法律、法规应写到条，如 第九条", "")
		}
	}
	if c.BasisStrength == BasisNone {
		warn("basisStrength", "没有法律、法规或者国务院决定依据：可以发布，页面会注明不得作为办理审批的条件、不能要求申请人委托", article43)
		if slices.Contains(c.EntrustingParties, string(EntrustApplicant)) && c.SelfPrepare == SelfPrepareNo {
			warn("selfPrepare", "没有依据的事项不能要求申请人委托机构，建议改为“可以自行编制”", article43)
		}
	}
	for _, f := range rules.Check(c.wordings()) {
		if f.Doubtful {
			warn(f.Field, f.Message(), f.Article)
		} else {
			refuse(f.Field, f.Message()+"（"+f.Article+"）")
		}
	}
	return j
}
