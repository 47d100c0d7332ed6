package web

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"
)

// longest is how long one upload or download may take: 20 MiB over a slow phone line.
const longest = 10 * time.Minute

// uploads are path prefixes with the bytes a request below them may have; a * in one stands
// for one part of the path. What lies there is neither gathered in memory, nor compressed,
// nor kept.
type uploads map[string]int64

func (u uploads) has(path string) bool { return u.limit(path, -1) >= 0 }

// limit is that of the longest prefix the path is at or below, or other. A path that only
// looks alike (/api/v1/files-of) has the other.
func (u uploads) limit(path string, other int64) int64 {
	limit, length := other, -1
	for prefix, n := range u {
		rest, below := cutPrefix(path, prefix)
		if below && (rest == "" || rest[0] == '/') && len(prefix) > length {
			limit, length = n, len(prefix)
		}
	}
	return limit
}

// cutPrefix is strings.CutPrefix where a * of prefix is any one part of the path.
func cutPrefix(path, prefix string) (rest string, below bool) {
	for {
		before, after, wild := strings.Cut(prefix, "*")
		if path, below = strings.CutPrefix(path, before); !below || !wild {
			return path, below
		}
		end := strings.IndexByte(path, '/')
		if end < 0 {
			end = len(path)
		}
		if end == 0 {
			return "", false
		}
		path, prefix = path[end:], after
	}
}

// pass lets the route answer by itself, in pieces.
func (c *content) pass(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), longest)
	defer cancel()
	inner := r.WithContext(ctx)
	if r.Method == http.MethodHead {
		inner.Method = http.MethodGet // the server leaves the body out
	}
	w.Header()["Cache-Control"] = noStore
	c.next.ServeHTTP(w, inner)
}

// TakeTime lets a request go on for as long as an upload may. A route calls it when it
// knows who asks: a stranger keeps the server's short limits.
func TakeTime(w http.ResponseWriter) error {
	c, until := http.NewResponseController(w), time.Now().Add(longest) // the connection's clock, whatever the rules' clock says
	err := errors.Join(c.SetReadDeadline(until), c.SetWriteDeadline(until))
	if errors.Is(err, http.ErrNotSupported) { // no connection behind it
		return nil
	}
	return err
}
