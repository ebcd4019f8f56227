package server

import (
	"bytes"
	"strconv"
	"strings"
	"time"

	"github.com/google/pprof/profile"

	"hotshard/runtime/script"
)

// pprofWriter makes a profile of Lua in the format of `go tool pprof`.
type pprofWriter struct {
	p         *profile.Profile
	functions map[string]*profile.Function
	locations map[string]*profile.Location // by function and place: a place may be in two releases
}

// newPprof begins a profile whose samples have a value of each type.
func newPprof(began time.Time, during time.Duration, types ...*profile.ValueType) *pprofWriter {
	return &pprofWriter{
		p: &profile.Profile{
			SampleType: types, TimeNanos: began.UnixNano(), DurationNanos: int64(during), PeriodType: &profile.ValueType{Type: "steps", Unit: "count"}, Period: 1,
		},
		functions: map[string]*profile.Function{}, locations: map[string]*profile.Location{},
	}
}

// add notes the values of a stack, innermost first.
func (w *pprofWriter) add(stack []script.ProfileFrame, labels map[string][]string, values ...int64) {
	s := &profile.Sample{Value: values, Label: labels}
	for _, f := range stack {
		s.Location = append(s.Location, w.location(f))
	}
	w.p.Sample = append(w.p.Sample, s)
}

func (w *pprofWriter) location(f script.ProfileFrame) *profile.Location {
	key := f.Function + "\x00" + f.Place
	if loc := w.locations[key]; loc != nil {
		return loc
	}
	file, number, _ := strings.Cut(f.Place, ":")
	fn := w.functions[f.Function]
	if fn == nil {
		fn = &profile.Function{ID: uint64(len(w.functions) + 1), Name: f.Function, Filename: file}
		w.functions[f.Function] = fn
		w.p.Function = append(w.p.Function, fn)
	}
	at, _ := strconv.ParseInt(number, 10, 64)
	loc := &profile.Location{ID: uint64(len(w.locations) + 1), Line: []profile.Line{{Function: fn, Line: at}}}
	w.locations[key] = loc
	w.p.Location = append(w.p.Location, loc)
	return loc
}

func (w *pprofWriter) bytes() ([]byte, error) {
	var out bytes.Buffer
	err := w.p.Write(&out)
	return out.Bytes(), err
}

// Pprof writes what a profile has seen.
func Pprof(samples []script.ProfileSample, began time.Time, during time.Duration) ([]byte, error) {
	w := newPprof(began, during, &profile.ValueType{Type: "samples", Unit: "count"}, &profile.ValueType{Type: "time", Unit: "nanoseconds"})
	for _, s := range samples {
		w.add(s.Stack, nil, int64(s.Count), int64(s.Time))
	}
	return w.bytes()
}
