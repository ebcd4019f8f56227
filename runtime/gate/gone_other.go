//go:build !unix

package gate

// gone is known only of connections that we have closed.
func (w *writer) gone() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.dead || w.ending
}
