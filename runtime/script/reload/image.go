package reload

import (
	"cmp"
	"maps"
	"slices"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script"
	"hotshard/runtime/script/image"
)

// Thaw makes a State of an image, with what reloads keep: see script.Thaw.
func Thaw(o script.Options, data []byte, more func(*script.State, *image.Reader)) (*script.State, error) {
	return script.Thaw(o, data, func() script.ReloadState { return &kept{left: map[*script.Module]*leftovers{}} }, more)
}

// Empty says whether Write has nothing to write.
func (k *kept) Empty(s *script.State) bool {
	return len(k.migrated) == 0 && !slices.ContainsFunc(s.Loaded(), func(m *script.Module) bool { return k.left[m] != nil })
}

// Write writes what migrations have replaced and what files no longer have. A plan that
// waits for its commit is not part of it: who commits plans again.
func (k *kept) Write(s *script.State, w *image.Writer) {
	w.Count(len(k.migrated))
	for _, name := range sorted(k.migrated) {
		w.Text(name)
		w.Step(name + " (before its migration)")
		k.migrated[name].write(w)
	}
	for i, m := range s.Loaded() {
		if left := k.left[m]; left != nil {
			w.Count(i + 1)
			w.Step(m.Name + " (of before)")
			left.write(w)
		}
	}
	w.Count(0)
}

// Read is the reverse.
func (k *kept) Read(s *script.State, r *image.Reader) {
	for range r.Count() {
		if k.migrated == nil {
			k.migrated = map[string]*beforeImage{}
		}
		name := r.Text()
		k.migrated[name] = readBefore(r)
	}
	for n := r.Small(len(s.Loaded())); n > 0; n = r.Small(len(s.Loaded())) {
		k.left[s.Loaded()[n-1]] = readLeftovers(r)
	}
}

// WriteRest writes of which live table each copy was made.
func (k *kept) WriteRest(w *image.Writer) {
	for _, name := range sorted(k.migrated) {
		var pairs [][2]uint64
		for live, of := range k.migrated[name].copies {
			if w.Has(live) && w.Has(of) {
				pairs = append(pairs, [2]uint64{w.Number(live), w.Number(of)})
			}
		}
		slices.SortFunc(pairs, func(a, b [2]uint64) int { return cmp.Compare(a[0], b[0]) })
		w.Count(len(pairs))
		for _, p := range pairs {
			w.Uint(p[0])
			w.Uint(p[1])
		}
	}
}

// ReadRest is the reverse.
func (k *kept) ReadRest(r *image.Reader) {
	for _, name := range sorted(k.migrated) {
		for range r.Count() {
			live, of := image.Numbered[*lua.LTable](r), image.Numbered[*lua.LTable](r)
			k.migrated[name].copies[live] = of
		}
	}
}

func (b *beforeImage) write(w *image.Writer) {
	w.Text(b.initial)
	w.Value(b.before)
	w.Value(b.after)
	w.Bool(b.down != nil)
	if b.down != nil {
		w.Value(b.down)
	}
}

func readBefore(r *image.Reader) *beforeImage {
	b := &beforeImage{initial: r.Text(), before: r.Value(), after: r.Value(), copies: map[*lua.LTable]*lua.LTable{}}
	if r.Bool() {
		b.down = r.Function()
	}
	return b
}

func (l *leftovers) write(w *image.Writer) {
	w.Count(len(l.orphans))
	for _, name := range sorted(l.orphans) {
		w.Text(name)
		w.Object(l.orphans[name].v)
		w.Count(l.orphans[name].gone)
	}
	w.Count(len(l.graveyard))
	for _, name := range sorted(l.graveyard) {
		w.Text(name)
		w.Object(l.graveyard[name].f)
		w.Count(l.graveyard[name].gone)
	}
}

func readLeftovers(r *image.Reader) *leftovers {
	l := &leftovers{orphans: map[string]orphan{}, graveyard: map[string]grave{}}
	for range r.Count() {
		name := r.Text()
		l.orphans[name] = orphan{image.Needed[script.Variable](r), r.Small(keepGone)}
	}
	for range r.Count() {
		name := r.Text()
		l.graveyard[name] = grave{image.Needed[script.Function](r), r.Small(keepGone)}
	}
	return l
}

func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
