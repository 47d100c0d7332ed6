package review

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/secret"
)

// A secret value is kept apart, sealed; what stands in the content in its place is a
// reference with the masked value, and a tag that tells whether two are the same.
const (
	refID   = "secret"
	refMask = "mask"
	refTag  = "tag"

	sealField    = "submission.secret"
	contactField = "objection.contact"
)

// SealedColumns are what a change of key must reach.
func SealedColumns() []secret.Column {
	return []secret.Column{
		{Table: "submission_secret", Key: "id", Sealed: "sealed", Field: sealField},
		{Table: "objection", Key: "id", Sealed: "contact", Field: contactField},
	}
}

// secretRef is the id of a reference, if v is one.
func secretRef(v any) (uuid.UUID, bool) {
	m, ok := v.(map[string]any)
	if !ok {
		return uuid.Nil, false
	}
	s, ok := m[refID].(string)
	if !ok {
		return uuid.Nil, false
	}
	id, err := uuid.Parse(s)
	return id, err == nil
}

// sealed is a secret to be stored with its submission.
type sealedValue struct {
	id    uuid.UUID
	value []byte
}

// tidy readies content for storing: text trimmed, rows named, secrets taken out, and what
// says nothing left out. What a condition hides was not judged and is kept for its return
// only if it could be shown as it is. held
// are the references the submission already has; any other is refused, so that nobody
// can point at another's secret.
func (f Form) tidy(c Content, v *secret.Vault, now time.Time, held map[uuid.UUID]Content) (Content, []sealedValue, []apperr.Field) {
	t := &tidier{vault: v, now: now, held: held}
	return t.level("", f.Fields(), c), t.secrets, t.faults
}

type tidier struct {
	vault   *secret.Vault
	now     time.Time
	held    map[uuid.UUID]Content
	secrets []sealedValue
	faults  []apperr.Field
}

func (t *tidier) level(at string, fields []Field, c Content) Content {
	out := Content{}
	for _, f := range fields {
		v, given := c[f.Name]
		if !given || blank(v) || !f.shown(c) && !f.holds(v, t.now) {
			continue
		}
		switch {
		case f.Type == Rows:
			rows, ok := v.([]any)
			if !ok {
				continue // Check judges the shape of what is shown; this is hidden
			}
			list := make([]any, 0, len(rows))
			for i, r := range rows {
				row, ok := r.(map[string]any)
				if !ok {
					continue
				}
				kept := t.level(fmt.Sprintf("%s%s[%d].", at, f.Name, i), f.Fields, row)
				id, _ := row[RowID].(string)
				if id == "" {
					id = uuid.NewString()
				}
				kept[RowID] = id
				list = append(list, map[string]any(kept))
			}
			out[f.Name] = list
		case f.Secret:
			if s := t.secret(at+f.Name, f, v); s != nil {
				out[f.Name] = s
			}
		default:
			out[f.Name] = trimmed(f, v)
		}
	}
	return out
}

// holds reports whether v is a value that the field could have.
func (f Field) holds(v any, now time.Time) bool {
	k := &checker{now: now}
	k.value("", f, v)
	return len(k.faults) == 0
}

func trimmed(f Field, v any) any {
	s, ok := v.(string)
	if !ok {
		return v
	}
	s = strings.TrimSpace(s)
	switch f.Type {
	case USCC, IDNumber:
		return strings.ToUpper(s)
	case Email:
		return strings.ToLower(s)
	default:
		return s
	}
}

func (t *tidier) secret(path string, f Field, v any) any {
	if id, ok := secretRef(v); ok {
		ref, known := t.held[id]
		if !known {
			t.faults = append(t.faults, apperr.Field{Name: path, Message: "这一项的引用不属于本件，请重新填写"})
			return nil
		}
		return map[string]any(ref)
	}
	s, _ := trimmed(f, v).(string)
	if s == "" {
		return nil
	}
	id := uuid.Must(uuid.NewV7())
	t.secrets = append(t.secrets, sealedValue{id, t.vault.Seal(sealField, s)})
	return map[string]any{refID: id.String(), refMask: secret.MaskNumber(s), refTag: hex.EncodeToString(t.vault.Digest(sealField, s)[:8])}
}

// refs gathers the references content holds.
func (f Form) refs(c Content) map[uuid.UUID]Content {
	out := map[uuid.UUID]Content{}
	walk(f.Fields(), c, func(_ string, _ Field, v any) {
		if id, ok := secretRef(v); ok {
			out[id] = v.(map[string]any)
		}
	})
	return out
}

// files gathers the uploaded files content names.
func (f Form) files(c Content) []uuid.UUID {
	out := []uuid.UUID{}
	walk(f.Fields(), c, func(_ string, field Field, v any) {
		if s, ok := v.(string); ok && field.Type == File {
			if id, err := uuid.Parse(s); err == nil {
				out = append(out, id)
			}
		}
	})
	return out
}

// walk visits every value that is not a table, with its path.
func walk(fields []Field, c Content, visit func(path string, f Field, v any)) {
	walkAt("", fields, c, visit)
}

func walkAt(at string, fields []Field, c Content, visit func(path string, f Field, v any)) {
	for _, f := range fields {
		v, given := c[f.Name]
		if !given || v == nil {
			continue
		}
		rows, table := v.([]any)
		if f.Type != Rows || !table {
			visit(at+f.Name, f, v)
			continue
		}
		for i, r := range rows {
			if row, ok := r.(map[string]any); ok {
				walkAt(fmt.Sprintf("%s%s[%d].", at, f.Name, i), f.Fields, row, visit)
			}
		}
	}
}

// open puts the secrets back into a copy of content.
func (f Form) open(c Content, opened map[uuid.UUID]string) Content {
	return openLevel(f.Fields(), c, opened)
}

func openLevel(fields []Field, c Content, opened map[uuid.UUID]string) Content {
	out := Content{}
	for _, f := range fields {
		v, given := c[f.Name]
		if !given || !f.shown(c) {
			continue // what a condition hides was not asked for and does not count
		}
		if rows, ok := v.([]any); ok && f.Type == Rows {
			list := make([]any, len(rows))
			for i, r := range rows {
				row, _ := r.(map[string]any)
				kept := openLevel(f.Fields, row, opened)
				kept[RowID] = row[RowID]
				list[i] = map[string]any(kept)
			}
			out[f.Name] = list
			continue
		}
		if id, ok := secretRef(v); ok {
			out[f.Name] = opened[id]
			continue
		}
		out[f.Name] = v
	}
	return out
}

// Decode turns content into a domain's own type, by its json tags.
func Decode[T any](c Content) (T, error) {
	var out T
	doc, err := json.Marshal(c)
	if err == nil {
		err = json.Unmarshal(doc, &out)
	}
	if err != nil {
		return out, fmt.Errorf("decode submission: %w", err)
	}
	return out, nil
}

// Encode is Decode's inverse: what is published, as content to compare with or to start from.
func Encode[T any](v T) (Content, error) {
	doc, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("encode submission: %w", err)
	}
	var c Content
	if err := json.Unmarshal(doc, &c); err != nil {
		return nil, fmt.Errorf("encode submission: %w", err)
	}
	return c, nil
}
