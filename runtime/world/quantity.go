package world

// MaxQuantity is how many of one thing a stack may hold, money included. It is far
// below 2^53, up to where a Lua number counts exactly, so that sums of a few are exact
// as well.
const MaxQuantity = 1_000_000_000_000_000
