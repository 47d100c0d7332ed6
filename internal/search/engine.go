package search

import (
	"context"

	"zjcs/internal/platform/db"
)

// Engine finds. The default one is PostgreSQL itself ([Postgres]).
type Engine interface {
	// Search answers a query that is valid. Facets of regions count each record at its
	// own region and at every one above it; labels are the service's to fill in.
	Search(ctx context.Context, q Query, places map[string]bool) (Results, error)

	// Suggest is what begins or contains text in its title, best first, at most limit.
	Suggest(ctx context.Context, text string, limit int) ([]Suggestion, error)

	// Transactional says that WriteTx becomes visible with the writer's transaction. For
	// an engine outside the database every change goes through the outbox.
	Transactional() bool

	// WriteTx puts documents in or in place of what was there, and takes others out.
	WriteTx(ctx context.Context, tx db.Tx, put []Document, gone []Ref) error

	// Rebuild begins a second, empty index; readers keep the first until the swap.
	Rebuild(ctx context.Context) (Rebuild, error)
}

// Rebuild is an index being filled. It is used by one goroutine.
type Rebuild interface {
	Add(ctx context.Context, docs []Document) error
	// Ready ends the filling; after it only SwapTx is called.
	Ready(ctx context.Context) error
	// SwapTx applies what changed meanwhile and puts the new index in place of the old.
	SwapTx(ctx context.Context, tx db.Tx, put []Document, gone []Ref) error
	// Discard frees what a rebuild without swap left behind.
	Discard(ctx context.Context) error
}
