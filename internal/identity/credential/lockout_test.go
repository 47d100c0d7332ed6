package credential

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var noon = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)

func TestDelaysGrowAndStayBounded(t *testing.T) {
	t.Parallel()
	l, err := NewLockout([]time.Duration{0, 0, time.Second, time.Minute}, 3)
	if err != nil {
		t.Fatal(err)
	}
	for failures, want := range map[int]Verdict{
		-1: {}, 0: {}, 1: {}, 2: {},
		3: {noon.Add(time.Second), true}, 4: {noon.Add(time.Minute), true}, 5: {noon.Add(time.Minute), true}, 1 << 40: {noon.Add(time.Minute), true},
	} {
		if got := l.Judge(failures, noon); got != want {
			t.Errorf("%d failures: %+v, want %+v", failures, got, want)
		}
	}
	v := l.Judge(4, noon)
	if !v.Locked(noon) || v.Locked(noon.Add(time.Minute)) || v.Wait(noon.Add(20*time.Second)) != 40*time.Second || v.Wait(noon.Add(time.Hour)) != 0 {
		t.Error("the lock ends at its minute")
	}
}

func TestStepsThatMakeNoSenseAreRefused(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		steps   []time.Duration
		captcha int
	}{
		{nil, 1}, {[]time.Duration{time.Minute, time.Second}, 1}, {[]time.Duration{-1}, 1}, {[]time.Duration{25 * time.Hour}, 1}, {[]time.Duration{0}, -1},
	} {
		if _, err := NewLockout(c.steps, c.captcha); err == nil {
			t.Errorf("took %v", c)
		}
	}
	steps := []time.Duration{time.Second}
	l, err := NewLockout(steps, 1)
	if err != nil {
		t.Fatal(err)
	}
	steps[0] = time.Hour
	if l.Judge(1, noon).LockedUntil != noon.Add(time.Second) {
		t.Error("the steps belong to the lockout once given")
	}
}

func TestLockoutIsMonotoneBoundedAndForgivesSuccess(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var steps []time.Duration
		for _, s := range rapid.SliceOfN(rapid.Int64Range(0, int64(longestLock)), 1, 8).Draw(t, "steps") {
			steps = append(steps, time.Duration(s))
		}
		slices.Sort(steps)
		captchaAfter := rapid.IntRange(0, 10).Draw(t, "captchaAfter")
		l, err := NewLockout(steps, captchaAfter)
		if err != nil {
			t.Fatal(err)
		}
		few := rapid.IntRange(0, 20).Draw(t, "few")
		many := few + rapid.IntRange(0, 20).Draw(t, "more")
		a, b := l.Judge(few, noon), l.Judge(many, noon)
		if b.LockedUntil.Before(a.LockedUntil) || a.Captcha && !b.Captcha {
			t.Fatalf("more failures weigh less: %+v, %+v", a, b)
		}
		if b.LockedUntil.After(noon.Add(longestLock)) || b.Locked(noon.Add(longestLock)) {
			t.Fatal("locked for ever")
		}

		// A patient person who waits each lock out always gets to try again; a success
		// leaves nothing behind.
		failures, last, now := 0, time.Time{}, noon
		for _, right := range rapid.SliceOf(rapid.Bool()).Draw(t, "attempts") {
			v := l.Judge(failures, last)
			now = now.Add(v.Wait(now))
			if v.Locked(now) {
				t.Fatal("the wait is too short")
			}
			if right {
				failures, last = 0, time.Time{}
				if fresh := l.Judge(failures, last); fresh.Locked(now) || fresh.Captcha != (captchaAfter == 0) {
					t.Fatalf("a success is not forgiven: %+v", fresh)
				}
				continue
			}
			failures, last = failures+1, now
		}
	})
}
