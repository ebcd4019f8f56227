package bus

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"hotshard/runtime/world"
)

var bg = context.Background()

const (
	kindNote Kind = iota + 1
	kindAsk
	kindOther
)

func embed(t testing.TB, cfg EmbeddedConfig) *Embedded {
	t.Helper()
	if cfg.Listen == "" {
		cfg.Listen = "127.0.0.1:0"
	}
	e, err := Embed(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(e.Close)
	return e
}

// member joins the bus; say what it hears before it opens.
func member(t testing.TB, e *Embedded, me world.NodeID, prepare func(*Bus)) *Bus {
	t.Helper()
	b, err := Join(Config{URL: "nats://" + e.Addr(), Me: me, Shard: "test"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	if prepare != nil {
		prepare(b)
	}
	if err := b.Open(); err != nil {
		t.Fatal(err)
	}
	return b
}

// until waits for something that comes in its time, however slow the machine is.
func until(t testing.TB, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); !is(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("it does not come to it that %s", what)
		}
	}
}

// What one node sends another comes in order, whatever its size, and to nobody else.
func TestMessagesComeInOrder(t *testing.T) {
	e := embed(t, EmbeddedConfig{MaxPayload: 4096})
	heard := make(chan []byte, 1000)
	member(t, e, "worker-2/b", func(b *Bus) {
		b.Hear(kindNote, func(from world.NodeID, data []byte) {
			if from != "worker-1/a" {
				t.Errorf("it came from %q", from)
			}
			heard <- data
		})
	})
	member(t, e, "worker-3/c", func(b *Bus) {
		b.Hear(kindNote, func(world.NodeID, []byte) { t.Error("it came to somebody else") })
	})
	a := member(t, e, "worker-1/a", nil)
	var want [][]byte
	for i := range 200 {
		want = append(want, bytes.Repeat([]byte{byte(i)}, i*i))
		if err := a.Send("worker-2/b", kindNote, want[i]); err != nil {
			t.Fatal(err)
		}
	}
	for i := range want {
		if got := <-heard; !bytes.Equal(got, want[i]) {
			t.Fatalf("message %d has %d bytes, and had %d", i, len(got), len(want[i]))
		}
	}
	if err := a.Send("worker-2/b", kindNote, make([]byte, mostParts*4096)); err == nil || !strings.Contains(err.Error(), "max_payload") {
		t.Errorf("a message that is too large: %v", err)
	}
}

// What is told to all comes to all of the shard, and to no other shard's.
func TestAllAreTold(t *testing.T) {
	e := embed(t, EmbeddedConfig{})
	heard := make(chan string, 10)
	hear := func(me string) func(*Bus) {
		return func(b *Bus) {
			b.Hear(kindNote, func(from world.NodeID, data []byte) { heard <- fmt.Sprint(me, " ", from, " ", string(data)) })
		}
	}
	a := member(t, e, "a", hear("a"))
	member(t, e, "b", hear("b"))
	other, err := Join(Config{URL: "nats://" + e.Addr(), Me: "c", Shard: "other"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(other.Close)
	hear("c")(other)
	if err := other.Open(); err != nil {
		t.Fatal(err)
	}
	if err := a.Tell(kindNote, []byte("hello")); err != nil {
		t.Fatal(err)
	}
	got := []string{<-heard, <-heard}
	slices.Sort(got)
	if want := []string{"a a hello", "b a hello"}; !slices.Equal(got, want) {
		t.Errorf("%q, and not %q", got, want)
	}
	if err := other.Tell(kindNote, []byte("ours")); err != nil {
		t.Fatal(err)
	}
	if got := <-heard; got != "c c ours" {
		t.Errorf("another shard's: %q", got)
	}
}

// A request is answered, refused, or says what was not reached and whether it may have been done.
func TestRequests(t *testing.T) {
	e := embed(t, EmbeddedConfig{MaxPayload: 4096})
	served := 0
	hangs := make(chan struct{})
	b := member(t, e, "b", func(b *Bus) {
		b.Serve(kindAsk, func(ctx context.Context, from world.NodeID, data []byte) ([]byte, error) {
			switch served++; string(data) {
			case "refuse":
				return nil, errors.New("not today")
			case "large":
				return make([]byte, 5000), nil
			case "hang":
				<-ctx.Done() // it has the asker's time
				close(hangs)
				return nil, ctx.Err()
			}
			return append([]byte(from+" asked "), data...), nil
		})
	})
	a := member(t, e, "a", nil)
	ask := func(to world.NodeID, k Kind, patience time.Duration, data string) (string, error) {
		ctx, cancel := context.WithTimeout(bg, patience)
		defer cancel()
		out, err := a.Request(ctx, to, k, "market.quote", []byte(data))
		return string(out), err
	}
	const enough = 30 * time.Second
	if got, err := ask("b", kindAsk, enough, "this"); err != nil || got != "a asked this" {
		t.Errorf("%q, %v", got, err)
	}
	no := (*Refused)(nil)
	for data, says := range map[string]string{"refuse": "not today", "large": "max_payload"} {
		if _, err := ask("b", kindAsk, enough, data); !errors.As(err, &no) || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v", data, err)
		}
	}
	if _, err := ask("b", kindOther, enough, ""); !errors.As(err, &no) || no.Node != "b" {
		t.Errorf("a kind that nobody serves: %v", err)
	}
	u := (*Unreached)(nil)
	if _, err := ask("nobody", kindAsk, enough, ""); !errors.As(err, &u) || u.Maybe || u.Node != "nobody" || !strings.Contains(err.Error(), "market.quote: nobody was not reached") {
		t.Errorf("somebody who is not there: %v", err)
	}
	if _, err := ask("b", kindAsk, 50*time.Millisecond, "hang"); !errors.As(err, &u) || !u.Maybe {
		t.Errorf("somebody who does not answer: %v", err)
	}
	<-hangs
	if _, err := ask("b", kindAsk, enough, strings.Repeat("x", 5000)); !errors.As(err, &u) || u.Maybe {
		t.Errorf("a request that is too large: %v", err)
	}
	if _, err := ask("b", kindAsk, 0, "late"); !errors.As(err, &u) || u.Maybe {
		t.Errorf("a request whose time is over: %v", err)
	}
	b.Close()
	if served != 4 {
		t.Errorf("it was asked %d times", served)
	}
}

// Nothing is sent later that could not be sent while the bus was away.
func TestTheBusIsAwayForAWhile(t *testing.T) {
	e := embed(t, EmbeddedConfig{})
	heard := make(chan string, 100)
	member(t, e, "b", func(b *Bus) {
		b.Hear(kindNote, func(_ world.NodeID, data []byte) { heard <- string(data) })
		b.Serve(kindAsk, func(context.Context, world.NodeID, []byte) ([]byte, error) { return nil, nil })
	})
	a := member(t, e, "a", nil)
	addr := e.Addr()
	e.Close()
	until(t, "it is noticed", func() bool { return !a.Up() })
	if err := a.Send("b", kindNote, []byte("while it was away")); !errors.Is(err, ErrGone) {
		t.Errorf("sent to nobody: %v", err)
	}
	u := (*Unreached)(nil)
	ctx, cancel := context.WithTimeout(bg, time.Second)
	defer cancel()
	if _, err := a.Request(ctx, "b", kindAsk, "it", nil); !errors.As(err, &u) || u.Maybe {
		t.Errorf("asked nobody: %v", err)
	}
	embed(t, EmbeddedConfig{Listen: addr})
	until(t, "it is heard again", func() bool {
		_ = a.Send("b", kindNote, []byte("again"))
		select {
		case got := <-heard:
			if got != "again" {
				t.Errorf("%q came", got)
			}
			return true
		case <-time.After(20 * time.Millisecond):
			return false
		}
	})
}

// Another protocol, or anything else, is refused and counted, and the next message is heard.
func TestWhatIsNotUnderstood(t *testing.T) {
	e := embed(t, EmbeddedConfig{})
	heard := make(chan string, 10)
	b := member(t, e, "b", func(b *Bus) { b.Hear(kindNote, func(_ world.NodeID, data []byte) { heard <- string(data) }) })
	a := member(t, e, "a", nil)
	newer := envelope{protocol: Protocol + 1, kind: kindNote, from: "a", parts: 1}
	for _, data := range [][]byte{nil, {1}, {1, 1, 9, 'a'}, {1, 1, 1, 'a'}, {1, 1, 1, 'a', 1, 5, 3, 0}, {1, 1, 1, 'a', 1, 0, 200, 1, 0}, newer.append(nil)} {
		if err := a.conn.Publish(b.to("b"), data); err != nil {
			t.Fatal(err)
		}
	}
	m, err := a.conn.Request(b.to("b"), newer.append(nil), 30*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := answer("b", m.Data); err == nil || !strings.Contains(err.Error(), "protocol 2") {
		t.Errorf("a newer protocol is answered %v", err)
	}
	if err := a.Send("b", kindNote, []byte("after")); err != nil {
		t.Fatal(err)
	}
	if got := <-heard; got != "after" || b.Lost() != 8 {
		t.Errorf("%q, %d lost", got, b.Lost())
	}
}

// A message that has lost a part is lost, and nothing is made of what is left.
func TestPartsThatAreLost(t *testing.T) {
	part := func(number uint64, part, parts uint32) envelope {
		return envelope{from: "a", number: number, part: part, parts: parts}
	}
	g, got := gathering{}, []string{}
	for _, e := range []envelope{
		part(1, 0, 3), part(1, 2, 3), // the middle is lost
		part(2, 1, 2),                // the beginning
		part(3, 0, 2), part(4, 0, 1), // the end
		part(3, 1, 2),
		part(5, 0, 2), part(6, 0, 2), part(6, 1, 2),
	} {
		if data, whole := g.add(e, []byte{byte(e.number)}); whole {
			got = append(got, string(data))
		}
	}
	if want := []string{"\x04", "\x06\x06"}; !slices.Equal(got, want) || len(g) != 0 {
		t.Errorf("%q, and not %q; %d are waited for", got, want, len(g))
	}
}

// Nobody speaks in the clear with another machine, or with a bus that takes anybody.
func TestWhoIsLetIn(t *testing.T) {
	for url, says := range map[string]string{
		"":                               "--join needs",
		"127.0.0.1:4222":                 "nats://HOST:PORT",
		"http://127.0.0.1":               "nats://HOST:PORT",
		"nats://10.0.0.7:4222":           "over TLS",
		"nats://bus.example:4222":        "tls://bus.example:4222",
		"nats://u:secret@10.0.0.7:4222":  "over TLS",
		"tls://10.0.0.7:4222":            "asks who comes",
		"nats://127.0.0.1:1,nats://10.1": "over TLS",
	} {
		_, err := Join(Config{URL: url, Me: "a", Shard: "test"})
		if err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: %v", url, err)
		} else if strings.Contains(err.Error(), "secret") {
			t.Errorf("the password is shown: %v", err)
		}
	}
	for _, c := range []Config{{Me: "a.b", Shard: "test"}, {Me: "", Shard: "test"}, {Me: "a", Shard: "*"}, {Me: "a", Shard: "test", Cert: "x"}} {
		c.URL = "nats://127.0.0.1:1"
		if _, err := Join(c); err == nil || strings.Contains(err.Error(), "127.0.0.1") {
			t.Errorf("%+v: %v", c, err)
		}
	}
	for _, c := range []EmbeddedConfig{{Listen: "0.0.0.0:0"}, {Listen: ":0"}, {Listen: "10.0.0.7:4222", User: "u", Password: "p"}, {Listen: "127.0.0.1:x"}, {Listen: "127.0.0.1"}} {
		if e, err := Embed(c); err == nil {
			e.Close()
			t.Errorf("%+v listens", c)
		}
	}
	taken := embed(t, EmbeddedConfig{User: "u", Password: "p"})
	if _, err := Join(Config{URL: "nats://u:wrong@" + taken.Addr(), Me: "a", Shard: "test"}); err == nil || strings.Contains(err.Error(), "wrong") {
		t.Errorf("a wrong password: %v", err)
	}
}

// With a certificate and a password the bus is encrypted, and who does not trust it stays away.
func TestTLS(t *testing.T) {
	cert, ca := certificate(t)
	e := embed(t, EmbeddedConfig{User: "u", Password: "p", TLS: &tls.Config{Certificates: []tls.Certificate{cert}}})
	b, err := Join(Config{URL: "tls://u:p@" + e.Addr(), Me: "a", Shard: "test", CA: ca})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	if s, err := b.conn.TLSConnectionState(); err != nil || !s.HandshakeComplete {
		t.Errorf("it is not encrypted: %v", err)
	}
	if _, err := Join(Config{URL: "tls://u:p@" + e.Addr(), Me: "a", Shard: "test"}); err == nil {
		t.Error("a certificate that nobody has signed is taken")
	}
}

// certificate makes one for this machine, and a file with who has signed it.
func certificate(t *testing.T) (tls.Certificate, string) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	of := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "bus"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature}
	der, err := x509.CreateCertificate(rand.Reader, of, of, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, path
}

func FuzzEnvelope(f *testing.F) {
	f.Add(envelope{protocol: Protocol, kind: 3, from: "worker-1/a", number: 9, part: 1, parts: 4, patience: time.Second}.append(nil))
	f.Fuzz(func(t *testing.T, b []byte) {
		e, data, err := open(b)
		if err != nil {
			return
		}
		again, rest, err := open(append(e.append(nil), data...))
		if err != nil || again != e || !bytes.Equal(rest, data) {
			t.Errorf("%+v, %+v, %v", e, again, err)
		}
	})
}
