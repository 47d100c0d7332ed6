package ledger

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
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
	// longMember is what a member of a body may take up. A longer one stands as the digest
	// of its JSON: the text itself is published with what the line tells of.
	longMember = 4 << 10
	maxLeaf    = 1<<16 - 1 // an entry bundle gives a length two bytes (C2SP tlog-tiles)
)

// encode makes the bytes of a line. Personal data in it is replaced by salted digests.
func (l Line) encode(body any) ([]byte, []salted, error) {
	raw, err := json.Marshal(body)
	if err != nil {
		return nil, nil, fmt.Errorf("ledger line %s: %w", l.Kind, err)
	}
	raw, salts, err := redact(raw)
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

// shorten replaces the long members of an object by their digests.
func shorten(raw json.RawMessage) (json.RawMessage, error) {
	if len(raw) <= longMember {
		return raw, nil
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(raw, &members); err != nil { // not an object: all or nothing
		return json.Marshal(digestOf(raw))
	}
	for name, m := range members {
		if len(m) > longMember {
			doc, err := json.Marshal(digestOf(m))
			if err != nil {
				return nil, err
			}
			members[name] = doc
		}
	}
	return json.Marshal(members)
}

func digestOf(raw []byte) digested {
	sum := sha256.Sum256(raw)
	return digested{hex.EncodeToString(sum[:]), len(raw)}
}
