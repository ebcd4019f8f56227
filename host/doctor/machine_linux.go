package doctor

import (
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// wantFiles is how many sockets and files a shard with some thousand players opens.
const wantFiles = 16384

// files looks at how many may be open. Go raises the soft limit to the hard one.
func files() Finding {
	var l unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &l); err != nil {
		return fine("files", "%v", err).but(Warn, "look at `ulimit -n`")
	}
	f := fine("files", "%d may be open", l.Max)
	if l.Max < wantFiles {
		return f.but(Warn, "each player takes one: LimitNOFILE=65536 in the unit, or `ulimit -Hn 65536`")
	}
	return f
}

func processors() Finding {
	n := runtime.GOMAXPROCS(0)
	f := fine("processors", "%d", n)
	if n < 2 {
		return f.but(Warn, "a fight and the collection of garbage want one each")
	}
	return f
}

// leastMemory leaves room above what a shard was seen to take: some 300 MiB with 1,000
// players, and some 850 in a fight of 4,000.
const leastMemory = 1 << 30

// memory is the machine's, or what the control group leaves of it.
func memory() Finding {
	var info unix.Sysinfo_t
	if err := unix.Sysinfo(&info); err != nil {
		return fine("memory", "%v", err).but(Warn, "look at `free -h`")
	}
	total := info.Totalram * uint64(info.Unit)
	if limit, ok := number("/sys/fs/cgroup/memory.max"); ok {
		total = min(total, limit)
	}
	f := fine("memory", "%s", size(total))
	if total < leastMemory {
		return f.but(Warn, "a fight of some thousand players takes as much: give it %s", size(leastMemory))
	}
	return f
}

// watches looks at whether the kernel lets the folder of the scripts be watched.
func watches(scripts string) Finding {
	folders := uint64(0)
	_ = filepath.WalkDir(scripts, func(_ string, d fs.DirEntry, err error) error { // scripts says what is wrong
		if err == nil && d.IsDir() {
			folders++
		}
		return nil
	})
	most, ok := number("/proc/sys/fs/inotify/max_user_watches")
	instances, ok2 := number("/proc/sys/fs/inotify/max_user_instances")
	if !ok || !ok2 {
		return fine("inotify", "not there: the scripts are looked at once a second")
	}
	f := fine("inotify", "%d watches, %d instances a user", most, instances)
	if most < 2*folders || instances < 8 {
		return f.but(Warn, "saved scripts may be seen a second late: sysctl fs.inotify.max_user_watches=%d fs.inotify.max_user_instances=128", max(8192, 4*folders))
	}
	return f
}

// clockSync says whether somebody keeps the clock right.
func clockSync() Finding {
	state, err := unix.Adjtimex(&unix.Timex{})
	if err != nil {
		return fine("clock", "nobody knows whether it is right: %v", err)
	}
	const unsynchronised = 5 // TIME_ERROR
	if state == unsynchronised {
		return fine("clock", "nothing sets it").but(Warn, "audit and orders go by it: install chrony or systemd-timesyncd")
	}
	return fine("clock", "is kept right")
}

// remote are file systems on which SQLite's log does not hold, by their magic numbers.
var remote = map[int64]string{0x6969: "NFS", 0x517b: "SMB", 0xff534d42: "CIFS", 0xfe534d42: "SMB", 0x01021997: "9P", 0x65735546: "FUSE"}

func fileSystem(dir string) Finding {
	var st unix.Statfs_t
	if err := unix.Statfs(dir, &st); err != nil {
		return fine("file system", "%v", err).but(Warn, "look at `df -T %s`", dir)
	}
	if name := remote[int64(uint32(st.Type))]; name != "" {
		return fine("file system", "%s", name).but(Fail, "SQLite needs a local disk for its log: give another --data, or --store postgres://")
	}
	return fine("file system", "is local")
}

func free(dir string) (uint64, error) {
	var st unix.Statfs_t
	err := unix.Statfs(dir, &st)
	return st.Bavail * uint64(st.Bsize), err
}

// number reads a file that holds one.
func number(path string) (uint64, bool) {
	b, err := os.ReadFile(path)
	if err != nil {
		return 0, false
	}
	n, err := strconv.ParseUint(strings.TrimSpace(string(b)), 10, 64)
	return n, err == nil
}
