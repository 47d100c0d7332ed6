package ledger

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// salted is a piece of personal data that a line has only as a digest. Who is shown text
// and salt can check it; without the salt nobody can try out the few numbers there are.
type salted struct {
	path string
	salt []byte
}

// personal finds mobile numbers, ID numbers (GB 11643) and mail addresses. A hexadecimal
// digit beside one says that it is a piece of a digest. An ID number is known by its date
// of birth, not by its check digit: a mistyped one points to the same person. Codes of
// firms (GB 32100) may be digits alone, but have no such date in that place.
var personal = regexp.MustCompile(`(?:^|[^0-9A-Fa-f])(?:` +
	`(?:86[- ]?)?1[3-9][0-9](?:[0-9]{8}|[- ][0-9]{4}[- ][0-9]{4})|` +
	`[1-8][0-9]{5}(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9Xx]` +
	`)(?:$|[^0-9A-Fa-f])|[0-9A-Za-z._%+-]+@[0-9A-Za-z-]+\.[0-9A-Za-z.-]+`)

// plainDigits are those of full width as people type them with a Chinese keyboard.
var plainDigits = strings.NewReplacer("０", "0", "１", "1", "２", "2", "３", "3", "４", "4", "５", "5", "６", "6", "７", "7", "８", "8", "９", "9",
	"Ｘ", "X", "ｘ", "x", "＠", "@", "．", ".", "－", "-", "–", "-", "—", "-", "\u3000", " ", "\u00a0", " ")

func isPersonal(s string) bool { return personal.MatchString(plainDigits.Replace(s)) }

// Salted is a text that a line shall have only as a salted digest, whatever it looks like:
// a person's name, or a content that has personal data somewhere.
type Salted string

// saltedMember is no member that a body could have by itself.
const saltedMember = "\x00salted"

// MarshalJSON marks the text for AppendTx.
func (s Salted) MarshalJSON() ([]byte, error) {
	return json.Marshal(map[string]string{saltedMember: string(s)})
}

// redact replaces every string that holds personal data by a salted digest. It is judged
// as it is read, not as JSON writes it: an escaped line break would end in a letter.
func redact(raw []byte, persons []string) ([]byte, []salted, error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, nil, err
	}
	r := redaction{persons: persons}
	v, err := r.walk(v, "")
	if err != nil || len(r.salts) == 0 {
		return raw, nil, err
	}
	out, err := json.Marshal(v)
	return out, r.salts, err
}

type redaction struct {
	persons []string
	salts   []salted
}

func (r *redaction) walk(v any, path string) (out any, err error) {
	switch v := v.(type) {
	case map[string]any:
		if text, ok := v[saltedMember].(string); ok && len(v) == 1 {
			return r.digest(text, path), nil
		}
		for name, m := range v {
			if isPersonal(name) { // a slip in the program: who reads a line must know what its members mean
				return nil, fmt.Errorf("personal data in the name of a member at %q", path)
			}
			if text, ok := m.(string); ok && text != "" && slices.Contains(r.persons, name) {
				v[name] = r.digest(text, path+"/"+name)
				continue
			}
			if v[name], err = r.walk(m, path+"/"+name); err != nil {
				return nil, err
			}
		}
	case []any:
		for i, m := range v {
			if v[i], err = r.walk(m, path+"/"+strconv.Itoa(i)); err != nil {
				return nil, err
			}
		}
	case string:
		if isPersonal(v) {
			return r.digest(v, path), nil
		}
	}
	return v, nil
}

// digest is SHA-256(salt ‖ text) with a salt of its own, which is kept beside the line.
func (r *redaction) digest(text, path string) string {
	s := salted{path, make([]byte, 16)}
	rand.Read(s.salt)
	r.salts = append(r.salts, s)
	sum := sha256.Sum256(append(bytes.Clone(s.salt), text...))
	return "salted-sha256:" + hex.EncodeToString(sum[:])
}
