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
	Name string // from the key's comment; it goes into the audit log
	Role command.Role
	key  []byte // as on the wire
}

// Operators is what the file of keys says.
type Operators []Operator

// find returns who has a key.
func (o Operators) find(key ssh.PublicKey) (Operator, bool) {
	wire := key.Marshal()
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
// A line that cannot be read makes the whole file an error: whoever meant to
// take a key away must not fail at it in silence.
func ParseOperators(file []byte) (Operators, error) {
	var all Operators
	for i, line := range strings.Split(string(file), "\n") {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		p, err := parseOperator(line)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", i+1, err)
		}
		all = append(all, p)
	}
	return all, nil
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

// readOperators reads the file of keys, which nobody but its owner may be able
// to write.
func readOperators(path string) (Operators, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if info.Mode().Perm()&0o022 != 0 {
		return nil, fmt.Errorf("%s can be written by others (%v): chmod 600", path, info.Mode().Perm())
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	all, err := ParseOperators(b)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return all, nil
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
