// Package peer says whom a connection comes from, and counts by that: limits by
// network, and an alarm that is logged once for a burst and not once for each try.
//
// Whoever has one address of IPv6 has a /64 of them, so these count as one.
package peer
