package world

import "strconv"

// NodeID names one life of a process that owns systems: "worker-2/5f3a". A process that
// starts again is another node. "" is nobody.
type NodeID string

// Epoch counts the owners that a system or service has had: each acquisition raises it, by
// the same owner too, and nothing lowers it. 0 is nobody's.
type Epoch int64

// Fence says on whose behalf something is written: of a system or service by the owner that
// it had in an epoch. The zero Fence is of nobody.
type Fence struct {
	Subject Address
	Epoch   Epoch
}

// String is "@Jita in epoch 7".
func (f Fence) String() string {
	return string(f.Subject) + " in epoch " + strconv.FormatInt(int64(f.Epoch), 10)
}
