package differ

// maxTries bounds how many smaller programs are tried for one difference.
const maxTries = 3_000

// shrink makes a program smaller while its two outcomes still differ. It tries the
// same few cuts everywhere, the large ones first, until none of them helps.
func (j *judge) shrink(program *node, how way) (*node, error) {
	s := &shrinker{judge: j, way: how, root: program, left: maxTries}
	for s.changed = true; s.changed && s.left > 0 && s.err == nil; {
		s.changed = false
		s.visit(&s.root)
	}
	return s.root, s.err
}

type shrinker struct {
	*judge
	way     way
	root    *node
	left    int
	changed bool
	err     error
}

// attempt keeps a change if the program still differs, and takes it back otherwise.
func (s *shrinker) attempt(change, undo func()) bool {
	if s.left <= 0 || s.err != nil {
		return false
	}
	before := len(s.root.source())
	change()
	source := s.root.source()
	if len(source) < before {
		s.left--
		want, got, err := s.both(source, s.way)
		s.err = err
		if err == nil && want.end != endSyntax && s.differs(want, got) {
			s.changed = true
			return true
		}
	}
	undo()
	return false
}

// visit shrinks what stands at a place, from the outside in.
func (s *shrinker) visit(at **node) {
	if (*at).kind == block || (*at).kind == sequence {
		s.drop(*at)
	} else {
		s.replace(at)
	}
	for i := range (*at).kids {
		s.visit(&(*at).kids[i])
	}
}

// drop takes runs of kids away, half of them first, then fewer.
func (s *shrinker) drop(n *node) {
	for size := len(n.kids); size > 0; size /= 2 {
		for at := 0; at+size <= len(n.kids); {
			all := n.kids
			if len(all)-size < n.least {
				break
			}
			rest := append(append([]*node(nil), all[:at]...), all[at+size:]...)
			if !s.attempt(func() { n.kids = rest }, func() { n.kids = all }) {
				at += size
			}
		}
	}
}

// leaves are what an expression may become.
var leaves = []*node{expr("nil"), expr("1"), expr("x"), expr(`"a"`), expr("{}")}

// replace puts something smaller in a node's place: a part of it, or for an
// expression a leaf.
func (s *shrinker) replace(at **node) {
	n := *at
	if n.kind == fixed {
		return
	}
	var smaller []*node
	if n.kind == expression {
		smaller = append(smaller, leaves...)
	}
	smaller = append(smaller, parts(n, n.kind)...)
	for _, m := range smaller {
		if s.attempt(func() { *at = m }, func() { *at = n }) {
			s.replace(at)
			return
		}
	}
}

// parts are the pieces of a node that could stand in its place: of a statement its
// blocks, of an expression the expressions in it.
func parts(n *node, kind nodeKind) []*node {
	var out []*node
	for _, kid := range n.kids {
		switch {
		case kid.kind == kind || kind == statement && kid.kind == block:
			out = append(out, kid)
		case kid.kind == sequence || kid.kind == expression:
			out = append(out, parts(kid, kind)...)
		}
	}
	return out
}
