package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"hotshard/data/store"
	"hotshard/runtime/gate/peer"
)

const bench = "/api/v1/markets/The%20Bench/"

func TestPagesAreOfOneRevision(t *testing.T) {
	s := newShop(t)
	for i := range int64(7) {
		s.order(store.Sell, "Ferrite", anvil, 1, 300-i, 10+i)
	}
	s.order(store.Buy, "Ferrite", anvil, 1, 100, 5)
	var whole, p page
	s.get(bench+"orders", &whole)
	first := s.get(bench+"orders?limit=3&type=ferrite&side=sell", &p)
	if whole.Total != 8 || p.Total != 7 || p.Pages != 3 || p.Orders[0].Price != 294 || p.Orders[0].System != "Anvil" {
		t.Fatalf("%+v", p)
	}
	// Everything changes while the pages are turned: none is left out or told twice.
	for id := range int64(4) {
		if _, err := s.store.Transact(bg, store.Why{Cause: "market"}, store.EndOrder{ID: id + 1, Reason: "cancelled"}); err != nil {
			t.Fatal(err)
		}
	}
	s.order(store.Sell, "Ferrite", anvil, 1, 1, 1)
	s.later(time.Minute)
	var now page
	s.get(bench+"orders?limit=3&type=Ferrite&side=sell", &now)
	if now.Total != 4 || now.Orders[0].Price != 1 || now.Revision == p.Revision {
		t.Errorf("the book is another, and this is shown: %+v", now)
	}
	var prices []int64
	link := first.Header().Get("Link")
	for q := p; ; {
		for _, o := range q.Orders {
			prices = append(prices, o.Price)
		}
		if q.Next == "" {
			break
		}
		if want := "<" + q.Next + `>; rel="next"`; link != want {
			t.Errorf("the header leads to %s, and the answer to %s", link, want)
		}
		next := q.Next
		q = page{}
		link = s.get(next, &q).Header().Get("Link")
		if q.Revision != p.Revision {
			t.Fatalf("page %d is of another revision", q.Page)
		}
	}
	if !slices.Equal(prices, []int64{294, 295, 296, 297, 298, 299, 300}) {
		t.Errorf("in all pages: %v", prices)
	}
	s.later(bookKept + time.Second)
	if said := s.no(p.Next, CodeGone); !strings.Contains(said, "begin again") {
		t.Error(said)
	}
	s.no(strings.Replace(now.Next, "type=Ferrite", "type=Wren", 1), CodeGone) // a revision is of one book
}

func TestTheSameBookIsTheSameRevision(t *testing.T) {
	s := newShop(t)
	s.fill()
	var a, b page
	w := s.get(bench+"orders", &a)
	s.later(time.Hour)
	s.get(bench+"orders", &b)
	if a.Revision != b.Revision || a.Since != b.Since {
		t.Errorf("%s of %s, and then %s of %s", a.Revision, a.Since, b.Revision, b.Since)
	}
	tag := w.Header().Get("ETag")
	if again := s.ask("GET", bench+"orders", "If-None-Match", tag); again.Code != http.StatusNotModified || again.Body.Len() > 0 || again.Header().Get("ETag") != tag {
		t.Errorf("%d %v", again.Code, again.Header())
	}
	if c := w.Header().Get("Cache-Control"); c != "public, max-age=5" {
		t.Errorf("Cache-Control: %s", c)
	}
	s.order(store.Sell, "Ferrite", anvil, 1, 1, 1)
	s.later(time.Minute)
	if again := s.ask("GET", bench+"orders", "If-None-Match", tag); again.Code != http.StatusOK {
		t.Errorf("the book is another: %d", again.Code)
	}
}

func TestHistoryAndDays(t *testing.T) {
	s := newShop(t)
	s.fill()
	want := traded{Date: "2030-01-02", Average: 200, Highest: 201, Lowest: 200, OrderCount: 2, Volume: 4}
	var h struct {
		Region, Type string
		Days         []traded
	}
	s.get(bench+"history?type=ferrite", &h)
	if h.Region != "The Bench" || h.Type != "Ferrite" || !slices.Equal(h.Days, []traded{want}) {
		t.Errorf("%+v", h)
	}
	var d struct {
		Types []struct {
			Type string
			traded
		}
	}
	today := s.get("/api/v1/markets/the%20bench/days/2030-01-02", &d)
	if len(d.Types) != 1 || d.Types[0].Type != "Ferrite" || d.Types[0].traded != want {
		t.Errorf("%+v", d)
	}
	before := s.get(bench+"days/2030-01-01", &d)
	if len(d.Types) != 0 || !strings.Contains(before.Body.String(), `"types":[]`) {
		t.Errorf("yesterday: %s", before.Body)
	}
	if a, b := today.Header().Get("Cache-Control"), before.Header().Get("Cache-Control"); a != "public, max-age=30" || b != "public, max-age=86400" {
		t.Errorf("today %s, and a day that is over %s", a, b)
	}
	if s.get("/api/v1/markets/Outskirts/history?type=Ferrite", &h); len(h.Days) != 0 {
		t.Errorf("where nothing was traded: %+v", h)
	}
}

