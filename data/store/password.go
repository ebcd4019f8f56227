package store

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"

	"golang.org/x/crypto/argon2"
)

// HashCost is what one password hash (argon2id, one lane) costs whoever makes it.
type HashCost struct {
	MemoryKiB uint32
	Passes    uint32
}

// defaultHashCost is what OWASP's password storage cheat sheet asks of argon2id
// at the least; about 70 ms on a server's core.
var defaultHashCost = HashCost{MemoryKiB: 19 * 1024, Passes: 2}

const (
	saltBytes = 16
	hashBytes = 32
	lanes     = 1
	hashSlots = 2 // how many run at once: each takes a core and MemoryKiB
)

// Limits on what a stored hash may ask for, so that a damaged row cannot take
// the server's memory.
const (
	maxMemoryKiB = 1 << 20
	maxPasses    = 64
)

// hasher makes and compares password hashes, a few at a time.
type hasher struct {
	cost  HashCost
	slots chan struct{}
}

func newHasher(cost HashCost) *hasher {
	return &hasher{cost: cost, slots: make(chan struct{}, hashSlots)}
}

// derive runs argon2id once there is a free slot.
func (h *hasher) derive(ctx context.Context, password string, salt []byte, cost HashCost, size uint32) ([]byte, error) {
	select {
	case h.slots <- struct{}{}:
		defer func() { <-h.slots }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	return argon2.IDKey([]byte(password), salt, cost.Passes, cost.MemoryKiB, lanes, size), nil
}

// hash returns the password's hash in the PHC form, with a new salt.
func (h *hasher) hash(ctx context.Context, password string) (string, error) {
	salt := make([]byte, saltBytes)
	rand.Read(salt)
	sum, err := h.derive(ctx, password, salt, h.cost, hashBytes)
	if err != nil {
		return "", err
	}
	return phc{cost: h.cost, salt: salt, sum: sum}.String(), nil
}

// verify compares in constant time. stale says that the hash was made at
// another cost than today's.
func (h *hasher) verify(ctx context.Context, stored, password string) (ok, stale bool, err error) {
	p, good := parsePHC(stored)
	if !good {
		return false, false, fail("login", ErrCorrupt, "the account's password record is damaged: set a new password")
	}
	sum, err := h.derive(ctx, password, p.salt, p.cost, uint32(len(p.sum)))
	if err != nil {
		return false, false, err
	}
	return subtle.ConstantTimeCompare(sum, p.sum) == 1, p.cost != h.cost, nil
}

// waste takes as long as verify does, for an account that is not there.
func (h *hasher) waste(ctx context.Context, password string) error {
	_, err := h.derive(ctx, password, make([]byte, saltBytes), h.cost, hashBytes)
	return err
}

// phc is a parsed $argon2id$v=19$m=...,t=...,p=1$SALT$HASH.
type phc struct {
	cost      HashCost
	salt, sum []byte
}

func (p phc) String() string {
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version,
		p.cost.MemoryKiB, p.cost.Passes, lanes, b64.EncodeToString(p.salt), b64.EncodeToString(p.sum))
}

func parsePHC(s string) (p phc, ok bool) {
	part := strings.Split(s, "$")
	if len(part) != 6 || part[0] != "" || part[1] != "argon2id" || part[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return phc{}, false
	}
	var p1 int
	if _, err := fmt.Sscanf(part[3], "m=%d,t=%d,p=%d", &p.cost.MemoryKiB, &p.cost.Passes, &p1); err != nil || p1 != lanes {
		return phc{}, false
	}
	if p.cost.MemoryKiB > maxMemoryKiB || p.cost.Passes == 0 || p.cost.Passes > maxPasses {
		return phc{}, false
	}
	var err1, err2 error
	p.salt, err1 = base64.RawStdEncoding.DecodeString(part[4])
	p.sum, err2 = base64.RawStdEncoding.DecodeString(part[5])
	ok = err1 == nil && err2 == nil && len(p.salt) > 0 && len(p.sum) >= 16 && len(p.sum) <= 64
	return p, ok
}
