package server

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"hotshard/data/store"
	"hotshard/host/mesh"
	"hotshard/runtime/gate/client"
	"hotshard/runtime/gate/wire"
)

// sessionsWanted is how many sessions TestIdleSessions has two proxies hold.
const sessionsWanted = "HOTSHARD_SESSIONS"

// TestIdleSessions has many players be docked and do nothing, by two proxies, and tells what memory a
// session takes at those. It asserts nothing but that all are there.
func TestIdleSessions(t *testing.T) {
	n, err := strconv.Atoi(os.Getenv(sessionsWanted))
	if err != nil || n < 1 {
		t.Skip("only with " + sessionsWanted + "=N, and HOTSHARD_MESH=1: as many descriptors are open here, and half of them at each proxy")
	}
	c := newCluster(t)
	c.start("w1", mesh.Worker)
	proxies := []*clusterNode{c.start("p1", mesh.Proxy), c.start("p2", mesh.Proxy)}
	tokens := signedUp(t, c, n)
	before := []int64{resident(t, proxies[0]), resident(t, proxies[1])}
	conns := make([]*client.Conn, n)
	var all sync.WaitGroup
	turn := make(chan struct{}, 32)
	for i, token := range tokens {
		turn <- struct{}{}
		all.Go(func() {
			defer func() { <-turn }()
			ctx, cancel := context.WithTimeout(context.Background(), patience)
			defer cancel()
			conn, err := client.Dial(ctx, "ws://"+proxies[i%2].addr+"/play", client.Options{Codec: wire.Binary, Handle: func(*wire.Message) {}})
			if err == nil {
				_, err = conn.Request(ctx, "resume", args{"token": token})
			}
			if err != nil {
				t.Errorf("session %d: %v", i, err)
				return
			}
			conns[i] = conn
		})
	}
	all.Wait()
	time.Sleep(20 * time.Second) // what it took to come in is given back
	for i, p := range proxies {
		now := resident(t, p)
		t.Logf("%s: %d sessions, %.1f MiB before and %.1f with them: %.1f KiB a session", p.name, n/2, mebi(before[i]), mebi(now), float64(now-before[i])/1024/float64(n/2))
	}
	for i, conn := range conns {
		if conn != nil && ended(conn.Done()) {
			t.Errorf("session %d is over", i)
		}
	}
}

func mebi(n int64) float64 { return float64(n) / (1 << 20) }

// signedUp makes accounts, and sessions of them, behind the cluster's back.
func signedUp(t *testing.T, c *nodesOf, n int) []string {
	t.Helper()
	url := strings.TrimPrefix(c.env[0], "HOTSHARD_STORE=")
	s, err := store.Open(t.Context(), url, store.Options{Dir: t.TempDir(), Shared: true, HashCost: store.HashCost{MemoryKiB: 8, Passes: 1}})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	tokens := make([]string, n)
	var all sync.WaitGroup
	turn := make(chan struct{}, 64)
	for i := range tokens {
		turn <- struct{}{}
		all.Go(func() {
			defer func() { <-turn }()
			who, err := s.Register(t.Context(), fmt.Sprint("Idler", i), "secret secret", store.Character{System: c.cfg.Map.Systems[i%len(c.cfg.Map.Systems)].ID})
			if err == nil {
				tokens[i], err = s.NewSession(t.Context(), who, "127.0.0.0/8")
			}
			if err != nil {
				t.Errorf("account %d: %v", i, err)
			}
		})
	}
	all.Wait()
	return tokens
}

// resident is what a process takes of the machine's memory, in bytes.
func resident(t *testing.T, n *clusterNode) int64 {
	t.Helper()
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", n.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	pages, err := strconv.ParseInt(strings.Fields(string(b))[1], 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return pages * int64(os.Getpagesize())
}
