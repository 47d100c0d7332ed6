// Package secret seals sensitive personal data (个人信息保护法 第28条) before it
// reaches the database, and masks it before it reaches a screen.
//
// A vault seals under one key, the current one, and opens under the previous ones too,
// so that a key can be changed while the program runs: docs/adr/0008-secret-rotation.md.
package secret

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
)

// Vault seals and opens values with keys derived from configured secrets: AES-256-GCM
// for sealing, HMAC-SHA-256 for digests, each with a key of its own.
type Vault struct {
	keys []key // the current one first
}

type key struct {
	id   []byte // says which key sealed a value; tells nothing about the key
	aead cipher.AEAD
	mac  []byte
}

// The first byte of a sealed value is its format. Format 1 does not say which key
// sealed it: every key is tried. Format 2 goes on with the key's id.
const (
	formatBare  = 1
	formatKeyed = 2
)

const idSize = 4

// NewVault takes the current key and those that were current before, each the base64
// of 32 random bytes. A key named twice counts once.
func NewVault(current string, previous ...string) (*Vault, error) {
	v := &Vault{}
	for _, text := range append([]string{current}, previous...) {
		k, err := newKey(text)
		if err != nil {
			return nil, err
		}
		known := false
		for _, other := range v.keys {
			known = known || bytes.Equal(other.mac, k.mac)
		}
		if !known {
			v.keys = append(v.keys, k)
		}
	}
	return v, nil
}

func newKey(text string) (key, error) {
	master, err := base64.StdEncoding.DecodeString(text)
	if err != nil || len(master) != 32 {
		return key{}, errors.New("secret: the key must be the base64 of 32 bytes")
	}
	var derived [3][]byte
	for i, use := range []struct {
		info string
		size int
	}{{"zjcs seal v1", 32}, {"zjcs digest v1", 32}, {"zjcs key id v1", idSize}} {
		if derived[i], err = hkdf.Key(sha256.New, master, nil, use.info, use.size); err != nil {
			return key{}, err
		}
	}
	block, err := aes.NewCipher(derived[0])
	if err != nil {
		return key{}, err
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	return key{id: derived[2], aead: aead, mac: derived[1]}, err
}

// NewKey makes a fresh key in the form NewVault takes.
func NewKey() string {
	b := make([]byte, 32)
	rand.Read(b)
	return base64.StdEncoding.EncodeToString(b)
}

// Seal encrypts value for one field under the current key; a value moved to another
// field does not open.
func (v *Vault) Seal(field, value string) []byte {
	k := v.keys[0]
	return k.aead.Seal(append([]byte{formatKeyed}, k.id...), nil, []byte(value), []byte(field))
}

// ErrNoKey says that no configured key opens a value: its key is missing, or the value
// was changed or moved.
var ErrNoKey = errors.New("secret: no configured key opens this value")

// Open decrypts what Seal made for the same field under any of the keys.
func (v *Vault) Open(field string, sealed []byte) (string, error) {
	id, body, err := split(sealed)
	if err != nil {
		return "", err
	}
	cause := ErrNoKey
	for _, k := range v.keys {
		if id != nil && !bytes.Equal(id, k.id) {
			continue
		}
		value, err := k.aead.Open(nil, nil, body, []byte(field))
		if err == nil {
			return string(value), nil
		}
		cause = fmt.Errorf("%w: %w", ErrNoKey, err)
	}
	return "", cause
}

// split takes a sealed value apart; format 1 has no id.
func split(sealed []byte) (id, body []byte, err error) {
	switch {
	case len(sealed) > 0 && sealed[0] == formatBare:
		return nil, sealed[1:], nil
	case len(sealed) > idSize && sealed[0] == formatKeyed:
		return sealed[1 : 1+idSize], sealed[1+idSize:], nil
	}
	return nil, nil, errors.New("secret: not a sealed value")
}

// Stale reports whether sealed is not under the current key, or does not say so.
func (v *Vault) Stale(sealed []byte) bool {
	id, _, err := split(sealed)
	return err != nil || !bytes.Equal(id, v.keys[0].id)
}

// Reseal is the same value under the current key; what is under it already comes back
// as it is.
func (v *Vault) Reseal(field string, sealed []byte) ([]byte, error) {
	if !v.Stale(sealed) {
		return sealed, nil
	}
	value, err := v.Open(field, sealed)
	if err != nil {
		return nil, err
	}
	return v.Seal(field, value), nil
}

// Digest is a keyed digest of value under the current key: equal values of a field give
// equal digests, and without the key nothing can be guessed from one. It is what is
// stored; what is stored is looked up by Digests.
func (v *Vault) Digest(field, value string) []byte { return v.keys[0].digest(field, value) }

// Digests are the digests of value under every key, the current one first. Until a
// rotation has ended, a stored one may be any of them: a look-up that asks for the
// current one alone misses the person and stores them twice.
func (v *Vault) Digests(field, value string) [][]byte {
	out := make([][]byte, len(v.keys))
	for i, k := range v.keys {
		out[i] = k.digest(field, value)
	}
	return out
}

func (k key) digest(field, value string) []byte {
	m := hmac.New(sha256.New, k.mac)
	m.Write([]byte(field))
	m.Write([]byte{0})
	m.Write([]byte(value))
	return m.Sum(nil)
}
