package server

import (
	"context"
	"time"

	"github.com/coreos/go-systemd/v22/daemon"
)

// notify tells systemd how it stands, where that started the shard and asked to be told.
// The environment variable stays: a program that is started from here is none of its.
func (s *Server) notify(state string) {
	if _, err := daemon.SdNotify(false, state); err != nil {
		s.log.Warn("systemd was not told", "state", state, "error", err)
	}
}

// watchdog tells systemd that the shard is alive, twice as often as asked for. It does so
// only while the shard's own look at itself comes by (sweep), so that one that hangs is
// started again.
type watchdog struct {
	every time.Duration // 0: nobody asks
	last  time.Time
}

func newWatchdog() watchdog {
	every, _ := daemon.SdWatchdogEnabled(false) // an error is of a variable that is not systemd's
	return watchdog{every: every / 2}
}

// seen is called by the sweep.
func (w *watchdog) seen(s *Server, now time.Time) {
	if w.every > 0 && now.Sub(w.last) >= w.every {
		w.last = now
		s.notify(daemon.SdNotifyWatchdog)
	}
}

// Rescan reads all scripts again, and the certificate: what changed is applied as if it
// had just been saved. It returns when it is on its way.
func (s *Server) Rescan(ctx context.Context) {
	s.notify(daemon.SdNotifyReloading + "\n" + daemon.SdNotifyMonotonicUsec())
	defer s.notify(daemon.SdNotifyReady)
	if s.certificate != nil {
		s.certificate.refresh()
	}
	if err := s.watcher.WaitSettled(ctx); err != nil && ctx.Err() == nil {
		s.log.Warn("the scripts could not be read again", "error", err)
	}
}
