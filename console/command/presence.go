package command

import (
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
	p.on[s.number] = &present{session: *s, since: s.now(), news: news, end: end}
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
		o.ran, o.line = s.now(), brief(line)
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
