package expert

import (
	"fmt"
	"slices"
	"strconv"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/review"
)

// submitted is what the forms of an expert hold.
type submitted struct {
	Name         string        `json:"name"`
	IDNumber     string        `json:"idNumber,omitempty"`
	Phone        string        `json:"phone"`
	Employer     string        `json:"employer"`
	Title        string        `json:"title"`
	Region       string        `json:"region,omitempty"`
	Specialties  []string      `json:"specialties"`
	Certificates []certificate `json:"certificates"`
	Conflicts    []Conflict    `json:"conflicts"`
}

type certificate struct {
	RowID   string `json:"rowId,omitempty"`
	Name    string `json:"name"`
	Number  string `json:"number"`
	Issuer  string `json:"issuer"`
	ValidTo string `json:"validTo,omitempty"`
	File    string `json:"file,omitempty"`
}

// Conflict is an interest an expert declared; it recuses him and is never public.
type Conflict struct {
	RowID        string `json:"rowId,omitempty"`
	Organisation string `json:"organisation"`
	USCC         string `json:"uscc,omitempty"`
	Relation     string `json:"relation"`
	Until        string `json:"until,omitempty"`
}

// content is what is published of an expert, in the shape of the form. Rows are named by
// their place, so that a draft begun from it is compared row by row.
func (s submitted) content() (review.Content, error) {
	for i := range s.Certificates {
		s.Certificates[i].RowID = strconv.Itoa(i + 1)
	}
	for i := range s.Conflicts {
		s.Conflicts[i].RowID = strconv.Itoa(i + 1)
	}
	return review.Encode(s)
}

// judge finds what the form cannot, on the day of today (YYYY-MM-DD).
func (s submitted) judge(today string) (j review.Judgement) {
	refuse := func(field, message string) {
		j.Faults = append(j.Faults, apperr.Field{Name: field, Message: message})
	}
	valid := false
	seen := map[string]bool{}
	for i, c := range s.Certificates {
		if c.ValidTo == "" || c.ValidTo >= today {
			valid = true
		} else {
			j.Cautions = append(j.Cautions, review.Caution{Field: fmt.Sprintf("certificates[%d].validTo", i), Message: "这份证书已经过期"})
		}
		key := c.Name + "\x00" + c.Number
		if seen[key] {
			refuse(fmt.Sprintf("certificates[%d].number", i), "与前面一份证书相同，请删去一行")
		}
		seen[key] = true
	}
	if len(s.Certificates) > 0 && !valid {
		refuse("certificates", "应至少有一份在有效期内的证书")
	}
	if slices.ContainsFunc(s.Conflicts, func(c Conflict) bool { return c.Organisation == s.Employer }) {
		j.Cautions = append(j.Cautions, review.Caution{Field: "conflicts", Message: "工作单位不必重复申报，抽取时一律回避"})
	}
	return j
}
