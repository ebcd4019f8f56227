package server

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"hotshard/data/store"
	"hotshard/runtime/gate/client"
	"hotshard/runtime/gate/peer"
	"hotshard/runtime/gate/wire"
	"hotshard/runtime/world"
)

// fleetSize is how many players fly while the shard is attacked and operated.
const fleetSize = 50

// siege is a production shard with the real game, a proxy in front, operators by key,
// and players in space who must notice nothing of the rest.
type siege struct {
	*shard
	t      *testing.T
	cfg    Config
	fleet  []*pilot
	tokens []string
	rows   []string // the table
}

// TestAccess operates a production shard through what attackers, strangers and
// careless colleagues do, with players flying. Run with -v it shows a table.
func TestAccess(t *testing.T) {
	t.Parallel()
	cfg := config(t)
	cfg.Production, cfg.Shard, cfg.Scripts = true, "nord", "../../scripts"
	cfg.TrustProxy, cfg.SSH, cfg.FourEyes = []string{"127.0.0.1"}, "127.0.0.1:0", true
	cfg.HashCost = store.HashCost{MemoryKiB: 1024, Passes: 1}
	keys := newKeyring(t, cfg, "admin amy", "admin bob", "operator carl")
	s := &siege{shard: start(t, cfg), t: t, cfg: cfg}
	s.muster()
	s.guessing()
	s.flood()
	s.manyAccounts()
	s.fragments()
	s.operators(keys)
	s.community(keys)
	s.stall()
	s.restart()
	s.strangersData()
	t.Log("\n" + strings.Join(s.rows, "\n"))
}

// row notes a step for the table, after a look at the players.
func (s *siege) row(what, outcome string) {
	s.t.Helper()
	flying := 0
	for _, p := range s.fleet {
		if _, err := p.Request(p.ctx, "ping", nil); err == nil {
			flying++
		}
	}
	if flying != len(s.fleet) {
		s.t.Errorf("%s: %d of %d players are left", what, flying, len(s.fleet))
	}
	s.rows = append(s.rows, fmt.Sprintf("| %-34s | %-84s | %2d |", what, outcome, flying))
}

// from connects somebody behind the proxy.
func (s *siege) from(address string) (*pilot, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 3*patience) // to the end of the siege
	s.t.Cleanup(cancel)
	c, err := client.Dial(ctx, "ws://"+s.Addr()+"/play", client.Options{Codec: wire.Binary, Header: http.Header{"X-Forwarded-For": {address}}, Handle: nil})
	if err != nil {
		return nil, err
	}
	s.t.Cleanup(c.Close)
	return &pilot{Conn: c, t: s.t, ctx: ctx}, nil
}

func (s *siege) mustFrom(address string) *pilot {
	s.t.Helper()
	p, err := s.from(address)
	if err != nil {
		s.t.Fatal(err)
	}
	return p
}

func credentials(name string) map[string]world.Value {
	return map[string]world.Value{"name": name, "password": "secret secret"}
}

func homeOf(i int) string { return fmt.Sprintf("192.0.2.%d", i+1) }

// muster brings the fleet in, each player from home, and into space: all at a time, or each
// would wait for ticks of their own.
func (s *siege) muster() {
	for i := range fleetSize {
		p := s.mustFrom(homeOf(i))
		p.do("register", credentials(fmt.Sprintf("Pilot %d", i)))
		s.tokens = append(s.tokens, p.event("welcome")["token"].(string))
		s.fleet = append(s.fleet, p)
	}
	var all sync.WaitGroup
	for _, p := range s.fleet {
		p.event("system")
		all.Go(func() {
			if _, err := p.Request(p.ctx, "undock", nil); err != nil {
				s.t.Errorf("undock: %v", err)
			}
		})
	}
	all.Wait()
	s.row("muster", "registered, undocked, in space")
}

