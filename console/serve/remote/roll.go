package remote

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync"

	"golang.org/x/crypto/ssh"

	"hotshard/console/command"
)

// roll is the file of keys, read anew whenever somebody asks.
type roll struct {
	path string
	log  *slog.Logger

	mu   sync.Mutex
	last []byte // as it was when its problems were last logged
}

// read returns who may come in now, and the lines that are no good. An error is a
// file that cannot be read or trusted at all.
func (r *roll) read() (Operators, []string, error) {
	file, err := readPrivate(r.path)
	if err != nil {
		return nil, nil, err
	}
	all, problems := ParseOperators(file)
	r.mu.Lock()
	defer r.mu.Unlock()
	if !bytes.Equal(file, r.last) {
		r.last = file
		for _, p := range problems {
			r.log.Error("a line of the operators' file is no good; the others are in force", "file", r.path, "problem", p)
		}
	}
	return all, problems, nil
}

// readPrivate reads a file that nobody but its owner may be able to write.
func readPrivate(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if info.Mode().Perm()&0o022 != 0 {
		return nil, fmt.Errorf("%s can be written by others (%v): chmod 600", path, info.Mode().Perm())
	}
	return os.ReadFile(path)
}

// still says whether somebody stands in the file as they did when they came in.
func (r *roll) still(who Operator) error {
	all, _, err := r.read()
	if err != nil {
		return fmt.Errorf("the operators' file cannot be read: %w", err)
	}
	switch now, ok := all.byKey(who.key); {
	case !ok:
		return errors.New("your key is no longer among the operators")
	case now.Role != who.Role || now.Name != who.Name:
		return fmt.Errorf("the operators' file has you as %s (%s) now: come in again", now.Name, now.Role)
	}
	return nil
}

// ListOperators implements command.Operators.
func (s *Server) ListOperators() (list []command.OperatorLine, problems []string) {
	all, problems, err := s.roll.read()
	if err != nil {
		return nil, []string{"nobody can come in: " + err.Error()}
	}
	for _, o := range all {
		key, err := ssh.ParsePublicKey(o.key)
		if err != nil {
			continue // cannot be: it was parsed to get here
		}
		list = append(list, command.OperatorLine{Line: o.Line, Name: o.Name, Role: o.Role, Key: ssh.FingerprintSHA256(key)})
	}
	for i, p := range problems {
		problems[i] = "ssh/operators, " + strings.TrimSpace(p)
	}
	return list, problems
}
