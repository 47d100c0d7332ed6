package ledger

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"golang.org/x/mod/sumdb/tlog"

	"zjcs/internal/platform/db"
	"zjcs/internal/platform/secret"
)

// Entry is something published.
type Entry struct {
	Kind    string    // procurement-notice, agency-admission, ...
	Subject uuid.UUID // what it is about
	Region  string
	Body    any      // JSON; the public facts
	Persons []string // members of it, at any depth, that name a person: they stand as salted digests
}

// Log is the public log.
type Log struct {
	pool  *db.Pool
	vault *secret.Vault
	name  string // origin of the checkpoints, for a key not yet made
	now   func() time.Time
	given string // the operator's own key; see Prepare
	key   atomic.Pointer[key]
}

// New makes the log on pool. name is the origin of its checkpoints, such as
// zjcs.example.gov.cn/ledger; it stays what it was when the key was made.
func New(pool *db.Pool, vault *secret.Vault, name string, now func() time.Time) *Log {
	return &Log{pool: pool, vault: vault, name: name, now: now}
}

// AppendTx writes a line in the transaction of what it tells: both are there, or neither.
// It returns the line's id; its position follows within a second.
func (l *Log) AppendTx(ctx context.Context, tx db.Tx, e Entry) (uuid.UUID, error) {
	line := Line{ID: uuid.Must(uuid.NewV7()), Kind: e.Kind, Subject: e.Subject, Region: e.Region, At: l.now().UTC().Truncate(time.Millisecond)}
	leaf, salts, err := line.encode(e.Body, e.Persons...)
	if err != nil {
		return uuid.Nil, err
	}
	hash := tlog.RecordHash(leaf)
	if err := insertEntry(ctx, tx, line, leaf, hash[:], salts); err != nil {
		return uuid.Nil, err
	}
	return line.ID, nil
}

// Recover has lines wait again that neither have a position nor wait for one: nothing in
// the program makes any, and a line must not be lost by a hand in the database either. It
// returns how many.
func (l *Log) Recover(ctx context.Context) (n int64, err error) {
	err = db.InTx(ctx, l.pool, func(tx db.Tx) error {
		if err := lockTree(ctx, tx); err != nil {
			return err
		}
		n, err = waitAgain(ctx, tx)
		return err
	})
	return n, err
}

// Run gives lines their positions until ctx ends, every period: those of this instance, of
// others, and of a program that was killed.
func (l *Log) Run(ctx context.Context, period time.Duration, fault func(error)) {
	turn := time.NewTicker(period)
	defer turn.Stop()
	for {
		if _, err := l.Integrate(ctx); err != nil && ctx.Err() == nil {
			fault(fmt.Errorf("ledger: %w", err))
		}
		select {
		case <-ctx.Done():
			return
		case <-turn.C:
		}
	}
}
