package credit

import (
	"time"

	"zjcs/internal/platform/clock"
	"zjcs/internal/review"
)

// The life of a record (domain.md section 4). Its last three states follow from its days,
// as a score does: a row is never moved into them, so that a past day's state can be told
// as well as a past day's score.
const (
	Proposed   review.State = "proposed"
	Notified   review.State = "notified"
	Defended   review.State = "defended"
	Confirmed  review.State = "confirmed"
	Withdrawn  review.State = "withdrawn"
	Published  review.State = "published"
	Expired    review.State = "expired"
	Repaired   review.State = "repaired"
	Overturned review.State = "overturned"
)

const (
	Notify   review.Action = "notify"
	Defend   review.Action = "defend"
	Confirm  review.Action = "confirm"
	Withdraw review.Action = "withdraw"
	Publish  review.Action = "publish"
	Expire   review.Action = "expire"
	Repair   review.Action = "repair"
	Overturn review.Action = "overturn"
)

// Who takes a step.
const (
	ByProposer  review.By = "proposer"
	ByAgency    review.By = "agency"
	ByConfirmer review.By = "confirmer" // another than proposed it or had the agency told
)

// Workflow is the table that every record follows. Confirming and publishing are one
// transaction: what counts is public. An appeal may be won after a record has expired or
// was repaired; it then never counted, from that day on.
var Workflow = review.Machine{
	Name: "信用记录",
	States: map[review.State]string{
		Proposed: "已提出", Notified: "已告知，待申辩", Defended: "已申辩", Confirmed: "已认定", Withdrawn: "不予认定",
		Published: "已公布，计分中", Expired: "已期满", Repaired: "已修复", Overturned: "已撤销",
	},
	Labels: map[review.Action]string{
		Notify: "告知机构", Defend: "申辩", Confirm: "认定", Withdraw: "不予认定", Publish: "公布", Expire: "期满", Repair: "修复", Overturn: "撤销",
	},
	Sides: map[review.By]string{ByProposer: "提出人", ByAgency: "中介机构", ByConfirmer: "认定人", review.Clock: "到时"},
	Steps: []review.Step{
		{From: Proposed, Action: Notify, To: Notified, By: ByProposer},
		{From: Proposed, Action: Withdraw, To: Withdrawn, By: ByProposer},
		{From: Notified, Action: Defend, To: Defended, By: ByAgency},
		{From: Notified, Action: Withdraw, To: Withdrawn, By: ByProposer},
		{From: Notified, Action: Confirm, To: Confirmed, By: ByConfirmer},
		{From: Notified, Action: Withdraw, To: Withdrawn, By: ByConfirmer},
		{From: Defended, Action: Withdraw, To: Withdrawn, By: ByProposer},
		{From: Defended, Action: Confirm, To: Confirmed, By: ByConfirmer},
		{From: Defended, Action: Withdraw, To: Withdrawn, By: ByConfirmer},
		{From: Confirmed, Action: Publish, To: Published, By: review.Clock},
		{From: Published, Action: Expire, To: Expired, By: review.Clock},
		{From: Published, Action: Repair, To: Repaired, By: ByConfirmer},
		{From: Published, Action: Overturn, To: Overturned, By: ByConfirmer},
		{From: Expired, Action: Overturn, To: Overturned, By: ByConfirmer},
		{From: Repaired, Action: Overturn, To: Overturned, By: ByConfirmer},
	},
}

// phase is what a record's state on a day follows from.
type phase struct {
	state                    review.State
	expiresOn                string // "" before it is confirmed
	repairedAt, overturnedAt *time.Time
}

// on is the state at a time: what ended has ended, whether or not anyone wrote it down.
func (l phase) on(now time.Time) review.State {
	before := func(t *time.Time) bool { return t != nil && !t.After(now) }
	switch {
	case before(l.overturnedAt):
		return Overturned
	case before(l.repairedAt):
		return Repaired
	case l.state == Published && l.expiresOn < clock.Day(now):
		return Expired
	}
	return l.state
}
