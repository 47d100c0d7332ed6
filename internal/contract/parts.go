package contract

import (
	"cmp"
	"slices"
	"time"

	"github.com/google/uuid"

	"zjcs/internal/platform/calendar"
	"zjcs/internal/review"
)

// What hangs on a contract has a life of its own, told from the side that began it.
const (
	Proposer Side = "proposer"
	Other    Side = "other"
)

var partSides = map[Side]string{Proposer: "提出方", Other: "对方", Purchaser: "项目业主", Agency: "中介机构", review.Clock: "到时"}

// StopState is where a stop of the clock stands.
type StopState = review.State

// States of a stop.
const (
	StopProposed  StopState = "proposed"
	StopRunning   StopState = "running"
	StopResuming  StopState = "resuming" // its end is proposed and not yet confirmed: it still counts
	StopEnded     StopState = "ended"
	StopDeclined  StopState = "declined"
	StopWithdrawn StopState = "withdrawn"
)

// Stops is the life of a stop. Who proposes that the clock goes on is that step's proposer.
var Stops = review.Machine{
	Name:   "停计",
	States: map[review.State]string{StopProposed: "待对方确认", StopRunning: "停计中", StopResuming: "恢复待确认", StopEnded: "已恢复", StopDeclined: "对方不同意", StopWithdrawn: "已撤回"},
	Labels: Workflow.Labels, Sides: partSides,
	Steps: []review.Step{
		{From: StopProposed, Action: ConfirmStop, To: StopRunning, By: Other},
		{From: StopProposed, Action: DeclineStop, To: StopDeclined, By: Other},
		{From: StopProposed, Action: WithdrawStop, To: StopWithdrawn, By: Proposer},
		{From: StopRunning, Action: ProposeResume, To: StopResuming, By: Proposer},
		{From: StopRunning, Action: ProposeResume, To: StopResuming, By: Other},
		{From: StopResuming, Action: ConfirmResume, To: StopEnded, By: Other},
		{From: StopResuming, Action: DeclineResume, To: StopRunning, By: Other},
	},
}

// StopKind is why the clock stands.
type StopKind string

// Kinds of stops.
const (
	OwnerPapers     StopKind = "owner_papers"
	AuthorityReview StopKind = "authority_review"
	ForceMajeure    StopKind = "force_majeure"
	OtherStop       StopKind = "other"
)

// StopKinds in Chinese.
var StopKinds = map[StopKind]string{OwnerPapers: "项目业主资料迟交", AuthorityReview: "审批部门审查", ForceMajeure: "不可抗力", OtherStop: "其他"}

// Stop is a row of contract_stop.
type Stop struct {
	ID         uuid.UUID
	Kind       StopKind
	Reason     string
	State      StopState
	From       calendar.Day
	Side       Side
	By         *uuid.UUID
	At         time.Time
	Confirmed  *time.Time
	Until      calendar.Day // 0: no end is proposed
	ResumeSide Side
	ResumeWhy  string
	EndedAt    *time.Time
	Answer     string
}

// actor is as whom a side acts on the stop.
func (s Stop) actor(side Side) Side {
	began := s.Side
	if s.State == StopResuming {
		began = s.ResumeSide
	}
	if began == side {
		return Proposer
	}
	return Other
}

// DeliveryState is where a version of a deliverable stands.
type DeliveryState = review.State

// States of a delivery.
const (
	DeliverySubmitted DeliveryState = "submitted"
	DeliveryRevision  DeliveryState = "revision"
	DeliveryAccepted  DeliveryState = "accepted"
)

// Deliveries is the life of a version of a deliverable.
var Deliveries = review.Machine{
	Name:   "服务成果",
	States: map[review.State]string{DeliverySubmitted: "待验收", DeliveryRevision: "要求修改", DeliveryAccepted: "已验收"},
	Labels: Workflow.Labels, Sides: partSides,
	Steps: []review.Step{
		{From: DeliverySubmitted, Action: Revise, To: DeliveryRevision, By: Purchaser},
		{From: DeliverySubmitted, Action: Accept, To: DeliveryAccepted, By: Purchaser},
	},
}

// Delivery is a row of contract_delivery.
type Delivery struct {
	ID        uuid.UUID
	Milestone int
	Version   int
	State     DeliveryState
	Note      string
	At        time.Time
	AnswerBy  time.Time
	Answer    string
	Answered  *time.Time
}

