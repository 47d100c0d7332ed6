package agency

import (
	"slices"
	"time"

	"zjcs/internal/catalog"
	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/clock"
	"zjcs/internal/platform/page"
	"zjcs/internal/platform/provenance"
	"zjcs/internal/review"
)

// Kind is what sort of organisation an agency is.
type Kind string

const (
	Enterprise        Kind = "enterprise"
	PublicInstitution Kind = "public_institution"
	SocialOrg         Kind = "social_organisation"
	ProfessionalFirm  Kind = "law_or_accounting_firm"
)

// Label is the kind in Chinese.
func (k Kind) Label() string {
	return map[Kind]string{Enterprise: "企业", PublicInstitution: "事业单位", SocialOrg: "社会组织", ProfessionalFirm: "律师或会计师事务所"}[k]
}

// Outside selects agencies registered outside the city where a region is asked for.
const Outside = "outside"

// Summary is an agency in a list.
type Summary struct {
	ID             string   `json:"id" format:"uuid"`
	USCC           string   `json:"uscc" doc:"统一社会信用代码" example:"91350100M000100Y43"`
	Name           string   `json:"name" doc:"机构名称"`
	Kind           Kind     `json:"kind" enum:"enterprise,public_institution,social_organisation,law_or_accounting_firm" doc:"机构类型"`
	RegionCode     string   `json:"regionCode,omitempty" doc:"登记地区划；市外没有"`
	RegionName     string   `json:"regionName" doc:"登记地"`
	AdmittedOn     string   `json:"admittedOn" format:"date" doc:"入驻日期"`
	ItemCount      int      `json:"itemCount" doc:"今天可承接的事项数"`
	Qualifications []string `json:"qualifications" doc:"资质名称"`
	Demo           bool     `json:"demo" doc:"为真表示示例数据"`
}

// Agency is all that is published of an agency.
type Agency struct {
	ID                  string            `json:"id" format:"uuid"`
	USCC                string            `json:"uscc" doc:"统一社会信用代码"`
	Name                string            `json:"name" doc:"机构名称"`
	Kind                Kind              `json:"kind" enum:"enterprise,public_institution,social_organisation,law_or_accounting_firm" doc:"机构类型"`
	LegalRepresentative string            `json:"legalRepresentative" doc:"法定代表人"`
	RegionCode          string            `json:"regionCode,omitempty" doc:"登记地区划；市外没有"`
	RegionName          string            `json:"regionName" doc:"登记地"`
	Address             string            `json:"address" doc:"住所"`
	Phone               string            `json:"phone" doc:"机构公布的联系电话"`
	Introduction        string            `json:"introduction" doc:"简介"`
	FoundedOn           string            `json:"foundedOn,omitempty" format:"date" doc:"成立日期"`
	State               review.State      `json:"state" enum:"admitted,restricted,suspended,exited,removed" doc:"今天的状态：入驻、受限制、暂停、退出、清退"`
	StateLabel          string            `json:"stateLabel" doc:"状态名称"`
	StateSince          string            `json:"stateSince,omitempty" format:"date" doc:"自何日起"`
	StateUntil          string            `json:"stateUntil,omitempty" format:"date" doc:"限制或暂停至何日（含当日）"`
	StateReason         string            `json:"stateReason,omitempty" doc:"限制、暂停、退出或清退的原因"`
	AdmittedOn          string            `json:"admittedOn" format:"date" doc:"入驻日期"`
	Items               []OfferedItem     `json:"items" doc:"登记承接的事项，资质到期的标明暂停"`
	Qualifications      []Qualification   `json:"qualifications" doc:"资质"`
	Practitioners       []Practitioner    `json:"practitioners" doc:"执业人员，姓名和证号已遮蔽；最多 50 人"`
	PractitionerCount   int               `json:"practitionerCount" doc:"执业人员总数"`
	Affiliations        []Affiliation     `json:"affiliations" doc:"与行政机关的关联"`
	Listings            []Listing         `json:"listings" doc:"红黑名单中的记录，期满的也在内"`
	Demo                bool              `json:"demo" doc:"为真表示示例数据"`
	Source              provenance.Source `json:"source" doc:"数据来源"`
	UpdatedAt           time.Time         `json:"updatedAt" doc:"最后变更时间"`

	imported bool // nobody of its own acts for it yet
}

// Affiliation is how an agency hangs on an authority (红顶中介).
type Affiliation struct {
	Authority     string   `json:"authority" doc:"行政机关"`
	Relation      Relation `json:"relation" enum:"sponsored,subordinate,equity,staff" doc:"主办、隶属、股权、人员兼职"`
	RelationLabel string   `json:"relationLabel" doc:"关系名称"`
	Since         string   `json:"since,omitempty" format:"date" doc:"起始日期"`
	Note          string   `json:"note" doc:"说明"`
	Declared      bool     `json:"declared" doc:"为真表示机构自己申报，为假表示有关单位提供"`
	Source        string   `json:"source" doc:"来源"`
	Demo          bool     `json:"demo" doc:"为真表示示例数据"`
}

