package static

import (
	_ "embed"
	"errors"
	"fmt"
	"math"
	"reflect"
	"strings"
	"sync"

	"github.com/BurntSushi/toml"

	"hotshard/runtime/world"
)

//go:embed types.toml
var typesFile string

// TypeID names an item type, for ever: the store keeps it with what players own.
type TypeID int32

// Category says which of an ItemType's fields mean something.
type Category string

// The categories of item types.
const (
	Ship   Category = "ship"
	Module Category = "module" // what is fitted to a ship
	Charge Category = "charge" // what a module uses up: missiles
)

// ItemType is what all items of one kind have in common. A field that has no
// meaning for the category is zero. The keys are those of types.toml and of the
// tables that scripts see.
type ItemType struct {
	ID       TypeID   `toml:"id"`
	Name     string   `toml:"name"`     // unique without regard to case
	Category Category `toml:"category"` // ship, module or charge
	Group    string   `toml:"group"`    // rookie, frigate, gun, light missile, ...
	Text     string   `toml:"text"`     // a sentence for players
	NPC      bool     `toml:"npc"`      // a ship that no player flies
	Mass     float64  `toml:"mass"`     // kg
	Volume   float64  `toml:"volume"`   // m^3, packed

	// Of ships and missiles.
	Agility float64 `toml:"agility"` // inertia: mass * agility / 10^6 is the time constant in s
	Speed   float64 `toml:"speed"`   // m/s at most, without modules
	Radius  float64 `toml:"radius"`  // m
	Hull    float64 `toml:"hull"`    // hit points

	// Of ships.
	Cargo         float64 `toml:"cargo"`          // m^3
	Warp          float64 `toml:"warp"`           // AU/s
	Signature     float64 `toml:"signature"`      // m, how large it looks to guns
	Shield        float64 `toml:"shield"`         // hit points
	Armour        float64 `toml:"armour"`         // hit points
	ShieldTime    float64 `toml:"shield_time"`    // s from empty to full
	Capacitor     float64 `toml:"capacitor"`      // GJ
	CapacitorTime float64 `toml:"capacitor_time"` // s from empty to full
	TargetRange   float64 `toml:"target_range"`   // m
	Targets       int     `toml:"targets"`        // locked at once
	Scan          float64 `toml:"scan"`           // mm, how fast it locks
	High          int     `toml:"high"`           // slots for guns and launchers
	Mid           int     `toml:"mid"`            // slots for shields and propulsion
	Low           int     `toml:"low"`            // slots for armour

	// Of modules.
	Slot        string  `toml:"slot"`         // high, mid or low
	Cycle       float64 `toml:"cycle"`        // s of game time
	CapUse      float64 `toml:"cap_use"`      // GJ a cycle
	Optimal     float64 `toml:"optimal"`      // m, a gun's full reach
	Falloff     float64 `toml:"falloff"`      // m beyond it at which half the shots miss
	Tracking    float64 `toml:"tracking"`     // rad/s that a gun can follow
	Resolution  float64 `toml:"resolution"`   // m, the signature a gun is made for
	Launches    string  `toml:"launches"`     // the group of a launcher's charges
	Repair      float64 `toml:"repair"`       // hit points a cycle
	SpeedFactor float64 `toml:"speed_factor"` // times the ship's speed
	MassAdded   float64 `toml:"mass_added"`   // kg, while it runs

	// Of guns (a shot) and charges (a hit).
	Damage float64 `toml:"damage"` // hit points

	// Of charges.
	FlightTime  float64 `toml:"flight_time"`  // s until a missile ends
	BlastRadius float64 `toml:"blast_radius"` // m, signatures below it take less
	BlastSpeed  float64 `toml:"blast_speed"`  // m/s, ships faster than it take less
}

// Values returns every field under its key in types.toml: numbers as float64,
// zeros included, so that scripts can count with them.
func (t *ItemType) Values() map[string]world.Value {
	v := reflect.ValueOf(t).Elem()
	values := make(map[string]world.Value, v.NumField())
	for i := range v.NumField() {
		key := v.Type().Field(i).Tag.Get("toml")
		switch f := v.Field(i); {
		case f.CanInt():
			values[key] = float64(f.Int())
		case f.CanFloat():
			values[key] = f.Float()
		case f.Kind() == reflect.Bool:
			values[key] = f.Bool()
		default:
			values[key] = f.String()
		}
	}
	return values
}

