package catalog

import (
	"regexp"
	"slices"
	"strconv"

	"zjcs/internal/platform/provenance"
	"zjcs/internal/platform/sheet"
)

// ImportedItem is one good row of a delivered catalogue: every value of an item, in the
// form it is stored in.
type ImportedItem struct {
	line   int64
	absent []string // columns that the file does not have

	Code                  string
	Name                  string
	Sector                string
	Approvals             []string
	Departments           []string
	LegalBasis            []string
	BasisStrength         BasisStrength
	RequiredQualification string
	ResultDocument        string
	EntrustingParties     []string
	SelfPrepare           SelfPrepare
	FeeType               string
	FeeReference          string
	FeeStandardIDs        []string
	TimeLimit             string
	TimeLimitWorkdays     *int
	Notes                 string
	UnverifiedFields      []string
}

// ItemImport takes in service items delivered as a table (exchange.Target).
type ItemImport struct {
	// FeeStandards names the standards that an item's fee reference means. May be nil.
	FeeStandards func(item, reference string) []string
	// Spelling takes apart what one cell says of the approvals served, where the list is
	// known to run several together. Cells it does not know are split on | and ； only.
	Spelling map[string][]string
	// Yield leaves alone every value that another delivery brought: the data shipped with
	// the program must not undo what the operator has confirmed since.
	Yield bool

	above string // the required qualification of the row above: 同上 means it
}

const (
	colCode = iota
	colName
	colSector
	colApprovals
	colDepartments
	colLegalBasis
	colBasisStrength
	colQualification
	colResult
	colEntrusting
	colSelfPrepare
	colFeeType
	colFeeReference
	colTimeLimit
	colNotes
	colUnverified
)

// Columns are those of the published list; its headers are English, people's are Chinese.
func (*ItemImport) Columns() []sheet.Column {
	return []sheet.Column{
		colCode:          {Name: "code", Aliases: []string{"事项编码", "编码"}, Required: true, Help: "两个大写字母加 4–8 位数字，全市唯一", Example: "ZJ0001"},
		colName:          {Name: "name", Aliases: []string{"事项名称", "中介服务事项", "名称"}, Required: true, Help: "不超过 200 个字", Example: "项目申请报告（书）编制"},
		colSector:        {Name: "sector", Aliases: []string{"行业领域", "行业"}, Required: true, Help: "行业领域", Example: "投资咨询"},
		colApprovals:     {Name: "approval_items", Aliases: []string{"审批事项", "对应审批事项"}, Help: "服务的审批事项，多个用 ； 或 | 分隔", Example: "企业投资项目核准"},
		colDepartments:   {Name: "competent_department", Aliases: []string{"行业主管部门", "主管部门"}, Help: "多个用 / 分隔", Example: "发展改革/行政审批"},
		colLegalBasis:    {Name: "legal_basis", Aliases: []string{"设定依据", "法律依据"}, Required: true, Help: "逐条写到条，多条用 ； 分隔", Example: "《政府投资条例》第九条"},
		colBasisStrength: {Name: "basis_strength", Aliases: []string{"依据强度"}, Required: true, Help: "direct 直接、indirect 间接、none 无", Example: "direct"},
		colQualification: {Name: "required_qualification", Aliases: []string{"资质要求", "机构资质要求"}, Help: "对机构的资质要求；与上一行相同可写「同上」", Example: "工程咨询单位（备案制）"},
		colResult:        {Name: "result_document", Aliases: []string{"服务成果", "成果文件"}, Help: "服务成果名称", Example: "项目申请报告"},
		colEntrusting:    {Name: "entrusting_party", Aliases: []string{"委托方", "委托主体"}, Required: true, Help: "applicant 申请人、approval_dept 审批部门，多个用 | 分隔", Example: "applicant"},
		colSelfPrepare:   {Name: "self_prepare", Aliases: []string{"自行编制", "能否自行编制"}, Required: true, Help: "yes 可以、no 须委托机构、conditional 有条件", Example: "yes"},
		colFeeType:       {Name: "fee_type", Aliases: []string{"收费方式", "收费类型"}, Required: true, Help: "如 市场调节价、政府定价、免费", Example: "市场调节价"},
		colFeeReference:  {Name: "fee_reference", Aliases: []string{"收费文件", "收费依据"}, Help: "写明文号", Example: "计价格[2002]125号"},
		colTimeLimit:     {Name: "time_limit_workdays", Aliases: []string{"时限", "服务时限", "服务时限（工作日）"}, Help: "工作日数；不是固定天数的写文字，如 随工期", Example: "15"},
		colNotes:         {Name: "notes", Aliases: []string{"备注"}, Help: "备注", Example: ""},
		colUnverified:    {Name: "unverified_fields", Aliases: []string{"待核实字段"}, Help: "还须核实的列的英文名，多个用 | 分隔", Example: "fee_type|time_limit_workdays"},
	}
}

var (
	itemCode = regexp.MustCompile(`^[A-Z]{2}[0-9]{4,8}$`)

	basisWords = map[string]BasisStrength{
		"direct": BasisDirect, "直接": BasisDirect, "indirect": BasisIndirect, "间接": BasisIndirect, "none": BasisNone, "无": BasisNone}
	selfPrepareWords = map[string]SelfPrepare{
		"yes": SelfPrepareYes, "可以": SelfPrepareYes, "是": SelfPrepareYes, "no": SelfPrepareNo, "须委托机构": SelfPrepareNo, "否": SelfPrepareNo,
		"conditional": SelfPrepareConditional, "有条件": SelfPrepareConditional}
	entrustingWords = map[string]EntrustingParty{
		"applicant": EntrustApplicant, "申请人": EntrustApplicant, "approval_dept": EntrustApprover, "审批部门": EntrustApprover}
)

