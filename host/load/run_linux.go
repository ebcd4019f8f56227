package load

import (
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"time"
)

// run is one Run at work.
type run struct {
	opt   Options
	loop  *loop
	shard *side
	plain *side // the broadcaster's, nil without a floor
	child *broadcaster
}

// Run plays a scene and measures. It ends with an error where there is nothing to
// measure: nobody came in, or the servers do not tell what they use.
func Run(opt Options) (*Report, error) {
	if opt.Players < 1 || opt.Measure <= 0 {
		return nil, errors.New("it takes at least one player and one second")
	}
	if opt.Floor && opt.Scene != "fleet" {
		return nil, errors.New("the floor is that of the scene fleet")
	}
	if err := raiseFiles(2*opt.Players + 64); err != nil {
		return nil, fmt.Errorf("descriptors for %d players: %w", opt.Players, err)
	}
	// What is garbage here is small, and collecting it delays what is measured.
	defer debug.SetGCPercent(debug.SetGCPercent(400))
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	l, err := newLoop(opt.Seed)
	if err != nil {
		return nil, err
	}
	r := &run{opt: opt, loop: l}
	defer r.close()
	if r.shard, err = newSide(l, opt.URL, false, &opt); err != nil {
		return nil, err
	}
	if _, err := r.usage(r.shard); err != nil { // before anybody plays for nothing
		return nil, err
	}
	switch opt.Scene {
	case "rush":
		return r.rush()
	case "leave":
		return r.leave()
	}
	if err := r.gather(r.shard, float64(opt.Join), opt.Gather); err != nil {
		return nil, err
	}
	if opt.Floor {
		return r.compare()
	}
	if err := r.wait(settling); err != nil {
		return nil, err
	}
	w, err := r.measure(r.shard, func() error { return r.wait(opt.Measure) })
	if err != nil {
		return nil, err
	}
	if opt.Meanwhile != nil {
		return r.meanwhile(w)
	}
	return r.report(w), nil
}

// meanwhile measures while something is done to the shard, for comparison with what was
// measured before.
func (r *run) meanwhile(before *window) (*Report, error) {
	calm := r.report(before).Figures
	done := make(chan error, 1)
	go func() { done <- r.opt.Meanwhile() }()
	var outcome error
	over := false
	w, err := r.measure(r.shard, func() error {
		for !over {
			if err := r.loop.run(time.Second, func() bool {
				select {
				case outcome = <-done:
					over = true
				default:
				}
				return over || r.stopped()
			}); err != nil {
				return err
			}
			if !over && r.stopped() {
				return errStopped
			}
		}
		return r.wait(lostAfter)
	})
	if err = errors.Join(err, outcome); err != nil {
		return nil, err
	}
	report := r.report(w)
	report.Calm = &calm
	return report, nil
}

// lostAfter is when a command counts as lost that is not answered.
const lostAfter = 5 * time.Second

// lost counts those of the players who are there.
func (s *side) lost() (n int64) {
	for _, p := range s.players {
		for _, a := range p.asked {
			if p.stage == playing && s.loop.now-a.at > int64(lostAfter) {
				n++
			}
		}
	}
	return n
}

// gaps are the longest times without a message of the players who are there.
func (s *side) gaps() *histogram {
	h := new(histogram)
	for _, p := range s.players {
		if p.stage == playing && p.gapOf == s.meter.since {
			h.add(p.gap)
		}
	}
	return h
}

// rushTime is in how many seconds everybody comes in, in a rush.
const rushTime = 60

// rush measures from the first arrival on.
func (r *run) rush() (*Report, error) {
	w, err := r.measure(r.shard, func() error {
		if err := r.gather(r.shard, float64(r.opt.Players)/rushTime, r.opt.Gather); err != nil {
			return err
		}
		return r.wait(r.opt.Measure)
	})
	if err != nil {
		return nil, err
	}
	return r.report(w), nil
}

func (r *run) report(w *window) *Report {
	if why := r.shard.reasons(); why != "" {
		r.say("refused: %s", why)
	}
	return &Report{Figures: r.shard.figures(r.opt.Scene, w)}
}

// settling is how long nothing is measured after a change.
const settling = 3 * time.Second

func (r *run) close() {
	for _, s := range []*side{r.shard, r.plain} {
		if s == nil {
			continue
		}
		for _, p := range s.players {
			p.hangUp()
		}
	}
	if r.child != nil {
		r.child.stop()
	}
	r.loop.poll.close()
}

// stopped says whether somebody wants the run to end.
func (r *run) stopped() bool {
	select {
	case <-r.opt.Stop:
		return true
	default:
		return false
	}
}

var errStopped = errors.New("stopped")

func (r *run) wait(d time.Duration) error {
	stopped, told := false, r.loop.tellTime()
	err := r.loop.run(d, func() bool {
		if r.loop.now-told > tellEvery {
			told = r.loop.now
			r.tell()
		}
		stopped = stopped || r.stopped()
		return stopped
	})
	if err == nil && stopped {
		err = errStopped
	}
	return err
}

// tellEvery is how often a run tells how it goes, in ns.
const tellEvery = 10e9

// tell tells how it goes.
func (r *run) tell() {
	s := r.shard
	if battle, ok := s.scene.(fight); ok {
		parts, away := battle.census()
		r.say("%d in, %d fight, %d in pods, %d on the way; %d ships lost, %d came back, the slowest after %.0f s", s.present,
			parts[fighter], parts[fleer], parts[setOut], s.deaths, s.returns, float64(away)/1e9)
	}
}

