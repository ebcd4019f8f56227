package server

import (
	"strings"
	"syscall"
	"testing"
	"time"

	"hotshard/console/client"
	"hotshard/host/mesh"
)

// withValue makes scripts of which two services, caller and teller, tell a value that a patch may change.
func withValue(t *testing.T, c *nodesOf) {
	t.Helper()
	for _, name := range []string{"caller", "teller"} {
		save(t, c.cfg, "services/"+name+".lua", "local skew = require \"skew\"\nlocal it = {}\nfunction it.f() return skew.f() end\nreturn it\n")
	}
	save(t, c.cfg, "skew.lua", "local skew = {}\nfunction skew.f() return 1 end\nreturn skew\n")
}

// tells waits until a service tells a value, whichever node is asked.
func (n *clusterNode) tells(service, want string) {
	n.t.Helper()
	from := map[string]string{"caller": "teller", "teller": "caller"}[service]
	got := ""
	for began := time.Now(); time.Since(began) < 15*time.Second; time.Sleep(50 * time.Millisecond) {
		r, err := n.run(client.Line{Text: `lua @` + from + ` --write return "it is " .. service.call("` + service + `", "f")`, JSON: true})
		if err == nil {
			var text []byte
			text, err = r.JSON()
			got = string(text)
		}
		if err != nil {
			got = err.Error()
		}
		if strings.Contains(got, "it is "+want) {
			return
		}
	}
	n.t.Fatalf("%s tells %q, and not %s", service, got, want)
}

// does runs a command that has to be done.
func (n *clusterNode) does(line string) {
	n.t.Helper()
	r, err := n.run(client.Line{Text: line})
	if err != nil || r.Failed != "" {
		n.t.Fatalf("%s: %s %s %v", line, r.Text, r.Failed, err)
	}
}

// refuses runs a command that must not be done, and returns why not.
func (n *clusterNode) refuses(line string) string {
	n.t.Helper()
	r, err := n.run(client.Line{Text: line})
	if err == nil && r.Failed == "" {
		n.t.Fatalf("%s was done: %s", line, r.Text)
	}
	if err != nil {
		return err.Error()
	}
	return r.Text + r.Failed
}

// A patch is on all nodes or on none, whichever is asked: one that is stopped has it refused, with
// its name, until it owns nothing any more; when it goes on, it has what the others have, and one
// that joins does, too. A canary goes where its service goes, by a move and when a node dies.
func TestWhatRunsOnTheNodesOfAClusterIsTheSame(t *testing.T) {
	c := newCluster(t)
	withValue(t, c)
	w1, w2 := c.start("w1", mesh.Worker), c.start("w2", mesh.Worker)
	p1 := c.start("p1", mesh.Proxy)
	p1.bring("caller", "w1")
	p1.bring("teller", "w2")
	p1.tells("caller", "1")
	p1.does("patch skew.f = function() return 2 end")
	p1.tells("caller", "2")
	p1.tells("teller", "2")

	_ = w2.Process.Signal(syscall.SIGSTOP)
	if why := p1.refuses("patch --supersede skew.f = function() return 3 end"); !strings.Contains(why, "w2") {
		t.Errorf("a node that does not answer is not named: %s", why)
	}
	p1.tells("caller", "2") // by then it asks what w1 has taken over
	for began := time.Now(); ; time.Sleep(100 * time.Millisecond) {
		if r, err := w1.run(client.Line{Text: "patch --supersede skew.f = function() return 4 end"}); err == nil && r.Failed == "" {
			break
		}
		if time.Since(began) > patience {
			t.Fatal("nothing may be changed any more, although w2 owns nothing")
		}
	}
	_ = w2.Process.Signal(syscall.SIGCONT)
	p1.bring("teller", "w2")
	p1.tells("teller", "4")
	w3 := c.start("w3", mesh.Worker)
	p1.bring("caller", "w3")
	p1.tells("caller", "4")

	p1.does("patch --supersede --canary @caller skew.f = function() return 9 end")
	p1.tells("caller", "9")
	p1.tells("teller", "4")
	p1.bring("caller", "w1")
	p1.tells("caller", "9")
	_ = w1.Process.Signal(syscall.SIGKILL)
	p1.tells("caller", "9")
	p1.tells("teller", "4")
	w3.does("promote 3")
	p1.tells("teller", "9")

	for _, line := range []string{"services", "systems --node w2", "who", "top", "system @teller"} {
		if _, err := p1.run(client.Line{Text: line}); err != nil && !strings.Contains(err.Error(), "no system called") {
			t.Errorf("%s: %v", line, err)
		}
	}
	if got := p1.rows("services"); !strings.Contains(got, `"node":"w2"`) && !strings.Contains(got, `"w2"`) {
		t.Errorf("the services of the cluster are told as %s", got)
	}
}
