package system

import (
	"fmt"
	"time"

	"hotshard/runtime/gate/wire"
	"hotshard/runtime/script/image"
	"hotshard/runtime/world"
)

// What an image has of plain values and of messages.

const (
	valueNil = iota
	valueFalse
	valueTrue
	valueNumber
	valueText
	valueList
	valueMap

	valueDepth = 64 // of lists and maps in each other
)

func writeValue(w *image.Writer, v world.Value) {
	switch v := v.(type) {
	case nil:
		w.Count(valueNil)
	case bool:
		if v {
			w.Count(valueTrue)
		} else {
			w.Count(valueFalse)
		}
	case float64:
		w.Count(valueNumber)
		w.Float(v)
	case int:
		writeValue(w, float64(v))
	case int64:
		writeValue(w, float64(v))
	case string:
		w.Count(valueText)
		w.Text(v)
	case []world.Value:
		w.Count(valueList)
		writeArgs(w, v)
	case map[string]world.Value:
		w.Count(valueMap)
		w.Count(len(v))
		for _, key := range sortedKeys(v) {
			w.Text(key)
			writeValue(w, v[key])
		}
	default:
		w.Count(valueNil)
		w.Refuse(fmt.Sprintf("a %T, which is no plain value", v))
	}
}

func readValue(r *image.Reader) world.Value { return readValueIn(r, valueDepth) }

func readValueIn(r *image.Reader, depth int) world.Value {
	if depth == 0 {
		r.Fail("values in each other without end")
		return nil
	}
	switch r.Small(valueMap) {
	case valueFalse:
		return false
	case valueTrue:
		return true
	case valueNumber:
		return r.Float()
	case valueText:
		return r.Text()
	case valueList:
		n := r.Count()
		list := make([]world.Value, 0, n)
		for range n {
			list = append(list, readValueIn(r, depth-1))
		}
		return list
	case valueMap:
		m := map[string]world.Value{}
		for range r.Count() {
			key := r.Text()
			m[key] = readValueIn(r, depth-1)
		}
		return m
	}
	return nil
}

func writeArgs(w *image.Writer, args []world.Value) {
	w.Count(len(args))
	for _, v := range args {
		writeValue(w, v)
	}
}

func readArgs(r *image.Reader) []world.Value {
	var out []world.Value
	for range r.Count() {
		out = append(out, readValue(r))
	}
	return out
}

func writeVec(w *image.Writer, v world.Vec3) {
	w.Float(v.X)
	w.Float(v.Y)
	w.Float(v.Z)
}

func readVec(r *image.Reader) world.Vec3 { return world.Vec3{X: r.Float(), Y: r.Float(), Z: r.Float()} }

func writeShip(w *image.Writer, s *Ship) {
	w.Text(s.Kind)
	w.Text(s.Name)
	w.Text(s.Type)
	for _, f := range []float64{s.Mass, s.Agility, s.Speed, s.Radius, s.Warp} {
		w.Float(f)
	}
	writeVec(w, s.Pos)
	writeVec(w, s.Vel)
}

func readShip(r *image.Reader) Ship {
	return Ship{Kind: r.Text(), Name: r.Text(), Type: r.Text(), Mass: r.Float(), Agility: r.Float(), Speed: r.Float(), Radius: r.Float(), Warp: r.Float(),
		Pos: readVec(r), Vel: readVec(r)}
}

func writeCharacter(w *image.Writer, c Character) {
	w.Uint(uint64(c.ID))
	w.Text(c.Name)
	w.Uint(uint64(c.System))
	w.Uint(uint64(c.Station))
	w.Bool(c.Ship != nil)
	if c.Ship != nil {
		writeShip(w, c.Ship)
	}
	writeValue(w, c.Data)
	w.Int(int64(c.Release))
	w.Bool(c.Moved)
}

func readCharacter(r *image.Reader) Character {
	c := Character{ID: world.CharacterID(r.Uint()), Name: r.Text(), System: world.SystemID(r.Uint()), Station: world.EntityID(r.Uint())}
	if r.Bool() {
		ship := readShip(r)
		c.Ship = &ship
	}
	c.Data, c.Release, c.Moved = readValue(r), int(r.Int()), r.Bool()
	return c
}

func writeTime(w *image.Writer, t time.Time) {
	w.Bool(!t.IsZero())
	if !t.IsZero() {
		w.Int(t.UnixNano())
	}
}

func readTime(r *image.Reader) time.Time {
	if !r.Bool() {
		return time.Time{}
	}
	return time.Unix(0, r.Int())
}

func writeCommand(w *image.Writer, m Command) {
	w.Uint(uint64(m.Player))
	w.Uint(m.ID)
	w.Text(m.Name)
	writeValue(w, m.Args)
	w.Int(int64(m.Hops))
}

func readCommand(r *image.Reader, k *kinds) Command {
	m := Command{Player: world.CharacterID(r.Uint()), ID: r.Uint(), Name: r.Text(), Args: readValue(r), Hops: int(r.Int())}
	m.Client = k.client(m.Player)
	return m
}

func writeCall(w *image.Writer, m Call) {
	w.Text(string(m.From))
	w.Int(int64(m.Release))
	w.Uint(m.ID)
	w.Text(m.Func)
	writeArgs(w, m.Args)
}

func readCall(r *image.Reader) Call {
	return Call{From: world.Address(r.Text()), Release: int(r.Int()), ID: r.Uint(), Func: r.Text(), Args: readArgs(r)}
}

