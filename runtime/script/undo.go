package script

// Undo is a log of changes to a State, each with how to take it back. A commit writes
// it, so that a fault half way leaves nothing behind.
type Undo struct{ steps []func() }

// Add notes how to take back what is about to be done, or has just been done.
func (u *Undo) Add(back func()) { u.steps = append(u.steps, back) }

// Back takes everything back, the last change first.
func (u *Undo) Back() {
	for i := len(u.steps) - 1; i >= 0; i-- {
		u.steps[i]()
	}
	u.steps = nil
}
