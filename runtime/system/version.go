package system

// SenderRelease is the release that the sender of the message being delivered ran
// when it was sent, 0 where none is or it does not say. A task that has waited is
// past the delivery.
func (s *System) SenderRelease() int {
	switch m := s.current.(type) {
	case Event:
		return m.Release
	case Call:
		return m.Release
	}
	return 0
}
