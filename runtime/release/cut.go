package release

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"

	"hotshard/runtime/script/code"
)

// CodeCut is the code of a file that is held because it seems to be cut off.
const CodeCut = "W-CUT-OFF"

// lostMost is how many functions may go with the end of a file before that is taken
// for an accident. Who deletes the last one means it.
const lostMost = 1

// holdCut takes files out of a batch that were cut off while they were saved, at a
// place where what is left compiles: they are held like deleted ones, until somebody
// says that it is meant, or they are whole again.
func (q *intake) holdCut(disk *code.Release, changed map[string][]byte) []HoldReason {
	var holds []HoldReason
	for _, path := range sortedKeys(changed) {
		src := changed[path]
		lost, cut := cutOff(disk.Files[path], src)
		if !cut {
			delete(q.cut, path)
			continue
		}
		q.cut[path] = contentHash(path, src)
		delete(changed, path)
		holds = append(holds, HoldReason{CodeCut, path, fmt.Sprintf("ends early: %s. The code that runs stays; save it whole, or reload accept %s", lost, path)})
	}
	return holds
}

// cutOff says whether a file is the beginning of what runs, with more of its end gone
// than somebody takes out who means it, and what is gone.
func cutOff(f *code.File, src []byte) (lost string, cut bool) {
	if f == nil || src == nil {
		return "", false
	}
	now := code.NewFile(f.Path, src)
	had, err := f.Functions()
	have, err2 := now.Functions()
	if err != nil || err2 != nil {
		return "", false // what does not compile is refused
	}
	gone, end := missing(had, have)
	if !end {
		return "", false
	}
	unanswered := f.Returns() && !now.Returns()
	beginning := bytes.HasPrefix(f.Source, bytes.TrimRight(src, " \t\r\n"))
	switch {
	case unanswered && (beginning || len(gone) > lostMost):
	case beginning && len(gone) > lostMost:
	default:
		return "", false
	}
	return described(gone, unanswered), true
}

// missing lists the functions that are gone, and says whether they are the last ones. A
// module that returns nothing calls its functions otherwise, so they are told by how
// they begin.
func missing(had, have []code.Function) (gone []string, end bool) {
	left := map[string]int{}
	for _, fn := range have {
		left[head(fn)]++
	}
	for _, fn := range had {
		if left[head(fn)] > 0 {
			if left[head(fn)]--; len(gone) > 0 {
				return nil, false
			}
			continue
		}
		gone = append(gone, fn.Name)
	}
	return gone, true
}

// head is a function's first line up to its parameters' end.
func head(fn code.Function) string {
	line, _, _ := strings.Cut(fn.Text, ")")
	return line
}

func described(gone []string, unanswered bool) string {
	var parts []string
	switch n := len(gone); {
	case n == 1:
		parts = append(parts, gone[0]+" is gone")
	case n > 3:
		parts = append(parts, fmt.Sprintf("%d functions are gone, from %s on", n, gone[0]))
	case n > 1:
		parts = append(parts, strings.Join(gone, ", ")+" are gone")
	}
	if unanswered {
		parts = append(parts, "it returns nothing any more")
	}
	return strings.Join(parts, ", ")
}

// Accept takes in a file as it is, whose hold says that it seems to be cut off.
func (c *Controller) Accept(ctx context.Context, path string, src []byte, author string) []Outcome {
	leave, err := c.enter(ctx)
	if err != nil {
		return []Outcome{c.barred(err, author, "reload accept "+path)}
	}
	defer leave()
	if c.intake.cut[path] != contentHash(path, src) {
		return []Outcome{c.tell(refused(c.intake.notCut(path)), author, "reload accept "+path)}
	}
	delete(c.intake.cut, path)
	if c.waits() {
		c.intake.queue(map[string][]byte{path: src})
		return []Outcome{c.tell(c.queuedNow(), author, "reload accept "+path)}
	}
	return []Outcome{c.tell(c.applyDisk(ctx, map[string][]byte{path: src}, author, "reload accept "+path, Batch{}), author, "reload accept "+path)}
}

// notCut is the refusal of accepting a file that is not held, as it is.
func (q *intake) notCut(path string) error {
	held := sortedKeys(q.cut)
	message := path + " is not held for being cut off"
	if len(held) > 0 && !slices.Contains(held, path) {
		message += "; held are " + strings.Join(held, ", ")
	}
	return &code.Refusal{Code: code.RStale, Subject: path, Message: message}
}
