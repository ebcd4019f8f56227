package release

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"hotshard/runtime/script/code"
	"hotshard/runtime/script/reload"
)

// These tests are the cases of the reload conformance suite that are about more
// than one State, or about more than one step.

// two is module m with two functions and a count that lives on.
func two(f, g int) string {
	return fmt.Sprintf("local m = {calls = 0}\nfunction m.f(x) m.calls = m.calls + 1 return %d end\nfunction m.g(x) return %d end\nreturn m\n", f, g)
}

func (s *shard) patch(r PatchRequest) (Outcome, *Patch) {
	s.t.Helper()
	return s.ctl.Patch(bg, r)
}

func codes(o Outcome) (out []string) {
	for _, w := range o.Warnings {
		out = append(out, w.Code+" "+w.Subject)
	}
	return out
}

func TestAllUnitsOrNone(t *testing.T) { // A03
	s := newShard(t, false, 5, "local m = {n = 0}\nfunction m.f(x) return m.n end\nreturn m\n")
	s.eval("S03", `require("m").n = 7 return 1`)
	o := s.save("m.lua", "local m = {n = {}}\nfunction m.f(x) return 1 end\nreturn m\n")
	s.verdict(o, Refuse, "R-STATE-TYPE", "S03")
	s.want("values", s.values(), "S00=0 S01=0 S02=0 S03=7 S04=0")
	s.want("releases", s.releases(), "S00=1 S01=1 S02=1 S03=1 S04=1")
	s.verdict(s.save("m.lua", "local m = {n = 0}\nfunction m.f(x) return m.n + 100 end\nreturn m\n"), Apply)
	s.want("values", s.values(), "S00=100 S01=100 S02=100 S03=107 S04=100")
}

func TestBatchesFollowOneAnother(t *testing.T) { // A07
	s := newShard(t, false, 2, two(1, 1))
	from, roots := s.units["S00"].Release(), s.units["S00"].Modules()
	stale, err := reload.NewStager(s.options("stage")).Stage(from, from.With(9, map[string][]byte{"m.lua": []byte(two(5, 5))}), roots)
	if err != nil {
		t.Fatal(err)
	}
	s.verdict(s.save("m.lua", two(2, 1)), Apply)
	s.verdict(s.save("m.lua", two(2, 3)), Apply) // based on the result of the first
	s.want("both", s.values(), "S00=2 S01=2")
	s.want("both", s.eval("S00", `return require("m").g()`), "3")
	_, err = reload.Plan(s.units["S00"], stale)
	if r, ok := err.(*code.Refusal); !ok || r.Code != "R-STALE" {
		t.Fatalf("planned on the old base: %v", err)
	}
	if _, err = reload.Commit(s.units["S00"], stale); err == nil {
		t.Fatal("committed on the old base")
	}
	s.want("nothing", s.values(), "S00=2 S01=2")
}

