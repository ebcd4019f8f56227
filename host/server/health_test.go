package server

import (
	"context"
	"database/sql"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"hotshard/console/command"
	"hotshard/runtime/system"
	"hotshard/runtime/world"
)

// ask gets a page of the operations port.
func (s *shard) ask(path, host string) (int, string) {
	s.t.Helper()
	req, err := http.NewRequest("GET", "http://"+s.OpsAddr()+path, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	if host != "" {
		req.Host = host
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return resp.StatusCode, string(b)
}

// eventually asks until the answer suits.
func (s *shard) eventually(path string, status int, words ...string) string {
	s.t.Helper()
	for began := time.Now(); ; time.Sleep(20 * time.Millisecond) {
		code, body := s.ask(path, "")
		fits := code == status
		for _, w := range words {
			fits = fits && strings.Contains(body, w)
		}
		if fits {
			return body
		}
		if time.Since(began) > patience {
			s.t.Fatalf("%s answers %d %s; want %d with %v", path, code, body, status, words)
		}
	}
}

func TestForeignHostsAreRefusedOnTheOpsPort(t *testing.T) {
	t.Parallel()
	s := start(t, config(t))
	for host, want := range map[string]int{
		"":                   http.StatusOK,
		"localhost":          http.StatusOK,
		"LOCALHOST:9999":     http.StatusOK,
		"127.0.0.1:7778":     http.StatusOK,
		"[::1]:7778":         http.StatusOK,
		"rebind.example.org": http.StatusForbidden,
		"127.0.0.1.nip.io":   http.StatusForbidden,
		"localhost.evil.org": http.StatusForbidden,
		"10.0.0.1":           http.StatusForbidden,
		"0.0.0.0:7778":       http.StatusForbidden,
	} {
		for _, path := range []string{"/healthz", "/livez", "/readyz", "/metrics", "/debug/pprof/cmdline"} {
			got, body := s.ask(path, host)
			if path == "/readyz" && got == http.StatusServiceUnavailable {
				got = http.StatusOK // it was let in, and a busy machine may have missed a tick
			}
			if got != want {
				t.Errorf("%s for the host %q: %d %s", path, host, got, body)
			}
		}
	}
	req, _ := http.NewRequest("GET", "http://"+s.OpsAddr()+"/debug/pprof/profile?seconds=1", nil)
	req.Header.Set("Sec-Fetch-Site", "cross-site")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusForbidden {
		t.Errorf("a page of elsewhere has a profile taken: %s", resp.Status)
	}
}

// Another process holds the database: no change goes through, and the shard says so
// before the first player finds out. Afterwards it is well again.
func TestAStalledStoreShows(t *testing.T) {
	t.Parallel()
	cfg := config(t)
	s := start(t, cfg)
	s.eventually("/readyz", http.StatusOK, `"ready"`)
	s.eventually("/metrics", http.StatusOK, "hotshard_ready 1\n", "hotshard_signins_waiting 0\n", `hotshard_trouble{kind="store"} 0`)
	db, err := sql.Open("sqlite3", "file:"+s.store.Path()+"?_txlock=immediate")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	tx, err := db.Begin()
	if err != nil {
		t.Fatal(err)
	}
	body := s.eventually("/readyz", http.StatusServiceUnavailable, "store")
	var answer struct{ Kinds, Reasons []string }
	if err := json.Unmarshal([]byte(body), &answer); err != nil || !slices.Contains(answer.Kinds, "store") || len(answer.Reasons) != len(answer.Kinds) {
		t.Errorf("%s: %v", body, err)
	}
	s.eventually("/metrics", http.StatusOK, "hotshard_ready 0\n", `hotshard_trouble{kind="store"} 1`)
	if code, _ := s.ask("/healthz", ""); code != http.StatusOK {
		t.Errorf("it is alive nevertheless: %d", code)
	}
	has(t, "status", s.operator("amy", command.Viewer).do("status"), "not well")
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	s.eventually("/readyz", http.StatusOK)
}

// A system that hangs in Go is found by its tick, whatever the others do.
func TestASystemThatDoesNotTickShows(t *testing.T) {
	t.Parallel()
	s := start(t, config(t))
	p := login(t, s.Addr(), "Ann", 0)
	id := world.CharacterID(characterOf(t, p))
	p.event("system")
	at, in := s.universe.Where(id)
	if !in {
		t.Fatal("she is nowhere")
	}
	held, asked := make(chan struct{}), make(chan error, 1)
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		asked <- s.universe.Ask(ctx, at, func(*system.System) { <-held })
	}()
	s.eventually("/readyz", http.StatusServiceUnavailable, string(at)+" has not ticked")
	s.eventually("/metrics", http.StatusOK, "hotshard_stale_systems 1\n", `hotshard_trouble{kind="tick"} 1`)
	close(held)
	if err := <-asked; err != nil {
		t.Error(err)
	}
	s.eventually("/readyz", http.StatusOK)
}

func characterOf(t *testing.T, p *pilot) int64 {
	t.Helper()
	id, ok := p.event("welcome")["player"].(map[string]world.Value)["id"].(float64)
	if !ok {
		t.Fatal("welcome names no player")
	}
	return int64(id)
}

func TestAFullDiskIsSaidByItsRoom(t *testing.T) {
	for _, c := range []struct {
		free, size uint64
		full       bool
	}{{0, 1 << 40, true}, {31 << 20, 1 << 40, true}, {33 << 20, 1 << 40, false}, {1 << 20, 64 << 20, false}, {1 << 19, 64 << 20, true}} {
		if fullDisk(c.free, c.size) != c.full {
			t.Errorf("%d of %d bytes are free: full is %v", c.free, c.size, !c.full)
		}
	}
	if free, size, ok := diskFree(t.TempDir()); !ok || free > size || size == 0 {
		t.Errorf("free %d of %d, %v", free, size, ok)
	}
}
