package credential

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"regexp"
	"strconv"
	"time"
)

const (
	// CaptchaLife is how long a challenge can be answered: long enough to fill in a form,
	// and the caller keeps the ids of solved ones no longer.
	CaptchaLife = 10 * time.Minute

	// CaptchaNumbers is the usual size of the search: on average half of it in SHA-256
	// digests, under a second on a desktop and a few on an old phone; a million guesses
	// at a password cost their maker 25 thousand million digests.
	CaptchaNumbers = 50_000

	captchaAlgorithm = "SHA-256"
	captchaKeyBytes  = 32
	maxPayload       = 1024 // characters; a real one has about 350
)

// Captcha makes and checks proofs of work in the ALTCHA format (version 1): nothing to
// see, hear or decipher, so nobody is shut out, and a flood of attempts costs its sender.
// It holds no state: a challenge is signed, and the server forgets it.
type Captcha struct {
	key     []byte
	numbers int64
}

// Challenge is sent to the browser as JSON: find number in 0…maxnumber with
// hex(SHA-256(salt + number in decimal)) = challenge.
type Challenge struct {
	Algorithm string `json:"algorithm"` // always "SHA-256"
	Challenge string `json:"challenge"` // 64 hexadecimal digits
	MaxNumber int64  `json:"maxnumber"`
	Salt      string `json:"salt"`      // "<24 hexadecimal digits>?expires=<Unix seconds>&"
	Signature string `json:"signature"` // HMAC-SHA-256 of the challenge's text, 64 hexadecimal digits
}

// answer is the JSON inside the base64 of a payload. Further members (the ALTCHA widget
// adds how long it took) are passed over.
type answer struct {
	Algorithm string `json:"algorithm"`
	Challenge string `json:"challenge"`
	Number    int64  `json:"number"`
	Salt      string `json:"salt"`
	Signature string `json:"signature"`
}

// Solved is a right answer.
type Solved struct {
	ID      string    // 64 hexadecimal digits, one per challenge: the caller refuses one it has seen
	Expires time.Time // from then on the id need not be remembered
}

// ErrCaptcha is the one answer to every payload that does not hold: a machine is told nothing.
var ErrCaptcha = errors.New("credential: captcha not solved, or expired")

// NewCaptcha takes a secret key of 32 bytes or more, shared by all instances and used for
// nothing else, and the size of the search (1 to 100 million, usually CaptchaNumbers).
func NewCaptcha(key []byte, numbers int64) (*Captcha, error) {
	if len(key) < captchaKeyBytes {
		return nil, fmt.Errorf("credential: the captcha key needs %d bytes or more", captchaKeyBytes)
	}
	if numbers < 1 || numbers > 100_000_000 {
		return nil, errors.New("credential: the captcha's size must be 1 to 100 million")
	}
	return &Captcha{key: append([]byte(nil), key...), numbers: numbers}, nil
}

// NewChallenge makes a challenge that can be answered until now + CaptchaLife.
func (c *Captcha) NewChallenge(now time.Time) (Challenge, error) {
	nonce := make([]byte, 12)
	rand.Read(nonce)
	number, err := rand.Int(rand.Reader, big.NewInt(c.numbers+1))
	if err != nil {
		return Challenge{}, fmt.Errorf("credential: %w", err)
	}
	return c.challenge(nonce, number.Int64(), now.Add(CaptchaLife)), nil
}

func (c *Captcha) challenge(nonce []byte, number int64, expires time.Time) Challenge {
	// The closing & keeps salt and number apart: without it a digit moved from one to
	// the other would change the expiry and leave the digest as it is.
	salt := fmt.Sprintf("%x?expires=%d&", nonce, expires.Unix())
	digest := captchaDigest(salt, number)
	return Challenge{
		Algorithm: captchaAlgorithm, Challenge: digest, MaxNumber: c.numbers,
		Salt: salt, Signature: hex.EncodeToString(c.sign(digest)),
	}
}

var captchaSalt = regexp.MustCompile(`^[0-9a-f]{24}\?expires=([0-9]{1,12})&$`)

// Verify checks what the browser sends back: the base64 (RFC 4648 section 4) of the JSON
// {"algorithm","challenge","number","salt","signature"}. The error is ErrCaptcha. One
// answer passes again and again: the caller stores Solved.ID until Solved.Expires and
// refuses it the second time.
func (c *Captcha) Verify(payload string, now time.Time) (Solved, error) {
	if len(payload) > maxPayload {
		return Solved{}, ErrCaptcha
	}
	raw, err := base64.StdEncoding.DecodeString(payload)
	if err != nil {
		return Solved{}, ErrCaptcha
	}
	var a answer
	if err := json.Unmarshal(raw, &a); err != nil {
		return Solved{}, ErrCaptcha
	}
	salt := captchaSalt.FindStringSubmatch(a.Salt)
	if a.Algorithm != captchaAlgorithm || salt == nil || a.Number < 0 {
		return Solved{}, ErrCaptcha
	}
	expires, err := strconv.ParseInt(salt[1], 10, 64)
	if err != nil || !now.Before(time.Unix(expires, 0)) {
		return Solved{}, ErrCaptcha
	}
	digest := captchaDigest(a.Salt, a.Number)
	signature, err := hex.DecodeString(a.Signature)
	if err != nil || a.Challenge != digest || !hmac.Equal(signature, c.sign(digest)) {
		return Solved{}, ErrCaptcha
	}
	return Solved{ID: digest, Expires: time.Unix(expires, 0)}, nil
}

func captchaDigest(salt string, number int64) string {
	d := sha256.Sum256([]byte(salt + strconv.FormatInt(number, 10)))
	return hex.EncodeToString(d[:])
}

func (c *Captcha) sign(digest string) []byte {
	m := hmac.New(sha256.New, c.key)
	m.Write([]byte(digest))
	return m.Sum(nil)
}
