package review

import (
	"fmt"
	"slices"
	"strings"

	"zjcs/internal/platform/apperr"
)

// State is where a matter stands; each life cycle has its own.
type State string

// Action is a step's name in a life cycle.
type Action string

// By is who takes a step: which side of the matter, not which role.
type By string

const (
	Author   By = "author"   // whoever submits, or a colleague of the organisation
	Reviewer By = "reviewer" // whoever is entitled to decide, never the author
	Clock    By = "clock"    // time passed; a job does it
)

// Step is one row of a life cycle: in From, By may take Action, and then it is To.
type Step struct {
	From   State
	Action Action
	To     State
	By     By
}

// Machine is a life cycle as data. The same rows answer what is allowed, refuse the
// rest, and draw docs/workflows.
type Machine struct {
	Name   string
	States map[State]string  // in Chinese
	Labels map[Action]string // in Chinese
	Sides  map[By]string     // in Chinese, where they are not those of a submission
	Steps  []Step
}

// Next is where action leads from a state; a Conflict says that it leads nowhere.
func (m Machine) Next(from State, action Action, by By) (State, error) {
	for _, s := range m.Steps {
		if s.From == from && s.Action == action && s.By == by {
			return s.To, nil
		}
	}
	return "", apperr.New(apperr.Conflict, "当前状态是“%s”，不能%s。请刷新后查看最新进展。", m.States[from], m.Labels[action])
}

// Allowed lists what by may do in a state, in the order of the table.
func (m Machine) Allowed(from State, by By) []Action {
	out := []Action{}
	for _, s := range m.Steps {
		if s.From == from && s.By == by && !slices.Contains(out, s.Action) {
			out = append(out, s.Action)
		}
	}
	return out
}

// Mermaid draws the life cycle for docs/workflows.
func (m Machine) Mermaid() string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\n```mermaid\nstateDiagram-v2\n", m.Name)
	for _, s := range m.Steps {
		side, own := m.Sides[s.By]
		if !own {
			side = byLabels[s.By]
		}
		fmt.Fprintf(&b, "    %s --> %s: %s（%s）\n", m.States[s.From], m.States[s.To], m.Labels[s.Action], side)
	}
	b.WriteString("```\n")
	return b.String()
}

var byLabels = map[By]string{Author: "提交方", Reviewer: "审核方", Clock: "到时"}
