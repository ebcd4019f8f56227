package release

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"

	"hotshard/runtime/script/code"
)

// Cluster is the other nodes, where several run one universe: all of them run the same code.
type Cluster interface {
	// Turn returns when it is this node's turn to change the code; no other changes it until the
	// turn ends. Errors: it was not to be had in time.
	Turn(ctx context.Context) (Turn, error)
	// Code is what the cluster runs, by the truth that all share.
	Code(ctx context.Context) (*Code, error)
	// Release is one by its number.
	Release(ctx context.Context, number int) (*code.Release, error)
}

// Turn is a node's turn to change the code.
type Turn interface {
	// Code is what the cluster runs now.
	Code() *Code
	// Stage has all other nodes stage and check what is to run next, and returns how many of
	// their units it changes. The error names who cannot, or has not answered: then it is refused
	// everywhere.
	Stage(ctx context.Context, next *Code, back bool) (units int, err error)
	// Decide makes it the truth. After an error it is not, or nobody knows yet.
	Decide(ctx context.Context, next *Code) error
	// Swap tells the other nodes that it is decided.
	Swap(next *Code)
	End()
}

// Code is what all nodes of a cluster run: written down where all of them read it.
type Code struct {
	Version  int               // raised by every change
	Turn     int64             // in which it was decided
	Live     int               // the number of the release of all, canaries aside
	Hash     string            // of it
	Disk     map[string][]byte // files that were accepted, where patches have made others of them; nil: there is none
	Patches  []Patch           // that are open, without those that are canaries
	Canaries []CanaryCode
	Queued   map[string][]byte // files that wait; nil: gone
	Bad      []int             // releases of late that were taken back
	Frozen   *Freeze
	Author   string // of the last release
	Note     string
}

// CanaryCode is a canary as it is written down.
type CanaryCode struct {
	Number int
	Units  []string
	Files  map[string][]byte // nil: it is a patch
	Merged []int             // patches that its files have caught up with
	Patch  *Patch
}

// Follower is the author of what is done because another node of a cluster has done it.
const Follower = "cluster"

// enter takes the lock that a change of code takes and, in a cluster, the turn before that: what
// other nodes have changed is taken in first. leave ends both.
func (c *Controller) enter(ctx context.Context) (leave func(), err error) {
	if c.cfg.Cluster == nil {
		c.mu.Lock()
		return c.mu.Unlock, nil
	}
	turn, err := c.cfg.Cluster.Turn(ctx)
	if err != nil {
		return nil, fmt.Errorf("the nodes of the cluster change code one after the other, and it was not this one's turn: %w", err)
	}
	c.mu.Lock()
	if err := c.follow(ctx, turn.Code()); err != nil {
		c.mu.Unlock()
		turn.End()
		return nil, err
	}
	c.turn = turn
	return func() {
		c.publish(context.WithoutCancel(ctx))
		c.turn = nil
		c.mu.Unlock()
		turn.End()
	}, nil
}

// barred tells that a change could not even begin.
func (c *Controller) barred(err error, author, note string) Outcome {
	c.mu.Lock()
	defer c.mu.Unlock()
	o := refused(err)
	o.passing = true
	return c.tell(o, author, note)
}

// publish writes down what a turn has changed besides what was decided on the way: what waits,
// numbers of patches, a freeze.
func (c *Controller) publish(ctx context.Context) {
	if c.owed != nil {
		return // the store knows less than runs: it is told first
	}
	for _, p := range c.patches.all {
		if p.ID == 0 {
			_ = c.patches.keep(p) // another node was to give it its number, and did not come to that
		}
	}
	next := c.codeOf(c.ground(), c.units.live())
	if next.same(c.shared) {
		return
	}
	ctx, cancel := c.units.asking(ctx)
	defer cancel()
	if err := c.turn.Decide(ctx, next); err == nil { // otherwise the next turn does it
		c.shared = next
		c.turn.Swap(next)
		c.show()
	}
}

// agree has the other nodes stage what the code is to be. Nil is for nobody to agree with.
func (c *Controller) agree(ctx context.Context, g ground, live *code.Release, s step) (next *Code, units int, err error) {
	if c.turn == nil {
		return nil, 0, nil
	}
	next = c.codeOf(g, live)
	if s.author != "" {
		next.Author, next.Note = s.author, s.note
	}
	ctx, cancel := c.units.asking(ctx)
	defer cancel()
	units, err = c.turn.Stage(ctx, next, c.units.goingBack)
	return next, units, err
}

