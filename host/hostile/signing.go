package hostile

import (
	"context"
	"fmt"

	"hotshard/runtime/gate/peer"
	"hotshard/runtime/gate/wire"
)

// outOfOrder says things before and after their time, and what was said before once more.
func outOfOrder(ctx context.Context, t *Target) (Toll, error) {
	return together(ctx, max(1, t.Size/10), func(n int) (Toll, error) {
		s, err := t.open(ctx, t.address(n))
		if err != nil {
			return nil, nil
		}
		defer abort(s)
		toll := Toll{}
		for i, command := range []string{"say", "undock", "logout", "password", "no such command", "say"} {
			a, err := s.ask(9, command, map[string]any{"text": "x", "old": "x", "password": "x"}) // under one id, again and again
			if err != nil || a.code() != wire.CodeNotSignedIn {
				return toll, fmt.Errorf("%s (%d) before the login: %+v, %w", command, i, a, err)
			}
			toll[peer.OutOfOrder]++
		}
		return toll, nil
	})
}

// badTokens resumes what is not the attacker's, and what was and is over.
func badTokens(ctx context.Context, t *Target) (Toll, error) {
	toll, err := together(ctx, max(1, t.Size/guesses), func(n int) (Toll, error) {
		s, err := t.open(ctx, t.address(n))
		if err != nil {
			return nil, nil
		}
		defer abort(s)
		toll := Toll{}
		for i := range guesses {
			token := fmt.Sprintf("%022d", n*guesses+i)[:1+(n+i)%22]
			a, err := s.ask(uint64(i), "resume", map[string]any{"token": token})
			if err != nil || a.code() != wire.CodeBadToken {
				return toll, fmt.Errorf("the token %q: %+v, %w", token, a, err)
			}
			toll[peer.BadToken]++
		}
		if err := s.endsWith(statusPrivate, wire.CodeBadCredentials); err != nil {
			return toll, err
		}
		toll[peer.Guessing]++
		return toll, nil
	})
	if err != nil {
		return toll, err
	}
	more, err := t.stolen(ctx)
	for why, n := range more {
		toll[why] += n
	}
	return toll, err
}

// guesses are the refused attempts to sign in that end a socket.
const guesses = 5

// stolen has a thief take a token, and its owner sign in anew: it is worthless then, on
// the socket that has it and on any other.
func (t *Target) stolen(ctx context.Context) (Toll, error) {
	owner, err := t.sign(ctx, t.address(0), t.Name, t.Password)
	if err != nil {
		return nil, err
	}
	defer abort(owner)
	welcome, err := owner.until(func(a *answer) bool { return a.Ev == "welcome" })
	if err != nil {
		return nil, err
	}
	thief, err := t.open(ctx, t.address(1))
	if err != nil {
		return nil, err
	}
	defer abort(thief)
	if a, err := thief.ask(1, "resume", map[string]any{"token": welcome.Token}); err != nil || !a.OK {
		return nil, fmt.Errorf("a token from elsewhere: %+v, %w", a, err)
	}
	if err := owner.endsWith(statusPrivate, wire.ClosingTakenOver); err != nil {
		return nil, err
	}
	again, err := t.sign(ctx, t.address(0), t.Name, t.Password)
	if err != nil {
		return nil, err
	}
	defer abort(again)
	if err := thief.endsWith(statusPrivate, wire.ClosingTakenOver); err != nil {
		return nil, err
	}
	toll := Toll{}
	for n := range 2 {
		s, err := t.open(ctx, t.address(n))
		if err != nil {
			return toll, err
		}
		a, err := s.ask(1, "resume", map[string]any{"token": welcome.Token})
		abort(s)
		if err != nil || a.code() != wire.CodeBadToken {
			return toll, fmt.Errorf("the token after another login: %+v, %w", a, err)
		}
		toll[peer.BadToken]++
	}
	if a, err := again.ask(2, "login", map[string]any{"name": t.Name, "password": t.Password}); err != nil || a.code() != wire.CodeSignedIn {
		return toll, fmt.Errorf("a login after the login: %+v, %w", a, err)
	}
	toll[peer.OutOfOrder]++
	return toll, nil
}

