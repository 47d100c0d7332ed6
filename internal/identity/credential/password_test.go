package credential

import (
	"context"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/text/secure/precis"
	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"

	"zjcs/internal/platform/apperr"
)

// cheap makes a test of rules, not of cost.
var cheap = Params{MemoryKiB: 64, Iterations: 1, Parallelism: 1}

func hasher(t testing.TB, p Params, atOnce int) *Hasher {
	t.Helper()
	h, err := NewHasher(p, atOnce)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func TestAPasswordOpensItsOwnHashOnly(t *testing.T) {
	t.Parallel()
	h := hasher(t, cheap, 2)
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.StringMatching(`[ -~\x{4E00}-\x{9FA5}]{1,40}`)
		password, other := word.Draw(t, "password"), word.Draw(t, "other")
		encoded, err := h.Hash(t.Context(), password)
		if err != nil {
			t.Fatal(err)
		}
		if len(encoded) > 120 || strings.Contains(encoded, password) && len(password) > 6 {
			t.Fatalf("stored as %s", encoded)
		}
		if ok, err := h.Verify(t.Context(), password, encoded); !ok || err != nil {
			t.Fatalf("its own password: %v, %v", ok, err)
		}
		same := must(Normalise(other)) == must(Normalise(password))
		if ok, err := h.Verify(t.Context(), other, encoded); ok != same || err != nil {
			t.Fatalf("%q opened %q: %v", other, password, err)
		}
		if again, _ := h.Hash(t.Context(), password); again == encoded {
			t.Fatal("two hashes of one password must not look equal")
		}
	})
}

func must(s string, err error) string {
	if err != nil {
		panic(err)
	}
	return s
}

func TestAPasswordFitsFromEveryKeyboard(t *testing.T) {
	t.Parallel()
	h := hasher(t, cheap, 2)
	encoded, err := h.Hash(t.Context(), "Ｐａｓｓ　wörd１２３")
	if err != nil {
		t.Fatal(err)
	}
	for typed, want := range map[string]bool{
		"Pass wörd123": true, "Pass wo\u0308rd123": true, "Pass\u00a0wörd１23": true,
		"pass wörd123": false, "Passwörd123": false, "Pass wörd123 ": false, "Pass wörd123\x00": false, "": false,
	} {
		if ok, err := h.Verify(t.Context(), typed, encoded); ok != want || err != nil {
			t.Errorf("%q: %v, %v", typed, ok, err)
		}
	}
}

func TestNormaliseIsStable(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.OneOf(rapid.String(), rapid.StringMatching(`[\x{FF01}-\x{FF5E}ﬁ①㎏ﷺ]{1,12}`)).Draw(t, "s")
		once, err := Normalise(s)
		if err != nil {
			if f, ok := apperr.As(err); !ok || f.Code != apperr.Invalid || f.Fields[0].Name != Field {
				t.Fatalf("%v", err)
			}
			return
		}
		if twice, err := Normalise(once); err != nil || twice != once {
			t.Fatalf("%q → %q → %q, %v", s, once, twice, err)
		}
		if !norm.NFKC.IsNormalString(once) {
			t.Fatalf("%q is not NFKC", once)
		}
		if p, err := precis.OpaqueString.String(once); err != nil || p != once {
			t.Fatalf("%q is not an OpaqueString: %v", once, err)
		}
	})
}

func TestImpossiblePasswordsAreNamed(t *testing.T) {
	t.Parallel()
	for in, reason := range map[string]string{
		"": "不能为空", strings.Repeat("密", 129): "不能超过 128", strings.Repeat("x", 100_000): "不能超过 128",
		strings.Repeat("ﷺ", 100): "不能超过 128", "abc\ndef": "控制字符", "abc\u202edef": "不可见字符", "\xff\xfe": "UTF-8",
	} {
		if _, err := Normalise(in); err == nil || !strings.Contains(err.Error(), reason) {
			t.Errorf("%.20q: %v, want %s", in, err, reason)
		}
	}
	if s, err := Normalise(strings.Repeat("密", 128)); err != nil || len(s) != 384 {
		t.Error(err)
	}
}

func TestDamagedHashesAreErrorsNeverOpen(t *testing.T) {
	t.Parallel()
	h := hasher(t, cheap, 1)
	good, err := h.Hash(t.Context(), "tuesday violin")
	if err != nil {
		t.Fatal(err)
	}
	parts := strings.Split(good, "$")
	with := func(i int, s string) string {
		p := append([]string(nil), parts...)
		p[i] = s
		return strings.Join(p, "$")
	}
	for name, bad := range map[string]string{
		"empty": "", "bcrypt": "$2a$10$abcdefghijklmnopqrstuv", "plain": "tuesday violin", "cut": good[:40],
		"variant": with(1, "argon2i"), "version": with(2, "v=16"), "no salt": with(4, ""), "no key": with(5, ""),
		"zero passes": with(3, "m=64,t=0,p=1"), "zero lanes": with(3, "m=64,t=1,p=0"), "lanes": with(3, "m=4096,t=1,p=255"),
		"4 TiB": with(3, "m=4294967295,t=1,p=1"), "for ever": with(3, "m=64,t=4294967295,p=1"), "nothing": with(3, "m=0,t=1,p=1"),
	} {
		if ok, err := h.Verify(t.Context(), "tuesday violin", bad); ok || err == nil {
			t.Errorf("%s: %v, %v", name, ok, err)
		}
		if !h.NeedsRehash(bad) {
			t.Errorf("%s: needs no new hash?", name)
		}
	}
	for _, p := range []Params{{}, {MemoryKiB: 64, Iterations: 1}, {MemoryKiB: 7, Iterations: 1, Parallelism: 1}, {MemoryKiB: 1 << 31, Iterations: 1, Parallelism: 1}} {
		if _, err := NewHasher(p, 1); err == nil {
			t.Errorf("took %+v", p)
		}
	}
}