// decide makes what all have staged the truth.
func (c *Controller) decide(ctx context.Context, next *Code) error {
	if next == nil {
		return nil
	}
	ctx, cancel := c.units.changing(ctx)
	defer cancel()
	if err := c.turn.Decide(ctx, next); err != nil {
		return fmt.Errorf("what the nodes had agreed on could not be written down: %w", err)
	}
	c.shared = next
	c.turn.Swap(next)
	return nil
}

// codeOf writes down what a ground and a release for all come to.
func (c *Controller) codeOf(g ground, live *code.Release) *Code {
	out := &Code{Version: 1, Live: live.Number, Hash: live.Hash, Disk: sourcesOf(g.disk, live.Changed(g.disk)), Queued: map[string][]byte{}, Frozen: c.freeze.current, Bad: c.history.bad()}
	if c.shared != nil {
		out.Version, out.Author, out.Note = c.shared.Version+1, c.shared.Author, c.shared.Note
	}
	for _, p := range g.open {
		q := *p
		q.Canary = nil // of all: its canary ends with this
		out.Patches = append(out.Patches, q)
	}
	for _, p := range c.patches.all {
		if p.Status == PatchOpen && p.Instance != "" {
			out.Patches = append(out.Patches, *p)
		}
	}
	for _, k := range g.canaries {
		one := CanaryCode{Number: k.number, Units: k.units, Files: k.files}
		if k.patch != nil {
			p := *k.patch
			one.Patch = &p
		}
		for _, p := range k.merged {
			one.Merged = append(one.Merged, p.ID)
		}
		out.Canaries = append(out.Canaries, one)
	}
	for path, src := range c.intake.queued {
		if f := g.disk.Files[path]; f == nil && src != nil || f != nil && (src == nil || f.Hash != contentHash(path, src)) {
			out.Queued[path] = src
		}
	}
	return out
}

// sourcesOf is what a release has at some paths; nil where it has nothing.
func sourcesOf(r *code.Release, paths []string) map[string][]byte {
	out := map[string][]byte{}
	for _, path := range paths {
		out[path] = nil
		if f := r.Files[path]; f != nil {
			out[path] = append([]byte{}, f.Source...) // one that is empty is there
		}
	}
	return out
}

// same says whether two say the same, whichever their versions.
func (k *Code) same(as *Code) bool {
	return as != nil && k.Live == as.Live && k.Hash == as.Hash && maps.EqualFunc(k.Disk, as.Disk, sameSource) && maps.EqualFunc(k.Queued, as.Queued, sameSource) &&
		slices.EqualFunc(k.Patches, as.Patches, samePatch) && slices.EqualFunc(k.Canaries, as.Canaries, sameCanary) && slices.Equal(k.Bad, as.Bad) &&
		(k.Frozen == nil) == (as.Frozen == nil)
}

func sameSource(a, b []byte) bool { return (a == nil) == (b == nil) && bytes.Equal(a, b) }

func samePatch(a, b Patch) bool {
	return a.ID == b.ID && a.Release == b.Release && slices.Equal(a.Canary, b.Canary) && sameEdit(&a, &b)
}

// sameEdit says whether two are the same edit, before it has its number and after.
func sameEdit(a, b *Patch) bool {
	return a.Function == b.Function && a.Code == b.Code && a.Instance == b.Instance && a.At.Equal(b.At) && a.Sticky == b.Sticky
}

func sameCanary(a, b CanaryCode) bool {
	return a.Number == b.Number && slices.Equal(a.Units, b.Units) && maps.EqualFunc(a.Files, b.Files, sameSource) && slices.Equal(a.Merged, b.Merged) &&
		(a.Patch == nil) == (b.Patch == nil) && (a.Patch == nil || samePatch(*a.Patch, *b.Patch))
}

// standing is what a Code comes to here.
type standing struct {
	code   *Code
	ground ground
	to     course
	all    []*Patch // all that are open
}

