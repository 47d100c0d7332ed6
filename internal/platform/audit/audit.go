// Package audit keeps who did what: every write, every look at a sensitive value,
// every refusal. Entries are added in the transaction of what they tell, and the
// database lets no one change or remove them.
package audit

import (
	"context"
	"encoding/json"
	"fmt"
	"unicode/utf8"

	"github.com/google/uuid"

	"zjcs/internal/platform/authz"
	"zjcs/internal/platform/db"
	"zjcs/internal/platform/log"
)

// Outcome tells what came of it.
type Outcome string

const (
	Done    Outcome = "done"    // written
	Read    Outcome = "read"    // a sensitive value was shown
	Refused Outcome = "refused" // asked for, not allowed
)

// Entry is one line. Actor, address and request come from the context.
type Entry struct {
	Outcome      Outcome // "" is Done
	Action       string  // resource:action, as in the policy
	Kind         string  // what it was done to: submission, person, ...
	ID           string
	Organisation uuid.UUID
	Region       string
	Summary      string            // a sentence for people, in Chinese
	Change       map[string]Change // never holds a sealed value in the clear
}

// Change is a field before and after.
type Change [2]any

// Record adds e. Given a transaction, the entry commits or vanishes with it.
func Record(ctx context.Context, q db.Querier, e Entry) error {
	if e.Outcome == "" {
		e.Outcome = Done
	}
	line := entryRow{Entry: e, name: "平台程序", request: log.RequestID(ctx)}
	if a := authz.From(ctx); a != nil {
		line.person, line.name, line.remote, line.agent = &a.Person, a.Name, a.Remote, cut(a.Agent, 300)
	} else if c := ClientOf(ctx); c != (Client{}) {
		line.name, line.remote, line.agent = "未登录", c.Remote, cut(c.Agent, 300)
	}
	if e.Organisation != uuid.Nil {
		line.org = &e.Organisation
	}
	if len(e.Change) > 0 {
		doc, err := json.Marshal(e.Change)
		if err != nil {
			return fmt.Errorf("audit %s: %w", e.Action, err)
		}
		line.change = doc
	}
	return insert(ctx, q, line)
}

type entryRow struct {
	Entry
	person  *uuid.UUID
	org     *uuid.UUID
	name    string
	remote  string
	agent   string
	request string
	change  []byte
}

// Client is where a request came from, before anyone is known to have made it.
type Client struct{ Remote, Agent string }

type clientKey struct{}

// WithClient puts the request's origin into ctx.
func WithClient(ctx context.Context, c Client) context.Context {
	return context.WithValue(ctx, clientKey{}, c)
}

// ClientOf is the request's origin; zero outside a request.
func ClientOf(ctx context.Context) Client {
	c, _ := ctx.Value(clientKey{}).(Client)
	return c
}

// cut keeps what a client says of itself within bounds, and fit for PostgreSQL.
func cut(s string, n int) string {
	out := make([]rune, 0, min(len(s), n))
	for _, r := range s {
		if r == 0 || r == utf8.RuneError {
			continue
		}
		if len(out) == n {
			break
		}
		out = append(out, r)
	}
	return string(out)
}
