package static

import (
	"cmp"
	"slices"

	"go.yaml.in/yaml/v3"

	"hotshard/runtime/world"
)

// eveSystem is what a solarsystem.yaml says.
type eveSystem struct {
	id       world.SystemID
	centre   world.Vec3
	security float64
	star     eveBody // id 0: there is none
	planets  []eveBody
	gates    []eveGate
}

// eveBody is a star, planet, moon, belt or station, with what belongs to it.
type eveBody struct {
	id       world.EntityID
	line     int
	index    int // of a planet, counted from the star
	pos      world.Vec3
	radius   float64
	moons    []eveBody
	belts    []eveBody
	stations []eveBody
	suffix   string // of a station: what its name ends with, "" for the convention
}

type eveGate struct {
	id   world.EntityID
	line int
	dest world.EntityID // a gate, not a system
	pos  world.Vec3
}

// Why keys of the export are left out.
const (
	whyLook   = "the page draws all of a kind alike"
	whyRules  = "rules of EVE that scripts here would make themselves"
	whyText   = "texts and names by number, in files that are not read"
	whyBounds = "follows from what is read"
	whyTrade  = "corporations and agents are not part of the map"
	whyNew    = "unknown to this program"
	whyBlocks = "physical data that nothing uses"
	whySun    = "a wormhole system's second sun only marks its effect"
	whyMark   = "places between the systems, where nobody can fly"
)

// ignored are the keys of a solarsystem.yaml that are left out on purpose.
var ignored = map[string]string{
	"typeID": whyLook, "sunTypeID": whyLook, "graphicID": whyLook, "visualEffect": whyLook, "luminosity": whyLook,
	"disallowedAnchorCategories": whyRules, "disallowedAnchorGroups": whyRules, "securityClass": whyRules,
	"wormholeClassID": whyRules, "factionID": whyRules, "isConquerable": whyRules,
	"descriptionID": whyText, "solarSystemNameID": whyText, "planetNameID": whyText, "moonNameID": whyText,
	"asteroidBeltNameID": whyText, "useOperationName": whyText,
	"border": whyBounds, "corridor": whyBounds, "fringe": whyBounds, "hub": whyBounds, "international": whyBounds,
	"regional": whyBounds, "max": whyBounds, "min": whyBounds, "radius": whyBounds,
	"operationID": whyTrade, "ownerID": whyTrade, "reprocessingEfficiency": whyTrade,
	"reprocessingHangarFlag": whyTrade, "reprocessingStationsTake": whyTrade,
	"statistics": whyBlocks, "planetAttributes": whyBlocks,
	"secondarySun": whySun,
}

// ignore counts a key that is left out.
func (r *reader) ignore(key *yaml.Node) {
	why, known := ignored[key.Value]
	if !known {
		why = whyNew
	}
	r.leftOut.add(key.Value, why, 1)
}

// readSystem reads a solarsystem.yaml.
func (r *reader) readSystem(text []byte) eveSystem {
	var s eveSystem
	text, blocks := withoutSkipped(text)
	for i, n := range blocks {
		r.leftOut.add(skipped[i], whyBlocks, n)
	}
	root := r.document(text)
	if root == nil {
		return s
	}
	var centre, security, planets, gates bool
	r.mapping(root, "the system", func(key, value *yaml.Node) {
		switch key.Value {
		case "solarSystemID":
			s.id = world.SystemID(r.id(value, key.Value))
		case "center":
			centre, s.centre = true, r.place(value, key.Value)
		case "security":
			security, s.security = true, r.number(value, key.Value)
			if s.security < -1 || s.security > 1 {
				r.fail(value.Line, "security is %g, not from -1 to 1", s.security)
			}
		case "star":
			s.star = r.readStar(value)
		case "planets":
			planets, s.planets = true, r.bodies(value, "planet", (*reader).planetField)
		case "stargates":
			gates, s.gates = true, r.readGates(value)
		default:
			r.ignore(key)
		}
	})
	r.need(root, "the system", "solarSystemID", s.id != 0)
	r.need(root, "the system", "center", centre)
	r.need(root, "the system", "security", security)
	r.need(root, "the system", "planets", planets)
	r.need(root, "the system", "stargates", gates)
	slices.SortStableFunc(s.planets, func(a, b eveBody) int { return cmp.Compare(a.index, b.index) })
	return s
}

