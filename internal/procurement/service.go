package procurement

import (
	"context"
	"time"

	"github.com/google/uuid"

	"zjcs/internal/draw"
	"zjcs/internal/platform/authz"
	"zjcs/internal/platform/db"
	"zjcs/internal/platform/files"
	"zjcs/internal/platform/secret"
	"zjcs/internal/procurement/selection"
	"zjcs/internal/review"
)

// Deps are what procurements are run with.
type Deps struct {
	Pool   *db.Pool
	Vault  *secret.Vault
	Policy *authz.Policy
	Files  *files.Store
	// Log appends to the public log in the transaction of what it tells, and returns the
	// id of the line. body must hold no personal data; it is published as JSON.
	Log func(ctx context.Context, tx db.Tx, e Entry) (uuid.UUID, error)
	// Tell sends messages (and e-mail) in the transaction of what they tell.
	Tell func(ctx context.Context, tx db.Tx, a Announcement) error
	// Workdays and Due as in review.Deps.
	Workdays func(ctx context.Context, q db.Querier, rule, region string, at time.Time) (int, error)
	Due      func(ctx context.Context, q db.Querier, from time.Time, n int) (at time.Time, provisional bool, err error)
	// Beacon fetches a round of a drand chain from its relays; an error when it is not yet
	// there. What it returns is not yet verified.
	Beacon func(ctx context.Context, chain draw.Chain, round uint64) (draw.Round, error)
	// Changed keeps the search index; may be nil.
	Changed func(ctx context.Context, tx db.Tx, ids []uuid.UUID) error
	// Sign signs what a bidder is handed as a receipt; nil: the receipt bears a digest alone.
	Sign func([]byte) (string, error)
	// Receipt shows that a line is in the public log; nil where there is no log.
	Receipt func(ctx context.Context, entry uuid.UUID) (draw.Receipt, error)
	// ProposeCredit proposes a credit record for a refused award, in its transaction; false
	// when no rubric entry covers it.
	ProposeCredit func(ctx context.Context, tx db.Tx, c CreditProposal) (bool, error)
	// Confirmed reports whether the winner has confirmed the contract of an award that now
	// waits for the purchaser; nil where there are no contracts.
	Confirmed func(ctx context.Context, tx db.Tx, award uuid.UUID) (bool, error)
	// LogIndexes says where lines stand in the public log; nil where there is no log.
	LogIndexes func(ctx context.Context, entries []uuid.UUID) (map[uuid.UUID]int64, error)
	// PublicURL is the site's address, printed in QR codes.
	PublicURL string
	// Now is the clock of what no deadline rests on; deadlines are judged by the database.
	Now func() time.Time
}

// Entry is a line for the public log.
type Entry struct {
	Kind    string    // procurement-notice, bid-pool, draw, result, award, ...
	Subject uuid.UUID // procurement
	Region  string
	Body    any
}

// Announcement is a step taken, for those who should know of it.
type Announcement struct {
	Procurement Procurement
	Action      review.Action // of Workflow, or one of the Told constants
	Agencies    []uuid.UUID   // whom it concerns, where not everyone
	Persons     []uuid.UUID
	Note        string
}

// Procurement is a row of table procurement.
type Procurement struct {
	ID                   uuid.UUID
	Number               string
	OrgID                uuid.UUID
	Purchaser            string
	Region               string
	Title                string
	Method               Method
	Fiscal               bool
	Terms                Terms
	TermsVersion         int
	AnswerVersion        int // the earliest version of the terms that a bid may answer
	State                review.State
	Round                int
	Previous             *uuid.UUID
	PublishedAt          time.Time
	Deadline             time.Time
	SelectionAt          time.Time
	Recipient            string
	FrozenAt             *time.Time
	PoolHash             string
	Choice               *selection.Choice
	ChoiceUntil          *time.Time
	ConcludedAt          *time.Time
	PublicityUntil       *time.Time
	PublicityProvisional bool
	EndedReason          string
	Demo                 bool
}

// Service runs procurements.
type Service struct {
	Deps
	pages    *db.Loader[pageKey, db.Listed[Summary]]
	watchers *watching
}

// New makes the service.
func New(d Deps) *Service {
	return &Service{Deps: d, pages: db.NewListLoader(d.Pool, pageKey.listing, scanSummary),
		watchers: &watching{listen: listener(d.Pool), by: map[uuid.UUID]map[chan struct{}]struct{}{}}}
}
