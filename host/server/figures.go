package server

import (
	"bufio"
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"hotshard/data/store"
	"hotshard/runtime/gate"
	"hotshard/runtime/release"
	"hotshard/runtime/system"
	"hotshard/runtime/world"
)

// pauseBuckets are the upper bounds, in seconds, by which pauses are counted.
var pauseBuckets = [...]float64{0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 1}

// reloadFigures counts what became of changes.
type reloadFigures struct {
	outcomes map[release.Verdict]uint64
	pauses   [len(pauseBuckets)]uint64
	sum      float64
	count    uint64
}

func (f *reloadFigures) add(o release.Outcome) {
	if f.outcomes == nil {
		f.outcomes = map[release.Verdict]uint64{}
	}
	f.outcomes[o.Verdict]++
	if o.Verdict != release.Apply {
		return
	}
	s := o.Pause.Seconds()
	f.sum += s
	f.count++
	for i, bound := range pauseBuckets {
		if s <= bound {
			f.pauses[i]++
		}
	}
}

// writeReloads writes the figures in the text format of Prometheus.
func (r *releases) writeReloads(w io.Writer) {
	r.mu.Lock()
	defer r.mu.Unlock()
	family(w, "reload_total", "counter", "Changes of scripts, by what became of them.")
	for _, v := range []release.Verdict{release.Apply, release.Refuse, release.Hold, release.Queue, release.Ignore} {
		fmt.Fprintf(w, "hotshard_reload_total{outcome=%q} %d\n", string(v), r.figures.outcomes[v])
	}
	family(w, "reload_pause_seconds", "histogram", "How long the system that stood still for longest did so, of each change.")
	for i, bound := range pauseBuckets {
		fmt.Fprintf(w, "hotshard_reload_pause_seconds_bucket{le=\"%g\"} %d\n", bound, r.figures.pauses[i])
	}
	fmt.Fprintf(w, "hotshard_reload_pause_seconds_bucket{le=\"+Inf\"} %d\n", r.figures.count)
	fmt.Fprintf(w, "hotshard_reload_pause_seconds_sum %g\nhotshard_reload_pause_seconds_count %d\n", r.figures.sum, r.figures.count)
}

func family(w io.Writer, name, kind, help string) {
	fmt.Fprintf(w, "# HELP hotshard_%s %s\n# TYPE hotshard_%s %s\n", name, help, name, kind)
}

// figuresPatience bounds how long a scrape waits for the systems.
const figuresPatience = 2 * time.Second

// WriteFigures writes the shard's figures in the text format of Prometheus 0.0.4.
func (s *Server) WriteFigures(ctx context.Context, out io.Writer) error {
	w := bufio.NewWriter(out)
	s.releases.writeReloads(w)
	st := s.releases.controller.Status()
	m := s.Metrics()
	for _, g := range []struct {
		name, kind, help string
		value            float64
	}{
		{"release", "gauge", "The release that runs, canaries aside.", float64(st.Release)},
		{"canary_release", "gauge", "The release that runs on some systems only, 0 for none.", float64(st.Canary)},
		{"live_patches", "gauge", "Open patches.", float64(st.Patches)},
		{"queued_files", "gauge", "Saved files that wait for promote.", float64(st.Queued)},
		{"old_frames", "gauge", "Suspended tasks that finish in code of an earlier release.", float64(s.oldFrames(ctx))},
		{"uptime_seconds", "gauge", "Since the start.", m.Uptime},
		{"players", "gauge", "Characters in the game.", float64(m.Players)},
		{"systems_running", "gauge", "Systems and services that are loaded.", float64(m.Running)},
		{"systems_awake", "gauge", "Those of them that tick.", float64(m.Awake)},
		{"late_ticks_total", "counter", "Ticks that began late.", float64(m.Late)},
		{"crashes_total", "counter", "Systems that were brought back after a panic.", float64(m.Crashes)},
		{"script_errors_total", "counter", "Errors in scripts.", float64(m.Faults)},
		{"cpu_seconds_total", "counter", "Processor time of the process.", m.CPU},
		{"resident_bytes", "gauge", "Memory of the process.", float64(m.RSS)},
		{"heap_bytes", "gauge", "Memory that Go has allocated.", float64(m.Heap)},
		{"goroutines", "gauge", "Goroutines.", float64(m.Goroutines)},
	} {
		family(w, g.name, g.kind, g.help)
		fmt.Fprintf(w, "hotshard_%s %v\n", g.name, g.value)
	}
	s.health.write(w)
	s.books.write(w)
	writeDoor(w, m.Gate, s.gate.Waiting())
	s.faults.write(w)
	return w.Flush()
}

