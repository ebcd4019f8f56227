package remote

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/crypto/ssh"

	"hotshard/console/command"
)

// Operator is a person who may come in from afar.
type Operator struct {
	Line int    // in the file
	Name string // from the key's comment; it goes into the audit log
	Role command.Role
	key  []byte // as on the wire
}

// Operators is what the file of keys says.
type Operators []Operator

// byKey returns who has a key, as it is on the wire.
func (o Operators) byKey(wire []byte) (Operator, bool) {
	for _, p := range o {
		if bytes.Equal(p.key, wire) {
			return p, true
		}
	}
	return Operator{}, false
}

// ParseOperators reads a file of keys: a role and a public key as ssh-keygen
// writes it, a line for each, with the person's name at its end. # begins a
// comment.
//
//	operator ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA... amy
//
// A line that is no good lets nobody in, and does not keep the others out. It is
// named in problems: whoever meant to give or to take away must not fail at it in
// silence.
func ParseOperators(file []byte) (all Operators, problems []string) {
	for i, line := range strings.Split(string(file), "\n") {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		p, err := parseOperator(line)
		p.Line = i + 1
		if other, twice := all.byKey(p.key); err == nil && twice {
			err = fmt.Errorf("the key of %s stands on line %d already, and that one counts", other.Name, other.Line)
		}
		if err != nil {
			problems = append(problems, fmt.Sprintf("line %d: %v", i+1, err))
			continue
		}
		all = append(all, p)
	}
	return all, problems
}

func parseOperator(line string) (Operator, error) {
	word, rest, _ := strings.Cut(line, " ")
	role, err := command.ParseRole(word)
	if err != nil {
		return Operator{}, err
	}
	key, name, options, more, err := ssh.ParseAuthorizedKey([]byte(rest))
	switch {
	case err != nil:
		return Operator{}, err
	case len(options) > 0 || len(bytes.TrimSpace(more)) > 0:
		return Operator{}, errors.New("only a role, a key and a name may stand here")
	case strings.TrimSpace(name) == "":
		return Operator{}, errors.New("the key has no name at its end: who is it?")
	}
	return Operator{Name: name, Role: role, key: key.Marshal()}, nil
}

// hostKey reads the shard's own key, or makes one on the first start.
func hostKey(path string) (ssh.Signer, error) {
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		b, err = newHostKey(path)
	}
	if err != nil {
		return nil, err
	}
	signer, err := ssh.ParsePrivateKey(b)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return signer, nil
}

func newHostKey(path string) ([]byte, error) {
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	block, err := ssh.MarshalPrivateKey(private, "hotshard")
	if err != nil {
		return nil, err
	}
	b := pem.EncodeToMemory(block)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, err
	}
	return b, os.WriteFile(path, b, 0o600)
}
