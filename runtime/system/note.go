package system

import (
	"fmt"
	"time"

	"hotshard/runtime/script"
	"hotshard/runtime/script/image"
	"hotshard/runtime/world"
)

// Note is one thing that stands on a tape, for somebody who leaves some of them out and
// writes the rest down again. Of its fields those count that the kind of note has.
type Note struct {
	op   uint64
	at   int64 // when, in nanoseconds: of a step, of time that passed
	date int64 // of a step: by how many milliseconds the machine's date was ahead

	message Message
	flag    bool // of an Enter: with a connection; of a Detach: of the one that they have

	deed   script.Deed
	number int // of the deed's release, with its hash; 0 for none
	hash   string

	asked  uint64 // the question that was answered
	answer string
	player world.CharacterID // who lost frames, or keeps what they see

	tick     world.Tick
	measured bool
	digests  Digests
	took     int64
	game     float64
}

// ReadNotes reads what a batch of a tape says.
func ReadNotes(batch []byte) ([]Note, error) {
	r := image.NewPlainReader(batch)
	k := &kinds{clients: func(world.CharacterID) Client { return noClient{} }}
	var out []Note
	last := int64(0)
	for r.More() {
		n := Note{op: uint64(r.Small(ops - 1))}
		n.read(r, k, &last)
		out = append(out, n)
	}
	return out, r.Err()
}

// WriteNotes writes them as one batch.
func WriteNotes(notes []Note) ([]byte, error) {
	w := image.NewPlain()
	last := int64(0)
	for i := range notes {
		w.Uint(notes[i].op)
		notes[i].write(w, &last)
	}
	return w.Bytes(), w.Err()
}

func (n *Note) read(r *image.Reader, k *kinds, last *int64) {
	moment := func() int64 { *last += r.Int(); return *last }
	switch n.op {
	case opStep:
		n.at, n.date = moment(), r.Int()
	case opMessage:
		n.readMessage(r, k)
	case opDeed:
		n.readDeed(r)
	case opSettled, opRested, opInterlude, opInterluded:
	case opAnswer:
		n.asked, n.answer = r.Uint(), r.Text()
	case opDeaf, opKeeps:
		n.player = world.CharacterID(r.Uint())
	case opStepped:
		n.tick, n.measured = world.Tick(r.Uint()), r.Bool()
		for i := range n.digests {
			n.digests[i] = world.Digest(r.Fixed())
		}
	case opPaced:
		n.took = r.Int()
	case opPassed:
		n.game, n.at = r.Float(), moment()
	}
}

func (n *Note) write(w *image.Writer, last *int64) {
	moment := func() { w.Int(n.at - *last); *last = n.at }
	switch n.op {
	case opStep:
		moment()
		w.Int(n.date)
	case opMessage:
		n.writeMessage(w)
	case opDeed:
		n.writeDeed(w)
	case opAnswer:
		w.Uint(n.asked)
		w.Text(n.answer)
	case opDeaf, opKeeps:
		w.Uint(uint64(n.player))
	case opStepped:
		w.Uint(uint64(n.tick))
		w.Bool(n.measured)
		for _, part := range n.digests {
			w.Fixed(uint64(part))
		}
	case opPaced:
		w.Int(n.took)
	case opPassed:
		w.Float(n.game)
		moment()
	}
}

func (n *Note) readMessage(r *image.Reader, k *kinds) {
	if n.message = readMessage(r, k); n.message == nil {
		r.Fail("no message")
		return
	}
	switch n.message.(type) {
	case Enter, Detach:
		n.flag = r.Bool()
	}
}

func (n *Note) writeMessage(w *image.Writer) {
	writeMessage(w, n.message)
	switch n.message.(type) {
	case Enter, Detach:
		w.Bool(n.flag)
	}
}

