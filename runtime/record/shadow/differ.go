package shadow

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"time"

	"hotshard/runtime/system"
	"hotshard/runtime/world"
)

// differ gathers in what the two runs are not the same, in groups.
type differ struct {
	groups map[groupKey]*Group
	first  *Cause
	acts   int // of the first run
}

type groupKey struct {
	kind Kind
	name string
}

// kinds are what differences in acts are called.
var kinds = map[system.ActKind]Kind{
	system.ActFault: KindError, system.ActReply: KindAnswer, system.ActEvent: KindEvent, system.ActMessage: KindMessage,
	system.ActAsk: KindAsked, system.ActMove: KindMove, system.ActLog: KindLog,
}

// Where something stands in a file, and how a local is called, is how code is written. An error
// that names them is the same when they have changed.
var (
	place = regexp.MustCompile(`[\w./-]+@[0-9a-f]{6,}:\d+:? ?`)
	local = regexp.MustCompile(`(local|upvalue) '[^']*'`)
)

func plainly(text string) string {
	if strings.Contains(text, "@") {
		text = place.ReplaceAllString(text, "")
	}
	if strings.Contains(text, "local '") || strings.Contains(text, "upvalue '") {
		text = local.ReplaceAllString(text, "$1")
	}
	return text
}

// key is by what two acts are the same.
type key struct {
	kind           system.ActKind
	to, name, what string
	bad            bool
	tick           world.Tick
}

func keyOf(a *act) key { return key{a.Kind, a.To, a.Name, plainly(a.What), a.Bad, a.tick} }

// part compares what both have done in a part of the recording.
func (d *differ) part(was, now []act) {
	d.acts += len(was)
	n := 0
	for n < len(was) && n < len(now) && keyOf(&was[n]) == keyOf(&now[n]) {
		n++
	}
	was, now = unpaired(was[n:], now[n:])
	if len(was)+len(now) > 0 {
		d.cause(was, now)
		d.pair(was, now)
	}
}

// unpaired leaves out what both have done in the same tick, in whatever order.
func unpaired(was, now []act) (gone, more []act) {
	count := map[key]int{}
	for i := range now {
		count[keyOf(&now[i])]++
	}
	for i := range was {
		if k := keyOf(&was[i]); count[k] > 0 {
			count[k]--
		} else {
			gone = append(gone, was[i])
		}
	}
	clear(count)
	for i := range was {
		count[keyOf(&was[i])]++
	}
	for i := range now {
		if k := keyOf(&now[i]); count[k] > 0 {
			count[k]--
		} else {
			more = append(more, now[i])
		}
	}
	return gone, more
}

// cause notes the first difference of all.
func (d *differ) cause(was, now []act) {
	if d.first != nil {
		return
	}
	of := &was
	if len(was) == 0 || len(now) > 0 && now[0].tick < was[0].tick {
		of = &now
	}
	a := (*of)[0]
	// Of a tick's, an error explains the most.
	for _, list := range [][]act{now, was} {
		for i := range list {
			if list[i].tick == a.tick && list[i].Kind == system.ActFault {
				a = list[i]
				break
			}
		}
	}
	c := &Cause{Tick: a.tick, At: a.at, Origin: a.Origin, Player: a.Player, Function: a.Function, Where: a.Where, Kind: kinds[a.Kind], Name: a.Name}
	c.Was, c.Now = said(was, a), said(now, a)
	d.first = c
}

// said is what one of the runs had in the place of an act, "" for nothing.
func said(list []act, like act) string {
	for i := range list {
		if a := &list[i]; a.tick == like.tick && a.Kind == like.Kind && a.Name == like.Name {
			return a.text()
		}
	}
	return ""
}

