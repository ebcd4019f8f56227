package server

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"hotshard/data/store"
	"hotshard/runtime/release"
	"hotshard/runtime/world"
)

// record writes a step of the releases into the audit log.
func (r *releases) record(o release.Outcome) {
	if o.Verdict != release.Apply && o.Verdict != release.Refuse || o.Author == release.Follower && o.Verdict == release.Apply {
		return // what a node follows, the one that it follows has written down
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
