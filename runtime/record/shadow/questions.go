package shadow

import (
	"hotshard/runtime/system"
)

// questions hold what the first run asks against what the second does: the tape has answers
// to the first's alone. They are matched by what is asked. What the second asks and the first
// did not is answered with what the same activity was answered to the same word, or by nobody.
type questions struct {
	first   map[askedKey]*question       // of the first run, by number
	open    map[system.Asked][]*question // of the first, not matched: by what is asked, without number
	wanted  []*question                  // of the second, not matched, oldest first
	heard   map[system.Question]*heard
	held    map[askedKey]system.Message // answers to what the second has not asked
	due     []system.Message
	guessed int // questions that were answered with what was answered to another
}

type askedKey struct {
	kind system.AskedKind
	id   uint64
}

// question is one of either run.
type question struct {
	system.Asked
	order   system.Message // that it gives itself
	matched uint64         // the number in the second run, of one of the first
	gone    bool           // it has found its other, or needs none
}

// heard are the answers of the first run to one question that is answered at once.
type heard struct {
	at    []int // in which step
	texts []string
	last  string
}

func newQuestions() *questions {
	return &questions{first: map[askedKey]*question{}, open: map[system.Asked][]*question{}, heard: map[system.Question]*heard{}, held: map[askedKey]system.Message{}}
}

// about is what is asked, without who asks and under which number.
func about(a system.Asked) system.Asked {
	a.ID, a.Of = 0, ""
	return a
}

// askedFirst notes a question of the first run.
func (q *questions) askedFirst(a system.Asked) {
	one := &question{Asked: a}
	q.first[askedKey{a.Kind, a.ID}] = one
	for i, w := range q.wanted { // the second was quicker
		if about(w.Asked) == about(a) {
			one.gone, one.matched = true, w.ID
			q.wanted = append(q.wanted[:i], q.wanted[i+1:]...)
			return
		}
	}
	q.open[about(a)] = append(q.open[about(a)], one)
}

// askedAgain notes one of the second.
func (q *questions) askedAgain(a system.Asked, order system.Message) {
	if one := q.pop(about(a)); one != nil {
		one.order = order
		q.match(one, a.ID)
		return
	}
	q.wanted = append(q.wanted, &question{Asked: a, order: order})
}

// pop is the oldest question of the first run that asks this and has no other yet.
func (q *questions) pop(key system.Asked) *question {
	list := q.open[key]
	for len(list) > 0 && list[0].gone {
		list = list[1:]
	}
	if len(list) == 0 {
		delete(q.open, key)
		return nil
	}
	q.open[key] = list[1:]
	return list[0]
}

// match says that a question of the first run is that of the second with the number.
func (q *questions) match(one *question, id uint64) {
	one.gone, one.matched = true, id
	key := askedKey{one.Kind, one.ID}
	if m, ok := q.held[key]; ok {
		delete(q.held, key)
		q.due = append(q.due, numbered(m, id))
	}
}

// numbered is an answer to the question with another number.
func numbered(m system.Message, id uint64) system.Message {
	switch m := m.(type) {
	case system.Result:
		m.ID = id
		return m
	case system.Answer:
		m.ID = id
		return m
	case system.Order:
		m.ID = id
		return m
	}
	return m
}

// answer is what an answer on the tape is to the second run.
func (q *questions) answer(m system.Message) (system.Message, bool) {
	var key askedKey
	switch m := m.(type) {
	case system.Result:
		key = askedKey{system.AskedOutside, m.ID}
	case system.Answer:
		key = askedKey{system.AskedService, m.ID}
	case system.Order:
		key = askedKey{system.AskedOrder, m.ID}
	}
	one := q.first[key]
	switch {
	case one == nil: // of before the beginning, where both were one
		return m, true
	case key.kind == system.AskedOrder:
		delete(q.first, key)
		if one.gone {
			return one.order, true
		}
		one.gone = true
		return nil, false
	case one.gone:
		delete(q.first, key)
		return numbered(m, one.matched), true
	}
	q.held[key] = m
	return nil, false
}

// take are the answers for the second run's step that begins. Orders that only it has given
// are carried out; questions that only it has asked are answered with what the same activity
// was answered, if it was.
func (q *questions) take() []system.Message {
	left := q.wanted[:0]
	for _, w := range q.wanted {
		if w.order != nil {
			q.due = append(q.due, w.order)
		} else if one := q.like(w.Asked); one != nil {
			q.guessed++
			q.match(one, w.ID)
		} else {
			left = append(left, w)
		}
	}
	q.wanted = left
	out := q.due
	q.due = nil
	return out
}

// like is the oldest question of the first run that asks with the same word, for the same
// activity, and has no other yet.
func (q *questions) like(a system.Asked) (found *question) {
	for _, list := range q.open {
		for _, one := range list {
			if !one.gone && one.Kind == a.Kind && one.Word == a.Word && one.Of == a.Of && (found == nil || one.ID < found.ID) {
				found = one
			}
		}
	}
	return found
}

// hearFirst notes an answer of the first run.
func (q *questions) hearFirst(of system.Question, step int, text string) {
	h := q.heard[of]
	if h == nil {
		h = &heard{}
		q.heard[of] = h
	}
	h.at, h.texts = append(h.at, step), append(h.texts, text)
}

// hearAgain is what the second run hears: what the first did then, or last before.
func (q *questions) hearAgain(of system.Question, step int) string {
	h := q.heard[of]
	if h == nil {
		return ""
	}
	for len(h.at) > 1 && h.at[0] < step {
		h.last = h.texts[0]
		h.at, h.texts = h.at[1:], h.texts[1:]
	}
	if len(h.at) > 0 {
		h.last = h.texts[0]
		h.at, h.texts = h.at[1:], h.texts[1:]
	}
	return h.last
}
