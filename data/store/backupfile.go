package store

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/klauspost/compress/zstd"
)

// A backup's file is a zstd file of three parts: a frame to be skipped with the head as
// JSON, the database, and a frame to be skipped with its length and SHA-256. So
// `zstd -d FILE -o some.db` unpacks it, and a file without its last part is not whole.

// BackupHead is what a backup says of itself.
type BackupHead struct {
	Format string    `json:"format"`
	Shard  string    `json:"shard,omitempty"` // whose it is
	Schema int       `json:"schema"`
	From   string    `json:"from"` // sqlite or postgres
	Made   time.Time `json:"made"`
}

// backupFormat is the format, and its number; another number is another format.
const backupFormat = "hotshard backup 1"

// A frame to be skipped begins with this number and its length, each in four bytes, the
// lowest first.
const skipMagic = 0x184D2A50

// maxBackupHead bounds the head; sealSize is the last frame's content.
const (
	maxBackupHead = 4096
	frameHead     = 8
	sealSize      = 8 + sha256.Size
)

func skipFrame(content []byte) []byte {
	out := binary.LittleEndian.AppendUint32(nil, skipMagic)
	out = binary.LittleEndian.AppendUint32(out, uint32(len(content)))
	return append(out, content...)
}

// pack writes a backup of a database's file, and returns the backup's length.
func pack(from, to string, head BackupHead) (size int64, err error) {
	in, err := os.Open(from)
	if err != nil {
		return 0, err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	head.Format = backupFormat
	text, err := json.Marshal(head)
	if err != nil {
		return 0, err
	}
	if _, err := out.Write(skipFrame(text)); err != nil {
		return 0, err
	}
	enc, err := zstd.NewWriter(out, zstd.WithEncoderConcurrency(1))
	if err != nil {
		return 0, err
	}
	sum := sha256.New()
	n, err := io.Copy(enc, io.TeeReader(in, sum))
	if err := errors.Join(err, enc.Close()); err != nil {
		return 0, err
	}
	seal := sum.Sum(binary.LittleEndian.AppendUint64(nil, uint64(n)))
	if _, err := out.Write(skipFrame(seal)); err != nil {
		return 0, err
	}
	if err := out.Sync(); err != nil {
		return 0, err
	}
	return out.Seek(0, io.SeekCurrent)
}

// readHead returns what a backup says of itself.
func readHead(op, path string) (head BackupHead, err error) {
	file, err := os.Open(path)
	if err != nil {
		return head, &Error{Op: op, Kind: ErrAccess, Message: "cannot read " + path + ": check the name and who owns it", Err: err}
	}
	defer file.Close()
	head, _, err = scanHead(op, path, file)
	return head, err
}

// scanHead reads the first frame, and returns how long it is.
func scanHead(op, path string, r io.Reader) (head BackupHead, size int64, err error) {
	var frame [frameHead]byte
	if _, err := io.ReadFull(r, frame[:]); err != nil || binary.LittleEndian.Uint32(frame[:]) != skipMagic {
		return head, 0, noBackup(op, path)
	}
	n := binary.LittleEndian.Uint32(frame[4:])
	if n > maxBackupHead {
		return head, 0, noBackup(op, path)
	}
	text := make([]byte, n)
	if _, err := io.ReadFull(r, text); err != nil {
		return head, 0, torn(op, path)
	}
	if json.Unmarshal(text, &head) != nil || !bytes.HasPrefix([]byte(head.Format), []byte("hotshard backup ")) {
		return head, 0, noBackup(op, path)
	}
	if head.Format != backupFormat {
		return head, 0, fail(op, ErrNewer, fmt.Sprintf("%s is a %q, and this build reads %q: restore it with the build that made it", path, head.Format, backupFormat))
	}
	return head, frameHead + int64(n), nil
}

func noBackup(op, path string) error {
	return fail(op, ErrInvalid, path+" is no backup of a shard: give a file that `bin/host backup` has made (a database's own file is opened with --store)")
}

func torn(op, path string) error {
	return fail(op, ErrCorrupt, path+" is cut off or damaged: take another backup, or copy this one again from where it came")
}

// unpack writes the database of a backup into a new file: all of it, or an error.
func unpack(op, from, to string) (err error) {
	in, err := os.Open(from)
	if err != nil {
		return &Error{Op: op, Kind: ErrAccess, Message: "cannot read " + from + ": check the name and who owns it", Err: err}
	}
	defer in.Close()
	_, begin, err := scanHead(op, from, in)
	if err != nil {
		return err
	}
	n, sum, end, err := readSeal(in)
	if err != nil || end < begin {
		return torn(op, from)
	}
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fileError(op, to, err)
	}
	defer func() { err = errors.Join(err, fileError(op, to, out.Close())) }()
	dec, err := zstd.NewReader(io.NewSectionReader(in, begin, end-begin), zstd.WithDecoderConcurrency(1))
	if err != nil {
		return err
	}
	defer dec.Close()
	return fill(op, from, to, out, io.LimitReader(dec, n+1), n, sum)
}

// fill copies what is unpacked, which has to be n bytes with the sum.
func fill(op, from, to string, out *os.File, in io.Reader, n int64, want []byte) error {
	sum := sha256.New()
	buf := make([]byte, 1<<20)
	var got int64
	for {
		k, rerr := in.Read(buf)
		sum.Write(buf[:k])
		if _, err := out.Write(buf[:k]); err != nil {
			return fileError(op, to, err)
		}
		got += int64(k)
		if rerr == io.EOF {
			break
		}
		if rerr != nil {
			return torn(op, from)
		}
	}
	if got != n || !bytes.Equal(sum.Sum(nil), want) {
		return torn(op, from)
	}
	return nil
}

// readSeal reads the last frame, and returns where it begins.
func readSeal(file *os.File) (n int64, sum []byte, at int64, err error) {
	info, err := file.Stat()
	if err != nil {
		return 0, nil, 0, err
	}
	var frame [frameHead + sealSize]byte
	at = info.Size() - int64(len(frame))
	if _, err := file.ReadAt(frame[:], at); err != nil {
		return 0, nil, 0, err
	}
	n = int64(binary.LittleEndian.Uint64(frame[frameHead:]))
	if !bytes.Equal(frame[:frameHead], skipFrame(make([]byte, sealSize))[:frameHead]) || n < 0 {
		return 0, nil, 0, io.ErrUnexpectedEOF
	}
	return n, frame[frameHead+8:], at, nil
}
