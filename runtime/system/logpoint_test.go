package system

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"hotshard/runtime/script"
	"hotshard/runtime/world"
)

// hears keeps what log points tell.
type hears struct {
	mu    sync.Mutex
	lines []script.PointLine
}

func (h *hears) PointTold(l script.PointLine) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.lines = append(h.lines, l)
}
func (h *hears) PointMoved(script.PointMove) {}

// lineOf is the line of a script that begins with a text.
func lineOf(t *testing.T, source, text string) int {
	t.Helper()
	before, _, ok := strings.Cut(source, text)
	if !ok {
		t.Fatalf("there is no %q", text)
	}
	return 1 + strings.Count(before, "\n")
}

// TestLogPointsAreNotRecorded lives a random life with log points that look at what they
// can, some of them set and dropped on the way, and runs it again without: nothing differs.
func TestLogPointsAreNotRecorded(t *testing.T) {
	for seed := range uint64(4) {
		t.Run(fmt.Sprint("seed=", seed), func(t *testing.T) {
			r := rand.New(rand.NewPCG(seed, 9))
			h := &hears{}
			ps := script.NewPoints(func() time.Time { return epoch }, h)
			b := newRecorded(t, recordedScript, func(c *Config) { c.CohortsFrom, c.Script.Points = 4, ps })
			set := func(line, text, when string) int {
				p, err := ps.Add(b.State().Release(), script.PointSpec{Where: fmt.Sprintf("main:%d", lineOf(t, recordedScript, line)), Text: text, If: when})
				if err != nil {
					t.Fatal(err)
				}
				return p.ID
			}
			next := world.CharacterID(1)
			var dropped int
			for tick := range 150 {
				switch tick {
				case 10:
					set("local function think", "{s} {before} {math.random(9)} {M.chat} {tostring(M)} {command.say(1, {text = 'x'})}", "M.n >= 0")
					set("function command.say", "{p} {#M.chat} {sleep(1)} {task.try(print)}", "")
				case 50:
					dropped = set("every(0.3", "{M.n} {math.random()}", "math.random() > 0.5")
				case 100:
					ps.Drop(dropped)
				}
				for range r.IntN(4) {
					b.act(r, &next)
				}
				b.turn(time.Duration(r.IntN(30)) * time.Millisecond)
				b.reel.due = r.IntN(40) == 0
			}
			if len(b.reel.lost) > 0 {
				t.Errorf("the recording was cut: %v", b.reel.lost)
			}
			told := len(h.lines)
			if told == 0 {
				t.Error("nothing was told")
			}
			b.again()
			if len(h.lines) != told {
				t.Errorf("run again it tells %d lines more", len(h.lines)-told)
			}
		})
	}
}
