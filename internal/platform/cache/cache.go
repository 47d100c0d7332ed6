package cache

import (
	"time"

	"github.com/maypok86/otter/v2"
)

// Answer is a finished public response.
type Answer struct {
	Status      int
	ContentType []string // header values are slices made once, and shared by all who are answered
	ETag        string   // strong, quoted, of the plain body
	Varies      bool     // with Accept-Encoding: text long enough to compress
	Plain, Gzip Form     // Gzip has no body when nobody has asked for it
	Route       string   // the route's pattern, for metrics

	Scopes []string  // what it was made from
	Seen   Versions  // the counters before it was made
	Until  time.Time // answers that show a date end with the day; zero: no end
}

// Form is one representation of an answer with its own headers.
type Form struct {
	Body         []byte
	ETag, Length []string
}

// Fresh reports whether the counters the answer rests on are still the same and
// its time has not run out.
func (a *Answer) Fresh(now Versions, at time.Time) bool {
	if !a.Until.IsZero() && !at.Before(a.Until) {
		return false
	}
	for _, s := range a.Scopes {
		if a.Seen[s] != now[s] {
			return false
		}
	}
	return true
}

// Cache is bounded by bytes; what is asked for most stays.
type Cache struct {
	Freshness *Freshness
	answers   *otter.Cache[string, *Answer]
}

// New makes a cache of at most maxBytes; nil when maxBytes is 0.
func New(f *Freshness, maxBytes uint64) *Cache {
	if maxBytes == 0 {
		return nil
	}
	return &Cache{Freshness: f, answers: otter.Must(&otter.Options[string, *Answer]{
		MaximumWeight: maxBytes,
		Weigher: func(key string, a *Answer) uint32 {
			return uint32(len(key) + len(a.Plain.Body) + len(a.Gzip.Body) + 512)
		},
	})}
}

// Get is the answer kept under key; the caller checks Fresh.
func (c *Cache) Get(key string) (*Answer, bool) { return c.answers.GetIfPresent(key) }

// Put keeps an answer.
func (c *Cache) Put(key string, a *Answer) { c.answers.Set(key, a) }
