package procurement

import (
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/review"
)

// sourceFields are an entropy source as the form asks for it.
type sourceFields struct {
	SourceKind    EntropyKind `json:"sourceKind,omitempty"`
	SourceGame    string      `json:"sourceGame,omitempty"`
	SourceIssue   string      `json:"sourceIssue,omitempty"`
	SourceDate    string      `json:"sourceDate,omitempty"`
	FallbackKind  EntropyKind `json:"fallbackKind,omitempty"`
	FallbackGame  string      `json:"fallbackGame,omitempty"`
	FallbackIssue string      `json:"fallbackIssue,omitempty"`
	FallbackDate  string      `json:"fallbackDate,omitempty"`
}

// termsOf reads a filled-in form. What is missing is its zero value: the form says so itself.
func termsOf(c review.Content) (Terms, error) {
	var t Terms
	var s sourceFields
	doc, err := json.Marshal(c)
	if err == nil {
		err = json.Unmarshal(doc, &t)
	}
	if err == nil {
		err = json.Unmarshal(doc, &s)
	}
	if err != nil {
		return t, fmt.Errorf("notice: %w", err)
	}
	source := func(kind EntropyKind, game, issue, date string) EntropySource {
		e := EntropySource{Kind: kind}
		switch kind {
		case Drand:
			e.Chain = quicknet.Hash
		case Lottery:
			e.Game, e.Issue, e.Date = game, issue, date
		case Commit: // needs no edition
		}
		return e
	}
	t.Source, t.Fallback = source(s.SourceKind, s.SourceGame, s.SourceIssue, s.SourceDate), source(s.FallbackKind, s.FallbackGame, s.FallbackIssue, s.FallbackDate)
	if t.Source.Kind == Drand && !t.SelectionAt.IsZero() {
		t.Source.Round = quicknet.FirstAfter(t.SelectionAt)
	}
	return t, nil
}

// contentOf is termsOf's inverse: a published notice in the form's own shape.
func contentOf(t Terms) (review.Content, error) {
	doc, err := json.Marshal(t)
	if err != nil {
		return nil, fmt.Errorf("notice: %w", err)
	}
	var c review.Content
	if err := json.Unmarshal(doc, &c); err != nil {
		return nil, fmt.Errorf("notice: %w", err)
	}
	delete(c, "source")
	delete(c, "fallback")
	for name, e := range map[string]EntropySource{"source": t.Source, "fallback": t.Fallback} {
		c[name+"Kind"] = string(e.Kind)
		if e.Kind == Lottery {
			c[name+"Game"], c[name+"Issue"], c[name+"Date"] = e.Game, e.Issue, e.Date
		}
	}
	for name, v := range c { // what is empty was not filled in
		if v == nil || v == "" || v == false || v == float64(0) && name != "fiscalPercent" {
			delete(c, name)
		}
	}
	for _, name := range []string{"qualifications", "recusals", "attachments"} {
		rows, _ := c[name].([]any)
		for i, row := range rows {
			if m, ok := row.(map[string]any); ok {
				m[review.RowID] = strconv.Itoa(i + 1) // by its place, so that a draft is compared row by row
			}
		}
	}
	for name, at := range map[string]time.Time{"deadline": t.Deadline, "selectionAt": t.SelectionAt} {
		if at.IsZero() {
			delete(c, name)
		}
	}
	return c, nil
}

// fault is a field of the form with what would be right.
func fault(name, format string, args ...any) apperr.Field {
	return apperr.Field{Name: name, Message: fmt.Sprintf(format, args...)}
}
