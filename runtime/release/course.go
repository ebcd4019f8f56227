package release

import (
	"fmt"
	"maps"
	"slices"

	"hotshard/runtime/script/code"
)

// course says what every unit is to run: one release, and on the units of canaries
// another.
type course struct {
	all *code.Release
	own map[string]*code.Release // by unit
}

// of is what one unit is to run.
func (k course) of(unit string) *code.Release {
	if r := k.own[unit]; r != nil {
		return r
	}
	return k.all
}

// releases lists what the units are to run, each once.
func (k course) releases() []*code.Release {
	out := []*code.Release{k.all}
	for _, unit := range sortedKeys(k.own) {
		if r := k.own[unit]; !slices.Contains(out, r) {
			out = append(out, r)
		}
	}
	return out
}

// hashes are those of the releases, for the stagers to keep.
func (k course) hashes() []string {
	var out []string
	for _, r := range k.releases() {
		out = append(out, r.Hash)
	}
	return out
}

// ground is what releases are made of: the accepted files, the patches over them for
// all units, and the canaries over both.
type ground struct {
	disk     *code.Release
	open     []*Patch
	canaries canaries
}

func (c *Controller) ground() ground { return ground{c.disk, c.patches.openExcept(""), c.canaries} }

// without is the ground with one canary less.
func (g ground) without(k *canary) ground {
	g.canaries = g.canaries.without(k)
	return g
}

// with is the ground with one canary more.
func (g ground) with(k *canary) ground {
	g.canaries = g.canaries.with(k)
	return g
}

// number gives the canary of a ground that does not run yet its release's number.
func (g ground) number(running canaries, number int) {
	for _, k := range g.canaries {
		if !slices.Contains(running, k) {
			k.number = number
		}
	}
}

// course works out what every unit is to run where the others run live: on the units
// of canaries, all of those that are on it, under the number of the latest. Of what
// is known already the same objects are taken, which share what they were compiled to.
func (g ground) course(live *code.Release, known ...*code.Release) (course, error) {
	out := course{all: live, own: map[string]*code.Release{}}
	made := map[string]*code.Release{}
	for _, k := range g.canaries {
		for _, unit := range k.units {
			over := g.canaries.on(unit)
			key := fmt.Sprint(over) // the same pointers, the same release
			if made[key] == nil {
				r, err := g.compose(over)
				if err != nil {
					return out, err
				}
				made[key] = intern(r, append(known, live)).Numbered(over[len(over)-1].number)
			}
			out.own[unit] = made[key]
		}
	}
	return out, nil
}

// intern returns the one of the known releases that has the same files, or r.
func intern(r *code.Release, known []*code.Release) *code.Release {
	for _, k := range known {
		if k.Hash == r.Hash {
			return k
		}
	}
	return r
}

// numbered gives the new release of a course its number: that of the units of a
// canary, or that of all.
func (k course) numbered(number int, units []string) course {
	if units == nil {
		k.all = k.all.Numbered(number)
		return k
	}
	k.own = maps.Clone(k.own)
	made := map[*code.Release]*code.Release{}
	for _, unit := range units {
		r := k.own[unit]
		if made[r] == nil {
			made[r] = r.Numbered(number)
		}
		k.own[unit] = made[r]
	}
	return k
}

// compose makes a release of the ground and some of its canaries.
func (g ground) compose(over []*canary) (*code.Release, error) {
	disk, open := g.disk, slices.Clone(g.open)
	for _, k := range over {
		if k.files != nil {
			disk = disk.With(disk.Number, k.files)
			open = slices.DeleteFunc(open, func(p *Patch) bool { return slices.Contains(k.merged, p) })
		}
	}
	for _, k := range over {
		if p := k.patch; p != nil {
			open = slices.DeleteFunc(open, func(o *Patch) bool { return o.Function == p.Function })
			open = append(open, p)
		}
	}
	return Overlay(disk, open)
}
