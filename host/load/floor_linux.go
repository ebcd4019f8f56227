package load

import (
	"bufio"
	"crypto/sha1"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"net"
	"net/textproto"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"sync/atomic"
	"syscall"
	"time"

	"hotshard/runtime/gate/wire"
	"hotshard/runtime/world"
)

// broadcaster is the child process with the floor in it.
type broadcaster struct {
	cmd  *exec.Cmd
	in   io.WriteCloser
	addr string
}

// startBroadcaster starts this program once more, as a floor, bound to a core if
// cpu is not negative.
func startBroadcaster(hz float64, cpu int) (*broadcaster, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	args := []string{self, "load", fmt.Sprintf("--as-floor=%g", hz)}
	if cpu >= 0 {
		args = append([]string{"taskset", "-c", strconv.Itoa(cpu)}, args...)
	}
	b := &broadcaster{cmd: exec.Command(args[0], args[1:]...)}
	b.cmd.Env = append(os.Environ(), "GOMAXPROCS=1")
	b.cmd.Stderr = os.Stderr
	if b.in, err = b.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := b.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := b.cmd.Start(); err != nil {
		return nil, err
	}
	if _, err := fmt.Fscanln(bufio.NewReader(out), &b.addr); err != nil {
		b.stop()
		return nil, fmt.Errorf("the broadcaster does not say where it is: %w", err)
	}
	return b, nil
}

// setRecord sets how many bytes an order adds to what everybody is sent.
func (b *broadcaster) setRecord(size int) error {
	_, err := fmt.Fprintln(b.in, max(minRecord, size))
	return err
}

func (b *broadcaster) stop() {
	b.in.Close() // it ends with its standard input
	b.cmd.Wait()
}

// minRecord is an id, and usualRecord the size until setRecord.
const (
	minRecord   = 4
	usualRecord = 32
)

// floor is the least a server for this scene can do: whatever a player sends is,
// at the next tick, a record in the one message that everybody gets.
type floor struct {
	poll    *poller
	listen  int
	conns   map[int32]*guest
	order   []*guest
	record  atomic.Int64
	pending []uint32 // who has sent something since the last tick
	tick    uint64
	buf     [64 << 10]byte
	frame   []byte
}

// guest is a connection to the floor.
type guest struct {
	fd     int
	num    uint32
	in     []byte // what is not a whole message yet
	rest   []byte // of a message that the kernel did not take all of
	joined bool
}

// broadcast is the floor until in ends. It writes its address to out.
func broadcast(hz float64, in io.Reader, out io.Writer) error {
	if err := raiseFiles(20_000); err != nil {
		fmt.Fprintln(os.Stderr, "floor: descriptors:", err)
	}
	f := &floor{conns: map[int32]*guest{}}
	f.record.Store(usualRecord)
	var over atomic.Bool
	go func() {
		for lines := bufio.NewScanner(in); lines.Scan(); {
			if n, err := strconv.Atoi(lines.Text()); err == nil {
				f.record.Store(int64(n))
			}
		}
		over.Store(true)
	}()
	runtime.LockOSThread()
	if err := f.open(out); err != nil {
		return err
	}
	period := time.Duration(float64(time.Second) / hz)
	for next := time.Now().Add(period); !over.Load(); {
		left := time.Until(next)
		if left <= 0 {
			f.step()
			if next = next.Add(period); time.Since(next) > period {
				next = time.Now()
			}
			continue
		}
		events, err := f.poll.wait(int((left + 999*time.Microsecond) / time.Millisecond))
		if err != nil {
			return err
		}
		for i := range events {
			f.serve(&events[i])
		}
	}
	return nil
}

// open listens on a free port of this machine.
func (f *floor) open(out io.Writer) (err error) {
	if f.poll, err = newPoller(); err != nil {
		return err
	}
	if f.listen, err = syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_NONBLOCK|syscall.SOCK_CLOEXEC, 0); err != nil {
		return err
	}
	if err = syscall.Bind(f.listen, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}); err != nil {
		return err
	}
	if err = syscall.Listen(f.listen, 4096); err != nil {
		return err
	}
	at, err := syscall.Getsockname(f.listen)
	if err != nil {
		return err
	}
	fmt.Fprintln(out, net.JoinHostPort("127.0.0.1", strconv.Itoa(at.(*syscall.SockaddrInet4).Port)))
	return f.poll.watch(f.listen, false, false)
}

func (f *floor) serve(ev *syscall.EpollEvent) {
	if int(ev.Fd) == f.listen {
		f.accept()
		return
	}
	g := f.conns[ev.Fd]
	if g == nil {
		return
	}
	n, err := recv(g.fd, f.buf[:])
	switch {
	case err != nil || n < 0:
		f.drop(g)
	case n > 0:
		f.take(g, f.buf[:n])
	}
}

