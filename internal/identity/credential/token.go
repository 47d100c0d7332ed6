package credential

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
)

// tokenBytes of chance: 256 bits, beyond guessing, so a plain digest protects a stored token.
const tokenBytes = 32

// NewToken makes a token for a session, a password reset or an invitation: 43 characters
// of unpadded base64url (RFC 4648 section 5), fit for a cookie or a link, and the digest
// to store in its place. Whoever reads the table cannot use what stands there.
func NewToken() (token string, digest []byte) {
	b := make([]byte, tokenBytes)
	rand.Read(b) // never fails: crypto/rand ends the program instead
	token = base64.RawURLEncoding.EncodeToString(b)
	return token, DigestToken(token)
}

// DigestToken is the SHA-256 of the token as written, 32 bytes. Anything may be passed;
// what is not a token has a digest that nothing stored equals.
func DigestToken(token string) []byte {
	d := sha256.Sum256([]byte(token))
	return d[:]
}

// SameDigest compares two digests in constant time. An empty one equals nothing: a
// missing value must never open a door.
func SameDigest(a, b []byte) bool {
	return len(a) > 0 && subtle.ConstantTimeCompare(a, b) == 1
}
