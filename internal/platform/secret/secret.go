// Package secret seals sensitive personal data (个人信息保护法 第28条) before it
// reaches the database, and masks it before it reaches a screen.
package secret

import (
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

// Vault seals and opens values with keys derived from one configured secret:
// AES-256-GCM for sealing, HMAC-SHA-256 for digests, each with a key of its own.
type Vault struct {
	aead cipher.AEAD
	mac  []byte
}

// format is the first byte of a sealed value, so that a later scheme or key can be told apart.
const format = 1

// NewVault takes the base64 of 32 random bytes.
func NewVault(key string) (*Vault, error) {
	master, err := base64.StdEncoding.DecodeString(key)
	if err != nil || len(master) != 32 {
		return nil, errors.New("secret: the key must be the base64 of 32 bytes")
	}
	enc, err := hkdf.Key(sha256.New, master, nil, "zjcs seal v1", 32)
	if err != nil {
		return nil, err
	}
	mac, err := hkdf.Key(sha256.New, master, nil, "zjcs digest v1", 32)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(enc)
	if err != nil {
		return nil, err
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, err
	}
	return &Vault{aead: aead, mac: mac}, nil
}

// NewKey makes a fresh key in the form NewVault takes.
func NewKey() string {
	b := make([]byte, 32)
	rand.Read(b)
	return base64.StdEncoding.EncodeToString(b)
}

// Seal encrypts value for one field; a value moved to another field does not open.
func (v *Vault) Seal(field, value string) []byte {
	return v.aead.Seal([]byte{format}, nil, []byte(value), []byte(field))
}

// Open decrypts what Seal made for the same field.
func (v *Vault) Open(field string, sealed []byte) (string, error) {
	if len(sealed) == 0 || sealed[0] != format {
		return "", errors.New("secret: not a sealed value")
	}
	b, err := v.aead.Open(nil, nil, sealed[1:], []byte(field))
	if err != nil {
		return "", fmt.Errorf("secret: %w", err)
	}
	return string(b), nil
}

// Digest is a keyed digest of value: equal values of a field give equal digests,
// and without the key nothing can be guessed from one.
func (v *Vault) Digest(field, value string) []byte {
	m := hmac.New(sha256.New, v.mac)
	m.Write([]byte(field))
	m.Write([]byte{0})
	m.Write([]byte(value))
	return m.Sum(nil)
}
