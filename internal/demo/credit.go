package demo

import (
	"context"
	"time"

	"github.com/google/uuid"

	"zjcs/internal/credit"
	"zjcs/internal/platform/db"
)

// rubric is what invented records are made under.
var rubric = []credit.SampleEntry{
	{ID: "SL-M-01", Level: "minor", Conduct: "变更事项未按时报告（示例）", From: -50, To: -20, Months: 6},
	{ID: "SL-G-01", Level: "general", Conduct: "成果逾期交付（示例）", From: -150, To: -60, Months: 12},
	{ID: "SL-S-01", Level: "serious", Conduct: "出具虚假报告（示例）", From: -400, To: -200, Months: 36, Veto: true},
	{ID: "SL-H-01", Level: "honour", Conduct: "受到主管部门表彰（示例）", From: 10, To: 50, Months: 12},
}

// character is how an invented agency has done.
type character struct {
	evaluations int
	stars       []int // drawn from
	kept, told  int   // of each kind of fact
	records     []deed
}

type deed struct {
	rubric string
	points credit.Points
	months int
	ago    int // days
}

// characters repeat over the agencies of the market, so that every grade is there; those who
// did wrong did it once each, see reputations.
var characters = []character{
	{evaluations: 14, stars: []int{5}, kept: 30, told: 30, records: []deed{{"SL-H-01", 50, 12, 90}}},
	{evaluations: 5, stars: []int{5, 4, 4}, kept: 9, told: 11},
	{evaluations: 2, stars: []int{5, 4}, kept: 3, told: 3},
	{},
	{evaluations: 9, stars: []int{5, 5, 5, 4}, kept: 24, told: 25},
	{evaluations: 4, stars: []int{4, 4, 3}, kept: 6, told: 9},
	{evaluations: 6, stars: []int{5, 4, 3}, kept: 8, told: 12, records: []deed{{"SL-M-01", -30, 6, 60}}},
	{},
	{evaluations: 7, stars: []int{4, 3, 2}, kept: 7, told: 15, records: []deed{{"SL-G-01", -100, 12, 150}}},
	{evaluations: 5, stars: []int{4, 4, 3}, kept: 7, told: 10},
	{evaluations: 3, stars: []int{4}, kept: 5, told: 8},
	{evaluations: 1, stars: []int{4, 3}, kept: 2, told: 3},
	{evaluations: 6, stars: []int{5, 4}, kept: 14, told: 15},
}

// wrongdoers are the agencies whose grade has led to something.
var wrongdoers = []character{
	{evaluations: 4, stars: []int{3, 2}, kept: 4, told: 10, records: []deed{{"SL-G-01", -150, 12, 40}, {"SL-G-01", -80, 12, 38}}},
	{evaluations: 5, stars: []int{3, 2, 1}, kept: 3, told: 12, records: []deed{{"SL-G-01", -150, 12, 70}, {"SL-G-01", -150, 12, 65}, {"SL-G-01", -100, 12, 61}}},
	{evaluations: 3, stars: []int{4, 3}, kept: 4, told: 8, records: []deed{{"SL-S-01", -300, 36, 100}}},
	{evaluations: 4, stars: []int{4, 3}, kept: 4, told: 9, records: []deed{{"SL-G-01", -150, 12, 260}, {"SL-G-01", -120, 12, 255}}},
}

var praise = []string{"按时交付，成果一次通过。", "沟通顺畅，修改及时。", "收费与报价一致，服务规范。", "", ""}

var complaint = []string{"交付比承诺晚了几天，提交后又补正两次。", "联系不便，问题答复慢。", "成果有差错，经提醒后改正。", "能完成，进度一般。"}

// reputations gives the invented agencies two years of evaluations, facts and records.
func (d Procurements) reputations(ctx context.Context, tx db.Tx, buyers []uuid.UUID) error {
	if err := credit.SampleRubric(ctx, tx, rubric); err != nil {
		return err
	}
	agencies, err := invented(ctx, tx)
	if err != nil {
		return err
	}
	c := newChance(d.Seed, 61)
	list := make([]credit.Sample, 0, len(agencies))
	for i, id := range agencies {
		who := characters[i%len(characters)]
		if at := i - len(agencies)/2; at >= 0 && at < len(wrongdoers) {
			who = wrongdoers[at]
		}
		list = append(list, d.reputation(c, id, who, buyers))
	}
	return credit.StoreSamples(ctx, tx, list, d.Now)
}

func (d Procurements) reputation(c chance, id uuid.UUID, who character, buyers []uuid.UUID) credit.Sample {
	s := credit.Sample{Agency: id}
	past := func(days int) time.Time { return d.clockOf(-days, 9).Add(time.Duration(c.IntN(500)) * time.Minute) }
	for range who.evaluations {
		star := func() int { return pick(c, who.stars) }
		e := credit.SampleEvaluation{Evaluation: credit.Evaluation{Org: pick(c, buyers), Quality: star(), Timeliness: star(), Fee: star(), Conduct: star(), Attitude: star()}}
		if e.At, e.Comment = past(10+c.IntN(640)), pick(c, praise); min(e.Quality, e.Timeliness, e.Fee, e.Conduct, e.Attitude) <= 3 {
			e.Comment = pick(c, complaint)
		}
		e.ID = at(c, e.At)
		s.Evaluations = append(s.Evaluations, e)
	}
	if who.told > 0 {
		for _, k := range credit.FactKinds {
			s.Facts = append(s.Facts, credit.SampleFact{Kind: k, Kept: true, Count: who.kept, At: past(30 + c.IntN(400))})
			if broken := who.told - who.kept; broken > 0 {
				s.Facts = append(s.Facts, credit.SampleFact{Kind: k, Kept: false, Count: broken, At: past(30 + c.IntN(400))})
			}
		}
	}
	for _, r := range who.records {
		when := past(r.ago)
		s.Records = append(s.Records, credit.SampleRecord{ID: at(c, when), Rubric: r.rubric, Points: r.points, Facts: "示例：经查属实，机构没有提出申辩。", Source: "示例数据", Months: r.months, At: when})
	}
	return s
}
