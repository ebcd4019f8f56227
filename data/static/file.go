package static

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/klauspost/compress/zstd"

	"hotshard/runtime/world"
)

// The file of a universe is a header of fixed size and one zstd stream:
//
//	magic      8 bytes  "HSHARDU\n"
//	version    uint32   of the layout of the stream
//	raw        uint64   length of the stream when decompressed
//	packed     uint64   length of the stream in the file
//	sum       32 bytes  SHA-256 of the stream in the file
//
// Numbers are little-endian. codec.go describes the decompressed stream.
const (
	fileMagic   = "HSHARDU\n"
	fileVersion = 1
	headerSize  = len(fileMagic) + 4 + 8 + 8 + sha256.Size

	// maxRaw bounds what a forged file can make Load allocate: some twenty times
	// what the real map needs.
	maxRaw = 1 << 29
)

// What can be wrong with the file of a universe; errors of Load wrap these.
var (
	ErrForeign = errors.New("not a universe file")
	ErrVersion = errors.New("a universe file of another version")
	ErrDamaged = errors.New("damaged universe file")
)

// Save writes the universe to path so that there is either the whole new file or
// what was there before, also after a power cut.
func Save(path string, u *world.Universe) error {
	data, err := Marshal(u)
	if err != nil {
		return fmt.Errorf("save universe %s: %w", path, err)
	}
	if err := writeAtomic(path, data); err != nil {
		return fmt.Errorf("save universe %s: %w", path, err)
	}
	return nil
}

// Load reads a file that Save wrote. Its errors name the file, wrap ErrForeign,
// ErrVersion or ErrDamaged where one of these is the cause, and say the mend.
func Load(path string) (*world.Universe, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("load universe: %w", err)
	}
	u, err := Unmarshal(data)
	if err != nil {
		return nil, fmt.Errorf("load universe %s: %w; %s", path, err, mend(err))
	}
	return u, nil
}

func mend(err error) string {
	if errors.Is(err, ErrForeign) {
		return "name a file written by `host import` or by the server"
	}
	return "remove it and let the server generate it again, or import it again"
}

// LoadOrGenerate loads the generated universe of the seed from the directory, or
// generates it with DefaultSystems systems and saves it there (making the
// directory if need be). The file's name carries the seed and the versions of
// generator and file, so that a newer program never reads an outdated map.
// A damaged file is an error and not overwritten: a disk that loses bytes is
// something to be told about.
func LoadOrGenerate(dir string, seed uint64) (*world.Universe, error) {
	return loadOrGenerate(dir, seed, DefaultSystems)
}

func loadOrGenerate(dir string, seed uint64, systems int) (*world.Universe, error) {
	path := filepath.Join(dir, fmt.Sprintf("universe-g%d-f%d-%d.hsu", generatorVersion, fileVersion, seed))
	u, err := Load(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return u, err
	}
	u, err = Generate(seed, systems)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("save universe: %w", err)
	}
	if err := Save(path, u); err != nil {
		return nil, err
	}
	return u, nil
}

// Newest loads the universe that was saved last in a shard's directory; nil where there is
// none.
func Newest(dir string) (*world.Universe, error) {
	files, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	newest, when := "", time.Time{}
	for _, f := range files {
		if is, _ := filepath.Match("universe-*.hsu", f.Name()); !is {
			continue
		}
		if info, err := f.Info(); err == nil && !info.ModTime().Before(when) {
			newest, when = f.Name(), info.ModTime()
		}
	}
	if newest == "" {
		return nil, nil
	}
	return Load(filepath.Join(dir, newest))
}

// Marshal is a map as the bytes of its file.
func Marshal(u *world.Universe) ([]byte, error) {
	raw, err := encode(u)
	if err != nil {
		return nil, err
	}
	enc, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1))
	if err != nil {
		return nil, err
	}
	defer enc.Close()
	packed := enc.EncodeAll(raw, make([]byte, 0, len(raw)/2))
	sum := sha256.Sum256(packed)

	out := make([]byte, 0, headerSize+len(packed))
	out = append(out, fileMagic...)
	out = binary.LittleEndian.AppendUint32(out, fileVersion)
	out = binary.LittleEndian.AppendUint64(out, uint64(len(raw)))
	out = binary.LittleEndian.AppendUint64(out, uint64(len(packed)))
	out = append(out, sum[:]...)
	return append(out, packed...), nil
}

// Unmarshal reads the bytes of a map's file.
func Unmarshal(data []byte) (*world.Universe, error) {
	if len(data) < len(fileMagic) || string(data[:len(fileMagic)]) != fileMagic {
		return nil, ErrForeign
	}
	if len(data) < headerSize {
		return nil, fmt.Errorf("%w: it ends in its header", ErrDamaged)
	}
	h := data[len(fileMagic):]
	if v := binary.LittleEndian.Uint32(h); v != fileVersion {
		return nil, fmt.Errorf("%w: %d where this program reads %d", ErrVersion, v, fileVersion)
	}
	rawLen, packedLen := binary.LittleEndian.Uint64(h[4:]), binary.LittleEndian.Uint64(h[12:])
	sum, packed := h[20:20+sha256.Size], data[headerSize:]
	if uint64(len(packed)) != packedLen {
		return nil, fmt.Errorf("%w: %d bytes where its header promises %d", ErrDamaged, len(packed), packedLen)
	}
	if got := sha256.Sum256(packed); !bytes.Equal(got[:], sum) {
		return nil, fmt.Errorf("%w: its checksum does not match", ErrDamaged)
	}
	if rawLen > maxRaw {
		return nil, fmt.Errorf("%w: its header promises %d bytes of map", ErrDamaged, rawLen)
	}
	raw, err := decompress(packed, int(rawLen))
	if err != nil {
		return nil, err
	}
	return decode(raw)
}

func decompress(packed []byte, rawLen int) ([]byte, error) {
	dec, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(maxRaw))
	if err != nil {
		return nil, err
	}
	defer dec.Close()
	raw, err := dec.DecodeAll(packed, nil)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	if len(raw) != rawLen {
		return nil, fmt.Errorf("%w: %d bytes of map where its header promises %d", ErrDamaged, len(raw), rawLen)
	}
	return raw, nil
}

// writeAtomic writes a temporary file beside path, syncs it, renames it over
// path and syncs the directory.
func writeAtomic(path string, data []byte) (err error) {
	dir := filepath.Dir(path)
	f, err := os.CreateTemp(dir, filepath.Base(path)+".tmp*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			f.Close()
			os.Remove(f.Name())
		}
	}()
	if _, err = f.Write(data); err != nil {
		return err
	}
	if err = f.Chmod(0o644); err != nil { // CreateTemp's files are the owner's only
		return err
	}
	if err = f.Sync(); err != nil {
		return err
	}
	if err = f.Close(); err != nil {
		return err
	}
	if err = os.Rename(f.Name(), path); err != nil {
		return err
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}
