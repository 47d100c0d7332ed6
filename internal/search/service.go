package search

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/google/uuid"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/db"
	"zjcs/internal/platform/provenance"
)

// Service is the search box and what keeps its index true.
type Service struct {
	pool   *db.Pool
	engine Engine
}

// New makes the service on pool with the engine inside the database.
func New(pool *db.Pool) (*Service, error) {
	v, err := NewVocabulary()
	if err != nil {
		return nil, err
	}
	return WithEngine(pool, NewPostgres(pool, v)), nil
}

// WithEngine makes the service with another engine; pool still holds the records and the outbox.
func WithEngine(pool *db.Pool, e Engine) *Service { return &Service{pool: pool, engine: e} }

// Search answers a query. Everything it finds is public.
func (s *Service) Search(ctx context.Context, q Query) (Results, error) {
	if err := q.Validate(); err != nil {
		return Results{}, err
	}
	t, err := readTree(ctx, s.pool)
	if err != nil {
		return Results{}, err
	}
	if _, ok := t[q.Region]; !ok && q.Region != "" && q.Region != Outside {
		return Results{}, apperr.InvalidFields([]apperr.Field{errRegion})
	}
	res, err := s.engine.Search(ctx, q, t.places())
	if err != nil {
		return res, err
	}
	for i := range res.Facets.Region {
		f := &res.Facets.Region[i]
		f.Label = strings.Join(t.names([]string{f.Value}), "")
	}
	slices.SortStableFunc(res.Facets.Region, func(a, b Facet) int { return strings.Compare(a.Value, b.Value) })
	return res, nil
}

// places are the names of regions, with and without what kind of place they are, so that
// 稷山环评 is read as two words.
func (t tree) places() map[string]bool {
	out := make(map[string]bool, 2*len(t))
	for _, r := range t {
		name := Fold(r.Name)
		out[name] = true
		for _, suffix := range []string{"经济技术开发区", "经济开发区", "市", "县", "区"} {
			if short, ok := strings.CutSuffix(name, suffix); ok && len([]rune(short)) >= 2 {
				out[short] = true
				break
			}
		}
	}
	return out
}

// maxSuggestions bounds what is offered while typing.
const maxSuggestions = 20

// Suggest is what begins or contains text in its title, best first; none for text that
// cannot be looked for. limit is 1 to 20; 0 means 8.
func (s *Service) Suggest(ctx context.Context, text string, limit int) ([]Suggestion, error) {
	q := Query{Text: text}
	if err := q.Validate(); err != nil {
		return nil, err
	}
	if limit <= 0 {
		limit = 8
	}
	return s.engine.Suggest(ctx, text, min(limit, maxSuggestions))
}

// maxDirect is how many records are indexed in their writer's transaction; more would
// make it wait, and go through the outbox.
const maxDirect = 200

// Changed is called by whoever writes published records, in the same transaction and
// after the writing. ids are those of service_item, agency, expert, procurement or announcement;
// for regions they are not needed. Up to 200 are searchable when the transaction
// commits, more after the next [Service.Drain].
func (s *Service) Changed(ctx context.Context, tx db.Tx, kind provenance.Kind, ids []uuid.UUID) error {
	var refs []Ref
	switch kind {
	case provenance.Items:
		refs = refsOf(ServiceItem, ids)
	case provenance.Agencies:
		refs = refsOf(Agency, ids)
	case provenance.Experts:
		refs = refsOf(Expert, ids)
	case provenance.Procurements:
		refs = refsOf(Procurement, ids)
	case provenance.Announcements:
		refs = refsOf(Announcement, ids)
	case provenance.Regions:
		refs = []Ref{{Kind: Region}} // nearly every document names its region
	default:
		return nil // not searched
	}
	if len(refs) == 0 {
		return nil
	}
	rebuilding, err := shareSwap(ctx, tx)
	if err != nil {
		return err
	}
	if kind == provenance.Items {
		if err := noteNaming(ctx, tx, ids); err != nil {
			return err
		}
		more, err := dependents(ctx, tx)
		if err != nil {
			return err
		}
		if len(ids) > maxDirect {
			more = append(more, refs...)
			return note(ctx, tx, more, false)
		}
		refs = append(refs, more...)
	}
	if !s.engine.Transactional() || len(ids) > maxDirect || kind == provenance.Regions {
		return note(ctx, tx, refs, false)
	}
	if err := s.index(ctx, tx, refs); err != nil {
		return err
	}
	if rebuilding {
		return note(ctx, tx, refs, true)
	}
	return nil
}