// PaymentState is where a payment stands.
type PaymentState = review.State

// States of a payment.
const (
	PaymentRecorded  PaymentState = "recorded"
	PaymentConfirmed PaymentState = "confirmed"
	PaymentDisputed  PaymentState = "disputed"
	PaymentVoid      PaymentState = "void"
)

// Payments is the life of a payment record.
var Payments = review.Machine{
	Name:   "付款登记",
	States: map[review.State]string{PaymentRecorded: "待机构确认", PaymentConfirmed: "已收到", PaymentDisputed: "有异议", PaymentVoid: "已作废"},
	Labels: Workflow.Labels, Sides: partSides,
	Steps: []review.Step{
		{From: PaymentRecorded, Action: ConfirmPayment, To: PaymentConfirmed, By: Agency},
		{From: PaymentRecorded, Action: DisputePayment, To: PaymentDisputed, By: Agency},
		{From: PaymentRecorded, Action: VoidPayment, To: PaymentVoid, By: Purchaser},
		{From: PaymentDisputed, Action: ConfirmPayment, To: PaymentConfirmed, By: Agency},
		{From: PaymentDisputed, Action: VoidPayment, To: PaymentVoid, By: Purchaser},
	},
}

// Payment is a row of contract_payment.
type Payment struct {
	ID       uuid.UUID
	Fen      int64
	On       calendar.Day
	State    PaymentState
	Note     string
	At       time.Time
	Answer   string
	Answered *time.Time
}

// counts reports whether it counts as paid: until the agency denies it, it does.
func (p Payment) counts() bool { return p.State == PaymentRecorded || p.State == PaymentConfirmed }

// How a contract ends before it is completed.
const (
	ByAgreement = "agreement"
	ByNotice    = "notice"
	ByDecision  = "decision"
)

var howLabels = map[string]string{ByAgreement: "协商终止", ByNotice: "一方通知终止", ByDecision: "依决定终止"}

// States of a termination.
const (
	EndProposed  review.State = "proposed"
	EndEffective review.State = "effective"
	EndDisputed  review.State = "disputed" // a notice that the other side objects to: a decision is needed
	EndDeclined  review.State = "declined"
	EndWithdrawn review.State = "withdrawn"
)

// Endings is the life of a termination that waits for the other side.
var Endings = review.Machine{
	Name:   "合同终止",
	States: map[review.State]string{EndProposed: "待对方答复", EndEffective: "已生效", EndDisputed: "对方有异议", EndDeclined: "对方不同意", EndWithdrawn: "已撤回"},
	Labels: Workflow.Labels, Sides: partSides,
	Steps: []review.Step{
		{From: EndProposed, Action: Terminate, To: EndEffective, By: Other},
		{From: EndProposed, Action: Terminate, To: EndEffective, By: review.Clock},
		{From: EndProposed, Action: DeclineEnd, To: EndDeclined, By: Other},
		{From: EndProposed, Action: DisputeEnd, To: EndDisputed, By: Other},
		{From: EndProposed, Action: WithdrawEnd, To: EndWithdrawn, By: Proposer},
	},
}

// Ending is a row of contract_termination.
type Ending struct {
	ID       uuid.UUID
	How      string
	State    review.State
	Reason   string
	Basis    string
	Side     Side
	At       time.Time
	AnswerBy *time.Time
	Answer   string
	Answered *time.Time
}

// States of a version.
const (
	VersionOpen      review.State = "open"
	VersionInForce   review.State = "in_force"
	VersionReplaced  review.State = "replaced"
	VersionDeclined  review.State = "declined"
	VersionWithdrawn review.State = "withdrawn"
)

// Amendments is the life of an amendment.
var Amendments = review.Machine{
	Name:   "合同变更",
	States: map[review.State]string{VersionOpen: "待确认", VersionInForce: "有效", VersionReplaced: "已被替代", VersionDeclined: "对方不同意", VersionWithdrawn: "已撤回"},
	Labels: Workflow.Labels, Sides: partSides,
	Steps: []review.Step{
		{From: VersionOpen, Action: Amended, To: VersionInForce, By: Other},
		{From: VersionOpen, Action: NotAmend, To: VersionDeclined, By: Other},
		{From: VersionOpen, Action: UnAmend, To: VersionWithdrawn, By: Proposer},
	},
}

