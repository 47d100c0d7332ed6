package agency

import (
	"context"
	"time"

	"github.com/google/uuid"

	"zjcs/internal/identity"
	"zjcs/internal/platform/clock"
	"zjcs/internal/platform/db"
	"zjcs/internal/platform/provenance"
	"zjcs/internal/platform/sheet"
)

// ImportedAffiliation is one good row of a delivered table of affiliations.
type ImportedAffiliation struct {
	line            int64
	uscc, authority string
	relation        Relation
	since           time.Time
	note            string
	sinceAbsent     bool // the file does not have the column: what is known stays
	noteAbsent      bool
}

// AffiliationImport takes in affiliations with authorities (红顶中介) that departments
// report (exchange.Target). They stand beside what agencies declare themselves.
type AffiliationImport struct{ today time.Time }

// NewAffiliationImport judges rows by the day of now.
func NewAffiliationImport(now time.Time) *AffiliationImport {
	y, m, d := now.In(clock.Shanghai).Date()
	return &AffiliationImport{today: time.Date(y, m, d, 0, 0, 0, 0, time.UTC)}
}

const (
	colTiedUSCC = iota
	colAuthority
	colRelation
	colSince
	colNote
)

// Columns of the table.
func (*AffiliationImport) Columns() []sheet.Column {
	return []sheet.Column{
		colTiedUSCC:  {Name: "统一社会信用代码", Aliases: []string{"信用代码", "社会信用代码", "uscc"}, Required: true, Help: "18 位；机构须已在平台", Example: "91350100M000100Y43"},
		colAuthority: {Name: "行政机关", Aliases: []string{"主管部门", "关联主管部门", "authority"}, Required: true, Help: "全称，不超过 100 个字", Example: "运城市水务局"},
		colRelation:  {Name: "关系", Aliases: []string{"关联关系", "relation"}, Required: true, Help: "主办、隶属、股权、人员兼职 之一", Example: "隶属"},
		colSince:     {Name: "起始日期", Aliases: []string{"起始时间", "since"}, Help: "如 2015-06-01，不晚于今天", Example: "2015-06-01"},
		colNote:      {Name: "来源", Aliases: []string{"说明", "依据", "source"}, Help: "从哪里查到，不超过 200 个字", Example: "国家企业信用信息公示系统"},
	}
}

// Kind is what a delivery of affiliations is recorded as.
func (*AffiliationImport) Kind() provenance.Kind { return provenance.Affiliations }

// Key is the agency, the authority and how one hangs on the other.
func (*AffiliationImport) Key(r *ImportedAffiliation) (key, column string) {
	return r.uscc + "\n" + r.authority + "\n" + string(r.relation), "行政机关"
}

var relationWords = map[string]Relation{
	"主办": Sponsored, "隶属": Subordinate, "股权": Equity, "人员兼职": StaffShared, "兼职": StaffShared,
	string(Sponsored): Sponsored, string(Subordinate): Subordinate, string(Equity): Equity, string(StaffShared): StaffShared,
}

// Parse judges one row.
func (im *AffiliationImport) Parse(row sheet.Row) (*ImportedAffiliation, []provenance.RowError) {
	j := &sheet.Judge{Row: row}
	r := &ImportedAffiliation{
		line: row.Line, authority: j.Required(colAuthority, 100), relation: sheet.Choice(j, colRelation, relationWords, "主办、隶属、股权、人员兼职"),
		since: j.Date(colSince), note: j.Text(colNote, 200), sinceAbsent: !j.Has(colSince), noteAbsent: !j.Has(colNote),
	}
	if s, ok := j.Number(colTiedUSCC); ok {
		uscc, err := identity.ParseUSCC(s)
		if err != nil {
			j.Refuse(colTiedUSCC, err.Error())
		}
		r.uscc = string(uscc)
	}
	if r.since.After(im.today) {
		j.Refuse(colSince, "不能晚于今天")
	}
	return r, j.Faults()
}

// Store brings the reported affiliations to what rows say; changed are their agencies.
func (im *AffiliationImport) Store(ctx context.Context, tx db.Tx, b provenance.Batch, rows []*ImportedAffiliation) (sum provenance.Summary, changed []uuid.UUID, faults []provenance.RowError, err error) {
	known, err := loadTied(ctx, tx, rows)
	if err != nil {
		return sum, nil, nil, err
	}
	for _, r := range rows {
		a, found := known[r.uscc]
		if !found {
			faults = append(faults, provenance.RowError{Line: r.line, Column: "统一社会信用代码", Reason: "平台上没有这家机构，请先导入机构"})
			continue
		}
		outcome, err := storeTie(ctx, tx, b, a, r)
		if err != nil {
			return sum, nil, nil, err
		}
		switch outcome {
		case tieAdded:
			sum.Inserted++
		case tieChanged:
			sum.Updated++
		case tieRefused:
			faults = append(faults, provenance.RowError{Line: r.line, Column: "统一社会信用代码", Reason: "这家机构是真实的，示例数据不能写入"})
			continue
		default:
			sum.Unchanged++
			continue
		}
		changed = append(changed, a.id)
	}
	return sum, changed, faults, nil
}
