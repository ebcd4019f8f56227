package shelf

import (
	"bytes"
	"cmp"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"errors"
	"path"
	"regexp"
	"slices"

	"hotshard/host/document"
)

// Manifest is what a page may need: every file by name, with its hash and its size, those
// first that it begins with.
type Manifest struct {
	Shard string  `json:"shard"`
	Files []Entry `json:"files"`
}

// Entry is one file.
type Entry struct {
	Name string `json:"name"`
	Sum  string `json:"sha256"`
	Size int    `json:"size"`
}

// seal is the second line of a signed manifest; the first is what is signed.
type seal struct {
	Key       []byte `json:"key"`
	Signature []byte `json:"signature"`
}

// List makes the manifest of files, with those of the page of that name first.
func List(shard, page string, files Files) Manifest {
	first := files.first(page)
	m := Manifest{Shard: shard, Files: make([]Entry, 0, len(files))}
	for name, file := range files {
		m.Files = append(m.Files, Entry{name, file.Sum(), file.Len()})
	}
	slices.SortFunc(m.Files, func(a, b Entry) int {
		return cmp.Or(cmp.Compare(rank(first, a.Name), rank(first, b.Name)), cmp.Compare(a.Name, b.Name))
	})
	return m
}

// rank is where in a list a name is: at its end where it is not.
func rank(list []string, name string) int {
	if i := slices.Index(list, name); i >= 0 {
		return i
	}
	return len(list)
}

var named = regexp.MustCompile(`(?:href|src)="([^"?]+)\?` + document.Sum + `=`)

// First are the files with which a page begins, the page itself before all.
func (f Files) first(page string) []string {
	list := []string{page}
	if f[page] == nil {
		return nil
	}
	for _, found := range named.FindAllSubmatch(f[page].Body(), -1) {
		if name := string(found[1]); !slices.Contains(list, name) {
			list = append(list, name)
		}
	}
	return list
}

// Sign writes a manifest as it is served: one line of JSON, and one with the key and its
// signature of the first. The same files and the same key are the same bytes.
func (k *Key) Sign(m Manifest) ([]byte, error) {
	line, err := json.Marshal(m)
	if err != nil {
		return nil, err
	}
	under, err := json.Marshal(seal{k.public(), ed25519.Sign(k.private, line)})
	if err != nil {
		return nil, err
	}
	return slices.Concat(line, []byte("\n"), under, []byte("\n")), nil
}

// Open reads a signed manifest, and says whose key has signed it, as it is shown to people.
func Open(signed []byte) (m Manifest, key string, err error) {
	line, under, _ := bytes.Cut(signed, []byte("\n"))
	var s seal
	if err := json.Unmarshal(under, &s); err != nil {
		return m, "", err
	}
	if len(s.Key) != ed25519.PublicKeySize || !ed25519.Verify(s.Key, line, s.Signature) {
		return m, "", errors.New("the manifest's signature is not good")
	}
	return m, base64.StdEncoding.EncodeToString(s.Key), json.Unmarshal(line, &m)
}

// Kind is the media type of a signed manifest.
const Kind = "application/x-ndjson"

// Packs says whether a file is worth packing by its name: fonts and pictures are packed by
// themselves.
func Packs(name string) bool {
	return !slices.Contains([]string{".woff2", ".webp", ".png", ".jpg"}, path.Ext(name))
}
