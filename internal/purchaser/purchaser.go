package purchaser

import (
	"time"

	"github.com/google/uuid"

	"zjcs/internal/identity"
	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/secret"
	"zjcs/internal/review"
)

// Names under which personal values are sealed and digested. The digest is shared with
// experts and practitioners: one person, one digest.
const (
	FieldID           = "purchaser.id_number"
	FieldPhone        = "purchaser.contact_phone"
	FieldPersonDigest = "person.id_number"
)

// SealedColumns are what a change of key must reach.
func SealedColumns() []secret.Column {
	return []secret.Column{
		{Table: "purchaser", Key: "organisation_id", Sealed: "id_number", Field: FieldID, DigestColumn: "id_digest", DigestField: FieldPersonDigest},
		{Table: "purchaser", Key: "organisation_id", Sealed: "contact_phone", Field: FieldPhone},
	}
}

// Purchaser is a verified purchaser, as its own people and the officials of its region
// see it: the telephone is masked, the ID number not shown.
type Purchaser struct {
	Organisation        uuid.UUID                 `json:"organisationId"`
	Name                string                    `json:"name" doc:"名称"`
	Kind                identity.OrganisationKind `json:"kind" enum:"enterprise,public_body,village,natural_person" doc:"类别"`
	USCC                string                    `json:"uscc,omitempty" doc:"统一社会信用代码；自然人没有"`
	RegionCode          string                    `json:"regionCode" doc:"受理区划"`
	LegalRepresentative string                    `json:"legalRepresentative,omitempty" doc:"法定代表人或负责人"`
	BudgetUnit          bool                      `json:"budgetUnit" doc:"为真表示预算单位，使用财政资金"`
	Address             string                    `json:"address" doc:"通信地址"`
	ContactName         string                    `json:"contactName" doc:"联系人"`
	ContactPhone        string                    `json:"contactPhone" doc:"联系电话，已遮蔽"`
	ContactEmail        string                    `json:"contactEmail,omitempty" doc:"电子邮箱"`
	AgentName           string                    `json:"agentName,omitempty" doc:"采购受托人"`
	AgentValidTo        string                    `json:"agentValidTo,omitempty" format:"date" doc:"授权截止日期"`
	VerifiedAt          time.Time                 `json:"verifiedAt" doc:"首次核验时间"`
	Demo                bool                      `json:"demo" doc:"为真表示示例数据"`
}

// submitted is what the form holds, its papers aside.
type submitted struct {
	Kind                identity.OrganisationKind `json:"kind"`
	USCC                string                    `json:"uscc,omitempty"`
	LegalRepresentative string                    `json:"legalRepresentative,omitempty"`
	BudgetUnit          bool                      `json:"budgetUnit,omitempty"`
	Supervisor          string                    `json:"supervisor,omitempty"`
	IDNumber            string                    `json:"idNumber,omitempty"`
	Address             string                    `json:"address"`
	ContactName         string                    `json:"contactName"`
	ContactPhone        string                    `json:"contactPhone"`
	ContactEmail        string                    `json:"contactEmail,omitempty"`
	HasAgent            bool                      `json:"hasAgent"`
	AgentName           string                    `json:"agentName,omitempty"`
	AgentValidTo        string                    `json:"agentValidTo,omitempty"`
}

// judge finds what the form cannot, given the account and the day (YYYY-MM-DD).
func (s submitted) judge(org identity.Organisation, today string) (j review.Judgement) {
	refuse := func(field, message string) {
		j.Faults = append(j.Faults, apperr.Field{Name: field, Message: message})
	}
	if s.Kind != org.Kind {
		refuse("kind", "类别应是注册时的“"+org.Kind.Label()+"”")
	}
	if s.USCC != "" && s.USCC != org.USCC {
		refuse("uscc", "应是账号登记的统一社会信用代码 "+org.USCC)
	}
	if s.HasAgent && s.AgentValidTo != "" && s.AgentValidTo < today {
		refuse("agentValidTo", "授权已经到期，应不早于今天")
	}
	if s.Kind == identity.NaturalPerson && s.ContactName != "" && s.ContactName != org.Name && !s.HasAgent {
		j.Cautions = append(j.Cautions, review.Caution{Field: "contactName", Message: "联系人不是本人，又没有委托他人办理，请核对"})
	}
	return j
}

// papers are the uploaded files, by field.
func papers(c review.Content) map[string]uuid.UUID {
	out := map[string]uuid.UUID{}
	for _, name := range paperFields {
		if s, ok := c[name].(string); ok {
			if id, err := uuid.Parse(s); err == nil {
				out[name] = id
			}
		}
	}
	return out
}
