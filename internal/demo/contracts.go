package demo

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"zjcs/internal/contract"
	"zjcs/internal/platform/clock"
	"zjcs/internal/platform/db"
	"zjcs/internal/platform/files"
)

// Contracts are what became of some of the invented awards: one in every state that a page
// shows. The procurements must be there. The last awards are left without one.
type Contracts struct {
	Contract *contract.Service
	Pool     *db.Pool
	Files    *files.Store // may be nil: then nothing is attached
	Now      time.Time
}

// agreement is the contract of a need, by its project. Days count from today, as in needs.
type agreement struct {
	project  string
	sample   contract.Sample
	drafted  int // 0: what follows has not come
	confirm  int
	signed   int
	filed    int
	early    int
	deliver  int
	revise   int
	redo     int
	accept   int
	amend    int
	end      int
	stop     [2]int // first day of it, and the first day after
	paid     [][2]int
	passed   string
	noAnswer bool
	said     []opinion
}

// opinion is an evaluation after the acceptance; the stars are in the order of the side's
// dimensions. A day that is 0 has not come.
type opinion struct {
	by      contract.Side
	on      int
	stars   []int
	low     map[string]string
	comment string
	reply   string
	replied int
	appeal  string
	filed   int
}

// unconfirmed is for a payment that the agency has not confirmed.
const unconfirmed = -1

var agreements = []agreement{
	{project: "示例城东片区道路工程可行性研究报告", drafted: -27, confirm: -27, signed: -26, filed: -25, early: -20, deliver: -14, revise: -12, redo: -10, accept: -8, passed: "yes",
		said: []opinion{
			{by: contract.Agency, on: -7, stars: []int{4, 5, 5, 4}, comment: "勘察资料给得全，付款及时，评审时协调到位。"},
			{by: contract.Purchaser, on: -6, stars: []int{4, 2, 5, 5, 4}, low: map[string]string{"timeliness": "初稿交通量预测不合规范，退回修改后才满足评审要求"}, comment: "成果质量总体满足要求，评审一次通过。",
				reply: "退回修改是因为项目业主中途调整了设计年限，修改稿在两个工作日内提交，总时限没有超过承诺。", replied: -5, appeal: "时效的评价与事实不符：全部成果在承诺的时限内交付，平台的计时可以核对。", filed: -4},
		},
		paid: [][2]int{{-24, 20}, {-7, 50}, {-4, 100}}, sample: contract.Sample{Split: true, AdvancePercent: 20, PayDays: 30, Outcome: "交通量预测年限与规范不符，请按评审意见修改", PriceOff: 100_000, PriceReason: "勘察资料由项目业主提供，双方协商下调"}},
	{project: "闻喜县示例第三中学迁建项目岩土工程勘察", drafted: -25, confirm: -24, signed: -24, filed: -23, deliver: -13, accept: -12, passed: "no", said: []opinion{{by: contract.Agency, on: -9, stars: []int{3, 2, 4, 4}, low: map[string]string{"payment": "合同约定验收后五日内付款，至今没有收到"}, comment: "现场配合好。"}}, sample: contract.Sample{PayDays: 5}},
	{project: "河津市示例工业园区标准厂房水土保持方案", drafted: -18, confirm: -17, signed: -16, filed: -15, early: -11, stop: [2]int{-8, 0},
		sample: contract.Sample{Split: true, AdvancePercent: 10, PayDays: 30}, paid: [][2]int{{-14, 10}}},
	{project: "盐湖区示例污水处理厂扩建环境影响报告书", drafted: -15, confirm: -15, signed: -14, filed: -13, deliver: -2, stop: [2]int{-10, -7}, sample: contract.Sample{PayDays: 30}},
	{project: "临猗县示例果业冷库锅炉煤改电节能报告", drafted: -11, confirm: -11, signed: -10, filed: -9, stop: [2]int{-3, 0}, noAnswer: true, amend: -1,
		sample: contract.Sample{PayDays: 45, AdvancePercent: 30, AmendReason: "新增两座冷库，核算范围扩大，需延长时限"}, paid: [][2]int{{-8, unconfirmed}}},
	{project: "示例体育公园工程造价咨询", drafted: -6, confirm: -5, signed: -4, sample: contract.Sample{PayDays: 30, Clauses: "清单和控制价各报送电子版一份。"}},
	{project: "示例湖滨片区社会稳定风险评估", drafted: -2, confirm: -1, sample: contract.Sample{PayDays: 60, AdvancePercent: 20}},
}

