package procurement

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"

	"github.com/google/uuid"

	"zjcs/internal/platform/db"
)

// Block is a reason why an agency must stand back (domain.md section 5, 回避).
type Block struct {
	Code    string `json:"code" enum:"legal_representative,address,phone,email,person,practitioner,upstream,affiliation,declared" doc:"哪一类情形"`
	Message string `json:"message" doc:"为什么应回避"`
	Basis   string `json:"basis" doc:"依据"`
}

const (
	basisBidders    = "招标投标法实施条例 第34条"
	basisUpstream   = "平台采购规则：同一项目的上下游服务回避"
	basisAffiliated = "国办发〔2015〕31号；优化营商环境条例 第43条"
	basisDeclared   = "采购公告写明的回避"
)

// clash is a pair of services that one agency may not both do for one project.
type clash struct {
	a, b []string // item codes
	what string
}

var (
	designs     = []string{"ZJ0004", "ZJ0024", "ZJ0028", "ZJ0077", "ZJ0090"}
	reviews     = []string{"ZJ0029", "ZJ0030"}
	supervision = []string{"ZJ0031", "ZJ0033"}

	// clashes cite domain.md section 5: design ↔ supervision ↔ drawing review, preparation
	// ↔ evaluation of the same report.
	clashes = []clash{
		{designs, reviews, "设计与施工图审查"},
		{designs, supervision, "设计与监理"},
		{supervision, reviews, "监理与施工图审查"},
		{[]string{"ZJ0001", "ZJ0002", "ZJ0003", "ZJ0004"}, []string{"ZJ0007"}, "报告编制与评估评审"},
		{[]string{"ZJ0005"}, []string{"ZJ0006"}, "节能报告编制与评审"},
		{[]string{"ZJ0049", "ZJ0050"}, []string{"ZJ0051"}, "环评文件编制与技术评估"},
		{[]string{"ZJ0028"}, []string{"ZJ0097"}, "设计与雷电防护装置设计技术评价"},
	}
)

// clashing is what the items asked for clash with: code of the other item → what it is.
func clashing(items []string) map[string]string {
	out := map[string]string{}
	for _, c := range clashes {
		for _, pair := range [][2][]string{{c.a, c.b}, {c.b, c.a}} {
			if slices.ContainsFunc(items, func(i string) bool { return slices.Contains(pair[0], i) }) {
				for _, other := range pair[1] {
					if !slices.Contains(items, other) { // one notice may bundle them only by its own review
						out[other] = c.what
					}
				}
			}
		}
	}
	return out
}

// party is an agency or the purchaser as far as it can be the same as another.
type party struct {
	id   uuid.UUID // agency, or the purchaser's organisation
	name string
	uscc string

	representative string
	address        string
	phones, emails []string
	people         []uuid.UUID // accounts that act for it
	practitioners  []string    // digests of persons: who practises, the authorised agent, a natural person himself
}

// mark is one thing by which two parties are found to be the same.
type mark struct{ code, value string }

var markWords = map[string]string{
	"legal_representative": "法定代表人或负责人为同一人", "address": "住所相同", "phone": "电话相同", "email": "电子邮箱相同", "person": "由同一人办理", "practitioner": "有同一名执业人员或业务授权人",
}

// commonName is how many agencies of the register may bear a representative's name until
// the name says nothing: the register has no identity numbers of representatives, and
// 第34条 speaks of one person, not of namesakes.
const commonName = 3

// marks are a party's. What is too short to tell one from another is left out. common are
// names that many agencies bear.
func (p party) marks(common map[string]bool) []mark {
	var out []mark
	add := func(code, value string, least int) {
		if len([]rune(value)) >= least {
			out = append(out, mark{code, value})
		}
	}
	if !common[p.representative] {
		add("legal_representative", plainText(p.representative), 2)
	}
	add("address", plainText(p.address), 8) // 运城市 alone is no address
	for _, x := range p.phones {
		add("phone", plainPhone(x), 7)
	}
	for _, x := range p.emails {
		add("email", strings.ToLower(strings.TrimSpace(x)), 3)
	}
	for _, x := range p.people {
		add("person", x.String(), 1)
	}
	for _, x := range p.practitioners {
		add("practitioner", x, 1)
	}
	slices.SortFunc(out, func(a, b mark) int { return cmp.Or(cmp.Compare(a.code, b.code), cmp.Compare(a.value, b.value)) })
	return slices.Compact(out)
}

// plainText keeps letters and digits alone, full-width ones as plain: how an address is
// punctuated does not make it another.
func plainText(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '！' && r <= '～' {
			r -= 0xFEE0
		}
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, s)
}

// plainPhone keeps the digits without the country's code and the trunk zero.
func plainPhone(s string) string {
	digits := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, plainText(s))
	digits = strings.TrimPrefix(digits, "0086")
	if len(digits) == 13 {
		digits = strings.TrimPrefix(digits, "86")
	}
	return strings.TrimLeft(digits, "0")
}

// withPurchaser compares each agency with the purchaser.
func withPurchaser(buyer party, agencies []party, common map[string]bool) map[uuid.UUID][]Block {
	theirs := map[mark]bool{}
	for _, m := range buyer.marks(common) {
		theirs[m] = true
	}
	out := map[uuid.UUID][]Block{}
	for _, a := range agencies {
		said := map[string]bool{}
		if a.uscc != "" && a.uscc == buyer.uscc {
			out[a.id] = append(out[a.id], Block{"person", "机构就是项目业主本身", basisBidders})
			said["person"] = true
		}
		for _, m := range a.marks(common) {
			if theirs[m] && !said[m.code] {
				said[m.code] = true
				out[a.id] = append(out[a.id], Block{m.code, "与项目业主" + markWords[m.code], basisBidders})
			}
		}
	}
	return out
}

