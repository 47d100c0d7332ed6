package credit

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"

	"zjcs/internal/identity"
	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/clock"
	"zjcs/internal/platform/db"
	"zjcs/internal/platform/provenance"
	"zjcs/internal/platform/sheet"
)

// ImportedPenalty is one good row of a delivered table of penalties.
type ImportedPenalty struct {
	line                        int64
	uscc, documentNo, authority string
	decidedOn                   time.Time
	facts, basis, rubric        string
	tenths                      *int
	entry                       Entry
}

// PenaltyImport takes in administrative penalties (行政处罚) of other authorities
// (exchange.Target). They become proposed records: an official looks at each before the
// agency is told, and another confirms it.
type PenaltyImport struct {
	entries map[string]Entry // in force today
	today   time.Time
}

// NewPenaltyImport judges rows by the rubric and the day of now.
func NewPenaltyImport(ctx context.Context, q db.Querier, now time.Time) (*PenaltyImport, error) {
	list, err := listEntries(ctx, q, "", clock.Day(now), false)
	if err != nil {
		return nil, err
	}
	y, m, d := now.In(clock.Shanghai).Date()
	im := &PenaltyImport{entries: map[string]Entry{}, today: time.Date(y, m, d, 0, 0, 0, 0, time.UTC)}
	for _, e := range list {
		if e.InForce && !e.Retired && e.Level != honour {
			im.entries[e.ID] = e
		}
	}
	return im, nil
}

const (
	colPenaltyUSCC = iota
	colDocument
	colAuthority
	colDecided
	colFacts
	colBasis
	colEntry
	colPoints
)

// Columns of the table.
func (*PenaltyImport) Columns() []sheet.Column {
	return []sheet.Column{
		colPenaltyUSCC: {Name: "统一社会信用代码", Aliases: []string{"信用代码", "社会信用代码", "uscc"}, Required: true, Help: "18 位；机构须已在平台", Example: "91350100M000100Y43"},
		colDocument:    {Name: "决定书文号", Aliases: []string{"行政处罚决定书文号", "处罚决定书文号", "文号"}, Required: true, Help: "照决定书，不超过 100 个字", Example: "运自然资罚〔2026〕12 号"},
		colAuthority:   {Name: "处罚机关", Aliases: []string{"决定机关", "处罚单位"}, Required: true, Help: "全称，不超过 100 个字", Example: "运城市规划和自然资源局"},
		colDecided:     {Name: "决定日期", Aliases: []string{"处罚日期", "处罚决定日期", "日期"}, Required: true, Help: "如 2026-03-05，不晚于今天", Example: "2026-03-05"},
		colFacts:       {Name: "事实", Aliases: []string{"违法事实", "处罚事由"}, Required: true, Help: "5 到 2000 个字；会公开，不写个人姓名、电话和证号", Example: "出具的测绘成果不符合技术标准"},
		colBasis:       {Name: "依据", Aliases: []string{"处罚依据"}, Required: true, Help: "决定书引用的条款，不超过 1000 个字", Example: "照决定书填写"},
		colEntry:       {Name: "评分条目", Aliases: []string{"评分标准条目", "条目"}, Required: true, Help: "评分标准里现行的扣分条目编号", Example: "G-PENALTY"},
		colPoints:      {Name: "分值", Aliases: []string{"扣分"}, Help: "条目范围内的扣分，不写负号，最多一位小数；没有就按最轻的", Example: "6"},
	}
}

// Name is where a row stands and what it is called.
func (*PenaltyImport) Name(r *ImportedPenalty) (line int64, name string) {
	return r.line, r.authority + " " + r.documentNo
}

// Places are where the agencies of rows are served. A penalty concerns one sector, which its
// row does not name: whoever may propose a record about the agency may deliver it.
func (*PenaltyImport) Places(ctx context.Context, q db.Querier, rows []*ImportedPenalty) ([]provenance.Place, error) {
	known, err := placesOfPenalties(ctx, q, rows)
	if err != nil {
		return nil, err
	}
	out := make([]provenance.Place, len(rows))
	for i, r := range rows {
		if p, ok := known[r.uscc]; ok {
			out[i] = p
		} else {
			out[i].Unknown = true
		}
	}
	return out, nil
}

// View is what is stored of records, by the columns of the table.
func (im *PenaltyImport) View(ctx context.Context, q db.Querier, ids []uuid.UUID) ([]provenance.Record, error) {
	return viewPenalties(ctx, q, im.Columns(), ids)
}