func TestAverageIsRounded(t *testing.T) {
	for _, c := range []struct{ turnover, volume, want int64 }{{0, 0, 0}, {10, 4, 3}, {9, 4, 2}, {7, 7, 1}, {1, 2, 1}, {1, 3, 0}, {1<<62 + 1, 1, 1<<62 + 1}} {
		if got := average(store.Day{Turnover: c.turnover, Volume: c.volume}); got != c.want {
			t.Errorf("%d of %d: %d, want %d", c.turnover, c.volume, got, c.want)
		}
	}
}

func TestGaps(t *testing.T) {
	s := newShop(t)
	s.fill()
	s.order(store.Sell, "Aluvite", anvil, 1, 10, 5)
	s.order(store.Buy, "Aluvite", docks, 1, 9, 5) // pays less than it costs
	var g struct{ Gaps []gap }
	s.get("/api/v1/gaps", &g)
	if len(g.Gaps) != 1 {
		t.Fatalf("%+v", g)
	}
	want := gap{Type: "Ferrite", Volume: g.Gaps[0].Volume, Quantity: 4, Profit: 4 * 60, Jumps: 2,
		Buy: place{"The Bench", "Anvil", 71, 200, 7}, Sell: place{"Outskirts", "Ember", 73, 260, 4}}
	if g.Gaps[0] != want || want.Volume <= 0 {
		t.Errorf("%+v, want %+v", g.Gaps[0], want)
	}
	if s.get("/api/v1/gaps?from=outskirts", &g); len(g.Gaps) != 0 {
		t.Errorf("from Outskirts: %+v", g)
	}
	if s.get("/api/v1/gaps?from=the%20bench&to=Outskirts&limit=1", &g); len(g.Gaps) != 1 {
		t.Errorf("there: %+v", g)
	}
}

func TestRefusalsNameTheMend(t *testing.T) {
	s := newShop(t)
	for path, want := range map[string]struct {
		code Code
		says string
	}{
		bench + "orders?type=Ferite":              {CodeNoType, "did you mean Ferrite?"},
		bench + "history?type=ferrit":             {CodeNoType, "did you mean Ferrite?"},
		"/api/v1/types/Wrenn":                     {CodeNoType, "did you mean Wren?"},
		"/api/v1/markets/The%20Bensh/orders":      {CodeNoRegion, "did you mean The Bench?"},
		"/api/v1/gaps?to=outskirt":                {CodeNoRegion, "did you mean Outskirts?"},
		bench + "orders?typ=Ferrite":              {CodeBadRequest, "did you mean type?"},
		bench + "orders?type=Wren&type=Ferrite":   {CodeBadRequest, "2 times"},
		bench + "orders?page=2":                   {CodeBadRequest, "revision"},
		bench + "orders?page=0":                   {CodeBadRequest, "page must be"},
		bench + "orders?limit=1001":               {CodeBadRequest, "1 to 1000"},
		bench + "orders?limit=ten":                {CodeBadRequest, "ten"},
		bench + "orders?side=both":                {CodeBadRequest, "sell or buy"},
		bench + "orders?page=2&revision=abc":      {CodeGone, "begin again"},
		bench + "history":                         {CodeBadRequest, "type=Ferrite"},
		bench + "history?type=Wren&days=-1":       {CodeBadRequest, "days"},
		bench + "days/yesterday":                  {CodeBadRequest, "2030-01-02"},
		bench + "days/2030-13-01":                 {CodeBadRequest, "no date"},
		bench + "days/2030-01-03":                 {CodeBadRequest, "not begun"},
		"/api/v1/types?category=ores":             {CodeBadRequest, "did you mean ore?"},
		"/api/v1/":                                {CodeNotFound, "openapi.json"},
		"/api/v1/" + strings.Repeat("x", 100_000): {CodeNotFound, "..."},
	} {
		if said := s.no(path, want.code); !strings.Contains(said, want.says) || len(said) > 300 {
			t.Errorf("%.60s: %.400s, and not %s", path, said, want.says)
		}
	}
	w := s.ask("POST", bench+"orders")
	if w.Code != http.StatusMethodNotAllowed || !strings.Contains(w.Body.String(), string(CodeBadMethod)) || w.Header().Get("Allow") == "" {
		t.Errorf("POST: %d %s", w.Code, w.Body)
	}
}

