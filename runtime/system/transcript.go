package system

// Transcript tells what an image of the system would hold: under which path each plain value
// stands, as a text.
func (s *System) Transcript(tell func(path, text string)) error {
	if s.scripts.state == nil {
		return ErrNotRunning
	}
	return s.scripts.state.Transcript(s.write, tell)
}
