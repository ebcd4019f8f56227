package server

import (
	"errors"
	"net"
	"os"
	"slices"

	"hotshard/host/handover"
)

// A shard that systemd starts again after a crash listens where it did, on the same sockets:
// who knocks meanwhile waits with the kernel, and nobody is refused. systemd keeps them.

// inherit takes the listeners that systemd has kept. Those of other addresses than are asked
// for now are closed.
func (s *Server) inherit() {
	kept := handover.Kept()
	for _, want := range []struct {
		name, addr string
		to         *net.Listener
	}{{filePlay, s.cfg.Listen, &s.given.play}, {fileOps, s.cfg.Ops, &s.given.ops}, {fileSSH, s.cfg.SSH, &s.given.ssh}} {
		f := kept[want.name]
		if f == nil {
			continue
		}
		delete(kept, want.name)
		l, err := listenerAt(f, want.addr)
		if err != nil {
			s.log.Warn("a listener that systemd has kept is not used", "what", want.name, "error", err)
			s.told(handover.Drop(want.name))
			continue
		}
		s.log.Info("a listener goes on that systemd has kept", "what", want.name, "at", l.Addr().String())
		*want.to = l
	}
	for name, f := range kept {
		s.log.Warn("systemd has kept what nobody here knows; it is closed", "what", name)
		_ = f.Close() // nobody reads or writes it
		s.told(handover.Drop(name))
	}
}

// listenerAt is the listener that a file is, where it listens at an address. The file is
// closed either way.
func listenerAt(f *os.File, addr string) (net.Listener, error) {
	defer f.Close()
	if addr == "" {
		return nil, errors.New("nothing is to listen there any more")
	}
	l, err := net.FileListener(f)
	if err != nil {
		return nil, err
	}
	if is, ok := l.Addr().(*net.TCPAddr); ok && listensAt(is, addr) {
		return l, nil
	}
	return nil, errors.Join(errors.New("it listens at "+l.Addr().String()+", and not at "+addr), l.Close())
}

// listensAt says whether a listener of an address is what an address that was typed asks for.
func listensAt(is *net.TCPAddr, typed string) bool {
	want, err := net.ResolveTCPAddr("tcp", typed)
	if err != nil || want.Port != 0 && want.Port != is.Port {
		return false
	}
	if len(want.IP) == 0 || want.IP.IsUnspecified() {
		return is.IP.IsUnspecified()
	}
	return want.IP.Equal(is.IP)
}

// keepListeners has systemd keep the listeners.
func (s *Server) keepListeners() {
	fds, names, err := s.files()
	for i, name := range names {
		if slices.Contains([]string{filePlay, fileOps, fileSSH}, name) {
			err = errors.Join(err, handover.Keep(name, fds[i]))
		}
	}
	s.told(err)
}

// told logs that systemd could not be told something: it is no reason not to play.
func (s *Server) told(err error) {
	if err != nil {
		s.log.Warn("systemd keeps no files of this shard", "error", err)
	}
}
