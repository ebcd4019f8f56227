package script

import (
	"cmp"
	"maps"
	"slices"

	"hotshard/runtime/script/image"
)

// writeFailing writes which functions fail, and which are set aside for it.
func (c *codec) writeFailing(w *image.Writer) {
	keys := slices.SortedFunc(maps.Keys(c.s.failing), func(a, b failure) int {
		return cmp.Or(cmp.Compare(a.function, b.function), cmp.Compare(a.player, b.player))
	})
	for _, key := range keys {
		f := c.s.failing[key]
		w.Count(restFailing)
		writeTexts(w, []string{key.function, key.player, f.message, f.hash})
		w.Uint(uint64(f.fails))
		w.Uint(uint64(f.spent))
		w.Uint(uint64(f.barred))
		w.Bool(f.shut)
		w.Float(f.since)
		w.Uint(f.skipped)
		w.Rest()
	}
}

func (c *codec) readFailing(r *image.Reader) {
	texts := readTexts(r)
	if len(texts) != 4 || len(c.s.failing) >= mostFailing {
		r.Fail("failures of nothing")
		return
	}
	f := c.s.failingOf(failure{texts[0], texts[1]})
	f.message, f.hash = texts[2], texts[3]
	f.fails, f.spent, f.barred = r.Small(maxFailures), r.Small(maxFailures), r.Small(maxFailures)
	f.shut, f.since, f.skipped = r.Bool(), r.Float(), r.Uint()
}

// maxFailures bounds what an image may say of one function.
const maxFailures = 1 << 40
