// Package load plays a shard with thousands of players from one process and
// measures what they get to feel: how evenly the ticks come, how soon an order
// shows, what it costs the server.
//
// One thread and one epoll instance read all connections into one buffer. A
// message is looked at only as far as needed: which tick it is of, whether it is
// about oneself. What everybody in a bubble is sent is the same bytes: such a delta is
// decoded once and recognised the next thousand times. That is what lets 8,000
// players run on one core beside a server that runs on the other. The small deltas of
// what is near to a single player are read each.
//
// With a floor, a second process broadcasts as many bytes to as many players and
// does nothing else. Both are played in turns within one run, so that what else
// goes on on the machine falls on both.
package load
