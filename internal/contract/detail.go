package contract

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/audit"
	"zjcs/internal/platform/authz"
	"zjcs/internal/platform/calendar"
	"zjcs/internal/platform/db"
	"zjcs/internal/review"
)

// Detail is a contract as its two sides and the officials of its region see it.
type Detail struct {
	Summary
	AwardNumber    string          `json:"awardNumber" doc:"中选通知书编号"`
	Terms          Terms           `json:"terms" doc:"现行的约定；起草中的是最新一版"`
	Text           string          `json:"text" doc:"合同全文"`
	Version        int             `json:"version" doc:"现行的版本"`
	Hash           string          `json:"hash" doc:"现行版本的摘要，双方确认的就是它"`
	Confirmations  []Confirmation  `json:"confirmations" doc:"对现行版本的确认"`
	Proposal       *VersionView    `json:"proposal,omitempty" doc:"等待对方确认的变更"`
	Versions       []VersionView   `json:"versions" doc:"各个版本，先后为序，不含全文"`
	Document       []Attachment    `json:"document" doc:"备案的合同文本"`
	Clock          *ClockView      `json:"clock,omitempty" doc:"承诺时限的计时；签订后才有"`
	Stops          []StopView      `json:"stops" doc:"停计"`
	Milestones     []MilestoneView `json:"milestones" doc:"里程碑和提交的成果"`
	FirstPass      []PassView      `json:"firstPass" doc:"审批部门首次审查的结果，含更正前的"`
	Money          MoneyView       `json:"money" doc:"款项"`
	Payments       []PaymentView   `json:"payments" doc:"付款登记"`
	Terminations   []EndingView    `json:"terminations" doc:"终止"`
	Course         []CourseStep    `json:"course" doc:"全过程，先后为序"`
	Side           Side            `json:"side,omitempty" enum:"purchaser,agency" doc:"您是哪一方；没有表示以工作人员身份查看"`
	AllowedActions []Allowed       `json:"allowedActions" doc:"现在能做什么；正等着办理的在前"`
}

// VersionView is a version as it is shown.
type VersionView struct {
	Number        int            `json:"version" doc:"版本"`
	Amendment     int            `json:"amendment,omitempty" doc:"第几次变更；没有表示合同本身"`
	State         review.State   `json:"state" enum:"open,in_force,replaced,declined,withdrawn" doc:"状态"`
	StateLabel    string         `json:"stateLabel" doc:"状态"`
	Terms         Terms          `json:"terms" doc:"约定"`
	Text          string         `json:"text,omitempty" doc:"全文；只在等待确认的变更中有"`
	Hash          string         `json:"hash" doc:"摘要"`
	Reason        string         `json:"reason,omitempty" doc:"变更的理由"`
	Side          Side           `json:"side" enum:"purchaser,agency" doc:"由哪一方提出"`
	SideLabel     string         `json:"sideLabel" doc:"由哪一方提出"`
	At            time.Time      `json:"at" doc:"提出时间"`
	InForceAt     *time.Time     `json:"inForceAt,omitempty" doc:"生效时间"`
	Answer        string         `json:"answer,omitempty" doc:"不同意或者撤回的理由"`
	Confirmations []Confirmation `json:"confirmations" doc:"确认"`
	Files         []Attachment   `json:"files" doc:"依据"`
}

// ClockView is the clock of the promised days.
type ClockView struct {
	Timing
	Promised  int           `json:"promised" doc:"承诺的工作日"`
	AwardDays int           `json:"awardDays" doc:"中选时承诺的工作日"`
	StartOn   calendar.Day  `json:"startOn" format:"date" doc:"起算日，当天不计"`
	AsOf      calendar.Day  `json:"asOf" format:"date" doc:"计到哪一天：今天、交付之日或者终止之日"`
	DueOn     *calendar.Day `json:"dueOn,omitempty" format:"date" doc:"承诺时限的最后一天；停计中没有"`
	Standing  bool          `json:"standing" doc:"为真表示现在停计"`
	Over      bool          `json:"over" doc:"为真表示已经超过承诺时限"`
	Left      int           `json:"left" doc:"还剩几个工作日；超过的是负数"`
}

