package watch

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"syscall"
	"unicode/utf8"
)

const (
	maxFile  = 4 << 20 // bytes; a script beyond that is data in the wrong place
	maxDepth = 64      // folders below the root
	maxLinks = 64      // symbolic links on the way to the root
)

// tree reads the scripts below a root, through symbolic links: the root, a
// folder in it and a file in it may each be one.
type tree struct {
	root string // as configured, absolute
	real string // where that leads now

	// As of the last walk. Watched paths are real ones, free of links, because
	// inotify knows inodes: one folder reached by two names is watched once.
	folders map[string][]string // real folder -> its paths below the root
	targets map[string][]string // real file a linked script leads to -> its paths
	turns   map[string]bool     // links and the root: one of them replaced means a walk
}

func newTree(root string) *tree { return &tree{root: root} }

// listing is what a walk found. Paths are relative to the root, with slashes.
type listing struct {
	files   []string
	blocked map[string]string // folders that could not be read -> why
}

// blocks says whether a path lies in a folder that could not be read.
func (l *listing) blocks(p string) bool {
	if l.blocked["."] != "" {
		return true
	}
	for dir := path.Dir(p); dir != "."; dir = path.Dir(dir) {
		if l.blocked[dir] != "" {
			return true
		}
	}
	return false
}

// resolve finds where the root leads now, and what would lead it elsewhere: if
// it leads nowhere, that is what is missing.
func (t *tree) resolve() error {
	turns := map[string]bool{}
	t.turns = turns
	real, err := follow(t.root, turns)
	if err != nil {
		return err
	}
	turns[real] = true
	info, err := os.Stat(real)
	if err != nil {
		return err
	}
	if !info.IsDir() {
		return fmt.Errorf("%s is not a folder", t.root)
	}
	t.real = real
	return nil
}

// follow resolves a path link by link and notes each link it passes, and the
// place where it gets no further.
func follow(p string, passed map[string]bool) (string, error) {
	current, rest, links := "/", strings.Split(p, "/"), 0
	for len(rest) > 0 {
		name := rest[0]
		rest = rest[1:]
		switch name {
		case "", ".":
			continue
		case "..":
			current = filepath.Dir(current)
			continue
		}
		next := filepath.Join(current, name)
		info, err := os.Lstat(next)
		if err != nil {
			passed[next] = true
			return "", err
		}
		if info.Mode()&fs.ModeSymlink == 0 {
			current = next
			continue
		}
		if links++; links > maxLinks {
			return "", fmt.Errorf("%s: more than %d symbolic links", p, maxLinks)
		}
		passed[next] = true
		target, err := os.Readlink(next)
		if err != nil {
			return "", err
		}
		if filepath.IsAbs(target) {
			current = "/"
		}
		rest = append(strings.Split(target, "/"), rest...)
	}
	return current, nil
}

// walk lists the scripts. enter is called with each real folder that has to be
// watched, before the folder is read, so that nothing can change unseen between
// the two.
func (t *tree) walk(enter func(folder string)) *listing {
	list := &listing{blocked: map[string]string{}}
	t.folders, t.targets = map[string][]string{}, map[string][]string{}
	err := t.resolve()
	for turn := range t.turns {
		enter(filepath.Dir(turn))
	}
	if err != nil {
		list.blocked["."] = plain(err)
		return list
	}
	t.visit(list, enter, ".", t.real, nil)
	return list
}

// visit lists one folder. above are the real folders on the way to it: a link
// back to one of them would never end.
func (t *tree) visit(list *listing, enter func(string), rel, real string, above []string) {
	for _, a := range above {
		if a == real {
			return
		}
	}
	if len(above) >= maxDepth {
		list.blocked[rel] = fmt.Sprintf("more than %d folders deep", maxDepth)
		return
	}
	enter(real)
	t.folders[real] = append(t.folders[real], rel)
	entries, err := os.ReadDir(real)
	if errors.Is(err, fs.ErrNotExist) && rel != "." {
		return // went away under our feet: the next event tells
	}
	if err != nil {
		list.blocked[rel] = plain(err)
		return
	}
	above = append(above[:len(above):len(above)], real)
	for _, e := range entries {
		name, p := e.Name(), path.Join(rel, e.Name())
		folder, target := e.IsDir(), filepath.Join(real, name)
		if e.Type()&fs.ModeSymlink != 0 {
			folder, target = t.link(enter, p, target)
		}
		switch {
		case folder && isFolder(name):
			t.visit(list, enter, p, target, above)
		case !folder && target != "" && isScript(name):
			list.files = append(list.files, p)
		}
	}
}

// link looks where a link in the tree leads. It returns "" for a dangling one.
func (t *tree) link(enter func(string), p, at string) (folder bool, target string) {
	target, err := follow(at, map[string]bool{})
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return false, ""
		}
		return false, at // reading it will say what is wrong
	}
	info, err := os.Stat(target)
	if err != nil {
		return false, at
	}
	if info.IsDir() {
		t.turns[at] = true
		return true, target
	}
	if isScriptPath(p) {
		t.targets[target] = append(t.targets[target], p)
		enter(filepath.Dir(target))
	}
	return false, target
}

// read returns what stands under a path now, and its bytes if that is a text.
func (t *tree) read(p string) (state, []byte) {
	// O_NONBLOCK: opening a pipe that somebody named x.lua must not hang.
	f, err := os.OpenFile(filepath.Join(t.real, filepath.FromSlash(p)), os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) {
		return state{}, nil
	}
	if err != nil {
		return failed(plain(err)), nil
	}
	defer f.Close()
	info, err := f.Stat()
	switch {
	case err != nil:
		return failed(plain(err)), nil
	case info.IsDir():
		return state{}, nil
	case !info.Mode().IsRegular():
		return failed("it is not a regular file"), nil
	}
	content, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	switch {
	case err != nil:
		return failed(plain(err)), nil
	case len(content) == 0:
		return state{kind: empty}, nil
	case len(content) > maxFile:
		return failed(fmt.Sprintf("it is larger than %d MiB", maxFile>>20)), nil
	}
	if why := notText(content); why != "" {
		return failed(why), nil
	}
	return state{kind: text, sum: sha256.Sum256(content)}, content
}

func failed(why string) state { return state{kind: unreadable, detail: why} }

// notText says what keeps the bytes from being a text, or "".
func notText(content []byte) string {
	bad := bytes.IndexByte(content, 0)
	what := "a zero byte"
	if bad < 0 {
		if utf8.Valid(content) {
			return ""
		}
		what = "bytes that are not UTF-8"
		for bad = 0; ; {
			r, n := utf8.DecodeRune(content[bad:])
			if r == utf8.RuneError && n <= 1 {
				break
			}
			bad += n
		}
	}
	return fmt.Sprintf("line %d has %s: it is not a text", 1+bytes.Count(content[:bad], []byte("\n")), what)
}

// plain is an error without the path, which stands beside it anyway.
func plain(err error) string {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return pe.Err.Error()
	}
	return err.Error()
}