func TestWrongNamesOfFunctionsAreMended(t *testing.T) {
	s := newShard(t, false, 1, returns(1))
	for name, word := range map[string]string{"event.work": "main:event.work", "main.event.work": "main:event.work", "f": "m.f", "m:f": "m.f", "m.nothing": "declares no function"} {
		if _, _, err := s.ctl.FindFunction(name); err == nil || !strings.Contains(err.Error(), word) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestPatchDropped(t *testing.T) { // P05
	s := newShard(t, false, 2, two(1, 1))
	_, p := s.patch(PatchRequest{Function: "m.f", Code: "function(x) m.calls = m.calls + 1 return 50 end", Author: "amy", Reason: "hot"})
	s.want("patched", s.values(), "S00=50 S01=50")
	o := s.ctl.Drop(bg, p.ID, "bob")
	s.verdict(o, Apply)
	s.want("disk code", s.values(), "S00=1 S01=1")
	s.want("state", s.eval("S00", `return require("m").calls`), "2")
	var told []string
	for _, o := range s.told {
		told = append(told, o.Author+" "+o.Note)
	}
	if all := strings.Join(told, "; "); !strings.Contains(all, "amy patch m.f") || !strings.Contains(all, "bob drop patch #1") {
		t.Errorf("what was told: %s", all)
	}
}

func TestPatchedFunctionChangesOnDisk(t *testing.T) { // P06
	s := newShard(t, false, 2, two(1, 1))
	s.patch(PatchRequest{Function: "m.f", Code: "function(x) return 50 end", Author: "amy"})
	before := len(s.told)
	o := s.save("m.lua", two(2, 1))
	s.verdict(o, Refuse, "R-PATCH-CONFLICT", "amy")
	s.want("subject", o.Subject, "m.f")
	s.want("patch stays", s.values(), "S00=50 S01=50")
	if len(s.told) != before+1 {
		t.Error("the conflict was not told")
	}
	s.verdict(s.ctl.Drop(bg, 1, "amy"), Apply)
	s.verdict(s.save("m.lua", two(3, 1)), Apply)
	s.want("disk decides", s.values(), "S00=3 S01=3")
}

func TestOtherFunctionOfAPatchedFileChanges(t *testing.T) { // P07
	s := newShard(t, false, 2, two(1, 1))
	s.patch(PatchRequest{Function: "m.f", Code: "function(x) return 50 end", Author: "amy"})
	s.pass(2 * time.Hour)
	o := s.save("m.lua", two(1, 9))
	s.verdict(o, Apply)
	if got := codes(o); !slices.Equal(got, []string{"W-PATCHED m.f"}) || !strings.Contains(o.Warnings[0].Detail, "2h") || !strings.Contains(o.Warnings[0].Detail, "#1") {
		t.Fatalf("warnings %v", o.Warnings)
	}
	s.want("patch on top", s.values(), "S00=50 S01=50")
	s.want("the other", s.eval("S01", `return require("m").g()`), "9")
}

func TestDiskCatchesUpWithAPatch(t *testing.T) { // P08
	s := newShard(t, false, 2, two(1, 1))
	s.patch(PatchRequest{Function: "m.f", Code: "function(x) m.calls = m.calls + 1 return 50 end", Author: "amy"})
	s.verdict(s.save("m.lua", two(50, 1)), Apply)
	s.want("value", s.values(), "S00=50 S01=50")
	if p := s.ctl.Patches()[0]; p.Status != PatchMerged {
		t.Fatalf("the patch is %s", p.Status)
	}
	o := s.save("m.lua", two(51, 1)) // nothing of the patch is left
	s.verdict(o, Apply)
	if got := codes(o); len(got) != 0 {
		t.Fatalf("warnings %v", got)
	}
	s.want("value", s.values(), "S00=51 S01=51")
}

func TestPatchOfAnOlderVersion(t *testing.T) { // P09
	s := newShard(t, false, 2, two(1, 1))
	_, fn, err := s.ctl.FindFunction("m.f")
	if err != nil {
		t.Fatal(err)
	}
	s.verdict(s.save("m.lua", two(2, 1)), Apply)
	o, _ := s.patch(PatchRequest{Function: "m.f", Code: "function(x) return 50 end", Author: "amy", Base: fn.Text})
	s.verdict(o, Refuse, "R-STALE")
	s.want("nothing", s.values(), "S00=2 S01=2")
}

func TestPatchPlan(t *testing.T) { // P12
	s := newShard(t, false, 2, "local m = {n = 1}\nfunction m.f(x) sleep(1) return 1 end\nfunction m.g(x) return m.f(x) end\nreturn m\n")
	s.eval("S01", `HELD = {require("m").f} task.spawn(require("m").f) every(5, require("m").f) return 1`)
	live, told := s.ctl.Live(), len(s.told)
	o, changes := s.ctl.PlanPatch(bg, PatchRequest{Function: "m.f", Code: "function(x) return 2 end", Author: "amy"})
	s.verdict(o, Apply)
	if len(changes) != 1 {
		t.Fatalf("%+v", changes)
	}
	c := changes[0]
	if c.Name != "m.f" || c.Change != "changed" || c.OldHash == c.NewHash || c.OldHash == "" || c.Frames != 1 || c.Timers != 1 || c.Closures < 2 {
		t.Errorf("%+v", c)
	}
	if got := codes(o); !slices.Equal(got, []string{"W-FRAME-OLD m.f"}) {
		t.Errorf("warnings %v", got)
	}
	if s.ctl.Live() != live || len(s.told) != told || len(s.ctl.Patches()) != 0 {
		t.Error("the plan changed something")
	}
	s.want("releases", s.releases(), "S00=1 S01=1")
}

func TestPlanIsWhatTheCommitReports(t *testing.T) { // O06
	s := newShard(t, true, 3, "local m = {n = 1, gone = 2}\nfunction m.f(x) return m.n end\nfunction m.old() end\nreturn m\n")
	s.eval("S01", `require("m").n = 5 HELD = require("m").old return 1`)
	s.eval("S02", `CO = coroutine.wrap(function() coroutine.yield() end) CO() return 1`)
	s.verdict(s.save("m.lua", "local m = {n = 2}\nfunction m.f(x, y) return m.n + 1 end\nfunction m.new() end\nreturn m\n"), Queue)
	plan, changes := s.ctl.Plan(bg, nil)
	s.verdict(plan, Apply)
	if len(changes) != 3 {
		t.Errorf("%+v", changes)
	}
	done := s.ctl.Grant(bg, Wish{}, "amy")
	s.verdict(done, Apply)
	if !slices.Equal(codes(plan), codes(done)) || !reflect.DeepEqual(plan.Warnings, done.Warnings) || !reflect.DeepEqual(plan.Report, done.Report) || !slices.Equal(plan.Files, done.Files) {
		t.Fatalf("planned %+v\n\ndid %+v", plan, done)
	}
	if got := codes(done); !slices.Equal(got, []string{"W-ARITY m.f", "W-DELETED m.old", "W-STATE-KEPT m.n"}) {
		t.Errorf("warnings %v", got)
	}
}

func TestRollbackOfABatch(t *testing.T) { // O01
	s := newShard(t, false, 2, "local m = {calls = 0}\nfunction m.f(x) m.calls = m.calls + 1 return 1 end\nreturn m\n")
	s.verdict(s.save("lib/n.lua", "return {v = 1}"), Ignore)
	s.work(3)
	o := s.save("m.lua", "local n = require(\"lib.n\")\nlocal m = {calls = 0, extra = {1}}\nfunction m.f(x) m.calls = m.calls + 1 return 2 + n.v end\nreturn m\n", "lib/n.lua", "return {v = 10}")
	s.verdict(o, Apply)
	s.want("new code", s.values(), "S00=12 S01=12")
	s.eval("S00", `require("m").extra[1] = 5 return 1`)
	o = s.ctl.Rollback(bg, 0, "amy", "slow")
	s.verdict(o, Apply)
	s.want("old code", s.values(), "S00=1 S01=1")
	s.want("state", s.eval("S01", `return require("m").calls`), "5")
	s.want("its new state stays", s.eval("S00", `return require("m").extra[1]`), "5")
	if got := codes(o); !slices.Contains(got, "W-STATE-KEPT m.extra") {
		t.Errorf("the state that stays is not listed: %v", got)
	}
	s.want("of both files", strings.Join(o.Files, " "), "lib/n.lua m.lua")
}

func TestErrorsRollBackByThemselves(t *testing.T) { // O02
	s := newShard(t, false, 2, two(1, 1))
	s.verdict(s.save("m.lua", failing), Apply)
	s.work(2)
	if _, ok := s.ctl.Watch(bg); ok {
		t.Fatal("four errors are within the budget")
	}
	s.work(1)
	o, ok := s.ctl.Watch(bg)
	if !ok {
		t.Fatal("nothing was rolled back")
	}
	s.verdict(o, Apply, "rolled back by itself", "m.lua@", "in m.f")
	s.want("back", s.values(), "S00=1 S01=1")
	if last := s.told[len(s.told)-1]; !strings.Contains(last.Note, "m.lua@") || last.Author != "watchdog" {
		t.Errorf("told: %+v", last)
	}
}

const (
	plainRows = "local m = {rows = {{v = 1}, {v = 2}}}\nfunction m.f(x) return m.rows[1].v end\nreturn m\n"
	down      = ", function(new) for _, r in ipairs(new) do r.v, r.hp = r.hp / 10, nil end return new end"
)

func migratedRows(down string) string {
	return "local m = {rows = reload.migrate(\"rows\", function(old) for _, r in ipairs(old or {}) do r.hp, r.v = r.v * 10, nil end return old or {} end" + down +
		")}\nfunction m.f(x) return m.rows[1].hp end\nreturn m\n"
}

func TestRollbackAfterAMigration(t *testing.T) { // O03
	for name, c := range map[string]struct {
		down    string
		touch   bool
		verdict Verdict
		values  string
	}{
		"nobody touched it":             {"", false, Apply, "S00=7 S01=1"},
		"touched, with a way down":      {down, true, Apply, "S00=9 S01=1"},
		"touched and there is no way":   {"", true, Refuse, "S00=90 S01=10"},
		"untouched, and a way is given": {down, false, Apply, "S00=7 S01=1"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newShard(t, false, 2, plainRows)
			s.eval("S00", `require("m").rows[1].v = 7 ROW = require("m").rows[1] return 1`)
			s.verdict(s.save("m.lua", migratedRows(c.down)), Apply)
			s.want("migrated", s.values(), "S00=70 S01=10")
			if c.touch {
				s.eval("S00", `require("m").rows[1].hp = 90 return 1`)
			}
			o := s.ctl.Rollback(bg, 0, "amy", "")
			s.verdict(o, c.verdict)
			if c.verdict == Refuse {
				s.want("code", o.Code+" "+o.Subject, "R-NODOWN m.rows")
			}
			s.want("values", s.values(), c.values)
			s.want("the same row", s.eval("S00", `return ROW == require("m").rows[1]`), "true")
		})
	}
}

func TestStragglersAreListedAndEnded(t *testing.T) { // O10
	s := newShard(t, false, 1, "local m = {}\nfunction m.f(x) sleep(100) return 1 end\nreturn m\n")
	st := s.units["S00"]
	s.work(1)
	st.Advance(10)
	s.verdict(s.save("m.lua", two(2, 2)), Apply)
	st.Advance(25)
	list := st.Stragglers()
	if len(list) != 1 {
		t.Fatalf("%+v", list)
	}
	l := list[0]
	if l.Function != "m.f" && !strings.HasPrefix(l.Where, "m.lua@") || l.Release != 1 || l.Since != 25 || l.Waits != "sleep" || l.Origin != "event work" || !strings.Contains(l.Where, ":2") {
		t.Errorf("%+v", l)
	}
	if !st.Stop(l.ID) || len(st.Stragglers()) != 0 {
		t.Error("it cannot be ended")
	}
}
