// Pictures makes the pictures of README: it starts a shard on a map of its own and takes what
// a headless Chromium shows of it, by the processor alone. A picture takes some seconds, and a
// fight of many players some minutes.
//
//	make pictures
package main

import (
	"context"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"hotshard/data/store"
	"hotshard/host/server"
)

func main() {
	out := flag.String("out", "host/web/pictures", "the folder they go to")
	only := flag.String("only", "", "only those whose name has this in it")
	scripts := flag.String("scripts", "scripts", "the game")
	players := flag.Int("players", 200, "how many fight")
	figures := flag.Duration("figures", 0, "measure the page at the end of the fight for so long, and print the figures")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, *out, *scripts, *only, *players, *figures); err != nil {
		fmt.Fprintln(os.Stderr, "pictures:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, out, scripts, only string, players int, figures time.Duration) error {
	dir, err := os.MkdirTemp("", "hs-pictures")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	shard, err := begin(dir, scripts)
	if err != nil {
		return err
	}
	defer shard.end()
	b, err := openBrowser(ctx, filepath.Join(dir, "chromium"))
	if err != nil {
		return err
	}
	defer b.close()
	for _, s := range screens {
		p, err := b.open(shard.url, s)
		if err != nil {
			return err
		}
		a := &artist{page: p, shard: shard, out: out, only: only, players: players, figures: figures}
		if err := a.paint(); err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
		p.close()
	}
	return nil
}

// shard is the server whose pictures are taken.
type shard struct {
	*server.Server
	url, ops string
	stop     context.CancelFunc
	ended    chan error
}

// seed of the map: one with worth-while worlds near the system in which pilots begin.
const seed = 1

func begin(dir, scripts string) (*shard, error) {
	s, err := server.New(server.Config{Listen: "127.0.0.1:0", Ops: "127.0.0.1:0", Scripts: scripts, Data: filepath.Join(dir, "data"), Seed: seed,
		Shard: "pictures", Log: slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn})), HashCost: store.HashCost{MemoryKiB: 8, Passes: 1}})
	if err != nil {
		return nil, err
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	return &shard{Server: s, url: "http://" + s.Addr() + "/", stop: stop, ended: ended}, nil
}

func (s *shard) end() {
	s.stop()
	if err := <-s.ended; err != nil {
		fmt.Fprintln(os.Stderr, "the shard ended with:", err)
	}
}

// named says whether a picture is asked for.
func named(name, only string) bool { return only == "" || strings.Contains(name, only) }
