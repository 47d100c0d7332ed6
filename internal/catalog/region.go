package catalog

import (
	"strings"

	"github.com/google/uuid"
)

// Region is one place of the city: the city, its counties and districts, their zones.
type Region struct {
	Code   string `json:"code" doc:"区划代码：六位，开发区九位" example:"140802"`
	Name   string `json:"name" doc:"名称"`
	Kind   string `json:"kind" enum:"city,district,county,county_level_city,development_zone" doc:"类别"`
	Parent string `json:"parent,omitempty" doc:"上级区划代码；市本级没有"`
}

// Regions is the tree in order of code.
type Regions []Region

// Find is the region of that code.
func (rs Regions) Find(code string) (Region, bool) {
	for _, r := range rs {
		if r.Code == code {
			return r, true
		}
	}
	return Region{}, false
}

// Subtree is code and the codes of all below it: what a grant or filter on a
// region covers. Empty when there is no such region.
func (rs Regions) Subtree(code string) []string {
	if _, ok := rs.Find(code); !ok {
		return nil
	}
	out := []string{code}
	for i := 0; i < len(out); i++ {
		for _, r := range rs {
			if r.Parent == out[i] {
				out = append(out, r.Code)
			}
		}
	}
	return out
}

// Children are the regions directly below code.
func (rs Regions) Children(code string) Regions {
	var out Regions
	for _, r := range rs {
		if r.Parent == code {
			out = append(out, r)
		}
	}
	return out
}

// Approval is an approval item and what it needs.
type Approval struct {
	ApprovalRef
	Items []ItemSummary `json:"items" doc:"需要的中介服务事项"`
}

// ApprovalSummary is an approval item in a list.
type ApprovalSummary struct {
	ApprovalRef
	ItemCount        int `json:"itemCount" doc:"需要的中介服务事项数"`
	SelfPrepareCount int `json:"selfPrepareCount" doc:"其中可以或有条件自行编制的"`
}

// Department is a sector authority and the items under it.
type Department struct {
	DepartmentRef
	RegionCode string `json:"regionCode"`
	RegionName string `json:"regionName"`
	ItemCount  int    `json:"itemCount" doc:"主管的中介服务事项数"`
}

func isUUID(s string) bool { _, err := uuid.Parse(s); return err == nil }

// PostgreSQL text cannot hold NUL; a value with one matches nothing and is refused.
func containsNUL(s string) bool { return strings.ContainsRune(s, 0) }
