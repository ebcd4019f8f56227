package server

import (
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"

	"hotshard/runtime/clock"
)

// certificate is what players' connections are encrypted with. Its files are looked at
// again and again, so that a renewed one is used without a restart.
type certificate struct {
	cert, key string
	clock     clock.Clock
	log       *slog.Logger

	mu     sync.Mutex
	pair   *tls.Certificate
	stamp  [2]stamp // of the files that pair was made of
	looked time.Time
	failed [2]stamp // those that could not be used, and are told of once
}

// stamp is how a file looked.
type stamp struct {
	size int64
	at   time.Time
}

// certificateEvery is how often the files are looked at, at most.
const certificateEvery = time.Second

func newCertificate(cert, key string, c clock.Clock, log *slog.Logger) (*certificate, error) {
	f := &certificate{cert: cert, key: key, clock: c, log: log}
	return f, f.load()
}

// config is how players' connections are made.
func (f *certificate) config() *tls.Config {
	return &tls.Config{MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"}, GetCertificate: f.get}
}

// get is the present certificate.
func (f *certificate) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if now := f.clock.Now(); now.Sub(f.looked) >= certificateEvery {
		f.looked = now
		f.look()
	}
	return f.pair, nil
}

// refresh looks at the files now.
func (f *certificate) refresh() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.look()
}

// look takes files that have changed, and goes on with the old ones where they are no good.
func (f *certificate) look() {
	now := [2]stamp{stampOf(f.cert), stampOf(f.key)}
	if now == f.stamp || now == f.failed {
		return
	}
	if err := f.load(); err != nil { // they may be half written: the next look sees
		f.failed = now
		f.log.Error("the certificate on the disk cannot be used; the old one stays", "error", err)
		return
	}
	f.log.Info("a new certificate is used", "file", f.cert, "until", f.pair.Leaf.NotAfter)
}

func (f *certificate) load() error {
	now := [2]stamp{stampOf(f.cert), stampOf(f.key)}
	pair, err := tls.LoadX509KeyPair(f.cert, f.key)
	if err != nil {
		return fmt.Errorf("--tls-cert and --tls-key: %w", err)
	}
	f.pair, f.stamp, f.failed = &pair, now, [2]stamp{}
	return nil
}

func stampOf(path string) stamp {
	st, err := os.Stat(path)
	if err != nil {
		return stamp{}
	}
	return stamp{st.Size(), st.ModTime()}
}

// encrypted refuses half of a certificate.
func (c *Config) encrypted() (bool, error) {
	if (c.TLSCert == "") != (c.TLSKey == "") {
		return false, errors.New("--tls-cert and --tls-key belong together: give both, or neither")
	}
	return c.TLSCert != "", nil
}

// encrypt puts TLS around players' connections, where there is a certificate.
func (s *Server) encrypt() (err error) {
	if yes, _ := s.cfg.encrypted(); !yes { // half of one was refused by fill
		return nil
	}
	if s.certificate, err = newCertificate(s.cfg.TLSCert, s.cfg.TLSKey, s.cfg.Clock, s.log); err != nil {
		return err
	}
	s.play = tls.NewListener(s.play, s.certificate.config())
	return nil
}

// scheme is that of the page's address.
func (s *Server) scheme() string {
	if s.certificate != nil {
		return "https"
	}
	return "http"
}
