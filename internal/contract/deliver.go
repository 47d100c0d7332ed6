package contract

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"zjcs/internal/credit"
	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/calendar"
	"zjcs/internal/platform/db"
	"zjcs/internal/platform/rules"
	"zjcs/internal/procurement"
)

// DeliverInput hands in a version of a milestone's result.
type DeliverInput struct {
	Contract  uuid.UUID
	Milestone int // from 1
	Note      string
	Files     []uuid.UUID
}

// Deliver hands in the next version of a milestone's result. With the last milestone's the
// procurement is delivered. Errors: Conflict while a version waits for its answer, or when
// one was accepted.
func (s *Service) Deliver(ctx context.Context, in DeliverInput) (Detail, error) {
	return s.act(ctx, in.Contract, permitRun, Deliver, func(ctx context.Context, m *matter) error {
		terms := m.version(m.c.Version).Terms
		if in.Milestone < 1 || in.Milestone > len(terms.Milestones) {
			return apperr.InvalidField("milestone", "应是合同的里程碑，1 到 %d", len(terms.Milestones))
		}
		note := strings.TrimSpace(in.Note)
		if !readable(note, 2000) {
			return apperr.InvalidField("note", "说明应是不超过 2000 字的文字")
		}
		if err := someFiles(in.Files, "服务成果"); err != nil {
			return err
		}
		version, name := 1, terms.Milestones[in.Milestone-1].Name
		if d := m.latest(in.Milestone); d != nil {
			if d.State != DeliveryRevision {
				return apperr.New(apperr.Conflict, "“%s”第 %d 版%s，不能再提交", name, d.Version, Deliveries.States[d.State])
			}
			version = d.Version + 1
		}
		by, err := workdaysAfter(ctx, m.tx, ruleAnswer, "delivery", m.c.Region, m.now)
		if err != nil {
			return err
		}
		d := Delivery{ID: uuid.Must(uuid.NewV7()), Milestone: in.Milestone, Version: version, Note: note, At: m.now, AnswerBy: by}
		if err := insertDelivery(ctx, m.tx, m.c.ID, personOf(ctx), d); err != nil {
			return err
		}
		if err := attach(ctx, m.tx, m.c.ID, d.ID, m.c.org(m.side), personOf(ctx), "delivery", in.Files); err != nil {
			return err
		}
		sums, err := digests(ctx, m.tx, d.ID)
		if err != nil {
			return err
		}
		st := step{action: Deliver, note: fmt.Sprintf("提交“%s”第 %d 版", name, version), to: m.theOther()}
		if in.Milestone == len(terms.Milestones) {
			if err := setDelivered(ctx, m.tx, m.c.ID, &m.now); err != nil {
				return err
			}
			st.kind, st.move = "contract-delivered", procurement.Deliver
			st.body = map[string]any{"contract": m.c.Number, "version": version, "resultSha256": sums, "deliveredAt": m.now.UTC()}
		}
		return m.take(ctx, st)
	})
}

func workdaysAfter(ctx context.Context, q db.Querier, rule, key, region string, from time.Time) (time.Time, error) {
	n, err := rules.IntOf(ctx, q, rule, key, region, from)
	if err != nil {
		return from, err
	}
	cal, err := calendar.Load(ctx, q)
	return cal.AddWorkdays(from, n).At, err
}

// AnswerDeliveryInput is the purchaser's answer to a version of a result.
type AnswerDeliveryInput struct {
	Contract uuid.UUID
	Delivery uuid.UUID
	Reason   string // of a revision; with an acceptance it may be empty
}

func (m *matter) delivery(id uuid.UUID) (Delivery, error) {
	i := slices.IndexFunc(m.deliveries, func(d Delivery) bool { return d.ID == id })
	if i < 0 {
		return Delivery{}, apperr.New(apperr.NotFound, "合同没有这份成果")
	}
	return m.deliveries[i], nil
}