// guessing has a hundred sockets guess, of one /64 and of one player's own address,
// while others sign in.
func (s *siege) guessing() {
	var mu sync.Mutex
	answers := map[string]int{}
	started := time.Now()
	stop := make(chan struct{})
	var all sync.WaitGroup
	for g := range 100 {
		all.Go(func() {
			for n := 0; ; n++ {
				select {
				case <-stop:
					return
				default:
				}
				address, name := fmt.Sprintf("2001:db8:bad::%x", g+1), fmt.Sprintf("Pilot %d", n%fleetSize)
				if g%2 == 0 {
					address, name = homeOf(0), "Pilot 1"
				}
				p, err := s.from(address)
				if err != nil {
					continue
				}
				_, err = p.Request(p.ctx, "login", map[string]world.Value{"name": name, "password": "a guess"})
				var refusal *wire.Error
				if errors.As(err, &refusal) {
					mu.Lock()
					answers[refusal.Code]++
					mu.Unlock()
				}
				p.Close()
			}
		})
	}
	s.until("the guesses are not refused", func() bool { mu.Lock(); defer mu.Unlock(); return answers[wire.CodeRateLimited] > 300 })
	began := time.Now()
	const honest = 10
	for i := range honest { // the player whose address is abused, those at home, and one who is new
		p := s.mustFrom(homeOf(i))
		p.do("login", credentials(fmt.Sprintf("Pilot %d", i)))
		s.fleet[i], s.tokens[i] = p, p.event("welcome")["token"].(string)
	}
	s.mustFrom("198.51.100.1").do("register", credentials("Latecomer"))
	took := time.Since(began) / (honest + 1)
	close(stop)
	all.Wait()
	// Thirty of each of the two networks at once, and then one in ten seconds.
	if n, took := answers[wire.CodeBadCredentials], time.Since(started); n > 60+2*int(took/(10*time.Second)+1) {
		s.t.Errorf("%d guesses were checked in %v", n, took)
	}
	s.row("100 sockets guess passwords", fmt.Sprintf("%d checked, %d refused unchecked; an honest login takes %v", answers[wire.CodeBadCredentials], answers[wire.CodeRateLimited], took.Round(time.Millisecond)))
}

// flood opens sockets of one address and signs in on none.
func (s *siege) flood() {
	for range 300 {
		s.mustFrom("203.0.113.9")
	}
	st := s.gate.Stats()
	crowded, late := s.refusals.Of(peer.Crowded), s.refusals.Of(peer.LoginTimeout) // where 300 take longer than one may
	if st.Pending > 60 || crowded == 0 || crowded+late < 240 {
		s.t.Errorf("after the flood: %+v, %d closed to make room, %d too late", st, crowded, late)
	}
	s.mustFrom("203.0.113.9").do("register", credentials("Neighbour")) // even of the same address
	s.row("300 sockets of one address", fmt.Sprintf("%d are left, %d closed; others, and a neighbour, sign in", st.Pending, crowded))
}

func (s *siege) manyAccounts() {
	made, refused := 0, 0
	began := time.Now()
	for i := range 60 {
		p := s.mustFrom("203.0.113.77")
		_, err := p.Request(p.ctx, "register", credentials(fmt.Sprintf("Bot %d", i)))
		if err == nil {
			made++
		} else {
			refused++
		}
		p.Close()
	}
	if took := time.Since(began); made < 20 || made > 20+int(took/time.Minute) { // one more a minute
		s.t.Errorf("%d accounts were made in %v", made, took)
	}
	s.row("60 registrations of one address", fmt.Sprintf("%d made, %d refused", made, refused))
}

// fragments sends a message that never ends, in empty pieces.
func (s *siege) fragments() {
	c, err := net.Dial("tcp", s.Addr())
	if err != nil {
		s.t.Fatal(err)
	}
	defer c.Close()
	fmt.Fprintf(c, "GET /play HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"+
		"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: %s\r\n\r\n", wire.SubprotocolJSON)
	if _, err := c.Read(make([]byte, 4096)); err != nil {
		s.t.Fatal(err)
	}
	c.Write([]byte{0x01, 0x80, 0, 0, 0, 0})
	sent := 0
	for ; sent < 1e6; sent++ {
		if _, err := c.Write([]byte{0x00, 0x80, 0, 0, 0, 0}); err != nil {
			break
		}
	}
	if sent == 1e6 {
		s.t.Error("a million empty frames are taken")
	}
	s.row("empty continuation frames", "closed with 1008")
}

// keyring is the operators' file and their keys.
type keyring struct {
	t     *testing.T
	path  string
	keys  map[string]ssh.Signer
	lines map[string]string
}

func newKeyring(t *testing.T, cfg Config, people ...string) *keyring {
	t.Helper()
	k := &keyring{t: t, path: filepath.Join(cfg.Data, "ssh", "operators"), keys: map[string]ssh.Signer{}, lines: map[string]string{}}
	if err := os.MkdirAll(filepath.Dir(k.path), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, p := range people {
		role, name, _ := strings.Cut(p, " ")
		k.keys[name] = sshKey(t)
		k.lines[name] = role + " " + strings.TrimSpace(string(ssh.MarshalAuthorizedKey(k.keys[name].PublicKey()))) + " " + name
	}
	k.write("amy", "bob", "carl")
	return k
}

// write puts people into the file, and other lines as they are.
func (k *keyring) write(people ...string) {
	k.t.Helper()
	var b strings.Builder
	for _, p := range people {
		if line, ok := k.lines[p]; ok {
			p = line
		}
		b.WriteString(p + "\n")
	}
	if err := os.WriteFile(k.path, []byte(b.String()), 0o600); err != nil {
		k.t.Fatal(err)
	}
}

// on is an operator's connection.
type on struct {
	t *testing.T
	*ssh.Client
}

func (s *siege) on(k *keyring, name string) on {
	s.t.Helper()
	c, err := dialSSH(s.shard, k.keys[name])
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { c.Close() })
	return on{s.t, c}
}

