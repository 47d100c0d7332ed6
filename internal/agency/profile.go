package agency

import (
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/secret"
	"zjcs/internal/review"
)

// profile is what the form of admission and change holds, by its field names.
type profile struct {
	USCC                string `json:"uscc,omitempty"`
	Name                string `json:"name,omitempty"`
	Kind                Kind   `json:"kind,omitempty"`
	LegalRepresentative string `json:"legalRepresentative,omitempty"`
	Registered          string `json:"registered,omitempty"`
	Region              string `json:"region,omitempty"`
	Domicile            string `json:"domicile,omitempty"`
	HandlingRegion      string `json:"handlingRegion,omitempty"`
	Address             string `json:"address,omitempty"`
	Phone               string `json:"phone,omitempty"`
	FoundedOn           string `json:"foundedOn,omitempty"`
	Introduction        string `json:"introduction,omitempty"`

	Items          []string      `json:"items,omitempty"`
	Qualifications []certificate `json:"qualifications,omitempty"`
	Practitioners  []signatory   `json:"practitioners,omitempty"`

	AgentName     string `json:"agentName,omitempty"`
	AgentIDNumber string `json:"agentIdNumber,omitempty"`
	AgentPhone    string `json:"agentPhone,omitempty"`

	Affiliated   string `json:"affiliated,omitempty"`
	Affiliations []tie  `json:"affiliations,omitempty"`

	AgentLetter            string `json:"agentLetter,omitempty"`
	BusinessLicence        string `json:"businessLicence,omitempty"`
	InstitutionCertificate string `json:"institutionCertificate,omitempty"`
	SocialCertificate      string `json:"socialCertificate,omitempty"`
	PracticeLicence        string `json:"practiceLicence,omitempty"`
	CommitmentLetter       string `json:"commitmentLetter,omitempty"`
	Committed              bool   `json:"committed,omitempty"`
}

type certificate struct {
	RowID         string   `json:"rowId,omitempty"`
	Name          string   `json:"name,omitempty"`
	Level         string   `json:"level,omitempty"`
	CertificateNo string   `json:"certificateNo,omitempty"`
	Issuer        string   `json:"issuer,omitempty"`
	ValidFrom     string   `json:"validFrom,omitempty"`
	ValidTo       string   `json:"validTo,omitempty"`
	Scan          string   `json:"scan,omitempty"`
	Carries       []string `json:"carries,omitempty"`
}

type signatory struct {
	RowID         string `json:"rowId,omitempty"`
	Name          string `json:"name,omitempty"`
	IDNumber      string `json:"idNumber,omitempty"`
	Specialty     string `json:"specialty,omitempty"`
	CertificateNo string `json:"certificateNo,omitempty"`
	ValidTo       string `json:"validTo,omitempty"`
	Scan          string `json:"scan,omitempty"`
}

type tie struct {
	RowID     string   `json:"rowId,omitempty"`
	Authority string   `json:"authority,omitempty"`
	Relation  Relation `json:"relation,omitempty"`
	Since     string   `json:"since,omitempty"`
	Note      string   `json:"note,omitempty"`
}

// papers are the files of the agency itself, by field.
func (p *profile) papers() map[string]*string {
	return map[string]*string{
		"agentLetter": &p.AgentLetter, "businessLicence": &p.BusinessLicence, "institutionCertificate": &p.InstitutionCertificate,
		"socialCertificate": &p.SocialCertificate, "practiceLicence": &p.PracticeLicence, "commitmentLetter": &p.CommitmentLetter,
	}
}

// wanted is an item of the catalogue as far as an application is judged by it.
type wanted struct {
	id          uuid.UUID
	code, name  string
	sector      string
	required    string
	published   bool
	departments []string // who approve with it
}

func fault(format string, args ...any) (f apperr.Field) {
	name, message, _ := strings.Cut(fmt.Sprintf(format, args...), "|")
	return apperr.Field{Name: name, Message: message}
}

