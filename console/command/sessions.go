package command

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// presence is the operators who are on, on all ways in.
type presence struct {
	mu   sync.Mutex
	last int
	on   map[int]*present
}

// present is one of them.
type present struct {
	session Session
	since   time.Time
	ran     time.Time // the last command
	line    string
	news    func(string) // nil for one who only runs a command
	end     func(reason string)
}

// Join notes that an operator is on. news shows them a line whenever they can take
// one, and may be nil; end closes their connection, and says why. Both may be called
// from any goroutine and do not block for long. leave is to be called at the end.
func (r *Registry) Join(s *Session, news, end func(string)) (leave func()) {
	p := &r.presence
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.on == nil {
		p.on = map[int]*present{}
	}
	p.last++
	s.number = p.last
	p.on[s.number] = &present{session: *s, since: time.Now(), news: news, end: end}
	number := s.number
	return func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		delete(p.on, number)
	}
}

// saw notes what a session runs.
func (p *presence) saw(s *Session, line string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if o := p.on[s.number]; o != nil {
		o.ran, o.line = time.Now(), brief(line)
	}
}

// tell shows everybody but the one who did it what was done.
func (p *presence) tell(by *Session, text string) {
	p.mu.Lock()
	var news []func(string)
	for n, o := range p.on {
		if n != by.number && o.news != nil {
			news = append(news, o.news)
		}
	}
	p.mu.Unlock()
	for _, show := range news {
		show(text)
	}
}

// mostBrief is how much of a line colleagues are shown.
const mostBrief = 200

// brief is the beginning of a line, without what would break a colleague's terminal.
func brief(line string) string {
	line = strings.Map(func(r rune) rune {
		if r < ' ' || r == 127 {
			return ' '
		}
		return r
	}, strings.TrimSpace(line))
	if r := []rune(line); len(r) > mostBrief {
		return string(r[:mostBrief]) + " ..."
	}
	return line
}

func sessionCommands() []Command {
	return []Command{{
		Name: "sessions", Short: "the operators who are on: who, from where, what they ran last",
		Example: "sessions", Run: runSessions,
	}, {
		Name: "sessions end", Args: "N [REASON]", Short: "end an operator's connection",
		Example: "sessions end 4 left logged in at the office", Role: Admin, Changes: true, Run: runSessionsEnd,
	}, {
		Name: "operators", Short: "who may come in over ssh, and the lines of the file that are no good",
		Example: "operators", Offered: func(s Shard) bool { return s.Operators != nil }, Run: runOperators,
	}}
}

func runSessions(_ context.Context, s *Session, a Args) (Result, error) {
	t := &Table{Columns: columns("number", "who", "role", "from", "since:time", "idle_ms:ms", "last", "you"), None: "nobody is on"}
	p := &s.Registry.presence
	p.mu.Lock()
	defer p.mu.Unlock()
	for n, o := range p.on {
		idle := time.Since(cmp.Or(o.ran, o.since))
		t.Rows = append(t.Rows, []any{n, o.session.Who, o.session.Role.String(), o.session.From, moment(o.since), millis(idle), o.line, n == s.number})
	}
	slices.SortFunc(t.Rows, func(x, y []any) int { return cmp.Compare(x[0].(int), y[0].(int)) })
	if s.Shard.Operators != nil {
		if _, problems := s.Shard.Operators.ListOperators(); len(problems) > 0 {
			t.Note = strings.Join(problems, "\n")
		}
	}
	return Result{Table: t}, a.none(0)
}

func runSessionsEnd(_ context.Context, s *Session, a Args) (Result, error) {
	n, err := strconv.Atoi(a.Word(0))
	if err != nil {
		return Result{}, refuse(CodeUsage, "which one? sessions lists them by number")
	}
	p := &s.Registry.presence
	p.mu.Lock()
	o := p.on[n]
	p.mu.Unlock()
	if o == nil {
		return Result{}, refuse(CodeFailed, "no session has the number %d; sessions lists them", n)
	}
	why := "your session was ended by " + s.Who
	if reason := strings.Join(a.Words[1:], " "); reason != "" {
		why += ": " + reason
	}
	o.end(why)
	return text("the session of %s from %s is ended", o.session.Who, o.session.From), nil
}

func runOperators(_ context.Context, s *Session, a Args) (Result, error) {
	all, problems := s.Shard.Operators.ListOperators()
	t := &Table{Columns: columns("line", "name", "role", "key", "sessions"), None: "nobody may come in", Note: strings.Join(problems, "\n")}
	for _, o := range all {
		t.Rows = append(t.Rows, []any{o.Line, o.Name, o.Role.String(), o.Key, s.Registry.presence.count(o.Name)})
	}
	return Result{Table: t}, a.none(0)
}

// count is how many sessions somebody has over ssh.
func (p *presence) count(who string) (n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, o := range p.on {
		if o.session.Who == who && strings.HasPrefix(o.session.From, "ssh ") {
			n++
		}
	}
	return n
}
