package world

// SystemID names one solar system of the static map, for ever.
type SystemID int32

// CharacterID names one player's character in the store, for ever.
type CharacterID int64

// EntityID names one thing inside a system. Celestials (stars, planets, moons,
// belts, stations, stargates) keep the static id the map gave them, always below
// FirstDynamicID; ships, wrecks, missiles get ids from FirstDynamicID up, never
// reused while the system runs.
type EntityID uint32

// FirstDynamicID is the first id a system hands out to something that moves.
const FirstDynamicID EntityID = 1 << 30

// Static says whether the id belongs to a celestial of the map.
func (id EntityID) Static() bool { return id != 0 && id < FirstDynamicID }

// Tick counts the steps of one system's game time since it was first started.
type Tick uint64

// AU is one astronomical unit in metres.
const AU = 149_597_870_700.0

// Address names the receiver of a message: a system ("@Jita") or a service
// ("market"). It is a plain string so that it can cross a network later.
type Address string

// SystemAddress is the address of the system with the given name.
func SystemAddress(name string) Address { return Address("@" + name) }

// Value is what crosses an actor's border: nil, bool, float64, string, []Value
// or map[string]Value, nothing else, so that it can be copied, stored and sent.
type Value = any
