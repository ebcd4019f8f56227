//go:build !unix

package gate

// duplicate is false: nothing can be passed on here.
func (w *writer) duplicate() (fd int, ok bool, err error) { return -1, false, nil }