// StopView is a stop as it is shown.
type StopView struct {
	ID           uuid.UUID     `json:"id"`
	Kind         StopKind      `json:"kind" enum:"owner_papers,authority_review,force_majeure,other" doc:"原因"`
	KindLabel    string        `json:"kindLabel" doc:"原因"`
	Reason       string        `json:"reason" doc:"理由"`
	State        review.State  `json:"state" enum:"proposed,running,resuming,ended,declined,withdrawn" doc:"状态"`
	StateLabel   string        `json:"stateLabel" doc:"状态"`
	From         calendar.Day  `json:"from" format:"date" doc:"从哪一天起停计"`
	Until        *calendar.Day `json:"until,omitempty" format:"date" doc:"从哪一天起恢复"`
	Counts       bool          `json:"counts" doc:"为真表示经对方确认，已经停计"`
	Days         int           `json:"days" doc:"停了几个工作日，到今天为止；与别的停计重叠的也算在内"`
	Side         Side          `json:"side" enum:"purchaser,agency" doc:"由哪一方提出"`
	SideLabel    string        `json:"sideLabel" doc:"由哪一方提出"`
	At           time.Time     `json:"at" doc:"提出时间"`
	ConfirmedAt  *time.Time    `json:"confirmedAt,omitempty" doc:"对方确认的时间"`
	ResumeSide   Side          `json:"resumeSide,omitempty" doc:"由哪一方提出恢复"`
	ResumeReason string        `json:"resumeReason,omitempty" doc:"恢复的理由"`
	EndedAt      *time.Time    `json:"endedAt,omitempty" doc:"恢复得到确认的时间"`
	Answer       string        `json:"answer,omitempty" doc:"不同意的理由"`
}

// MilestoneView is a milestone with what was delivered for it.
type MilestoneView struct {
	Milestone
	Number     int            `json:"milestone" doc:"序号，从 1 起"`
	Last       bool           `json:"last" doc:"为真表示交付全部成果"`
	DueOn      *calendar.Day  `json:"dueOn,omitempty" format:"date" doc:"最后一天；停计中、签订前没有"`
	State      review.State   `json:"state" enum:"waiting,submitted,revision,accepted" doc:"状态"`
	StateLabel string         `json:"stateLabel" doc:"状态"`
	Deliveries []DeliveryView `json:"deliveries" doc:"提交的各版"`
}

// DeliveryView is a version of a result.
type DeliveryView struct {
	ID         uuid.UUID    `json:"id"`
	Version    int          `json:"version" doc:"第几版"`
	State      review.State `json:"state" enum:"submitted,revision,accepted" doc:"状态"`
	StateLabel string       `json:"stateLabel" doc:"状态"`
	Note       string       `json:"note,omitempty" doc:"说明"`
	At         time.Time    `json:"at" doc:"提交时间"`
	AnswerBy   time.Time    `json:"answerBy" doc:"项目业主应在此前答复；不答复不视为验收"`
	Late       bool         `json:"late" doc:"为真表示答复已经超期"`
	Answer     string       `json:"answer,omitempty" doc:"修改意见或者验收意见"`
	AnsweredAt *time.Time   `json:"answeredAt,omitempty" doc:"答复时间"`
	Files      []Attachment `json:"files" doc:"成果文件"`
}

// PassView is the authority's word.
type PassView struct {
	Passed       bool         `json:"passed" doc:"为真表示首次报送即通过"`
	Authority    string       `json:"authority" doc:"审查部门"`
	Document     string       `json:"document,omitempty" doc:"文号"`
	On           calendar.Day `json:"on" format:"date" doc:"审查日期"`
	Note         string       `json:"note,omitempty" doc:"审查意见"`
	At           time.Time    `json:"at" doc:"登记时间"`
	StruckAt     *time.Time   `json:"struckAt,omitempty" doc:"被更正的时间"`
	StruckReason string       `json:"struckReason,omitempty" doc:"更正的理由"`
}

