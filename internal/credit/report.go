package credit

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/clock"
	"zjcs/internal/platform/paper"
)

// Report is what a printed credit report says. Its number names the agency and the second
// it speaks of, so that nothing need be kept of it: what it says is worked out anew from
// the rows whenever someone asks, and a paper that says something else is not ours.
type Report struct {
	Number    string     `json:"number" doc:"报告编号"`
	At        time.Time  `json:"at" doc:"报告说的是哪一刻"`
	Rating    Rating     `json:"rating" doc:"那一刻的得分"`
	VerifyURL string     `json:"verifyUrl" doc:"核验页"`
	Entry     *uuid.UUID `json:"logEntry,omitempty" doc:"当时的等级记在公开日志的哪一条；入驻以来没有变过的没有"`
	Index     *int64     `json:"logIndex,omitempty" doc:"那一条的序号"`
}

const (
	reportPrefix = "XY"
	reportSecond = "20060102150405"
)

// Report is the report of a number, or, without one, of this moment. Errors: NotFound for a
// number that cannot have been given out, or of another agency.
func (s *Service) Report(ctx context.Context, key, number string) (Report, error) {
	a, err := s.agency.Get(ctx, key)
	if err != nil {
		return Report{}, err
	}
	at := s.now().Truncate(time.Second)
	if number != "" {
		second, uscc, cut := strings.Cut(strings.TrimPrefix(strings.ToUpper(number), reportPrefix), "-")
		then, bad := time.ParseInLocation(reportSecond, second, clock.Shanghai)
		if !cut || bad != nil || uscc != a.USCC || then.After(at) || clock.Day(then) < a.AdmittedOn || !strings.HasPrefix(strings.ToUpper(number), reportPrefix) {
			return Report{}, apperr.New(apperr.NotFound, "这家机构没有编号为 %s 的信用报告", number)
		}
		at = then
	}
	id, err := uuid.Parse(a.ID)
	if err != nil {
		return Report{}, err
	}
	r := Report{Number: reportPrefix + at.In(clock.Shanghai).Format(reportSecond) + "-" + a.USCC, At: at}
	r.VerifyURL = s.PublicURL + "/credit/" + a.ID + "/report?number=" + r.Number
	if r.Rating, err = s.rate(ctx, a, id, at); err != nil {
		return r, err
	}
	if r.Entry, err = gradeEntry(ctx, s.pool, id, at); err != nil || r.Entry == nil || s.Outlets.Indexes == nil {
		return r, err
	}
	found, err := s.Outlets.Indexes(ctx, []uuid.UUID{*r.Entry})
	if n, ok := found[*r.Entry]; ok {
		r.Index = &n
	}
	return r, err
}

// Paper is the report as PDF.
func (s *Service) Paper(ctx context.Context, key, number string) ([]byte, error) {
	r, err := s.Report(ctx, key, number)
	if err != nil {
		return nil, err
	}
	return r.paper().PDF()
}

func (r Report) paper() paper.Notice {
	g := r.Rating
	grade := fmt.Sprintf("%s，%s 分", g.Grade, g.Text)
	if g.New {
		grade += "（新机构：评价不足 3 次）"
	}
	if g.Veto {
		grade += "（一票否决）"
	}
	var sum []string
	for _, p := range g.Parts {
		if p.Tenths != 0 {
			sum = append(sum, p.Label+" "+p.Text)
		}
	}
	n := paper.Notice{
		Title: "信用报告", Number: r.Number, At: r.At, Code: r.VerifyURL,
		Opening: g.AgencyName + "：截至下列时刻，贵单位在本平台的信用如下。",
		Rows: []paper.Row{
			{Label: "机构", Value: g.AgencyName + "（" + g.USCC + "）"},
			{Label: "截至时刻", Value: r.At.In(clock.Shanghai).Format("2006-01-02 15:04:05")},
			{Label: "等级和得分", Value: grade + "；自 " + g.GradedOn + " 起为此等级"},
			{Label: "得分的组成", Value: strings.Join(sum, "，") + "；合计 " + g.Text},
		},
		Caption: []string{"扫码核验这份报告，或打开：", r.VerifyURL, "核验页由全部记录重新算出那一刻的得分，并给出今天的等级。"},
	}
	for _, p := range g.Parts[1:4] {
		n.Rows = append(n.Rows, paper.Row{Label: p.Label, Value: p.Why})
	}
	for _, c := range g.Records {
		n.Rows = append(n.Rows, paper.Row{Label: "记录 " + c.Rubric, Value: fmt.Sprintf("%s（%s，%s 分，条目版本 %d，计分至 %s；依据：%s）", c.Conduct, c.LevelLabel, c.Text, c.Version, c.ExpiresOn, c.LegalBasis)})
	}
	for _, e := range g.Effects {
		n.Rows = append(n.Rows, paper.Row{Label: "措施", Value: fmt.Sprintf("%s，%s 至 %s：%s", e.Label, e.From, e.Until, e.Reason)})
	}
	log := "入驻以来等级没有变过，公开日志中没有等级变化的条目"
	if g.Demo {
		log = "示例数据，不记入公开日志"
		n.Void = "示例数据，不对应任何真实机构"
	}
	if r.Entry != nil {
		log = "当时的等级记在条目 " + r.Entry.String()
	}
	n.Rows = append(n.Rows, paper.Row{Label: "公开日志", Value: log})
	n.Closing = []string{"得分由基础分 95 分、业主评价、监管记录和客观记录相加，限于 0 至 120 分。本报告只说明截至时刻的情况；以后的变化以核验页为准。"}
	return n
}
