package httpapi

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// remoteOf is the address the request came from. Proxies are walked back from this
// machine outwards while they are trusted; what an untrusted one claims is not read: anyone
// can write an X-Forwarded-For, and failures are counted by address.
func (a *API) remoteOf(r *http.Request) string {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	at := peer.Addr().Unmap()
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for _, hop := range slices.Backward(hops) {
		if !a.trusts(at) {
			break
		}
		next, err := netip.ParseAddr(strings.TrimSpace(hop))
		if err != nil {
			break
		}
		at = next.Unmap().WithZone("")
	}
	return at.String()
}

func (a *API) trusts(at netip.Addr) bool {
	return slices.ContainsFunc(a.TrustedProxies, func(p netip.Prefix) bool { return p.Contains(at) })
}
