package command_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"hotshard/console/command"
	"hotshard/console/command/commandtest"
	"hotshard/runtime/release"
	"hotshard/runtime/script"
)

// each runs lines and wants words in the answer, or in the refusal where the line
// begins with "!".
func each(t *testing.T, s *command.Session, lines [][2]string) {
	t.Helper()
	for _, l := range lines {
		line, refused := strings.CutPrefix(l[0], "!")
		r, err := run(t, s, line)
		got := r.String()
		if refused {
			if err == nil {
				t.Errorf("%s was not refused: %s", line, got)
				continue
			}
			got = err.Error()
		} else if err != nil {
			t.Errorf("%s: %v", line, err)
			continue
		}
		if !strings.Contains(got, l[1]) {
			t.Errorf("%s: %q does not say %q", line, got, l[1])
		}
	}
}

func TestFrozenIsSaidBeforeAnybodyIsAsked(t *testing.T) {
	fake := commandtest.New()
	fake.Identity.Name, fake.Identity.Production, fake.Identity.FourEyes = "tranquility", true, true
	fake.Identity.Frozen = &release.Freeze{By: "amy", Why: "fleet fight", At: time.Now().Add(-time.Hour)}
	s := newSession(fake)
	for _, line := range []string{
		"patch m.f = function() end", "patch m.f = function() end --canary @Jita", "patch m.f", "promote 1", "drop 1", "release promote", "release promote 3",
		"release promote --canary @Jita", "release rollback", "release rollback 2", "unload lib.old",
	} {
		var r *command.Refusal
		_, err := run(t, s, line)
		if !errors.As(err, &r) || r.Code != release.CodeFrozen || !strings.Contains(r.Message, "frozen by amy since") || !strings.Contains(r.Message, "1 hour ago): fleet fight") {
			t.Errorf("%s: %v", line, err)
		}
	}
	each(t, s, [][2]string{
		{"patch m.f = function() end --plan", "nothing was changed"}, {"release plan", "nothing was changed"}, {"release promote --plan", "nothing was changed"},
		{"release rollback --plan", "nothing was changed"}, {"reload", ""}, {"patch save 1", "is in"}, {"status", "fleet fight"}, {"status", "amy"}, {"reload status", "fleet fight"},
		{"help freeze", "goes back by itself"}, {"reload thaw", "thawed"},
	})
	if _, err := run(t, s, "drop 99"); err == nil || strings.Contains(err.Error(), "frozen") {
		t.Errorf("after the thaw: %v", err)
	}
}

func TestPromoteAsksForTheName(t *testing.T) {
	fake := commandtest.New()
	fake.Identity.Name, fake.Identity.Production = "tranquility", true
	s := newSession(fake)
	each(t, s, [][2]string{
		{"patch m.f = function() end --canary @Jita", "promote 1 takes it to all systems, drop 1"},
		{"!promote 1", "promote patch #1 to all systems on tranquility"}, {"!promote 1 --confirm dev", "tranquility"}, {"promote 1 --confirm tranquility", "applied"},
	})
}

func TestANumberIsAnID(t *testing.T) {
	fake := commandtest.New()
	fake.Players = []command.Player{{ID: 12, Name: "Ada"}, {ID: 7, Name: "12"}, {ID: 8, Name: "99"}, {ID: 9, Name: "1st"}}
	s := newSession(fake)
	for line, want := range map[string]int64{"kick 12": 12, "kick #12": 12, "kick 7": 7, "kick ada": 12, "kick 1st": 9} {
		fake.Kicked = nil
		if _, err := run(t, s, line); err != nil || len(fake.Kicked) != 1 || fake.Kicked[0] != want {
			t.Errorf("%s: %v %v", line, fake.Kicked, err)
		}
	}
	each(t, s, [][2]string{{"!kick 99", "the player called 99 has the id 8"}, {"!kick 13", "no player with the id 13"}, {"!kick nobody", "no player called nobody"}})
}

func waiting(system string, id uint64, release int) command.Task {
	return command.Task{System: system, TaskInfo: script.TaskInfo{ID: id, Release: release}}
}

func TestTasksTimersAndRestart(t *testing.T) {
	fake := commandtest.New()
	fake.Tasks = []command.Task{waiting("Jita", 5, 3), waiting("Jita", 6, 2), waiting("Amarr", 5, 2)}
	s := newSession(fake)
	each(t, s, [][2]string{
		{"!task stop", "which tasks?"}, {"!task stop 5", "of which system?"}, {"!task stop @Jita 77", "no task fits"}, {"!task stop m.f m.g", "what is"},
		{"!task stop m.f --function m.g", "one function"}, {"!task stop --release banana", "count"},
		{"task stop @Jita 5", "ended 1 task"}, {"task stop --release r2", "ended 2 tasks"}, {"!task stop --release 2", "no task fits"},
		{"timers", "market.sweep"}, {"timers @Jita", "market.sweep"}, {"!timer stop 7", "which system"}, {"!timer stop @Jita", "which timers?"},
		{"!timer stop @Jita 8", "no timer"}, {"!timer stop @Jita seven", "which timers?"}, {"timer stop @Jita 7", "ended 1 timer"},
		{"!restart", "restart what?"}, {"restart @Jita", "Jita was restarted, with 1 player in it"}, {"!restart @Jita now", "what is"}, {"!restart @Nowhere", "Nowhere"},
	})
	s.Role = command.Viewer
	each(t, s, [][2]string{{"!task stop @Jita 5", "role"}, {"!timer stop @Jita 7", "role"}, {"!restart @Jita", "role"}, {"!freeze", "role"}, {"timers", "market"}, {"canaries", "nothing is watched"}})
}

func TestCanariesSayWhatToDoNext(t *testing.T) {
	fake := commandtest.New()
	fake.Watched = []release.Verdicted{{Release: 7, Patch: 2, Functions: []string{"m.f"}, Units: []string{"Jita"}, Calls: 900, Errors: 3, Rate: 3.0 / 900,
		Mean: time.Millisecond, MeanThen: 2 * time.Millisecond, Then: release.ThenElsewhere, Verdict: release.VerdictFailing, Next: "drop 2"}}
	fake.Closed = []release.Verdicted{{Release: 6, Patch: 1, Functions: []string{"m.g"}, Verdict: release.VerdictBad, Calls: 5}}
	s := newSession(fake)
	each(t, s, [][2]string{{"canaries", "a call (p99 0s); on other systems 0 % errors, 2ms a call; next: drop 2"}, {"canaries --all", "taken back: 5 calls"}})
	if r, _ := run(t, s, "canaries"); strings.Contains(r.String(), "taken back") {
		t.Error("one that is over is listed")
	}
}
