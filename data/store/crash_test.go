package store

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"hotshard/data/ledger"
	"hotshard/data/store/postgrestest"
	"hotshard/runtime/world"
)

// childEnv makes the test program the server that is to be killed.
const childEnv, childDirEnv = "HOTSHARD_STORE_CHILD", "HOTSHARD_STORE_CHILD_DIR"

func TestMain(m *testing.M) {
	if path := os.Getenv(childEnv); path != "" {
		writeUntilKilled(path)
		os.Exit(1)
	}
	os.Exit(postgrestest.Run(m))
}

// writeUntilKilled changes everything there is, from several goroutines, and
// prints a line for each change that it was told is done: what, who, how often.
func writeUntilKilled(path string) {
	opt := testOptions()
	opt.Dir = os.Getenv(childDirEnv)
	s, err := Open(bg, path, opt)
	if err != nil {
		fmt.Println("failed", err)
		return
	}
	var wg sync.WaitGroup
	for worker := range 4 {
		for name, do := range jobs {
			wg.Go(func() {
				for i := 1; ; i++ {
					if err := do(s, worker, i); err != nil {
						fmt.Println("failed", err)
						os.Exit(1)
					}
					fmt.Println(name, worker, i)
				}
			})
		}
	}
	wg.Wait()
}

// pilotID is the id of the n-th character of a new store.
func pilotID(n int) world.CharacterID { return world.CharacterID(1_000_001 + n) }

// jobs are the changes, by name; the i-th leaves a trace of i.
var jobs = map[string]func(s *Store, worker, i int) error{
	"put": func(s *Store, worker, i int) error {
		return s.Put(bg, "put", fmt.Sprint(worker, " ", i), strings.Repeat("x", i%3000))
	},
	"save": func(s *Store, worker, i int) error {
		all := make([]Character, 2)
		for k := range all {
			all[k] = Character{ID: pilotID(worker*2 + k), Pos: world.Vec3{X: float64(i)}}
		}
		return s.SaveCharacters(bg, all)
	},
	"move": func(s *Store, worker, i int) error {
		a, b := pilotID(worker*2), pilotID(worker*2+1)
		if i%2 == 0 {
			a, b = b, a
		}
		return s.MoveItems(bg, test, Item{Owner: a, Type: "isk", Quantity: 10}, b, "")
	},
	// A purchase under a key, asked twice: the second time nothing more is done.
	"trade": func(s *Store, worker, i int) error {
		id := int64(1000*i + worker)
		buyer := pilotID(worker*2 + 1)
		buy := OpenOrder{Order: Order{ID: id, Rank: id, Owner: buyer, Side: Buy, Type: "Ore", Region: "R", System: 1, Station: 7, Price: 2, Quantity: 3, Least: 1}}
		for range 2 {
			answer, err := s.Transact(bg, Why{Cause: "market order", Actor: buyer, Key: fmt.Sprint(i), Content: "3 Ore", Answer: fmt.Sprint(i)},
				buy, TradeOrders{Comes: id, Stood: int64(worker + 1), N: 3, Price: 2, Tax: 1})
			if err != nil || answer != fmt.Sprint(i) {
				return fmt.Errorf("answered %q, %w", answer, err)
			}
		}
		return nil
	},
	"audit": func(s *Store, worker, i int) error {
		_, err := s.Audit(bg, AuditEntry{Who: fmt.Sprint(worker), Command: fmt.Sprint(i)})
		return err
	},
	"release": func(s *Store, worker, i int) error {
		r, err := s.AddRelease(bg, Release{Note: fmt.Sprint(worker, " ", i), Files: source("same", fmt.Sprint(worker, i))})
		if err != nil {
			return err
		}
		if err := s.BeginRelease(bg, r.Number); err != nil {
			return err
		}
		return s.FinishRelease(bg, r.Number, ReleaseLive, "")
	},
}

// killAfter runs the child until it has told n lines, kills it, and returns the
// highest number told by each worker of each job. Lines that were in the pipe at
// the end count: they were told.
func killAfter(t *testing.T, path string, n int) map[string]int {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childEnv+"="+place(t, path), childDirEnv+"="+dirOf(path))
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	told := map[string]int{}
	lines := bufio.NewScanner(out)
	for count := 1; lines.Scan(); count++ {
		var job string
		var worker, i int
		if _, err := fmt.Sscan(lines.Text(), &job, &worker, &i); err != nil {
			t.Errorf("the child said %q", lines.Text())
			break
		}
		told[fmt.Sprint(job, " ", worker)] = i
		if count == n {
			must(t, cmd.Process.Kill())
		}
	}
	_ = cmd.Wait() // it was killed
	return told
}