// read makes what a node runs of what is written down.
func (c *Controller) read(ctx context.Context, k *Code) (standing, error) {
	out := standing{code: k}
	live, err := c.releaseOf(ctx, k)
	if err != nil {
		return out, err
	}
	out.ground.disk = live
	var patched []string
	if len(k.Disk) > 0 {
		out.ground.disk = live.With(live.Number, k.Disk)
	}
	for i := range k.Patches {
		p := k.Patches[i]
		out.all = append(out.all, &p)
		if p.Instance == "" {
			out.ground.open = append(out.ground.open, &p)
			patched = append(patched, p.Function)
		}
	}
	live = live.Numbered(k.Live)
	live.Patched = patched
	for _, one := range k.Canaries {
		out.canary(one, c.canaries)
	}
	known := append(c.units.course.releases(), live)
	for _, one := range out.ground.canaries {
		if one.to, err = out.ground.compose([]*canary{one}); err != nil {
			return out, err
		}
		one.to = intern(one.to, known).Numbered(one.number)
	}
	out.to, err = out.ground.course(live, known...)
	return out, err
}

// canary adds one. What this node does with it by itself goes on.
func (t *standing) canary(one CanaryCode, before canaries) {
	k := &canary{number: one.Number, units: one.Units, files: one.Files}
	for _, p := range t.ground.open {
		if slices.Contains(one.Merged, p.ID) {
			k.merged = append(k.merged, p)
		}
	}
	if one.Patch != nil {
		p := *one.Patch
		k.patch = &p
		t.all = append(t.all, &p)
	}
	if old, err := before.of(one.Number); err == nil && one.Number != 0 {
		k.rollout = old.rollout
	}
	t.ground.canaries = append(t.ground.canaries, k)
}

// releaseOf is the release of all that a Code names.
func (c *Controller) releaseOf(ctx context.Context, k *Code) (*code.Release, error) {
	now := c.units.live()
	if now.Hash == k.Hash {
		return now.Numbered(k.Live), nil
	}
	r, err := c.cfg.Cluster.Release(ctx, k.Live)
	if err != nil {
		return nil, err
	}
	if r.Hash != k.Hash {
		return nil, fmt.Errorf("release %d is not what the cluster runs under that number", k.Live)
	}
	return now.With(k.Live, sourcesOf(r, now.Changed(r))), nil // what is the same is compiled already
}

// follow brings this node to what the cluster runs, if it runs anything else. Units that cannot
// go there start anew on it: it is not asked whether they want to.
func (c *Controller) follow(ctx context.Context, k *Code) error {
	if k == nil || c.shared != nil && k.Version <= c.shared.Version {
		return nil
	}
	next, err := c.read(ctx, k)
	if err != nil {
		return fmt.Errorf("what the cluster runs could not be read: %w", err)
	}
	c.bring(ctx, next, nil)
	return nil
}

// bring brings the units to what the cluster runs, by the steps that are staged or, where there
// are none, or they do not fit any more, by others.
func (c *Controller) bring(ctx context.Context, next standing, staged legs) {
	ctx = context.WithoutCancel(ctx)
	from, began := c.units.live(), c.cfg.Clock.Now()
	o := Outcome{Verdict: Ignore}
	for range attempts {
		if staged == nil {
			if o, staged = c.units.prepare(ctx, next.to, nil); o.Verdict == Refuse {
				break
			}
		}
		if o = c.land(ctx, next, staged); o.Verdict != Refuse || o.Code != code.RStale {
			break
		}
		staged = nil
	}
	refused := o
	if o.Verdict == Refuse { // those that run anything else start anew
		c.units.settle(next.to)
		o = Outcome{Verdict: Apply}
		o.warn(code.Warning{Code: CodeAnew, Subject: fmt.Sprintf("release %d", next.to.all.Number), Detail: "what could not go to it has started anew: " + refused.Message})
	}
	o.Release, o.Author, o.Note, o.At, o.Took, o.Files = next.to.all.Number, Follower, cmp.Or(next.code.Note, "it is live in the cluster"), began, c.cfg.Clock.Now().Sub(began), from.Changed(next.to.all)
	if from.Hash != next.to.all.Hash || refused.Verdict == Refuse {
		o.Verdict = Apply
		c.history.add(next.to.all, o)
	}
	c.take(ctx, next)
	if o.Verdict == Apply && len(o.Files) > 0 {
		c.tell(o, Follower, o.Note)
	}
	c.show()
}

// CodeAnew is the code of units that could not go where the cluster went, and have started anew.
const CodeAnew = "W-ANEW"

