package watch

import "github.com/fsnotify/fsnotify"

// source tells of changes in the folders that were added to it.
type source interface {
	Events() <-chan fsnotify.Event
	Errors() <-chan error
	Add(folder string) error
	Remove(folder string) error
	Close() error
}

type inotify struct{ *fsnotify.Watcher }

func openInotify() (source, error) {
	w, err := fsnotify.NewWatcher()
	if err != nil {
		return nil, err
	}
	return inotify{w}, nil
}

func (i inotify) Events() <-chan fsnotify.Event { return i.Watcher.Events }
func (i inotify) Errors() <-chan error          { return i.Watcher.Errors }
