package ledger

import "hotshard/runtime/world"

// Group is what the entries of one transaction of the database have changed and not written yet:
// a holding is read once and written once, however many entries move it, and entries and postings
// are written many at a time. Entries follow each other: Keep begins what Back takes back. The zero
// value is empty; it belongs to whoever writes.
type Group struct {
	names    Names
	held     map[place]*held
	keys     map[request]*done // nil: looked for, and not there
	people   map[world.CharacterID]bool
	entries  []any
	postings []any
	changes  []change
	last     lastNumbers
	kept     kept
}

// place is where a row of the holdings stands.
type place struct {
	owner           int64
	location, thing string
}

// held is a row of the holdings as the entries so far have it.
type held struct {
	place
	id       int64 // 0: it has no number yet
	has, sum int64
	by       int64 // of has, not written
	fresh    bool  // there is no row yet
	queued   bool  // among those that Flush writes
}

// request is by what a caller knows what they asked for.
type request struct {
	actor world.CharacterID
	key   string
}

// done is what was asked under a key and answered.
type done struct{ content, answer string }

// change is one step of a held's.
type change struct {
	of       *held
	by       int64
	numbered bool // it got its number then
}

// lastNumbers are those given last, 0 where nobody has looked.
type lastNumbers struct{ entry, holding int64 }

// kept is how far the group was when Keep was called, and what it has read since.
type kept struct {
	entries, postings, changes int
	last                       lastNumbers
	read                       []place
	keys                       []request
}