// land commits.
func (c *Controller) land(ctx context.Context, next standing, staged legs) Outcome {
	o := Outcome{Verdict: Apply}
	staged.renumber(next.to)
	o.Changes = staged.changes()
	what, canary := next.newest(c)
	gauge := c.gauges.begin(staged, canary, c.units.goingBack)
	_, errs := c.units.commit(ctx, next.to, staged, nil, gauge, &o)
	if unit, err := firstError(errs); err != nil {
		return refusedIn(unit, err)
	}
	c.units.settle(next.to)
	c.units.adopt(staged, next.to.hashes())
	c.watch.take(gauge.before, c.cfg.Clock.Now())
	if what != 0 {
		changed := staged.functions()
		c.watch.change(watched{release: what, units: canary, changed: changed, beside: staged.beside(changed), back: c.units.goingBack}, gauge.before, c.cfg.Clock.Now())
	}
	return o
}

// newest is the release that a Code brings and this node has not: of all, or of a canary.
func (t *standing) newest(c *Controller) (number int, canary []string) {
	if t.to.all.Hash != c.units.live().Hash {
		return t.to.all.Number, nil
	}
	for _, k := range t.ground.canaries {
		if _, err := c.canaries.of(k.number); err != nil || len(c.canaries) == 0 {
			return k.number, k.units
		}
	}
	return 0, nil
}

// take notes all else that the cluster has.
func (c *Controller) take(ctx context.Context, next standing) {
	for _, k := range c.canaries {
		if len(next.ground.canaries) == 0 || !slices.ContainsFunc(next.ground.canaries, func(n *canary) bool { return n.number == k.number }) {
			c.watch.stop(k.number)
		}
	}
	for _, k := range next.ground.canaries {
		c.watch.widen(k.number, k.units, c.cfg.Clock.Now())
	}
	c.disk, c.shared, c.freeze.current = next.ground.disk, next.code, next.code.Frozen
	c.last = max(c.last, next.to.all.Number)
	c.instances(ctx, next.all)
	c.patches.takeAll(next)
	c.canaries = next.ground.canaries
	c.intake.queued = maps.Clone(next.code.Queued)
	if c.intake.queued == nil {
		c.intake.queued = map[string][]byte{}
	}
	c.history.takeBad(next.code.Bad)
	c.intake.promoted(c.disk)
}

// instances takes patches of single objects off the units of this node that are dropped.
func (c *Controller) instances(ctx context.Context, open []*Patch) {
	for _, old := range c.patches.all {
		gone := !slices.ContainsFunc(open, func(p *Patch) bool { return sameEdit(p, old) })
		if old.Instance != "" && old.Status == PatchOpen && gone {
			c.dropOverride(ctx, old)
		}
	}
}

// takeAll takes the place of the patches with those of the cluster, which has them written down.
func (k *patches) takeAll(next standing) {
	live := next.to.all
	for _, old := range k.all {
		i := slices.IndexFunc(next.all, func(p *Patch) bool { return sameEdit(p, old) })
		if old.Status != PatchOpen {
			continue
		}
		if i >= 0 {
			session := old.session
			*old = *next.all[i]
			old.session = session
			next.replace(next.all[i], old)
			k.lastID = max(k.lastID, old.ID)
			continue
		}
		old.Status = PatchDropped
		if _, fn, err := FindFunction(live, old.Function); old.Instance == "" && err == nil && fn.Text == old.Text {
			old.Status = PatchMerged
		}
	}
	for _, p := range next.all {
		if !slices.Contains(k.all, p) && !slices.ContainsFunc(k.all, func(o *Patch) bool { return o.Status == PatchOpen && sameEdit(o, p) }) {
			k.add(p)
		}
	}
	k.forget()
}

// replace has canaries mean the patch that is known already.
func (t *standing) replace(p, by *Patch) {
	for _, k := range t.ground.canaries {
		if k.patch == p {
			k.patch = by
		}
		for i, m := range k.merged {
			if m == p {
				k.merged[i] = by
			}
		}
	}
}

// NewCode is what a cluster begins with: a release for all, what of it was accepted, and the patches
// over that.
func NewCode(live, disk *code.Release, patches []*Patch) *Code {
	k := &Code{Version: 1, Live: live.Number, Hash: live.Hash, Disk: sourcesOf(disk, live.Changed(disk)), Author: "disk", Note: "at the start"}
	for _, p := range patches {
		k.Patches = append(k.Patches, *p)
	}
	return k
}
