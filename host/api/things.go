package api

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strings"

	"hotshard/runtime/script/catalogue"
	"hotshard/runtime/world"
)

// region is one of the map's.
type region struct {
	Name    string        `json:"name"`
	Systems []solarSystem `json:"systems"`
}

type solarSystem struct {
	ID       world.SystemID `json:"id"`
	Name     string         `json:"name"`
	Security float64        `json:"security"`
	Stations []station      `json:"stations"`
}

type station struct {
	ID   world.EntityID `json:"id"`
	Name string         `json:"name"`
}

// readRegions sorts the map's systems and stations by region, once.
func (a *API) readRegions() {
	a.regions = map[string]*region{}
	for i := range a.cfg.Map.Systems {
		s := &a.cfg.Map.Systems[i]
		of := a.regions[strings.ToLower(s.Region)]
		if of == nil {
			of = &region{Name: s.Region}
			a.regions[strings.ToLower(s.Region)] = of
			a.names = append(a.names, s.Region)
		}
		of.Systems = append(of.Systems, solarSystem{s.ID, s.Name, math.Round(s.Security*100) / 100, stationsOf(s)})
	}
	slices.Sort(a.names)
	for _, of := range a.regions {
		slices.SortFunc(of.Systems, func(x, y solarSystem) int { return cmp.Compare(x.Name, y.Name) })
	}
}

func stationsOf(s *world.SolarSystem) []station {
	list := []station{}
	for _, c := range s.Celestials {
		if c.Kind == world.KindStation {
			list = append(list, station{c.ID, c.Name})
		}
	}
	return list
}

// region finds one by its name in any case.
func (a *API) region(name string) (*region, error) {
	if of := a.regions[strings.ToLower(name)]; of != nil {
		return of, nil
	}
	return nil, refusef(CodeNoRegion, "there is no region called %s%s", clip(name), meant(name, a.names))
}

// itemType finds one by its name in any case.
func (a *API) itemType(name string) (*catalogue.Type, error) {
	set, err := a.cfg.Types()
	if err != nil {
		return nil, err
	}
	if t := set.Get(name); t != nil {
		return t, nil
	}
	return nil, refusef(CodeNoType, "there is no type called %s%s", clip(name), meant(name, set.Names()))
}

func (a *API) listRegions(r *http.Request) (*answer, error) {
	return a.kept.get(r.Context(), "regions", docsFresh, func(context.Context) (any, error) {
		type row struct {
			Name     string `json:"name"`
			Systems  int    `json:"systems"`
			Stations int    `json:"stations"`
		}
		list := []row{}
		for _, name := range a.names {
			of := a.regions[strings.ToLower(name)]
			n := 0
			for _, s := range of.Systems {
				n += len(s.Stations)
			}
			list = append(list, row{name, len(of.Systems), n})
		}
		return map[string]any{"regions": list}, nil
	})
}

func (a *API) showRegion(r *http.Request) (*answer, error) {
	of, err := a.region(r.PathValue("region"))
	if err != nil {
		return nil, err
	}
	return a.kept.get(r.Context(), "region "+of.Name, docsFresh, func(context.Context) (any, error) { return of, nil })
}

// typeRow is a type in the list; all its figures are at types/NAME.
type typeRow struct {
	ID       int64   `json:"id"`
	Name     string  `json:"name"`
	Category string  `json:"category"`
	Group    string  `json:"group"`
	Volume   float64 `json:"volume"` // m3
}

func (a *API) listTypes(r *http.Request) (*answer, error) {
	set, err := a.cfg.Types()
	if err != nil {
		return nil, err
	}
	category, group := r.FormValue("category"), r.FormValue("group")
	list, categories, groups := []typeRow{}, map[string]bool{}, map[string]bool{}
	for _, t := range set.List("") {
		categories[t.Category], groups[t.Group] = true, true
		if (category == "" || category == t.Category) && (group == "" || group == t.Group) {
			list = append(list, typeRow{t.ID, t.Name, t.Category, t.Group, volume(t)})
		}
	}
	if err := oneOf("category", category, categories); err != nil {
		return nil, err
	}
	if err := oneOf("group", group, groups); err != nil {
		return nil, err
	}
	doc, err := made(map[string]any{"types": list})
	return &answer{doc: doc, fresh: docsFresh}, err
}

// oneOf refuses a word that is none of those known.
func oneOf(param, word string, known map[string]bool) error {
	if word == "" || known[word] {
		return nil
	}
	var names []string
	for name := range known {
		names = append(names, name)
	}
	slices.Sort(names)
	hint := meant(word, names)
	if hint == "" && len(names) <= 20 {
		hint = fmt.Sprintf(": there are %s", strings.Join(names, ", "))
	}
	return refusef(CodeBadRequest, "there is no %s called %s%s", param, clip(word), hint)
}

func volume(t *catalogue.Type) float64 {
	if f := t.Field("volume"); f != nil {
		n, _ := f.Value.(float64)
		return n
	}
	return 0
}

func (a *API) showType(r *http.Request) (*answer, error) {
	t, err := a.itemType(r.PathValue("type"))
	if err != nil {
		return nil, err
	}
	figures := map[string]any{}
	for _, f := range t.Fields {
		figures[f.Key] = f.Value
	}
	doc, err := made(map[string]any{"id": t.ID, "name": t.Name, "category": t.Category, "group": t.Group, "retired": t.Retired, "figures": figures})
	return &answer{doc: doc, fresh: docsFresh}, err
}