// CROSS JOIN has SQLite go from the rows that are asked for to the table, and not the other way.
var (
	selectHoldings = NewMany(`SELECT h.id, h.owner, h.location, h.type, h.quantity, h.sum FROM (VALUES `,
		`(CAST(? AS BIGINT), CAST(? AS TEXT), CAST(? AS TEXT))`, `(?, ?, ?)`,
		`) AS v CROSS JOIN holdings h WHERE h.owner = v.column1 AND h.location = v.column2 AND h.type = v.column3`)
	selectKeys = NewMany(`SELECT e.actor, e.key, coalesce(e.content, ''), coalesce(e.answer, '') FROM (VALUES `,
		`(CAST(? AS BIGINT), CAST(? AS TEXT))`, `(?, ?)`, `) AS v CROSS JOIN entries e WHERE e.actor = v.column1 AND e.key = v.column2 AND e.key IS NOT NULL`)
	selectPeople   = NewMany(`SELECT id FROM characters WHERE id IN (`, `?`, `?`, `)`)
	insertHoldings = NewMany(`INSERT INTO holdings (id, owner, location, type, quantity, sum) VALUES `, `(?, ?, ?, ?, ?, ?)`, `(?, ?, ?, ?, ?, ?)`, ``)
	updateHoldings = NewMany(`UPDATE holdings SET quantity = quantity + v.column2, sum = sum + v.column2 FROM (VALUES `,
		`(CAST(? AS BIGINT), CAST(? AS BIGINT))`, `(?, ?)`, `) AS v WHERE holdings.id = v.column1`)
	insertEntries = NewMany(`INSERT INTO entries (id, at, cause, actor, operator, system, tick, release, key, content, answer) VALUES `,
		`(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, `(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, ``)
	insertPostings = NewMany(`INSERT INTO postings (holding, entry, quantity) VALUES `, `(?, ?, ?)`, `(?, ?, ?)`, ``)
)

const (
	selectHolding     = `SELECT id, quantity, sum FROM holdings WHERE owner = ? AND location = ? AND type = ?`
	selectCharacter   = `SELECT id FROM characters WHERE id = ?`
	selectKey         = `SELECT coalesce(content, ''), coalesce(answer, '') FROM entries WHERE actor = ? AND key = ?`
	selectLastEntry   = `SELECT coalesce(max(id), 0) FROM entries`
	selectLastHolding = `SELECT coalesce(max(id), 0) FROM holdings`
)

// Keep says that what was done so far stays, whatever becomes of what comes now.
func (g *Group) Keep() {
	g.kept = kept{len(g.entries), len(g.postings), len(g.changes), g.last, g.kept.read[:0], g.kept.keys[:0]}
}

// Back takes back what was done since Keep.
func (g *Group) Back() {
	for i := len(g.changes) - 1; i >= g.kept.changes; i-- {
		c := g.changes[i]
		c.of.add(-c.by)
		if c.numbered {
			c.of.id = 0
		}
	}
	g.entries, g.postings, g.changes, g.last = g.entries[:g.kept.entries], g.postings[:g.kept.postings], g.changes[:g.kept.changes], g.kept.last
	for _, p := range g.kept.read { // as they were in what is taken back
		delete(g.held, p)
	}
	for _, r := range g.kept.keys {
		delete(g.keys, r)
	}
	clear(g.people)
	g.names.Forget()
	g.Keep()
}

// Reset forgets what it knows of the tables: others are to write in them. What has not been written
// is lost.
func (g *Group) Reset() {
	clear(g.entries)
	clear(g.postings)
	clear(g.changes)
	clear(g.held)
	clear(g.keys)
	clear(g.people)
	g.entries, g.postings, g.changes, g.last = g.entries[:0], g.postings[:0], g.changes[:0], lastNumbers{}
	g.Keep()
}

// Committed says that the transaction is done, and Forget that it is not.
func (g *Group) Committed() {
	g.names.Commit()
	g.Reset()
}

// Forget says that nothing of the transaction is kept.
func (g *Group) Forget() {
	g.names.Forget()
	g.Reset()
}

// Flush writes what has changed.
func (g *Group) Flush(tx Tx) error {
	if err := g.writeHoldings(tx); err != nil {
		return err
	}
	if err := insertEntries.Exec(tx, g.entries); err != nil {
		return err
	}
	if err := insertPostings.Exec(tx, g.postings); err != nil {
		return err
	}
	clear(g.entries)
	clear(g.postings)
	g.entries, g.postings, g.changes = g.entries[:0], g.postings[:0], g.changes[:0]
	g.Keep()
	return nil
}

func (g *Group) writeHoldings(tx Tx) error {
	var inserts, updates []any
	for _, c := range g.changes {
		h := c.of
		if h.queued {
			continue
		}
		h.queued = true
		switch {
		case h.fresh:
			inserts = append(inserts, h.id, h.owner, h.location, h.thing, h.by, h.by)
		case h.by != 0:
			updates = append(updates, h.id, h.by)
		}
	}
	for _, c := range g.changes {
		c.of.by, c.of.fresh, c.of.queued = 0, false, false
	}
	if err := insertHoldings.Exec(tx, inserts); err != nil {
		return err
	}
	return updateHoldings.Exec(tx, updates)
}

func (h *held) add(by int64) { h.has, h.sum, h.by = h.has+by, h.sum+by, h.by+by }

// change changes a holding, which gets a number if it has none yet.
func (g *Group) change(tx Tx, h *held, by int64) (err error) {
	c := change{of: h, by: by, numbered: h.id == 0}
	if c.numbered {
		if h.id, err = number(tx, &g.last.holding, selectLastHolding); err != nil {
			return err
		}
	}
	h.add(by)
	g.changes = append(g.changes, c)
	return nil
}

// number gives the next number of a table.
func number(tx Tx, last *int64, text string) (int64, error) {
	if *last == 0 {
		if _, err := tx.Get([]any{last}, text); err != nil {
			return 0, err
		}
	}
	*last++
	return *last, nil
}

// entry adds an entry and returns its number.
func (g *Group) entry(tx Tx, at int64, why *Why) (int64, error) {
	id, err := number(tx, &g.last.entry, selectLastEntry)
	if err != nil {
		return 0, err
	}
	g.entries = append(g.entries, id, at, why.Cause, why.Actor, why.Operator, why.System, int64(why.Tick), why.Release,
		orNull(why.Key), orNull(why.Content), orNull(why.Answer))
	if why.Key != "" {
		g.note(request{why.Actor, why.Key}, &done{why.Content, why.Answer})
	}
	return id, nil
}

// orNull is a text as the table has it, which has none for an empty one.
func orNull(text string) any {
	if text == "" {
		return nil
	}
	return text
}

func (g *Group) note(r request, d *done) {
	if g.keys == nil {
		g.keys = map[request]*done{}
	}
	g.keys[r] = d
	g.kept.keys = append(g.kept.keys, r)
}

// remember is a row as it was found, or that there is none.
func (g *Group) remember(h *held) *held {
	if g.held == nil {
		g.held = map[place]*held{}
	}
	h.fresh = h.id == 0
	g.held[h.place] = h
	g.kept.read = append(g.kept.read, h.place)
	return h
}

// row finds a holding among those that the group has, or in the table.
func (g *Group) row(tx Tx, p place) (*held, error) {
	if h := g.held[p]; h != nil {
		return h, nil
	}
	h := &held{place: p}
	if _, err := tx.Get([]any{&h.id, &h.has, &h.sum}, selectHolding, p.owner, p.location, p.thing); err != nil {
		return nil, err
	}
	return g.remember(h), nil
}

// exists refuses a character that there is none of.
func (g *Group) exists(tx Tx, who Holder) error {
	if g.people[who.ID] {
		return nil
	}
	var id int64
	found, err := tx.Get([]any{&id}, selectCharacter, who.ID)
	if err != nil {
		return err
	}
	if !found {
		return refuse(NotFound, "there is no %s", who)
	}
	g.isThere(who.ID)
	return nil
}

// Answered looks for what was asked under the key before. The same content is answered
// as it was then; another is a Refusal, KeyUsed.
func (g *Group) Answered(tx Tx, w *Why) (answer string, found bool, err error) {
	if d, known := g.keys[request{w.Actor, w.Key}]; known {
		return d.answered(w)
	}
	return Answered(tx, w)
}

// Answered is the same outside of any transaction.
func Answered(r Reader, w *Why) (answer string, found bool, err error) {
	if w.Key == "" {
		return "", false, nil
	}
	var d done
	if found, err = r.Get([]any{&d.content, &d.answer}, selectKey, w.Actor, w.Key); err != nil || !found {
		return "", false, err
	}
	return d.answered(w)
}

func (d *done) answered(w *Why) (answer string, found bool, err error) {
	switch {
	case d == nil:
		return "", false, nil
	case d.content != w.Content:
		return "", true, refuse(KeyUsed, "the key %s was used for something else: what is new needs a key of its own", w.Key)
	}
	return d.answer, true, nil
}

// LookKeys looks up at once what Answered will be asked for.
func (g *Group) LookKeys(tx Tx, list []*Why) error {
	var args []any
	for _, w := range list {
		r := request{w.Actor, w.Key}
		if _, known := g.keys[r]; w.Key != "" && !known {
			g.note(r, nil)
			args = append(args, w.Actor, w.Key)
		}
	}
	return selectKeys.Rows(tx, args, func(row Row) error {
		var r request
		d := &done{}
		if err := row.Scan(&r.actor, &r.key, &d.content, &d.answer); err != nil {
			return err
		}
		g.keys[r] = d
		return nil
	})
}

// LookHoldings looks up at once what entries will be about. An account that has no number yet is
// left to whoever moves something of it.
func (g *Group) LookHoldings(tx Tx, list []Holding) error {
	var args []any
	var asked []*held
	for _, h := range list {
		owner := int64(h.Holder.ID)
		if h.Holder.Kind != Character {
			owner = g.names.numbers[h.Holder]
		}
		p := place{owner, h.Location, h.Type}
		if owner != 0 && g.held[p] == nil && h.check() == nil {
			asked = append(asked, g.remember(&held{place: p}))
			args = append(args, owner, h.Location, h.Type)
		}
	}
	err := selectHoldings.Rows(tx, args, func(row Row) error {
		var h held
		if err := row.Scan(&h.id, &h.owner, &h.location, &h.thing, &h.has, &h.sum); err != nil {
			return err
		}
		*g.held[h.place] = h
		return nil
	})
	if err != nil {
		return err
	}
	return g.lookPeople(tx, asked)
}

// lookPeople looks up at once who is there of those who are to have something for the first time.
func (g *Group) lookPeople(tx Tx, list []*held) error {
	asked := map[int64]bool{}
	var args []any
	for _, h := range list {
		if h.id == 0 && h.owner > FirstCharacter && !asked[h.owner] {
			asked[h.owner] = true
			args = append(args, h.owner)
		}
	}
	return selectPeople.Rows(tx, args, func(row Row) error {
		var id world.CharacterID
		err := row.Scan(&id)
		g.isThere(id)
		return err
	})
}

func (g *Group) isThere(id world.CharacterID) {
	if g.people == nil {
		g.people = map[world.CharacterID]bool{}
	}
	g.people[id] = true
}
