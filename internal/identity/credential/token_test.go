package credential

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"testing"

	"pgregory.net/rapid"
)

func TestTokens(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for range 1000 {
		token, digest := NewToken()
		raw, err := base64.RawURLEncoding.DecodeString(token)
		if err != nil || len(raw) != 32 || len(token) != 43 {
			t.Fatalf("%s: %d bytes, %v", token, len(raw), err)
		}
		if seen[token] {
			t.Fatal("a token came twice")
		}
		seen[token] = true
		if want := sha256.Sum256([]byte(token)); !bytes.Equal(digest, want[:]) || !SameDigest(digest, DigestToken(token)) {
			t.Fatal("not the digest of the token")
		}
	}
}

func TestDigestsAreTheSameOnlyWhenEqualAndPresent(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a, b := rapid.SliceOf(rapid.Byte()).Draw(t, "a"), rapid.SliceOf(rapid.Byte()).Draw(t, "b")
		if SameDigest(a, b) != (len(a) > 0 && bytes.Equal(a, b)) || SameDigest(a, a) != (len(a) > 0) {
			t.Fatalf("%x, %x", a, b)
		}
	})
	if SameDigest(nil, nil) || SameDigest([]byte{}, nil) {
		t.Error("nothing equals nothing")
	}
}