// TypeSet is a set of item types. It is read-only, so every goroutine may read it.
type TypeSet struct {
	all    []ItemType
	byID   map[TypeID]*ItemType
	byName map[string]*ItemType
}

// Types returns the item types that the program was built with.
func Types() *TypeSet { return builtin() }

var builtin = sync.OnceValue(func() *TypeSet {
	set, err := ParseTypes(typesFile)
	if err != nil {
		panic(err) // part of the program, and a test reads it
	}
	return set
})

// All returns the types in the order of the file. The caller does not change it.
func (s *TypeSet) All() []ItemType { return s.all }

// ByID returns the type with the id, or nil.
func (s *TypeSet) ByID(id TypeID) *ItemType { return s.byID[id] }

// ByName returns the type with the name, without regard to case, or nil.
func (s *TypeSet) ByName(name string) *ItemType { return s.byName[strings.ToLower(name)] }

// Group returns the types of a group in the order of the file.
func (s *TypeSet) Group(group string) []*ItemType {
	var types []*ItemType
	for i := range s.all {
		if s.all[i].Group == group {
			types = append(types, &s.all[i])
		}
	}
	return types
}

// ParseTypes reads item types from TOML. It is strict: an unknown key, a type
// without what its category needs, a number below zero, a name or id that
// appears twice are errors that name the type or the line.
func ParseTypes(text string) (*TypeSet, error) {
	var file struct {
		Type []ItemType `toml:"type"`
	}
	meta, err := toml.Decode(text, &file)
	if err != nil {
		return nil, fmt.Errorf("item types: %w", err)
	}
	if unknown := meta.Undecoded(); len(unknown) > 0 {
		return nil, fmt.Errorf("item types: nobody knows the key %s", unknown[0])
	}
	set := &TypeSet{all: file.Type, byID: map[TypeID]*ItemType{}, byName: map[string]*ItemType{}}
	for i := range set.all {
		t := &set.all[i]
		if err := t.check(); err != nil {
			return nil, fmt.Errorf("item types: %q (%d): %w", t.Name, t.ID, err)
		}
		if other := set.ByID(t.ID); other != nil {
			return nil, fmt.Errorf("item types: %s and %s both have the id %d", other.Name, t.Name, t.ID)
		}
		if set.ByName(t.Name) != nil {
			return nil, fmt.Errorf("item types: two types are called %s", t.Name)
		}
		set.byID[t.ID], set.byName[strings.ToLower(t.Name)] = t, t
	}
	for i := range set.all {
		if t := &set.all[i]; t.Launches != "" && len(set.Group(t.Launches)) == 0 {
			return nil, fmt.Errorf("item types: %s launches %q, and no type is of that group", t.Name, t.Launches)
		}
	}
	return set, nil
}

// check says what is wrong with one type.
func (t *ItemType) check() error {
	if t.ID <= 0 || t.Name == "" || t.Group == "" {
		return errors.New("it needs an id above 0, a name and a group")
	}
	for key, value := range t.Values() {
		if n, ok := value.(float64); ok && (n < 0 || math.IsInf(n, 0) || math.IsNaN(n)) {
			return fmt.Errorf("%s is %g", key, n)
		}
	}
	switch t.Category {
	case Ship:
		return t.need("mass", "agility", "speed", "radius", "warp", "signature", "shield", "hull")
	case Charge:
		return t.need("mass", "agility", "speed", "damage", "flight_time")
	case Module:
		if t.Slot != "high" && t.Slot != "mid" && t.Slot != "low" {
			return fmt.Errorf("slot is %q, not high, mid or low", t.Slot)
		}
		return t.need("cycle")
	}
	return fmt.Errorf("category is %q, not ship, module or charge", t.Category)
}

// need returns an error unless all the keys are above zero.
func (t *ItemType) need(keys ...string) error {
	values := t.Values()
	for _, key := range keys {
		if values[key].(float64) <= 0 {
			return fmt.Errorf("a %s needs %s", t.Category, key)
		}
	}
	return nil
}
