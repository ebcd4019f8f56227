package system

// mail is what others send a system: what the next tick takes in, and what is to
// happen in the gap before it.
type mail struct {
	inbox *inbox
	gaps  *inbox // of Between: taken between two ticks

	batch   []Message // the tick's, reused
	next    int       // the first of them that has not been delivered
	current Message   // the one that is being delivered
}

func newMail(limit int) mail {
	b := mail{inbox: newInbox(limit), gaps: newInbox(0)}
	b.gaps.wake = b.inbox.wake
	b.gaps.rings.Store(true) // every Between wakes the system
	return b
}

// deafen drops all that is sent from now on: what comes in is known.
func (b *mail) deafen() { b.inbox.deaf, b.gaps.deaf = true, true }

// open takes in what has come. What a panic, or a tick that had enough, has kept from being
// delivered goes first.
func (b *mail) open() {
	left := copy(b.batch, b.batch[b.next:])
	clear(b.batch[left:])
	b.batch, b.next = b.batch[:left], 0
	if int64(left) < b.inbox.limit { // else let it fill up, so that those who send hear of it
		b.batch = b.inbox.take(b.batch)
	}
}

// pause keeps the rest of the batch for the next tick.
func (b *mail) pause() { b.current = nil }

// empty says whether nothing waits for a tick, in the inbox or of the batch in hand.
func (b *mail) empty() bool { return !b.left() && b.inbox.empty() }

// left says whether part of the batch has not been delivered.
func (b *mail) left() bool { return b.next < len(b.batch) }

// deliver returns the next message of the batch, nil when there is none left.
func (b *mail) deliver() Message {
	b.current = nil
	if b.next == len(b.batch) {
		b.batch, b.next = b.batch[:0], 0
		return nil
	}
	b.current, b.batch[b.next] = b.batch[b.next], nil
	b.next++
	return b.current
}

// senderRelease is the release that the sender of the current message ran, 0 where
// none is being delivered or it does not say.
func (b *mail) senderRelease() int {
	switch m := b.current.(type) {
	case Event:
		return m.Release
	case Call:
		return m.Release
	}
	return 0
}
