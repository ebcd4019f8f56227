// Package hostile attacks a shard as strangers and bad clients do: with broken frames,
// floods, sockets by the thousand, guesses, and requests that never end. Tests attack
// shards of their own with it, and `bin/bench-fleet hostile` measures what honest players
// feel of it.
//
// An Attack is one such way. What it is sure to have been refused it returns by kind, to
// be held against what the shard has counted. A Chorus are the honest players: they count
// their answers and what they hear of each other.
package hostile
