package catalog

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"

	"github.com/google/uuid"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/db"
	"zjcs/internal/platform/provenance"
	"zjcs/internal/review"
)

// reviewed is the delivery that a published submission counts as: each value it brought
// keeps its number and date as its source.
func reviewed(ctx context.Context, tx db.Tx, s review.Submission, c review.Content) (provenance.Batch, error) {
	doc, err := json.Marshal(c)
	if err != nil {
		return provenance.Batch{}, fmt.Errorf("publish item: %w", err)
	}
	sum := sha256.Sum256(doc)
	b := provenance.Batch{ID: uuid.Must(uuid.NewV7()), Kind: provenance.Items, Source: "审核发布：" + s.Number, FileName: s.Number, SHA256: hex.EncodeToString(sum[:]), Demo: s.Demo}
	return b, provenance.Begin(ctx, tx, b)
}

func (d Door) publishCreate(ctx context.Context, tx db.Tx, s review.Submission, c review.Content) (uuid.UUID, error) {
	item, err := review.Decode[submitted](c)
	if err != nil {
		return uuid.Nil, err
	}
	b, err := reviewed(ctx, tx, s, c)
	if err != nil {
		return uuid.Nil, err
	}
	n := storedItem{ImportedItem: *item.imported(d.FeeStandards), id: uuid.Must(uuid.NewV7()), batch: b.ID, batches: map[string]uuid.UUID{}, demo: b.Demo,
		region: item.Region, conditions: item.conditions(), quotes: item.quotes()}
	if err := d.write(ctx, tx, n); err != nil {
		return uuid.Nil, err
	}
	return n.id, provenance.Finish(ctx, tx, b, provenance.Summary{Read: 1, Inserted: 1})
}

func (d Door) publishChange(ctx context.Context, tx db.Tx, s review.Submission, c review.Content) (uuid.UUID, error) {
	item, err := review.Decode[submitted](c)
	if err != nil {
		return uuid.Nil, err
	}
	old, err := d.held(ctx, tx, s)
	if err != nil {
		return uuid.Nil, err
	}
	b, err := reviewed(ctx, tx, s, c)
	if err != nil {
		return uuid.Nil, err
	}
	differs := old.take(item.imported(d.FeeStandards), b, nil)
	if want := item.conditions(); !reflect.DeepEqual(old.conditions, want) {
		old.conditions, old.batches["conditions"], differs = want, b.ID, true
	}
	if want := item.quotes(); !maps.Equal(old.quotes, want) {
		old.quotes, old.batches["basis_quotes"], differs = want, b.ID, true
	}
	sum := provenance.Summary{Read: 1, Unchanged: 1}
	if differs {
		if err := d.write(ctx, tx, *old); err != nil {
			return uuid.Nil, err
		}
		sum = provenance.Summary{Read: 1, Updated: 1}
	}
	return old.id, provenance.Finish(ctx, tx, b, sum)
}

func (d Door) publishAbolish(ctx context.Context, tx db.Tx, s review.Submission, c review.Content) (uuid.UUID, error) {
	in, err := review.Decode[abolished](c)
	if err != nil {
		return uuid.Nil, err
	}
	old, err := d.held(ctx, tx, s)
	if err != nil {
		return uuid.Nil, err
	}
	b, err := reviewed(ctx, tx, s, c)
	if err != nil {
		return uuid.Nil, err
	}
	old.batches["state"] = b.ID
	if err := abolishItem(ctx, tx, old, in); err != nil {
		return uuid.Nil, err
	}
	if err := d.Changed(ctx, tx, provenance.Items, []uuid.UUID{old.id}); err != nil {
		return uuid.Nil, err
	}
	return old.id, provenance.Finish(ctx, tx, b, provenance.Summary{Read: 1, Updated: 1})
}

// held is the published item, locked; what happened to it since the last check decides.
func (d Door) held(ctx context.Context, tx db.Tx, s review.Submission) (*storedItem, error) {
	old, err := storedItem1(ctx, tx, s.Subject(), true)
	if err != nil {
		return nil, err
	}
	if bad := old.stays(s, old.Code); len(bad) > 0 {
		return nil, apperr.New(apperr.Conflict, "%s", bad[0].Message)
	}
	return old, nil
}

func (d Door) write(ctx context.Context, tx db.Tx, item storedItem) error {
	if err := writeItems(ctx, tx, []storedItem{item}); err != nil {
		return codeConflict(err, item.Code)
	}
	if err := writeExtras(ctx, tx, item); err != nil {
		return err
	}
	return d.Changed(ctx, tx, provenance.Items, []uuid.UUID{item.id})
}