// judge finds what the form cannot: today is the day of judging, items those of the
// catalogue by code.
func (p *profile) judge(today string, items map[string]wanted) review.Judgement {
	var j review.Judgement
	refuse := func(format string, args ...any) { j.Faults = append(j.Faults, fault(format, args...)) }
	if p.FoundedOn > today {
		refuse("foundedOn|成立日期不能晚于今天（%s）", today)
	}
	carried := map[string]bool{} // by a certificate that is valid today
	seen := map[[2]string]int{}
	for i, q := range p.Qualifications {
		if q.ValidFrom != "" && q.ValidTo != "" && q.ValidFrom > q.ValidTo {
			refuse("qualifications[%d].validTo|有效期至不能早于有效期自", i)
		}
		if n, twice := seen[[2]string{q.Name, q.CertificateNo}]; twice && q.CertificateNo != "" {
			refuse("qualifications[%d].certificateNo|与第 %d 行的资质名称和证书编号相同，请删去一行", i, n+1)
		}
		seen[[2]string{q.Name, q.CertificateNo}] = i
		for _, code := range q.Carries {
			if !slices.Contains(p.Items, code) {
				refuse("qualifications[%d].carries|%s 不在申请承接的事项中，请先在事项中选择，或从这里去掉", i, code)
			}
			if (term{q.ValidFrom, q.ValidTo}).holds(today) {
				carried[code] = true
			}
		}
		if q.ValidTo != "" && q.ValidTo < today {
			j.Cautions = append(j.Cautions, review.Caution{Field: fmt.Sprintf("qualifications[%d].validTo", i), Message: "证书已过期，不能承载任何事项"})
		}
	}
	for i, code := range p.Items {
		w, known := items[code]
		switch {
		case !known:
			refuse("items[%d]|%s 不在事项目录中，应是事项编码，如 ZJ0049", i, code)
		case !w.published:
			refuse("items[%d]|%s %s 已经取消，请去掉", i, code, w.name)
		case NeedsQualification(w.required) && !carried[code]:
			refuse("items[%d]|“%s”要求“%s”：须在资质中登记一项今天有效的证书，并在“承载的事项”中选上它", i, w.name, w.required)
		}
	}
	p.judgePeople(today, &j)
	for i, t := range p.Affiliations {
		if slices.ContainsFunc(p.Affiliations[:i], func(o tie) bool { return o.Authority == t.Authority && o.Relation == t.Relation }) {
			refuse("affiliations[%d].authority|与前面一行的行政机关和关系相同，请删去一行", i)
		}
		if t.Since > today {
			refuse("affiliations[%d].since|起始日期不能晚于今天（%s）", i, today)
		}
	}
	j.Cautions = append(j.Cautions, blocked(p.Affiliations, p.Items, items)...)
	return j
}

// judgePeople never repeats a person's values: the row says which person it is.
func (p *profile) judgePeople(today string, j *review.Judgement) {
	papers, persons := map[[2]string]int{}, map[[2]string]int{}
	for i, s := range p.Practitioners {
		if n, twice := papers[[2]string{s.Specialty, s.CertificateNo}]; twice && s.CertificateNo != "" {
			j.Faults = append(j.Faults, fault("practitioners[%d].certificateNo|与第 %d 行的执业类别和证书编号相同，请删去一行", i, n+1))
		}
		papers[[2]string{s.Specialty, s.CertificateNo}] = i
		if n, twice := persons[[2]string{s.Specialty, s.IDNumber}]; twice && s.IDNumber != "" {
			j.Faults = append(j.Faults, fault("practitioners[%d].idNumber|与第 %d 行是同一个人的同一执业类别，请删去一行", i, n+1))
		}
		persons[[2]string{s.Specialty, s.IDNumber}] = i
		if s.ValidTo != "" && s.ValidTo < today {
			j.Cautions = append(j.Cautions, review.Caution{Field: fmt.Sprintf("practitioners[%d].validTo", i), Message: "证书已过期"})
		}
	}
}

// blocked warns of items whose approving authority the agency hangs on: it will not be
// let at them in a procurement (国办发〔2015〕31号：审批部门所属单位不得开展与本部门审批相关的中介服务).
func blocked(ties []tie, codes []string, items map[string]wanted) []review.Caution {
	var out []review.Caution
	for i, t := range ties {
		var names []string
		for _, code := range codes {
			if slices.ContainsFunc(items[code].departments, func(d string) bool { return IsAuthority(t.Authority, d) }) {
				names = append(names, items[code].name)
			}
		}
		if len(names) > 0 {
			out = append(out, review.Caution{Field: fmt.Sprintf("affiliations[%d].authority", i), Basis: "国办发〔2015〕31号",
				Message: "与主管部门有关联，入驻后不能承接该部门审批所用的：" + strings.Join(names, "、")})
		}
	}
	return out
}

// IsAuthority reports whether an authority's full name is the department that the
// catalogue names in short: 运城市住房和城乡建设局 is 住建, 市市场监督管理局 is 市场监管.
func IsAuthority(authority, department string) bool {
	department = strings.TrimPrefix(department, "省")
	short := []rune(department)
	if len(short) < 2 {
		return false
	}
	at := 0
	for _, r := range authority {
		if at < len(short) && r == short[at] {
			at++
		}
	}
	return at == len(short)
}

// facts are what the public is shown in a publicity period.
func facts(c review.Content) []review.Fact {
	p, err := review.Decode[profile](c)
	if err != nil {
		return nil
	}
	place := p.Domicile
	if p.Registered == inCity {
		place = p.Region
	}
	out := []review.Fact{
		{Label: "机构", Value: p.Name}, {Label: "统一社会信用代码", Value: p.USCC}, {Label: "机构类型", Value: p.Kind.Label()}, {Label: "登记地", Value: place},
		{Label: "申请承接的事项", Value: strings.Join(p.Items, "、")},
	}
	for _, q := range p.Qualifications {
		out = append(out, review.Fact{Label: "资质", Value: joined(q.Name+q.Level, q.CertificateNo, "有效期至 "+orWord(q.ValidTo, "长期"))})
	}
	for _, s := range p.Practitioners {
		out = append(out, review.Fact{Label: "执业人员", Value: joined(secret.MaskName(s.Name), s.Specialty)})
	}
	for _, t := range p.Affiliations {
		out = append(out, review.Fact{Label: "关联主管部门", Value: joined(t.Authority, t.Relation.Label())})
	}
	return out
}

func joined(parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), "，")
}

func orWord(s, word string) string {
	if s == "" {
		return word
	}
	return s
}
