package demo

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"strings"
	"time"

	"github.com/google/uuid"

	"zjcs/internal/catalog"
	"zjcs/internal/identity"
	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/authz"
	"zjcs/internal/platform/db"
	"zjcs/internal/platform/files"
	"zjcs/internal/review"
)

// Matters are what the people of an invented market ask of its officials. All goes
// through the door that everyone's does: prepared, judged and decided by people who may.
type Matters struct {
	Identity *identity.Service
	Review   *review.Service
	Catalog  *catalog.Service
	Files    *files.Store
	Pool     *db.Pool
	Seed     uint64
	Now      time.Time
}

// HandIn makes the people and hands in what they ask. The sample accounts and the
// catalogue must be there. It is for a market that has just been seeded: done again, it
// finds every matter under way.
func (m Matters) HandIn(ctx context.Context) error {
	h := &handing{Matters: m, chance: newChance(m.Seed, 40), at: m.Review}
	if err := m.Identity.SeedSamples(ctx, h.people()); err != nil {
		return fmt.Errorf("demo: people: %w", err)
	}
	for _, part := range []func(context.Context) error{h.admissions, h.inTheMarket, h.experts, h.purchasers, h.item} {
		if err := part(ctx); err != nil {
			return err
		}
	}
	return nil
}

// handing is one run of HandIn.
type handing struct {
	Matters
	chance
	at *review.Service // the door as it stands now
}

// afterPublicity is the same door with the publicity left out: what the market opens
// with has stood in publicity before it opens.
func (h *handing) afterPublicity() *handing {
	door, out := *h.Review, *h
	workdays := door.Workdays
	door.Workdays = func(ctx context.Context, q db.Querier, rule, region string, at time.Time) (int, error) {
		if strings.HasPrefix(rule, "review.publicity") {
			return 0, nil
		}
		return workdays(ctx, q, rule, region, at)
	}
	out.at = &door
	return &out
}

// as is ctx of a sample account.
func (h *handing) as(ctx context.Context, login string) (context.Context, error) {
	a, err := h.Identity.SampleActor(ctx, login)
	return authz.With(ctx, a), err
}

// paper uploads a paper of the one who acts.
func (h *handing) paper(ctx context.Context, title string) (string, error) {
	f, err := h.Files.Put(ctx, files.Upload{Name: title + ".pdf", UploadedBy: authz.From(ctx).Person, Body: bytes.NewReader(paper(title))})
	if err != nil {
		return "", fmt.Errorf("demo: %s: %w", title, err)
	}
	return f.ID.String(), nil
}

// scan stands in a content for a paper still to be uploaded.
type scan string

// uploaded is content with each scan uploaded.
func (h *handing) uploaded(ctx context.Context, v any) (any, error) {
	var err error
	switch v := v.(type) {
	case scan:
		return h.paper(ctx, string(v))
	case []any:
		out := make([]any, len(v))
		for i := range v {
			if out[i], err = h.uploaded(ctx, v[i]); err != nil {
				return nil, err
			}
		}
		return out, nil
	case map[string]any:
		out := maps.Clone(v)
		for name := range v {
			if out[name], err = h.uploaded(ctx, v[name]); err != nil {
				return nil, err
			}
		}
		return out, nil
	}
	return v, nil
}

// submit brings a matter of a sample account to the officials: what the door begins with,
// changed to what fill says.
func (h *handing) submit(ctx context.Context, login, kind string, subject uuid.UUID, fill func(review.Content) map[string]any) (review.Detail, error) {
	ctx, err := h.as(ctx, login)
	if err != nil {
		return review.Detail{}, err
	}
	d, err := h.at.Start(ctx, review.StartInput{Kind: kind, Subject: subject})
	if err != nil {
		return d, h.said(login, kind, err)
	}
	content := maps.Clone(d.Content)
	if content == nil {
		content = review.Content{}
	}
	filled, err := h.uploaded(ctx, fill(content))
	if err != nil {
		return d, err
	}
	maps.Copy(content, filled.(map[string]any))
	if d, err = h.at.Save(ctx, review.SaveInput{ID: d.ID, Version: d.Version, Content: content}); err != nil {
		return d, h.said(login, kind, err)
	}
	d, err = h.at.Act(ctx, review.ActInput{ID: d.ID, Version: d.Version, Action: review.Submit})
	return d, h.said(login, kind, err)
}

// decide is the operator's step.
func (h *handing) decide(ctx context.Context, d review.Detail, in review.ActInput) (review.Detail, error) {
	ctx, err := h.as(ctx, "operator")
	if err != nil {
		return d, err
	}
	in.ID, in.Version = d.ID, d.Version
	d, err = h.at.Act(ctx, in)
	return d, h.said("operator", d.Kind, err)
}

// said adds to a refusal which fields it was about: the invention is at fault.
func (h *handing) said(login, kind string, err error) error {
	if err == nil {
		return nil
	}
	if e, ok := apperr.As(err); ok && len(e.Fields) > 0 {
		return fmt.Errorf("demo: %s, %s: %w (%+v)", kind, login, err, e.Fields)
	}
	return fmt.Errorf("demo: %s, %s: %w", kind, login, err)
}
