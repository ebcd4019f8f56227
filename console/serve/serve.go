package serve

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"sync"

	"hotshard/console/command"
)

// maxConns is how many connections there may be at once.
const maxConns = 64

// Local answers operators on the local socket until ctx ends, and returns when the last
// of them has been told. Whoever can connect is an admin: the socket's file
// permissions guard it (see Listen), the peer's uid names who it is.
func Local(ctx context.Context, l net.Listener, r *command.Registry, shard command.Shard) error {
	var all sync.WaitGroup
	slots := make(chan struct{}, maxConns)
	stop := context.AfterFunc(ctx, func() { l.Close() })
	defer stop()
	for {
		conn, err := l.Accept()
		if err != nil {
			all.Wait()
			if ctx.Err() != nil {
				return nil
			}
			return fmt.Errorf("console: %w", err)
		}
		who, err := peer(conn)
		if err != nil {
			slog.Warn("console: a connection is refused", "err", err)
			conn.Close()
			continue
		}
		select {
		case slots <- struct{}{}:
		default:
			slog.Warn("console: too many connections", "who", who)
			conn.Close()
			continue
		}
		all.Go(func() {
			defer func() { <-slots }()
			Conn(ctx, conn, command.Session{Shard: shard, Registry: r, Who: who, From: "socket", Role: command.Admin})
		})
	}
}
