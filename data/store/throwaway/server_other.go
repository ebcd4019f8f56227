//go:build !linux

package throwaway

// Server is a PostgreSQL server on loopback.
type Server struct{ URL string }

// Make starts a server: on Linux alone.
func Make(string, string, ...string) (*Server, error) { return nil, ErrNone }

// Start starts it again after a Kill.
func (s *Server) Start() error { return ErrNone }

// Pause stops it where it is.
func (s *Server) Pause() {}

// Continue lets it go on.
func (s *Server) Continue() {}

// Kill ends it at once.
func (s *Server) Kill() {}
