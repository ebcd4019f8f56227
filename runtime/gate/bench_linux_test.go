package gate_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"hotshard/runtime/gate"
	"hotshard/runtime/gate/wire"
	"hotshard/runtime/world"
)

// The players of the benchmarks live in a process of their own, so that what is
// measured here is the server alone. TestMain turns into that process when this
// is set to "HOST:PORT COUNT SIZE": so many players who sign in and then read
// messages of the size.
const playersEnv = "GATE_TEST_PLAYERS"

func TestMain(m *testing.M) {
	if spec := os.Getenv(playersEnv); spec != "" {
		if err := players(spec); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// players connects, says "ready", and then "round" whenever as many messages have
// come as there are players. It ends with its standard input.
func players(spec string) error {
	debug.SetGCPercent(400)
	var addr string
	var n, size int
	if _, err := fmt.Sscan(spec, &addr, &n, &size); err != nil {
		return err
	}
	var got atomic.Int64
	for i := range n {
		conn, err := signedIn(addr, fmt.Sprint("p", i))
		if err != nil {
			return err
		}
		go func() {
			buf := make([]byte, size)
			for {
				if _, err := io.ReadFull(conn, buf); err != nil {
					return
				}
				if got.Add(1)%int64(n) == 0 {
					fmt.Println("round")
				}
			}
		}()
	}
	fmt.Println("ready")
	io.Copy(io.Discard, os.Stdin)
	return nil
}

// signedIn returns a connection on which nothing is to come but what the world
// sends.
func signedIn(addr, name string) (io.Reader, error) {
	c, err := shake(addr, wire.SubprotocolBinary)
	if err != nil {
		return nil, err
	}
	c.text(`{"id":1,"cmd":"login","args":{"name":"` + name + `","password":"x"}}`)
	for range 2 { // the answer and the welcome
		if _, err := c.frame(); err != nil {
			return nil, err
		}
	}
	if c.r.Buffered() > 0 {
		return nil, errors.New("more came than a welcome")
	}
	return c.Conn, nil
}

// crowd is a process of players.
type crowd struct {
	b   *testing.B
	cmd *exec.Cmd
	out *bufio.Scanner
}

func gather(b *testing.B, spec string) *crowd {
	b.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), playersEnv+"="+spec)
	cmd.Stderr = os.Stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	c := &crowd{b, cmd, bufio.NewScanner(stdout)}
	b.Cleanup(func() {
		stdin.Close()
		cmd.Process.Kill()
		cmd.Wait()
	})
	c.wait("ready")
	return c
}

func (c *crowd) wait(line string) {
	c.b.Helper()
	if !c.out.Scan() || c.out.Text() != line {
		c.b.Fatalf("the players say %q, want %q", c.out.Text(), line)
	}
}

// room starts a gate whose world is quiet and fills it.
func room(b *testing.B, n, size int) (*server, *crowd) {
	s := start(b, func(c *gate.Config) { c.LoginsAtOnce = 4 })
	s.arena.quiet = true
	return s, gather(b, fmt.Sprintf("%s %d %d", s.http.Listener.Addr(), n, size))
}

// BenchmarkFanOut sends one delta to 1,000 players through the gate, in a round and to
// one after the other, and, in turn, the same bytes to the same sockets in a loop of
// net.Conn.Write, which is the least a Go server can do without machinery of its own.
func BenchmarkFanOut(b *testing.B) {
	const n = 1000
	frame := courses(25)
	bytes := frame.Bytes(wire.Binary)
	s, crowd := room(b, n, len(bytes))
	clients := make([]gate.Client, n)
	for i := range clients {
		clients[i] = s.player(fmt.Sprint("p", i))
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	rounds := new(gate.Rounds)
	defer rounds.Close()
	round := rounds.New()
	gateRound := func() time.Duration {
		defer crowd.wait("round")
		t := cpu()
		for _, c := range clients {
			round.Send(c, frame)
		}
		round.Flush()
		return cpu() - t
	}
	singleRound := func() time.Duration {
		defer crowd.wait("round")
		t := cpu()
		for _, c := range clients {
			c.Send(frame)
		}
		return cpu() - t
	}
	plainRound := func() time.Duration {
		defer crowd.wait("round")
		t := cpu()
		for _, c := range s.conns {
			c.Write(bytes)
		}
		return cpu() - t
	}
	gateRound()
	plainRound()
	var gateTime, singleTime, plainTime time.Duration
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for b.Loop() {
		gateTime += gateRound()
		singleTime += singleRound()
		plainTime += plainRound()
	}
	runtime.ReadMemStats(&after)
	sends := float64(b.N * n)
	b.ReportMetric(float64(gateTime)/sends, "gate-ns/player")
	b.ReportMetric(float64(singleTime)/sends, "single-ns/player")
	b.ReportMetric(float64(plainTime)/sends, "plain-ns/player")
	b.ReportMetric(float64(gateTime)/float64(plainTime), "ratio")
	b.ReportMetric(float64(after.Mallocs-before.Mallocs)/sends, "allocs/player")
	b.ReportMetric(float64(len(bytes)), "bytes")
}

// courses is a delta of n ships that chose a new course.
func courses(n int) *wire.Frame {
	d := &wire.Delta{Tick: 1}
	for i := range n {
		d.Move = append(d.Move, wire.Motion{ID: world.FirstDynamicID + world.EntityID(i), Mode: 2,
			Pos: world.Vec3{X: float64(i) * 1e4}, Vel: world.Vec3{X: 100, Y: float64(i)}, Point: world.Vec3{Y: 1}, Speed: 300, Tau: 4})
	}
	return wire.NewDelta(d)
}

// cpu returns the processor time of this thread, which others on the machine do
// not disturb as they do the clock.
func cpu() time.Duration {
	const thisThread = 1 // RUSAGE_THREAD
	var u syscall.Rusage
	syscall.Getrusage(thisThread, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkIdleMemory signs 2,000 players in and measures what each costs the
// server while nothing happens: resident memory, and its parts in Go.
func BenchmarkIdleMemory(b *testing.B) {
	const n = 2000
	for b.Loop() {
		before, heapBefore, stackBefore := memory(b)
		s, _ := room(b, n, 1)
		after, heapAfter, stackAfter := memory(b)
		if st := s.gate.Stats(); st.Sessions != n || st.Pending != 0 {
			b.Fatalf("stats are %+v", st)
		}
		b.ReportMetric((after-before)/n, "rss-bytes/player")
		b.ReportMetric((heapAfter-heapBefore)/n, "heap-bytes/player")
		b.ReportMetric((stackAfter-stackBefore)/n, "stack-bytes/player")
	}
}

// memory returns resident, heap and stack bytes of this process, after a
// collection whose freed pages have gone back to the system.
func memory(b *testing.B) (rss, heap, stack float64) {
	debug.FreeOSMemory()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		b.Skip("no /proc to read the resident memory from")
	}
	pages, _ := strconv.Atoi(strings.Fields(string(text))[1])
	return float64(pages * os.Getpagesize()), float64(m.HeapAlloc), float64(m.StackInuse)
}
