package credential

import (
	"bytes"
	"encoding/base32"
	"encoding/base64"
	"image/png"
	"net/url"
	"strings"
	"testing"
	"time"

	goqr "github.com/piglig/go-qr"
	"github.com/pquerna/otp/totp"
	"pgregory.net/rapid"
)

// RFC 6238 appendix B, SHA-1; its codes of eight digits end in the six.
func TestCodesOfTheStandard(t *testing.T) {
	t.Parallel()
	secret := base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString([]byte("12345678901234567890"))
	for unix, code := range map[int64]string{59: "287082", 1111111109: "081804", 1111111111: "050471", 1234567890: "005924", 2000000000: "279037", 20000000000: "353130"} {
		step, ok := VerifyTOTP(secret, code, time.Unix(unix, 0), 0)
		if !ok || step != unix/30 {
			t.Errorf("at %d: step %d, %v", unix, step, ok)
		}
		if _, ok := VerifyTOTP(secret, code, time.Unix(unix, 0), step); ok {
			t.Errorf("at %d: the code was taken twice", unix)
		}
	}
}

func TestACodeIsGoodOnceAndForAMinuteAndAHalf(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		key, err := NewTOTP("网上中介超市", "wang")
		if err != nil {
			t.Fatal(err)
		}
		now := time.Unix(rapid.Int64Range(1_500_000_000, 4_000_000_000).Draw(t, "now"), 0)
		off := rapid.Int64Range(-5, 5).Draw(t, "steps off")
		step := now.Unix()/30 + off
		code, err := totp.GenerateCode(key.Secret, time.Unix(step*30, 0))
		if err != nil {
			t.Fatal(err)
		}
		last := step + rapid.Int64Range(-3, 3).Draw(t, "last")
		want := off >= -1 && off <= 1 && last < step
		typed := code[:3] + rapid.SampledFrom([]string{"", " ", "　", "-"}).Draw(t, "gap") + code[3:]
		got, ok := VerifyTOTP(key.Secret, typed, now, last)
		// A million codes: that of another step may be the same by chance.
		byChance := ok && got != step
		if ok != want && !byChance || ok && (got <= last || got < now.Unix()/30-1 || got > now.Unix()/30+1) {
			t.Fatalf("step %d at %d after %d: %d, %v", step, now.Unix()/30, last, got, ok)
		}
		if ok && got == step {
			if _, again := VerifyTOTP(key.Secret, typed, now, got); again {
				t.Fatal("taken twice")
			}
		}
	})
}

func TestWhatIsNoCodeOrNoSecretOpensNothing(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_700_000_000, 0)
	key, err := NewTOTP("网上中介超市", "wang")
	if err != nil {
		t.Fatal(err)
	}
	code, err := totp.GenerateCode(key.Secret, now)
	if err != nil {
		t.Fatal(err)
	}
	wide := strings.Map(func(r rune) rune { return r - '0' + '０' }, code)
	if _, ok := VerifyTOTP(key.Secret, wide, now, 0); !ok {
		t.Error("full-width digits are the same digits")
	}
	for _, c := range [][2]string{{key.Secret, ""}, {key.Secret, code[:5]}, {key.Secret, code + "0"}, {key.Secret, "abcdef"}, {"", code}, {"not base32!", code}, {"", ""}} {
		if _, ok := VerifyTOTP(c[0], c[1], now, 0); ok {
			t.Errorf("%q opened", c[1])
		}
	}
	if _, ok := VerifyTOTP(key.Secret, code, time.Unix(-1_000_000, 0), 0); ok {
		t.Error("a time before 1970 has no steps")
	}
}

func TestTheKeySaysWhatAppsRead(t *testing.T) {
	t.Parallel()
	key, err := NewTOTP("网上中介超市:运城", "wang@example.com")
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(key.URL)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	if u.Scheme != "otpauth" || u.Host != "totp" || u.Path != "/网上中介超市 运城:wang@example.com" ||
		q.Get("issuer") != "网上中介超市 运城" || q.Get("secret") != key.Secret || q.Get("algorithm") != "SHA1" || q.Get("digits") != "6" || q.Get("period") != "30" {
		t.Error(key.URL)
	}
	if raw, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(key.Secret); err != nil || len(raw) != 20 {
		t.Errorf("%d bytes, %v", len(raw), err)
	}
	other, err := NewTOTP("网上中介超市", "wang")
	if err != nil || other.Secret == key.Secret {
		t.Error("two keys must differ", err)
	}
	for _, c := range [][2]string{{"", "wang"}, {"网上中介超市", ""}} {
		if _, err := NewTOTP(c[0], c[1]); err == nil {
			t.Errorf("took %v", c)
		}
	}
}

// Read back by another library than the one that drew it.
func TestTheQRCodeReadsBack(t *testing.T) {
	t.Parallel()
	key, err := NewTOTP("网上中介超市", "wang@example.com")
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{key.URL, "a", strings.Repeat("x", 1000)} {
		uri, err := QRCode(text)
		if err != nil {
			t.Fatal(err)
		}
		data, ok := strings.CutPrefix(uri, "data:image/png;base64,")
		raw, err := base64.StdEncoding.DecodeString(data)
		if !ok || err != nil {
			t.Fatalf("%.40s: %v", uri, err)
		}
		img, err := png.Decode(bytes.NewReader(raw))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := goqr.Decode(img); err != nil || got != text {
			t.Errorf("%.60q, %v", got, err)
		}
		for i := range quietZone * modulePixels { // the margin without which cameras find nothing
			if r, _, _, _ := img.At(i, img.Bounds().Dy()/2).RGBA(); r == 0 {
				t.Error("no quiet zone")
			}
		}
	}
	if _, err := QRCode(strings.Repeat("x", 5000)); err == nil {
		t.Error("text that fits no code was drawn")
	}
}

func TestRecoveryCodes(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		codes, digests := NewRecoveryCodes()
		if len(codes) != RecoveryCodes || len(digests) != RecoveryCodes {
			t.Fatal(len(codes), len(digests))
		}
		n := rapid.IntRange(0, RecoveryCodes-1).Draw(t, "n")
		typed := codes[n]
		switch rapid.IntRange(0, 4).Draw(t, "as typed") {
		case 1:
			typed = strings.ToUpper(typed)
		case 2:
			typed = " " + strings.ReplaceAll(typed, "-", "") + "\n"
		case 3:
			typed = strings.ReplaceAll(strings.ReplaceAll(typed, "0", "O"), "1", "l")
		case 4:
			typed = strings.ReplaceAll(typed, "-", "　")
		}
		if i, ok := FindRecoveryCode(typed, digests); !ok || i != n {
			t.Fatalf("%s: %d, %v", typed, i, ok)
		}
		if bytes.Contains(digests[n], []byte(codes[n][:4])) || len(digests[n]) != 32 {
			t.Fatal("the digest shows the code")
		}
		left := append(append([][]byte{}, digests[:n]...), digests[n+1:]...)
		if _, ok := FindRecoveryCode(typed, left); ok {
			t.Fatal("a used code opened again")
		}
		if _, ok := FindRecoveryCode(rapid.String().Draw(t, "guess"), append(digests, nil, []byte{})); ok {
			t.Fatal("a guess opened")
		}
	})
}
