// Package idempotency lets a write be sent again without being done again: the first
// answer is kept under the sender's key for a day. It owns the table idempotency.
package idempotency

import (
	"context"
	"crypto/hmac"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/db"
	"zjcs/internal/platform/secret"
)

// Keeper keeps answers. What it keeps is sealed: an answer may show personal data, a
// request hold a password.
type Keeper struct {
	pool  *db.Pool
	vault *secret.Vault
}

// New makes a keeper.
func New(pool *db.Pool, vault *secret.Vault) *Keeper { return &Keeper{pool: pool, vault: vault} }

// Write is a request under its sender's key.
type Write struct {
	Person uuid.UUID
	Key    string
	Method string
	Target string // path and query
	Body   []byte
}

// Answer is what the first request was told.
type Answer struct {
	Status int
	Type   string
	Body   []byte
}

const field = "idempotency.answer"

// Begin takes the key for w. Nil means that w is the first and must be done; then Keep or
// Forget. Errors: Invalid (field Idempotency-Key) when the key was used for something
// else, Conflict while the first still runs.
func (k *Keeper) Begin(ctx context.Context, w Write) (*Answer, error) {
	digests := k.vault.Digests("idempotency.request", fmt.Sprintf("%s %s\n%s", w.Method, w.Target, w.Body))
	first, kept, err := begin(ctx, k.pool, w, digests[0])
	switch {
	case err != nil || first:
		return nil, err
	case !slices.ContainsFunc(digests, func(d []byte) bool { return hmac.Equal(d, kept.request) }):
		return nil, apperr.InvalidField("Idempotency-Key", "这个键已用于另一个请求，请换一个")
	case kept.status == nil:
		return nil, apperr.New(apperr.Conflict, "同样的请求还在办理，或办理时中断了。请稍后查看结果，没有办成再换一个 Idempotency-Key 重发")
	}
	body, err := k.vault.Open(field, kept.answer)
	if err != nil {
		return nil, err
	}
	return &Answer{Status: *kept.status, Type: kept.kind, Body: []byte(body)}, nil
}

// Keep stores the answer for whoever sends w again.
func (k *Keeper) Keep(ctx context.Context, w Write, a Answer) error {
	return keep(ctx, k.pool, w, a, k.vault.Seal(field, string(a.Body)))
}

// Forget gives the key back: w was not done.
func (k *Keeper) Forget(ctx context.Context, w Write) error { return forget(ctx, k.pool, w) }

// Sweep removes what is older than a day.
func (k *Keeper) Sweep(ctx context.Context) error { return sweep(ctx, k.pool) }
