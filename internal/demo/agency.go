package demo

import (
	"bytes"
	stdcsv "encoding/csv"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"zjcs/data"
	"zjcs/internal/identity"
	"zjcs/internal/platform/clock"
)

// item is what the market needs to know of a service item.
type item struct {
	code, name   string
	certificates []certificate
}

func catalogue() (map[string]item, error) {
	raw, err := data.FS.ReadFile(data.ServiceItems)
	if err != nil {
		return nil, fmt.Errorf("demo: %w", err)
	}
	rows, err := stdcsv.NewReader(bytes.NewReader(raw)).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("demo: %w", err)
	}
	at := map[string]int{}
	for i, h := range rows[0] {
		at[h] = i
	}
	out := map[string]item{}
	above := ""
	for _, r := range rows[1:] {
		it := item{code: r[at["code"]], name: r[at["name"]]}
		required := r[at["required_qualification"]]
		if required == "同上" {
			required = above
		}
		above = required
		for _, c := range certificates {
			if strings.Contains(required, c.words) {
				it.certificates = append(it.certificates, c)
				break
			}
		}
		out[it.code] = it
	}
	return out, nil
}

// market makes agencies one after the other.
type market struct {
	chance
	items     map[string]item
	today     time.Time
	n         int // of so many
	made      int
	names     map[string]bool
	placeSums []int
	tradeSums []int
	cell      strings.Builder
}

// opened is the day the invented platform took in its first agency.
var opened = time.Date(2021, 3, 1, 0, 0, 0, 0, time.UTC)

func newMarket(n int, seed uint64, now time.Time) (*market, error) {
	items, err := catalogue()
	if err != nil {
		return nil, err
	}
	y, mo, d := now.In(clock.Shanghai).Date()
	return &market{
		chance: newChance(seed, 1), items: items, n: n, names: make(map[string]bool, n),
		today:     time.Date(y, mo, d, 0, 0, 0, 0, time.UTC),
		placeSums: running(places, func(p place) int { return p.weight }),
		tradeSums: running(trades, func(t trade) int { return t.weight }),
	}, nil
}

var agencyHeader = []string{"统一社会信用代码", "机构名称", "机构类型", "法定代表人", "区划代码", "登记地", "住所", "联系电话", "简介", "成立日期", "入驻日期", "服务事项", "资质", "执业人员"}

// WriteCSV writes n invented agencies in the import template.
func WriteCSV(w io.Writer, n int, seed uint64, now time.Time) error {
	m, err := newMarket(n, seed, now)
	if err != nil {
		return err
	}
	out := stdcsv.NewWriter(w)
	if err := out.Write(agencyHeader); err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	for range n {
		if err := out.Write(m.agency()); err != nil {
			return fmt.Errorf("demo: %w", err)
		}
	}
	out.Flush()
	if err := out.Error(); err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	return nil
}

func (m *market) agency() []string {
	p, t := places[m.weighted(m.placeSums)], trades[m.weighted(m.tradeSums)]
	kind, class := t.kind, t.class
	if kind == "" {
		kind = "企业"
	}
	if class == "" {
		class = "91"
	}
	name := m.firmName(p, t)
	admitted := m.admission()
	founded := admitted.AddDate(0, 0, -200-m.IntN(6000))
	offered := m.offer(t)
	codes := make([]string, len(offered))
	for i, it := range offered {
		codes[i] = it.code
	}
	return []string{
		string(identity.NewUSCC(m.Rand, class, p.area)), name, kind, m.person(), p.code, p.domicile,
		m.address(p), m.phone(p), m.introduction(name, founded, offered),
		founded.Format(time.DateOnly), admitted.Format(time.DateOnly), strings.Join(codes, "；"),
		m.qualifications(p, offered), m.practitioners(offered),
	}
}

// admission spreads the agencies over the years in the order in which they are made.
func (m *market) admission() time.Time {
	days := max(1, int(m.today.Sub(opened).Hours()/24))
	m.made++
	return opened.AddDate(0, 0, days*m.made/(m.n+1))
}

