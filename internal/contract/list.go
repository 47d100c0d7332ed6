package contract

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/authz"
	"zjcs/internal/platform/calendar"
	"zjcs/internal/platform/page"
	"zjcs/internal/review"
)

// Views of the signed-in.
const (
	ViewPurchaser = "purchaser" // its organisation's
	ViewAgency    = "agency"
	ViewRegion    = "region" // those of an official's regions and sectors
)

// ListFilter narrows a list of contracts.
type ListFilter struct {
	page.Request
	View    string
	State   review.State
	Query   string // part of title or number
	Awaited bool   // those alone in which a part waits for the side that asks
}

// Summary is a contract in a list.
type Summary struct {
	ID                uuid.UUID     `json:"id"`
	Number            string        `json:"number" doc:"合同编号"`
	ProcurementID     uuid.UUID     `json:"procurementId"`
	Title             string        `json:"title" doc:"项目名称"`
	Purchaser         string        `json:"purchaser" doc:"项目业主"`
	AgencyID          uuid.UUID     `json:"agencyId"`
	Agency            string        `json:"agency" doc:"中介机构"`
	Region            string        `json:"region" doc:"区划代码"`
	State             review.State  `json:"state" enum:"drafted,signed,filed,completed,terminated" doc:"状态"`
	StateLabel        string        `json:"stateLabel" doc:"状态"`
	Void              bool          `json:"void,omitempty" doc:"为真表示中选通知书已经失效，草稿作废"`
	PriceFen          int64         `json:"priceFen" doc:"合同价（分）"`
	AwardFen          int64         `json:"awardFen" doc:"中选价（分）"`
	Days              int           `json:"days" doc:"承诺的工作日"`
	SignBy            time.Time     `json:"signBy" doc:"应在此前签订"`
	SignedAt          *time.Time    `json:"signedAt,omitempty" doc:"签订时间"`
	SignLate          bool          `json:"signLate" doc:"为真表示签订晚于中选通知书写明的期限，或者至今没有签订"`
	SignBeyondLaw     bool          `json:"signBeyondLaw" doc:"为真表示晚于法定的三十日（招标投标法 第46条）"`
	FileBy            *time.Time    `json:"fileBy,omitempty" doc:"应在此前备案"`
	FiledAt           *time.Time    `json:"filedAt,omitempty" doc:"备案时间"`
	FileLate          bool          `json:"fileLate" doc:"为真表示备案晚于期限，或者至今没有备案"`
	FileByProvisional bool          `json:"fileByProvisional,omitempty" doc:"为真表示备案期限暂定：所依据的年份日历尚未公布"`
	DeliveredAt       *time.Time    `json:"deliveredAt,omitempty" doc:"交付全部成果的时间"`
	AcceptedAt        *time.Time    `json:"acceptedAt,omitempty" doc:"验收完成的时间"`
	UsedDays          *int          `json:"usedDays,omitempty" doc:"计入承诺时限的工作日；验收完成后才有"`
	DueOn             *calendar.Day `json:"dueOn,omitempty" format:"date" doc:"承诺时限的最后一天；停计中、签订前没有"`
	PaidFen           int64         `json:"paidFen" doc:"已付（分）"`
	OverdueFen        int64         `json:"overdueFen" doc:"到期未付（分）"`
	TerminatedAt      *time.Time    `json:"terminatedAt,omitempty" doc:"终止时间"`
	EndedReason       string        `json:"endedReason,omitempty" doc:"终止的方式和理由"`
	Amendments        int           `json:"amendments" doc:"生效的变更次数"`
	Demo              bool          `json:"demo,omitempty" doc:"为真表示示例数据"`
	Awaiting          []Allowed     `json:"awaiting" doc:"正等着您这一方办理的"`
	AwaitingOther     bool          `json:"awaitingOther" doc:"为真表示正等着对方办理"`
}

