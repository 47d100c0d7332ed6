package identity

import (
	"github.com/google/uuid"

	"zjcs/internal/platform/authz"
)

// OrganisationKind is what an organisation is in the market.
type OrganisationKind string

const (
	Enterprise    OrganisationKind = "enterprise"
	PublicBody    OrganisationKind = "public_body"
	Village       OrganisationKind = "village"
	NaturalPerson OrganisationKind = "natural_person"
	AgencyOrg     OrganisationKind = "agency"
	ExpertOrg     OrganisationKind = "expert" // an expert acts for himself: an organisation of one
)

var organisationLabels = map[OrganisationKind]string{
	Enterprise: "企业", PublicBody: "机关事业单位", Village: "村集体", NaturalPerson: "自然人", AgencyOrg: "中介机构", ExpertOrg: "专家",
}

// Label is the kind in Chinese.
func (k OrganisationKind) Label() string { return organisationLabels[k] }

// Valid reports a kind that exists.
func (k OrganisationKind) Valid() bool { return organisationLabels[k] != "" }

// Purchases reports a kind that publishes needs (项目业主).
func (k OrganisationKind) Purchases() bool {
	switch k {
	case Enterprise, PublicBody, Village, NaturalPerson:
		return true
	default:
		return false
	}
}

// NumberedByUSCC reports a kind that has a unified social credit code; a person, as
// purchaser or expert, has none.
func (k OrganisationKind) NumberedByUSCC() bool { return k != NaturalPerson && k != ExpertOrg }

// AdminRole is the role of whoever registers an organisation of this kind.
func (k OrganisationKind) AdminRole() authz.Role {
	switch k {
	case AgencyOrg:
		return authz.AgencyAdmin
	case ExpertOrg:
		return authz.Expert
	default:
		return authz.PurchaserAdmin
	}
}

// AgentRole is the role an organisation's admin may delegate; "" where there is none.
func (k OrganisationKind) AgentRole() authz.Role {
	switch {
	case k == AgencyOrg:
		return authz.AgencyAgent
	case k.Purchases():
		return authz.PurchaserAgent
	}
	return ""
}

// OrganisationState is how far an organisation has come.
type OrganisationState string

const (
	Registered OrganisationState = "registered" // has accounts, may prepare its papers
	Verified   OrganisationState = "verified"   // admitted, or verified as a purchaser
	Closed     OrganisationState = "closed"     // its grants no longer count
)

// Organisation is whom a person acts for.
type Organisation struct {
	ID     uuid.UUID         `json:"id"`
	Kind   OrganisationKind  `json:"kind" enum:"enterprise,public_body,village,natural_person,agency,expert" doc:"类别"`
	Name   string            `json:"name" doc:"名称"`
	USCC   string            `json:"uscc,omitempty" doc:"统一社会信用代码；自然人和专家没有"`
	Region string            `json:"regionCode" doc:"受理区划"`
	State  OrganisationState `json:"state" enum:"registered,verified,closed" doc:"状态：已注册、已核验、已注销"`
	Demo   bool              `json:"demo" doc:"为真表示示例数据"`
}
