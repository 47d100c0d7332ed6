package audit

import (
	"time"
)

// Own is a line of the log as the person it names gets it in an export.
type Own struct {
	At      time.Time `json:"at"`
	Outcome Outcome   `json:"outcome"`
	Action  string    `json:"action"`
	Remote  string    `json:"remote"`
	Agent   string    `json:"agent"`
	Summary string    `json:"summary"`
}