func (m *market) firmName(p place, t trade) string {
	suffix := "有限公司"
	if t.suffix != nil {
		suffix = pick(m.chance, t.suffix)
	}
	brand := m.brand()
	for {
		name := pick(m.chance, p.prefixes) + brand + pick(m.chance, t.names) + suffix
		if !m.names[name] {
			m.names[name] = true
			return name
		}
		brand += string(pick(m.chance, brands))
		if len(brand) > 12 {
			brand = m.brand()
		}
	}
}

// offer is one to seven items of the trade, the usual ones more often.
func (m *market) offer(t trade) []item {
	want := min(1+m.IntN(4)+m.IntN(4), len(t.items))
	var out []item
	for len(out) < want {
		it, ok := m.items[skewed(m.chance, t.items)]
		if !ok || slices.ContainsFunc(out, func(o item) bool { return o.code == it.code }) {
			want-- // fewer rather than for ever
			continue
		}
		out = append(out, it)
	}
	if len(out) == 0 {
		out = append(out, m.items[t.items[0]])
	}
	slices.SortFunc(out, func(a, b item) int { return strings.Compare(a.code, b.code) })
	return out
}

func (m *market) address(p place) string {
	s := p.address + pick(m.chance, streets) + itoa(1+m.IntN(300)) + "号"
	if m.in(60) {
		s += pick(m.chance, building) + itoa(1+m.IntN(9)) + "号楼" + itoa(101+m.IntN(2800)) + "室"
	}
	return s
}

// phone begins with 0 after the area code, which no subscriber's number does.
func (m *market) phone(p place) string { return p.dial + "-0" + m.digits(6) }

func (m *market) introduction(name string, founded time.Time, offered []item) string {
	if m.in(15) {
		return ""
	}
	m.cell.Reset()
	fmt.Fprintf(&m.cell, "%s成立于%d年，主要承接%s", name, founded.Year(), offered[0].name)
	if len(offered) > 1 {
		fmt.Fprintf(&m.cell, "、%s", offered[1].name)
	}
	fmt.Fprintf(&m.cell, "等业务，现有专业技术人员%d人。本条为示例数据。", 5+m.IntN(80))
	return m.cell.String()
}

func (m *market) qualifications(p place, offered []item) string {
	m.cell.Reset()
	seen := map[string]bool{}
	for _, it := range offered {
		for _, c := range it.certificates {
			if c.name == "" || seen[c.name] {
				continue
			}
			seen[c.name] = true
			level := ""
			if c.levels != nil {
				level = c.levels[max(m.IntN(len(c.levels)), m.IntN(len(c.levels)))]
			}
			if m.cell.Len() > 0 {
				m.cell.WriteString("；")
			}
			province, _, _ := strings.Cut(p.domicile, "省")
			if strings.HasSuffix(province, "市") {
				province = strings.TrimSuffix(province, "市") + "市"
			} else {
				province += "省"
			}
			fmt.Fprintf(&m.cell, "%s|%s|示例%s字%s%s|%s%s|%s", c.name, level, c.letters, p.area[:4], m.digits(5), province, c.issuer, m.validTo(m.today))
		}
	}
	return m.cell.String()
}

func (m *market) practitioners(offered []item) string {
	m.cell.Reset()
	for n := m.IntN(3) + m.IntN(3); n > 0; n-- {
		specialty := "工程师"
		if it := pick(m.chance, offered); len(it.certificates) > 0 {
			specialty = it.certificates[0].specialty
		}
		if m.cell.Len() > 0 {
			m.cell.WriteString("；")
		}
		id := ""
		if m.in(50) {
			id = identity.NewCitizenID(m.Rand, "140899", m.born(m.today)).Reveal()
		}
		fmt.Fprintf(&m.cell, "%s|%s|示例%s|%s|%s", m.person(), specialty, m.digits(10), m.validTo(m.today), id)
	}
	return m.cell.String()
}