// Store writes them, once: a market that has some is left as it is.
func (d Contracts) Store(ctx context.Context) error {
	papers := map[string]uuid.UUID{}
	uploader := uuid.Nil
	paper := func(ctx context.Context, title string) (uuid.UUID, error) {
		if id, made := papers[title]; made {
			return id, nil
		}
		f, err := d.Files.Put(ctx, files.Upload{Name: title + ".pdf", UploadedBy: uploader, Body: bytes.NewReader(paper(title))})
		papers[title] = f.ID
		return f.ID, err
	}
	return db.InTx(ctx, d.Pool, func(tx db.Tx) error {
		found, err := hasContracts(ctx, tx)
		if err != nil || found {
			return err
		}
		if uploader, err = firstPerson(ctx, tx); err != nil {
			return err
		}
		for _, a := range agreements {
			of, awarded, err := awardedProject(ctx, tx, a.project)
			if err != nil {
				return err
			}
			if !awarded { // a small market had too few bidders
				continue
			}
			s := d.sample(a)
			s.Procurement, s.Uploader = of, uploader
			if d.Files != nil {
				s.Paper = paper
			}
			if err := d.Contract.StoreSample(ctx, tx, s); err != nil {
				return fmt.Errorf("demo: %s: %w", a.project, err)
			}
		}
		return nil
	})
}

// sample turns days into times.
func (d Contracts) sample(a agreement) contract.Sample {
	at := func(days, hour int) time.Time {
		if days == 0 {
			return time.Time{}
		}
		y, m, day := d.Now.In(clock.Shanghai).Date()
		return time.Date(y, m, day+days, hour, 20, 0, 0, clock.Shanghai)
	}
	s := a.sample
	s.Drafted, s.Confirmed, s.Signed, s.Filed = at(a.drafted, 9), at(a.confirm, 11), at(a.signed, 15), at(a.filed, 10)
	s.Early, s.Delivered, s.Revised, s.Redone, s.Accepted = at(a.early, 9), at(a.deliver, 10), at(a.revise, 16), at(a.redo, 9), at(a.accept, 14)
	s.Amended, s.Ended = at(a.amend, 9), at(a.end, 10)
	if a.stop[0] != 0 {
		s.Stop = &contract.SampleStop{Kind: contract.OwnerPapers, Reason: "项目用地界址资料尚未提供，无法继续编制", From: at(a.stop[0], 9), Until: at(a.stop[1], 9),
			Confirmed: !a.noAnswer, ResumeReason: "资料已经全部送达"}
	}
	for _, p := range a.paid {
		percent := p[1]
		if percent == unconfirmed {
			percent = 30
		}
		s.Paid = append(s.Paid, contract.SamplePayment{At: at(p[0], 11), Percent: int64(percent), Confirmed: p[1] != unconfirmed})
	}
	for _, o := range a.said {
		e := contract.SampleEvaluation{By: o.by, At: at(o.on, 10), Opinion: contract.Opinion{Stars: map[string]int{}, Reasons: o.low, Comment: o.comment},
			Reply: o.reply, Replied: at(o.replied, 15), Appeal: o.appeal, Appealed: at(o.filed, 9)}
		for i, d := range contract.DimensionsBy(o.by) {
			e.Opinion.Stars[d.Key] = o.stars[i]
		}
		s.Evaluations = append(s.Evaluations, e)
	}
	if a.passed != "" {
		yes := a.passed == "yes"
		s.Passed = &yes
	}
	return s
}
