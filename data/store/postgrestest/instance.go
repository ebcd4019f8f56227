package postgrestest

import (
	"errors"
	"testing"

	"hotshard/data/store/throwaway"
)

// password is the user's, with signs that a URL has other uses for.
const password = "se/cr@et"

// Instance is a server on loopback.
type Instance struct{ *throwaway.Server }

// start makes a cluster in the directory and starts a server on it.
func start(t testing.TB, dir string, settings ...string) *Instance {
	t.Helper()
	s, err := throwaway.Make(dir, password, settings...)
	if errors.Is(err, throwaway.ErrNone) {
		t.Skipf("%v, and %s names none", err, Env)
	}
	if err != nil {
		t.Fatal(err)
	}
	return &Instance{s}
}

// Start starts the server after a Kill.
func (s *Instance) Start(t testing.TB) {
	t.Helper()
	if err := s.Server.Start(); err != nil {
		t.Fatal(err)
	}
}
