package demo

import (
	stdcsv "encoding/csv"
	"fmt"
	"io"
	"strings"
	"time"

	"zjcs/internal/identity"
)

// sectors that experts are sought for, the most usual first. They are the catalogue's.
var sectors = []string{"住房城乡建设", "生态环境", "自然资源", "投资咨询", "水利", "应急管理", "交通运输", "林草", "卫生健康", "市场监管", "气象", "人防", "文物", "农业农村", "国资", "地震", "城市管理"}

// titlesAt are the titles people hold at such a body in such a field: who teaches is a
// professor, who studies a researcher, and only money matters have economists.
func titlesAt(body, sector string) []string {
	switch {
	case strings.HasSuffix(body, "学院"):
		return []string{"教授", "副教授", "副教授"}
	case strings.HasSuffix(body, "研究所"):
		return []string{"研究员", "副研究员", "副研究员"}
	case sector == "国资", sector == "投资咨询":
		return []string{"高级经济师", "高级经济师", "高级会计师", "高级工程师"}
	default:
		return []string{"高级工程师", "高级工程师", "高级工程师", "正高级工程师"}
	}
}

var expertHeader = []string{"姓名", "身份证号", "手机", "工作单位", "职称", "专业领域", "区划代码"}

// WriteExpertsCSV writes n invented experts in the import template.
func WriteExpertsCSV(w io.Writer, n int, seed uint64, now time.Time) error {
	c := newChance(seed, 2)
	sums := running(places, func(p place) int { return p.weight })
	out := stdcsv.NewWriter(w)
	if err := out.Write(expertHeader); err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	people := map[string]bool{}
	for range n {
		p := places[c.weighted(sums)]
		id := identity.NewCitizenID(c.Rand, "140899", c.born(now)).Reveal()
		for people[id] {
			id = identity.NewCitizenID(c.Rand, "140899", c.born(now)).Reveal()
		}
		people[id] = true
		special := []string{skewed(c, sectors)}
		for range c.IntN(3) {
			if s := skewed(c, sectors); !strings.Contains(strings.Join(special, "；"), s) {
				special = append(special, s)
			}
		}
		body := pick(c, bodies)
		err := out.Write([]string{c.person(), id, "1990000" + c.digits(4), p.prefixes[0] + c.brand() + body, pick(c, titlesAt(body, special[0])), strings.Join(special, "；"), p.code})
		if err != nil {
			return fmt.Errorf("demo: %w", err)
		}
	}
	out.Flush()
	if err := out.Error(); err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	return nil
}
