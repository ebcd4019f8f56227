package peer

import (
	"net"
	"net/netip"
)

// sharedBits is how much of an IPv6 address names a customer; the rest they choose.
const sharedBits = 64

// mappedBits come before the 32 of an IPv4 address that is written as one of IPv6.
const mappedBits = 96

// Parse reads an address as a connection shows it, with or without a port. What is
// none, such as the name of a local socket, is the zero address.
func Parse(remote string) netip.Addr {
	if host, _, err := net.SplitHostPort(remote); err == nil {
		remote = host
	}
	a, err := netip.ParseAddr(remote)
	if err != nil {
		return netip.Addr{}
	}
	return a.Unmap().WithZone("")
}

// Network is what is counted as one: an IPv4 address, or a /64 of IPv6.
func Network(a netip.Addr) netip.Prefix {
	a = a.Unmap().WithZone("")
	if a.Is6() {
		return netip.PrefixFrom(a, sharedBits).Masked()
	}
	return netip.PrefixFrom(a, a.BitLen())
}

// ParseNetwork reads an address or a network. An address alone stands for what is
// counted as one.
func ParseNetwork(text string) (netip.Prefix, error) {
	if p, err := netip.ParsePrefix(text); err == nil {
		if a := p.Addr(); a.Is4In6() && p.Bits() >= mappedBits {
			p = netip.PrefixFrom(a.Unmap(), p.Bits()-mappedBits)
		}
		return p.Masked(), nil
	}
	a, err := netip.ParseAddr(text)
	if err != nil {
		return netip.Prefix{}, err
	}
	return Network(a), nil
}

// Show writes a network as people write it: an address of IPv4 without its /32.
func Show(n netip.Prefix) string {
	if n.IsValid() && n.IsSingleIP() {
		return n.Addr().String()
	}
	return n.String()
}

// Local says whether an address is the one that programs on this machine use by
// themselves. The others that begin with 127 have to be asked for, and count like
// anybody's.
func Local(a netip.Addr) bool {
	return a == netip.AddrFrom4([4]byte{127, 0, 0, 1}) || a == netip.IPv6Loopback()
}
