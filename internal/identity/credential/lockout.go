package credential

import (
	"errors"
	"time"
)

// longestLock bounds every delay: whoever knows a login name could otherwise shut its
// owner out.
const longestLock = 24 * time.Hour

// Lockout says how long attempts are refused after failures in a row.
type Lockout struct {
	steps        []time.Duration
	captchaAfter int
}

// NewLockout takes the delay after the first, second, third… failure in a row; the last
// stays for all further ones. Zeros at the front are free attempts. The steps must not
// shrink, be negative or exceed 24 hours. From captchaAfter failures on, each attempt
// needs a solved captcha; 0 asks for one always.
func NewLockout(steps []time.Duration, captchaAfter int) (*Lockout, error) {
	if len(steps) == 0 {
		return nil, errors.New("credential: lockout needs at least one delay")
	}
	if captchaAfter < 0 {
		return nil, errors.New("credential: captchaAfter must not be negative")
	}
	for i, s := range steps {
		if s < 0 || s > longestLock || i > 0 && s < steps[i-1] {
			return nil, errors.New("credential: lockout delays must grow from 0 to at most 24h")
		}
	}
	return &Lockout{steps: append([]time.Duration(nil), steps...), captchaAfter: captchaAfter}, nil
}

// Verdict is what holds for the next attempt.
type Verdict struct {
	LockedUntil time.Time // attempts before it are refused unjudged; zero when none are
	Captcha     bool      // an attempt needs a solved captcha
}

// Locked reports whether an attempt at now is to be refused without looking at it. Such
// an attempt counts neither as a failure nor as a success.
func (v Verdict) Locked(now time.Time) bool { return now.Before(v.LockedUntil) }

// Wait is how long from now the lock still holds; 0 when it does not. For Retry-After
// (RFC 9110 section 10.2.3) round it up to seconds.
func (v Verdict) Wait(now time.Time) time.Duration {
	if !v.Locked(now) {
		return 0
	}
	return v.LockedUntil.Sub(now)
}

// Judge is given the failures in a row (a success makes them 0, and less is taken for 0)
// and the time of the last one.
func (l *Lockout) Judge(failures int, last time.Time) Verdict {
	v := Verdict{Captcha: max(failures, 0) >= l.captchaAfter}
	if failures < 1 {
		return v
	}
	if delay := l.steps[min(failures, len(l.steps))-1]; delay > 0 {
		v.LockedUntil = last.Add(delay)
	}
	return v
}
