package image

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
)

// Format is the number of this way of writing. An image of another one is refused.
const Format = 4

// magic begins every image.
const magic = "hsimage"

// Header is what an image says of itself.
type Header struct {
	Name    string // of the system or service
	Release int    // that it was made on
	Hash    string // of that release's files
	Program string // what its State was started to run
}

const sumBytes = 16

// textBytes bounds the texts of a header.
const textBytes = 4096

// Begin is an image without contents, which are to be appended, about so many bytes of
// them, before it is sealed.
func Begin(h Header, room int) []byte {
	out := make([]byte, 0, len(magic)+1+sumBytes+len(h.Name)+len(h.Hash)+len(h.Program)+20+room)
	out = append(append(out, magic...), Format)
	out = append(out, make([]byte, sumBytes)...)
	for _, text := range []string{h.Name, h.Hash, h.Program} {
		out = binary.AppendUvarint(out, uint64(len(text)))
		out = append(out, text...)
	}
	return binary.AppendUvarint(out, uint64(h.Release))
}

// Seal completes an image that Begin has begun.
func Seal(image []byte) []byte {
	copy(image[len(magic)+1:], sum(image))
	return image
}

// sum is over all that follows it.
func sum(image []byte) []byte {
	s := sha256.Sum256(image[len(magic)+1+sumBytes:])
	return s[:sumBytes]
}

// Open reads the header of an image, and says where the rest begins. Bytes that are not
// as they were written are an error.
func Open(data []byte) (h Header, from int, err error) {
	from = len(magic) + 1 + sumBytes
	switch {
	case len(data) < from || string(data[:len(magic)]) != magic:
		return h, 0, errors.New("image: no image")
	case data[len(magic)] != Format:
		return h, 0, fmt.Errorf("image: of format %d, and this build reads %d", data[len(magic)], Format)
	case !bytes.Equal(data[len(magic)+1:from], sum(data)):
		return h, 0, errors.New("image: its bytes are not those that were written; it was cut short or changed")
	}
	for _, text := range []*string{&h.Name, &h.Hash, &h.Program} {
		n, size := binary.Uvarint(data[from:])
		if size <= 0 || n > textBytes || n > uint64(len(data)-from-size) {
			return h, 0, fmt.Errorf("image: at byte %d: no text", from)
		}
		from += size
		*text = string(data[from : from+int(n)])
		from += int(n)
	}
	n, size := binary.Uvarint(data[from:])
	if size <= 0 || n > 1<<31 {
		return h, 0, fmt.Errorf("image: at byte %d: no release", from)
	}
	h.Release = int(n)
	return h, from + size, nil
}