func writeEnter(w *image.Writer, m Enter) {
	writeCharacter(w, m.Character)
	w.Text(m.Reason)
	w.Text(m.From)
	w.Uint(uint64(m.Gate))
	w.Bool(m.Back)
}

func readEnter(r *image.Reader, k *kinds) Enter {
	m := Enter{Character: readCharacter(r), Reason: r.Text(), From: r.Text(), Gate: world.EntityID(r.Uint()), Back: r.Bool()}
	m.Client = k.connection(m.Character.ID)
	return m
}

// The messages that can be in an image. Their numbers are part of the format.
const (
	mailEnter = iota
	mailAttach
	mailDetach
	mailLeave
	mailCommand
	mailEvent
	mailCall
	mailAnswer
	mailKnock
	mailWithdraw
	mailTicket
	mailResult
	mailOrder
	mailTell
)

// write writes the messages that have come in and not been delivered.
func (b *mail) write(w *image.Writer) {
	w.Step("a message")
	w.Count(len(b.batch))
	for _, m := range b.batch {
		writeMessage(w, m)
	}
}

func writeMessage(w *image.Writer, m Message) {
	switch m := m.(type) {
	case Enter:
		w.Count(mailEnter)
		writeEnter(w, m)
	case Attach:
		w.Count(mailAttach)
		w.Uint(uint64(m.Player))
	case Detach:
		w.Count(mailDetach)
		w.Uint(uint64(m.Player))
	case Leave:
		w.Count(mailLeave)
		w.Uint(uint64(m.Player))
		w.Text(m.Reason)
	case Command:
		w.Count(mailCommand)
		writeCommand(w, m)
	case Event:
		w.Count(mailEvent)
		w.Text(string(m.From))
		w.Int(int64(m.Release))
		w.Text(m.Name)
		writeArgs(w, m.Args)
	case Call:
		w.Count(mailCall)
		writeCall(w, m)
	case Answer:
		w.Count(mailAnswer)
		w.Uint(m.ID)
		writeArgs(w, m.Values)
		w.Text(m.Err)
	case Result:
		w.Count(mailResult)
		w.Uint(m.ID)
		writeValue(w, m.Value)
		w.Text(m.Err)
		w.Bool(m.Refused)
		w.Text(m.Code)
	case Order:
		w.Count(mailOrder)
		w.Uint(m.ID)
		w.Uint(uint64(m.Player))
		w.Text(m.Name)
		writeValue(w, m.Args)
	case Tell:
		w.Count(mailTell)
		w.Uint(uint64(m.Player))
		w.Raw(m.Event.Text())
	default:
		writeTicketMessage(w, m)
	}
}

func writeTicketMessage(w *image.Writer, m Message) {
	switch m := m.(type) {
	case Knock:
		w.Count(mailKnock)
		w.Uint(uint64(m.Player))
		w.Text(string(m.From))
	case Withdraw:
		w.Count(mailWithdraw)
		w.Uint(uint64(m.Player))
		w.Text(string(m.From))
	case Ticket:
		w.Count(mailTicket)
		w.Uint(uint64(m.Player))
		w.Uint(uint64(m.System))
		w.Text(m.Name)
		w.Int(int64(m.Place))
		w.Int(int64(m.Of))
		w.Bool(m.Granted)
		w.Bool(m.Lost)
	default:
		w.Count(mailDetach)
		w.Uint(0)
		w.Refuse("work of this process that waits to be done: let a tick pass")
	}
}

func (b *mail) read(r *image.Reader, s *System, k *kinds) {
	for range r.Count() {
		if m := readMessage(r, k); m != nil {
			b.batch = append(b.batch, m)
		}
	}
	for _, m := range b.batch {
		if _, ok := m.(Enter); ok {
			s.stats.coming.Add(1)
		}
	}
}

// readMessage is nil for one about a connection that is not there any more.
func readMessage(r *image.Reader, k *kinds) Message {
	switch r.Small(mailTell) {
	case mailEnter:
		return readEnter(r, k)
	case mailAttach:
		id := world.CharacterID(r.Uint())
		if c := k.connection(id); c != nil {
			return Attach{id, c}
		}
	case mailDetach:
		id := world.CharacterID(r.Uint())
		if c := k.connection(id); c != nil {
			return Detach{id, c}
		}
	case mailLeave:
		return Leave{world.CharacterID(r.Uint()), r.Text()}
	case mailCommand:
		return readCommand(r, k)
	case mailEvent:
		return Event{From: world.Address(r.Text()), Release: int(r.Int()), Name: r.Text(), Args: readArgs(r)}
	case mailCall:
		return readCall(r)
	case mailAnswer:
		return Answer{r.Uint(), readArgs(r), r.Text()}
	case mailResult:
		return Result{r.Uint(), readValue(r), r.Text(), r.Bool(), r.Text()}
	case mailOrder:
		return Order{r.Uint(), world.CharacterID(r.Uint()), r.Text(), readValue(r)}
	case mailTell:
		return Tell{world.CharacterID(r.Uint()), wire.EventOf(r.Raw())}
	case mailKnock:
		return Knock{world.CharacterID(r.Uint()), world.Address(r.Text())}
	case mailWithdraw:
		return Withdraw{world.CharacterID(r.Uint()), world.Address(r.Text())}
	case mailTicket:
		return Ticket{world.CharacterID(r.Uint()), world.SystemID(r.Uint()), r.Text(), int(r.Int()), int(r.Int()), r.Bool(), r.Bool()}
	}
	return nil
}
