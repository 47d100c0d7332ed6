package contract

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"zjcs/internal/credit"
	"zjcs/internal/platform/calendar"
	"zjcs/internal/platform/db"
	"zjcs/internal/procurement"
)

// Sample is an invented contract of an invented award, with its course up to a time. Every
// step goes through the tables that all others do; its times alone are made up (示例数据).
// A time that is zero has not come.
type Sample struct {
	Procurement                   uuid.UUID
	Drafted, Confirmed            time.Time // by the agency
	Signed, Filed                 time.Time
	Stop                          *SampleStop
	Early                         time.Time // the first milestone is delivered and, a day later, accepted
	Delivered, Revised, Redone    time.Time
	Accepted                      time.Time
	Passed                        *bool
	AmendReason                   string // an amendment that waits
	Amended                       time.Time
	EndReason                     string // ends by agreement
	Ended                         time.Time
	AdvancePercent, PayDays       int
	Paid                          []SamplePayment
	Paper                         func(ctx context.Context, title string) (uuid.UUID, error) // uploads one; nil attaches none
	Uploader                      uuid.UUID
	Split                         bool // two milestones
	PriceOff                      int64
	PriceReason, Clauses, Outcome string
	Evaluations                   []SampleEvaluation // after the acceptance, in the order of time
}

// SampleStop is a stop of the clock.
type SampleStop struct {
	Kind                  StopKind
	Reason                string
	From, Until           time.Time // Until zero: it goes on
	Confirmed             bool
	ResumeReason, Comment string
}

// SamplePayment is a share of the price paid.
type SamplePayment struct {
	At        time.Time
	Percent   int64
	Confirmed bool
}

// StoreSample writes one.
func (s *Service) StoreSample(ctx context.Context, tx db.Tx, in Sample) error {
	p, award, err := procurement.StandingAwardTx(ctx, tx, in.Procurement)
	if err != nil {
		return err
	}
	c, err := s.fromAwardTx(ctx, tx, p, award)
	if err != nil {
		return err
	}
	c.CreatedAt = in.Drafted
	if err := insert(ctx, tx, &c); err != nil {
		return err
	}
	m := &matter{Service: s, tx: tx, c: c, side: Purchaser, now: in.Drafted, sample: true}
	for _, part := range []func(context.Context, Sample) error{m.sampleDraft, m.sampleSigned, m.sampleStop, m.sampleService, m.sampleMoney, m.sampleAfter, m.sampleEvaluations} {
		if err := part(ctx, in); err != nil {
			return fmt.Errorf("sample contract %s: %w", c.Title, err)
		}
	}
	return nil
}

// at is the matter as a side acts on it at a time, with all its parts as they stand.
func (m *matter) at(ctx context.Context, side Side, at time.Time) error {
	m.side, m.now = side, at.Truncate(time.Millisecond)
	all, err := loadParts(ctx, m.tx, []uuid.UUID{m.c.ID}, false)
	if err == nil {
		m.parts = *all[m.c.ID]
	}
	return err
}

func (m *matter) sampleDraft(ctx context.Context, in Sample) error {
	about, notice, err := loadSubject(ctx, m.tx, m.c)
	if err != nil {
		return err
	}
	t := proposed(about, notice.Delivery, in.PayDays)
	t.PriceFen -= in.PriceOff
	t.PriceReason, t.Clauses = in.PriceReason, in.Clauses
	t.AdvanceFen = t.PriceFen * int64(in.AdvancePercent) / 100 / 100 * 100
	t.Milestones[0].PayFen = t.PriceFen - t.AdvanceFen
	if in.Split {
		half := t.Milestones[0].PayFen / 2 / 100 * 100
		t.Milestones = []Milestone{{Name: "初稿", Days: max(1, t.Days/2), PayFen: half}, {Name: t.Milestones[0].Name, Days: t.Days, PayFen: t.Milestones[0].PayFen - half}}
	}
	allowed, err := m.settled(ctx)
	if err != nil {
		return err
	}
	if err := t.Validate(allowed); err != nil {
		return err
	}
	if err := m.writeVersion(ctx, about, t, 0, ""); err != nil {
		return err
	}
	m.c.PriceFen = t.PriceFen
	if err := setTerms(ctx, m.tx, m.c); err != nil {
		return err
	}
	if err := m.note(ctx, step{action: Draft, by: Purchaser, note: "由中选通知书 " + about.Award + " 起草"}, Drafted, nil); err != nil || in.Confirmed.IsZero() {
		return err
	}
	if err := m.at(ctx, Agency, in.Confirmed); err != nil {
		return err
	}
	v := m.open()
	if err := confirm(ctx, m.tx, m.c.ID, v.Number, Agency, uuid.Nil, v.Hash, m.now); err != nil {
		return err
	}
	return m.take(ctx, step{action: Confirm, note: "确认第 1 版"})
}