func (f *floor) accept() {
	for {
		fd, _, err := syscall.Accept4(f.listen, syscall.SOCK_NONBLOCK|syscall.SOCK_CLOEXEC)
		if err != nil {
			return
		}
		if quick(fd) != nil || f.poll.watch(fd, false, false) != nil {
			syscall.Close(fd)
			continue
		}
		g := &guest{fd: fd, num: uint32(len(f.order) + 1)}
		f.conns[int32(fd)] = g
		f.order = append(f.order, g)
	}
}

func (f *floor) drop(g *guest) {
	delete(f.conns, int32(g.fd))
	syscall.Close(g.fd)
	g.fd, g.joined = -1, false
}

// take reads the handshake, and then counts messages.
func (f *floor) take(g *guest, b []byte) {
	if len(g.in) > 0 {
		b = append(g.in, b...)
	}
	if !g.joined {
		if b = f.shake(g, b); g.fd < 0 {
			return
		}
	}
	for g.joined && len(b) >= 6 {
		n, size := 6, int(b[1]&127)
		if size == 126 {
			n, size = 8, int(binary.BigEndian.Uint16(b[2:]))
		}
		if len(b) < n+size {
			break
		}
		b = b[n+size:]
		f.pending = append(f.pending, g.num)
	}
	g.in = append(g.in[:0], b...)
}

// shake answers the handshake (RFC 6455, section 4.2.2) once it is all there, and
// tells the player its number. It returns what is behind the handshake.
func (f *floor) shake(g *guest, b []byte) []byte {
	r := textproto.NewReader(bufio.NewReader(&lent{b}))
	if _, err := r.ReadLine(); err != nil {
		return b
	}
	header, err := r.ReadMIMEHeader()
	if err != nil {
		return b // not all there yet
	}
	sum := sha1.Sum([]byte(header.Get("Sec-Websocket-Key") + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	answer := fmt.Appendf(nil, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"+
		"Sec-WebSocket-Accept: %s\r\nSec-WebSocket-Protocol: %s\r\n\r\n", base64.StdEncoding.EncodeToString(sum[:]), wire.SubprotocolBinary)
	you := wire.NewSnapshot(&wire.Snapshot{Tick: world.Tick(f.tick), Hz: floorHz, Dilation: 1, You: world.EntityID(g.num), Bubble: 1})
	answer = append(answer, you.Bytes(wire.Binary)...)
	if n, err := send(g.fd, answer); err != nil || n < len(answer) {
		f.drop(g)
	}
	g.joined = g.fd >= 0
	return nil // a player waits for the answer before it goes on
}

// lent reads from a slice once.
type lent struct{ b []byte }

func (l *lent) Read(p []byte) (int, error) {
	if len(l.b) == 0 {
		return 0, io.EOF
	}
	n := copy(p, l.b)
	l.b = l.b[n:]
	return n, nil
}

// step is one tick: everybody is sent what has come since the last. Like a server
// that has nothing to say, it says nothing.
func (f *floor) step() {
	f.tick++
	if len(f.pending) == 0 {
		return
	}
	size := int(f.record.Load())
	body := binary.AppendUvarint([]byte{byte(wire.KindDelta)}, f.tick)
	body = binary.AppendUvarint(body, uint64(len(f.pending)))
	body = binary.AppendUvarint(body, uint64(size))
	n := len(body) + size*len(f.pending)
	if n < 1<<16 {
		f.frame = binary.BigEndian.AppendUint16(append(f.frame[:0], 0x82, 126), uint16(n))
	} else {
		f.frame = binary.BigEndian.AppendUint64(append(f.frame[:0], 0x82, 127), uint64(n))
	}
	f.frame = append(f.frame, body...)
	for _, num := range f.pending {
		at := len(f.frame)
		f.frame = append(f.frame, make([]byte, size)...)
		binary.LittleEndian.PutUint32(f.frame[at:], num)
	}
	f.pending = f.pending[:0]
	for _, g := range f.order {
		if g.joined {
			f.send(g)
		}
	}
}

// send writes the tick's message, unless the kernel still holds one before it.
func (f *floor) send(g *guest) {
	b := f.frame
	if len(g.rest) > 0 {
		b = g.rest
	}
	n, err := send(g.fd, b)
	if err != nil {
		f.drop(g)
		return
	}
	if n == 0 && len(g.rest) == 0 {
		return
	}
	g.rest = append([]byte(nil), b[n:]...)
}

// readFloor reads a message of the floor: its tick, and into moved who has sent
// something.
func readFloor(payload []byte, moved map[world.EntityID]struct{}) (tick uint64) {
	var v [3]uint64
	b := payload[1:]
	for i := range v {
		n := 0
		if v[i], n = binary.Uvarint(b); n <= 0 {
			return 0
		}
		b = b[n:]
	}
	size := int(min(v[2], math.MaxInt32))
	for ; size >= minRecord && len(b) >= size; b = b[size:] {
		moved[world.EntityID(binary.LittleEndian.Uint32(b))] = struct{}{}
	}
	return v[0]
}
