package catalog

import (
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/page"
	"zjcs/internal/platform/provenance"
)

// BasisStrength grades the legal basis of an item: named by law or regulation as a
// service, implied by one, or neither.
type BasisStrength string

const (
	BasisDirect   BasisStrength = "direct"
	BasisIndirect BasisStrength = "indirect"
	BasisNone     BasisStrength = "none"
)

// Label is the grade in Chinese.
func (b BasisStrength) Label() string {
	return map[BasisStrength]string{BasisDirect: "直接", BasisIndirect: "间接", BasisNone: "无"}[b]
}

// SelfPrepare says whether the applicant may make the document without an agency.
type SelfPrepare string

const (
	SelfPrepareYes         SelfPrepare = "yes"
	SelfPrepareNo          SelfPrepare = "no"
	SelfPrepareConditional SelfPrepare = "conditional"
)

// Label is the answer in Chinese.
func (s SelfPrepare) Label() string {
	return map[SelfPrepare]string{SelfPrepareYes: "可以自行编制", SelfPrepareNo: "须委托机构", SelfPrepareConditional: "有条件自行编制"}[s]
}

// EntrustingParty is who hires the agency and pays it.
type EntrustingParty string

const (
	EntrustApplicant EntrustingParty = "applicant"
	EntrustApprover  EntrustingParty = "approval_dept"
)

// Label is the party in Chinese.
func (e EntrustingParty) Label() string {
	return map[EntrustingParty]string{EntrustApplicant: "申请人", EntrustApprover: "审批部门"}[e]
}

// ItemRef names an item where only its name is needed.
type ItemRef struct {
	Code string `json:"code" doc:"事项编码" example:"ZJ0049"`
	Name string `json:"name" doc:"事项名称"`
}

// ApprovalRef names an approval item.
type ApprovalRef struct {
	Code string `json:"code" doc:"审批事项编码" example:"SP0001"`
	Name string `json:"name" doc:"审批事项名称"`
}

// DepartmentRef names a department.
type DepartmentRef struct {
	ID   string `json:"id" format:"uuid"`
	Name string `json:"name" doc:"部门（按清单用语）"`
}

// ItemSummary is an item in a list.
type ItemSummary struct {
	Code              string            `json:"code" doc:"事项编码" example:"ZJ0049"`
	Name              string            `json:"name" doc:"事项名称"`
	Sector            string            `json:"sector" doc:"行业领域"`
	BasisStrength     BasisStrength     `json:"basisStrength" enum:"direct,indirect,none" doc:"依据强度"`
	EntrustingParties []EntrustingParty `json:"entrustingParties" doc:"委托方：applicant 申请人，approval_dept 审批部门"`
	SelfPrepare       SelfPrepare       `json:"selfPrepare" enum:"yes,no,conditional" doc:"申请人能否自行编制"`
	FeeType           string            `json:"feeType" doc:"收费方式"`
	ResultDocument    string            `json:"resultDocument" doc:"服务成果"`
	TimeLimit         string            `json:"timeLimit" doc:"时限原文；纯数字时单位为工作日"`
	TimeLimitWorkdays *int              `json:"timeLimitWorkdays,omitempty" doc:"时限，工作日；时限不是数字时没有"`
	UnverifiedFields  []string          `json:"unverifiedFields" doc:"待核实的字段"`
	Approvals         []ApprovalRef     `json:"approvals" doc:"服务的审批事项"`
}

// Unverified reports whether the operator must still confirm a field, named as in
// UnverifiedFields: name, legal_basis, fee_type …
func (i ItemSummary) Unverified(field string) bool {
	for _, f := range i.UnverifiedFields {
		if f == field {
			return true
		}
	}
	return false
}

// Item is all that is published of an item.
type Item struct {
	ItemSummary
	ID                    uuid.UUID         `json:"id" doc:"标识；申请变更或取消时作为 subjectId"`
	LegalBasis            []string          `json:"legalBasis" doc:"设定依据，逐条"`
	RequiredQualification string            `json:"requiredQualification" doc:"对机构的资质要求"`
	FeeReference          string            `json:"feeReference" doc:"收费文件"`
	FeeStandardIDs        []string          `json:"feeStandardIds" doc:"所列收费标准，见 fee-standards"`
	Notes                 string            `json:"notes" doc:"备注"`
	Conditions            Conditions        `json:"conditions" doc:"对机构的条件"`
	RegionCode            string            `json:"regionCode,omitempty" doc:"实施区划；全市实施的没有"`
	State                 string            `json:"state" enum:"published,abolished" doc:"状态"`
	Demandable            bool              `json:"demandable" doc:"为假表示不得作为办理审批的条件：没有依据，或已经取消（《优化营商环境条例》第四十三条）"`
	AbolishedOn           string            `json:"abolishedOn,omitempty" format:"date" doc:"取消日期"`
	AbolishedReason       string            `json:"abolishedReason,omitempty" doc:"取消原因"`
	ReplacedBy            []string          `json:"replacedBy" doc:"代替它的事项的编码"`
	Departments           []DepartmentRef   `json:"departments" doc:"行业主管部门"`
	Demo                  bool              `json:"demo" doc:"为真表示示例数据"`
	Source                provenance.Source `json:"source" doc:"数据来源"`
	UpdatedAt             time.Time         `json:"updatedAt" doc:"最后变更时间"`
}

// ItemFilter narrows the list of items; empty fields do not narrow.
type ItemFilter struct {
	page.Request
	Query       string // part of the name or code
	Sector      string
	Approval    string // approval item code
	Basis       BasisStrength
	FeeType     string
	SelfPrepare SelfPrepare
	Department  string // department id
	Unverified  string // field name: only items where it is still to be confirmed
}

// maxFilterText bounds what a person would type into one filter.
const maxFilterText = 100

// Validate names each filter whose value cannot be right.
func (f ItemFilter) Validate() error {
	var bad []apperr.Field
	if f.Basis != "" && f.Basis.Label() == "" {
		bad = append(bad, apperr.Field{Name: "basis", Message: "依据强度应是 direct（直接）、indirect（间接）、none（无）之一"})
	}
	if f.SelfPrepare != "" && f.SelfPrepare.Label() == "" {
		bad = append(bad, apperr.Field{Name: "selfPrepare", Message: "自行编制应是 yes（可以）、no（须委托）、conditional（有条件）之一"})
	}
	for name, v := range map[string]string{"q": f.Query, "sector": f.Sector, "feeType": f.FeeType, "approval": f.Approval, "unverified": f.Unverified} {
		if !utf8.ValidString(v) || utf8.RuneCountInString(v) > maxFilterText || containsNUL(v) {
			bad = append(bad, apperr.Field{Name: name, Message: "筛选条件应是不超过 100 个字的文字"})
		}
	}
	if f.Department != "" && !isUUID(f.Department) {
		bad = append(bad, apperr.Field{Name: "department", Message: "部门应是部门列表中的标识"})
	}
	return apperr.InvalidFields(bad)
}

// Count is one value of a facet and how many items have it under the filter.
type Count struct {
	Value string `json:"value"`
	Label string `json:"label"`
	Count int    `json:"count"`
}

// ItemFacets counts the filtered items by each dimension; a dimension's own filter
// is left out of its counts, so that a reader sees what else could be chosen.
type ItemFacets struct {
	Sector      []Count `json:"sector"`
	Basis       []Count `json:"basis"`
	FeeType     []Count `json:"feeType"`
	SelfPrepare []Count `json:"selfPrepare"`
}