func (m *matter) sampleSigned(ctx context.Context, in Sample) error {
	if in.Signed.IsZero() {
		return nil
	}
	if err := m.at(ctx, Purchaser, in.Signed); err != nil {
		return err
	}
	v := m.open()
	if err := confirm(ctx, m.tx, m.c.ID, v.Number, Purchaser, uuid.Nil, v.Hash, m.now); err != nil {
		return err
	}
	if err := m.sign(ctx, v); err != nil || in.Filed.IsZero() {
		return err
	}
	if err := m.at(ctx, Agency, in.Filed); err != nil {
		return err
	}
	if err := m.samplePaper(ctx, in, m.c.ID, "document", "合同（签字盖章扫描件）"); err != nil {
		return err
	}
	sums, err := digests(ctx, m.tx, m.c.ID)
	if err != nil {
		return err
	}
	return m.take(ctx, step{action: File, note: "合同 " + m.c.Number + " 已备案", kind: "contract-filed", move: procurement.Serve,
		body: map[string]any{"contract": m.c.Number, "documentSha256": sums, "filedAt": m.now.UTC(), "late": m.c.FiledLate(m.now)}})
}

func (m *matter) samplePaper(ctx context.Context, in Sample, subject uuid.UUID, purpose, title string) error {
	if in.Paper == nil {
		return nil
	}
	id, err := in.Paper(ctx, title)
	if err != nil {
		return err
	}
	return attach(ctx, m.tx, m.c.ID, subject, uuid.Nil, in.Uploader, purpose, []uuid.UUID{id})
}

func (m *matter) sampleStop(ctx context.Context, in Sample) error {
	if in.Stop == nil {
		return nil
	}
	at := in.Stop.From.Add(2 * time.Hour)
	if err := m.at(ctx, Agency, at); err != nil {
		return err
	}
	st := Stop{ID: uuid.Must(uuid.NewV7()), Kind: in.Stop.Kind, Reason: in.Stop.Reason, From: calendar.DayOf(in.Stop.From), Side: Agency, At: m.now, State: StopProposed}
	if err := insertStop(ctx, m.tx, m.c.ID, uuid.Nil, st); err != nil {
		return err
	}
	if err := m.take(ctx, step{action: ProposeStop, note: fmt.Sprintf("自 %s 起停计（%s）：%s", st.From, StopKinds[st.Kind], st.Reason)}); err != nil || !in.Stop.Confirmed {
		return err
	}
	move := func(side Side, at time.Time, from, to StopState, a step) error {
		m.side, m.now, st.State = side, at.Truncate(time.Millisecond), to
		if err := storeSampleStop(ctx, m.tx, from, st, m.now); err != nil {
			return err
		}
		return m.take(ctx, a)
	}
	if err := move(Purchaser, at.Add(3*time.Hour), StopProposed, StopRunning, step{action: ConfirmStop, note: fmt.Sprintf("%s：自 %s 起停计，经对方确认", StopKinds[st.Kind], st.From)}); err != nil || in.Stop.Until.IsZero() {
		return err
	}
	st.Until, st.ResumeSide, st.ResumeWhy = calendar.DayOf(in.Stop.Until), Purchaser, in.Stop.ResumeReason
	if err := move(Purchaser, in.Stop.Until.Add(time.Hour), StopRunning, StopResuming, step{action: ProposeResume, note: fmt.Sprintf("提出自 %s 起恢复计时：%s", st.Until, st.ResumeWhy)}); err != nil {
		return err
	}
	return move(Agency, in.Stop.Until.Add(4*time.Hour), StopResuming, StopEnded, step{action: ConfirmResume, note: fmt.Sprintf("自 %s 起恢复计时，经对方确认", st.Until)})
}

