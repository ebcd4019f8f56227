package command

import (
	"fmt"
	"slices"
	"strings"
)

// Role is what a session may do. Each may do what the ones before it may.
type Role uint8

// The roles.
const (
	Viewer   Role = iota // sees and plans
	Operator             // patches, canaries, talks to players
	Admin                // promotes without canary, shuts down
)

var roleNames = [...]string{"viewer", "operator", "admin"}

// String returns "viewer", "operator" or "admin".
func (r Role) String() string {
	if int(r) < len(roleNames) {
		return roleNames[r]
	}
	return fmt.Sprintf("role(%d)", uint8(r))
}

// ParseRole reads what String writes.
func ParseRole(s string) (Role, error) {
	if i := slices.Index(roleNames[:], s); i >= 0 {
		return Role(i), nil
	}
	return 0, fmt.Errorf("no such role: %q; there are %s", s, strings.Join(roleNames[:], ", "))
}