func TestOtherSitesMayRead(t *testing.T) {
	s := newShop(t)
	for _, w := range []http.Header{s.ask("GET", "/api/v1/regions").Header(), s.ask("GET", "/api/v1/nothing").Header()} {
		if w.Get("Access-Control-Allow-Origin") != "*" || w.Get("Cross-Origin-Resource-Policy") != "cross-origin" {
			t.Errorf("%v", w)
		}
	}
	before := s.ask("OPTIONS", "/api/v1/regions", "Origin", "https://example.org", "Access-Control-Request-Headers", "if-none-match")
	if before.Code != http.StatusNoContent || before.Header().Get("Access-Control-Allow-Headers") != "If-None-Match" {
		t.Errorf("%d %v", before.Code, before.Header())
	}
	head := s.ask("HEAD", "/api/v1/regions")
	if head.Code != http.StatusOK || head.Body.Len() > 0 || head.Header().Get("ETag") == "" {
		t.Errorf("HEAD: %d %v", head.Code, head.Header())
	}
}

func TestARateForEachAddress(t *testing.T) {
	s := newShop(t)
	s.api.cfg.Limit = peer.Limit{Burst: 3, Every: time.Second}
	s.api = New(s.api.cfg)
	for range 3 {
		s.get("/api/v1/regions", &struct{}{})
	}
	w := s.ask("GET", "/api/v1/regions")
	if w.Code != http.StatusTooManyRequests || w.Header().Get("Retry-After") != "1" || !strings.Contains(w.Body.String(), "3 at once and 1 a second") {
		t.Errorf("%d %v %s", w.Code, w.Header(), w.Body)
	}
	s.later(time.Second)
	s.get("/api/v1/regions", &struct{}{})
}

// slow is a store that answers when the test says so.
type slow struct {
	Store
	mu    sync.Mutex
	reads int
	goOn  chan error
}

func (s *slow) Days(ctx context.Context, region, itemType string, limit int) ([]store.Day, error) {
	s.mu.Lock()
	s.reads++
	s.mu.Unlock()
	select {
	case err := <-s.goOn:
		return nil, err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// What many ask for is read once, and a failure is nobody's answer but theirs who waited.
func TestManyAskOnce(t *testing.T) {
	s := newShop(t)
	stall := &slow{Store: s.store, goOn: make(chan error)}
	s.api.cfg.Store = stall
	ask := func(n int) (codes []int) {
		var wg sync.WaitGroup
		list := make(chan int, n)
		for range n {
			wg.Go(func() { list <- s.ask("GET", bench+"history?type=Ferrite").Code })
		}
		wg.Wait()
		close(list)
		for c := range list {
			codes = append(codes, c)
		}
		return codes
	}
	go func() { stall.goOn <- errors.New("the disk is gone") }()
	if codes := ask(1); codes[0] != http.StatusInternalServerError {
		t.Errorf("a read that fails: %v", codes)
	}
	go func() { stall.goOn <- nil }()
	if codes := ask(20); !slices.Equal(codes, slices.Repeat([]int{http.StatusOK}, 20)) || stall.reads != 2 {
		t.Errorf("%v after %d reads", codes, stall.reads)
	}
}

// Pages are turned while the book changes and others ask: nothing is torn.
func TestBooksUnderLoad(t *testing.T) {
	s := newShop(t)
	for i := range int64(30) {
		s.order(store.Sell, "Ferrite", anvil, 1, 100+i, 10)
	}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 10 {
				var p page
				s.get(bench+"orders?limit=10&type=Ferrite", &p)
				seen := map[int64]bool{}
				for {
					for _, o := range p.Orders {
						if seen[o.Order] {
							t.Errorf("order %d is told twice", o.Order)
						}
						seen[o.Order] = true
					}
					if p.Next == "" {
						break
					}
					next, of := p.Next, p.Revision
					p = page{}
					if s.get(next, &p); p.Revision != of {
						t.Errorf("page %d is of another revision", p.Page)
					}
				}
				if len(seen) != p.Total {
					t.Errorf("%d of %d orders", len(seen), p.Total)
				}
			}
		})
	}
	for i := range int64(10) {
		s.order(store.Sell, "Ferrite", anvil, 1, 90-i, 1)
		s.later(bookFresh)
	}
	wg.Wait()
}

// What is kept stays within bounds, whatever is asked for.
func TestWhatIsKeptIsBounded(t *testing.T) {
	s := newShop(t)
	s.api.kept.most = 100_000
	for i := range 200 {
		key := fmt.Sprint("answer ", i)
		if _, err := s.api.kept.get(bg, key, time.Minute, func(context.Context) (any, error) { return strings.Repeat("x", 1000), nil }); err != nil {
			t.Fatal(err)
		}
	}
	if s.api.kept.bytes > 100_000 || len(s.api.kept.by) == 0 {
		t.Errorf("%d bytes in %d answers", s.api.kept.bytes, len(s.api.kept.by))
	}
	big := make([]store.Offer, mostKept/4)
	for i := range 10 {
		s.api.books.keep(bookKey{"The Bench", fmt.Sprint(i)}, &revision{id: fmt.Sprint(i), offers: big})
		s.later(time.Second)
	}
	if s.api.books.total > mostKept || len(s.api.books.kept) != 4 || s.api.books.kept["9"] == nil {
		t.Errorf("%d offers in %d revisions", s.api.books.total, len(s.api.books.kept))
	}
}