// flood sends as fast as it goes until it is put out: requests, pings, pongs.
func flood(ctx context.Context, t *Target) (Toll, error) {
	s, err := t.sign(ctx, t.address(0), t.Name, t.Password)
	if err != nil {
		return nil, err
	}
	defer abort(s)
	toll, err := s.flood(frame(opText, `{"id":1,"cmd":"ping"}`))
	if err != nil {
		return toll, err
	}
	more, err := together(ctx, max(1, t.Size/50), func(n int) (Toll, error) {
		s, err := t.open(ctx, t.address(n))
		if err != nil {
			return nil, nil
		}
		defer abort(s)
		return s.flood([][]byte{frame(opPing, "x"), frame(opPong, "x"), frame(opText, "{}")}[n%3])
	})
	for why, n := range more {
		toll[why] += n
	}
	return toll, err
}

// patience is how many refusals end a socket, at the least.
const patience = 100

// flood sends a frame until the socket is closed for it.
func (s *socket) flood(frame []byte) (Toll, error) {
	sent := make(chan struct{})
	go func() {
		defer close(sent)
		for {
			if _, err := s.Write(frame); err != nil {
				return
			}
		}
	}()
	err := s.endsWith(statusPrivate, wire.ClosingRateLimited)
	abort(s)
	<-sent
	if err != nil {
		return nil, fmt.Errorf("a flood: %w", err)
	}
	return Toll{peer.RateLimited: patience, peer.Flooding: 1}, nil
}

// deaf floods, and reads nothing: the shard may keep little of what it answers.
func deaf(ctx context.Context, t *Target) (Toll, error) {
	return together(ctx, max(1, t.Size/50), func(n int) (Toll, error) {
		s, err := t.open(ctx, t.address(n))
		if err != nil {
			return nil, nil
		}
		defer abort(s)
		one := frame(opText, `{"id":1,"cmd":"ping"}`)
		for err == nil {
			_, err = s.Write(one)
		}
		return Toll{peer.RateLimited: patience, peer.Flooding: 1}, nil
	})
}

// guessing tries passwords on one name, and on many.
func guessing(ctx context.Context, t *Target) (Toll, error) {
	return together(ctx, max(1, t.Size/guesses), func(n int) (Toll, error) {
		s, err := t.open(ctx, t.address(n%2)) // of one address each
		if err != nil {
			return nil, nil
		}
		defer abort(s)
		toll := Toll{}
		for i := range guesses {
			name := t.Name
			if n%2 == 0 {
				name = fmt.Sprintf("Nobody %d", n*guesses+i)
			}
			a, err := s.ask(uint64(i), "login", map[string]any{"name": name, "password": fmt.Sprintf("guess %d", i)})
			if err != nil {
				return toll, fmt.Errorf("a guess at %s: %w", name, err)
			}
			switch a.code() {
			case wire.CodeBadCredentials:
				toll[peer.BadCredentials]++
			case wire.CodeRateLimited:
				toll[peer.Guesses]++
			case wire.CodeBusy:
				toll[peer.Busy]++
				return toll, nil // that does not count as a guess
			default:
				return toll, fmt.Errorf("a guess at %s: %+v", name, a)
			}
		}
		if err := s.endsWith(statusPrivate, wire.CodeBadCredentials); err != nil {
			return toll, err
		}
		toll[peer.Guessing]++
		return toll, nil
	})
}

// manyAccounts makes accounts, and tries names and passwords that nobody may have.
func manyAccounts(ctx context.Context, t *Target) (Toll, error) {
	return together(ctx, max(1, t.Size/2), func(n int) (Toll, error) {
		s, err := t.open(ctx, t.address(0)) // of one address
		if err != nil {
			return nil, nil
		}
		defer abort(s)
		name, password := fmt.Sprintf("Bot %d", n), "secret secret"
		if n%4 == 0 {
			name = " Bot  \u200b"
		}
		a, err := s.ask(1, "register", map[string]any{"name": name, "password": password})
		switch {
		case err != nil: // others of the address wanted the room
			return nil, nil
		case a.OK && n%4 == 0:
			return nil, fmt.Errorf("somebody is called %q now", name)
		case a.OK:
			return nil, nil
		case a.code() == wire.CodeRateLimited:
			return Toll{peer.Registrations: 1}, nil
		case a.code() == wire.CodeBusy:
			return Toll{peer.Busy: 1}, nil
		}
		return Toll{peer.BadAccount: 1}, nil
	})
}
