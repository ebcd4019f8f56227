package system

import (
	"encoding/json"
	"fmt"
	"strings"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/gate/wire"
	"hotshard/runtime/script"
	"hotshard/runtime/world"
)

// A system that is run again may be observed: somebody hears what it does that would be seen
// outside, and may answer what it asks otherwise than the tape does. Two runs with other code
// can so be held against each other, although the second asks other things, or in another
// order.

// Observer hears of a system that is run again. Its methods are called on the goroutine that
// runs it, in the middle of Lua.
type Observer interface {
	// Did hears of what would have been seen outside.
	Did(Act)
	// Asked hears of a question whose answer will be a message. An order that it gives itself
	// stands in m; nil: there is none.
	Asked(q Asked, m Message)
	// Answer says what an answer on the tape, a Result, an Answer or an Order, is to this run;
	// false: nothing yet.
	Answer(m Message) (Message, bool)
	// Due are answers for the step that begins.
	Due() []Message
	// Hear says what a question that is answered at once is answered, for which the tape has
	// text.
	Hear(q Question, text string) string
}

// Act is something that would have been seen outside, as texts.
type Act struct {
	Kind ActKind
	To   string // whom it is for: a player, a system; "" for nobody in particular
	Name string // of the command, the event, the function, the word
	What string // what it says; of an error its message
	Bad  bool   // it is an error
	script.Doing
	Trace string // of an error
}

// ActKind is what an Act is.
type ActKind uint8

// The kinds of Acts.
const (
	ActFault   ActKind = iota // a script's error
	ActReply                  // a player's command is answered, or a service's caller
	ActEvent                  // players are told something
	ActMessage                // to another system or a service
	ActAsk                    // the store, or whatever else is outside, is asked for something
	ActMove                   // a player jumps, or is sent away
	ActLog                    // something is written to the log
)

// Asked is a question that is answered with a message.
type Asked struct {
	Kind AskedKind
	ID   uint64 // among those of its kind
	Word string // what it asks of whom, and
	Args string // with what
	Of   string // the activity that asks
}

// AskedKind is whose numbers a question has.
type AskedKind uint8

// The kinds of questions.
const (
	AskedOutside AskedKind = iota // work outside: a Result
	AskedService                  // a call: an Answer
	AskedOrder                    // a command given as a player: an Order, and what comes of it
)

// Question is one that is answered at once.
type Question struct {
	Word string
	Name string
	ID   uint64
}

// observer is nil where nobody observes.
func (s *System) observer() Observer {
	if s.cfg.playback == nil {
		return nil
	}
	return s.cfg.playback.cfg.Observer
}

// did tells the observer, if there is one; what is only asked then.
func (s *System) did(kind ActKind, to, name string, what func() string) {
	o := s.observer()
	if o == nil {
		return
	}
	a := Act{Kind: kind, To: to, Name: name, What: what()}
	if st := s.scripts.state; st != nil {
		a.Doing = st.Doing()
	}
	o.Did(a)
}

// askedOutside tells the observer what a task asks: the arguments of the word that runs on L,
// which may be nil.
func (s *System) askedOutside(id uint64, word string, L *lua.LState) {
	o := s.observer()
	if o == nil {
		return
	}
	var args []world.Value
	for i := 1; L != nil && i <= L.GetTop(); i++ {
		args = append(args, s.scripts.state.Describe(L.Get(i), describedDepth))
	}
	s.tellAsked(AskedOutside, id, word, plain(args...), nil)
	s.did(ActAsk, "", word, func() string { return plain(args...) })
}

// describedDepth is how deep arguments are looked into.
const describedDepth = 6

func (s *System) tellAsked(kind AskedKind, id uint64, word, args string, m Message) {
	if o := s.observer(); o != nil {
		d := s.scripts.state.Doing()
		o.Asked(Asked{kind, id, word, args, d.Origin + " " + d.Player}, m)
	}
}

// failed is an error of a script in a system that is run again.
func (s *System) failed(f script.Fault) {
	if o := s.observer(); o != nil {
		o.Did(Act{Kind: ActFault, Name: f.Module, What: f.Message, Bad: true, Trace: f.Traceback,
			Doing: script.Doing{Origin: f.Origin, Player: f.Player, Function: f.Function, Where: f.Place}})
	}
}

// noted is a line for the log by a system that is run again.
func (s *System) noted(level, module, text string) {
	file, _, _ := strings.Cut(module, "@")
	s.did(ActLog, "", level+" in "+file, func() string { return text })
}

// sentOut tells the observer of a message to another system.
func (s *System) sentOut(to world.Address, m Message) {
	if s.observer() == nil {
		return
	}
	switch m := m.(type) {
	case Event:
		s.did(ActMessage, string(to), "event "+m.Name, func() string { return plain(m.Args...) })
	case Call:
		s.tellAsked(AskedService, m.ID, string(to)+"."+m.Func, plain(m.Args...), nil)
		s.did(ActMessage, string(to), "call "+m.Func, func() string { return plain(m.Args...) })
	}
}

// answered tells the observer how a command of a player, or a call, has ended.
func (s *System) answered(to, name string, of script.Doing, err error, values ...world.Value) {
	o := s.observer()
	if o == nil {
		return
	}
	a := Act{Kind: ActReply, To: to, Name: name, What: plain(values...), Doing: of}
	if err != nil {
		a.What, a.Bad = err.Error(), true
	}
	o.Did(a)
}

// plain writes values as a text, the same for the same.
func plain(values ...world.Value) string {
	out := ""
	for i, v := range values {
		if i > 0 {
			out += ", "
		}
		text, err := json.Marshal(v)
		if err != nil { // a number that JSON does not have
			text = fmt.Append(nil, v)
		}
		out += string(text)
	}
	return out
}

// Whom players are called for an Observer.
const toEverybody = "everybody"

// toNear are those who see a thing: nobody, where there is none.
func toNear(id world.EntityID, there bool) string {
	if !there {
		return "nobody: there is no such thing"
	}
	return fmt.Sprintf("who sees %d", id)
}

func toPlayer(id world.CharacterID) string { return fmt.Sprintf("player %d", id) }

// Says tells an observer that a player, wherever, is told something past the system.
func (s *System) Says(to world.CharacterID, f *wire.Frame) { s.didTell(toPlayer(to), f) }

func (s *System) didTell(to string, f *wire.Frame) {
	if s.observer() == nil {
		return
	}
	var head struct {
		Ev string `json:"ev"`
	}
	_ = json.Unmarshal(f.Text(), &head) // it is ours
	s.did(ActEvent, to, head.Ev, func() string { return string(f.Text()) })
}
