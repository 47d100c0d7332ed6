package credit

import (
	"fmt"
	"slices"

	"zjcs/internal/agency"
)

// Rating is a score as it is published: the parts add up to it.
type Rating struct {
	AgencyID   string `json:"agencyId" format:"uuid"`
	AgencyName string `json:"agencyName" doc:"机构名称"`
	USCC       string `json:"uscc" doc:"统一社会信用代码"`
	On         string `json:"on" format:"date" doc:"哪一天的得分"`
	Tenths     int    `json:"tenths" doc:"得分，单位 0.1 分：950 即 95.0 分"`
	Text       string `json:"text" doc:"得分" example:"95.0"`
	Grade      Grade  `json:"grade" enum:"AAA,AA,A,B,C,D" doc:"等级"`
	New        bool   `json:"new" doc:"评价不足 3 次，标明为新机构"`
	Veto       bool   `json:"veto" doc:"有一票否决的记录，等级为 D"`
	Demo       bool   `json:"demo" doc:"为真表示示例数据"`

	Parts   []Part        `json:"parts" doc:"得分的组成，相加等于得分"`
	Records []ShownRecord `json:"records" doc:"计入得分的信用记录"`
}

// Part is one addend of a score.
type Part struct {
	Name   string `json:"name" enum:"base,evaluations,records,facts,clamp" doc:"组成部分"`
	Label  string `json:"label" doc:"名称"`
	Tenths int    `json:"tenths" doc:"分值，单位 0.1 分"`
	Why    string `json:"why" doc:"怎么算出来的"`
}

// ShownRecord is a record that counts, with the rule and version it rests on.
type ShownRecord struct {
	ID         string `json:"id" format:"uuid"`
	Rubric     string `json:"rubric" doc:"评分标准条目编号"`
	Version    int    `json:"version" doc:"条目版本"`
	Level      string `json:"level" enum:"minor,general,serious,honour" doc:"类别"`
	Conduct    string `json:"conduct" doc:"行为"`
	LegalBasis string `json:"legalBasis" doc:"依据"`
	Facts      string `json:"facts" doc:"事实；尚未公布的为空"`
	Tenths     int    `json:"tenths" doc:"分值，单位 0.1 分"`
	Veto       bool   `json:"veto" doc:"一票否决"`
	ExpiresOn  string `json:"expiresOn" format:"date" doc:"计分至何日（含当日）"`
}

func rate(a agency.Agency, s Score, day string) Rating {
	r := Rating{
		AgencyID: a.ID, AgencyName: a.Name, USCC: a.USCC, On: day, Demo: a.Demo,
		Tenths: int(s.Tenths), Text: s.Tenths.Text(), Grade: s.Grade, New: s.New, Veto: s.Veto, Records: []ShownRecord{},
	}
	why := fmt.Sprintf("表彰 %s 分", s.Honours.Text())
	if s.HonourCut < 0 {
		why += fmt.Sprintf("（表彰合计以 %s 分为限，超出的 %s 分不计）", maxHonours.Text(), (-s.HonourCut).Text())
	}
	why += fmt.Sprintf("，扣分 %s 分，共 %d 条记录", (s.Records - s.Honours).Text(), len(s.Counted))
	facts := ""
	for _, t := range s.Tallies {
		if facts != "" {
			facts += "；"
		}
		facts += fmt.Sprintf("%s %d/%d 次，%s 分", t.Kind.Label(), t.Kept, t.Told, t.Points.Text())
	}
	r.Parts = []Part{
		{"base", "基础分", int(s.Base), "每家机构都从 95 分起"},
		{"evaluations", "业主评价", int(s.Evaluations), fmt.Sprintf("24 个月内 %d 次评价，计为 %s 次（同一业主最多计 3 次）；与 5 次 4 星合并后平均 %s 星，(平均 − 4) × 10", s.Evaluated, s.Weight, s.Mean)},
		{"records", "监管记录", int(s.Records), why},
		{"facts", "客观记录", int(s.Facts), facts},
		{"clamp", "限于 0 至 120 分", int(s.Clamp), "超出上下限的部分"},
	}
	for _, c := range s.Counted {
		shown := ShownRecord{ID: c.ID.String(), Rubric: c.Rubric, Version: c.Version, Level: c.Level, Conduct: c.Conduct, LegalBasis: c.LegalBasis,
			Tenths: int(c.Points), Veto: c.Veto, ExpiresOn: c.ExpiresOn}
		if c.Published {
			shown.Facts = c.Facts
		}
		r.Records = append(r.Records, shown)
	}
	slices.SortFunc(r.Records, func(x, y ShownRecord) int { return slices.Compare([]byte(x.ID), []byte(y.ID)) })
	return r
}