// MoneyView is what is owed and paid.
type MoneyView struct {
	PriceFen     int64     `json:"priceFen" doc:"合同价（分）"`
	PaidFen      int64     `json:"paidFen" doc:"已登记、机构没有异议的付款（分）"`
	ConfirmedFen int64     `json:"confirmedFen" doc:"机构确认收到的（分）"`
	LeftFen      int64     `json:"leftFen" doc:"未付（分）"`
	Dues         []DueLine `json:"dues" doc:"各笔应付款"`
	Lateness
	AsOf        calendar.Day `json:"asOf" format:"date" doc:"利息计到哪一天"`
	LateRatePPM int          `json:"lateRatePpm" doc:"逾期利息每日的利率，百万分之一；签订时固定"`
	RateNote    string       `json:"rateNote" doc:"利率的依据"`
}

// PaymentView is a payment record.
type PaymentView struct {
	ID         uuid.UUID    `json:"id"`
	Fen        int64        `json:"amountFen" doc:"金额（分）"`
	On         calendar.Day `json:"on" format:"date" doc:"付款日期"`
	State      review.State `json:"state" enum:"recorded,confirmed,disputed,void" doc:"状态"`
	StateLabel string       `json:"stateLabel" doc:"状态"`
	Note       string       `json:"note,omitempty" doc:"说明"`
	At         time.Time    `json:"at" doc:"登记时间"`
	Answer     string       `json:"answer,omitempty" doc:"异议或者作废的理由"`
	AnsweredAt *time.Time   `json:"answeredAt,omitempty" doc:"答复时间"`
	Files      []Attachment `json:"files" doc:"凭证"`
}

// EndingView is a termination.
type EndingView struct {
	ID         uuid.UUID    `json:"id"`
	How        string       `json:"how" enum:"agreement,notice,decision" doc:"方式"`
	HowLabel   string       `json:"howLabel" doc:"方式"`
	State      review.State `json:"state" enum:"proposed,effective,disputed,declined,withdrawn" doc:"状态"`
	StateLabel string       `json:"stateLabel" doc:"状态"`
	Reason     string       `json:"reason" doc:"理由"`
	Basis      string       `json:"basis,omitempty" doc:"依据"`
	Side       Side         `json:"side" enum:"purchaser,agency,operator" doc:"由哪一方提出"`
	SideLabel  string       `json:"sideLabel" doc:"由哪一方提出"`
	At         time.Time    `json:"at" doc:"提出时间"`
	AnswerBy   *time.Time   `json:"answerBy,omitempty" doc:"对方应在此前答复，不答复的到期生效"`
	Answer     string       `json:"answer,omitempty" doc:"对方的意见"`
	AnsweredAt *time.Time   `json:"answeredAt,omitempty" doc:"答复时间"`
	Files      []Attachment `json:"files" doc:"附件"`
}

// CourseStep is one step of the course.
type CourseStep struct {
	Action    review.Action `json:"action"`
	Label     string        `json:"label" doc:"做了什么"`
	Side      Side          `json:"side" enum:"purchaser,agency,operator,officer,clock" doc:"哪一方"`
	SideLabel string        `json:"sideLabel" doc:"哪一方"`
	At        time.Time     `json:"at" doc:"时间"`
	Note      string        `json:"note" doc:"说明"`
	EntryID   *uuid.UUID    `json:"entryId,omitempty" doc:"公开日志的条目"`
}

// sees reports whether the actor may read the contract: either side, and the officials of
// its region (and sector).
func (s *Service) sees(ctx context.Context, c Contract) bool {
	a := authz.From(ctx)
	if a == nil {
		return false
	}
	for _, org := range []uuid.UUID{c.org(Purchaser), c.org(Agency)} {
		if org != uuid.Nil && s.Policy.May(ctx, permitRead, authz.Scope{Organisation: org}) {
			return true
		}
	}
	return s.Policy.May(ctx, permitRead, authz.Scope{Region: c.Region, Sectors: c.Sectors})
}

