package httpapi

import (
	"net/http/httptest"
	"net/netip"
	"testing"
)

// TestRemote: what a client says of itself counts for nothing; what a trusted proxy says
// of its client counts, and of what came before it only so far as that was trusted too.
func TestRemote(t *testing.T) {
	t.Parallel()
	trusted := &API{Deps: Deps{TrustedProxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")}}}
	none := &API{}
	for _, c := range []struct {
		api       *API
		peer      string
		forwarded []string
		want      string
	}{
		{none, "203.0.113.5:40000", nil, "203.0.113.5"},
		{none, "10.0.0.1:40000", []string{"198.51.100.7"}, "10.0.0.1"},
		{trusted, "203.0.113.5:40000", []string{"198.51.100.7"}, "203.0.113.5"},
		{trusted, "10.0.0.1:40000", []string{"198.51.100.7"}, "198.51.100.7"},
		{trusted, "10.0.0.1:40000", []string{"1.1.1.1, 198.51.100.7"}, "198.51.100.7"},
		{trusted, "10.0.0.1:40000", []string{"1.1.1.1", "198.51.100.7,10.2.3.4"}, "198.51.100.7"},
		{trusted, "10.0.0.1:40000", []string{"10.9.9.9"}, "10.9.9.9"},
		{trusted, "10.0.0.1:40000", []string{"<script>"}, "10.0.0.1"},
		{trusted, "10.0.0.1:40000", []string{""}, "10.0.0.1"},
		{trusted, "10.0.0.1:40000", nil, "10.0.0.1"},
		{trusted, "[fd00::1]:40000", []string{"2001:db8::7%evil"}, "2001:db8::7"},
		{trusted, "[::ffff:10.0.0.1]:40000", []string{"::ffff:198.51.100.7"}, "198.51.100.7"},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = c.peer
		for _, f := range c.forwarded {
			r.Header.Add("X-Forwarded-For", f)
		}
		if got := c.api.remoteOf(r); got != c.want {
			t.Errorf("%s %q: %s, want %s", c.peer, c.forwarded, got, c.want)
		}
	}
}
