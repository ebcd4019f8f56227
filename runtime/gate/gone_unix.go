//go:build unix

package gate

import "syscall"

// gone says whether the other side has closed the connection, as far as can be seen
// without reading what it has sent.
func (w *writer) gone() bool {
	w.mu.Lock() // nobody closes the descriptor meanwhile
	defer w.mu.Unlock()
	if w.dead || w.ending {
		return true
	}
	if w.fd < 0 {
		return false
	}
	n, _, err := syscall.Recvfrom(int(w.fd), make([]byte, 1), syscall.MSG_PEEK|syscall.MSG_DONTWAIT)
	return n == 0 && err == nil
}