// amongBidders finds bidders that are one: each of them is blocked (第34条第三款: 均无效).
func amongBidders(bidders []party, common map[string]bool) map[uuid.UUID][]Block {
	by := map[mark][]int{}
	for i, b := range bidders {
		for _, m := range b.marks(common) {
			by[m] = append(by[m], i)
		}
	}
	out := map[uuid.UUID][]Block{}
	for i, b := range bidders {
		others := map[string][]string{}
		for _, m := range b.marks(common) {
			for _, j := range by[m] {
				if j != i && !slices.Contains(others[m.code], bidders[j].name) && len(others[m.code]) < 4 {
					others[m.code] = append(others[m.code], bidders[j].name)
				}
			}
		}
		for _, code := range slices.Sorted(maps.Keys(others)) {
			names := others[code]
			more := ""
			if len(names) > 3 {
				names, more = names[:3], "等"
			}
			slices.Sort(names)
			out[b.id] = append(out[b.id], Block{code, "与同时报名的" + strings.Join(names, "、") + more + markWords[code], basisBidders})
		}
	}
	return out
}

// authorities spells the short names of the catalogue's departments as authorities do.
var authorities = map[string][]string{
	"住建": {"住房和城乡建设", "住房城乡建设", "住建"}, "发改": {"发展和改革", "发展改革", "发改"}, "发展改革": {"发展和改革", "发展改革", "发改"},
	"交通": {"交通运输"}, "人社": {"人力资源"}, "卫健": {"卫生健康"}, "城管": {"城市管理", "城管"}, "工信": {"工业和信息化"},
	"应急": {"应急管理"}, "林业": {"林业", "林草"}, "水务": {"水务", "水利"}, "国资委": {"国有资产"}, "公安交管": {"公安", "交通警察"}, "司法": {"司法局", "司法厅"},
	"规划和自然资源": {"自然资源"}, "省住建厅": {"住房和城乡建设厅", "住建厅"}, "省工信": {"工业和信息化厅"}, "省市场监管": {"市场监督管理局"}, "省自然资源厅": {"自然资源厅"}, "市场监管": {"市场监督", "市场监管"},
	"行政审批": {"行政审批"}, "人防": {"人民防空", "人防", "国防动员"}, "防震减灾": {"地震", "防震减灾"},
}

// decides reports whether an authority, by its full name, is the department of that short
// name that approves at a place. elsewhere are the names of regions that are neither the
// procurement's nor above it: their authority approves nothing here.
func decides(authority, department string, elsewhere []string) bool {
	words := authorities[department]
	if words == nil {
		words = []string{department}
	}
	return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(authority, w) }) &&
		!slices.ContainsFunc(elsewhere, func(r string) bool { return strings.Contains(authority, r) })
}

// purchaserBlocks are the reasons that lie outside the bids: they are told at sign-up.
// What an appeal has lifted is left out.
func (s *Service) purchaserBlocks(ctx context.Context, q db.Querier, p Procurement, agencies []uuid.UUID) (map[uuid.UUID][]Block, error) {
	_, blocks, err := s.outside(ctx, q, p, agencies)
	if err != nil {
		return nil, err
	}
	return liftAppealed(ctx, q, p.ID, blocks)
}

func (s *Service) outside(ctx context.Context, q db.Querier, p Procurement, agencies []uuid.UUID) (relations, map[uuid.UUID][]Block, error) {
	known, err := s.loadRelations(ctx, q, p, agencies)
	if err != nil {
		return known, nil, err
	}
	blocks := withPurchaser(known.buyer, known.agencies, known.common)
	for _, a := range known.agencies {
		for _, r := range p.Terms.Recusals {
			if strings.EqualFold(strings.TrimSpace(r.USCC), a.uscc) {
				blocks[a.id] = append(blocks[a.id], Block{"declared", "公告写明回避：" + r.Reason, basisDeclared})
			}
		}
		for _, w := range known.upstream[a.id] {
			blocks[a.id] = append(blocks[a.id], Block{"upstream", fmt.Sprintf("已承接同一项目（%s）的“%s”：%s不得由同一机构承担", p.Terms.ProjectCode, w.item, w.what), basisUpstream})
		}
		said := map[string]bool{}
		for _, authority := range known.affiliated[a.id] {
			for _, d := range known.departments {
				if !said[authority] && decides(authority, d, known.elsewhere) {
					said[authority] = true
					blocks[a.id] = append(blocks[a.id], Block{"affiliation", "与审批机关“" + authority + "”有隶属、主办、股权或人员关联", basisAffiliated})
				}
			}
		}
	}
	return known, blocks, nil
}

// conflicts are all blocks on the bidders of a procurement, once the bids are known: with
// the purchaser, the project and the authority, and among themselves.
func (s *Service) conflicts(ctx context.Context, q db.Querier, p Procurement, bidders []uuid.UUID) (map[uuid.UUID][]Block, error) {
	known, blocks, err := s.outside(ctx, q, p, bidders)
	if err != nil {
		return nil, err
	}
	for id, more := range amongBidders(known.agencies, known.common) {
		blocks[id] = append(blocks[id], more...)
	}
	return liftAppealed(ctx, q, p.ID, blocks)
}
