// Package doctor looks at a machine before a shard runs on it, and says what would go
// wrong at night, with the mend.
package doctor

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"time"
)

// Verdict is what came of a look.
type Verdict string

// The verdicts.
const (
	Fine Verdict = "ok"
	Warn Verdict = "warn" // a shard runs, and may be hurt by it
	Fail Verdict = "fail" // a shard does not run, or loses something
)

// Finding is one thing that was looked at.
type Finding struct {
	Subject string  `json:"subject"`
	Verdict Verdict `json:"verdict"`
	What    string  `json:"what"`           // what there is
	Mend    string  `json:"mend,omitempty"` // what to do about it
}

// Config is what the shard would be started with.
type Config struct {
	Data, Scripts string
	Listen, Ops   string
	Check         func(scripts string) (errors int, err error) // of the scripts
}

// Examine looks at everything.
func Examine(c Config) []Finding {
	return slices.Concat(
		[]Finding{files(), processors(), memory(), watches(c.Scripts), clockSync()},
		data(c.Data), []Finding{lock(c.Data), port("--listen", c.Listen), port("--ops", c.Ops), scripts(c)},
	)
}

// Write prints findings for people.
func Write(w io.Writer, all []Finding) {
	for _, f := range all {
		fmt.Fprintf(w, "%-5s %-10s %s\n", f.Verdict, f.Subject, f.What)
		if f.Mend != "" {
			fmt.Fprintf(w, "%-16s -> %s\n", "", f.Mend)
		}
	}
}

// Healthy says that nothing failed.
func Healthy(all []Finding) bool {
	return !slices.ContainsFunc(all, func(f Finding) bool { return f.Verdict == Fail })
}

func fine(subject, format string, args ...any) Finding {
	return Finding{Subject: subject, Verdict: Fine, What: fmt.Sprintf(format, args...)}
}

// but makes something else of a finding, with the mend.
func (f Finding) but(v Verdict, format string, args ...any) Finding {
	f.Verdict, f.Mend = v, fmt.Sprintf(format, args...)
	return f
}

// Room that a shard wants below --data: its database, and what is recorded.
const (
	leastRoom = 1 << 30
	wantRoom  = 4 << 30
)

// data looks at the folder of everything that the shard keeps, or at that in which it
// would be made.
func data(dir string) []Finding {
	at := existing(dir)
	f := fine("data", "%s can be written", dir)
	probe, err := os.CreateTemp(at, ".hotshard-doctor-*")
	if err != nil {
		return []Finding{{"data", Fail, fmt.Sprintf("%s cannot be written: %v", at, bare(err)), "give the user who runs the shard that folder: chown -R hotshard " + dir}}
	}
	defer os.Remove(probe.Name())
	defer probe.Close()
	if st, err := os.Stat(dir); err == nil && st.Mode().Perm()&0o022 != 0 {
		f = f.but(Warn, "others can write there: chmod go-w %s", dir)
	}
	return []Finding{f, room(at), fileSystem(at), syncing(probe)}
}

// existing is the folder, or the nearest above it that there is.
func existing(dir string) string {
	for {
		if st, err := os.Stat(dir); err == nil && st.IsDir() {
			return dir
		}
		up := filepath.Dir(dir)
		if up == dir {
			return dir
		}
		dir = up
	}
}

func room(dir string) Finding {
	free, err := free(dir)
	if err != nil {
		return fine("disk", "nobody knows how much room there is").but(Warn, "look at `df -h %s`", dir)
	}
	f := fine("disk", "%s are free", size(free))
	switch {
	case free < leastRoom:
		return f.but(Fail, "a shard wants %s at least: free some space, or give another --data", size(leastRoom))
	case free < wantRoom:
		return f.but(Warn, "what is recorded may take 2 GiB: free some space, or lower --record-limit")
	}
	return f
}

// slowSync is how long making a write safe may take: what players are told is done
// waits for it.
const slowSync = 30 * time.Millisecond

// syncing tries how long the disk takes to have something for good.
func syncing(probe *os.File) Finding {
	var took []time.Duration
	for range 8 {
		began := time.Now()
		if _, err := probe.WriteAt(make([]byte, 4096), 0); err != nil {
			return fine("fsync", "%v", bare(err)).but(Fail, "see what is wrong with the disk")
		}
		if err := probe.Sync(); err != nil {
			return fine("fsync", "%v", bare(err)).but(Fail, "the disk does not keep what it says it has: use another")
		}
		took = append(took, time.Since(began))
	}
	slices.Sort(took)
	median := took[len(took)/2]
	f := fine("fsync", "%v for 4 KiB", median.Round(10*time.Microsecond))
	if median > slowSync {
		return f.but(Warn, "a disk of its own, or one with flash, makes trades faster")
	}
	return f
}

// port tries whether somebody has an address.
func port(flag, addr string) Finding {
	if addr == "" {
		return fine(flag, "is not used")
	}
	l, err := net.Listen("tcp", addr)
	switch {
	case err == nil:
		l.Close()
		return fine(flag, "%s is free", addr)
	case errors.Is(err, syscall.EADDRINUSE):
		return fine(flag, "%s is taken", addr).but(Fail, "`ss -ltnp` says by whom; or give another %s", flag)
	case errors.Is(err, fs.ErrPermission):
		return fine(flag, "%s may not be opened by this user", addr).but(Fail, "use a port from 1024 on, or give the program CAP_NET_BIND_SERVICE")
	}
	return fine(flag, "%v", bare(err)).but(Fail, "give an address of this machine as HOST:PORT")
}

func scripts(c Config) Finding {
	n, err := c.Check(c.Scripts)
	switch {
	case err != nil:
		return fine("scripts", "%v", err).but(Fail, "give the folder of the scripts as --scripts")
	case n > 0:
		return fine("scripts", "%d errors", n).but(Fail, "`host check %s` lists them", c.Scripts)
	}
	return fine("scripts", "%s: no errors", c.Scripts)
}

// bare is an error without the name of what failed.
func bare(err error) error {
	var path *fs.PathError
	var op *net.OpError
	switch {
	case errors.As(err, &path):
		return path.Err
	case errors.As(err, &op):
		return op.Err
	}
	return err
}

func size(n uint64) string {
	if n >= 1<<30 {
		return fmt.Sprintf("%.1f GiB", float64(n)/(1<<30))
	}
	return fmt.Sprintf("%d MiB", n>>20)
}
