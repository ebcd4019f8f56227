package api

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"

	"hotshard/data/store"
	"hotshard/runtime/book"
	"hotshard/runtime/world"
)

const (
	// bookFresh is for how long a revision is the current one at least; one that took long
	// to read is so for longer, so that reading takes one part in bookShare of the time.
	bookFresh = 5 * time.Second
	bookShare = 20
	// bookKept is for how long the pages of a revision can be turned.
	bookKept = 5 * time.Minute
	// mostKept is how many offers all kept revisions have together.
	mostKept = 1_000_000
	// mostOffers is how many a book may have that is shown whole.
	mostOffers = 400_000
	pageMost   = 1000
)

// revision is a book as it stood at a moment. It is immutable.
type revision struct {
	id     string // a hash of what it has: the same book is the same revision
	since  time.Time
	offers []store.Offer // by type, sales first, the best first
}

// shown is what is known of one book: the revision that is current, and for how long.
type shown struct {
	mu      sync.Mutex // held while it is read: who asks meanwhile waits
	current *revision
	until   time.Time
}

// books publishes the books of regions, whole or of a type each.
type books struct {
	api *API

	mu    sync.Mutex
	by    map[bookKey]*shown
	kept  map[string]*keptRevision
	total int // offers of all kept
}

type bookKey struct{ region, itemType string }

type keptRevision struct {
	*revision
	key  bookKey
	used time.Time // when it was current last, or a page was turned
}

func newBooks(a *API) *books {
	return &books{api: a, by: map[bookKey]*shown{}, kept: map[string]*keptRevision{}}
}

// current returns the book as it stands, or stood a few seconds ago, and for how long it is
// taken for that.
func (b *books) current(key bookKey) (*revision, time.Duration, error) {
	b.mu.Lock()
	s := b.by[key]
	if s == nil {
		s = &shown{}
		b.by[key] = s
	}
	b.mu.Unlock()
	s.mu.Lock()
	defer s.mu.Unlock()
	if now := b.api.cfg.Now(); s.current == nil || !now.Before(s.until) {
		rev, took, err := b.read(key)
		if err != nil {
			return nil, 0, err
		}
		s.current = b.keep(key, rev)
		s.until = now.Add(max(bookFresh, bookShare*took))
	}
	return s.current, max(time.Second, s.until.Sub(b.api.cfg.Now())), nil
}

func (b *books) read(key bookKey) (*revision, time.Duration, error) {
	began := time.Now()
	var offers []store.Offer
	err := b.api.kept.read(func(ctx context.Context) (err error) {
		offers, err = b.api.cfg.Store.Book(ctx, key.region, key.itemType, mostOffers+1)
		return err
	})
	if err != nil {
		return nil, 0, err
	}
	if len(offers) > mostOffers {
		return nil, 0, refusef(CodeBadRequest, "more than %d orders stand in %s: ask for one type at a time, as in ?type=Ferrite", mostOffers, key.region)
	}
	slices.SortFunc(offers, before)
	return &revision{id: digest(key, offers), since: b.api.cfg.Now(), offers: offers}, time.Since(began), nil
}

// before orders a book by type, sales first, and then as they would be traded with.
func before(x, y store.Offer) int {
	if c := cmp.Or(cmp.Compare(x.Type, y.Type), -cmp.Compare(x.Side, y.Side)); c != 0 {
		return c
	}
	price := cmp.Compare(x.Price, y.Price)
	if x.Side == store.Buy {
		price = -price
	}
	return cmp.Or(price, cmp.Compare(x.Rank, y.Rank))
}

func digest(key bookKey, offers []store.Offer) string {
	h := sha256.New()
	fmt.Fprintf(h, "%q %q\n", key.region, key.itemType)
	for _, o := range offers {
		fmt.Fprintln(h, o.Order, o.Price, o.Left, o.Rank, o.Expires)
	}
	return hex.EncodeToString(h.Sum(nil)[:10])
}

// keep makes a revision the one that others turn the pages of, and forgets the oldest.
func (b *books) keep(key bookKey, rev *revision) *revision {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.api.cfg.Now()
	if k := b.kept[rev.id]; k != nil {
		k.used = now
		return k.revision
	}
	b.kept[rev.id] = &keptRevision{rev, key, now}
	b.total += len(rev.offers)
	for id, k := range b.kept {
		if id != rev.id && now.Sub(k.used) > bookKept {
			b.forget(id)
		}
	}
	for b.total > mostKept && len(b.kept) > 1 {
		b.forget(b.oldest(rev.id))
	}
	return rev
}

func (b *books) oldest(but string) (oldest string) {
	for id, k := range b.kept {
		if id != but && (oldest == "" || k.used.Before(b.kept[oldest].used)) {
			oldest = id
		}
	}
	return oldest
}

func (b *books) forget(id string) {
	k := b.kept[id]
	b.total -= len(k.offers)
	delete(b.kept, id)
	// Nobody reads it: who does not hold it now takes the book anew.
	if s := b.by[k.key]; s != nil && s.mu.TryLock() {
		if s.current == k.revision {
			delete(b.by, k.key)
		}
		s.mu.Unlock()
	}
}

// named returns a revision by its id, as long as it is kept.
func (b *books) named(key bookKey, id string) (*revision, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	k := b.kept[id]
	if k == nil || k.key != key || b.api.cfg.Now().Sub(k.used) > bookKept {
		return nil, refusef(CodeGone, "revision %s of this book is not kept any more: begin again with the first page", clip(id))
	}
	k.used = b.api.cfg.Now() // who turns its pages keeps it
	return k.revision, nil
}

