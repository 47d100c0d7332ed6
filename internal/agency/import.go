package agency

import (
	"context"
	"regexp"
	"strings"
	"time"

	"github.com/google/uuid"

	"zjcs/internal/catalog"
	"zjcs/internal/identity"
	"zjcs/internal/platform/clock"
	"zjcs/internal/platform/db"
	"zjcs/internal/platform/provenance"
	"zjcs/internal/platform/secret"
	"zjcs/internal/platform/sheet"
)

// Imported is one good row of a delivered table of agencies.
type Imported struct {
	line   int64
	absent map[string]bool // columns that the file does not have; shared by all rows

	uscc           string
	name           string
	kind           string
	legalRep       string
	region         string // "" outside the city
	domicile       string
	address        string
	phone          string
	introduction   string
	foundedOn      time.Time
	admittedOn     time.Time
	items          []uuid.UUID // in order of id
	qualifications []importedQualification
	practitioners  []importedPractitioner
}

type importedQualification struct {
	name, level, certificateNo, issuer string
	validTo                            time.Time
}

type importedPractitioner struct {
	name, specialty, certificateNo string
	validTo                        time.Time
	idNumber, idDigest             []byte   // sealed and digested at once: the number itself is not kept
	oldDigests                     [][]byte // of the same number, under the keys before (platform/secret)
}

// Names under which personal values are sealed and digested. The digest is the same
// for everyone's number, so that a practitioner who is also an expert can be found.
const (
	FieldPractitionerID = "practitioner.id_number"
	FieldPersonDigest   = "person.id_number"
	FieldAgentID        = "agency_agent.id_number"
	FieldAgentPhone     = "agency_agent.phone"
)

// SealedColumns are what a change of key must reach.
func SealedColumns() []secret.Column {
	return []secret.Column{
		{Table: "practitioner", Key: "id", Sealed: "id_number", Field: FieldPractitionerID, DigestColumn: "id_digest", DigestField: FieldPersonDigest},
		{Table: "agency_agent", Key: "agency_id", Sealed: "id_number", Field: FieldAgentID, DigestColumn: "id_digest", DigestField: FieldPersonDigest},
		{Table: "agency_agent", Key: "agency_id", Sealed: "phone", Field: FieldAgentPhone},
	}
}

// Import takes in agencies delivered as a table (exchange.Target).
type Import struct {
	regions catalog.Regions
	items   map[string]uuid.UUID // published items by code
	carried map[uuid.UUID]string // the certificate that carries an item, where it asks for one
	vault   *secret.Vault
	now     time.Time
	today   time.Time
	absent  map[string]bool
}

// NewImport reads what rows are checked against.
func NewImport(ctx context.Context, pool *db.Pool, vault *secret.Vault, now time.Time) (*Import, error) {
	regions, err := catalog.New(pool).Regions(ctx)
	if err != nil {
		return nil, err
	}
	items, carried, err := publishedItems(ctx, pool)
	if err != nil {
		return nil, err
	}
	y, m, d := now.In(clock.Shanghai).Date()
	return &Import{regions: regions, items: items, carried: carried, vault: vault, now: now, today: time.Date(y, m, d, 0, 0, 0, 0, time.UTC)}, nil
}

const (
	colUSCC = iota
	colName
	colKind
	colLegalRep
	colRegion
	colDomicile
	colAddress
	colPhone
	colIntroduction
	colFoundedOn
	colAdmittedOn
	colItems
	colQualifications
	colPractitioners
)

// storedColumn is the column of the table that each optional column of the file fills.
var storedColumn = map[int]string{
	colKind: "kind", colRegion: "region_code", colDomicile: "domicile", colAddress: "address", colPhone: "phone", colIntroduction: "introduction",
	colFoundedOn: "founded_on", colAdmittedOn: "admitted_on", colItems: "items", colQualifications: "qualifications", colPractitioners: "practitioners",
}

// Columns of the table. A column that is absent leaves what is known alone; an empty
// cell says that there is nothing, except 入驻日期 and 机构类型, which are never nothing.
func (*Import) Columns() []sheet.Column {
	return []sheet.Column{
		colUSCC:           {Name: "统一社会信用代码", Aliases: []string{"信用代码", "社会信用代码", "uscc"}, Required: true, Help: "18 位", Example: "91350100M000100Y43"},
		colName:           {Name: "机构名称", Aliases: []string{"单位名称", "企业名称", "名称", "name"}, Required: true, Help: "登记的全称，不超过 100 个字", Example: "某某工程咨询有限公司"},
		colKind:           {Name: "机构类型", Aliases: []string{"类型", "kind"}, Help: "企业、事业单位、社会组织、律师或会计师事务所；留空按信用代码判断", Example: "企业"},
		colLegalRep:       {Name: "法定代表人", Aliases: []string{"法人", "法人代表", "负责人", "legal_representative"}, Required: true, Help: "姓名", Example: "王小明"},
		colRegion:         {Name: "区划代码", Aliases: []string{"行政区划", "region_code"}, Help: "登记在本市的写六位区划（开发区九位）；市外留空", Example: "140802"},
		colDomicile:       {Name: "登记地", Aliases: []string{"注册地", "domicile"}, Help: "省、市；市外机构必填", Example: "山西省运城市"},
		colAddress:        {Name: "住所", Aliases: []string{"地址", "注册地址", "address"}, Help: "不超过 200 个字", Example: "盐湖区某某街 1 号"},
		colPhone:          {Name: "联系电话", Aliases: []string{"电话", "phone"}, Help: "机构对外公布的电话，如 0359-2220000", Example: "0359-0000000"},
		colIntroduction:   {Name: "简介", Aliases: []string{"机构简介", "introduction"}, Help: "不超过 2000 个字", Example: ""},
		colFoundedOn:      {Name: "成立日期", Aliases: []string{"founded_on"}, Help: "如 2015-06-01，不晚于今天", Example: "2015-06-01"},
		colAdmittedOn:     {Name: "入驻日期", Aliases: []string{"admitted_on"}, Help: "如 2024-03-01，不晚于今天；留空为导入当日", Example: "2024-03-01"},
		colItems:          {Name: "服务事项", Aliases: []string{"事项编码", "items"}, Help: "事项编码，多个用 ； 分隔", Example: "ZJ0049；ZJ0050"},
		colQualifications: {Name: "资质", Aliases: []string{"资质证书", "qualifications"}, Help: "名称|等级|证书编号|发证机关|有效期至，多项用 ； 分隔；没有的留空，长期有效的有效期留空", Example: "测绘资质|甲级|甲测资字1400001|山西省自然资源厅|2027-12-31"},
		colPractitioners:  {Name: "执业人员", Aliases: []string{"从业人员", "practitioners"}, Help: "姓名|专业|证书编号|有效期至|身份证号，多人用 ； 分隔；身份证号可不写", Example: "李小红|注册测绘师|CH0000001|2027-12-31|"},
	}
}