// RequestRevision sends a version back with the reasons.
func (s *Service) RequestRevision(ctx context.Context, in AnswerDeliveryInput) (Detail, error) {
	return s.act(ctx, in.Contract, permitRun, Revise, func(ctx context.Context, m *matter) error {
		d, err := m.delivery(in.Delivery)
		if err != nil {
			return err
		}
		if _, err := Deliveries.Next(d.State, Revise, m.side); err != nil {
			return err
		}
		reason, err := reasoned("reason", "修改意见", in.Reason)
		if err != nil {
			return err
		}
		if err := answerDelivery(ctx, m.tx, d.ID, personOf(ctx), DeliveryRevision, reason, m.now); err != nil {
			return err
		}
		terms := m.version(m.c.Version).Terms
		st := step{action: Revise, note: fmt.Sprintf("“%s”第 %d 版要求修改：%s", terms.Milestones[d.Milestone-1].Name, d.Version, reason), to: m.theOther()}
		if d.Milestone == len(terms.Milestones) {
			if err := setDelivered(ctx, m.tx, m.c.ID, nil); err != nil {
				return err
			}
			m.c.DeliveredAt = nil
			st.move = procurement.Revise
		}
		return m.take(ctx, st)
	})
}

// Accept accepts a version. With the last milestone's the service is accepted: every other
// must have been. What the platform measured by itself goes to the agency's credit.
func (s *Service) Accept(ctx context.Context, in AnswerDeliveryInput) (Detail, error) {
	return s.act(ctx, in.Contract, permitRun, Accept, func(ctx context.Context, m *matter) error {
		d, err := m.delivery(in.Delivery)
		if err != nil {
			return err
		}
		if _, err := Deliveries.Next(d.State, Accept, m.side); err != nil {
			return err
		}
		note := strings.TrimSpace(in.Reason)
		if !readable(note, 2000) {
			return apperr.InvalidField("reason", "验收意见应是不超过 2000 字的文字")
		}
		terms := m.version(m.c.Version).Terms
		last := d.Milestone == len(terms.Milestones)
		if last {
			for n := 1; n < d.Milestone; n++ {
				if m.accepted(n) == nil {
					return apperr.New(apperr.Conflict, "里程碑“%s”还没有验收，请先验收它", terms.Milestones[n-1].Name)
				}
			}
			if m.open() != nil || m.ending() != nil {
				return apperr.New(apperr.Conflict, "有变更或者终止等待答复，请先处理它再验收全部成果")
			}
		}
		if err := answerDelivery(ctx, m.tx, d.ID, personOf(ctx), DeliveryAccepted, note, m.now); err != nil {
			return err
		}
		said := fmt.Sprintf("“%s”第 %d 版验收合格", terms.Milestones[d.Milestone-1].Name, d.Version)
		if !last {
			return m.take(ctx, step{action: Accept, note: said, to: m.theOther()})
		}
		return m.complete(ctx, d, said)
	})
}

// complete ends the service: the clock is read for the last time, and measured.
func (m *matter) complete(ctx context.Context, d Delivery, said string) error {
	cal, err := calendar.Load(ctx, m.tx)
	if err != nil {
		return err
	}
	before := slices.DeleteFunc(m.ofMilestone(d.Milestone), func(x Delivery) bool { return x.ID == d.ID })
	timing := Measure(cal, calendar.DayOf(*m.c.StartOn), calendar.DayOf(d.At), countedStops(m.stops, before))
	onTime, kept := timing.Used <= m.c.Days, m.c.PriceKept(m.paid())
	m.c.UsedDays, m.c.DeliveredAt = &timing.Used, &d.At
	for kind, ok := range map[credit.FactKind]bool{credit.OnTime: onTime, credit.PriceKept: kept} {
		if err := credit.MeasureTx(ctx, m.tx, credit.Measured{Agency: m.c.Agency, Kind: kind, Kept: ok, Subject: m.c.ID, At: m.now}); err != nil {
			return err
		}
	}
	if err := openEvaluation(ctx, m.tx, m.c.ID, m.c.Region, m.now); err != nil {
		return err
	}
	note := fmt.Sprintf("%s，服务完成。承诺 %d 个工作日，计入 %d 个，停计 %d 个", said, m.c.Days, timing.Used, timing.Stopped)
	return m.take(ctx, step{action: Complete, note: note, to: []Side{Agency, Operator, Officer}, kind: "contract-accepted", move: procurement.Accept,
		body: map[string]any{"contract": m.c.Number, "days": m.c.Days, "awardDays": m.c.AwardDays, "elapsedDays": timing.Elapsed, "stoppedDays": timing.Stopped, "usedDays": timing.Used,
			"onTime": onTime, "priceFen": m.c.PriceFen, "awardFen": m.c.AwardFen, "priceKept": kept, "deliveredAt": d.At.UTC(), "acceptedAt": m.now.UTC()}})
}
