package reload

import "hotshard/runtime/script"

// kept is what reloads keep with a State between them.
type kept struct {
	prepared *codePlan // what Plan has made ready for Commit
	migrated map[string]*beforeImage
	left     map[*script.Module]*leftovers
}

func keptOf(s *script.State) *kept {
	k, _ := s.ReloadState().(*kept)
	if k == nil {
		k = &kept{left: map[*script.Module]*leftovers{}}
		s.SetReloadState(k)
	}
	return k
}

// Advanced drops a plan that nobody commits.
func (k *kept) Advanced() {
	if k.prepared == nil {
		return
	}
	if k.prepared.age++; k.prepared.age > maxPlanAge {
		k.prepared = nil
	}
}

// forget lets go of what was kept for a module that is unloaded.
func (k *kept) forget(m *script.Module, undo *script.Undo) {
	left := k.left[m]
	undo.Add(func() { k.left[m] = left })
	delete(k.left, m)
}