// handIn delivers a version at a time.
func (m *matter) handIn(ctx context.Context, in Sample, milestone, version int, at time.Time) (Delivery, error) {
	d := Delivery{ID: uuid.Must(uuid.NewV7()), Milestone: milestone, Version: version, State: DeliverySubmitted}
	if err := m.at(ctx, Agency, at); err != nil {
		return d, err
	}
	var err error
	d.At = m.now
	if d.AnswerBy, err = workdaysAfter(ctx, m.tx, ruleAnswer, "delivery", m.c.Region, m.now); err != nil {
		return d, err
	}
	if err := insertDelivery(ctx, m.tx, m.c.ID, uuid.Nil, d); err != nil {
		return d, err
	}
	terms := m.version(m.c.Version).Terms
	name := terms.Milestones[milestone-1].Name
	if err := m.samplePaper(ctx, in, d.ID, "delivery", fmt.Sprintf("%s 第%d版", name, version)); err != nil {
		return d, err
	}
	st := step{action: Deliver, note: fmt.Sprintf("提交“%s”第 %d 版", name, version)}
	if milestone == len(terms.Milestones) {
		m.c.DeliveredAt = &d.At
		if err := setDelivered(ctx, m.tx, m.c.ID, &d.At); err != nil {
			return d, err
		}
		sums, err := digests(ctx, m.tx, d.ID)
		if err != nil {
			return d, err
		}
		st.kind, st.move, st.body = "contract-delivered", procurement.Deliver, map[string]any{"contract": m.c.Number, "version": version, "resultSha256": sums, "deliveredAt": m.now.UTC()}
	}
	return d, m.take(ctx, st)
}

func (m *matter) answer(ctx context.Context, d Delivery, to DeliveryState, words string, at time.Time) error {
	if err := m.at(ctx, Purchaser, at); err != nil {
		return err
	}
	return answerDelivery(ctx, m.tx, d.ID, uuid.Nil, to, words, m.now)
}

func (m *matter) sampleService(ctx context.Context, in Sample) error {
	last := 1
	if in.Split {
		last = 2
	}
	if !in.Early.IsZero() {
		d, err := m.handIn(ctx, in, 1, 1, in.Early)
		if err != nil {
			return err
		}
		if err := m.answer(ctx, d, DeliveryAccepted, "", in.Early.Add(26*time.Hour)); err != nil {
			return err
		}
		if err := m.take(ctx, step{action: Accept, note: "“初稿”第 1 版验收合格"}); err != nil {
			return err
		}
	}
	if in.Delivered.IsZero() {
		return nil
	}
	d, err := m.handIn(ctx, in, last, 1, in.Delivered)
	if err != nil {
		return err
	}
	if !in.Revised.IsZero() {
		if err := m.answer(ctx, d, DeliveryRevision, in.Outcome, in.Revised); err != nil {
			return err
		}
		m.c.DeliveredAt = nil
		if err := setDelivered(ctx, m.tx, m.c.ID, nil); err != nil {
			return err
		}
		if err := m.take(ctx, step{action: Revise, note: "第 1 版要求修改：" + in.Outcome, move: procurement.Revise}); err != nil || in.Redone.IsZero() {
			return err
		}
		if d, err = m.handIn(ctx, in, last, 2, in.Redone); err != nil {
			return err
		}
	}
	if in.Accepted.IsZero() {
		return nil
	}
	if err := m.answer(ctx, d, DeliveryAccepted, "符合合同要求", in.Accepted); err != nil {
		return err
	}
	return m.complete(ctx, d, "全部成果验收合格")
}

