package server

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"hotshard/runtime/record"
	"hotshard/runtime/release"
	"hotshard/runtime/script/code"
	"hotshard/runtime/world"
)

// ReplayConfig says what is to be run again.
type ReplayConfig struct {
	Data    string        // the folder of the shard
	What    string        // see OpenRecording
	From    time.Duration // before its end
	Until   world.Tick    // 0: to the end
	Release int           // in the place of those that ran; 0: those
	Patches []string      // "module.function=FILE"
}

// ReplayReport is what came of it.
type ReplayReport struct {
	System    world.Address   `json:"system"`
	Began     time.Time       `json:"began"`
	Ended     time.Time       `json:"ended"`
	First     world.Tick      `json:"first_tick"`
	Last      world.Tick      `json:"last_tick"`
	Ticks     int             `json:"ticks"`
	Images    int             `json:"images"` // that were compared
	Changes   []record.Change `json:"releases,omitempty"`
	Took      float64         `json:"took_s"`
	Times     float64         `json:"times_real_time"`
	Changed   bool            `json:"changed"` // other code ran
	Gap       bool            `json:"gap"`     // what follows a gap was not run
	Same      bool            `json:"same"`
	Parted    *record.Parting `json:"parted,omitempty"`
	Recording record.Meta     `json:"recording"`
}

// Replay runs a recording again and holds it against what was recorded; or, with other code,
// against itself as it was.
func Replay(c ReplayConfig) (*ReplayReport, error) {
	rec, err := OpenRecording(c.Data, c.What)
	if err != nil {
		return nil, err
	}
	setup, err := Rerun(rec)
	if err != nil {
		return nil, err
	}
	span, err := rec.Span()
	if err != nil {
		return nil, err
	}
	o := record.Options{From: span.Until.Add(-c.From), Until: c.Until}
	began := time.Now()
	report := &ReplayReport{System: rec.Meta.System, Recording: rec.Meta}
	if c.Release != 0 || len(c.Patches) > 0 {
		change, cerr := changeOf(rec, c)
		if cerr != nil {
			return nil, cerr
		}
		err = report.compare(rec, setup, o, change)
	} else {
		err = report.again(rec, setup, o)
	}
	report.Took = time.Since(began).Seconds()
	report.Times = report.Ended.Sub(report.Began).Seconds() / max(report.Took, 1e-6)
	report.Same = err == nil && report.Parted == nil
	return report, err
}

func (r *ReplayReport) again(rec *record.Recording, setup record.Setup, o record.Options) error {
	run := rec.NewRun(setup, o)
	defer run.Close()
	if err := run.All(); err != nil {
		return err
	}
	r.Began, r.Ended, r.First, r.Last, r.Ticks, r.Images, r.Gap, r.Parted = run.Began, run.At, run.First, run.Last, run.Ticks, run.Images, run.Gap, run.Parted
	r.Changes = run.Changes
	if run.Parted == nil || len(run.Parted.Differences) == 0 {
		return nil
	}
	o.Watch = true // once more, to know who wrote it
	watched := rec.NewRun(setup, o)
	defer watched.Close()
	if err := watched.All(); err != nil || watched.Parted == nil {
		return err
	}
	r.Parted = watched.Parted
	return nil
}

func (r *ReplayReport) compare(rec *record.Recording, setup record.Setup, o record.Options, change func(*code.Release) (*code.Release, error)) error {
	c, err := rec.Compare(setup, o, change)
	r.Changed = true
	r.Began, r.Ended, r.First, r.Last, r.Ticks, r.Parted = c.Began, c.At, c.First, c.Last, c.Ticks, c.Parted
	return err
}

// changeOf is what runs in the place of each release.
func changeOf(rec *record.Recording, c ReplayConfig) (func(*code.Release) (*code.Release, error), error) {
	base := func(r *code.Release) (*code.Release, error) { return r, nil }
	if c.Release != 0 {
		other, err := rec.Numbered(c.Release)
		if err != nil {
			return nil, err
		}
		base = func(*code.Release) (*code.Release, error) { return other, nil }
	}
	texts := map[string]string{}
	for _, p := range c.Patches {
		function, path, ok := strings.Cut(p, "=")
		if !ok || function == "" || path == "" {
			return nil, fmt.Errorf("--patch is MODULE.FUNCTION=FILE, not %q", p)
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, fmt.Errorf("--patch: %w", err)
		}
		texts[function] = string(text)
	}
	return func(r *code.Release) (*code.Release, error) {
		to, err := base(r)
		if err != nil || len(texts) == 0 {
			return to, err
		}
		var patches []*release.Patch
		for _, function := range slices.Sorted(maps.Keys(texts)) {
			file, _, err := release.FindFunction(to, function)
			if err != nil {
				return nil, err
			}
			patches = append(patches, &release.Patch{Function: function, Path: file.Path, Code: texts[function], Status: release.PatchOpen})
		}
		return release.Overlay(to, patches)
	}, nil
}

// String is the report for people.
func (r *ReplayReport) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s, %s to %s: ticks %d to %d, %d of them run in %.2f s, %.0f times as fast as they were played\n",
		r.System, r.Began.Local().Format("2006-01-02 15:04:05"), r.Ended.Local().Format("15:04:05"), r.First, r.Last, r.Ticks, r.Took, r.Times)
	for _, c := range r.Changes {
		fmt.Fprintf(&b, "release %d (%s) came after tick %d\n", c.Number, c.Hash, c.Tick)
	}
	switch {
	case r.Changed && r.Parted == nil:
		b.WriteString("0 differences\n")
	case r.Parted == nil:
		fmt.Fprintf(&b, "as it was recorded, every tick and %s\n", count(r.Images, "image", "images"))
	default:
		r.parting(&b)
	}
	if r.Gap {
		b.WriteString("the recording goes on behind a gap; --from with less begins there\n")
	}
	return b.String()
}

func (r *ReplayReport) parting(b *strings.Builder) {
	p := r.Parted
	than := "than was recorded"
	if r.Changed {
		than = "than without the change"
	}
	fmt.Fprintf(b, "it comes out differently %s from tick %d on (%s)", than, p.Tick, p.At.Local().Format("15:04:05.000"))
	if len(p.Parts) > 0 {
		fmt.Fprintf(b, ", in %s", strings.Join(p.Parts, ", "))
	}
	b.WriteString("\n")
	if p.ImageTick != 0 && p.ImageTick != p.Tick {
		fmt.Fprintf(b, "at tick %d, where an image was recorded:\n", p.ImageTick)
	}
	for _, d := range p.Differences {
		fmt.Fprintf(b, "  %s\n", d)
	}
	if more := p.All - len(p.Differences); more > 0 {
		fmt.Fprintf(b, "  and %d more\n", more)
	}
}