// Kind is what a delivery of penalties is recorded as.
func (*PenaltyImport) Kind() provenance.Kind { return provenance.Penalties }

// Key is the agency, the decision and the entry: one decision may be about several conducts.
func (*PenaltyImport) Key(r *ImportedPenalty) (key, column string) {
	return r.uscc + "\n" + r.documentNo + "\n" + r.rubric, "决定书文号"
}

// Parse judges one row.
func (im *PenaltyImport) Parse(row sheet.Row) (*ImportedPenalty, []provenance.RowError) {
	j := &sheet.Judge{Row: row}
	r := &ImportedPenalty{line: row.Line, documentNo: j.Required(colDocument, 100), authority: j.Required(colAuthority, 100), decidedOn: j.Date(colDecided),
		facts: j.LongText(colFacts, 2000), basis: j.LongText(colBasis, 1000), rubric: strings.ToUpper(j.Required(colEntry, 20))}
	if s, ok := j.Number(colPenaltyUSCC); ok {
		uscc, err := identity.ParseUSCC(s)
		if err != nil {
			j.Refuse(colPenaltyUSCC, err.Error())
		}
		r.uscc = string(uscc)
	}
	switch {
	case row.Cell(colDecided) == "":
		j.Refuse(colDecided, "不能为空")
	case r.decidedOn.After(im.today):
		j.Refuse(colDecided, "不能晚于今天")
	}
	if _, err := publicWords("facts", "事实", r.facts); err != nil {
		if e, ok := apperr.As(err); ok {
			j.Refuse(colFacts, e.Message)
		}
	}
	if r.basis == "" {
		j.Refuse(colBasis, "不能为空；决定书没有写明的填“待核实”")
	}
	e, known := im.entries[r.rubric]
	if r.rubric != "" && !known {
		j.Refuse(colEntry, "评分标准里没有这个现行的扣分条目："+sheet.Quote(r.rubric))
		return r, j.Faults()
	}
	r.entry = e
	if s := row.Cell(colPoints); s != "" && known {
		n, ok := tenthsOf(s)
		if n = -n; !ok || !e.limits().holds(Points(n)) {
			j.Refuse(colPoints, "应在条目写明的 "+magnitude(e.MildTenths)+" 到 "+magnitude(e.HarshTenths)+" 分之间，不写负号，最多一位小数")
		}
		r.tenths = &n
	}
	if known && !r.decidedOn.IsZero() && lastDay(time.Date(r.decidedOn.Year(), r.decidedOn.Month(), r.decidedOn.Day(), 0, 0, 0, 0, clock.Shanghai), e.ValidityMonths) < im.today.Format(time.DateOnly) {
		j.Refusef(colDecided, "决定作出已超过条目的计分时间（%d 个月），不再记录", e.ValidityMonths)
	}
	return r, j.Faults()
}

// Store proposes what is new. What an official has taken up already is no longer changed by
// a delivery; a row that says the same changes nothing.
func (im *PenaltyImport) Store(ctx context.Context, tx db.Tx, b provenance.Batch, rows []*ImportedPenalty) (sum provenance.Summary, changed []uuid.UUID, faults []provenance.RowError, err error) {
	known, err := penalised(ctx, tx, rows)
	if err != nil {
		return sum, nil, nil, err
	}
	for _, r := range rows {
		a, found := known[r.uscc]
		refuse := func(column, reason string) {
			faults = append(faults, provenance.RowError{Line: r.line, Column: column, Reason: reason})
		}
		switch {
		case !found:
			refuse("统一社会信用代码", "平台上没有这家机构，请先导入机构")
			continue
		case b.Demo && !a.demo:
			refuse("统一社会信用代码", "这家机构是真实的，示例数据不能写入")
			continue
		}
		id, outcome, err := storePenalty(ctx, tx, b, a.id, r)
		if err != nil {
			return sum, nil, nil, err
		}
		switch outcome {
		case penaltyNew:
			sum.Inserted++
		case penaltyChanged:
			sum.Updated++
		case penaltyTaken:
			refuse("决定书文号", "这份决定已由工作人员办理，不能再由导入更改；内容确有不同的，请在信用记录中办理")
			continue
		default:
			sum.Unchanged++
			continue
		}
		changed = append(changed, id)
	}
	return sum, changed, faults, nil
}
