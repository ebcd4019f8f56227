package server

import (
	"bytes"
	"compress/flate"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"hotshard/data/ownership"
	"hotshard/data/store"
	"hotshard/host/bus"
	"hotshard/host/mesh"
	"hotshard/runtime/release"
	"hotshard/runtime/script/code"
	"hotshard/runtime/world"
)

// What the nodes of a cluster run of the scripts is one value in the database. A node that changes
// it has its turn, which is a row of the table of owners: its epoch is looked at in the transaction
// that decides, so that a node that was stopped meanwhile decides nothing. It writes down what is to
// be, has all other nodes stage and check that, and makes it the truth. The bus only hurries them:
// who has not heard of it reads it.

// turnSubject is the turn to change the code, as the table of owners has it.
const turnSubject world.Address = "!code"

// Where the store keeps, in shardSpace, what the cluster runs, and what is about to be staged.
const (
	codeKey     = "code"
	proposalKey = "code proposed"
)

// How long a turn lasts where nobody renews it, how often that is done, how long one is waited for,
// and how often it is looked whether it is free.
const (
	turnLease    = 5 * time.Second
	turnRenew    = time.Second
	turnPatience = 15 * time.Second
	turnLook     = 50 * time.Millisecond
)

// together implements release.Cluster.
type together struct {
	s    *Server
	mine sync.Mutex // of one turn after the other in this process
}

// packCode makes text of what a cluster runs.
func packCode(k *release.Code) (string, error) {
	plain, err := json.Marshal(k)
	if err != nil {
		return "", err
	}
	var b bytes.Buffer
	w, err := flate.NewWriter(&b, flate.DefaultCompression)
	if err != nil {
		return "", err
	}
	if _, err = w.Write(plain); err == nil {
		err = w.Close()
	}
	return base64.StdEncoding.EncodeToString(b.Bytes()), err
}

func unpackCode(text string) (*release.Code, error) {
	packed, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return nil, err
	}
	plain, err := io.ReadAll(flate.NewReader(bytes.NewReader(packed)))
	if err != nil {
		return nil, err
	}
	k := new(release.Code)
	return k, json.Unmarshal(plain, k)
}

// codeAt reads what is kept under a key, nil where nothing is.
func (s *Server) codeAt(ctx context.Context, key string) (*release.Code, error) {
	ctx, cancel := context.WithTimeout(ctx, journalTimeout)
	defer cancel()
	v, err := s.store.Get(ctx, shardSpace, key)
	if err != nil || v == nil {
		return nil, err
	}
	text, _ := v.(string)
	return unpackCode(text)
}

// Code implements release.Cluster.
func (v *together) Code(ctx context.Context) (*release.Code, error) { return v.s.codeAt(ctx, codeKey) }

// Release implements release.Cluster.
func (v *together) Release(ctx context.Context, number int) (*code.Release, error) {
	ctx, cancel := context.WithTimeout(ctx, journalTimeout)
	defer cancel()
	kept, err := v.s.store.Release(ctx, number)
	if err != nil {
		return nil, err
	}
	return code.NewRelease(kept.Number, kept.Files), nil
}

// codeTurn implements release.Turn.
type codeTurn struct {
	v     *together
	fence world.Fence
	code  *release.Code
	end   context.CancelFunc
	ended chan struct{}
}

// Turn implements release.Cluster.
func (v *together) Turn(ctx context.Context) (release.Turn, error) {
	v.mine.Lock()
	t, err := v.take(ctx)
	if err != nil {
		v.mine.Unlock()
		return nil, err
	}
	return t, nil
}

func (v *together) take(ctx context.Context) (*codeTurn, error) {
	ctx, cancel := context.WithTimeout(ctx, turnPatience)
	defer cancel()
	f, err := v.acquire(ctx)
	if err != nil {
		return nil, err
	}
	t := &codeTurn{v: v, fence: f, ended: make(chan struct{})}
	own, end := context.WithCancel(context.Background())
	t.end = end
	go t.renew(own)
	if t.code, err = v.Code(ctx); err != nil {
		t.letGo()
		return nil, err
	}
	return t, nil
}

