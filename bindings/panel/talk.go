package panel

import (
	"encoding/json"
	"errors"
	"fmt"

	"hotshard/runtime/script"
	"hotshard/runtime/script/code"
	"hotshard/runtime/world"
)

// Talk is a Page on the other side of a wall that only text goes through: the page's own
// script tells it what happened, and it says what to show.
type Talk struct {
	page *Page
	say  func([]byte)
	told string // the list of panels that was said last
}

// NewTalk makes a Page that says what it has to say through say.
func NewTalk(say func([]byte)) *Talk {
	t := &Talk{say: say}
	t.page = NewPage(t)
	return t
}

// Heard is what the page's script tells. Do says which of the fields count.
type Heard struct {
	Do      string             `json:"do"`
	Number  int                `json:"number"`
	From    string             `json:"from"` // the hash of the release that a change is of; "" for all files
	Hash    string             `json:"hash"`
	Files   map[string]*string `json:"files"` // null: it is gone
	Panel   string             `json:"panel"`
	ID      string             `json:"id"`
	Request uint64             `json:"request"`
	Event   string             `json:"event"`
	Value   world.Value        `json:"value"`
	Message string             `json:"message"`
	Code    string             `json:"code"`
}

// Said is what the page's script is told.
type Said struct {
	Say     string      `json:"say"`
	Panel   string      `json:"panel,omitempty"`
	Tree    *Node       `json:"tree,omitempty"`
	Request uint64      `json:"request,omitempty"`
	Command string      `json:"command,omitempty"`
	Page    bool        `json:"page,omitempty"`
	Value   world.Value `json:"value,omitempty"`
	Text    string      `json:"text,omitempty"`
	Back    float64     `json:"back,omitempty"`
	Fault   *SaidFault  `json:"fault,omitempty"`
	Panels  []Listed    `json:"panels,omitempty"`
	Hears   []string    `json:"hears,omitempty"`
	Hash    string      `json:"hash,omitempty"`
	Number  int         `json:"number,omitempty"`
}

// SaidFault is an error as operators read it.
type SaidFault struct {
	Panel     string `json:"panel"`
	Function  string `json:"function,omitempty"`
	Place     string `json:"place,omitempty"`
	Message   string `json:"message"`
	Traceback string `json:"traceback,omitempty"`
	Origin    string `json:"in,omitempty"`
	Release   int    `json:"release"`
}

// Listed is a panel in the list of all.
type Listed struct {
	Name  string `json:"name"`
	Title string `json:"title"`
	Icon  string `json:"icon,omitempty"`
}

// Hear takes a message at a time of the page, in seconds, and says what comes of it. It
// returns when it has to be called again, without a message, at the latest; -1 for never.
func (t *Talk) Hear(now float64, message []byte) float64 {
	if len(message) > 0 {
		var m Heard
		if err := json.Unmarshal(message, &m); err != nil {
			t.send(Said{Say: "refused", Fault: &SaidFault{Message: fmt.Sprintf("a message of the page cannot be read: %v", err)}})
		} else {
			t.hear(&m)
		}
	}
	t.page.Advance(now)
	t.list()
	if due, ok := t.page.NextDue(); ok {
		return max(due, now)
	}
	return -1
}

func (t *Talk) hear(m *Heard) {
	switch m.Do {
	case "release":
		t.bring(m)
	case "samples":
		t.page.Sample()
	case "here":
		here, _ := m.Value.(map[string]world.Value)
		t.page.Here(here)
	case "settings":
		kept, _ := m.Value.(map[string]world.Value)
		if kept == nil {
			kept = map[string]world.Value{}
		}
		t.page.Settings(m.Panel, kept)
	case "told":
		t.page.Told(m.Event, m.Value)
	case "open":
		t.page.Open(m.Panel, m.Value)
	case "close":
		t.page.Close(m.Panel)
	case "happen":
		t.page.Do(m.Panel, func(v *View) { v.Happen(m.ID, m.Event, m.Value) })
	case "answer":
		t.page.Do(m.Panel, func(v *View) { v.Answer(m.Request, m.Value, m.Message, m.Code) })
	}
}

// bring takes a release, or what has changed since the one that runs.
func (t *Talk) bring(m *Heard) {
	from := t.page.Release()
	if m.From != "" && m.From != from.Hash {
		t.send(Said{Say: "behind", Hash: from.Hash})
		return
	}
	changed := map[string][]byte{}
	if m.From == "" {
		for path := range from.Files {
			changed[path] = nil
		}
	}
	for path, text := range m.Files {
		if text == nil {
			changed[path] = nil
		} else {
			changed[path] = []byte(*text)
		}
	}
	to := from.With(m.Number, changed)
	if err := t.page.Bring(to); err != nil {
		f := faultOf("", m.Number, err)
		var r *code.Refusal
		if errors.As(err, &r) && r.File != "" {
			f.Module = code.ModuleName(r.File)
		}
		f.Origin = fmt.Sprintf("taking release %d", m.Number)
		t.send(Said{Say: "refused", Fault: saidFault(f)})
	}
}

// list says which panels there are, when that is news.
func (t *Talk) list() {
	s := Said{Say: "panels", Hears: t.page.Hears(), Hash: t.page.release.Hash, Number: t.page.release.Number, Panels: []Listed{}}
	for _, name := range t.page.Names() {
		v := t.page.View(name)
		s.Panels = append(s.Panels, Listed{Name: name, Title: v.Title(), Icon: v.Icon()})
	}
	if b, _ := json.Marshal(s); string(b) != t.told {
		t.told = string(b)
		t.say(b)
	}
}

func (t *Talk) send(s Said) {
	b, err := json.Marshal(s)
	if err != nil {
		b, _ = json.Marshal(Said{Say: "refused", Fault: &SaidFault{Message: err.Error()}})
	}
	t.say(b)
}

// Show implements Host.
func (t *Talk) Show(panel string, tree *Node) { t.send(Said{Say: "tree", Panel: panel, Tree: tree}) }

// Ask implements Host.
func (t *Talk) Ask(panel string, id uint64, r Request) {
	t.send(Said{Say: "ask", Panel: panel, Request: id, Command: r.Command, Value: r.Args, Page: r.Page})
}

// Tell implements Host.
func (t *Talk) Tell(panel, text string) { t.send(Said{Say: "tell", Panel: panel, Text: text}) }

// Keep implements Host.
func (t *Talk) Keep(panel, name string, value world.Value) {
	t.send(Said{Say: "keep", Panel: panel, Text: name, Value: value})
}

// Trouble implements Host.
func (t *Talk) Trouble(panel string, f script.Fault, back float64) {
	t.send(Said{Say: "trouble", Panel: panel, Fault: saidFault(f), Back: back})
}

func saidFault(f script.Fault) *SaidFault {
	return &SaidFault{Panel: f.Module, Function: f.Function, Place: f.Place, Message: f.Message, Traceback: f.Traceback, Origin: f.Origin, Release: f.Release}
}
