package release

import (
	"maps"
	"slices"
	"time"

	"hotshard/runtime/script/code"
)

// Standing is how a release stands.
type Standing string

// How releases stand. The journal hears of all, the history of those that were live.
const (
	StandingLive       Standing = "live"
	StandingCanary     Standing = "canary"
	StandingRefused    Standing = "refused"
	StandingRolledBack Standing = "rolled back"
	StandingSuperseded Standing = "superseded" // by a later one
)

// Record is one release that was live.
type Record struct {
	Release *code.Release
	Author  string
	Note    string
	At      time.Time
	Status  Standing
	Outcome Outcome
}

// maxHistory is how many releases stay at hand in memory, and maxRecalled how
// many older ones that were read back; the journal keeps more.
const (
	maxHistory  = 20
	maxRecalled = 8
)

// history is the releases of late, oldest first, and older ones that were read back.
type history struct {
	journal  Journal
	records  []Record
	recalled []*code.Release
}

// add adds the release that is live now to the history.
func (h *history) add(to *code.Release, o Outcome) {
	if n := len(h.records); n > 0 {
		h.shed(h.records[n-1].Release, to)
	}
	for i := range h.records {
		if h.records[i].Status == StandingLive {
			h.records[i].Status = StandingSuperseded
		}
	}
	h.records = append(h.records, Record{Release: to, Author: o.Author, Note: o.Note, At: o.At, Status: StandingLive, Outcome: o})
	if len(h.records) > maxHistory {
		h.records = slices.Delete(h.records, 0, len(h.records)-maxHistory)
	}
}

// markBad notes that a release was rolled back.
func (h *history) markBad(number int, note string) {
	for i := range h.records {
		if h.records[i].Release.Number == number {
			h.records[i].Status = StandingRolledBack
		}
	}
	_ = h.journal.Finish(number, StandingRolledBack, note) // a label of what is gone already
}

// bad are the releases at hand that were rolled back.
func (h *history) bad() (numbers []int) {
	for _, r := range h.records {
		if r.Status == StandingRolledBack {
			numbers = append(numbers, r.Release.Number)
		}
	}
	return numbers
}

// takeBad notes those that other nodes have rolled back.
func (h *history) takeBad(numbers []int) {
	for i := range h.records {
		if slices.Contains(numbers, h.records[i].Release.Number) && h.records[i].Status != StandingLive {
			h.records[i].Status = StandingRolledBack
		}
	}
}

// earlier finds the release that a rollback goes to. The one before is the latest
// that differs from what runs and was not itself rolled back: going back twice
// must not bring back what was bad.
func (h *history) earlier(number int, live *code.Release) *code.Release {
	for i := len(h.records) - 1; i >= 0; i-- {
		r := h.records[i]
		if number != 0 && r.Release.Number == number || number == 0 && r.Release.Hash != live.Hash && r.Status != StandingRolledBack {
			return r.Release
		}
	}
	for _, r := range h.recalled {
		if number != 0 && r.Number == number {
			return r
		}
	}
	return nil
}

// shed leaves of the files that a release replaces only the sources in the history:
// what they were compiled to goes with the last State that runs it.
func (h *history) shed(old, now *code.Release) {
	bare := map[*code.File]*code.File{}
	for path, f := range old.Files {
		if now.Files[path] != f {
			bare[f] = code.NewFile(path, f.Source)
		}
	}
	for i := range h.records {
		r := h.records[i].Release
		if !slices.ContainsFunc(slices.Collect(maps.Values(r.Files)), func(f *code.File) bool { return bare[f] != nil }) {
			continue
		}
		files := maps.Clone(r.Files) // others may be reading the release
		for path, f := range files {
			if b := bare[f]; b != nil {
				files[path] = b
			}
		}
		h.records[i].Release = &code.Release{Number: r.Number, Hash: r.Hash, Files: files}
	}
}

// recall puts an older release at hand.
func (h *history) recall(r *code.Release) {
	h.recalled = append(h.recalled, r)
	if len(h.recalled) > maxRecalled {
		h.recalled = slices.Delete(h.recalled, 0, 1)
	}
}

// replace puts a release in the stead of one that it does not differ from for anybody
// who runs it.
func (h *history) replace(old, now *code.Release) {
	for i := range h.records {
		if h.records[i].Release == old {
			h.records[i].Release = now
		}
	}
}

// before is a release and the one before it, false where they are not both at hand.
func (h *history) before(number int) (it, earlier *code.Release, ok bool) {
	i := slices.IndexFunc(h.records, func(r Record) bool { return r.Release.Number == number })
	if i < 1 {
		return nil, nil, false
	}
	return h.records[i].Release, h.records[i-1].Release, true
}

// origin is the release that brought a function the text that it has now.
func (h *history) origin(function, text string) (Record, bool) {
	var origin Record
	for i := len(h.records) - 1; i >= 0; i-- {
		if _, fn, err := FindFunction(h.records[i].Release, function); err != nil || fn.Text != text {
			break
		}
		origin = h.records[i]
	}
	return origin, origin.Release != nil
}

// Find is a release by its number, nil where it is not at hand.
func (c *Controller) Find(number int) *code.Release {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, k := range c.canaries {
		if k.number == number {
			return k.to
		}
	}
	if number == 0 {
		return nil
	}
	return c.history.earlier(number, c.units.live())
}

// Remember puts an older release, read back from the journal, at hand for a
// rollback.
func (c *Controller) Remember(r *code.Release) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.history.recall(r)
}

// Origin is the release that brought a function its live code, as far back as the
// history goes.
func (c *Controller) Origin(function string) (Record, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	_, live, err := FindFunction(c.units.live(), function)
	if err != nil {
		return Record{}, false
	}
	return c.history.origin(function, live.Text)
}