// stand judges by the day what the agency may do: terms and certificates end by
// themselves, and a page of someone who is gone says so.
func (a *Agency) stand(now time.Time) {
	if a.State = stateOn(a.State, a.StateUntil, now); a.State == Admitted {
		a.StateUntil, a.StateReason = "", ""
	}
	a.StateLabel = Workflow.States[a.State]
	for i := range a.Items {
		item := &a.Items[i]
		for _, q := range a.Qualifications {
			c := carrier{certificate: q.Name, no: q.CertificateNo, term: term{q.ValidFrom, q.ValidTo}}
			if slices.Contains(q.Carries, item.Code) {
				item.declared = append(item.declared, c)
			}
			if q.Name == CertificateName(item.required) {
				item.named = append(item.named, c)
			}
		}
		item.judge(a.imported, now)
	}
	for i := range a.Affiliations {
		a.Affiliations[i].RelationLabel = a.Affiliations[i].Relation.Label()
	}
	today := clock.Day(now)
	for i := range a.Listings {
		l := &a.Listings[i]
		l.AgencyID, l.AgencyName, l.USCC, l.InForce = a.ID, a.Name, a.USCC, l.From <= today && today <= l.Until
	}
}

// Validity is where a certificate stands today.
type Validity string

const (
	Valid    Validity = "valid"
	Expiring Validity = "expiring" // within 30 days: the agency has been told, a reader should know
	Expired  Validity = "expired"
	NoTerm   Validity = "no_term"
)

// expiringDays is the notice that domain.md section 4 gives before a certificate ends.
const expiringDays = 30

// Label is the validity in Chinese.
func (v Validity) Label() string {
	return map[Validity]string{Valid: "有效", Expiring: "30 天内到期", Expired: "已过期", NoTerm: "长期"}[v]
}

// ValidityOn judges a certificate valid through validTo (YYYY-MM-DD, inclusive; ""
// for no term) on the day of now.
func ValidityOn(validTo string, now time.Time) Validity {
	switch {
	case validTo == "":
		return NoTerm
	case validTo < clock.Day(now):
		return Expired
	case validTo <= clock.DayAfter(now, expiringDays):
		return Expiring
	}
	return Valid
}

// Qualification is one certificate of the agency.
type Qualification struct {
	Name          string   `json:"name" doc:"资质名称"`
	Level         string   `json:"level" doc:"等级；不分级的为空"`
	CertificateNo string   `json:"certificateNo" doc:"证书编号"`
	Issuer        string   `json:"issuer" doc:"发证机关"`
	ValidFrom     string   `json:"validFrom,omitempty" format:"date" doc:"有效期自"`
	ValidTo       string   `json:"validTo,omitempty" format:"date" doc:"有效期至（含当日）；长期的没有"`
	Carries       []string `json:"carries" doc:"承载的事项编码；导入的机构没有登记"`
	Validity      Validity `json:"validity" enum:"valid,expiring,expired,no_term" doc:"今天是否有效"`
}

// Practitioner is a person who signs the agency's papers, as the public sees them.
type Practitioner struct {
	Name          string   `json:"name" doc:"姓名，已遮蔽" example:"王*明"`
	Specialty     string   `json:"specialty" doc:"执业类别"`
	CertificateNo string   `json:"certificateNo" doc:"证书编号，已遮蔽"`
	ValidTo       string   `json:"validTo,omitempty" format:"date" doc:"有效期至（含当日）"`
	Validity      Validity `json:"validity" enum:"valid,expiring,expired,no_term" doc:"今天是否有效"`
}

// Filter narrows the list of agencies; empty fields do not narrow. Text is searched
// through the search package, never here.
type Filter struct {
	page.Request
	Region        string // region code: it and all below; Outside: registered elsewhere
	Item          string // item code
	Qualification string // exact name
}

// Validate names each filter whose value cannot be right.
func (f Filter) Validate(regions catalog.Regions) error {
	var bad []apperr.Field
	if f.Region != "" && f.Region != Outside && regions.Subtree(f.Region) == nil {
		bad = append(bad, apperr.Field{Name: "region", Message: "区划应是区划列表中的代码，或 outside（市外）"})
	}
	if !plain(f.Item) {
		bad = append(bad, apperr.Field{Name: "item", Message: "事项应是事项编码，如 ZJ0049"})
	}
	if !plain(f.Qualification) {
		bad = append(bad, apperr.Field{Name: "qualification", Message: "资质应是不超过 100 个字的资质名称"})
	}
	return apperr.InvalidFields(bad)
}
