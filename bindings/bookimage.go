package bindings

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"

	"hotshard/runtime/book"
	"hotshard/runtime/script/image"
)

// The books of a service are Go's memory, and part of its image all the same.

// WriteImage implements script.Keeping.
func (e *env) WriteImage(w *image.Writer) {
	w.Bool(e.market != nil)
	if e.market == nil {
		return
	}
	keys := slices.SortedFunc(maps.Keys(e.market.books), func(a, b bookKey) int {
		return cmp.Or(cmp.Compare(a.region, b.region), cmp.Compare(a.itemType, b.itemType))
	})
	w.Count(len(keys))
	for _, key := range keys {
		b, path := e.market.books[key], fmt.Sprintf("book[%q][%q]", key.region, key.itemType)
		w.Step(path)
		w.Text(key.region)
		w.Text(key.itemType)
		if w.Telling() {
			for o, kept := range b.All() {
				w.Tell(fmt.Sprintf("%s[%d]", path, o.ID), "%+v, %d kept", o, kept)
			}
			w.Step(path)
		}
		w.Part(b.AppendImage)
	}
}

// ReadImage implements script.Keeping.
func (e *env) ReadImage(r *image.Reader) {
	if !r.Bool() {
		return
	}
	e.market = newMarket()
	for range r.Count() {
		key := bookKey{r.Text(), r.Text()}
		data := r.Part()
		if r.Err() != nil {
			return
		}
		if err := e.market.read(key, e.knownRegion(key.region), data); err != nil {
			r.Fail("the book of %s in %s: %v", key.itemType, key.region, err)
			return
		}
	}
}

// knownRegion is a region of the map, nil where there is none of the name.
func (e *env) knownRegion(name string) *book.Region {
	for i := range e.deps.Map.Systems {
		if e.deps.Map.Systems[i].Region == name {
			return e.region(name)
		}
	}
	return nil
}

// read reads a book.
func (m *market) read(key bookKey, region *book.Region, data []byte) error {
	if region == nil {
		return errors.New("there is no such region on the map")
	}
	if m.books[key] != nil {
		return errors.New("it is there twice")
	}
	b, err := book.Thaw(region, data)
	if err != nil {
		return err
	}
	m.books[key] = b
	for o := range b.All() {
		if m.of[o.ID] != nil {
			return fmt.Errorf("order %d stands in another book too", o.ID)
		}
		m.of[o.ID] = b
	}
	return nil
}