// acquire waits until nobody else has the turn.
func (v *together) acquire(ctx context.Context) (world.Fence, error) {
	me, owners := v.s.bus.Me(), v.s.store.Owners()
	for {
		row, err := owners.Row(ctx, turnSubject)
		if err != nil {
			return world.Fence{}, err
		}
		claim := ownership.Claim{Subject: turnSubject, Owner: me, After: row.Epoch, Lease: turnLease}
		if row.Live() && row.Owner != me && v.s.mesh.Silent(row.Owner) {
			claim.From = row.Owner // it decides nothing any more
		}
		epoch, err := owners.Acquire(ctx, claim)
		if err == nil {
			return world.Fence{Subject: turnSubject, Epoch: epoch}, nil
		}
		if no := (*ownership.Refusal)(nil); !errors.As(err, &no) {
			return world.Fence{}, err
		}
		select {
		case <-time.After(turnLook):
		case <-ctx.Done():
			return world.Fence{}, fmt.Errorf("%s changes it at the moment", nameOfLife(row.Owner))
		}
	}
}

// nameOfLife is the node whose life this is.
func nameOfLife(id world.NodeID) string {
	name, _, _ := strings.Cut(string(id), "/")
	return name
}

func (t *codeTurn) renew(ctx context.Context) {
	defer close(t.ended)
	tick := time.NewTicker(turnRenew)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			_, _ = t.v.s.store.Owners().Renew(ctx, t.v.s.bus.Me(), []world.Fence{t.fence}, turnLease) // the decision finds out
		case <-ctx.Done():
			return
		}
	}
}

func (t *codeTurn) letGo() {
	t.end()
	<-t.ended
	ctx, cancel := context.WithTimeout(context.Background(), turnLease)
	defer cancel()
	_ = t.v.s.store.Owners().Release(ctx, t.v.s.bus.Me(), t.fence) // it ends by itself
}

// Code implements release.Turn.
func (t *codeTurn) Code() *release.Code { return t.code }

// End implements release.Turn.
func (t *codeTurn) End() {
	t.letGo()
	t.v.mine.Unlock()
}

// put writes a value down in the name of the turn.
func (t *codeTurn) put(ctx context.Context, key string, k *release.Code) error {
	text, err := packCode(k)
	if err != nil {
		return err
	}
	return t.v.s.store.Put(store.Under(ctx, t.fence), shardSpace, key, text)
}

// Decide implements release.Turn. Where the database does not say what became of it, it is asked:
// nobody else writes in this turn.
func (t *codeTurn) Decide(ctx context.Context, next *release.Code) error {
	next.Turn = int64(t.fence.Epoch)
	for {
		err := t.put(ctx, codeKey, next)
		if err == nil || errors.Is(err, store.ErrStale) || errors.Is(err, store.ErrInvalid) {
			return err
		}
		if now, readErr := t.v.Code(ctx); readErr == nil && now != nil && now.Version == next.Version && now.Turn == next.Turn {
			return nil
		}
		select {
		case <-time.After(turnLook):
		case <-ctx.Done():
			return fmt.Errorf("nobody knows whether it was done, and the nodes come to what the database says once it is there: %w", err)
		}
	}
}

// The kinds of messages about code.
const (
	kindStage bus.Kind = 66 // asks a node to stage and check what the database has as proposed
	kindSwap  bus.Kind = 67 // to all: it is decided
)

// about is which version of the code such a message is about.
type about struct {
	Version int
	Turn    int64
	Back    bool // it takes code back
}

// staged is a node's answer: how many of its units change, or why it cannot.
type staged struct {
	Units                  int
	Code, Subject, Message string
}

// Stage implements release.Turn.
func (t *codeTurn) Stage(ctx context.Context, next *release.Code, back bool) (units int, err error) {
	next.Turn = int64(t.fence.Epoch)
	others, err := t.others(ctx)
	if err != nil || len(others) == 0 {
		return 0, err
	}
	if err := t.put(ctx, proposalKey, next); err != nil {
		return 0, err
	}
	question, err := json.Marshal(about{next.Version, next.Turn, back})
	if err != nil {
		return 0, err
	}
	counts, errs := make([]int, len(others)), make([]error, len(others))
	var all sync.WaitGroup
	for i, one := range others {
		all.Go(func() { counts[i], errs[i] = t.ask(ctx, one, question) })
	}
	all.Wait()
	for i, n := range counts {
		if errs[i] != nil {
			return 0, errs[i] // the first by name: one is enough
		}
		units += n
	}
	return units, nil
}