// pairings are in what order acts that only one run has done are taken for the same, done
// otherwise: at another time, with other words, for somebody else.
var pairings = []struct {
	same func(a *act) key
	note func(g *Group)
}{
	{func(a *act) key { k := keyOf(a); k.tick = 0; return k }, func(g *Group) { g.Moved++ }},
	{func(a *act) key { return key{kind: a.Kind, to: a.To, name: a.Name, tick: a.tick} }, func(g *Group) { g.Changed++ }},
	{func(a *act) key { k := keyOf(a); k.to, k.tick = "", 0; return k }, func(g *Group) { g.Redirected++ }},
	{func(a *act) key { return key{kind: a.Kind, to: a.To, name: a.Name} }, func(g *Group) { g.Changed++ }},
}

// pair books what is left of a part.
func (d *differ) pair(was, now []act) {
	for _, p := range pairings {
		left := map[key][]int{}
		for i := range now {
			if pairable(&now[i]) {
				k := p.same(&now[i])
				left[k] = append(left[k], i)
			}
		}
		var gone []act
		used := map[int]bool{}
		for i := range was {
			k := p.same(&was[i])
			if list := left[k]; pairable(&was[i]) && len(list) > 0 {
				left[k], used[list[0]] = list[1:], true
				p.note(d.group(&was[i], &now[list[0]]))
			} else {
				gone = append(gone, was[i])
			}
		}
		var more []act
		for i := range now {
			if !used[i] {
				more = append(more, now[i])
			}
		}
		was, now = gone, more
	}
	for i := range was {
		d.group(&was[i], nil).Gone++
	}
	for i := range now {
		d.group(nil, &now[i]).New++
	}
}

// pairable says whether an act may be taken for another: an error is itself.
func pairable(a *act) bool { return a.Kind != system.ActFault }

// group is the one that a difference belongs to; its first is the example.
func (d *differ) group(was, now *act) *Group {
	a := cmp.Or(now, was)
	name := a.Name
	switch a.Kind {
	case system.ActFault:
		name = cmp.Or(a.Function, a.Name) + ": " + plainly(a.What)
	case system.ActMessage:
		name += " to " + a.To
	}
	k := groupKey{kinds[a.Kind], name}
	g := d.groups[k]
	if g == nil {
		g = &Group{Kind: k.kind, Name: name, Tick: a.tick, At: a.at, Player: a.Player, Function: a.Function, Where: a.Where, Origin: a.Origin, Trace: a.Trace}
		if was != nil {
			g.Was = was.text()
		}
		if now != nil {
			g.Now = now.text()
		}
		d.groups[k] = g
	}
	return g
}

// text is an act for people.
func (a *act) text() string {
	text := a.What
	if a.Bad && a.Kind != system.ActFault {
		text = "error: " + text
	}
	if a.To != "" && a.Kind == system.ActEvent {
		text = "to " + a.To + ": " + text
	}
	return text
}

// sorted lists the groups: what is worst first, and of a kind what came first.
func (d *differ) sorted() []Group {
	out := make([]Group, 0, len(d.groups))
	for _, g := range d.groups {
		out = append(out, *g)
	}
	slices.SortFunc(out, func(a, b Group) int {
		return cmp.Or(cmp.Compare(slices.Index(order, a.Kind), slices.Index(order, b.Kind)), cmp.Compare(a.Tick, b.Tick), cmp.Compare(a.Name, b.Name))
	})
	return out
}

// keep notes a difference in what is kept, in a group of places like it.
func (d *differ) keep(path, was, now string, tick world.Tick, at time.Time) {
	k := groupKey{KindState, alike(path)}
	g := d.groups[k]
	if g == nil {
		g = &Group{Kind: KindState, Name: k.name, Tick: tick, At: at, Where: path, Was: was, Now: now}
		d.groups[k] = g
	}
	switch {
	case was == "":
		g.New++
	case now == "":
		g.Gone++
	default:
		g.Changed++
	}
}

var index = regexp.MustCompile(`\[[^\]]*\]`)

// alike is a path without which of many it is.
func alike(path string) string { return index.ReplaceAllString(path, "[*]") }
