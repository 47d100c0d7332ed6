package credential

import (
	"crypto/rand"
	"crypto/sha256"
	"strings"
)

// RecoveryCodes is how many are given at once.
const RecoveryCodes = 10

// Crockford's base 32 in lower case: no i, l, o, u, which are taken for 1, 1, 0 and v.
const recoveryAlphabet = "0123456789abcdefghjkmnpqrstvwxyz"

const recoveryLength, recoveryGroup = 16, 4

// NewRecoveryCodes makes the ten one-time codes that replace a lost authenticator, each
// four groups of four characters ("7k2m-…"), and the digests to store. A code holds 80
// bits of chance, so a plain digest is enough: there is nothing to guess through.
func NewRecoveryCodes() (codes []string, digests [][]byte) {
	for range RecoveryCodes {
		b := make([]byte, recoveryLength)
		rand.Read(b)
		var code strings.Builder
		for i, c := range b {
			if i > 0 && i%recoveryGroup == 0 {
				code.WriteByte('-')
			}
			code.WriteByte(recoveryAlphabet[c%32]) // 256 is a multiple of 32: no character is likelier
		}
		codes = append(codes, code.String())
		digests = append(digests, DigestRecoveryCode(code.String()))
	}
	return codes, digests
}

// DigestRecoveryCode is the SHA-256 (32 bytes) of a code as people copy it: case, spaces
// and hyphens do not count, o is 0, i and l are 1.
func DigestRecoveryCode(code string) []byte {
	code = strings.Map(func(r rune) rune {
		switch r {
		case 'o':
			return '0'
		case 'i', 'l':
			return '1'
		}
		return r
	}, strings.ToLower(digitsAsTyped(code)))
	d := sha256.Sum256([]byte("zjcs recovery code v1:" + code))
	return d[:]
}

// FindRecoveryCode tells which of the stored digests the code belongs to. The caller
// deletes that one in the same transaction that opens the session.
func FindRecoveryCode(code string, digests [][]byte) (index int, ok bool) {
	mine := DigestRecoveryCode(code)
	for i, d := range digests {
		if SameDigest(mine, d) {
			return i, true
		}
	}
	return -1, false
}