// Get is a contract by id or number. An official's look is logged: a contract names persons
// (个人信息保护法 第28条).
func (s *Service) Get(ctx context.Context, key string) (Detail, error) {
	if err := s.Policy.Require(ctx, permitRead, authz.Anywhere); err != nil {
		return Detail{}, err
	}
	id, err := uuid.Parse(key)
	if err != nil {
		if len(key) > 40 || strings.ContainsFunc(key, func(r rune) bool { return (r < '0' || r > '9') && (r < 'A' || r > 'Z') }) {
			return Detail{}, errNotFound
		}
		if id, err = idOf(ctx, s.Pool, "number", key); err != nil {
			return Detail{}, err
		}
	}
	c, err := load(ctx, s.Pool, id, false)
	if err != nil {
		return Detail{}, err
	}
	if !s.sees(ctx, c) {
		return Detail{}, errNotFound
	}
	all, err := loadParts(ctx, s.Pool, []uuid.UUID{id}, true)
	if err != nil {
		return Detail{}, err
	}
	d, err := s.detail(ctx, c, all[id])
	if err == nil && d.Side == "" {
		err = audit.Record(ctx, s.Pool, audit.Entry{Outcome: audit.Read, Action: string(permitRead), Kind: "contract", ID: id.String(), Organisation: c.Org, Region: c.Region, Summary: "查看合同 " + c.Number})
	}
	return d, err
}

func (s *Service) detail(ctx context.Context, c Contract, p *parts) (Detail, error) {
	now, err := dbNow(ctx, s.Pool)
	if err != nil {
		return Detail{}, err
	}
	cal, err := calendar.Load(ctx, s.Pool)
	if err != nil {
		return Detail{}, err
	}
	side, err := s.sideOf(ctx, c)
	if err != nil && apperr.CodeOf(err) != apperr.Forbidden {
		return Detail{}, err
	}
	d := Detail{Summary: summarise(c, p, cal, now, side), Side: side, Document: nonNil(p.files[c.ID]), AllowedActions: s.allowedTo(ctx, c, p, side, now)}
	if err := readBeside(ctx, s.Pool, c, &d); err != nil {
		return d, err
	}
	v := p.version(c.Version)
	d.Terms, d.Text, d.Version, d.Hash, d.Confirmations = v.Terms, v.Text, v.Number, v.Hash, nonNil(v.Confirmed)
	if open := p.open(); open != nil && open.Amendment > 0 {
		view := versionView(c, p, *open)
		view.Text = open.Text
		d.Proposal = &view
	}
	d.Versions = []VersionView{}
	for _, v := range p.versions {
		d.Versions = append(d.Versions, versionView(c, p, v))
	}
	d.Clock = clockOf(c, p, cal, now)
	d.Stops, d.Milestones = stopViews(c, p, cal, now), milestoneViews(c, p, v.Terms, cal, now)
	d.FirstPass, d.Payments, d.Terminations = passViews(p), paymentViews(p), endingViews(p)
	d.Money = moneyOf(c, p, now)
	return d, nil
}

func nonNil[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// MayRead reports whether the actor may see a contract that the file hangs on, and tells
// which: for the one who gives files out.
func (s *Service) MayRead(ctx context.Context, file uuid.UUID, name string) (bool, error) {
	if !s.Policy.May(ctx, permitRead, authz.Anywhere) {
		return false, nil
	}
	ids, err := naming(ctx, s.Pool, file)
	if err != nil {
		return false, err
	}
	for _, id := range ids {
		c, err := load(ctx, s.Pool, id, false)
		if err != nil {
			return false, err
		}
		if !s.sees(ctx, c) {
			continue
		}
		if side, _ := s.sideOf(ctx, c); side != "" {
			return true, nil
		}
		return true, audit.Record(ctx, s.Pool, audit.Entry{Outcome: audit.Read, Action: string(permitRead), Kind: "file", ID: file.String(), Organisation: c.Org, Region: c.Region,
			Summary: "查看附件 " + name + "（合同 " + c.Number + "）"})
	}
	return false, nil
}

// readBeside fills in what stands in other tables: the award's number and the course.
func readBeside(ctx context.Context, q db.Querier, c Contract, d *Detail) (err error) {
	if d.AwardNumber, err = awardNumber(ctx, q, c.Award); err != nil {
		return err
	}
	d.Course, err = listCourse(ctx, q, c.ID)
	return err
}
