package script

import (
	"time"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script/image"
)

// maxOverdue is for how many seconds a timer can be late at most: one that comes often
// would have to run once for each time that it was missed.
const maxOverdue = 3600

// How a task's end is written.
const (
	endNone = iota
	endTry
	endCommand
	endCall
)

// taskKinds are the kinds of activities and registrations.
func (c *codec) taskKinds() {
	c.kinds[kindRegistration] = image.Kind{Name: "a registration",
		Make:  func(*image.Reader) any { return &Registration{heap: -1} },
		Write: func(w *image.Writer, v any) { c.writeRegistration(w, v.(*Registration)) },
		Fill:  func(r *image.Reader, v any) { c.readRegistration(r, v.(*Registration)) }}
	c.kinds[kindTask] = image.Kind{Name: "a task",
		Make:  func(*image.Reader) any { return &Task{} },
		Write: func(w *image.Writer, v any) { c.writeTask(w, v.(*Task)) },
		Fill:  func(r *image.Reader, v any) { c.readTask(r, v.(*Task)) }}
	c.kinds[kindWait] = image.Kind{Name: "what a task waits for",
		Make: func(*image.Reader) any { return &Wait{s: c.s} },
		Write: func(w *image.Writer, v any) {
			wait := v.(*Wait)
			w.Object(wait.task)
			w.Bool(wait.used)
			w.Object(wait.timer)
		},
		Fill: func(r *image.Reader, v any) {
			wait := v.(*Wait)
			wait.task, wait.used, wait.timer = image.Needed[Task](r), r.Bool(), image.Object[Registration](r)
		}}
	c.kinds[kindNamedTask] = image.Kind{Name: "a named task",
		Make: func(*image.Reader) any { return &NamedTask{} },
		Write: func(w *image.Writer, v any) {
			nt := v.(*NamedTask)
			w.Text(nt.id)
			w.Value(nt.Fn)
			w.Object(nt.task)
			w.Value(nt.handle)
			writeValues(w, nt.yielded)
		},
		Fill: func(r *image.Reader, v any) {
			nt := v.(*NamedTask)
			nt.id, nt.Fn, nt.task, nt.handle, nt.yielded = r.Text(), r.Function(), image.Needed[Task](r), r.Table(), readValues(r)
			if nt.Fn == nil || nt.handle == nil {
				r.Fail("a named task without a function")
			}
		}}
}

func writeValues(w *image.Writer, values []lua.LValue) {
	w.Count(len(values))
	for _, v := range values {
		w.Value(v)
	}
}

func readValues(r *image.Reader) []lua.LValue {
	var out []lua.LValue
	for range r.Count() {
		out = append(out, r.Value())
	}
	return out
}

func (c *codec) writeRegistration(w *image.Writer, g *Registration) {
	w.Count(int(g.Kind))
	w.Text(g.Name)
	w.Step("'s function")
	w.Value(g.Fn)
	w.Object(g.Module)
	w.Int(int64(g.index))
	w.Uint(g.id)
	w.Float(g.Period)
	w.Float(g.due)
	if g.Kind == regAt {
		w.Int(g.moment.Unix())
	}
	w.Bool(g.gone)
	w.Object(g.wait)
	w.Object(g.over)
}

func (c *codec) readRegistration(r *image.Reader, g *Registration) {
	g.Kind, g.Name, g.Fn = RegistrationKind(r.Small(int(regAt))), r.Text(), r.Function()
	g.Module, g.index, g.id = image.Object[Module](r), int(r.Int()), r.Uint()
	g.Period, g.due = r.Float(), r.Float()
	if g.Kind == regAt {
		c.readCalendar(r, g)
	}
	g.gone = r.Bool()
	g.wait, g.over = image.Object[Wait](r), image.Object[Registration](r)
	switch {
	case g.Fn == nil:
		r.Fail("a registration without a function")
	case !(g.Period >= 0 && g.Period <= maxAhead) || !(g.due <= c.s.now+maxAhead):
		r.Fail("a timer that is due at %g and then every %g seconds", g.due, g.Period)
	}
	if g.Kind != regAt {
		g.due = max(g.due, c.s.now-maxOverdue)
	}
}

// readCalendar reads when a timer that goes by the calendar is due. Where that has passed
// meanwhile it runs at once.
func (c *codec) readCalendar(r *image.Reader, g *Registration) {
	when, err := parseCalendar(g.Name)
	if err != nil {
		r.Fail("a timer: %v", err)
		return
	}
	g.when, g.moment = when, time.Unix(r.Int(), 0).UTC()
}

func (c *codec) writeTask(w *image.Writer, t *Task) {
	w.Uint(t.id)
	w.Text(t.origin)
	w.Text(t.player)
	w.Bool(t.ended)
	if t.ended {
		return
	}
	w.Step("")
	w.Value(t.th)
	w.Bool(t.fn != nil)
	if t.fn != nil {
		w.Value(t.fn)
	}
	w.Object(t.wait)
	w.Float(t.since)
	w.Text(t.why)
	w.Object(t.named)
	w.Bool(t.tried)
	w.Bool(t.readonly != nil)
	c.writeEnd(w, t.done)
}

func (c *codec) writeEnd(w *image.Writer, done ending) {
	switch done := done.(type) {
	case nil:
		w.Count(endNone)
	case tryEnd:
		w.Count(endTry)
		w.Object(done.w)
	case commandEnd:
		w.Count(endCommand)
		w.Object(done.to)
	case callEnd:
		w.Count(endCall)
		w.Object(done.to)
	case consoleEnd: // the operator is not there any more
		w.Count(endNone)
	default:
		w.Count(endNone)
		w.Refuse("a task for whose end a Go function waits")
	}
}

func (c *codec) readTask(r *image.Reader, t *Task) {
	t.id, t.origin, t.player, t.ended = r.Uint(), r.Text(), r.Text(), r.Bool()
	if t.ended {
		return
	}
	t.th = r.Thread()
	if r.Bool() {
		t.fn = r.Function()
	}
	t.wait, t.since, t.why = image.Object[Wait](r), r.Float(), r.Text()
	t.named, t.tried = image.Object[NamedTask](r), r.Bool()
	if r.Bool() {
		t.readonly = newReadOnly()
	}
	t.done = c.readEnd(r)
	if t.th == nil {
		r.Fail("a task without a coroutine")
		return
	}
	t.th.Panic = c.s.panicWithTrace
}

func (c *codec) readEnd(r *image.Reader) ending {
	switch r.Small(endCall) {
	case endTry:
		return tryEnd{image.Needed[Wait](r)}
	case endCommand:
		to, ok := r.Any().(CommandEnd)
		if !ok {
			r.Fail("nobody who waits for a command")
			return nil
		}
		return commandEnd{to}
	case endCall:
		to, ok := r.Any().(CallEnd)
		if !ok {
			r.Fail("nobody who waits for a call")
			return nil
		}
		return callEnd{to}
	}
	return nil
}
