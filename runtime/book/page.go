package book

import "container/heap"

// Page returns the best orders of a side, at most so many, the best first.
func (b *Book) Page(of Side, most int) []Order {
	s := &b.sides[of]
	w := walk{s: s}
	var out []Order
	for next := 0; len(out) < most; {
		// A cell is looked into when its best could be the next.
		for next < len(s.order) && (len(w.at) == 0 || !w.before(w.at[0], spot{s.order[next], 0})) {
			heap.Push(&w, spot{s.order[next], 0})
			next++
		}
		if len(w.at) == 0 {
			break
		}
		top := heap.Pop(&w).(spot)
		h := s.all[top.cell].heap
		for kid := 2*top.i + 1; kid <= 2*top.i+2 && int(kid) < len(h); kid++ {
			heap.Push(&w, spot{top.cell, kid})
		}
		if e := h[top.i]; b.alive(e) {
			out = append(out, b.orders[e.at].Order)
		}
	}
	return out
}

// spot is a place in a cell's heap.
type spot struct{ cell, i int32 }

// walk goes through the heaps of a side's cells, the best first. It implements
// heap.Interface.
type walk struct {
	s  *side
	at []spot
}

func (w *walk) before(a, b spot) bool {
	c := &w.s.all[a.cell]
	return c.better(c.heap[a.i], w.s.all[b.cell].heap[b.i])
}

// Len implements heap.Interface.
func (w *walk) Len() int { return len(w.at) }

// Less implements heap.Interface.
func (w *walk) Less(i, k int) bool { return w.before(w.at[i], w.at[k]) }

// Swap implements heap.Interface.
func (w *walk) Swap(i, k int) { w.at[i], w.at[k] = w.at[k], w.at[i] }

// Push implements heap.Interface.
func (w *walk) Push(x any) { w.at = append(w.at, x.(spot)) }

// Pop implements heap.Interface.
func (w *walk) Pop() any {
	last := len(w.at) - 1
	x := w.at[last]
	w.at = w.at[:last]
	return x
}
