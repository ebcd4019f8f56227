//go:build linux && (amd64 || arm64)

package gate

import (
	"errors"
	"fmt"
	"sync/atomic"
	"syscall"
	"unsafe"
)

// ring is an io_uring (io_uring(7)) for sends that do not wait: as the kernel makes
// them while it takes them in, they are over when the system call is, and nothing
// that is sent need outlive it. The requests are written, and their results read, by one
// goroutine at a time.
type ring struct {
	fd     int
	failed bool // it is not to be used any more
	sq, cq queue
	rings  []byte // both queues
	slots  []byte // the requests
}

// queue is one of the two, in memory that the kernel shares.
type queue struct {
	head, tail *uint32
	mask       uint32
	at         unsafe.Pointer // the indexes, or the results
}

// Of the kernel's interface (linux/io_uring.h).
const (
	sysSetup     = 425
	sysEnter     = 426
	offsetSlots  = 0x10000000
	opSend       = 26
	enterWait    = 1 // IORING_ENTER_GETEVENTS
	oneMapping   = 1 // IORING_FEAT_SINGLE_MMAP
	slotSize     = 64
	resultSize   = 16
	mmapPopulate = 0x8000
)

// ringParams is io_uring_params.
type ringParams struct {
	sqEntries, cqEntries, flags, cpu, idle, features, workers uint32
	_                                                         [3]uint32
	sq, cq                                                    ringOffsets
}

// ringOffsets is io_sqring_offsets, where c is the array, and io_cqring_offsets, where
// b is the results.
type ringOffsets struct {
	head, tail, mask, entries, a, b, c, d uint32
	_                                     uint64
}

// ringSlot is io_uring_sqe, as far as a send needs it.
type ringSlot struct {
	op, flags uint8
	_         uint16
	fd        int32
	_         uint64
	addr      uint64
	size      uint32
	msg       uint32
	user      uint64
	_         [3]uint64
}

// ringResult is io_uring_cqe.
type ringResult struct {
	user  uint64
	value int32
	_     uint32
}

var errNoRing = errors.New("the kernel's io_uring is not of a kind that is known here")

func newRing(entries uint32) (*ring, error) {
	var p ringParams
	fd, _, errno := syscall.RawSyscall(sysSetup, uintptr(entries), uintptr(unsafe.Pointer(&p)), 0)
	if errno != 0 {
		return nil, fmt.Errorf("io_uring_setup: %w", errno)
	}
	syscall.CloseOnExec(int(fd))
	r := &ring{fd: int(fd)}
	if err := r.open(&p); err != nil {
		r.close()
		return nil, err
	}
	return r, nil
}

// open maps the queues.
func (r *ring) open(p *ringParams) (err error) {
	if p.features&oneMapping == 0 {
		return errNoRing
	}
	const access, how = syscall.PROT_READ | syscall.PROT_WRITE, syscall.MAP_SHARED | mmapPopulate
	size := max(int(p.cq.b)+int(p.cqEntries)*resultSize, int(p.sq.c)+int(p.sqEntries)*4)
	if r.rings, err = syscall.Mmap(r.fd, 0, size, access, how); err != nil {
		return fmt.Errorf("an io_uring's queues: %w", err)
	}
	if r.slots, err = syscall.Mmap(r.fd, offsetSlots, int(p.sqEntries)*slotSize, access, how); err != nil {
		return fmt.Errorf("an io_uring's requests: %w", err)
	}
	r.sq = r.queue(&p.sq, p.sq.c)
	r.cq = r.queue(&p.cq, p.cq.b)
	return nil
}

func (r *ring) queue(o *ringOffsets, array uint32) queue {
	return queue{
		head: (*uint32)(unsafe.Pointer(&r.rings[o.head])), tail: (*uint32)(unsafe.Pointer(&r.rings[o.tail])),
		mask: *(*uint32)(unsafe.Pointer(&r.rings[o.mask])), at: unsafe.Pointer(&r.rings[array]),
	}
}

func (r *ring) close() {
	if r.rings != nil {
		_ = syscall.Munmap(r.rings)
	}
	if r.slots != nil {
		_ = syscall.Munmap(r.slots)
	}
	_ = syscall.Close(r.fd)
}

// send sends all posts, of which there are no more than the ring has entries, and
// notes what became of each. What the kernel does not take is sent without it.
func (r *ring) send(posts []post) {
	tail := *r.sq.tail
	for i := range posts {
		r.ask(tail+uint32(i), uint64(i), &posts[i])
	}
	atomic.StoreUint32(r.sq.tail, tail+uint32(len(posts)))
	taken := r.enter(len(posts))
	if taken < len(posts) { // it does not take what it should: do without
		r.failed = true
		atomic.StoreUint32(r.sq.tail, tail+uint32(taken))
		for i := range posts[taken:] {
			posts[taken+i].try()
		}
	}
	r.results(posts[:taken])
}

// ask writes the request for a post.
func (r *ring) ask(at uint32, user uint64, p *post) {
	i := at & r.sq.mask
	*(*ringSlot)(unsafe.Pointer(&r.slots[i*slotSize])) = ringSlot{
		op: opSend, fd: p.w.fd, addr: uint64(uintptr(unsafe.Pointer(unsafe.SliceData(p.b)))), size: uint32(len(p.b)),
		msg: syscall.MSG_DONTWAIT | syscall.MSG_NOSIGNAL, user: user,
	}
	*(*uint32)(unsafe.Add(r.sq.at, uintptr(i)*4)) = i
}

// enter has the kernel take so many requests and waits for as many results, which
// are there at once. It returns how many it took.
//
// As with trySend the scheduler is not told: nothing in it waits.
func (r *ring) enter(n int) int {
	for taken := 0; ; {
		k, _, errno := syscall.RawSyscall6(sysEnter, uintptr(r.fd), uintptr(n-taken), uintptr(n-taken), enterWait, 0, 0)
		switch {
		case errno == syscall.EINTR:
			continue
		case errno != 0 || k == 0:
			return taken
		}
		if taken += int(k); taken >= n {
			return n
		}
	}
}

// lose gives up on a ring whose results cannot be had: what was not heard of may have been
// sent, so that connection is not used any more.
func (r *ring) lose(posts []post) {
	r.failed = true
	for i := range posts {
		if posts[i].sent == unheard {
			posts[i].sent = -1
		}
	}
}

// unheard is the sent of a post of which nothing is known yet.
const unheard = -2

// results reads as many results as there are posts. A send that the kernel refuses
// for whatever reason is tried by itself, which says what is wrong.
func (r *ring) results(posts []post) {
	for i := range posts {
		posts[i].sent = unheard
	}
	head := *r.cq.head
	for left := len(posts); left > 0; {
		if head == atomic.LoadUint32(r.cq.tail) {
			if _, _, errno := syscall.RawSyscall6(sysEnter, uintptr(r.fd), 0, 1, enterWait, 0, 0); errno != 0 && errno != syscall.EINTR && errno != syscall.EAGAIN && errno != syscall.EBUSY {
				r.lose(posts)
				return
			}
			continue
		}
		res := (*ringResult)(unsafe.Add(r.cq.at, uintptr(head&r.cq.mask)*resultSize))
		p := &posts[res.user]
		switch {
		case res.value >= 0:
			p.sent = int(res.value)
		case syscall.Errno(-res.value) == syscall.EAGAIN:
			p.sent = 0
		default:
			p.try()
		}
		head, left = head+1, left-1
		atomic.StoreUint32(r.cq.head, head)
	}
}
