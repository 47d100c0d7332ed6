package contract

import (
	"context"
	"time"

	"github.com/google/uuid"

	"zjcs/internal/platform/calendar"
	"zjcs/internal/review"
)

// Published is what everyone may know of a contract once it is signed: its figures and its
// dates, never its text.
type Published struct {
	Number           string               `json:"number" doc:"合同编号"`
	ProcurementID    uuid.UUID            `json:"procurementId"`
	State            review.State         `json:"state" enum:"signed,filed,completed,terminated" doc:"状态"`
	StateLabel       string               `json:"stateLabel" doc:"状态"`
	PriceFen         int64                `json:"priceFen" doc:"合同价（分），含变更"`
	AwardFen         int64                `json:"awardFen" doc:"中选价（分）"`
	SignedFen        int64                `json:"signedFen" doc:"签订时的合同价（分）"`
	PriceReason      string               `json:"priceReason,omitempty" doc:"低于中选价的理由"`
	Days             int                  `json:"days" doc:"承诺的工作日，含变更"`
	AwardDays        int                  `json:"awardDays" doc:"中选时承诺的工作日"`
	ElapsedDays      int                  `json:"elapsedDays" doc:"起算以来的工作日"`
	StoppedDays      int                  `json:"stoppedDays" doc:"其中停计的"`
	UsedDays         int                  `json:"usedDays" doc:"其中计入承诺时限的"`
	StartOn          calendar.Day         `json:"startOn" format:"date" doc:"起算日"`
	DueOn            *calendar.Day        `json:"dueOn,omitempty" format:"date" doc:"承诺时限的最后一天；停计中没有"`
	Overdue          bool                 `json:"overdue" doc:"为真表示超过承诺时限"`
	SignedAt         time.Time            `json:"signedAt" doc:"签订时间"`
	SignLate         bool                 `json:"signLate" doc:"为真表示晚于中选通知书写明的期限"`
	SignBeyondLaw    bool                 `json:"signBeyondLaw" doc:"为真表示晚于法定的三十日（招标投标法 第46条）"`
	FiledAt          *time.Time           `json:"filedAt,omitempty" doc:"备案时间"`
	FileLate         bool                 `json:"fileLate" doc:"为真表示备案晚于期限，或者至今没有备案"`
	DeliveredAt      *time.Time           `json:"deliveredAt,omitempty" doc:"交付全部成果的时间"`
	AcceptedAt       *time.Time           `json:"acceptedAt,omitempty" doc:"验收完成的时间"`
	FirstPass        *bool                `json:"firstPass,omitempty" doc:"审批部门首次审查是否通过；没有表示没有登记"`
	TerminatedAt     *time.Time           `json:"terminatedAt,omitempty" doc:"终止时间"`
	EndedReason      string               `json:"endedReason,omitempty" doc:"终止的方式和理由"`
	Amendments       []PublishedAmendment `json:"amendments" doc:"生效的变更"`
	Lines            []LogLine            `json:"lines" doc:"公开日志中的记录"`
	AmendedUpwardFen int64                `json:"amendedUpwardFen" doc:"各次变更增加的合同价之和（分）"`
}

// PublishedAmendment is an amendment in force.
type PublishedAmendment struct {
	Number   int       `json:"number" doc:"第几次"`
	Reason   string    `json:"reason" doc:"理由"`
	PriceFen int64     `json:"priceFen" doc:"变更后的合同价（分）"`
	Days     int       `json:"days" doc:"变更后承诺的工作日"`
	At       time.Time `json:"at" doc:"生效时间"`
}

// LogLine is a line of the public log.
type LogLine struct {
	Label   string    `json:"label" doc:"记录的是什么"`
	At      time.Time `json:"at" doc:"时间"`
	EntryID uuid.UUID `json:"entryId" doc:"公开日志的条目"`
	Index   *int64    `json:"index,omitempty" doc:"条目在公开日志中的序号，从 0 起"`
}

// OfProcurement is the contract of a procurement as everyone may know it. NotFound until it
// is signed.
func (s *Service) OfProcurement(ctx context.Context, of uuid.UUID) (Published, error) {
	id, err := idOf(ctx, s.Pool, "procurement_id", of)
	if err != nil {
		return Published{}, err
	}
	c, err := load(ctx, s.Pool, id, false)
	if err != nil {
		return Published{}, err
	}
	if c.State == Drafted {
		return Published{}, errNotFound
	}
	all, err := loadParts(ctx, s.Pool, []uuid.UUID{id}, false)
	if err != nil {
		return Published{}, err
	}
	now, err := dbNow(ctx, s.Pool)
	if err != nil {
		return Published{}, err
	}
	cal, err := calendar.Load(ctx, s.Pool)
	if err != nil {
		return Published{}, err
	}
	out := publish(c, all[id], cal, now)
	course, err := listCourse(ctx, s.Pool, id)
	if err != nil {
		return out, err
	}
	for _, e := range course {
		if e.EntryID != nil {
			out.Lines = append(out.Lines, LogLine{Label: e.Label, At: e.At, EntryID: *e.EntryID})
		}
	}
	return out, s.placeLines(ctx, out.Lines)
}

func (s *Service) placeLines(ctx context.Context, lines []LogLine) error {
	if s.LogIndexes == nil || len(lines) == 0 {
		return nil
	}
	ids := make([]uuid.UUID, len(lines))
	for i, l := range lines {
		ids[i] = l.EntryID
	}
	at, err := s.LogIndexes(ctx, ids)
	for i, id := range ids {
		if n, known := at[id]; known {
			lines[i].Index = &n
		}
	}
	return err
}

func publish(c Contract, p *parts, cal calendar.Calendar, now time.Time) Published {
	out := Published{Number: c.Number, ProcurementID: c.Procurement, State: c.State, StateLabel: stateLabel(c), PriceFen: c.PriceFen, AwardFen: c.AwardFen, Days: c.Days, AwardDays: c.AwardDays,
		SignedAt: *c.SignedAt, FiledAt: c.FiledAt, FileLate: c.State != Terminated && c.FiledLate(now), DeliveredAt: c.DeliveredAt, AcceptedAt: c.AcceptedAt, TerminatedAt: c.TerminatedAt,
		EndedReason: c.EndedReason, Amendments: []PublishedAmendment{}, Lines: []LogLine{}}
	out.SignLate, out.SignBeyondLaw = c.Late(now)
	k := clockOf(c, p, cal, now)
	out.StartOn, out.DueOn, out.Overdue = k.StartOn, k.DueOn, k.Over
	out.ElapsedDays, out.StoppedDays, out.UsedDays = k.Elapsed, k.Stopped, k.Used
	before := int64(-1)
	for _, v := range p.versions {
		if v.InForceAt == nil {
			continue
		}
		if v.Amendment == 0 {
			out.SignedFen, out.PriceReason, before = v.Terms.PriceFen, v.Terms.PriceReason, v.Terms.PriceFen
			continue
		}
		out.AmendedUpwardFen += max(v.Terms.PriceFen-before, 0)
		before = v.Terms.PriceFen
		out.Amendments = append(out.Amendments, PublishedAmendment{Number: v.Amendment, Reason: v.Reason, PriceFen: v.Terms.PriceFen, Days: v.Terms.Days, At: *v.InForceAt})
	}
	for _, r := range p.passes {
		if r.StruckAt == nil {
			out.FirstPass = &r.Passed
		}
	}
	return out
}