// Version is a row of contract_version with who confirmed it.
type Version struct {
	Number    int
	Amendment int // 0: the contract itself
	State     review.State
	Terms     Terms
	Text      string
	Nonce     string
	Hash      string
	Reason    string
	Side      Side
	At        time.Time
	InForceAt *time.Time
	Answer    string
	Confirmed []Confirmation
}

// Confirmation is one side's word on a version.
type Confirmation struct {
	Side Side      `json:"side" enum:"purchaser,agency" doc:"哪一方"`
	Hash string    `json:"hash" doc:"确认的摘要"`
	At   time.Time `json:"at" doc:"确认时间"`
}

func (v Version) confirmedBy(side Side) bool {
	return slices.ContainsFunc(v.Confirmed, func(c Confirmation) bool { return c.Side == side })
}

// Pass is a row of contract_first_pass.
type Pass struct {
	ID        uuid.UUID
	Passed    bool
	Authority string
	Document  string
	On        calendar.Day
	Note      string
	At        time.Time
	StruckAt  *time.Time
	StruckWhy string
}

// parts is all that hangs on a contract.
type parts struct {
	versions   []Version // in their order
	stops      []Stop
	deliveries []Delivery
	payments   []Payment
	endings    []Ending
	passes     []Pass
	files      map[uuid.UUID][]Attachment // by subject
}

// Attachment is a file that hangs on a contract.
type Attachment struct {
	ID     uuid.UUID `json:"id"`
	Name   string    `json:"name" doc:"文件名"`
	Size   int64     `json:"size" doc:"字节数"`
	SHA256 string    `json:"sha256" doc:"内容的 SHA-256"`
}

func (p *parts) version(n int) *Version {
	i := slices.IndexFunc(p.versions, func(v Version) bool { return v.Number == n })
	if i < 0 {
		return nil
	}
	return &p.versions[i]
}

// open is the version that waits for confirmations; nil where none does.
func (p *parts) open() *Version {
	i := slices.IndexFunc(p.versions, func(v Version) bool { return v.State == VersionOpen })
	if i < 0 {
		return nil
	}
	return &p.versions[i]
}

// ending is the termination that waits for an answer.
func (p *parts) ending() *Ending {
	i := slices.IndexFunc(p.endings, func(e Ending) bool { return e.State == EndProposed })
	if i < 0 {
		return nil
	}
	return &p.endings[i]
}

// latest is the last version delivered for a milestone; nil: none yet.
func (p *parts) latest(milestone int) *Delivery {
	var out *Delivery
	for i, d := range p.deliveries {
		if d.Milestone == milestone && (out == nil || d.Version > out.Version) {
			out = &p.deliveries[i]
		}
	}
	return out
}

func (p *parts) accepted(milestone int) *Delivery {
	if d := p.latest(milestone); d != nil && d.State == DeliveryAccepted {
		return d
	}
	return nil
}

// paid is what counts as paid.
func (p *parts) paid() (fen int64) {
	for _, x := range p.payments {
		if x.counts() {
			fen += x.Fen
		}
	}
	return fen
}

// countedStops are the spans on which the clock stands: of stops that the other side has
// confirmed, and while the purchaser examines the last milestone's versions (both ends of
// which are recorded acts of the two sides).
func countedStops(stops []Stop, last []Delivery) []Span {
	var out []Span
	for _, s := range stops {
		switch s.State {
		case StopRunning, StopResuming:
			out = append(out, Span{s.From, 0})
		case StopEnded:
			out = append(out, Span{s.From, s.Until})
		default: // never confirmed
		}
	}
	for _, d := range last {
		span := Span{From: calendar.DayOf(d.At) + 1}
		if d.Answered != nil {
			span.Until = calendar.DayOf(*d.Answered) + 1
		}
		if span.Until == 0 || span.Until > span.From {
			out = append(out, span)
		}
	}
	return out
}

// ofMilestone are the versions delivered for one, in their order.
func (p *parts) ofMilestone(n int) []Delivery {
	var out []Delivery
	for _, d := range p.deliveries {
		if d.Milestone == n {
			out = append(out, d)
		}
	}
	slices.SortFunc(out, func(a, b Delivery) int { return cmp.Compare(a.Version, b.Version) })
	return out
}