func (m *matter) sampleMoney(ctx context.Context, in Sample) error {
	for _, x := range in.Paid {
		if err := m.at(ctx, Purchaser, x.At); err != nil {
			return err
		}
		p := Payment{ID: uuid.Must(uuid.NewV7()), Fen: min(m.c.PriceFen*x.Percent/100, m.c.PriceFen-m.paid()), On: m.today(), At: m.now}
		if err := insertPayment(ctx, m.tx, m.c.ID, uuid.Nil, p); err != nil {
			return err
		}
		if err := m.take(ctx, step{action: Pay, note: fmt.Sprintf("%s 付款", p.On)}); err != nil {
			return err
		}
		if !x.Confirmed {
			continue
		}
		m.side, m.now = Agency, m.now.Add(5*time.Hour)
		if err := answerPayment(ctx, m.tx, p.ID, uuid.Nil, PaymentRecorded, PaymentConfirmed, "", m.now); err != nil {
			return err
		}
		if err := m.take(ctx, step{action: ConfirmPayment, note: fmt.Sprintf("%s 的付款：已收到", p.On)}); err != nil {
			return err
		}
	}
	return nil
}

// sampleAfter is what comes beside the service: the authority's word, an amendment, the end.
func (m *matter) sampleAfter(ctx context.Context, in Sample) error {
	if in.Passed != nil {
		if err := m.at(ctx, Officer, in.Accepted.Add(time.Hour)); err != nil {
			return err
		}
		p := Pass{ID: uuid.Must(uuid.NewV7()), Passed: *in.Passed, Authority: "示例审批部门", On: calendar.DayOf(in.Accepted), At: m.now}
		if err := insertPass(ctx, m.tx, m.c.ID, uuid.Nil, p); err != nil {
			return err
		}
		if err := credit.MeasureTx(ctx, m.tx, credit.Measured{Agency: m.c.Agency, Kind: credit.FirstPass, Kept: p.Passed, Subject: m.c.ID, At: m.now}); err != nil {
			return err
		}
		if err := m.take(ctx, step{action: FirstPass, note: "示例审批部门审查：首次报送" + map[bool]string{true: "通过", false: "未通过"}[p.Passed], kind: "contract-first-pass", move: procurement.ReviewPassed,
			body: map[string]any{"contract": m.c.Number, "passed": p.Passed, "decidedOn": p.On.String()}}); err != nil {
			return err
		}
	}
	if !in.Amended.IsZero() {
		if err := m.sampleAmendment(ctx, in); err != nil {
			return err
		}
	}
	if in.Ended.IsZero() {
		return nil
	}
	if err := m.at(ctx, Agency, in.Ended); err != nil {
		return err
	}
	e := Ending{ID: uuid.Must(uuid.NewV7()), How: ByAgreement, State: EndProposed, Reason: in.EndReason, Side: Purchaser, At: m.now.Add(-6 * time.Hour)}
	if err := insertEnding(ctx, m.tx, m.c.ID, uuid.Nil, e); err != nil {
		return err
	}
	if err := answerEnding(ctx, m.tx, e.ID, uuid.Nil, EndEffective, "同意", m.now); err != nil {
		return err
	}
	return m.end(ctx, e, Agency)
}

func (m *matter) sampleAmendment(ctx context.Context, in Sample) error {
	if err := m.at(ctx, Agency, in.Amended); err != nil {
		return err
	}
	about, _, err := loadSubject(ctx, m.tx, m.c)
	if err != nil {
		return err
	}
	t := m.version(m.c.Version).Terms.tidy()
	t.Days += 5
	t.Milestones[len(t.Milestones)-1].Days = t.Days
	if err := m.writeVersion(ctx, about, t, 1, in.AmendReason); err != nil {
		return err
	}
	v := m.open()
	if err := confirm(ctx, m.tx, m.c.ID, v.Number, Agency, uuid.Nil, v.Hash, m.now); err != nil {
		return err
	}
	return m.take(ctx, step{action: Amend, note: "提出第 1 次变更：" + in.AmendReason})
}
