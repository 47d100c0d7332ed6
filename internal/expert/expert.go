package expert

import (
	"strings"
	"time"
	"unicode/utf8"

	"zjcs/internal/catalog"
	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/page"
	"zjcs/internal/platform/provenance"
)

// Expert is all that is published of an expert.
type Expert struct {
	ID          string            `json:"id" format:"uuid"`
	Name        string            `json:"name" doc:"姓名"`
	Employer    string            `json:"employer" doc:"工作单位"`
	Title       string            `json:"title" doc:"职称"`
	Specialties []string          `json:"specialties" doc:"专业领域"`
	RegionCode  string            `json:"regionCode,omitempty" doc:"所在区划；市外没有"`
	RegionName  string            `json:"regionName" doc:"所在地"`
	Demo        bool              `json:"demo" doc:"为真表示示例数据"`
	Source      provenance.Source `json:"source" doc:"数据来源"`
	UpdatedAt   time.Time         `json:"updatedAt" doc:"最后变更时间"`
}

// Outside selects experts from outside the city where a region is asked for.
const Outside = "outside"

// Filter narrows the list of experts; empty fields do not narrow.
type Filter struct {
	page.Request
	Region    string // region code: it and all below; Outside
	Specialty string // a sector of the catalogue
}

// Validate names each filter whose value cannot be right.
func (f Filter) Validate(regions catalog.Regions) error {
	var bad []apperr.Field
	if f.Region != "" && f.Region != Outside && regions.Subtree(f.Region) == nil {
		bad = append(bad, apperr.Field{Name: "region", Message: "区划应是区划列表中的代码，或 outside（市外）"})
	}
	if !utf8.ValidString(f.Specialty) || utf8.RuneCountInString(f.Specialty) > 100 || strings.ContainsRune(f.Specialty, 0) {
		bad = append(bad, apperr.Field{Name: "specialty", Message: "专业领域应是不超过 100 个字的文字"})
	}
	return apperr.InvalidFields(bad)
}
