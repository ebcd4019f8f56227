package watch

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
)

// openSource starts to listen for events, or says why we poll instead.
func (w *Watcher) openSource() {
	if w.cfg.Mode == Poll {
		w.reason = "configured"
		return
	}
	if w.cfg.Mode == Auto {
		if why := silent(w.tree.real); why != "" {
			w.fallBack(why)
			return
		}
	}
	src, err := w.cfg.open()
	if err != nil {
		w.fallBack("inotify cannot be had: " + err.Error())
		return
	}
	w.source, w.mode = src, Inotify
}

// fallBack goes over to polling, for good.
func (w *Watcher) fallBack(why string) {
	w.closeSource()
	w.mode, w.reason = Poll, why
	w.cfg.Log.Warn("watch: polling instead of inotify", "root", w.tree.root, "every", w.cfg.Poll, "why", why)
}

func (w *Watcher) closeSource() {
	if w.source != nil {
		_ = w.source.Close() // the watches end with it whatever it says
		w.source = nil
	}
}

// distrust goes over to polling when the root has come to lie on a file system
// that sends no events.
func (w *Watcher) distrust() {
	if w.source == nil || w.cfg.Mode != Auto {
		return
	}
	if why := silent(w.tree.real); why != "" {
		w.fallBack(why)
	}
}

// backstop judges the last periodic scan by the one before: what that found and
// no event has told of since, was missed.
func (w *Watcher) backstop() {
	if w.source == nil {
		return
	}
	if len(w.unheard) == 0 {
		w.missed = 0
		return
	}
	paths := slices.Sorted(maps.Keys(w.unheard))
	clear(w.unheard)
	w.missed++
	w.cfg.Log.Warn("watch: a change came without an event", "path", paths[0], "files", len(paths))
	if w.missed >= missedMost && w.cfg.Mode == Auto {
		w.fallBack(fmt.Sprintf("the file system sends no events (%s changed unheard)", paths[0]))
	}
}

// walk lists the tree and listens to its folders, and says whether those are
// others than before.
func (w *Watcher) walk() (list *listing, moved bool) {
	moved = w.unwatch(func(folder string) bool {
		info, err := os.Stat(folder)
		return err == nil && os.SameFile(info, w.watched[folder])
	})
	wanted := map[string]bool{}
	list = w.tree.walk(func(folder string) {
		if !wanted[folder] {
			wanted[folder] = true
			moved = w.watchFolder(folder) || moved
		}
	})
	return list, w.unwatch(func(folder string) bool { return wanted[folder] }) || moved
}

// watchFolder listens to a folder, and says whether it is a new one. Adding one
// twice is harmless and is done on every scan, because the kernel forgets a
// folder that was moved, even when it was moved back.
func (w *Watcher) watchFolder(folder string) bool {
	if w.source == nil {
		return false
	}
	info, err := os.Stat(folder)
	if err == nil {
		err = w.source.Add(folder)
	}
	switch {
	case err == nil:
		known := w.watched[folder] != nil
		w.watched[folder] = info
		return !known
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, fs.ErrPermission):
		// gone again, or closed to us: its parent tells when that changes
	default:
		w.fallBack(fmt.Sprintf("%s cannot be watched: %v", folder, err))
	}
	return false
}

// unwatch stops listening to the folders not to keep, and says whether there
// were any. A folder that moved away must go before it is added under its new
// name: fsnotify knows it by its inode and would go on using the old name.
func (w *Watcher) unwatch(keep func(folder string) bool) bool {
	dropped := false
	for folder := range w.watched {
		if keep(folder) {
			continue
		}
		dropped = true
		delete(w.watched, folder)
		if w.source != nil {
			_ = w.source.Remove(folder) // mostly the kernel has done it already
		}
	}
	return dropped
}