func TestHashesMadeAtOtherCostStillOpenAndAskForANewOne(t *testing.T) {
	t.Parallel()
	old, now := hasher(t, cheap, 1), hasher(t, Params{MemoryKiB: 128, Iterations: 2, Parallelism: 1}, 1)
	encoded, err := old.Hash(t.Context(), "tuesday violin")
	if err != nil {
		t.Fatal(err)
	}
	if ok, err := now.Verify(t.Context(), "tuesday violin", encoded); !ok || err != nil {
		t.Fatal(ok, err)
	}
	if old.NeedsRehash(encoded) || !now.NeedsRehash(encoded) {
		t.Error("only the hash of another cost needs a new one")
	}
}

// An unknown name must cost what a known one does: same parameters, same way through.
func TestNobodyCostsWhatSomebodyDoes(t *testing.T) {
	t.Parallel()
	h := hasher(t, DefaultParams(), 1)
	if h.NeedsRehash(h.nobody) {
		t.Errorf("nobody's hash has other parameters: %s", h.nobody)
	}
	if err := h.VerifyNobody(t.Context(), "tuesday violin"); err != nil {
		t.Error(err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := h.VerifyNobody(ended, "tuesday violin"); apperr.CodeOf(err) != apperr.Unavailable {
		t.Error(err)
	}
	if a, b := hasher(t, cheap, 1), hasher(t, cheap, 1); a.nobody == b.nobody {
		t.Error("nobody's password must be forgotten")
	}
}

func TestWaitingEndsWithTheContextAndGivesTheTurnBack(t *testing.T) {
	t.Parallel()
	h := hasher(t, cheap, 1)
	if err := h.slots.Acquire(t.Context(), 1); err != nil { // somebody is being hashed
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	errs := make(chan error)
	go func() { _, err := h.Hash(ctx, "tuesday violin"); errs <- err }()
	go func() { _, err := h.Verify(ctx, "tuesday violin", h.nobody); errs <- err }()
	select {
	case err := <-errs:
		t.Fatalf("did not wait: %v", err)
	case <-time.After(20 * time.Millisecond):
	}
	cancel()
	for range 2 {
		if err := <-errs; apperr.CodeOf(err) != apperr.Unavailable {
			t.Errorf("%v", err)
		}
	}
	h.slots.Release(1)
	if _, err := h.Hash(t.Context(), "tuesday violin"); err != nil {
		t.Error(err)
	}
}

// Not parallel: it reads the heap of the whole process.
func TestAFloodOfLoginsStaysWithinItsMemory(t *testing.T) {
	const atOnce, flood = 2, 40
	h := hasher(t, DefaultParams(), atOnce)
	runtime.GC()
	var before runtime.MemStats
	runtime.ReadMemStats(&before)
	var wg sync.WaitGroup
	done := make(chan struct{})
	for range flood {
		wg.Go(func() {
			if err := h.VerifyNobody(t.Context(), "tuesday violin"); err != nil {
				t.Error(err)
			}
		})
	}
	go func() { wg.Wait(); close(done) }()
	var peak uint64
	for running := true; running; {
		select {
		case <-done:
			running = false
		case <-time.After(time.Millisecond):
		}
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		peak = max(peak, m.HeapAlloc)
	}
	// At once in use 2 × 19 MiB, and what is not yet collected; unbounded it is 760 MiB.
	if grown := int64(peak) - int64(before.HeapAlloc); grown > 300<<20 {
		t.Errorf("the heap grew by %d MiB", grown>>20)
	}
	if !h.slots.TryAcquire(atOnce) {
		t.Error("a turn was not given back")
	}
}

func BenchmarkVerify(b *testing.B) {
	h := hasher(b, DefaultParams(), 0)
	encoded, err := h.Hash(b.Context(), "tuesday violin marble")
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if ok, err := h.Verify(b.Context(), "tuesday violin marble", encoded); !ok || err != nil {
			b.Fatal(ok, err)
		}
	}
}

// BenchmarkVerifyFlood is what the machine does when many log in at once.
func BenchmarkVerifyFlood(b *testing.B) {
	h := hasher(b, DefaultParams(), 0)
	b.SetParallelism(32)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if err := h.VerifyNobody(b.Context(), "tuesday violin marble"); err != nil {
				b.Error(err)
			}
		}
	})
}
