package credential

import (
	"strings"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"
	"github.com/pquerna/otp/totp"
)

// Every authenticator app knows these and only these: SHA-1, six digits, thirty seconds.
const (
	totpPeriod = 30 // seconds, RFC 6238 section 4.1
	totpSkew   = 1  // steps accepted before and after the present one, RFC 6238 section 5.2
	totpSecret = 20 // bytes, RFC 4226 section 4 R6
)

// TOTPKey is a fresh second factor.
type TOTPKey struct {
	Secret string // base32 without padding, 32 characters: seal it before storing; also for typing by hand
	URL    string // otpauth://totp/…, what the QR code says: it holds the secret, so show it once, never log it
}

// NewTOTP makes a second factor for account (the login name) at issuer (the name of the
// platform, shown in the app). Both must be non-empty; a colon would end the issuer and
// is written as a space.
func NewTOTP(issuer, account string) (TOTPKey, error) {
	plain := strings.NewReplacer(":", " ", "：", " ")
	key, err := totp.Generate(totp.GenerateOpts{
		Issuer: plain.Replace(issuer), AccountName: plain.Replace(account),
		Period: totpPeriod, SecretSize: totpSecret, Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1,
	})
	if err != nil {
		return TOTPKey{}, err
	}
	return TOTPKey{Secret: key.Secret(), URL: key.URL()}, nil
}

// VerifyTOTP checks a code (spaces and full-width digits are forgiven) for the step of
// now (Unix time / 30 s) and its two neighbours. Steps up to lastStep are spent: a code
// is good once (RFC 6238 section 5.2). On ok the caller stores step as the new lastStep,
// in one conditional UPDATE (… AND last_step < step), or two requests could spend one
// code; before the first use lastStep is 0. A damaged secret verifies nothing.
func VerifyTOTP(secret, code string, now time.Time, lastStep int64) (step int64, ok bool) {
	code = digitsAsTyped(code)
	present := now.Unix() / totpPeriod
	for s := max(present-totpSkew, lastStep+1, 0); s <= present+totpSkew; s++ {
		// An error is a code of another length or a secret that is not base32.
		match, err := hotp.ValidateCustom(code, uint64(s), secret, hotp.ValidateOpts{Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
		if err == nil && match {
			return s, true
		}
	}
	return 0, false
}

// digitsAsTyped drops what an app shows between the groups and what an input method
// makes of digits.
func digitsAsTyped(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '０' && r <= '９':
			return r - '０' + '0'
		case r == ' ', r == '\u3000', r == '\u00a0', r == '-', r == '\t', r == '\r', r == '\n':
			return -1
		}
		return r
	}, s)
}