// others are the nodes that have to agree. One that owns systems and is not heard of plays them
// somewhere: it is among them until its leases are over.
func (t *codeTurn) others(ctx context.Context) (others []mesh.Member, err error) {
	s := t.v.s
	if !s.bus.Up() {
		return nil, fmt.Errorf("the other nodes cannot be asked: %w", bus.ErrGone)
	}
	all := s.mesh.Nodes()
	rows, err := s.store.Owners().List(ctx)
	if err != nil {
		return nil, err
	}
	for _, r := range rows {
		known := slices.ContainsFunc(all, func(one mesh.Member) bool { return one.ID == r.Owner })
		if r.Live() && !known {
			return nil, fmt.Errorf("%s owns %s for another %s and is not heard of: nothing was changed anywhere; try again in a moment", nameOfLife(r.Owner), r.Subject, r.Until.Sub(r.Now).Round(time.Millisecond))
		}
	}
	return slices.DeleteFunc(all, func(one mesh.Member) bool { return one.ID == s.bus.Me() }), nil
}

// ask asks one node to stage.
func (t *codeTurn) ask(ctx context.Context, one mesh.Member, question []byte) (int, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go t.whileHeard(ctx, one, cancel)
	data, err := t.v.s.bus.Request(ctx, one.ID, kindStage, "stage a release", question)
	if no := (*bus.Refused)(nil); errors.As(err, &no) {
		return 0, fmt.Errorf("%s cannot take it: %w", one.Name, err)
	}
	if err != nil {
		return 0, fmt.Errorf("%s does not answer, and so nothing was changed on any node: %w", one.Name, err)
	}
	var a staged
	if err := json.Unmarshal(data, &a); err != nil {
		return 0, fmt.Errorf("%s answers what is no answer: %w", one.Name, err)
	}
	if a.Code != "" {
		return 0, &code.Refusal{Code: a.Code, Subject: a.Subject, Message: fmt.Sprintf("%s (on node %s; nothing was changed on any)", a.Message, one.Name)}
	}
	return a.Units, nil
}

// whileHeard gives up on a node that falls silent.
func (t *codeTurn) whileHeard(ctx context.Context, one mesh.Member, giveUp context.CancelFunc) {
	look := time.NewTicker(200 * time.Millisecond)
	defer look.Stop()
	for {
		select {
		case <-look.C:
			if t.v.s.mesh.Silent(one.ID) {
				giveUp()
				return
			}
		case <-ctx.Done():
			return
		}
	}
}

// Swap implements release.Turn.
func (t *codeTurn) Swap(next *release.Code) {
	data, err := json.Marshal(about{Version: next.Version, Turn: next.Turn})
	if err == nil {
		_ = t.v.s.bus.Tell(kindSwap, data) // who does not hear it looks
	}
}

// serveStage stages what another node is about to bring to all.
func (s *Server) serveStage(ctx context.Context, _ world.NodeID, data []byte) ([]byte, error) {
	var q about
	if err := json.Unmarshal(data, &q); err != nil {
		return nil, err
	}
	k, err := s.codeAt(ctx, proposalKey)
	if err != nil {
		return nil, err
	}
	if k == nil || k.Version != q.Version || k.Turn != q.Turn {
		return nil, errors.New("what is to be staged has been replaced meanwhile")
	}
	var a staged
	a.Units, err = s.releases.controller.Stage(ctx, k, q.Back)
	if no := (*code.Refusal)(nil); errors.As(err, &no) {
		a.Code, a.Subject, a.Message = no.Code, no.Subject, no.Text()
	} else if err != nil {
		return nil, err
	}
	return json.Marshal(a)
}

// hearSwap brings this node to what was decided.
func (s *Server) hearSwap(from world.NodeID, data []byte) {
	var q about
	if from == s.bus.Me() || json.Unmarshal(data, &q) != nil {
		return
	}
	s.errands.run(func() {
		if err := s.releases.controller.Swap(context.Background(), q.Version, q.Turn); err != nil {
			s.log.Warn("what the cluster runs is not known at the moment", "error", err)
		}
	})
}