// writeDoor writes how it stands at the door.
func writeDoor(w io.Writer, st gate.Stats, waiting int) {
	for _, g := range []struct {
		name, kind, help string
		value            uint64
	}{
		{"sockets", "gauge", "Open connections of players.", uint64(st.Sockets)},
		{"sockets_unsigned", "gauge", "Of these, nobody has signed in on.", uint64(st.Pending)},
		{"signins_waiting", "gauge", "Passwords that wait to be checked.", uint64(waiting)},
		{"sockets_crowded_total", "counter", "Connections closed because too many of a network had nobody signed in.", st.Crowded},
		{"wrong_passwords_total", "counter", "Logins with a wrong name or password.", st.Guesses},
		{"signins_limited_total", "counter", "Attempts to sign in or register refused for their number.", st.Limited},
	} {
		family(w, g.name, g.kind, g.help)
		fmt.Fprintf(w, "hotshard_%s %d\n", g.name, g.value)
	}
}

// oldFrames counts the stragglers of the systems that answer in time.
func (s *Server) oldFrames(ctx context.Context) int64 {
	ctx, cancel := context.WithTimeout(ctx, figuresPatience)
	defer cancel()
	var n atomic.Int64
	_ = s.universe.Between(ctx, s.universe.Actors(), func(sys *system.System) { // who does not answer is not counted
		if sys.State() != nil {
			n.Add(int64(len(sys.State().Stragglers())))
		}
	})
	return n.Load()
}

// write lists the errors by function and release.
func (f *faults) write(w io.Writer) {
	type key struct {
		function string
		release  int
	}
	sums := map[key]int{}
	f.mu.Lock()
	for _, g := range f.groups {
		sums[key{g.Function, g.Release}] += g.Count
	}
	f.mu.Unlock()
	keys := make([]key, 0, len(sums))
	for k := range sums {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b key) int {
		return cmp.Or(cmp.Compare(a.function, b.function), cmp.Compare(a.release, b.release))
	})
	family(w, "function_errors_total", "counter", "Errors in scripts, by function and release.")
	for _, k := range keys {
		fmt.Fprintf(w, "hotshard_function_errors_total{function=\"%s\",release=\"%d\"} %d\n", label(k.function), k.release, sums[k])
	}
}

// label escapes a value as the text format wants it.
var label = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace

// record writes a step of the releases into the audit log.
func (r *releases) record(o release.Outcome) {
	if o.Verdict != release.Apply && o.Verdict != release.Refuse {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), journalTimeout)
	defer cancel()
	e := store.AuditEntry{At: o.At, Who: cmp.Or(o.Author, "disk"), From: "release", Kind: "code", Command: strings.TrimSpace("release " + firstLine(o.Note)),
		Outcome: o.String(), Detail: auditDetail(o)}
	if o.Verdict == release.Apply && o.Message != "" {
		e.Outcome = o.Message // a rollback by itself: the traceback is why
	}
	if _, err := r.s.store.Audit(ctx, e); err != nil {
		r.s.log.Error("the audit log could not be written", "error", err)
	}
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}

// maxNamed bounds how many functions an audit entry names; it counts all.
const maxNamed = 500

func auditDetail(o release.Outcome) map[string]world.Value {
	files := map[string]world.Value{}
	for _, path := range o.Files {
		files[path] = o.Hashes[path]
	}
	functions := map[string][]world.Value{"changed": {}, "new": {}, "deleted": {}}
	for _, c := range o.Changes[:min(len(o.Changes), maxNamed)] {
		functions[c.Change] = append(functions[c.Change], c.Name)
	}
	warnings := make([]world.Value, len(o.Warnings))
	for i, w := range o.Warnings {
		warnings[i] = w.String()
	}
	d := map[string]world.Value{
		"verdict": string(o.Verdict), "release": float64(o.Release), "files": files, "warnings": warnings,
		"changed": functions["changed"], "added": functions["new"], "removed": functions["deleted"],
		"values": wordList(o.Report.Values), "state_kept": float64(o.Report.Kept), "state_taken": float64(o.Report.Taken), "old_frames": float64(o.Frames),
		"systems": float64(o.Units), "pause_ms": millis(o.Pause), "took_ms": millis(o.Took),
	}
	if o.Code != "" {
		d["code"] = o.Code
	}
	if o.Canary != nil {
		d["canary"] = strings.Join(o.Canary, " ")
	}
	return d
}

func millis(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// drift lists the files whose content on disk is not what runs, and why.
func (s *Server) drift() []string {
	files, held := s.watcher.Disk()
	var out []string
	for _, d := range s.releases.controller.Drift(files) {
		if held[d.Path] == "" {
			out = append(out, d.Path+" "+d.Why)
		}
	}
	for path, why := range held {
		out = append(out, path+" held: "+why)
	}
	slices.Sort(out)
	return out
}
