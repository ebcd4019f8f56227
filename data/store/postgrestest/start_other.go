//go:build !linux

package postgrestest

import "testing"

// Instance is a server on loopback.
type Instance struct{ URL string }

func start(t testing.TB, _ string, _ ...string) *Instance {
	t.Helper()
	t.Skip("servers are started on Linux alone; " + Env + " names one that is running")
	return nil
}

// Start starts the server after a Kill.
func (s *Instance) Start(testing.TB) {}

// Pause stops the server where it is.
func (s *Instance) Pause() {}

// Continue lets it go on.
func (s *Instance) Continue() {}

// Kill ends the server at once.
func (s *Instance) Kill() {}

func memory() string { return "" }
