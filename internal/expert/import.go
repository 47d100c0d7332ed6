package expert

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"time"

	"zjcs/internal/catalog"
	"zjcs/internal/identity"
	"zjcs/internal/platform/db"
	"zjcs/internal/platform/provenance"
	"zjcs/internal/platform/secret"
	"zjcs/internal/platform/sheet"
)

// Imported is one good row of a delivered table of experts. The ID number is sealed
// and digested at once and not kept.
type Imported struct {
	line               int64
	regionAbsent       bool
	idNumber, idDigest []byte
	oldDigests         [][]byte // of the same number, under the keys before (platform/secret)
	phone              string
	sealedPhone        []byte
	name               string
	employer, title    string
	specialties        []string // in order of name
	region             string
}

// Names under which personal values are sealed and digested. The digest is shared with
// practitioners: one person, one digest.
const (
	FieldID           = "expert.id_number"
	FieldPhone        = "expert.phone"
	FieldPersonDigest = "person.id_number"
)

// SealedColumns are what a change of key must reach.
func SealedColumns() []secret.Column {
	return []secret.Column{
		{Table: "expert", Key: "id", Sealed: "id_number", Field: FieldID, DigestColumn: "id_digest", DigestField: FieldPersonDigest},
		{Table: "expert", Key: "id", Sealed: "phone", Field: FieldPhone},
	}
}

// Import takes in experts delivered as a table (exchange.Target).
type Import struct {
	regions catalog.Regions
	sectors []string
	vault   *secret.Vault
	now     time.Time
}

// NewImport reads what rows are checked against.
func NewImport(ctx context.Context, pool *db.Pool, vault *secret.Vault, now time.Time) (*Import, error) {
	c := catalog.New(pool)
	regions, err := c.Regions(ctx)
	if err != nil {
		return nil, err
	}
	facets, err := c.ItemFacets(ctx, catalog.ItemFilter{})
	if err != nil {
		return nil, err
	}
	im := &Import{regions: regions, vault: vault, now: now}
	for _, s := range facets.Sector {
		im.sectors = append(im.sectors, s.Value)
	}
	slices.Sort(im.sectors)
	return im, nil
}

const (
	colName = iota
	colID
	colPhone
	colEmployer
	colTitle
	colSpecialties
	colRegion
)

// Columns of the table.
func (*Import) Columns() []sheet.Column {
	return []sheet.Column{
		colName:        {Name: "姓名", Aliases: []string{"专家姓名", "name"}, Required: true, Help: "不超过 50 个字", Example: "王小明"},
		colID:          {Name: "身份证号", Aliases: []string{"身份证号码", "公民身份号码", "id_number"}, Required: true, Help: "18 位；加密保存，不公开", Example: ""},
		colPhone:       {Name: "手机", Aliases: []string{"手机号", "手机号码", "联系电话", "phone"}, Required: true, Help: "11 位；加密保存，不公开", Example: "19900000000"},
		colEmployer:    {Name: "工作单位", Aliases: []string{"单位", "employer"}, Required: true, Help: "不超过 100 个字", Example: "某某设计院"},
		colTitle:       {Name: "职称", Aliases: []string{"title"}, Required: true, Help: "如 高级工程师", Example: "高级工程师"},
		colSpecialties: {Name: "专业领域", Aliases: []string{"专业", "specialties"}, Required: true, Help: "事项目录的行业领域，多个用 ； 分隔", Example: "生态环境；水利"},
		colRegion:      {Name: "区划代码", Aliases: []string{"行政区划", "region_code"}, Help: "本市的写六位区划；市外留空", Example: "140802"},
	}
}

// Kind is what a delivery of experts is recorded as.
func (*Import) Kind() provenance.Kind { return provenance.Experts }

// Key is the digest of the ID number: a person is in the pool once.
func (*Import) Key(r *Imported) (key, column string) { return string(r.idDigest), "身份证号" }

var mobile = regexp.MustCompile(`^1[3-9]\d{9}$`)

// Parse judges one row. No reason repeats an ID number or a telephone.
func (im *Import) Parse(row sheet.Row) (*Imported, []provenance.RowError) {
	j := &sheet.Judge{Row: row}
	r := &Imported{
		line:     row.Line,
		name:     j.Required(colName, 50),
		employer: j.Required(colEmployer, 100),
		title:    j.Required(colTitle, 50),
		region:   j.Cell(colRegion),
	}
	r.regionAbsent = !j.Has(colRegion)
	if s, ok := j.Number(colID); ok {
		if id, err := identity.ParseCitizenID(s, im.now); err != nil {
			j.Refuse(colID, err.Error())
		} else {
			r.idNumber = im.vault.Seal(FieldID, id.Reveal())
			digests := im.vault.Digests(FieldPersonDigest, id.Reveal())
			r.idDigest, r.oldDigests = digests[0], digests[1:]
		}
	}
	if s, ok := j.Number(colPhone); ok {
		r.phone = strings.NewReplacer(" ", "", "-", "").Replace(strings.TrimPrefix(s, "+86"))
		if !mobile.MatchString(r.phone) {
			j.Refuse(colPhone, "应是 11 位手机号码")
		}
		r.sealedPhone = im.vault.Seal(FieldPhone, r.phone)
	}
	if _, ok := im.regions.Find(r.region); r.region != "" && !ok {
		j.Refuse(colRegion, "应是本市的区划代码，如 140802；市外的留空")
	}
	for s := range j.List(colSpecialties, "；;、，,|｜") {
		switch {
		case !slices.Contains(im.sectors, s):
			j.Refusef(colSpecialties, "%s不是事项目录的行业领域，应是 %s", sheet.Quote(s), strings.Join(im.sectors, "、"))
			return r, j.Faults()
		case !slices.Contains(r.specialties, s):
			r.specialties = append(r.specialties, s)
		}
	}
	if len(r.specialties) == 0 {
		j.Refuse(colSpecialties, "不能为空，应写事项目录的行业领域，多个用 ； 分隔")
	}
	slices.Sort(r.specialties)
	return r, j.Faults()
}