func (r *run) say(format string, args ...any) {
	if r.opt.Progress != nil {
		fmt.Fprintf(r.opt.Progress, format+"\n", args...)
	}
}

// gather lets the players of a side come in and get ready.
func (r *run) gather(s *side, perSecond float64, most time.Duration) error {
	s.opened = r.loop.tellTime()
	most += time.Duration(float64(len(s.players)) / perSecond * 1e9)
	told, stopped := s.opened, false
	err := r.loop.run(most, func() bool {
		s.come(perSecond)
		if r.loop.now-told > tellEvery {
			told = r.loop.now
			r.say("%d of %d in, %d ready", s.present, len(s.players), s.ready)
		}
		stopped = stopped || r.stopped()
		return stopped || s.gathered()
	})
	switch {
	case err != nil:
		return err
	case stopped:
		return errStopped
	case s.present == 0:
		return errors.Join(fmt.Errorf("nobody came in to %s: the shard says %q", r.opt.URL, s.refusal), s.trouble)
	}
	r.say("%d of %d in, %d ready after %.1f s", s.present, len(s.players), s.ready, float64(r.loop.now-s.opened)/1e9)
	return nil
}

// gathered says whether everybody has come together, or waits in a queue to.
func (s *side) gathered() bool {
	if _, battle := s.scene.(fight); battle {
		return s.came == len(s.players) // the first of them are dead by then
	}
	return s.ready+s.queued == len(s.players)
}

// window is what was counted while measuring.
type window struct {
	meter
	seconds  float64
	own      float64 // CPU of this process, s
	cpu      float64 // CPU of the server, s
	last     usage   // at the end
	dilation float64
}

// measure counts on one side while something is played.
func (r *run) measure(s *side, play func() error) (*window, error) {
	before, err := r.usage(s)
	if err != nil {
		return nil, err
	}
	own, from := ownCPU(), r.loop.tellTime()
	s.meter = meter{since: from}
	if err := play(); err != nil {
		return nil, err
	}
	w := &window{meter: s.meter, seconds: float64(r.loop.tellTime()-from) / 1e9, own: ownCPU() - own, dilation: s.dilation}
	w.last, err = r.usage(s)
	w.cpu = w.last.cpu - before.cpu
	if w.last.dilation > 0 {
		w.dilation = min(w.dilation, w.last.dilation)
	}
	return w, err
}

// add counts two windows as one.
func (w *window) add(v *window) {
	w.ia.merge(&v.ia)
	w.echo.merge(&v.echo)
	w.bytes, w.frames, w.missed = w.bytes+v.bytes, w.frames+v.frames, w.missed+v.missed
	w.ticks += v.ticks
	w.deals.merge(&v.deals)
	w.trades += v.trades
	w.orders, w.refused, w.unanswered = w.orders+v.orders, w.refused+v.refused, w.unanswered+v.unanswered
	w.seconds, w.own, w.cpu = w.seconds+v.seconds, w.own+v.own, w.cpu+v.cpu
	w.last, w.dilation = v.last, min(w.dilation, v.dilation)
}

// figures are what was felt on a side in a window.
func (s *side) figures(scene string, w *window) Figures {
	f := Figures{
		Scene: scene, Players: len(s.players), Joined: s.present, Seconds: w.seconds,
		IAp50: w.ia.quantile(0.5), IAp99: w.ia.quantile(0.99), IAmax: float64(w.ia.max) / 1e6,
		EchoP50: w.echo.quantile(0.5), EchoP99: w.echo.quantile(0.99),
		BytesPerS: float64(w.bytes) / w.seconds, FramesPerS: float64(w.frames) / w.seconds,
		Missed: w.missed, Disconnects: s.disconnects, Orders: w.orders, Refused: w.refused, Unanswered: w.unanswered,
		Deaths: s.deaths, LoadCPU: w.own / w.seconds, ServerCPU: w.cpu / w.seconds, ServerRSS: w.last.rss / 1e6,
		Queued: s.queued, TickP50: w.last.p50, TickP99: w.last.p99, DilationMin: w.dilation,
	}
	gaps := s.gaps()
	f.GapP50, f.GapP99, f.GapMax = gaps.quantile(0.5), gaps.quantile(0.99), float64(gaps.max)/1e6
	f.Lost, f.Twice = s.lost(), w.twice
	f.Deals, f.Trades, f.DealP50, f.DealP99, f.DealMax = int64(w.deals.n), w.trades, w.deals.quantile(0.5), w.deals.quantile(0.99), float64(w.deals.max)/1e6
	if battle, ok := s.scene.(fight); ok {
		parts, away := battle.census()
		f.SettingOut, f.Fighting, f.Fleeing = parts[setOut], parts[fighter], parts[fleer]
		f.Returns, f.AwayMax = s.returns, float64(away)/1e9
	}
	return f
}

func (r *run) usage(s *side) (usage, error) {
	switch {
	case s.floor:
		return usageOf(r.child.cmd.Process.Pid)
	case r.opt.Ops == "":
		return usage{}, nil
	}
	return askOps(r.opt.Ops)
}

// reasons lists why commands were refused, the most frequent first.
func (s *side) reasons() string {
	var keys []string
	for k := range s.refusals {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b string) int { return s.refusals[b] - s.refusals[a] })
	var b strings.Builder
	for _, k := range keys[:min(len(keys), 8)] {
		fmt.Fprintf(&b, "%d %s; ", s.refusals[k], k)
	}
	return strings.TrimSuffix(b.String(), "; ")
}