// Kind is what a delivery of agencies is recorded as.
func (*Import) Kind() provenance.Kind { return provenance.Agencies }

// Key is the unified social credit code.
func (*Import) Key(r *Imported) (key, column string) { return r.uscc, "统一社会信用代码" }

var kindWords = map[string]Kind{
	"企业": Enterprise, "事业单位": PublicInstitution, "社会组织": SocialOrg, "律师或会计师事务所": ProfessionalFirm,
	"律师事务所": ProfessionalFirm, "会计师事务所": ProfessionalFirm,
	string(Enterprise): Enterprise, string(PublicInstitution): PublicInstitution, string(SocialOrg): SocialOrg, string(ProfessionalFirm): ProfessionalFirm,
}

// phone of a firm: with area code, mobile, 400/800, or five-digit service numbers.
var phone = regexp.MustCompile(`^(0\d{2,3}-?\d{7,8}(-\d{1,6})?|1[3-9]\d{9}|[48]00-?\d{3}-?\d{4}|9\d{4,7}|1\d{4})$`)

// Parse judges one row.
func (im *Import) Parse(row sheet.Row) (*Imported, []provenance.RowError) {
	j := &sheet.Judge{Row: row}
	r := &Imported{
		line:         row.Line,
		absent:       im.absentIn(row),
		name:         j.Required(colName, 100),
		legalRep:     j.Required(colLegalRep, 50),
		domicile:     j.Text(colDomicile, 100),
		address:      j.Text(colAddress, 200),
		introduction: j.LongText(colIntroduction, 2000),
		foundedOn:    im.past(j, colFoundedOn),
		admittedOn:   im.past(j, colAdmittedOn),
	}
	if s, ok := j.Number(colUSCC); ok {
		uscc, err := identity.ParseUSCC(s)
		if err != nil {
			j.Refuse(colUSCC, err.Error())
		}
		r.uscc = string(uscc)
	}
	r.kind = im.kindOf(j, r.uscc)
	r.region = j.Cell(colRegion)
	if r.region != "" {
		if _, ok := im.regions.Find(r.region); !ok {
			j.Refuse(colRegion, "应是本市的区划代码，如 140802；登记在市外的留空，并写明登记地")
		}
	} else if r.domicile == "" && j.Has(colRegion) && j.Has(colDomicile) {
		j.Refuse(colDomicile, "没有区划代码的（市外机构）应写登记地的省、市")
	}
	var whole bool
	if r.phone, whole = j.Number(colPhone); whole && r.phone != "" && !phone.MatchString(r.phone) {
		j.Refuse(colPhone, "应是电话号码，如 0359-2220000；只写一个")
	}
	if !r.foundedOn.IsZero() && !r.admittedOn.IsZero() && r.admittedOn.Before(r.foundedOn) {
		j.Refuse(colAdmittedOn, "入驻日期不能早于成立日期")
	}
	im.readItems(j, r)
	im.readQualifications(j, r)
	im.readPractitioners(j, r)
	return r, j.Faults()
}

// absentIn is the same for all rows of a file.
func (im *Import) absentIn(row sheet.Row) map[string]bool {
	if im.absent == nil {
		im.absent = map[string]bool{}
		for i, name := range storedColumn {
			if !row.Has(i) {
				im.absent[name] = true
			}
		}
	}
	return im.absent
}

func (im *Import) past(j *sheet.Judge, column int) time.Time {
	t := j.Date(column)
	if t.After(im.today) {
		j.Refuse(column, "不能晚于今天")
	}
	return t
}

// kindOf: without a word for it the code's first characters say what was registered
// (GB 32100-2015 表1): 12 事业单位, 5x 民政登记的社会组织, 31 律师执业机构, else a firm.
func (im *Import) kindOf(j *sheet.Judge, uscc string) string {
	word := j.Cell(colKind)
	if word == "" {
		switch {
		case strings.HasPrefix(uscc, "12"):
			return string(PublicInstitution)
		case strings.HasPrefix(uscc, "5"):
			return string(SocialOrg)
		case strings.HasPrefix(uscc, "31"):
			return string(ProfessionalFirm)
		}
		return string(Enterprise)
	}
	k, ok := kindWords[word]
	if !ok {
		j.Refuse(colKind, "应是 企业、事业单位、社会组织、律师或会计师事务所 之一")
	}
	return string(k)
}
