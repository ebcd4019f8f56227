package vm

// frameStack is gopher-lua's interface of a call stack. A thread's is ours: it grows
// as calls go deeper, and its frames stay where they are.
type frameStack interface {
	Push(v frame)
	Pop() *frame
	Last() *frame

	SetSp(sp int)
	Sp() int
	At(sp int) *frame

	IsFull() bool
	IsEmpty() bool

	FreeAll()
}

// maxCalls is how deep calls may go, as in lua5.1; an error handler has some more.
const (
	maxCalls     = 20_000
	handlerCalls = 200
)

// callStack is a list of segments of frames. The first is its own.
type callStack struct {
	segment *segment
	n       int // frames in use in the segment
	sp      int // frames in use
	limit   int
	first   segment
	room    [firstFrames]frame
}

type segment struct {
	frames     []frame
	prev, next *segment
}

// What most tasks call is no deeper than the first two segments, which a thread keeps.
const (
	firstFrames   = 4
	secondFrames  = 12
	segmentFrames = 32
)

// following is how many frames the segment behind has.
func (s *segment) following() int {
	if s.prev == nil {
		return secondFrames
	}
	return segmentFrames
}

func newCallStack() *callStack {
	cs := &callStack{limit: maxCalls}
	cs.first.frames = cs.room[:]
	cs.segment = &cs.first
	return cs
}

// push takes the next frame; it holds what was there before.
func (cs *callStack) push() *frame {
	s := cs.segment
	if cs.n == len(s.frames) {
		if s.next == nil {
			s.next = &segment{frames: make([]frame, s.following()), prev: s}
		}
		s = s.next
		cs.segment, cs.n = s, 0
	}
	f := &s.frames[cs.n]
	cs.n++
	f.Idx = cs.sp
	cs.sp++
	return f
}

// pop gives the last frame back and is the one below, or nil.
func (cs *callStack) pop() *frame {
	cs.n--
	cs.sp--
	if cs.n == 0 && cs.segment.prev != nil {
		s := cs.segment
		s.next = nil // of two empty segments one is enough
		cs.segment = s.prev
		cs.n = len(cs.segment.frames)
	}
	if cs.n == 0 {
		return nil
	}
	return &cs.segment.frames[cs.n-1]
}

func (cs *callStack) Push(v frame) {
	f := cs.push()
	idx := f.Idx
	*f = v
	f.Idx = idx
}

func (cs *callStack) Pop() *frame {
	f := cs.Last()
	cs.pop()
	return f
}

func (cs *callStack) Last() *frame {
	if cs.n == 0 {
		return nil
	}
	return &cs.segment.frames[cs.n-1]
}

func (cs *callStack) SetSp(sp int) {
	for cs.sp > sp {
		cs.segment.frames[cs.n-1].Fn = nil
		cs.pop()
	}
}

func (cs *callStack) Sp() int { return cs.sp }

func (cs *callStack) At(sp int) *frame {
	s, at := cs.segment, cs.sp-cs.n
	for sp < at {
		s = s.prev
		at -= len(s.frames)
	}
	return &s.frames[sp-at]
}

func (cs *callStack) IsFull() bool  { return cs.sp >= cs.limit }
func (cs *callStack) IsEmpty() bool { return cs.sp == 0 }
func (cs *callStack) FreeAll()      { cs.SetSp(0) }
