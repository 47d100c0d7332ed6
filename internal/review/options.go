package review

import (
	"context"
	"slices"

	"zjcs/internal/platform/db"
)

// Options gives the choices of those fields whose choices are data, by the field's name:
// a form is written once, while the catalogue's sectors grow.
type Options func(ctx context.Context, q db.Querier) (map[string][]Option, error)

// current is the kind with today's choices in its form.
func (k Kind) current(ctx context.Context, q db.Querier) (Kind, error) {
	if k.Options == nil {
		return k, nil
	}
	options, err := k.Options(ctx, q)
	if err != nil {
		return k, err
	}
	sections := slices.Clone(k.Form.Sections)
	for i := range sections {
		sections[i].Fields = withOptions(sections[i].Fields, options)
	}
	k.Form.Sections = sections
	return k, nil
}

// withOptions leaves the fields it was given as they are: many requests share them.
func withOptions(fields []Field, options map[string][]Option) []Field {
	out := slices.Clone(fields)
	for i := range out {
		if o, ok := options[out[i].Name]; ok {
			out[i].Options = o
		}
		out[i].Fields = withOptions(out[i].Fields, options)
	}
	return out
}
