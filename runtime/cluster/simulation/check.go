package simulation

import (
	"fmt"
	"slices"
	"time"

	"hotshard/runtime/cluster"
	"hotshard/runtime/world"
)

// Rule is what must hold, whatever happens.
type Rule string

// The rules.
const (
	EpochsGrow  Rule = "epochs only grow"
	OneWriter   Rule = "in an epoch only its owner's writes are accepted"
	FreshMemory Rule = "who writes knows of all writes before"
	NothingLost Rule = "what was answered as done is done, and done once"
	MoneyIsKept Rule = "money is neither made nor lost"
	OnePlace    Rule = "a character is in exactly one place"
	OnePlayer   Rule = "players see a system at one owner at a time, which is its owner"
	SameImage   Rule = "a system is after a move what it was before"
	EndsAreTrue Rule = "at the end memory and table agree"
	EverybodyUp Rule = "when all is mended, each system has an owner within 5 s, and keeps one"
	WritesGoOn  Rule = "when all is mended, each system writes"
)

// longestGap is how long a system may not be played when all is mended: a move that fails.
const longestGap = 2500 * time.Millisecond

// Problem is what in a history cannot be.
type Problem struct {
	Rule    Rule
	Subject world.Address
	Index   int // of the entry at which it shows
	Text    string
}

// String is the rule and what breaks it.
func (p Problem) String() string { return fmt.Sprintf("%s: %s %s", p.Rule, p.Subject, p.Text) }

// checker goes through a history once.
type checker struct {
	entries  []Entry
	subjects map[world.Address]*judged
	order    []world.Address
	leaps    []time.Duration
	where    map[int]world.Address // characters, by the table
	answered map[uint64]int
	written  map[uint64]bool
	kept     map[uint64]bool // at the end
	mended   time.Duration
	money    int64 // -1 until it is known
	problems []Problem
}

// judged is what is known of a subject so far.
type judged struct {
	epoch      world.Epoch
	owner      world.NodeID
	free       bool
	owners     map[world.Epoch]world.NodeID
	writes     int64
	played     world.Epoch // the highest
	firstPlay  time.Duration
	lastPlay   time.Duration
	lastWrite  time.Duration
	images     map[world.Epoch]int64 // the hash of the last that was made of it in each
	table      int64
	memory     []int64
	inTable    []int
	inMemory   []int
	everPlayed bool
}

// Check returns what in a history breaks the rules, at most one problem of each rule and
// subject. It knows nothing of how it came about.
func Check(history []Entry) []Problem {
	c := &checker{entries: history, subjects: map[world.Address]*judged{}, where: map[int]world.Address{}, answered: map[uint64]int{}, written: map[uint64]bool{}, kept: map[uint64]bool{}, money: -1}
	for _, e := range history {
		if e.Kind == Mended || e.Kind == Fault || e.Kind == Late {
			c.mended = max(c.mended, e.At)
		}
	}
	for i, e := range history {
		c.judge(i, e)
	}
	c.atTheEnd()
	return c.problems
}

func (c *checker) problem(rule Rule, i int, format string, args ...any) {
	p := Problem{Rule: rule, Index: i, Text: fmt.Sprintf(format, args...)}
	if i < len(c.entries) {
		p.Subject = c.entries[i].Subject
	}
	c.add(p)
}

func (c *checker) add(p Problem) {
	if !slices.ContainsFunc(c.problems, func(o Problem) bool { return o.Rule == p.Rule && o.Subject == p.Subject }) {
		c.problems = append(c.problems, p)
	}
}

func (c *checker) of(a world.Address) *judged {
	j := c.subjects[a]
	if j == nil {
		j = &judged{owners: map[world.Epoch]world.NodeID{}, images: map[world.Epoch]int64{}}
		c.subjects[a] = j
		c.order = append(c.order, a)
	}
	return j
}

func (c *checker) judge(i int, e Entry) {
	switch e.Kind {
	case Leap:
		c.leaps = append(c.leaps, e.At)
		return
	case Fault, Mended, Late:
		return
	case InTable:
		if e.ID != 0 {
			c.kept[e.ID] = true
			return
		}
	}
	j := c.of(e.Subject)
	switch e.Kind {
	case Grant:
		c.grant(i, e, j)
	case Free:
		j.free = true
	case Write:
		c.write(i, e, j)
	case Jump:
		c.jump(i, e)
	case Answered:
		c.answered[e.ID] = i
	case Play:
		c.play(i, e, j)
	case Freeze:
		j.images[e.Epoch] = e.M
	case Begin:
		c.begin(i, e, j)
	case InTable, InMemory:
		c.inventory(e, j)
	}
}

// begin looks whether what has moved is what its owner before froze.
func (c *checker) begin(i int, e Entry, j *judged) {
	if e.M == 0 {
		return
	}
	before := world.Epoch(0)
	for epoch := range j.images {
		if epoch < e.Epoch {
			before = max(before, epoch)
		}
	}
	if j.images[before] != e.M {
		c.problem(SameImage, i, "begins on %s with another image than the last that was made of it", e.Node)
	}
}

