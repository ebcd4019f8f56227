// Package static holds what does not change while a shard runs: the map of the
// universe and the item types.
//
// The map comes from one of two places. Generate makes one up from a seed, the
// same one for the same seed, and LoadOrGenerate keeps it on disk; ImportEVE
// reads EVE Online's static data export, in the layout of today (eveflat.go) or in that
// of before September 2025. Either way it is a *world.Universe, and
// Save and Load keep it in one compact file.
//
// In both, coordinates are metres, the plane of the galaxy and of the planets'
// orbits is x and z, and y is up. Where to start reading: generate.go for the
// generator, evefolder.go for the import, file.go for the file.
package static
