package shelf

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/klauspost/compress/zstd"

	"hotshard/host/document"
)

const packedExt = ".zst"

// Unpack gives the files what was packed for them beforehand, by their hashes. A file for
// which nothing was is packed when the first browser asks for it, less well.
func Unpack(files Files, packed fs.FS) Files {
	all := make(Files, len(files))
	for name, file := range files {
		all[name] = file
		if small, err := fs.ReadFile(packed, file.Sum()+packedExt); err == nil {
			all[name] = file.Packed(small)
		}
	}
	return all
}

// Pack packs files into a folder, as Unpack wants them there: those that are not there yet.
// What is there of files that are no more goes.
func Pack(files Files, folder string) error {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	wanted := map[string]bool{}
	for name, file := range files {
		if !Packs(name) {
			continue
		}
		wanted[file.Sum()+packedExt] = true
		if err := packOne(filepath.Join(folder, file.Sum()+packedExt), file.Body()); err != nil {
			return err
		}
	}
	return sweep(folder, wanted)
}

func packOne(to string, body []byte) error {
	if _, err := os.Stat(to); err == nil {
		return nil
	}
	// A browser has to unpack with what memory it gives for that: a window of 8 MiB.
	z, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedBestCompression), zstd.WithWindowSize(8<<20), zstd.WithEncoderConcurrency(1))
	if err != nil {
		return err
	}
	small := z.EncodeAll(body, nil)
	if !document.Pays(len(small), len(body)) {
		return nil
	}
	return os.WriteFile(to, small, 0o644)
}

func sweep(folder string, wanted map[string]bool) error {
	there, err := os.ReadDir(folder)
	for _, d := range there {
		if strings.HasSuffix(d.Name(), packedExt) && !wanted[d.Name()] {
			if err := os.Remove(filepath.Join(folder, d.Name())); err != nil {
				return err
			}
		}
	}
	return err
}
