package ledger

import (
	"fmt"
	"slices"
	"strings"

	"hotshard/runtime/world"
)

// A container is a thing that others are in. The one with the number 7 is a single thing at
// case 7, or at case 7 within some other place, and what is in it is its owner's too, at
// box 7. So where it goes its contents follow, whatever the place, by their owner alone.
const (
	insideOf = "box "
	caseOf   = "case "
)

// containers are those that an audit has come across, by their numbers as they are written.
type containers map[string]*container

// container is what holdings say of one.
type container struct {
	owner  int64 // of the case
	cases  []string
	sum    int64     // of the cases
	inside []content // by owner
}

// content is something that somebody has in a container.
type content struct {
	owner int64
	name  string
}

// note keeps of a holding what it says about a container, if it is about one.
func (c containers) note(h row, name string) {
	if number, found := strings.CutPrefix(h.location, insideOf); found {
		one := c.at(number)
		if !slices.ContainsFunc(one.inside, func(i content) bool { return i.owner == h.owner }) {
			one.inside = append(one.inside, content{h.owner, name})
		}
		return
	}
	last := h.location[strings.LastIndex(h.location, world.Inner)+1:]
	if number, found := strings.CutPrefix(last, caseOf); found {
		one := c.at(number)
		one.owner, one.cases, one.sum = h.owner, append(one.cases, name), one.sum+h.quantity
	}
}

func (c containers) at(number string) *container {
	if c[number] == nil {
		c[number] = &container{}
	}
	return c[number]
}

// containers checks that each is one thing in one place, and that what is in it is its
// owner's.
func (a *auditor) containers() {
	var wrong []string
	for number, c := range a.boxes {
		if len(c.cases) > 1 || c.sum > 1 {
			wrong = append(wrong, fmt.Sprintf("container %s is one thing, and there are %d: %s", number, c.sum, strings.Join(c.cases, ", ")))
		}
		for _, in := range c.inside {
			switch {
			case len(c.cases) == 0:
				wrong = append(wrong, fmt.Sprintf("%s: there is no container %s that it could be in", in.name, number))
			case in.owner != c.owner && len(c.cases) == 1:
				wrong = append(wrong, fmt.Sprintf("%s: the container is another's, %s", in.name, c.cases[0]))
			}
		}
	}
	slices.Sort(wrong)
	for _, text := range wrong {
		a.report.wrong("%s", text)
	}
}
