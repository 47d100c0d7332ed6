package identity

import (
	"context"
	"time"

	"github.com/google/uuid"

	"zjcs/internal/identity/credential"
	"zjcs/internal/identity/provider"
	"zjcs/internal/platform/authz"
	"zjcs/internal/platform/db"
	"zjcs/internal/platform/mail"
	"zjcs/internal/platform/secret"
)

// Deps are what the service works with.
type Deps struct {
	Pool      *db.Pool
	Vault     *secret.Vault
	Policy    *authz.Policy
	Now       func() time.Time
	Hasher    *credential.Hasher
	Passwords *credential.Policy
	Captcha   *credential.Captcha
	Provider  *provider.Provider // nil: no sign-in elsewhere
	Letters   Letters
	Terms     func(context.Context) (Terms, error)
	Site      string // what the platform calls itself
	PublicURL string // links in letters begin with it
	Demo      bool   // officials may go without a second factor

	Holdings     func() []Holding                                            // what other domains keep about persons
	ErasureAsked func(ctx context.Context, tx db.Tx, person uuid.UUID) error // tells those who carry it out
}

// Letters takes e-mails in the transaction of what they tell of; a job sends them.
type Letters struct {
	On    bool // e-mail is configured
	Send  func(context.Context, db.Tx, mail.Message) error
	Reset func(ctx context.Context, tx db.Tx, email string) error // has SendReset called later
}

// Terms are the numbers of signing in; they are data, see platform/rules.
type Terms struct {
	Idle, Absolute time.Duration       // how long a session lives unused, and at all
	Login          *credential.Lockout // failures of one login or person
	Remote         *credential.Lockout // failures from one address, which many people may share
	Forget         time.Duration       // failures this long ago no longer count
	ResetLife      time.Duration       // of a link to set a new password or verify an address
	InvitationLife time.Duration       // of a link to set the first password
	LettersAnHour  int                 // to one person of one purpose
}

// Service is what can be done with persons, organisations, grants and sessions.
type Service struct {
	Deps
	pool   *db.Pool
	vault  *secret.Vault
	policy *authz.Policy
	now    func() time.Time
}

// New makes the service.
func New(d Deps) *Service {
	if d.Holdings == nil {
		d.Holdings = func() []Holding { return nil }
	}
	return &Service{Deps: d, pool: d.Pool, vault: d.Vault, policy: d.Policy, now: d.Now}
}
