// Package conform runs the reload conformance suite: cases written in Markdown
// that say what is on disk, what is live, what is saved and what must be true
// afterwards.
package conform

import (
	"bufio"
	"fmt"
	"io"
	"regexp"
	"strings"
)

// Case is one `### ID title` section.
type Case struct {
	ID, Title string
	Old       map[string]string            // by file: on disk at the start
	New       map[string]map[string]string // by version ("", "2"), then by file
	Chunks    map[string]string            // "live", "live2", "check", "call"
	Order     []string                     // of Old
	Actions   []string
	Outcomes  []Expected
	Requires  string // a case without code: what a test of its own must show
	Line      int
}

// Expected is one step's outcome as the suite writes it.
type Expected struct {
	Verdict, Code, Subject string
	Warnings               []string // "W-ARITY m.f"
}

var (
	heading = regexp.MustCompile(`^###\s+(\S+)\s*(.*)$`)
	parens  = regexp.MustCompile(`\([^()]*\)`)
	verbs   = regexp.MustCompile(`^(save(@\S+)?|restore|delete|touch|lua|emit|ticks|wait|in-call|patch)\b`)
)

// Parse reads the cases of a file. Errors name the line.
func Parse(r io.Reader) ([]*Case, error) {
	var cases []*Case
	var cur *Case
	sc := bufio.NewScanner(r)
	sc.Buffer(make([]byte, 0, 64<<10), 16<<20)
	line := 0
	var fence []string
	var info string
	inFence := false
	for sc.Scan() {
		line++
		text := sc.Text()
		switch {
		case inFence && strings.TrimSpace(text) == "```":
			inFence = false
			if cur != nil {
				if err := cur.fence(info, strings.Join(fence, "\n")); err != nil {
					return nil, fmt.Errorf("line %d: %s: %w", line, cur.ID, err)
				}
			}
		case inFence:
			fence = append(fence, text)
		case strings.HasPrefix(text, "```"):
			inFence, info, fence = true, strings.TrimSpace(text[3:]), nil
		default:
			if m := heading.FindStringSubmatch(text); m != nil {
				cur = &Case{ID: m[1], Title: m[2], Old: map[string]string{}, New: map[string]map[string]string{}, Chunks: map[string]string{}, Line: line}
				cases = append(cases, cur)
			} else if cur != nil {
				cur.field(text)
			}
		}
	}
	if inFence {
		return nil, fmt.Errorf("line %d: a fence is not closed", line)
	}
	return cases, sc.Err()
}

func (c *Case) fence(info, body string) error {
	words := strings.Fields(info)
	if len(words) < 2 || words[0] != "lua" {
		return nil
	}
	switch kind := words[1]; {
	case (kind == "old" || strings.HasPrefix(kind, "new")) && len(words) != 3:
		return fmt.Errorf("the fence %q names no file", info)
	case kind == "old":
		c.Old[words[2]] = body
		c.Order = append(c.Order, words[2])
	case strings.HasPrefix(kind, "new"):
		version := kind[3:]
		if c.New[version] == nil {
			c.New[version] = map[string]string{}
		}
		c.New[version][words[2]] = body
	default:
		c.Chunks[kind] = body
	}
	return nil
}

func (c *Case) field(text string) {
	key, value, ok := strings.Cut(text, ":")
	if !ok {
		return
	}
	value = strings.TrimSpace(value)
	switch key {
	case "action":
		c.Actions = splitActions(value)
	case "outcome":
		c.Outcomes = parseOutcomes(value)
	case "expected":
		c.Requires = value
	}
}

// splitActions cuts at semicolons, but not inside the code of a patch: a step
// begins with a known word.
func splitActions(s string) []string {
	var out []string
	for _, part := range strings.Split(s, ";") {
		trimmed := strings.TrimSpace(part)
		if n := len(out); n > 0 && !verbs.MatchString(trimmed) {
			out[n-1] += ";" + part
			continue
		}
		out = append(out, trimmed)
	}
	return out
}

func parseOutcomes(s string) []Expected {
	for parens.MatchString(s) {
		s = parens.ReplaceAllString(s, "")
	}
	var out []Expected
	for _, part := range strings.Split(s, ";") {
		var e Expected
		for i, piece := range strings.Split(part, " + ") {
			words := strings.Fields(piece)
			if len(words) == 0 {
				continue
			}
			if i > 0 {
				e.Warnings = append(e.Warnings, strings.Join(words[:min(2, len(words))], " "))
				continue
			}
			e.Verdict = words[0]
			if len(words) > 1 {
				e.Code = words[1]
			}
			if len(words) > 2 {
				e.Subject = words[2]
			}
		}
		out = append(out, e)
	}
	return out
}

// HasCode says whether the case can be run here.
func (c *Case) HasCode() bool { return len(c.Old)+len(c.New)+len(c.Chunks) > 0 }