// offer is an order as everybody may see it.
type offer struct {
	Order    int64  `json:"order"`
	Side     string `json:"side"`
	Type     string `json:"type"`
	Price    int64  `json:"price"`
	Quantity int64  `json:"quantity"` // that is left
	Min      int64  `json:"min"`      // to be traded at once
	System   string `json:"system"`
	Station  int64  `json:"station"`
	Range    any    `json:"range,omitempty"` // of who buys
	Expires  int64  `json:"expires"`         // s since 1970
}

func (a *API) offer(o *store.Offer) offer {
	shown := offer{Order: o.Order, Side: string(o.Side), Type: o.Type, Price: o.Price, Quantity: o.Left, Min: max(1, min(o.Least, o.Left)),
		System: a.systemName(o.System), Station: int64(o.Station), Expires: o.Expires / time.Second.Microseconds()}
	if o.Side == store.Buy {
		shown.Range = reach(book.Reach(o.Reach))
	}
	return shown
}

func (a *API) systemName(id world.SystemID) string {
	if s := a.cfg.Map.System(id); s != nil {
		return s.Name
	}
	return "" // of another map, whose orders the service refuses
}

// reach is from how far somebody buys: a word or a count of jumps.
func reach(r book.Reach) any {
	switch r {
	case book.AtStation:
		return "station"
	case book.InSystem:
		return "system"
	case book.InRegion:
		return "region"
	}
	return int(r)
}

// page is one page of a book.
type page struct {
	Region   string  `json:"region"`
	Type     string  `json:"type,omitempty"`
	Side     string  `json:"side,omitempty"`
	Revision string  `json:"revision"`
	Since    string  `json:"since"` // when this revision was read first
	Page     int     `json:"page"`
	Pages    int     `json:"pages"`
	Total    int     `json:"total"` // orders
	Next     string  `json:"next,omitempty"`
	Orders   []offer `json:"orders"`
}

// orders answers with a page of a book. The first names the revision, and the others are of
// that one.
func (a *API) orders(r *http.Request) (*answer, error) {
	key, side, err := a.bookAsked(r)
	if err != nil {
		return nil, err
	}
	n, err := number(r, "page", 1, mostOffers)
	if err != nil {
		return nil, err
	}
	size, err := number(r, "limit", pageMost, pageMost)
	if err != nil {
		return nil, err
	}
	var rev *revision
	fresh := bookKept
	if id := r.FormValue("revision"); id != "" {
		rev, err = a.books.named(key, id)
	} else if n > 1 {
		err = refusef(CodeBadRequest, "page %d of which book? Give the revision that the first page names, so that nothing is left out or told twice", n)
	} else {
		rev, fresh, err = a.books.current(key)
	}
	if err != nil {
		return nil, err
	}
	p, err := a.page(rev, key, side, n, size)
	if err != nil {
		return nil, err
	}
	doc, err := made(p)
	return &answer{doc: doc, fresh: fresh, next: p.Next}, err
}

// bookAsked is which book, and which side of it, a request is about.
func (a *API) bookAsked(r *http.Request) (key bookKey, side store.Side, err error) {
	of, err := a.region(r.PathValue("region"))
	if err != nil {
		return key, side, err
	}
	key.region = of.Name
	if name := r.FormValue("type"); name != "" {
		t, err := a.itemType(name)
		if err != nil {
			return key, side, err
		}
		key.itemType = t.Name
	}
	side = store.Side(r.FormValue("side"))
	if side != "" && side != store.Sell && side != store.Buy {
		return key, side, refusef(CodeBadRequest, "side must be sell or buy, and not %q", clip(string(side)))
	}
	return key, side, nil
}

func (a *API) page(rev *revision, key bookKey, side store.Side, n, size int) (*page, error) {
	offers := rev.side(side)
	p := &page{Region: key.region, Type: key.itemType, Side: string(side), Revision: rev.id, Since: rev.since.UTC().Format(time.RFC3339), Page: n, Total: len(offers)}
	p.Pages = max(1, (len(offers)+size-1)/size)
	if n > p.Pages {
		return nil, refusef(CodeBadRequest, "there is no page %d: this book has %d", n, p.Pages)
	}
	some := offers[(n-1)*size : min(n*size, len(offers))]
	p.Orders = make([]offer, len(some))
	for i := range some {
		p.Orders[i] = a.offer(&some[i])
	}
	if n < p.Pages {
		p.Next = p.address(n+1, size)
	}
	return p, nil
}

// side is the offers of one side, or all.
func (rev *revision) side(side store.Side) []store.Offer {
	if side == "" {
		return rev.offers
	}
	var list []store.Offer
	for _, o := range rev.offers {
		if o.Side == side {
			list = append(list, o)
		}
	}
	return list
}

// address is where another page of the same revision is.
func (p *page) address(n, size int) string {
	q := url.Values{"page": {fmt.Sprint(n)}, "revision": {p.Revision}}
	if size != pageMost {
		q.Set("limit", fmt.Sprint(size))
	}
	for name, value := range map[string]string{"type": p.Type, "side": p.Side} {
		if value != "" {
			q.Set(name, value)
		}
	}
	return Prefix + "markets/" + url.PathEscape(p.Region) + "/orders?" + q.Encode()
}
