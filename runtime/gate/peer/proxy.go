package peer

import (
	"fmt"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// Proxies are the addresses whose word is taken on whom a connection comes from.
type Proxies []netip.Prefix

// ParseProxies reads addresses and networks.
func ParseProxies(list []string) (Proxies, error) {
	var p Proxies
	for _, text := range list {
		n, err := netip.ParsePrefix(text)
		if err != nil {
			var a netip.Addr
			if a, err = netip.ParseAddr(text); err != nil {
				return nil, fmt.Errorf("%q is no address and no network: write 10.0.0.7 or 10.0.0.0/8", text)
			}
			n = netip.PrefixFrom(a.Unmap(), a.Unmap().BitLen())
		}
		p = append(p, n.Masked())
	}
	return p, nil
}

// Trusts says whether an address is a proxy's.
func (p Proxies) Trusts(a netip.Addr) bool {
	return slices.ContainsFunc(p, func(n netip.Prefix) bool { return n.Contains(a) })
}

// Client is whom a request comes from: the other end of the connection or, where
// that is a proxy, the last address before the proxies in X-Forwarded-For. What
// stands further to the left anybody can have written.
func (p Proxies) Client(r *http.Request) netip.Addr {
	at := Parse(r.RemoteAddr)
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0 && p.Trusts(at); i-- {
		before := Parse(strings.TrimSpace(hops[i]))
		if !before.IsValid() {
			break // a proxy that writes something else is as far as anybody knows
		}
		at = before
	}
	return at
}
