package watch

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
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

// watchFolder listens to a folder. Adding one twice is harmless and is done on
// every scan, because a folder that was moved away and back has lost its watch.
func (w *Watcher) watchFolder(folder string) {
	if w.source == nil {
		return
	}
	err := w.source.Add(folder)
	switch {
	case err == nil:
		w.watched[folder] = true
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, fs.ErrPermission):
		// gone again, or closed to us: its parent tells when that changes
	default:
		w.fallBack(fmt.Sprintf("%s cannot be watched: %v", folder, err))
	}
}

// unwatch stops listening to folders that are not wanted any more.
func (w *Watcher) unwatch(wanted map[string]bool) {
	for folder := range w.watched {
		if !wanted[folder] {
			delete(w.watched, folder)
			if w.source != nil {
				_ = w.source.Remove(folder) // mostly the kernel has done it already
			}
		}
	}
}
