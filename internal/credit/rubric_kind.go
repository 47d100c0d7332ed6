package credit

import (
	"context"

	"github.com/google/uuid"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/clock"
	"zjcs/internal/platform/db"
	"zjcs/internal/review"
)

// rubricChange is what a department officer proposes, by the form's field names.
type rubricChange struct {
	Entry          string `json:"entry"`
	Level          string `json:"level"`
	Conduct        string `json:"conduct"`
	Mild           string `json:"mild"`
	Harsh          string `json:"harsh"`
	ValidityMonths int    `json:"validityMonths"`
	Veto           bool   `json:"veto"`
	LegalBasis     string `json:"legalBasis"`
	EffectiveFrom  string `json:"effectiveFrom"`
	Retired        bool   `json:"retired"`
	Reason         string `json:"reason"`
}

func rubricForm() review.Form {
	var options []review.Option
	for _, l := range levels {
		options = append(options, review.Option{Value: l.name, Label: l.label + "（" + l.bounds.text() + "）"})
	}
	return review.Form{Sections: []review.Section{{Title: "评分标准条目", Help: "新版本只对施行之后提出的记录生效；已有的记录不变", Fields: []review.Field{
		{Name: "entry", Label: "条目编号", Type: review.Text, Required: true, Max: 20, Help: "大写字母、数字、连字符，如 G-AWARD-REFUSED；已有的编号就是这个条目的新版本"},
		{Name: "level", Label: "类别", Type: review.Choice, Required: true, Options: options},
		{Name: "conduct", Label: "行为", Type: review.Paragraph, Required: true, Max: maxConduct},
		{Name: "mild", Label: "最少多少分", Type: review.Text, Required: true, Max: 5, Help: "不写正负号，最多一位小数：扣分写 6 表示扣 6 分，表彰写 2 表示加 2 分"},
		{Name: "harsh", Label: "最多多少分", Type: review.Text, Required: true, Max: 5, Help: "同上，不少于上一项"},
		{Name: "validityMonths", Label: "计分多少个月", Type: review.Number, Required: true},
		{Name: "veto", Label: "一票否决（等级直接为 D）", Type: review.Flag, Help: "只限严重的行为"},
		{Name: "legalBasis", Label: "依据", Type: review.Paragraph, Required: true, Max: 1000, Help: "法律、法规、规章的具体条款；没有核实的写“待核实”"},
		{Name: "effectiveFrom", Label: "施行日期", Type: review.Date, Required: true, Help: "不早于确认的当天"},
		{Name: "retired", Label: "自施行日期起停用这个条目", Type: review.Flag},
		{Name: "reason", Label: "为什么这样改", Type: review.Paragraph, Required: true, Max: 2000, Help: "公开"},
	}}}}
}

// RubricKind is how the rubric changes: proposed by a department officer, confirmed by
// another, who both see what it would do to the grades.
func (d *Desk) rubricKind() review.Kind {
	return review.Kind{
		Name: "credit-rubric", Label: "评分标准变更", Help: "提出新的评分标准条目，或者现有条目的新版本；由另一人确认后按施行日期生效",
		Form: rubricForm(), Prepare: proposeRubric, Review: confirmRubric, Subject: "rubric",
		Begin: beginRubric, Place: placeRubric, Published: publishedRubric, Judge: judgeRubric, Facts: rubricFacts, Publish: d.publishRubric,
	}
}

// rubricSubject names an entry among submissions: a matter about one is under way once.
func rubricSubject(entry string) uuid.UUID {
	return uuid.NewSHA1(uuid.NameSpaceURL, []byte("credit-rubric/"+entry))
}

// beginRubric starts from the version in force of the entry that was named.
func beginRubric(ctx context.Context, tx db.Tx, s review.Submission) (uuid.UUID, review.Content, error) {
	if s.Subject() == uuid.Nil {
		return uuid.Nil, review.Content{"effectiveFrom": clock.DayAfter(s.Now(), 30)}, nil
	}
	e, err := entryBySubject(ctx, tx, s.Subject())
	if err != nil {
		return uuid.Nil, nil, err
	}
	c := e.content()
	c["effectiveFrom"] = max(clock.DayAfter(s.Now(), 30), e.EffectiveFrom)
	return s.Subject(), c, nil
}

func entryBySubject(ctx context.Context, q db.Querier, subject uuid.UUID) (Entry, error) {
	ids, err := entryIDs(ctx, q)
	if err != nil {
		return Entry{}, err
	}
	for _, id := range ids {
		if rubricSubject(id) == subject {
			e, err := lastVersion(ctx, q, id)
			return e.Entry, err
		}
	}
	return Entry{}, apperr.InvalidField("subjectId", "评分标准里没有这个条目")
}

// content is an entry in the form's shape.
func (e Entry) content() review.Content {
	c := review.Content{"entry": e.ID, "level": e.Level, "conduct": e.Conduct, "mild": magnitude(e.MildTenths), "harsh": magnitude(e.HarshTenths),
		"validityMonths": float64(e.ValidityMonths), "legalBasis": e.LegalBasis, "effectiveFrom": e.EffectiveFrom}
	if e.Veto {
		c["veto"] = true
	}
	if e.Retired {
		c["retired"] = true
	}
	return c
}

