package agency

import (
	"time"

	"zjcs/internal/platform/clock"
	"zjcs/internal/review"
)

// State is where an agency stands in its life.
type State = review.State

// The life of an agency (domain.md section 4).
const (
	Applicant  review.State = "applicant" // has an account, is not yet in the market
	Admitted   review.State = "admitted"
	Restricted review.State = "restricted" // out of random draws, always sampled
	Suspended  review.State = "suspended"  // takes on nothing
	Exited     review.State = "exited"
	Removed    review.State = "removed"
)

const (
	Admit    review.Action = "admit"
	Exit     review.Action = "exit"
	Restrict review.Action = "restrict"
	Suspend  review.Action = "suspend"
	Lift     review.Action = "lift"
	Remove   review.Action = "remove"
	EndTerm  review.Action = "end-term"
)

// Workflow is the table that every agency follows. Each step but the last is published
// by a submission: what the agency asks for is reviewed, what an official proposes is
// confirmed by another (domain.md section 3). A term ends by itself, by the day.
var Workflow = review.Machine{
	Name: "中介机构",
	States: map[review.State]string{
		Applicant: "未入驻", Admitted: "已入驻", Restricted: "受限制", Suspended: "暂停", Exited: "已退出", Removed: "已清退",
	},
	Labels: map[review.Action]string{
		Admit: "入驻", Exit: "退出", Restrict: "限制", Suspend: "暂停", Lift: "解除", Remove: "清退", EndTerm: "期满",
	},
	Steps: []review.Step{
		{From: Applicant, Action: Admit, To: Admitted, By: review.Author},
		{From: Admitted, Action: Exit, To: Exited, By: review.Author},
		{From: Admitted, Action: Restrict, To: Restricted, By: review.Reviewer},
		{From: Admitted, Action: Suspend, To: Suspended, By: review.Reviewer},
		{From: Admitted, Action: Remove, To: Removed, By: review.Reviewer},
		{From: Restricted, Action: Exit, To: Exited, By: review.Author}, // barred for the rest of the term
		{From: Restricted, Action: Suspend, To: Suspended, By: review.Reviewer},
		{From: Restricted, Action: Lift, To: Admitted, By: review.Reviewer},
		{From: Restricted, Action: Remove, To: Removed, By: review.Reviewer},
		{From: Restricted, Action: EndTerm, To: Admitted, By: review.Clock},
		{From: Suspended, Action: Exit, To: Exited, By: review.Author}, // barred for the rest of the term
		{From: Suspended, Action: Lift, To: Admitted, By: review.Reviewer},
		{From: Suspended, Action: Remove, To: Removed, By: review.Reviewer},
		{From: Suspended, Action: EndTerm, To: Admitted, By: review.Clock},
		{From: Exited, Action: Admit, To: Admitted, By: review.Author},
		{From: Exited, Action: Remove, To: Removed, By: review.Reviewer}, // what comes to light later still bars
		{From: Removed, Action: Admit, To: Admitted, By: review.Author},  // once the bar is over
	},
}

// stateOn is the state on the day of now: a term that has ended has ended, whether or
// not anyone wrote it down. until is its last day, "" for none.
func stateOn(state review.State, until string, now time.Time) review.State {
	if until == "" || until >= clock.Day(now) {
		return state
	}
	if to, err := Workflow.Next(state, EndTerm, review.Clock); err == nil {
		return to
	}
	return state
}

// Present reports an agency that is in the market, though it may be suspended.
func Present(s review.State) bool { return s == Admitted || s == Restricted || s == Suspended }