func (o on) run(line string) string {
	o.t.Helper()
	session, err := o.NewSession()
	if err != nil {
		return err.Error()
	}
	defer session.Close()
	out, _ := session.CombinedOutput(line)
	return string(out)
}

func (s *siege) operators(k *keyring) {
	amy, bob, carl := s.on(k, "amy"), s.on(k, "bob"), s.on(k, "carl")
	has(s.t, "a role", carl.run("shutdown now"), "takes the role admin")
	has(s.t, "an argument", amy.run("shutdown banana --confirm nord"), "not a duration")
	has(s.t, "a name", amy.run("shutdown 15m"), "type its name")
	has(s.t, "nothing waits", bob.run("approvals"), "nothing waits")
	has(s.t, "four eyes", amy.run("shutdown 15m maintenance --confirm nord"), "second person")
	has(s.t, "four eyes", amy.run("lua @chat --write return 1"), "second person")
	has(s.t, "an operator approves", carl.run("approve 1"), "takes the role admin")
	has(s.t, "oneself", amy.run("approve 1"), "somebody else")
	has(s.t, "another admin", bob.run("approve 1"), "shuts down in 15 minutes")
	has(s.t, "taken back by one", carl.run("shutdown cancel"), "cancelled")
	log := amy.run("audit --json --limit 100")
	has(s.t, "the audit log", log, "asked for", "waits for a second person", "amy, approved by bob", "refused: not-allowed: shutdown takes the role admin")
	s.row("four eyes", "role and arguments first; an admin approves an admin's; intent and outcome in the audit log")

	k.write("amy", "amdin nonsense", "carl")
	bob.Wait()
	if _, err := dialSSH(s.shard, k.keys["bob"]); err == nil {
		s.t.Error("bob comes in again")
	}
	has(s.t, "operators", amy.run("operators"), "carl", "line 2")
	has(s.t, "sessions", amy.run("sessions"), "amy", "ssh 127.0.0.1")
	k.write("amy", "bob", "carl")
	s.row("a line taken out of ssh/operators", "bob is put out, a bad line is named, amy and carl stay")
}

func (s *siege) community(k *keyring) {
	amy := s.on(k, "amy")
	victim, banned := s.fleet[fleetSize-1], fmt.Sprintf("Pilot %d", fleetSize-1)
	s.fleet = s.fleet[:fleetSize-1]
	has(s.t, "ban", amy.run(fmt.Sprintf("ban %q 3d insults", banned)), "is banned until", "1 session ended")
	if c := victim.event("closing"); c["code"] != wire.ClosingBanned || !strings.Contains(c["reason"].(string), "insults") {
		s.t.Errorf("the banned player is told %v", c)
	}
	back := s.mustFrom(homeOf(fleetSize - 1))
	back.refused("login", wire.CodeBanned, credentials(banned))
	back.refused("resume", wire.CodeBadToken, map[string]world.Value{"token": s.tokens[fleetSize-1]})
	s.row("ban", "the socket ends with the reason; the sign-in says until when and why")

	has(s.t, "mute", amy.run(`mute "Pilot 20" 30m advertising`), "is muted until")
	r := s.fleet[20].refused("say", "muted", map[string]world.Value{"text": "buy now"})
	has(s.t, "the refusal", r.Message, "advertising")
	amy.run(`unmute "Pilot 20"`)
	s.fleet[20].do("say", map[string]world.Value{"text": "sorry"})
	s.fleet[20].do("tell", map[string]world.Value{"to": "pilot 21", "text": "psst"})
	s.fleet[21].until("the private line", func(m *wire.Message) bool {
		return m.Event == "chat" && m.Fields["channel"] == "private" && m.Fields["from"] == "Pilot 20"
	})
	said := 0
	began := time.Now()
	for range 30 {
		if _, err := s.fleet[22].Request(s.fleet[22].ctx, "say", map[string]world.Value{"text": "spam"}); err == nil {
			said++
		}
		time.Sleep(60 * time.Millisecond) // within what the gate lets through
	}
	if took := time.Since(began); said < 10 || said > 10+int(took/time.Second)+1 { // ten at once, and then one a second
		s.t.Errorf("%d lines of 30 were said in %v", said, took)
	}
	s.row("mute, tell, spam", fmt.Sprintf("refused with the reason; private lines arrive; %d of 30 lines go through", said))

	has(s.t, "ban", amy.run("ban 203.0.113.0/24 1h flood"), "203.0.113.0/24 is banned")
	s.mustFrom("203.0.113.200").refused("register", wire.CodeBanned, credentials("Another"))
	has(s.t, "rename", amy.run(`rename Latecomer "Early Bird"`), "Early Bird")
	s.mustFrom("198.51.100.1").do("login", credentials("Early Bird"))
	password := strings.Fields(amy.run(`password reset "Early Bird"`))
	at := slices.Index(password, "is")
	p := s.mustFrom("198.51.100.1")
	p.refused("login", wire.CodeBadCredentials, credentials("Early Bird"))
	p.do("login", map[string]world.Value{"name": "Early Bird", "password": password[at+1]})
	has(s.t, "delete", amy.run(`account delete "Early Bird" --confirm nord`), "second person")
	number := strings.Fields(s.on(k, "bob").run("approvals"))
	i := slices.Index(number, "account") // the line behind its number, name, role and time
	has(s.t, "approve", s.on(k, "bob").run("approve "+number[i-5]), "is deleted")
	s.mustFrom("198.51.100.1").refused("login", wire.CodeBadCredentials, credentials("Early Bird"))
	s.row("an address, a name, a password", "banned, renamed, reset and deleted by two")
}

