package ledger

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
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
	// longMember is what a member of a body may take up. A longer one stands as the digest
	// of its JSON: the text itself is published with what the line tells of.
	longMember = 4 << 10
	maxLeaf    = 1<<16 - 1 // an entry bundle gives a length two bytes (C2SP tlog-tiles)
)

// salted is a piece of personal data that a line has only as a digest.
type salted struct {
	path string
	salt []byte
}

// encode makes the bytes of a line. Personal data in it is replaced by salted digests.
func (l Line) encode(body any) ([]byte, []salted, error) {
	raw, err := json.Marshal(body)
	if err != nil {
		return nil, nil, fmt.Errorf("ledger line %s: %w", l.Kind, err)
	}
	var salts []salted
	if personal.Match(raw) { // rare: most bodies need not be taken apart
		if raw, salts, err = redact(raw); err != nil {
			return nil, nil, fmt.Errorf("ledger line %s: %w", l.Kind, err)
		}
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

// personal finds mobile numbers, ID numbers and mail addresses that stand by themselves:
// not runs of digits within a digest or a key.
var personal = regexp.MustCompile(`(?:^|[^0-9A-Za-z])(?:1[3-9][0-9]{9}|[1-9][0-9]{16}[0-9Xx])(?:$|[^0-9A-Za-z])|[0-9A-Za-z._%+-]+@[0-9A-Za-z-]+\.[0-9A-Za-z.-]+`)

// redact replaces every string that holds personal data by a salted digest.
func redact(raw []byte) ([]byte, []salted, error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, nil, err
	}
	var salts []salted
	v = walk(v, "", &salts)
	out, err := json.Marshal(v)
	return out, salts, err
}

func walk(v any, path string, salts *[]salted) any {
	switch v := v.(type) {
	case map[string]any:
		for name, m := range v {
			v[name] = walk(m, path+"/"+name, salts)
		}
	case []any:
		for i, m := range v {
			v[i] = walk(m, path+"/"+strconv.Itoa(i), salts)
		}
	case string:
		if isPersonal(v) {
			s := salted{path, make([]byte, 16)}
			rand.Read(s.salt)
			*salts = append(*salts, s)
			sum := sha256.Sum256(append(bytes.Clone(s.salt), v...))
			return "salted-sha256:" + hex.EncodeToString(sum[:])
		}
	}
	return v
}

// isPersonal leaves out what only looks like an ID number: codes of firms may be digits alone.
func isPersonal(s string) bool {
	for _, m := range personal.FindAllString(s, -1) {
		digits := strings.TrimFunc(m, func(r rune) bool { return !strings.ContainsRune("0123456789Xx", r) })
		if len(digits) != 18 || isCitizenID(digits) {
			return true
		}
	}
	return false
}

// isCitizenID is the check of GB 11643.
func isCitizenID(s string) bool {
	weights := [17]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}
	sum := 0
	for i, w := range weights {
		sum += int(s[i]-'0') * w
	}
	if _, err := time.Parse("20060102", s[6:14]); err != nil {
		return false
	}
	return "10X98765432"[sum%11] == strings.ToUpper(s)[17]
}