func (r *reader) readStar(n *yaml.Node) eveBody {
	star := eveBody{line: n.Line}
	r.mapping(n, "the star", func(key, value *yaml.Node) {
		switch key.Value {
		case "id":
			star.id = world.EntityID(r.id(value, "the star's id"))
		case "radius":
			star.radius = r.radius(value, "the star")
		default:
			r.ignore(key)
		}
	})
	r.need(n, "the star", "id", star.id != 0)
	r.need(n, "the star", "radius", star.radius > 0)
	return star
}

func (r *reader) radius(n *yaml.Node, what string) float64 {
	m := r.number(n, "the radius of "+what)
	if m <= 0 {
		r.fail(n.Line, "the radius of %s is %g m", what, m)
	}
	return m
}

// bodies reads a mapping from ids to bodies, in the order of the ids, which is
// the order in which the game numbers them. field takes what only the kind has
// and says whether it knew the key.
func (r *reader) bodies(n *yaml.Node, kind string, field func(*reader, *eveBody, *yaml.Node, *yaml.Node) bool) []eveBody {
	var all []eveBody
	r.mapping(n, "the list of each "+kind, func(key, value *yaml.Node) {
		b := eveBody{id: world.EntityID(r.id(key, "the id of a "+kind)), line: key.Line}
		placed := false
		what := kind + " " + key.Value
		r.mapping(value, what, func(key, value *yaml.Node) {
			if key.Value == "position" {
				placed, b.pos = true, r.place(value, "position")
			} else if !field(r, &b, key, value) {
				r.ignore(key)
			}
		})
		r.need(key, what, "position", placed)
		if kind == "planet" {
			r.need(key, what, "celestialIndex", b.index > 0)
		}
		if kind == "planet" || kind == "moon" {
			r.need(key, what, "radius", b.radius > 0)
		}
		all = append(all, b)
	})
	slices.SortStableFunc(all, func(a, b eveBody) int { return cmp.Compare(a.id, b.id) })
	return all
}

func (r *reader) planetField(b *eveBody, key, value *yaml.Node) bool {
	switch key.Value {
	case "celestialIndex":
		b.index = int(r.id(value, key.Value))
	case "moons":
		b.moons = r.bodies(value, "moon", (*reader).moonField)
	case "asteroidBelts":
		b.belts = r.bodies(value, "belt", (*reader).noField)
	default:
		return r.moonField(b, key, value)
	}
	return true
}

func (r *reader) moonField(b *eveBody, key, value *yaml.Node) bool {
	switch key.Value {
	case "radius":
		b.radius = r.radius(value, "a planet or moon")
	case "npcStations":
		b.stations = r.bodies(value, "station", (*reader).noField)
	default:
		return false
	}
	return true
}

func (r *reader) noField(*eveBody, *yaml.Node, *yaml.Node) bool { return false }

func (r *reader) readGates(n *yaml.Node) []eveGate {
	var gates []eveGate
	r.mapping(n, "the list of gates", func(key, value *yaml.Node) {
		g := eveGate{id: world.EntityID(r.id(key, "the id of a gate")), line: key.Line}
		placed := false
		what := "gate " + key.Value
		r.mapping(value, what, func(key, value *yaml.Node) {
			switch key.Value {
			case "destination":
				g.dest = world.EntityID(r.id(value, key.Value))
			case "position":
				placed, g.pos = true, r.place(value, key.Value)
			default:
				r.ignore(key)
			}
		})
		r.need(key, what, "destination", g.dest != 0)
		r.need(key, what, "position", placed)
		gates = append(gates, g)
	})
	slices.SortStableFunc(gates, func(a, b eveGate) int { return cmp.Compare(a.id, b.id) })
	return gates
}
