package credential

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var captchaKey = []byte("captcha key of the tests, 32 bytes or more")

func captcha(t testing.TB, numbers int64) *Captcha {
	t.Helper()
	c, err := NewCaptcha(captchaKey, numbers)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// solve does what the browser does.
func solve(t testing.TB, c Challenge) answer {
	t.Helper()
	for n := range c.MaxNumber + 1 {
		if captchaDigest(c.Salt, n) == c.Challenge {
			return answer{Algorithm: c.Algorithm, Challenge: c.Challenge, Number: n, Salt: c.Salt, Signature: c.Signature}
		}
	}
	t.Fatal("a challenge without an answer")
	return answer{}
}

func pack(a any) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false) // as a browser writes it
	if err := e.Encode(a); err != nil {
		panic(err)
	}
	return base64.StdEncoding.EncodeToString(bytes.TrimSpace(b.Bytes()))
}

func TestASolvedChallengeHoldsForTenMinutes(t *testing.T) {
	t.Parallel()
	c := captcha(t, 200)
	challenge, err := c.NewChallenge(noon)
	if err != nil {
		t.Fatal(err)
	}
	payload := pack(solve(t, challenge))
	for after, want := range map[time.Duration]bool{0: true, CaptchaLife - time.Second: true, CaptchaLife: false, time.Hour: false} {
		solved, err := c.Verify(payload, noon.Add(after))
		if (err == nil) != want || err != nil && !errors.Is(err, ErrCaptcha) {
			t.Errorf("after %v: %v", after, err)
		}
		if want && (solved.ID != challenge.Challenge || !solved.Expires.Equal(noon.Add(CaptchaLife))) {
			t.Errorf("after %v: %+v", after, solved)
		}
	}
	other, err := NewCaptcha(bytes.Repeat([]byte("k"), 32), 200)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := other.Verify(payload, noon); !errors.Is(err, ErrCaptcha) {
		t.Error("signed with another key")
	}
}

func TestNoForgedAnswerPasses(t *testing.T) {
	t.Parallel()
	c := captcha(t, 50)
	challenge, err := c.NewChallenge(noon)
	if err != nil {
		t.Fatal(err)
	}
	good := solve(t, challenge)
	changed := func(change func(*answer)) string { a := good; change(&a); return pack(a) }
	self := changed(func(a *answer) { // self-made: all right but the signature
		a.Salt = "00112233445566778899aabb?expires=99999999999&"
		a.Number, a.Challenge = 1, captchaDigest("00112233445566778899aabb?expires=99999999999&", 1)
	})
	for name, payload := range map[string]string{
		"empty": "", "no base64": "{}", "no JSON": base64.StdEncoding.EncodeToString([]byte("hello")), "null": pack(nil), "list": pack([]int{1}), "nothing": pack(answer{}),
		"long": pack(good) + strings.Repeat(" ", maxPayload), "self-made": self,
		"number": changed(func(a *answer) { a.Number++ }), "negative": changed(func(a *answer) { a.Number = -a.Number - 1 }),
		"algorithm": changed(func(a *answer) { a.Algorithm = "SHA-1" }), "no algorithm": changed(func(a *answer) { a.Algorithm = "" }),
		"signature": changed(func(a *answer) { a.Signature = strings.Repeat("0", 64) }), "no signature": changed(func(a *answer) { a.Signature = "" }),
		"challenge": changed(func(a *answer) { a.Challenge = strings.Repeat("0", 64) }),
		"longer life": changed(func(a *answer) {
			a.Salt = strings.Replace(a.Salt, "expires=", "expires=9", 1)
		}),
		"second expiry": changed(func(a *answer) { a.Salt += "expires=99999999999&" }),
		"no expiry":     changed(func(a *answer) { a.Salt = strings.SplitN(a.Salt, "?", 2)[0] + "&" }),
		"text number":   pack(map[string]any{"algorithm": good.Algorithm, "challenge": good.Challenge, "number": "0", "salt": good.Salt, "signature": good.Signature}),
		"fraction":      pack(map[string]any{"algorithm": good.Algorithm, "challenge": good.Challenge, "number": 0.5, "salt": good.Salt, "signature": good.Signature}),
	} {
		if _, err := c.Verify(payload, noon); !errors.Is(err, ErrCaptcha) {
			t.Errorf("%s: %v", name, err)
		}
	}
	// Digits moved from the number to the salt leave the digest and its signature right:
	// the form of the salt must refuse every such split.
	for n := int64(10); n < 60; n++ {
		made := c.challenge(make([]byte, 12), n, noon.Add(CaptchaLife))
		a := answer{Algorithm: made.Algorithm, Challenge: made.Challenge, Number: n % 10, Salt: made.Salt + strconv.FormatInt(n/10, 10), Signature: made.Signature}
		if captchaDigest(a.Salt, a.Number) != made.Challenge {
			t.Fatal("not the split that is meant")
		}
		if _, err := c.Verify(pack(a), noon); !errors.Is(err, ErrCaptcha) {
			t.Fatalf("%+v", a)
		}
	}
	// Another spelling of the same answer is the same answer: one id.
	for _, payload := range []string{
		changed(func(a *answer) { a.Signature = strings.ToUpper(a.Signature) }),
		pack(map[string]any{"algorithm": good.Algorithm, "challenge": good.Challenge, "number": good.Number, "salt": good.Salt, "signature": good.Signature, "took": 12, "test": true}),
	} {
		if solved, err := c.Verify(payload, noon); err != nil || solved.ID != challenge.Challenge {
			t.Errorf("%+v, %v", solved, err)
		}
	}
}

