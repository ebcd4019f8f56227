package api

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"hotshard/data/ledger"
	"hotshard/data/store"
	"hotshard/runtime/gate/peer"
	"hotshard/runtime/script/catalogue"
	"hotshard/runtime/script/code"
	"hotshard/runtime/world"
)

var bg = context.Background()

// shop is an API over a real store, a small map and the game's own types.
type shop struct {
	t     testing.TB
	api   *API
	store *store.Store
	owner world.CharacterID
	last  int64

	mu sync.Mutex
	at time.Time
}

func (s *shop) now() time.Time { s.mu.Lock(); defer s.mu.Unlock(); return s.at }
func (s *shop) later(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.at = s.at.Add(d)
}

// gameTypes are those of the scripts of this repository.
var gameTypes = sync.OnceValue(func() *catalogue.Set {
	files := map[string][]byte{}
	err := fs.WalkDir(os.DirFS("../../scripts"), "types", func(path string, d fs.DirEntry, err error) error {
		if err == nil && filepath.Ext(path) == ".lua" {
			files[path], err = os.ReadFile(filepath.Join("../../scripts", path))
		}
		return err
	})
	if err != nil {
		panic(err)
	}
	set, wrong := catalogue.Read(code.NewRelease(1, files))
	if len(wrong) > 0 {
		panic(fmt.Sprint(wrong))
	}
	return set
})

func smallMap(t testing.TB) *world.Universe {
	gate := func(id world.EntityID, dest world.SystemID, other world.EntityID) world.Celestial {
		return world.Celestial{ID: id, Kind: world.KindGate, Name: "Gate", Dest: dest, DestGate: other}
	}
	port := func(id world.EntityID, name string) world.Celestial {
		return world.Celestial{ID: id, Kind: world.KindStation, Name: name}
	}
	u, err := world.NewUniverse("small", 1, []world.SolarSystem{
		{ID: 1, Name: "Anvil", Region: "The Bench", Security: 0.9, Celestials: []world.Celestial{port(71, "Anvil I, Yards"), port(74, "Anvil II, Docks"), gate(51, 2, 52)}},
		{ID: 2, Name: "Harrow", Region: "The Bench", Security: 0.451, Celestials: []world.Celestial{port(72, "Harrow I"), gate(52, 1, 51), gate(53, 3, 54)}},
		{ID: 3, Name: "Ember", Region: "Outskirts", Security: -0.2, Celestials: []world.Celestial{port(73, "Ember I"), gate(54, 2, 53)}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func newShop(t testing.TB) *shop {
	s := &shop{t: t, at: time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)}
	var err error
	s.store, err = store.Open(bg, filepath.Join(t.TempDir(), "shop.db"), store.Options{Now: s.now, AutoCreate: true, HashCost: store.HashCost{MemoryKiB: 8, Passes: 1}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.store.Close() })
	c, err := s.store.Register(bg, "Ada", "long enough", store.Character{System: 1, Ship: "Wren"})
	if err != nil {
		t.Fatal(err)
	}
	s.owner = c.ID
	s.give(store.Item{Location: ledger.Wallet, Type: ledger.Money, Quantity: 1 << 40})
	m := smallMap(t)
	s.api = New(Config{Store: s.store, Map: m, Routes: world.NewRouter(m), Types: func() (*catalogue.Set, error) { return gameTypes(), nil },
		Now: s.now, Log: slog.New(slog.DiscardHandler), Limit: peer.Limit{Burst: 1 << 20, Every: time.Nanosecond}})
	return s
}

func (s *shop) give(i store.Item) {
	s.t.Helper()
	i.Owner = s.owner
	if _, err := s.store.GiveItems(bg, store.Why{Cause: "test"}, i); err != nil {
		s.t.Fatal(err)
	}
}

// order lets one stand, and returns its number.
func (s *shop) order(side store.Side, what string, at world.Celestial, system world.SystemID, price, n int64, steps ...store.Step) int64 {
	s.t.Helper()
	region := "The Bench"
	if system == 3 {
		region = "Outskirts"
	}
	s.last++
	if side == store.Sell {
		s.give(store.Item{Location: world.Hangar(system, at.ID), Type: what, Quantity: n})
	}
	open := store.OpenOrder{Order: store.Order{ID: s.last, Rank: s.last, Owner: s.owner, Side: side, Type: what, Region: region, System: system, Station: at.ID,
		Reach: -1, Price: price, Quantity: n, Least: 1, Expires: s.now().Add(24 * time.Hour).UnixMicro()}}
	if _, err := s.store.Transact(bg, store.Why{Cause: "market"}, append([]store.Step{open}, steps...)...); err != nil {
		s.t.Fatal(err)
	}
	return s.last
}

var anvil, docks, harrow, ember = world.Celestial{ID: 71}, world.Celestial{ID: 74}, world.Celestial{ID: 72}, world.Celestial{ID: 73}

// fill has something of everything: a book of both sides, trades, and a gap.
func (s *shop) fill() {
	for i := range int64(5) {
		s.order(store.Sell, "Ferrite", anvil, 1, 200+i, 10)
	}
	s.order(store.Buy, "Ferrite", harrow, 2, 150, 7)
	s.order(store.Buy, "Ferrite", ember, 3, 260, 4)
	s.order(store.Sell, "Wren", harrow, 2, 900_000, 1)
	s.last++ // that of the purchase below
	n := s.last + 1
	s.order(store.Buy, "Ferrite", anvil, 1, 205, 4, store.TradeOrders{Comes: n, Stood: 1, N: 3, Tax: 6}, store.TradeOrders{Comes: n, Stood: 2, N: 1})
}

func (s *shop) ask(method, path string, headers ...string) *httptest.ResponseRecorder {
	s.t.Helper()
	r := httptest.NewRequest(method, path, nil)
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	s.api.ServeHTTP(w, r)
	return w
}

// get asks and reads the answer into v.
func (s *shop) get(path string, v any) *httptest.ResponseRecorder {
	s.t.Helper()
	w := s.ask("GET", path)
	if w.Code != http.StatusOK {
		s.t.Fatalf("%s: %d %s", path, w.Code, w.Body)
	}
	if err := json.Unmarshal(w.Body.Bytes(), v); err != nil {
		s.t.Fatalf("%s: %v in %s", path, err, w.Body)
	}
	return w
}

// no asks for what is refused, and returns the sentence.
func (s *shop) no(path string, code Code) string {
	s.t.Helper()
	w := s.ask("GET", path)
	var said struct {
		Error struct {
			Code    Code
			Message string
		}
	}
	if err := json.Unmarshal(w.Body.Bytes(), &said); err != nil || said.Error.Code != code || w.Code != statuses[code] || w.Header().Get("Content-Type") != jsonType {
		s.t.Errorf("%s: %d %s, want %s", path, w.Code, w.Body, code)
	}
	return said.Error.Message
}
