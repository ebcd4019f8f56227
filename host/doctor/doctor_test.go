package doctor

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// of is the finding about a subject.
func of(t *testing.T, all []Finding, subject string) Finding {
	t.Helper()
	for _, f := range all {
		if f.Subject == subject {
			return f
		}
	}
	t.Fatalf("nothing is said of %s: %+v", subject, all)
	return Finding{}
}

func config(t *testing.T) Config {
	return Config{Data: filepath.Join(t.TempDir(), "data"), Scripts: t.TempDir(), Listen: "127.0.0.1:0", Ops: "", Check: func(string) (int, error) { return 0, nil }}
}

// Whatever is not well has a mend, and the folder that was looked at is left as it was.
func TestEveryFindingThatIsNotWellHasAMend(t *testing.T) {
	t.Parallel()
	c := config(t)
	all := Examine(c)
	for _, f := range all {
		if f.What == "" || (f.Verdict == Fine) != (f.Mend == "") {
			t.Errorf("%+v", f)
		}
	}
	for _, subject := range []string{"data", "lock", "--listen", "--ops", "scripts"} {
		if f := of(t, all, subject); f.Verdict != Fine {
			t.Errorf("%+v", f)
		}
	}
	if _, err := os.Stat(c.Data); !os.IsNotExist(err) {
		t.Errorf("the data folder was made: %v", err)
	}
	left, err := os.ReadDir(filepath.Dir(c.Data))
	if err != nil || len(left) != 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}

func TestWhatKeepsAShardFromRunning(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	for name, try := range map[string]struct {
		change  func(*Config)
		subject string
		words   string
	}{
		"taken":      {func(c *Config) { c.Listen = taken.Addr().String() }, "--listen", "is taken"},
		"no port":    {func(c *Config) { c.Ops = "nonsense" }, "--ops", "missing port"},
		"foreign":    {func(c *Config) { c.Listen = "192.0.2.7:7777" }, "--listen", "assign"},
		"scripts":    {func(c *Config) { c.Check = func(string) (int, error) { return 3, nil } }, "scripts", "3 errors"},
		"no scripts": {func(c *Config) { c.Check = func(string) (int, error) { return 0, os.ErrNotExist } }, "scripts", "not exist"},
		"no folder":  {func(c *Config) { c.Data = "/proc/hotshard" }, "data", "cannot be written"},
	} {
		c := config(t)
		try.change(&c)
		all := Examine(c)
		f := of(t, all, try.subject)
		if f.Verdict != Fail || f.Mend == "" || !strings.Contains(f.What, try.words) || Healthy(all) {
			t.Errorf("%s: %+v", name, f)
		}
		var b strings.Builder
		Write(&b, all)
		if !strings.Contains(b.String(), "fail  "+try.subject) || !strings.Contains(b.String(), "-> "+f.Mend) {
			t.Errorf("%s: it reads %s", name, b.String())
		}
	}
}

func TestAShardThatRunsIsSeen(t *testing.T) {
	t.Parallel()
	c := config(t)
	path := filepath.Join(c.Data, "run", "shard.lock")
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if got := of(t, Examine(c), "lock"); got.Verdict != Fine {
		t.Errorf("a lock that nobody holds: %+v", got)
	}
	if _, err := f.WriteString("4711\n"); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX); err != nil {
		t.Fatal(err)
	}
	if got := of(t, Examine(c), "lock"); got.Verdict != Warn || !strings.Contains(got.What, "4711") {
		t.Errorf("%+v", got)
	}
}

func TestAFolderThatOthersMayWriteIn(t *testing.T) {
	t.Parallel()
	c := config(t)
	if err := os.Mkdir(c.Data, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(c.Data, 0o777); err != nil {
		t.Fatal(err)
	}
	if got := of(t, Examine(c), "data"); got.Verdict != Warn || !strings.Contains(got.Mend, "chmod go-w") {
		t.Errorf("%+v", got)
	}
}
