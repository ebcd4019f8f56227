package web_test

import (
	"bufio"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"hotshard/data/static"
)

// program is the real server, which can be killed, and is started again where it was.
type program struct {
	t             *testing.T
	path, data    string
	universe      string // a file
	addr, opsAddr string
	cmd           *exec.Cmd
}

func newProgram(t *testing.T) *program {
	t.Helper()
	p := &program{t: t, path: os.Getenv("HOTSHARD_TEST_HOST"), data: t.TempDir(), addr: freeAddr(t), opsAddr: freeAddr(t)}
	p.universe = filepath.Join(p.data, "small.hsu")
	if err := static.Save(p.universe, smallUniverse(t)); err != nil {
		t.Fatal(err)
	}
	if p.path == "" {
		p.path = filepath.Join(t.TempDir(), "host")
		if out, err := exec.Command("go", "build", "-o", p.path, "hotshard/host").CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	}
	t.Cleanup(func() { p.end(os.Kill) })
	p.start()
	return p
}

func freeAddr(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// start returns when players are let in.
func (p *program) start() {
	p.t.Helper()
	p.cmd = exec.Command(p.path, "serve", "--scripts", "../../scripts", "--universe", p.universe, "--home", "Anvil", "--registrations", "1000", "--data", p.data, "--listen", p.addr, "--ops", p.opsAddr)
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		p.t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() && !strings.HasPrefix(strings.TrimSpace(lines.Text()), "fly ") {
	}
	go func() { _, _ = io.Copy(io.Discard, out) }()
}

func (p *program) end(how os.Signal) {
	if p.cmd != nil {
		_ = p.cmd.Process.Signal(how)
		_ = p.cmd.Wait()
		p.cmd = nil
	}
}

// crowd is load players who fight until the test is over, and come back by themselves.
func (p *program) crowd(players int) {
	p.t.Helper()
	cmd := exec.Command(p.path, "load", "--url", "ws://"+p.addr+"/play", "--ops", "", "--scene", "guns", "--players", fmt.Sprint(players), "--seconds", "3600", "--quiet")
	if err := cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
}

// online waits until so many players are.
func (p *program) online(players int) {
	p.t.Helper()
	want := fmt.Sprintf("\nhotshard_players %d\n", players)
	for range 600 {
		if answer, err := http.Get("http://" + p.opsAddr + "/metrics"); err == nil {
			text, _ := io.ReadAll(answer.Body)
			answer.Body.Close()
			if strings.Contains(string(text), want) {
				return
			}
		}
		time.Sleep(100 * time.Millisecond)
	}
	p.t.Fatalf("there are not %d players", players)
}

// written waits until what has happened so far is on the disk.
func (p *program) written() {
	p.t.Helper()
	wanted := time.Now().Add(time.Second)
	for range 300 {
		var last time.Time
		_ = filepath.WalkDir(filepath.Join(p.data, "record"), func(_ string, d fs.DirEntry, err error) error {
			if err != nil {
				return nil // it went while we looked
			}
			if info, err := d.Info(); err == nil && info.ModTime().After(last) {
				last = info.ModTime()
			}
			return nil
		})
		if last.After(wanted) {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	p.t.Fatal("nothing is recorded")
}

// TestTwoBrowsersAcrossAKill has two people in browsers fly in a fleet, beside fifty who fight.
// The server is killed, and stopped, and started again: they go on where they were.
func TestTwoBrowsersAcrossAKill(t *testing.T) {
	if os.Getenv("HOTSHARD_THOROUGH") == "" {
		t.Skip("only with HOTSHARD_THOROUGH=1, as in make check: it kills the real server under fifty players")
	}
	const crowd = 50
	s := newProgram(t)
	b := newBrowser(t)
	ada, bo := b.open(t, "ada", "http://"+s.addr+"/"), b.open(t, "bob", "http://"+s.addr+"/")
	both := []*page{ada, bo}
	for _, p := range both {
		p.signIn(p.name)
		p.inView("station")
		p.click("#station .undock")
		p.inView("space")
	}
	ada.choose("bob's Wren")
	ada.order("Invite")
	bo.until("be invited", `[...document.querySelectorAll(".toast .do")].some((n) => n.textContent === "Join")`)
	bo.click(".toast .do")
	ada.order("Orbit")
	orbiting := `/orbit/i.test(document.querySelector("#hud .mode").textContent)`
	ada.until("be in orbit", orbiting)
	ada.typeInto("#chat input", "here we are\r")
	s.crowd(crowd)
	s.online(crowd + len(both))

	said := []string{"ada here we are"}
	for i, how := range []os.Signal{syscall.SIGKILL, syscall.SIGTERM} {
		for _, p := range both {
			p.hears(said...)
		}
		s.written()
		for _, p := range both {
			p.offline.Store(true) // a browser complains of a server that is not there
		}
		s.end(how)
		for _, p := range both {
			p.until("notice", `document.body.dataset.link === "reconnecting"`)
		}
		s.start()
		s.online(crowd + len(both))
		for _, p := range both {
			p.until("be back by itself", `document.body.dataset.link === "live"`)
			p.offline.Store(false)
			p.inView("space")
			p.hears(said...)
			p.until("be in the fleet still", `document.querySelector("#overview [data-standing='fleet'] .name") !== null`)
		}
		ada.until("be in orbit still", orbiting)
		line := fmt.Sprintf("life %d", i+2)
		bo.typeInto("#chat input", line+"\r")
		said = append(said, "bob "+line)
	}
	ada.hears(said...)
	ada.shoot("kill-ada")
	bo.shoot("kill-bob")
}

// hears waits until the page has all those lines of the chat.
func (p *page) hears(lines ...string) {
	p.t.Helper()
	for _, line := range lines {
		p.until("read "+line, `[...document.querySelectorAll("#chat .lines p")].some((n) => n.textContent === `+quote(line)+`)`)
	}
}