func (n *Note) readDeed(r *image.Reader) {
	d := &n.deed
	d.Kind = script.DeedKind(r.Small(int(script.Deeds) - 1))
	if r.Bool() {
		n.number, n.hash = r.Small(1<<31-1), r.Text()
	}
	for _, texts := range []*[]string{&d.Roots, &d.Texts} {
		for range r.Count() {
			*texts = append(*texts, r.Text())
		}
	}
	for range r.Count() {
		d.IDs = append(d.IDs, r.Uint())
	}
	d.Back, d.Look = r.Bool(), r.Bool()
}

func (n *Note) writeDeed(w *image.Writer) {
	d := &n.deed
	w.Count(int(d.Kind))
	w.Bool(n.hash != "")
	if n.hash != "" {
		w.Count(n.number)
		w.Text(n.hash)
	}
	for _, texts := range [][]string{d.Roots, d.Texts} {
		w.Count(len(texts))
		for _, text := range texts {
			w.Text(text)
		}
	}
	w.Count(len(d.IDs))
	for _, id := range d.IDs {
		w.Uint(id)
	}
	w.Bool(d.Back)
	w.Bool(d.Look)
}

// Steps says whether the note is the beginning of a step, and Stepped whether it is the end.
func (n *Note) Steps() bool { return n.op == opStep }

// Stepped says whether the note is the end of a step: of which, and what it was compared by.
func (n *Note) Stepped() (tick world.Tick, ok bool) { return n.tick, n.op == opStepped }

// At is when a step began, the zero time for any other note.
func (n *Note) At() time.Time {
	if n.op != opStep {
		return time.Time{}
	}
	return time.Unix(0, n.at)
}

// SetDigests has the end of a step say how the system stands there.
func (n *Note) SetDigests(d Digests) { n.digests = d }

// Optional says whether the rest is still a tape without the note: it is something that came
// in, or was done. Time is not optional.
func (n *Note) Optional() bool {
	switch n.op {
	case opMessage, opDeed, opAnswer, opDeaf, opKeeps:
		return true
	}
	return false
}

// Renumber adds to the number of the question that the note answers. It says whether there
// is such a question still.
func (n *Note) Renumber(by int64) bool {
	if n.op != opAnswer {
		return true
	}
	asked := int64(n.asked) + by
	n.asked = uint64(max(asked, 0))
	return asked > 0
}

// Release is the one that the note names.
func (n *Note) Release() (number int, hash string, ok bool) { return n.number, n.hash, n.hash != "" }

// SetRelease has the note name another release.
func (n *Note) SetRelease(number int, hash string) { n.number, n.hash = number, hash }

// Player is who the note is about, 0 for nobody.
func (n *Note) Player() world.CharacterID {
	switch m := n.message.(type) {
	case Enter:
		return m.Character.ID
	case Attach:
		return m.Player
	case Detach:
		return m.Player
	case Leave:
		return m.Player
	case Command:
		return m.Player
	case Order:
		return m.Player
	case Tell:
		return m.Player
	case Knock:
		return m.Player
	case Withdraw:
		return m.Player
	case Ticket:
		return m.Player
	}
	return n.player
}

// Name is the name of whoever the note brings in, "" where it brings in nobody.
func (n *Note) Name() string {
	if m, ok := n.message.(Enter); ok {
		return m.Character.Name
	}
	return ""
}

// String says what came in, "" for what is not optional.
func (n *Note) String() string {
	switch m := n.message.(type) {
	case nil:
	case Enter:
		return "comes in (" + m.Reason + ")"
	case Leave:
		return "leaves (" + m.Reason + ")"
	case Command:
		return "command " + m.Name
	case Order:
		return "command " + m.Name + ", given by a script"
	case Event:
		return fmt.Sprintf("event %s from %s", m.Name, m.From)
	case Call:
		return fmt.Sprintf("%s calls %s", m.From, m.Func)
	case Answer:
		return "an answer of a service"
	case Result:
		return "an answer of the store"
	default:
		return fmt.Sprintf("%T", m)[len("system."):]
	}
	switch n.op {
	case opDeed:
		return n.deed.Kind.String()
	case opAnswer:
		return "an answer of the shard"
	case opDeaf:
		return "loses frames"
	case opKeeps:
		return "keeps what they see"
	}
	return ""
}
