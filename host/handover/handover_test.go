//go:build unix

package handover

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

func pair(t *testing.T) (*Conn, *Conn) {
	t.Helper()
	a, f, err := Pair()
	if err != nil {
		t.Fatal(err)
	}
	b, err := Over(f)
	if err != nil {
		t.Fatal(err)
	}
	f.Close()
	t.Cleanup(func() { a.Close(); b.Close() })
	return a, b
}

func TestMessagesComeWithTheirFiles(t *testing.T) {
	a, b := pair(t)
	f, err := os.Create(filepath.Join(t.TempDir(), "f"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var sent []Message
	for i, files := range []int{0, 1, MostFiles, MostFiles + 1, 3*MostFiles + 7, 0} {
		m := Message{Kind: uint8(i + 1), Data: bytes.Repeat([]byte{byte(i)}, i*i*40_000)}
		for range files {
			m.Files = append(m.Files, int(f.Fd()))
		}
		sent = append(sent, m)
	}
	failed := make(chan error, 1)
	go func() {
		for _, m := range sent {
			if err := a.Send(m); err != nil {
				failed <- err
				return
			}
		}
		failed <- a.sock.CloseWrite()
	}()
	want, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range sent {
		got, err := b.Receive()
		if err != nil {
			t.Fatal(err)
		}
		if got.Kind != m.Kind || !bytes.Equal(got.Data, m.Data) || len(got.Files) != len(m.Files) {
			t.Fatalf("of %d with %d bytes and %d files came %d with %d and %d", m.Kind, len(m.Data), len(m.Files), got.Kind, len(got.Data), len(got.Files))
		}
		for _, fd := range got.Files {
			own := os.NewFile(uintptr(fd), "came")
			if info, err := own.Stat(); err != nil || !os.SameFile(info, want) {
				t.Fatalf("another file came: %v", err)
			}
			own.Close()
		}
	}
	if err := <-failed; err != nil {
		t.Fatal(err)
	}
	if _, err := b.Receive(); !errors.Is(err, ErrGone) {
		t.Errorf("after the end: %v", err)
	}
}

func TestSomebodyWhoSaysNothingIsNotWaitedFor(t *testing.T) {
	a, _ := pair(t)
	if err := a.Deadline(time.Unix(1, 0)); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Receive(); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("got %v", err)
	}
}

func TestWhatIsNoMessageIsRefused(t *testing.T) {
	for _, bytes := range []string{"\x01\xff\xff\xff\xff\x00\x00\x00\x00", "\x01\x00\x00\x00\x00\xff\xff\xff\xff", "\x01\x00\x00\x00\x00\x00\x00\x00\x05"} {
		a, b := pair(t)
		if _, err := a.sock.Write([]byte(bytes)); err != nil {
			t.Fatal(err)
		}
		a.Close()
		if _, err := b.Receive(); err == nil {
			t.Errorf("%q was taken", bytes)
		}
	}
}

// script is a program of one line.
func script(t *testing.T, line string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "program")
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+line+"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestAnHeirIsStartedAndEnded(t *testing.T) {
	t.Setenv("SOMETHING_OF_OURS", "1")
	h, err := Start(script(t, `[ "$1" = serve ] && [ -z "$SOMETHING_OF_OURS" ] && [ -n "$HOTSHARD_TAKES_OVER" ] && printf '\005\000\000\000\002\000\000\000\000ok' >&3; exec sleep 600`), []string{"serve"}, "SOMETHING_OF_OURS")
	if err != nil {
		t.Fatal(err)
	}
	defer h.Close()
	if m, err := h.Receive(); err != nil || m.Kind != 5 || string(m.Data) != "ok" {
		t.Errorf("it says %v, %v", m, err)
	}
	h.Kill()
	if err := syscall.Kill(h.PID(), 0); err == nil {
		t.Error("it is there still")
	}
	if h, err = Start(script(t, "exit 3"), nil); err != nil {
		t.Fatal(err)
	}
	defer h.Close()
	if _, err := h.Receive(); !errors.Is(err, ErrGone) {
		t.Errorf("of one that ends comes %v", err)
	}
	if why := h.Why(); !strings.Contains(why.Error(), "3") {
		t.Errorf("it ended: %v", why)
	}
	if _, err := Start(filepath.Join(t.TempDir(), "none"), nil); err == nil {
		t.Error("what is not there was started")
	}
}
