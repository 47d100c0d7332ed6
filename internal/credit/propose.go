package credit

import (
	"context"
	"time"

	"github.com/google/uuid"

	"zjcs/internal/platform/db"
)

// AwardRefused is the entry of the rubric for an award that was declined or not signed.
// Where it is retired nothing is proposed.
const AwardRefused = "G-AWARD-REFUSED"

// Proposal asks for a record that something on the platform gives rise to. What it costs is
// the mildest that the rubric's entry allows.
type Proposal struct {
	Agency   uuid.UUID
	Proposer uuid.UUID
	Rubric   string // id; the version in force on the day counts
	Facts    string // in the words that would be published
	Source   string
	At       time.Time
}

// ProposeTx stores a proposed record. An official looks at it before the agency is told,
// and another confirms it ([Desk.Notify], [Desk.Confirm]). It is false when the rubric has
// no such entry in force.
func ProposeTx(ctx context.Context, tx db.Tx, p Proposal) (bool, error) {
	return insertProposal(ctx, tx, uuid.Must(uuid.NewV7()), p)
}
