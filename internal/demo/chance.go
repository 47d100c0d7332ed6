package demo

import (
	"math/rand/v2"
	"strconv"
	"time"
)

// chance draws from one seed; each kind of record has a stream of its own, so that
// more agencies do not change the experts.
type chance struct{ *rand.Rand }

func newChance(seed, stream uint64) chance { return chance{rand.New(rand.NewPCG(seed, stream))} }

func pick[T any](c chance, from []T) T { return from[c.IntN(len(from))] }

// skewed picks an early one more often than a late one.
func skewed[T any](c chance, from []T) T {
	return from[min(c.IntN(len(from)), c.IntN(len(from)))]
}

func (c chance) in(percent int) bool { return c.IntN(100) < percent }

func (c chance) digits(n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = '0' + byte(c.IntN(10))
	}
	return string(b)
}

func (c chance) person() string {
	name := []rune{skewed(c, surnames), pick(c, given)}
	if c.in(72) {
		name = append(name, pick(c, given))
	}
	return string(name)
}

func (c chance) brand() string { return string([]rune{pick(c, brands), pick(c, brands)}) }

func (c chance) born(now time.Time) time.Time { return now.AddDate(-26-c.IntN(38), 0, -c.IntN(365)) }

// weighted picks by weight; sums holds the running totals.
func (c chance) weighted(sums []int) int {
	n := c.IntN(sums[len(sums)-1])
	lo, hi := 0, len(sums)-1
	for lo < hi {
		if mid := (lo + hi) / 2; sums[mid] > n {
			hi = mid
		} else {
			lo = mid + 1
		}
	}
	return lo
}

func running[T any](list []T, weight func(T) int) []int {
	out := make([]int, len(list))
	sum := 0
	for i, v := range list {
		sum += weight(v)
		out[i] = sum
	}
	return out
}

// validTo is the last day of a certificate: most are good for years, some end within
// 30 days, some have ended, some have no term.
func (c chance) validTo(today time.Time) string {
	var days int
	switch n := c.IntN(100); {
	case n < 8:
		return ""
	case n < 14:
		days = -1 - c.IntN(400)
	case n < 20:
		days = c.IntN(30)
	default:
		days = 31 + c.IntN(4*365)
	}
	return today.AddDate(0, 0, days).Format(time.DateOnly)
}

func itoa(n int) string { return strconv.Itoa(n) }
