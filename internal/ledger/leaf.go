package ledger

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
)

// Line is what a leaf holds, as JSON: the very bytes that are hashed.
type Line struct {
	ID      uuid.UUID       `json:"id"`
	Kind    string          `json:"kind"`
	Subject uuid.UUID       `json:"subject"`
	Region  string          `json:"region"`
	At      time.Time       `json:"at"` // by the writer's clock; the order is that of positions
	Body    json.RawMessage `json:"body"`
}

const (
	// longBody is what a body may take up. Of a longer one members stand as the digest of
	// their JSON: the text itself is published with what the line tells of.
	longBody = 32 << 10
	maxLeaf  = 1<<16 - 1 // an entry bundle gives a length two bytes (C2SP tlog-tiles)
)

// encode makes the bytes of a line. Personal data in it is replaced by salted digests.
func (l Line) encode(body any, persons ...string) ([]byte, []salted, error) {
	raw, err := json.Marshal(body)
	if err != nil {
		return nil, nil, fmt.Errorf("ledger line %s: %w", l.Kind, err)
	}
	raw, salts, err := redact(raw, persons)
	if err != nil {
		return nil, nil, fmt.Errorf("ledger line %s: %w", l.Kind, err)
	}
	if l.Body, err = shorten(raw); err != nil {
		return nil, nil, fmt.Errorf("ledger line %s: %w", l.Kind, err)
	}
	leaf, err := json.Marshal(l)
	if err != nil {
		return nil, nil, fmt.Errorf("ledger line %s: %w", l.Kind, err)
	}
	if len(leaf) > maxLeaf {
		return nil, nil, fmt.Errorf("ledger line %s: %d bytes, at most %d", l.Kind, len(leaf), maxLeaf)
	}
	return leaf, salts, nil
}

// digested stands in a body for a member that is too long for a line.
type digested struct {
	SHA256 string `json:"sha256"` // hex, of the member's JSON
	Bytes  int    `json:"bytes"`
}

// shorten replaces members of an object by their digests, the longest first, until it is
// no longer than longBody. What fits stays as it is: an award is compared with its line
// word for word.
func shorten(raw json.RawMessage) (json.RawMessage, error) {
	if len(raw) <= longBody {
		return raw, nil
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(raw, &members); err != nil { // not an object: all or nothing
		return json.Marshal(digestOf(raw))
	}
	names := slices.Collect(maps.Keys(members))
	slices.SortFunc(names, func(a, b string) int { return cmp.Or(len(members[b])-len(members[a]), strings.Compare(a, b)) })
	for _, name := range names {
		doc, err := json.Marshal(digestOf(members[name]))
		if err != nil {
			return nil, err
		}
		members[name] = doc
		if raw, err = json.Marshal(members); err != nil || len(raw) <= longBody {
			return raw, err
		}
	}
	return json.Marshal(digestOf(raw)) // more members than a line holds
}

func digestOf(raw []byte) digested {
	sum := sha256.Sum256(raw)
	return digested{hex.EncodeToString(sum[:]), len(raw)}
}
