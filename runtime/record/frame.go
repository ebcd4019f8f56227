package record

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"sync"

	"github.com/klauspost/compress/zstd"
)

// A file is a line that says what it is, and frames: what stands in it, how long, a sum, and
// the bytes. So whatever stood in the way of the end, what is before it can be read.

const magic = "hsrecord"

// Format is the number of this way of writing. A file of another one is refused.
const Format = 1

// kind says what a frame is. The numbers are part of the format.
type kind byte

const (
	kindMeta    kind = iota // what is recorded: JSON
	kindMap                 // the map, as the host writes it
	kindRelease             // a release's files
	kindImage               // the system, to begin with
	kindInputs              // what went in since
	kindEnd                 // the system has ended in order
	kinds
)

// frameHeader is kind, how it is packed, and the lengths, unpacked and packed, and sum.
const frameHeader = 1 + 1 + 4 + 4 + 4

const (
	packedNot = iota
	packedZstd

	packFrom = 400       // bytes from which on packing pays
	mostRaw  = 256 << 20 // bytes of one frame, unpacked
)

var (
	castagnoli = crc32.MakeTable(crc32.Castagnoli)
	packer     = sync.OnceValue(func() *zstd.Encoder {
		e, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1))
		if err != nil {
			panic(err) // the options are ours
		}
		return e
	})
	unpacker = sync.OnceValue(func() *zstd.Decoder {
		d, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(0), zstd.WithDecoderMaxMemory(mostRaw))
		if err != nil {
			panic(err) // the options are ours
		}
		return d
	})
)

// appendFrame appends a frame to b; packed it is where that makes it shorter.
func appendFrame(b []byte, k kind, data []byte) []byte {
	at := len(b)
	b = append(b, make([]byte, frameHeader)...)
	how := byte(packedNot)
	if len(data) >= packFrom {
		b, how = packer().EncodeAll(data, b), packedZstd
	}
	if how == packedNot || len(b)-at-frameHeader >= len(data) {
		b, how = append(b[:at+frameHeader], data...), packedNot
	}
	h, body := b[at:at+frameHeader], b[at+frameHeader:]
	h[0], h[1] = byte(k), how
	binary.LittleEndian.PutUint32(h[2:], uint32(len(data)))
	binary.LittleEndian.PutUint32(h[6:], uint32(len(body)))
	binary.LittleEndian.PutUint32(h[10:], sumOf(h[:10], body))
	return b
}

func sumOf(head, body []byte) uint32 {
	return crc32.Update(crc32.Checksum(head, castagnoli), castagnoli, body)
}

// head begins a file.
func head() []byte { return append([]byte(magic), Format) }

// errTorn is the error of a frame that ends before it should, or is not as it was written:
// what a shard that was killed, or a disk that was full, leaves at the end.
var errTorn = errors.New("the recording is torn off here")

// frames reads the frames of a file.
type frames struct {
	r io.Reader
}

// openFrames reads the line at the beginning.
func openFrames(r io.Reader) (*frames, error) {
	var line [len(magic) + 1]byte
	if _, err := io.ReadFull(r, line[:]); err != nil || string(line[:len(magic)]) != magic {
		return nil, errors.New("it is no recording: record keep @SYSTEM --as NAME on a shard makes one")
	}
	if line[len(magic)] != Format {
		return nil, fmt.Errorf("a recording of format %d, and this build reads %d: record it anew, or run it with the build that made it", line[len(magic)], Format)
	}
	return &frames{r}, nil
}

// next reads a frame. io.EOF says that there is none, errTorn that there is half of one.
func (f *frames) next() (k kind, data []byte, err error) {
	var h [frameHeader]byte
	if n, err := io.ReadFull(f.r, h[:]); err != nil {
		if n == 0 && errors.Is(err, io.EOF) {
			return 0, nil, io.EOF
		}
		return 0, nil, errTorn
	}
	raw, size := binary.LittleEndian.Uint32(h[2:]), binary.LittleEndian.Uint32(h[6:])
	if kind(h[0]) >= kinds || h[1] > packedZstd || raw > mostRaw || size > mostRaw {
		return 0, nil, errTorn
	}
	body, err := io.ReadAll(io.LimitReader(f.r, int64(size))) // not make: the length is not to be trusted
	if err != nil || len(body) != int(size) || sumOf(h[:10], body) != binary.LittleEndian.Uint32(h[10:]) {
		return 0, nil, errTorn
	}
	if h[1] == packedNot {
		return kind(h[0]), body, nil
	}
	data, err = unpacker().DecodeAll(body, nil)
	if err != nil || len(data) != int(raw) {
		return 0, nil, errTorn
	}
	return kind(h[0]), data, nil
}
