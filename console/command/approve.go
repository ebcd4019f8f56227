package command

import (
	"context"
	"slices"
	"strconv"
	"sync"
	"time"
)

const (
	approvalTime  = time.Hour // after which nobody can approve any more
	mostApprovals = 100       // waiting at once
)

// approvals are the lines that wait for a second person, on shards that want two
// pairs of eyes.
type approvals struct {
	mu      sync.Mutex
	last    int
	waiting []approval // oldest first
}

// approval is one line that waits.
type approval struct {
	number  int
	at      time.Time
	line    string
	session Session // of who asked
}

// ask lets a line wait and returns its number.
func (a *approvals) ask(s *Session, line string, now time.Time) (int, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.expire(now)
	if len(a.waiting) >= mostApprovals {
		return 0, Refuse(CodeBusy, "%d requests wait for approval already", mostApprovals)
	}
	a.last++
	own := *s
	own.emit = nil
	own.number = 0
	a.waiting = append(a.waiting, approval{a.last, now, line, own})
	return a.last, nil
}

// take removes a line that somebody else than who asked for it approves: in a role
// in which they could have asked for it themselves, or it would be no second look.
func (a *approvals) take(number int, by *Session, now time.Time) (approval, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.expire(now)
	i := slices.IndexFunc(a.waiting, func(w approval) bool { return w.number == number })
	if i < 0 {
		return approval{}, Refuse(CodeFailed, "nothing waits for approval under the number %d", number)
	}
	w := a.waiting[i]
	if w.session.Who == by.Who {
		return approval{}, Refuse(CodeRole, "%s asked for that: somebody else must approve it", by.Who)
	}
	words, _ := split(w.line) // it could be read when it was asked for
	if c, _ := by.Registry.find(words); c.Role > by.Role {
		return approval{}, Refuse(CodeRole, "%s takes the role %s, also to approve it; you are %s", c.Name, c.Role, by.Role)
	}
	a.waiting = slices.Delete(a.waiting, i, i+1)
	return w, nil
}

func (a *approvals) list(now time.Time) []approval {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.expire(now)
	return slices.Clone(a.waiting)
}

func (a *approvals) expire(now time.Time) {
	a.waiting = slices.DeleteFunc(a.waiting, func(w approval) bool { return now.Sub(w.at) >= approvalTime })
}

func init() {
	offered := func(s Shard) bool { return s.Identify().FourEyes }
	register([]Command{{
		Name: "approvals", Short: "what waits for a second person",
		Example: "approvals", Offered: offered, Run: runApprovals,
	}, {
		Name: "approve", Args: "N", Short: "let a colleague's command run",
		Example: "approve 3", Role: Operator, Changes: true, Quiet: true, Offered: offered, Run: runApprove,
	}})
}

func runApprovals(_ context.Context, s *Session, a Args) (Result, error) {
	t := &Table{Columns: columns("number", "who", "role", "at:time", "command"), None: "nothing waits for approval"}
	for _, w := range s.Registry.approvals.list(s.now()) {
		t.Rows = append(t.Rows, []any{w.number, w.session.Who, w.session.Role.String(), moment(w.at), w.line})
	}
	return Result{Table: t}, a.none(0)
}

// runApprove runs the line as the one who asked for it, in that one's role; the
// audit log names both.
func runApprove(ctx context.Context, s *Session, a Args) (Result, error) {
	n, err := strconv.Atoi(a.Word(0))
	if err != nil {
		return Result{}, Refuse(CodeUsage, "which one? approvals lists them")
	}
	w, err := s.Registry.approvals.take(n, s, s.now())
	if err != nil {
		return Result{}, err
	}
	w.session.approved, w.session.Who = true, w.session.Who+", approved by "+s.Who
	return s.Registry.RunFor(ctx, &w.session, w.line, s.emit)
}