func (c *checker) grant(i int, e Entry, j *judged) {
	if e.Epoch <= j.epoch {
		c.problem(EpochsGrow, i, "is acquired in epoch %d after epoch %d", e.Epoch, j.epoch)
	}
	j.epoch, j.owner, j.free = e.Epoch, e.Node, false
	j.owners[e.Epoch] = e.Node
}

func (c *checker) write(i int, e Entry, j *judged) {
	if e.Epoch == 0 || e.Epoch != j.epoch || e.Node != j.owner || j.free {
		c.problem(OneWriter, i, "%s has a write accepted in epoch %d, and it is %q's in epoch %d", e.Node, e.Epoch, j.owner, j.epoch)
	}
	if c.written[e.ID] {
		c.problem(NothingLost, i, "the write %d is done twice", e.ID)
	}
	c.written[e.ID] = true
	j.writes++
	if e.N != j.writes {
		c.problem(FreshMemory, i, "%s makes its write number %d, and knows of %d before", e.Node, j.writes, e.N-1)
		j.writes = e.N // from here on it is another system
	}
	if c.money >= 0 && e.M != c.money {
		c.problem(MoneyIsKept, i, "after a write there is %d, and there was %d", e.M, c.money)
	}
	c.money, j.lastWrite = e.M, e.At
}

// jump looks whether the character was where it is sent from.
func (c *checker) jump(i int, e Entry) {
	if at, known := c.where[e.Character]; known && at != e.Subject {
		c.problem(OnePlace, i, "sends character %d away, which is in %s", e.Character, at)
	}
	c.where[e.Character] = e.To
}

func (c *checker) play(i int, e Entry, j *judged) {
	if j.lastPlay < c.mended && e.At >= c.mended {
		j.firstPlay = e.At
	}
	if since := e.At - j.lastPlay; j.lastPlay > c.mended+recovery && since > longestGap {
		c.problem(EverybodyUp, i, "is not played for %s", since)
	}
	switch {
	case j.owners[e.Epoch] != e.Node:
		c.problem(OnePlayer, i, "%s plays it in epoch %d, which is %q's", e.Node, e.Epoch, j.owners[e.Epoch])
	case e.Epoch < j.played && !c.leapt(e.At):
		c.problem(OnePlayer, i, "%s plays it in epoch %d, after it was played in epoch %d", e.Node, e.Epoch, j.played)
	}
	j.played, j.lastPlay, j.everPlayed = max(j.played, e.Epoch), e.At, true
}

// leapt says whether a clock has leapt so lately that somebody may believe in a lease that
// is over. What they write is refused all the same.
func (c *checker) leapt(at time.Duration) bool {
	lease := cluster.Config{}.Filled().Lease
	return slices.ContainsFunc(c.leaps, func(t time.Duration) bool { return t <= at && at <= t+lease+lease/10 })
}

func (c *checker) inventory(e Entry, j *judged) {
	switch {
	case e.Kind == InTable && e.Character == 0:
		j.table = e.N
	case e.Kind == InTable:
		j.inTable = append(j.inTable, e.Character)
	case e.Character == 0:
		j.memory = append(j.memory, e.N)
	default:
		j.inMemory = append(j.inMemory, e.Character)
	}
}

// atTheEnd looks at what can only be said of a whole history.
func (c *checker) atTheEnd() {
	last := len(c.entries) - 1
	for id, i := range c.answered {
		if !c.kept[id] {
			c.problem(NothingLost, i, "the write %d was answered as done, and is not there at the end", id)
		}
	}
	for _, a := range c.order {
		j := c.subjects[a]
		at := func(rule Rule, format string, args ...any) {
			c.add(Problem{Rule: rule, Subject: a, Index: last, Text: fmt.Sprintf(format, args...)})
		}
		switch {
		case !j.everPlayed || j.lastPlay < c.entries[last].At-time.Second:
			at(EverybodyUp, "is not played at the end, since %s", j.lastPlay)
		case j.firstPlay > c.mended+recovery:
			at(EverybodyUp, "is played again %s after all was mended", j.firstPlay-c.mended)
		case j.lastWrite < c.entries[last].At-2*time.Second:
			at(WritesGoOn, "has last written at %s", j.lastWrite)
		}
		slices.Sort(j.inTable)
		slices.Sort(j.inMemory)
		switch {
		case len(j.memory) > 1:
			at(OnePlayer, "plays on %d nodes at the end", len(j.memory))
		case len(j.memory) == 1 && j.memory[0] != j.table:
			at(EndsAreTrue, "has %d in memory, and %d in the table", j.memory[0], j.table)
		case len(j.memory) == 1 && !slices.Equal(j.inTable, j.inMemory):
			at(OnePlace, "has the characters %v in memory, and %v in the table", j.inMemory, j.inTable)
		}
	}
}
