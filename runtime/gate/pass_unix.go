//go:build unix

package gate

import "syscall"

// duplicate is another descriptor of the connection, for another process; false where it
// has ended, or is encrypted.
func (w *writer) duplicate() (fd int, ok bool, err error) {
	w.mu.Lock() // nobody closes the descriptor meanwhile
	defer w.mu.Unlock()
	if w.dead || w.ending || w.fd < 0 {
		return -1, false, nil
	}
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	if fd, err = syscall.Dup(int(w.fd)); err != nil {
		return -1, false, err
	}
	syscall.CloseOnExec(fd)
	return fd, true, nil
}
