package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"github.com/klauspost/compress/zstd"
)

// maxFile is how long a script file may be, in bytes: far beyond any real one,
// and a bound on what a damaged blob can unpack to.
const maxFile = 64 << 20

const (
	selectBlob  = `SELECT id FROM blobs WHERE hash = ?`
	insertBlob  = `INSERT INTO blobs (hash, size, data) VALUES (?, ?, ?)`
	insertFile  = `INSERT INTO release_files (release, path, blob) VALUES (?, ?, ?)`
	selectFiles = `SELECT f.path, b.hash, b.data FROM release_files f JOIN blobs b ON b.id = f.blob WHERE f.release = ?`
)

// packer compresses and unpacks file contents; both halves are safe for
// concurrent use through EncodeAll and DecodeAll.
type packer struct {
	enc *zstd.Encoder
	dec *zstd.Decoder
}

func newPacker() (*packer, error) {
	enc, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithLowerEncoderMem(true))
	if err != nil {
		return nil, err
	}
	dec, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxMemory(maxFile))
	if err != nil {
		return nil, err
	}
	return &packer{enc: enc, dec: dec}, nil
}

// blob is one file ready for the database.
type blob struct {
	path, hash string
	size       int
	data       []byte
}

// packAll compresses off the writer's goroutine. The contents that the database
// has already are compressed for nothing; scripts are small.
func (p *packer) packAll(files map[string][]byte) []blob {
	out := make([]blob, 0, len(files))
	for path, content := range files {
		sum := sha256.Sum256(content)
		out = append(out, blob{path: path, hash: hex.EncodeToString(sum[:]), size: len(content), data: p.enc.EncodeAll(content, nil)})
	}
	return out
}

// addFiles links the release to its contents, adding those that are new.
func (t *tx) addFiles(release int64, files []blob) error {
	for _, b := range files {
		var id int64
		found, err := t.Get([]any{&id}, selectBlob, b.hash)
		if err != nil {
			return err
		}
		if !found {
			if id, err = t.Insert(insertBlob, b.hash, b.size, b.data); err != nil {
				return err
			}
		}
		if _, err := t.exec(insertFile, release, b.path, id); err != nil {
			return err
		}
	}
	return nil
}

// releaseFiles reads and unpacks a release's files and checks each against its
// hash: code that is not what somebody released must not run.
func (s *Store) releaseFiles(ctx context.Context, op string, number int) (map[string][]byte, error) {
	rows, err := query(ctx, s, op, func(row scanner) (b blob, err error) {
		return b, row.Scan(&b.path, &b.hash, &b.data)
	}, selectFiles, number)
	if err != nil {
		return nil, err
	}
	files := make(map[string][]byte, len(rows))
	for _, b := range rows {
		content, err := s.packer.dec.DecodeAll(b.data, nil)
		if sum := sha256.Sum256(content); err != nil || hex.EncodeToString(sum[:]) != b.hash {
			return nil, &Error{Op: op, Kind: ErrCorrupt, Err: err,
				Message: fmt.Sprintf("%s of release %d is damaged: use another release, or save the file again to make a new one", b.path, number)}
		}
		files[b.path] = content
	}
	return files, nil
}