// Kind is what a delivery of items is recorded as.
func (*ItemImport) Kind() provenance.Kind { return provenance.Items }

// Key is the item code.
func (*ItemImport) Key(r *ImportedItem) (key, column string) { return r.Code, "code" }

// Parse judges one row.
func (im *ItemImport) Parse(row sheet.Row) (*ImportedItem, []provenance.RowError) {
	j := &sheet.Judge{Row: row}
	r := &ImportedItem{
		line:                  row.Line,
		Code:                  j.Cell(colCode),
		Name:                  j.Required(colName, 200),
		Sector:                j.Required(colSector, 50),
		LegalBasis:            im.list(j, colLegalBasis, "；;", 500),
		BasisStrength:         sheet.Choice(j, colBasisStrength, basisWords, " direct（直接）、indirect（间接）、none（无）"),
		RequiredQualification: im.qualification(j),
		ResultDocument:        j.Text(colResult, 300),
		EntrustingParties:     im.entrusting(j),
		SelfPrepare:           sheet.Choice(j, colSelfPrepare, selfPrepareWords, " yes（可以）、no（须委托机构）、conditional（有条件）"),
		FeeType:               j.Required(colFeeType, 100),
		FeeReference:          j.Text(colFeeReference, 1000),
		FeeStandardIDs:        []string{},
		TimeLimit:             j.Text(colTimeLimit, 50),
		Notes:                 j.Text(colNotes, 2000),
		UnverifiedFields:      im.unverified(j),
		Departments:           im.list(j, colDepartments, "/／", 50),
	}
	if !itemCode.MatchString(r.Code) {
		j.Refuse(colCode, "应是两个大写字母加 4–8 位数字，如 ZJ0001")
	}
	if r.BasisStrength != BasisNone && len(r.LegalBasis) == 0 {
		j.Refuse(colLegalBasis, "依据强度为直接或间接的，应写明设定依据；没有依据的，依据强度应为 none（无）")
	}
	var known bool
	if r.Approvals, known = im.Spelling[j.Cell(colApprovals)]; !known {
		r.Approvals = im.list(j, colApprovals, "；;|｜", 100)
	}
	if n, err := strconv.Atoi(r.TimeLimit); err == nil {
		if n < 1 || n > 3650 {
			j.Refuse(colTimeLimit, "工作日数应在 1 到 3650 之间")
		}
		r.TimeLimitWorkdays = &n
	}
	if im.FeeStandards != nil {
		r.FeeStandardIDs = im.FeeStandards(r.Name, r.FeeReference)
	}
	for column, i := range map[string]int{
		"approvals": colApprovals, "departments": colDepartments, "required_qualification": colQualification,
		"result_document": colResult, "fee_reference": colFeeReference, "time_limit": colTimeLimit, "notes": colNotes, "unverified_fields": colUnverified,
	} {
		if !j.Has(i) {
			r.absent = append(r.absent, column)
		}
	}
	return r, j.Faults()
}

// qualification resolves 同上, as the published list writes it (ZJ0050 means ZJ0049's).
func (im *ItemImport) qualification(j *sheet.Judge) string {
	q := j.Text(colQualification, 300)
	if q == "同上" {
		if im.above == "" {
			j.Refuse(colQualification, "写了「同上」，但上一行没有资质要求")
		}
		return im.above
	}
	im.above = q
	return q
}

func (*ItemImport) entrusting(j *sheet.Judge) []string {
	out := []string{}
	for word := range j.List(colEntrusting, "|｜；;/") {
		p, ok := entrustingWords[word]
		if !ok {
			j.Refuse(colEntrusting, "应是 applicant（申请人）、approval_dept（审批部门），多个用 | 分隔")
			return out
		}
		if !slices.Contains(out, string(p)) {
			out = append(out, string(p))
		}
	}
	if len(out) == 0 {
		j.Refuse(colEntrusting, "不能为空，应是 applicant（申请人）、approval_dept（审批部门），多个用 | 分隔")
	}
	return out
}

func (im *ItemImport) unverified(j *sheet.Judge) []string {
	out := []string{}
	for name := range j.List(colUnverified, "|｜；;") {
		if !slices.ContainsFunc(im.Columns(), func(c sheet.Column) bool { return c.Name == name }) {
			j.Refusef(colUnverified, "%s不是列名，应是 fee_type、time_limit_workdays 等本表的英文列名", sheet.Quote(name))
			continue
		}
		if !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	return out
}

// list splits a cell; entries that say the same twice are one.
func (*ItemImport) list(j *sheet.Judge, column int, seps string, limit int) []string {
	out := []string{}
	for e := range j.List(column, seps) {
		if reason := sheet.TextFault(e, limit); reason != "" {
			j.Refusef(column, "%s：%s", sheet.Quote(e), reason)
			continue
		}
		if !slices.Contains(out, e) {
			out = append(out, e)
		}
	}
	return out
}

// ReferenceRegion is one region of the file shipped with the program.
type ReferenceRegion struct {
	Code   string  `json:"code"`
	Name   string  `json:"name"`
	Kind   string  `json:"kind"`
	Parent *string `json:"parent"`
}