// entry is what the content proposes; faults name fields that are no numbers.
func (c rubricChange) entry() (Entry, []apperr.Field) {
	e := Entry{ID: c.Entry, Level: c.Level, LevelLabel: levelLabel(c.Level), Conduct: c.Conduct, ValidityMonths: c.ValidityMonths, Veto: c.Veto, LegalBasis: c.LegalBasis,
		EffectiveFrom: c.EffectiveFrom, Retired: c.Retired}
	var bad []apperr.Field
	sign := -1
	if c.Level == honour {
		sign = 1
	}
	for _, f := range []struct {
		name, value string
		to          *int
	}{{"mild", c.Mild, &e.MildTenths}, {"harsh", c.Harsh, &e.HarshTenths}} {
		n, ok := tenthsOf(f.value)
		if !ok {
			bad = append(bad, apperr.Field{Name: f.name, Message: "应是不带正负号的分数，最多一位小数，如 6 或 6.5"})
		}
		*f.to = sign * n
	}
	if len(bad) > 0 {
		return e, bad
	}
	return e, e.check()
}

func placeRubric(ctx context.Context, q db.Querier, _ review.Submission, c review.Content) (review.Place, error) {
	in, err := review.Decode[rubricChange](c)
	if err != nil {
		return review.Place{}, err
	}
	region, sectors, err := everySector(ctx, q)
	title := "评分标准"
	if in.Entry != "" {
		title += " " + in.Entry
	}
	return review.Place{Title: title, Region: region, Sectors: sectors}, err
}

func publishedRubric(ctx context.Context, q db.Querier, s review.Submission) (review.Content, error) {
	in, err := review.Decode[rubricChange](s.Content)
	if err != nil || in.Entry == "" {
		return nil, err
	}
	last, err := lastVersion(ctx, q, in.Entry)
	if err != nil || last.Version == 0 {
		return nil, err
	}
	return last.content(), nil
}

func judgeRubric(ctx context.Context, q db.Querier, s review.Submission, c review.Content) (review.Judgement, error) {
	var j review.Judgement
	in, err := review.Decode[rubricChange](c)
	if err != nil {
		return j, err
	}
	e, bad := in.entry()
	j.Faults = bad
	last, err := lastVersion(ctx, q, in.Entry)
	if err != nil {
		return j, err
	}
	today := clock.Day(s.Now())
	switch {
	case in.EffectiveFrom != "" && in.EffectiveFrom < today:
		j.Faults = append(j.Faults, apperr.Field{Name: "effectiveFrom", Message: "施行日期不能早于今天（" + today + "）：已有的记录不受新版本影响"})
	case last.Version > 0 && in.EffectiveFrom < last.EffectiveFrom:
		j.Faults = append(j.Faults, apperr.Field{Name: "effectiveFrom", Message: "施行日期不能早于上一版本的施行日期（" + last.EffectiveFrom + "）"})
	}
	switch {
	case last.Version == 0 && in.Retired:
		j.Faults = append(j.Faults, apperr.Field{Name: "retired", Message: "还没有这个条目，不能停用"})
	case last.Version > 0 && (last.Level == honour) != (in.Level == honour):
		j.Faults = append(j.Faults, apperr.Field{Name: "level", Message: "表彰和扣分不能互改，请另立条目"})
	case last.Version > 0 && last.same(e):
		j.Faults = append(j.Faults, apperr.Field{Name: "entry", Message: "和上一版本没有差别"})
	}
	if s.SubjectID != nil && rubricSubject(in.Entry) != *s.SubjectID {
		j.Faults = append(j.Faults, apperr.Field{Name: "entry", Message: "不能改成别的条目；请另提一件"})
	}
	if len(bad) == 0 {
		e.Version = last.Version + 1
		w, err := whatIf(ctx, q, e, s.Now())
		if err != nil {
			return j, err
		}
		j.Cautions = append(j.Cautions, review.Caution{Field: "mild", Message: w.text(), Basis: ""})
	}
	return j, nil
}

func rubricFacts(c review.Content) []review.Fact {
	in, err := review.Decode[rubricChange](c)
	if err != nil {
		return nil
	}
	out := []review.Fact{{Label: "条目", Value: in.Entry}, {Label: "类别", Value: levelLabel(in.Level)}, {Label: "行为", Value: in.Conduct}, {Label: "分值", Value: in.Mild + " 至 " + in.Harsh + " 分"},
		{Label: "依据", Value: in.LegalBasis}, {Label: "施行日期", Value: in.EffectiveFrom}, {Label: "理由", Value: in.Reason}}
	if in.Retired {
		out = append(out, review.Fact{Label: "停用", Value: "自施行日期起停用"})
	}
	return out
}

// publishRubric adds the version; those before it stay as they are.
func (d *Desk) publishRubric(ctx context.Context, tx db.Tx, s review.Submission, c review.Content) (uuid.UUID, error) {
	in, err := review.Decode[rubricChange](c)
	if err != nil {
		return uuid.Nil, err
	}
	e, bad := in.entry()
	if len(bad) > 0 {
		return uuid.Nil, apperr.InvalidFields(bad)
	}
	last, err := lastVersion(ctx, tx, e.ID)
	if err != nil {
		return uuid.Nil, err
	}
	e.Version = last.Version + 1
	if err := insertEntry(ctx, tx, e, origin{submission: &s.ID, proposer: &s.Author, confirmer: s.DecidedBy}); err != nil {
		return uuid.Nil, err
	}
	return rubricSubject(e.ID), d.Log(ctx, tx, LogLine{Kind: "credit-rubric", Subject: rubricSubject(e.ID), Region: s.RegionCode, Body: e})
}
