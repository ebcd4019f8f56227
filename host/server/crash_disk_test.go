package server

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync/atomic"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"
)

// disk is the disk under a shard's database: see testdata/crash/disk.c.
type disk struct {
	shared []byte
	env    []string // of the program that is to have it
}

func newDisk(t *testing.T) *disk {
	t.Helper()
	cc, err := exec.LookPath("cc")
	if err != nil || runtime.GOOS != "linux" {
		t.Skip("only with a C compiler, on Linux")
	}
	dir := t.TempDir()
	library, state := filepath.Join(dir, "disk.so"), filepath.Join(dir, "disk")
	if out, err := exec.Command(cc, "-O1", "-shared", "-fPIC", "-o", library, "testdata/crash/disk.c", "-ldl").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if err := os.WriteFile(state, make([]byte, 8), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(state, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	shared, err := unix.Mmap(int(f.Fd()), 0, 8, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = unix.Munmap(shared) })
	return &disk{shared: shared, env: []string{"LD_PRELOAD=" + library, "HOTSHARD_DISK=" + state}}
}

// fall makes it ill, or well again.
func (d *disk) fall(to ill) { d.shared[0] = byte(to) }

// failed is how often it has failed whoever used it.
func (d *disk) failed() int { return int(atomic.LoadUint32((*uint32)(unsafe.Pointer(&d.shared[4])))) }