func TestEveryChallengeHasAnAnswerOfItsOwn(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		c := captcha(t, rapid.Int64Range(1, 300).Draw(rt, "numbers"))
		now := time.Unix(rapid.Int64Range(0, 9_000_000_000).Draw(rt, "now"), 0)
		a, errA := c.NewChallenge(now)
		b, errB := c.NewChallenge(now)
		if errA != nil || errB != nil || a.Challenge == b.Challenge || a.Salt == b.Salt {
			rt.Fatalf("%+v, %+v, %v, %v", a, b, errA, errB)
		}
		if _, err := c.Verify(pack(solve(t, a)), now); err != nil {
			rt.Fatalf("%+v: %v", a, err)
		}
		if _, err := c.Verify(rapid.String().Draw(rt, "junk"), now); !errors.Is(err, ErrCaptcha) {
			rt.Fatal("junk passed")
		}
	})
	for _, c := range []struct {
		key     []byte
		numbers int64
	}{{nil, 1}, {captchaKey[:31], 1}, {captchaKey, 0}, {captchaKey, -1}, {captchaKey, 1 << 40}} {
		if _, err := NewCaptcha(c.key, c.numbers); err == nil {
			t.Errorf("took %v", c)
		}
	}
}

const browserFixture = "../../../frontend/src/shared/captcha/captcha.fixture.json"

// fixture is what this test and the browser's (solve.test.ts) agree on: a challenge as
// Captcha makes it, and the payload that solve.ts must send for it.
type fixture struct {
	Now       time.Time `json:"now"`
	Key       string    `json:"key"`
	Challenge Challenge `json:"challenge"`
	Payload   string    `json:"payload"`
}

func TestTheBrowsersSolverAndThisCheckAgree(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile(browserFixture)
	if err != nil {
		t.Fatal(err)
	}
	var f fixture
	if err := json.Unmarshal(raw, &f); err != nil {
		t.Fatal(err)
	}
	c, err := NewCaptcha([]byte(f.Key), f.Challenge.MaxNumber)
	if err != nil {
		t.Fatal(err)
	}
	nonce, err := hex.DecodeString(f.Challenge.Salt[:24])
	if err != nil {
		t.Fatal(err)
	}
	// The challenge is one that this program makes, letter for letter…
	solution := solve(t, f.Challenge)
	if made := c.challenge(nonce, solution.Number, f.Now.Add(CaptchaLife)); made != f.Challenge {
		t.Errorf("made %+v\nfixture %+v", made, f.Challenge)
	}
	// …and the payload one that it takes.
	if solved, err := c.Verify(f.Payload, f.Now); err != nil || solved.ID != f.Challenge.Challenge {
		t.Errorf("%+v, %v", solved, err)
	}
	if want := pack(solution); f.Payload != want {
		t.Errorf("payload %s, want %s", f.Payload, want)
	}
}

// testdata/altcha-lib.json was recorded from ALTCHA's own library (npm altcha-lib 2.8.0,
// its v1 functions createChallenge and solveChallenge): a payload of theirs passes here.
func TestALTCHAsOwnLibraryAgrees(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("testdata/altcha-lib.json")
	if err != nil {
		t.Fatal(err)
	}
	var f fixture
	if err := json.Unmarshal(raw, &f); err != nil {
		t.Fatal(err)
	}
	c, err := NewCaptcha([]byte(f.Key), f.Challenge.MaxNumber)
	if err != nil {
		t.Fatal(err)
	}
	solved, err := c.Verify(f.Payload, f.Now)
	if err != nil || solved.ID != f.Challenge.Challenge {
		t.Errorf("%+v, %v", solved, err)
	}
}

func BenchmarkCaptchaVerify(b *testing.B) {
	c := captcha(b, 100)
	challenge, err := c.NewChallenge(noon)
	if err != nil {
		b.Fatal(err)
	}
	payload := pack(solve(b, challenge))
	for b.Loop() {
		if _, err := c.Verify(payload, noon); err != nil {
			b.Fatal(err)
		}
	}
}