// Whatever a caller was told is done is there after kill -9, and the file is sound.
func TestKillNine(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for round := range 4 {
		dir := t.TempDir()
		path := filepath.Join(dir, "test.db")
		s := openAt(t, path, testOptions())
		for i := range 8 {
			c := player(t, s, fmt.Sprint("Pilot ", i))
			must(t, s.ChangeItems(bg, test, Item{Owner: c.ID, Type: "isk", Quantity: 15}))
			if i%2 == 0 {
				must(t, s.ChangeItems(bg, test, Item{c.ID, world.Hangar(1, 7), "Ore", 1e6}))
				_, err := s.Transact(bg, test, OpenOrder{Order: Order{ID: int64(i/2 + 1), Rank: 1, Owner: c.ID, Side: Sell, Type: "Ore", Region: "R", System: 1, Station: 7, Price: 2, Quantity: 1e6, Least: 1}})
				must(t, err)
			} else {
				must(t, s.ChangeItems(bg, test, Item{c.ID, ledger.Wallet, ledger.Money, 1e9}))
			}
		}
		must(t, s.Close())
		told := killAfter(t, path, 100+rng.IntN(1500))
		if _, err := os.Stat(path + "-wal"); err != nil && !onPostgres {
			t.Errorf("round %d: the child closed the file (%v)", round, err)
		}
		s = openAt(t, path, testOptions())
		must(t, s.Check(bg))
		for worker := range 4 {
			checkWorker(t, s, worker, told)
		}
		checkReleases(t, s)
		var want []string
		list, err := s.AuditLog(bg, AuditQuery{Limit: 1 << 30})
		must(t, err)
		for _, e := range list {
			want = append(want, e.Command)
		}
		wantMirror(t, s, strings.Join(want, " "))
	}
}

// checkWorker compares what a worker was told with what is there.
func checkWorker(t *testing.T, s *Store, worker int, told map[string]int) {
	t.Helper()
	n := func(job string) int { return told[fmt.Sprint(job, " ", worker)] }
	for i := 1; i <= n("put"); i++ {
		v, err := s.Get(bg, "put", fmt.Sprint(worker, " ", i))
		must(t, err)
		if v != strings.Repeat("x", i%3000) {
			t.Errorf("put %d %d was lost", worker, i)
		}
	}
	a, err := s.Character(bg, pilotID(worker*2))
	must(t, err)
	b, err := s.Character(bg, pilotID(worker*2+1))
	must(t, err)
	if a.Pos.X != b.Pos.X || a.Pos.X < float64(n("save")) || a.Pos.X > float64(n("save")+1) {
		t.Errorf("told save %d of worker %d, found %v and %v", n("save"), worker, a.Pos.X, b.Pos.X)
	}
	has := func(c Character, location, thing string) int64 {
		list, err := s.Items(bg, c.ID)
		must(t, err)
		for _, i := range list {
			if i.Location == location && i.Type == thing {
				return i.Quantity
			}
		}
		return 0
	}
	isk := func(c Character) int64 { return has(c, "", "isk") }
	if ore, n := has(b, world.Hangar(1, 7), "Ore"), int64(n("trade")); ore != 3*n && ore != 3*(n+1) || has(b, ledger.Wallet, ledger.Money) != 1e9-2*ore {
		t.Errorf("told %d trades of worker %d, and it has %d Ore for %d", n, worker, ore, 1_000_000_000-has(b, ledger.Wallet, ledger.Money))
	}
	if x, y := isk(a), isk(b); x+y != 30 {
		t.Errorf("worker %d: 30 isk became %d and %d", worker, x, y)
	}
	list, err := s.AuditLog(bg, AuditQuery{By: fmt.Sprint(worker), Limit: 1 << 30})
	must(t, err)
	if len(list) < n("audit") || len(list) > n("audit")+1 {
		t.Errorf("told %d audit entries of worker %d, found %d", n("audit"), worker, len(list))
	}
	done := 0
	all, err := s.Releases(bg, 1<<30)
	must(t, err)
	for _, r := range all {
		if strings.HasPrefix(r.Note, fmt.Sprint(worker, " ")) && !r.Ended.IsZero() {
			done++
		}
	}
	if done < n("release") || done > n("release")+1 {
		t.Errorf("told %d releases of worker %d, found %d", n("release"), worker, done)
	}
}

// checkReleases wants one whole live release, and unfinished ones that say so.
func checkReleases(t *testing.T, s *Store) {
	t.Helper()
	cut, err := s.Unfinished(bg)
	must(t, err)
	if len(cut) > 4 {
		t.Errorf("%d unfinished releases of 4 workers", len(cut))
	}
	list, err := s.Releases(bg, 1<<30)
	must(t, err)
	live := 0
	for _, r := range list {
		if _, err := s.Release(bg, r.Number); err != nil {
			t.Error(err)
		}
		if r.Status == ReleaseLive {
			live++
		}
	}
	if live > 1 || live == 0 && len(list) > 8 {
		t.Errorf("%d of %d releases are live", live, len(list))
	}
}
