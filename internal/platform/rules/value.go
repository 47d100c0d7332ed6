package rules

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"zjcs/internal/platform/db"
)

// Value is what a rule says at a region on a day, and who decided it.
type Value struct {
	Rule
	JSON   json.RawMessage
	Region string // the region that decided; empty: nobody, it is the shipped default

	Version       int // 0: the shipped default
	EffectiveFrom time.Time
	Reason        string
	DecidedBy     uuid.NullUUID // not valid: by command on the server
	DecidedAt     time.Time
}

// Int is a value that is one integer.
func (v Value) Int() (int, error) {
	n, err := v.numbers(integer)
	return n.one, err
}

// Ints is a value that is a list.
func (v Value) Ints() ([]int, error) {
	n, err := v.numbers(list)
	return n.list, err
}

// IntOf is an object's entry for key, or its entry for all others.
func (v Value) IntOf(key string) (int, error) {
	n, err := v.numbers(object)
	if err != nil {
		return 0, err
	}
	if one, ok := n.object[key]; ok {
		return one, nil
	}
	return n.object[Other], nil
}

// numbers refuses what the program and the data do not agree on: a number that is
// guessed would be a rule nobody made.
func (v Value) numbers(want shape) (numbers, error) {
	n, ok := read(v.JSON)
	if !ok || n.shape != want {
		return n, fmt.Errorf("rules: %s version %d of %q is %s, want %s", v.Name, v.Version, v.Region, v.JSON, want.describe())
	}
	return n, nil
}

// Int is At and Value.Int in one.
func Int(ctx context.Context, q db.Querier, name, region string, day time.Time) (int, error) {
	v, err := At(ctx, q, name, region, day)
	if err != nil {
		return 0, err
	}
	return v.Int()
}

// Ints is At and Value.Ints in one.
func Ints(ctx context.Context, q db.Querier, name, region string, day time.Time) ([]int, error) {
	v, err := At(ctx, q, name, region, day)
	if err != nil {
		return nil, err
	}
	return v.Ints()
}

// IntOf is At and Value.IntOf in one.
func IntOf(ctx context.Context, q db.Querier, name, key, region string, day time.Time) (int, error) {
	v, err := At(ctx, q, name, region, day)
	if err != nil {
		return 0, err
	}
	return v.IntOf(key)
}
