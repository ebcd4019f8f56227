package script

// Attempt notes what counts and what is random in the State, and returns what takes it back
// to there. Of what was only tried, a plan or a commit that was refused, nothing is left then:
// a run of the same history that does not try goes the same way.
func (s *State) Attempt() (back func()) {
	chance, _ := s.source.MarshalBinary() // it has no error
	ids, total, shown := s.ids, s.meter.total, s.m.LastShown()
	return func() {
		_ = s.source.UnmarshalBinary(chance) // nor has what it wrote
		s.ids, s.meter.total = ids, total
		s.m.Unshow(shown)
	}
}
