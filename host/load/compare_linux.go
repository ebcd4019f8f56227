package load

import (
	"math"
	"time"
)

// slice is how long one side is played before it is the other's turn: short, so
// that whatever else the machine does falls on both.
const slice = 5 * time.Second

// compare plays the shard and a broadcaster in turns. For every order the broadcaster
// sends each player FloorBytes, or as many as the shard did the time before.
func (r *run) compare() (*Report, error) {
	var err error
	if r.child, err = startBroadcaster(floorHz, r.opt.FloorCPU); err != nil {
		return nil, err
	}
	if r.plain, err = newSide(r.loop, "ws://"+r.child.addr+"/", true, &r.opt); err != nil {
		return nil, err
	}
	if err := r.gather(r.plain, 2000, r.opt.Gather); err != nil {
		return nil, err
	}
	if err := r.child.setRecord(r.opt.FloorBytes); err != nil {
		return nil, err
	}
	var shard, floor *window
	for range max(1, int(r.opt.Measure/slice)) {
		if shard, err = r.turn(r.shard, r.plain, shard); err != nil {
			return nil, err
		}
		if r.opt.FloorBytes == 0 {
			if err := r.child.setRecord(r.perOrder(shard)); err != nil {
				return nil, err
			}
		}
		if floor, err = r.turn(r.plain, r.shard, floor); err != nil {
			return nil, err
		}
	}
	report := r.report(shard)
	f := r.plain.figures(r.opt.Scene, floor)
	report.Floor, report.Ratio = &f, shard.perTick()/floor.perTick()
	return report, nil
}

// perTick is the server's CPU for each tick that any of the players heard of, in
// seconds. On a busy machine ticks come late and are fewer, which must not pass for
// thrift; that not everybody is told of each may.
func (w *window) perTick() float64 { return w.cpu / float64(max(1, w.ticks)) }

// perOrder is how many bytes each player was sent for an order.
func (r *run) perOrder(w *window) int {
	return int(math.Round(float64(w.bytes-w.frames*frameOverhead) / float64(w.orders) / float64(r.shard.present)))
}

// frameOverhead is what a message of the broadcaster has beside its records:
// header, kind, tick, count and size, at their usual lengths.
const frameOverhead = 10

// floorHz is the rate of the broadcaster, that of a system by default.
const floorHz = 10

// turn plays one side while the other is quiet, and adds what was counted to sum.
func (r *run) turn(on, off *side, sum *window) (*window, error) {
	off.ask(false)
	on.ask(true)
	if err := r.wait(settling); err != nil {
		return nil, err
	}
	w, err := r.measure(on, func() error { return r.wait(slice) })
	if err != nil || sum == nil {
		return w, err
	}
	sum.add(w)
	return sum, nil
}
