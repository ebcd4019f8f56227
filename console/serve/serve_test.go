package serve_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"hotshard/console/client"
	"hotshard/console/command"
	"hotshard/console/command/commandtest"
	"hotshard/console/serve"
)

// served is a shard behind a real socket.
type served struct {
	*commandtest.Shard
	path string
	stop func() // ends Serve and waits for it
}

func begin(t *testing.T) *served {
	t.Helper()
	s := &served{Shard: commandtest.New(), path: filepath.Join(t.TempDir(), "run", "console.sock")}
	l, err := serve.Listen(s.path)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- serve.Local(ctx, l, command.Default(), s.Command()) }()
	s.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Serve: %v", err)
		}
	})
	t.Cleanup(s.stop)
	return s
}

func (s *served) dial(t *testing.T) *client.Client {
	t.Helper()
	c, err := client.Dial(t.Context(), s.path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

func TestOneCommandOverTheSocket(t *testing.T) {
	s := begin(t)
	c := s.dial(t)
	h := c.Hello()
	if h.Shard != "dev" || h.Production || h.Release != 3 || h.Who == "" || h.Role != "admin" {
		t.Errorf("hello %+v", h)
	}
	r, err := c.Run(t.Context(), client.Line{Text: "lua @Jita return name, 1/0", JSON: true})
	if err != nil {
		t.Fatal(err)
	}
	if b, _ := r.JSON(); string(b) != `["Jita","+Inf"]` || !r.AsJSON {
		t.Errorf("%s", b)
	}
	r, err = c.Run(t.Context(), client.Line{Text: `lua @Jita print("before") error("oops")`})
	var refusal *command.Refusal
	if !errors.As(err, &refusal) || !strings.Contains(refusal.Message, "oops") || r.Text != "before\n" {
		t.Errorf("%+v, %v", r, err)
	}
	if _, err = c.Run(t.Context(), client.Line{Text: "release promote"}); err != nil || c.Release() != 4 {
		t.Errorf("after a promote the release is %d, %v", c.Release(), err)
	}
	if got, err := c.Complete(t.Context(), "lua @Ji"); err != nil || got.Start != 4 || len(got.Words) != 1 || got.Words[0] != "@Jita" {
		t.Errorf("completion %+v, %v", got, err)
	}
}

func TestCancelBreaksOffOneCommandOnly(t *testing.T) {
	s := begin(t)
	c := s.dial(t)
	ctx, cancel := context.WithCancel(t.Context())
	broken := make(chan error, 1)
	go func() {
		_, err := c.Run(ctx, client.Line{Text: "lua @Jita while true do end"})
		broken <- err
	}()
	waiting := make(chan error, 1)
	<-s.Busy
	go func() {
		_, err := c.Run(t.Context(), client.Line{Text: "reload wait"})
		waiting <- err
	}()
	cancel()
	var refusal *command.Refusal
	if err := <-broken; !errors.As(err, &refusal) || refusal.Code != command.CodeBroken {
		t.Errorf("the endless loop: %v", err)
	}
	<-s.Busy
	if r, err := c.Run(t.Context(), client.Line{Text: "lua @Jita return 1"}); err != nil || len(r.Values) != 1 {
		t.Errorf("after it: %v, %v", r, err)
	}
	select {
	case err := <-waiting:
		t.Errorf("the other command was broken off too: %v", err)
	default:
	}
}

func TestStreams(t *testing.T) {
	s := begin(t)
	c := s.dial(t)
	parts := make(chan string, 10)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		_, err := c.Run(ctx, client.Line{Text: "tail @Jita fee", Part: func(r command.Result) { parts <- r.String() }})
		done <- err
	}()
	<-s.Busy
	for i, system := range []string{"Amarr", "Jita", "Jita"} {
		s.Lines <- command.LogLine{At: time.Unix(0, 0), Level: "info", System: system, Module: "market", Text: fmt.Sprint("fee ", i)}
	}
	for _, want := range []string{"info  @Jita market: fee 1", "fee 2"} {
		if got := <-parts; !strings.Contains(got, want) {
			t.Errorf("%q, want %q", got, want)
		}
	}
	cancel()
	if err := <-done; err != nil {
		t.Errorf("tail ends with %v", err)
	}
}

func TestManyAtOnce(t *testing.T) {
	s := begin(t)
	var all sync.WaitGroup
	for range 8 {
		c := s.dial(t)
		for i := range 8 {
			all.Go(func() {
				r, err := c.Run(t.Context(), client.Line{Text: fmt.Sprintf("lua @Jita return %d", i)})
				if err != nil || len(r.Values) != 1 || r.Values[0] != float64(i) {
					t.Errorf("%v, %v", r, err)
				}
			})
		}
	}
	all.Wait()
}

func TestTooManyOnOneConnection(t *testing.T) {
	s := begin(t)
	c := s.dial(t)
	for range 16 {
		go c.Run(t.Context(), client.Line{Text: "reload wait"})
		<-s.Busy
	}
	_, err := c.Run(t.Context(), client.Line{Text: "who"})
	var refusal *command.Refusal
	if !errors.As(err, &refusal) || refusal.Code != command.CodeBusy {
		t.Errorf("%v", err)
	}
}

func TestEndOfTheShard(t *testing.T) {
	s := begin(t)
	c := s.dial(t)
	done := make(chan error, 1)
	go func() {
		_, err := c.Run(t.Context(), client.Line{Text: "reload wait"})
		done <- err
	}()
	<-s.Busy
	s.stop()
	var refusal *command.Refusal
	if err := <-done; !errors.As(err, &refusal) || refusal.Code != command.CodeBroken {
		t.Errorf("what was under way: %v", err)
	}
	<-c.Lost()
	if _, err := c.Run(t.Context(), client.Line{Text: "who"}); !errors.Is(err, client.ErrLost) {
		t.Errorf("after the end: %v", err)
	}
	if _, err := os.Lstat(s.path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the socket is left behind: %v", err)
	}
	if _, err := client.Dial(t.Context(), s.path); err == nil {
		t.Error("somebody answers")
	}
}

func TestAPanicIsOneCommandsFailure(t *testing.T) {
	shard := commandtest.New().Command()
	shard.Store = nil
	registry := command.NewRegistry(command.Command{Name: "boom", Run: func(context.Context, *command.Session, command.Args) (command.Result, error) {
		panic("boom")
	}})
	near, far := net.Pipe()
	go serve.Conn(t.Context(), far, command.Session{Shard: shard, Registry: registry})
	c, err := client.New(t.Context(), near)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	for range 2 {
		if _, err := c.Run(t.Context(), client.Line{Text: "boom"}); err == nil || !strings.Contains(err.Error(), "boom") {
			t.Errorf("%v", err)
		}
	}
}

func TestRubbishEndsTheConnection(t *testing.T) {
	s := begin(t)
	conn, err := net.Dial("unix", s.path)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	r := bufio.NewReader(conn)
	r.ReadString('\n') // hello
	io.WriteString(conn, "GET / HTTP/1.0\r\n\r\n")
	all, _ := io.ReadAll(r)
	if !strings.Contains(string(all), "not a frame") {
		t.Errorf("%s", all)
	}
}

func TestSocketFile(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	path := filepath.Join(dir, "console.sock")
	l, err := serve.Listen(path)
	if err != nil {
		t.Fatal(err)
	}
	for p, want := range map[string]os.FileMode{dir: 0o700, path: 0o600} {
		if info, err := os.Stat(p); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: %v, %v", p, info.Mode(), err)
		}
	}
	if _, err := serve.Listen(path); err == nil || !strings.Contains(err.Error(), "already answers") {
		t.Errorf("a live socket: %v", err)
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 1 {
		t.Errorf("left behind: %v", entries)
	}
	l.Close()

	stale, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	stale.SetUnlinkOnClose(false)
	stale.Close() // as kill -9 leaves it
	l, err = serve.Listen(path)
	if err != nil {
		t.Fatalf("a stale socket: %v", err)
	}
	os.Remove(path)
	os.WriteFile(path, []byte("precious"), 0o600)
	l.Close()
	if b, _ := os.ReadFile(path); string(b) != "precious" {
		t.Error("closing removes what is not its own")
	}
	if _, err := serve.Listen(path); err == nil {
		t.Error("a file is replaced")
	}
	if _, err := serve.Listen(filepath.Join(dir, strings.Repeat("x", 200))); err == nil || !strings.Contains(err.Error(), "too long") {
		t.Errorf("a long path: %v", err)
	}
}