func refsOf(k Kind, ids []uuid.UUID) []Ref {
	out := make([]Ref, len(ids))
	for i, id := range ids {
		out[i] = Ref{k, id.String()}
	}
	return out
}

// index brings the documents of refs to what the records say in tx.
func (s *Service) index(ctx context.Context, tx db.Tx, refs []Ref) error {
	if err := lockStripes(ctx, tx, refs); err != nil {
		return err
	}
	src, err := newSource(ctx, tx)
	if err != nil {
		return err
	}
	put, gone, err := src.byRefs(ctx, refs)
	if err != nil {
		return err
	}
	return s.engine.WriteTx(ctx, tx, put, gone)
}

// Drain indexes what waits in the outbox. Each batch is ticked off in the transaction
// that indexes it, so a killed program loses nothing; several may drain at once. Where
// rebuilding is the better way it rebuilds.
func (s *Service) Drain(ctx context.Context) error {
	rebuild, err := backlog(ctx, s.pool)
	if err != nil {
		return err
	}
	if rebuild {
		if err := s.Reindex(ctx); err != nil {
			return err
		}
	}
	for {
		done := false
		err := db.InTx(ctx, s.pool, func(tx db.Tx) error {
			refs, ok, err := takeBatch(ctx, tx)
			if done = !ok || len(refs) == 0; err != nil || done {
				return err
			}
			rebuilding, err := shareSwap(ctx, tx)
			if err != nil {
				return err
			}
			if rebuilding { // nobody is: it was killed
				if err := abandonRebuild(ctx, tx); err != nil {
					return err
				}
			}
			if err := s.index(ctx, tx, refs); err != nil {
				return err
			}
			return tickOff(ctx, tx, refs)
		})
		if err != nil || done {
			return err
		}
	}
}

// Reindex builds the whole index anew from the records. Readers keep the old one until
// the new one is complete; what is written meanwhile is in both.
func (s *Service) Reindex(ctx context.Context) error {
	return rebuildAlone(ctx, s.pool, func() error {
		var mark rebuildMark
		err := db.InTx(ctx, s.pool, func(tx db.Tx) (err error) {
			mark, err = beginRebuild(ctx, tx)
			return err
		})
		if err != nil {
			return err
		}
		giveUp := func(err error, next Rebuild) error {
			ctx := context.WithoutCancel(ctx)
			if next != nil {
				err = errors.Join(err, next.Discard(ctx))
			}
			return errors.Join(err, abandonRebuild(ctx, s.pool))
		}
		next, err := s.engine.Rebuild(ctx)
		if err != nil {
			return giveUp(err, nil)
		}
		if err := s.fill(ctx, next); err != nil {
			return giveUp(err, next)
		}
		err = db.InTx(ctx, s.pool, func(tx db.Tx) error {
			late, err := lateRefs(ctx, tx)
			if err != nil {
				return err
			}
			src, err := newSource(ctx, tx)
			if err != nil {
				return err
			}
			put, gone, err := src.byRefs(ctx, late)
			if err != nil {
				return err
			}
			if err := next.SwapTx(ctx, tx, put, gone); err != nil {
				return err
			}
			return endRebuild(ctx, tx, mark)
		})
		if err != nil {
			return giveUp(err, next)
		}
		return nil
	})
}

// fillBatch is how many documents are handed over at once: memory stays flat whatever
// the number of records.
const fillBatch = 500

func (s *Service) fill(ctx context.Context, next Rebuild) error {
	src, err := newSource(ctx, s.pool)
	if err != nil {
		return err
	}
	batch := make([]Document, 0, fillBatch)
	for _, kind := range Kinds {
		err := src.documents(ctx, kind, nil, func(d Document) error {
			if batch = append(batch, d); len(batch) < fillBatch {
				return nil
			}
			err := next.Add(ctx, batch)
			batch = batch[:0]
			return err
		})
		if err != nil {
			return err
		}
	}
	if err := next.Add(ctx, batch); err != nil {
		return err
	}
	return next.Ready(ctx)
}
