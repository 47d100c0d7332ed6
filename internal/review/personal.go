package review

import (
	"context"
	"time"

	"github.com/google/uuid"

	"zjcs/internal/identity"
	"zjcs/internal/platform/db"
)

// Authored is a submission as its author gets it in an export.
type Authored struct {
	Number      string     `json:"number"`
	Kind        string     `json:"kind"`
	Title       string     `json:"title"`
	State       State      `json:"state"`
	CreatedAt   time.Time  `json:"createdAt"`
	SubmittedAt *time.Time `json:"submittedAt,omitempty"`
	Content     Content    `json:"content"` // numbers in the clear where they are the author's own
	id          uuid.UUID
	ownNumbers  bool // prepared for himself: an expert, a natural person
}

// Upload is a file as its uploader gets it in an export.
type Upload struct {
	FileRef
	UploadedAt time.Time `json:"uploadedAt"`
}

// Held is what the engine keeps about a person.
type Held struct {
	Submissions []Authored `json:"submissions"`
	Steps       []Event    `json:"steps"`
	Files       []Upload   `json:"files"`
}

// PersonalData is what the engine keeps about persons. Decided submissions are records and
// stay; what is under way needs its author.
func (s *Service) PersonalData() identity.Holding {
	return identity.Holding{Name: "submissions", Export: s.exportPerson, Keeps: openOf, Erase: eraseDrafts}
}

func (s *Service) exportPerson(ctx context.Context, tx db.Tx, person uuid.UUID) (any, error) {
	held, err := heldBy(ctx, tx, person)
	if err != nil {
		return nil, err
	}
	for i := range held.Submissions {
		a := &held.Submissions[i]
		k, known := s.kinds[a.Kind]
		if !known || !a.ownNumbers { // a firm's submission holds the numbers of others
			continue
		}
		if a.Content, err = s.opened(ctx, tx, k, Submission{Summary: Summary{ID: a.id}, Content: a.Content}); err != nil {
			return nil, err
		}
	}
	for i := range held.Steps {
		e := &held.Steps[i]
		e.ActionLabel, e.ToLabel = Workflow.Labels[e.Action], Workflow.States[e.To]
	}
	return held, nil
}

// openOf names the person's submissions that someone waits for.
func openOf(ctx context.Context, tx db.Tx, person uuid.UUID) ([]string, error) {
	open, err := lockOpen(ctx, tx, person)
	var out []string
	for _, s := range open {
		out = append(out, "申请 "+s.Number+" 还在办理（"+Workflow.States[s.State]+"）")
	}
	return out, err
}