func summarise(c Contract, p *parts, cal calendar.Calendar, now time.Time, side Side) Summary {
	s := Summary{ID: c.ID, Number: c.Number, ProcurementID: c.Procurement, Title: c.Title, Purchaser: c.Purchaser, AgencyID: c.Agency, Agency: c.AgencyName, Region: c.Region,
		State: c.State, StateLabel: stateLabel(c), Void: c.Void, PriceFen: c.PriceFen, AwardFen: c.AwardFen, Days: c.Days, SignBy: c.SignBy, SignedAt: c.SignedAt,
		FileBy: c.FileBy, FiledAt: c.FiledAt, FileByProvisional: c.FileProvisional, DeliveredAt: c.DeliveredAt, AcceptedAt: c.AcceptedAt, UsedDays: c.UsedDays, PaidFen: p.paid(),
		TerminatedAt: c.TerminatedAt, EndedReason: c.EndedReason, Demo: c.Demo, Awaiting: []Allowed{}}
	if !c.Void && c.State != Terminated {
		s.SignLate, s.SignBeyondLaw = c.Late(now)
		s.FileLate = c.FiledLate(now)
	}
	if k := clockOf(c, p, cal, now); k != nil {
		s.DueOn = k.DueOn
	}
	s.OverdueFen = overdue(certain(dues(c, p)), p.paidOn(), calendar.DayOf(now))
	for _, v := range p.versions {
		if v.Amendment > 0 && v.InForceAt != nil {
			s.Amendments++
		}
	}
	if side == "" {
		return s
	}
	for _, a := range allowed(c, p, side, now) {
		if a.Awaited {
			s.Awaiting = append(s.Awaiting, a)
		}
	}
	s.AwaitingOther = slices.ContainsFunc(allowed(c, p, other(side), now), func(a Allowed) bool { return a.Awaited })
	return s
}

type listKey struct {
	ListFilter
	orgs             []uuid.UUID
	regions, sectors []string
	after            uuid.UUID
	later            bool
}

// List is what one side, or an official, has to do with.
func (s *Service) List(ctx context.Context, f ListFilter) (page.Page[Summary], error) {
	var none page.Page[Summary]
	if err := s.Policy.Require(ctx, permitRead, authz.Anywhere); err != nil {
		return none, err
	}
	if f.State != "" && Workflow.States[f.State] == "" {
		return none, apperr.InvalidField("state", "没有这个状态，请从列出的状态中选")
	}
	if !utf8.ValidString(f.Query) || utf8.RuneCountInString(f.Query) > 100 || strings.ContainsRune(f.Query, 0) {
		return none, apperr.InvalidField("q", "请输入不超过 100 个字")
	}
	if !slices.Contains([]string{ViewPurchaser, ViewAgency, ViewRegion}, f.View) {
		return none, apperr.InvalidField("view", "应是 purchaser、agency 或 region")
	}
	after, given, err := page.Decode[uuid.UUID](f.Cursor)
	if err != nil {
		return none, err
	}
	reach := s.Policy.ReachOf(ctx, permitRead)
	k := listKey{ListFilter: f, orgs: nonNil(reach.Organisations), regions: nonNil(reach.Regions), sectors: nonNil(reach.Sectors), after: after, later: given}
	rows, total, err := listContracts(ctx, s.Pool, k)
	if err != nil {
		return none, err
	}
	now, err := dbNow(ctx, s.Pool)
	if err != nil {
		return none, err
	}
	cal, err := calendar.Load(ctx, s.Pool)
	if err != nil {
		return none, err
	}
	found := page.Make(rows, f.Size(), total, func(c Contract) uuid.UUID { return c.ID })
	ids := make([]uuid.UUID, len(found.Items))
	for i, c := range found.Items {
		ids[i] = c.ID
	}
	all, err := loadParts(ctx, s.Pool, ids, false)
	if err != nil {
		return none, err
	}
	side := map[string]Side{ViewPurchaser: Purchaser, ViewAgency: Agency}[f.View]
	out := page.Page[Summary]{Items: make([]Summary, len(ids)), NextCursor: found.NextCursor, Total: found.Total, TotalCapped: found.TotalCapped}
	for i, c := range found.Items {
		out.Items[i] = summarise(c, all[c.ID], cal, now, side)
	}
	return out, nil
}
