package dap

import (
	"bufio"
	"context"
	"errors"
	"net"
	"sync"

	"github.com/google/go-dap"

	"hotshard/runtime/record"
)

// Config is what is debugged.
type Config struct {
	// Open makes a copy of the recording that stands at its beginning. Each editor has its own.
	Open    func(record.Hooks) (*record.Deck, error)
	Scripts string // the folder of the game's scripts, where an editor says no other
}

// Serve lets editors in until ctx ends.
func Serve(ctx context.Context, l net.Listener, cfg Config) error {
	var sessions sync.WaitGroup
	defer sessions.Wait()
	stop := context.AfterFunc(ctx, func() { _ = l.Close() })
	defer stop()
	for {
		conn, err := l.Accept()
		if ctx.Err() != nil || errors.Is(err, net.ErrClosed) {
			return nil
		}
		if err != nil {
			return err
		}
		sessions.Go(func() {
			stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
			defer stop()
			defer conn.Close()
			serve(conn, cfg)
		})
	}
}

// serve talks to one editor until it is gone.
func serve(conn net.Conn, cfg Config) {
	in, gone := make(chan dap.Message), make(chan struct{})
	s := newSession(conn, in, cfg)
	go func() {
		defer close(in)
		r := bufio.NewReader(conn)
		for {
			m, err := dap.ReadProtocolMessage(r)
			if unknown := (*dap.DecodeProtocolMessageFieldError)(nil); errors.As(err, &unknown) {
				s.unknown(unknown)
				continue
			}
			if err != nil {
				return
			}
			select {
			case in <- m:
			case <-gone:
				return
			}
		}
	}()
	s.run()
	close(gone)
}
