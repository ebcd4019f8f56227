package server

import (
	"time"

	"hotshard/console/command"
	"hotshard/host/opspage"
	"hotshard/runtime/system"
	"hotshard/runtime/world"
)

// newPage makes the operators' page. It can be reached once --ops listens.
func (s *Server) newPage() *opspage.Page {
	return opspage.New(opspage.Config{
		Shard: s.Shard(), Registry: s.consoles.registry, Source: &scenery{s: s}, Systems: systems{s}.Names(), Log: s.log,
		URL: func() string { return "http://" + s.OpsAddr() + "/" }, Open: !s.cfg.Production,
	})
}

// pages implements command.Page. The page is made after the shard that it serves.
type pages struct{ s *Server }

// Ticket implements command.Page.
func (p pages) Ticket(who command.Session) (string, time.Time, error) { return p.s.page.Ticket(who) }

// scenery is what the page looks at. It implements opspage.Source.
type scenery struct {
	s    *Server
	list []*system.System
}

// AppendActors implements opspage.Source.
func (y *scenery) AppendActors(list []opspage.Actor) []opspage.Actor {
	y.list = y.s.universe.AppendActors(y.list[:0])
	for _, a := range y.list {
		list = append(list, a)
	}
	clear(y.list) // those that end are not held
	return list
}

// Memory implements opspage.Source.
func (y *scenery) Memory(a world.Address) int64 { return y.s.holdings.of(a) }

// Totals implements opspage.Source.
func (y *scenery) Totals() opspage.Totals {
	return opspage.Totals{Players: y.s.universe.Players(), CPU: time.Duration(cpuSeconds() * float64(time.Second)), RSS: residentBytes(), Errors: y.s.faults.count()}
}