// stall has another process hold the database.
func (s *siege) stall() {
	s.eventually("/readyz", http.StatusOK)
	db, err := sql.Open("sqlite3", "file:"+s.store.Path()+"?_txlock=immediate")
	if err != nil {
		s.t.Fatal(err)
	}
	defer db.Close()
	tx, err := db.Begin()
	if err != nil {
		s.t.Fatal(err)
	}
	s.eventually("/readyz", http.StatusServiceUnavailable, "store")
	s.eventually("/metrics", http.StatusOK, `hotshard_trouble{kind="store"} 1`)
	if err := tx.Rollback(); err != nil {
		s.t.Fatal(err)
	}
	s.eventually("/readyz", http.StatusOK)
	if code, _ := s.ask("/metrics", "rebind.example.org"); code != http.StatusForbidden {
		s.t.Errorf("a foreign host: %d", code)
	}
	s.row("the store stalls", "/readyz 503 with the reason and a metric, then well again; foreign hosts get 403")
}

// restart ends the shard and brings everybody back by their tokens.
func (s *siege) restart() {
	s.shard.stop()
	s.shard = start(s.t, s.cfg)
	for i := range s.fleet {
		p := s.mustFrom(homeOf(i + 100)) // players move
		p.do("resume", map[string]world.Value{"token": s.tokens[i]})
		p.event("system")
		s.fleet[i] = p
	}
	back := s.mustFrom(homeOf(fleetSize - 1))
	back.refused("login", wire.CodeBanned, credentials(fmt.Sprintf("Pilot %d", fleetSize-1)))
	s.row("restart", "everybody is back by their tokens, from other addresses; the ban holds")
}

// strangersData starts shards on data that are not theirs.
func (s *siege) strangersData() {
	s.row("before the end", "")
	s.rows = s.rows[:len(s.rows)-1]
	s.shard.stop()
	for what, change := range map[string]func(*Config){
		"another name": func(c *Config) { c.Shard = "south" },
		"development":  func(c *Config) { c.Production = false },
	} {
		cfg := s.cfg
		change(&cfg)
		if _, err := New(cfg); err == nil || !strings.Contains(err.Error(), "--accept-data") {
			s.t.Errorf("%s: %v", what, err)
		}
	}
	empty := config(s.t)
	if err := errors.Join(os.MkdirAll(empty.Data, 0o700), os.WriteFile(filepath.Join(empty.Data, "hotshard.db"), nil, 0o600)); err != nil {
		s.t.Fatal(err)
	}
	if _, err := New(empty); err == nil || !strings.Contains(err.Error(), "0 bytes") {
		s.t.Errorf("an empty database: %v", err)
	}
	s.rows = append(s.rows, fmt.Sprintf("| %-34s | %-84s | %2d |", "another's data", "another name, development and 0 bytes are refused without --accept-data", 0))
}
