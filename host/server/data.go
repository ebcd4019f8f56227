package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"hotshard/bindings"
	"hotshard/data/ledger"
	"hotshard/data/static"
	"hotshard/data/store"
	"hotshard/runtime/world"
)

// scriptSpace is the namespace of the store's values that scripts use.
const scriptSpace = "scripts"

// values implements bindings.Store.
type values struct{ store *store.Store }

// Get implements bindings.Store.
func (v values) Get(ctx context.Context, key string) (world.Value, error) {
	return v.store.Get(ctx, scriptSpace, key)
}

// Put implements bindings.Store.
func (v values) Put(ctx context.Context, key string, value world.Value) error {
	return v.store.Put(ctx, scriptSpace, key, value)
}

// Add implements bindings.Store.
func (v values) Add(ctx context.Context, key string, n float64) (float64, error) {
	return v.store.Add(ctx, scriptSpace, key, n)
}

// List implements bindings.Store.
func (v values) List(ctx context.Context, prefix, after string, limit int) ([]bindings.Pair, error) {
	pairs, err := v.store.List(ctx, scriptSpace, prefix, after, limit)
	out := make([]bindings.Pair, len(pairs))
	for i, p := range pairs {
		out[i] = bindings.Pair(p)
	}
	return out, err
}

// Transact implements bindings.Store.
func (v values) Transact(ctx context.Context, why bindings.Why, changes []bindings.Change) (world.Value, error) {
	steps := make([]store.Step, len(changes))
	for i, c := range changes {
		steps[i] = toStep(c)
	}
	w, err := toWhy(why)
	if err != nil {
		return nil, err
	}
	text, err := v.store.Transact(ctx, w, steps...)
	if err != nil || text == "" {
		return why.Answer, refusal(err)
	}
	return fromAnswer(text)
}

// Answered implements bindings.Store.
func (v values) Answered(ctx context.Context, player world.CharacterID, key, content string) (world.Value, error) {
	text, found, err := v.store.Answer(ctx, player, key, content)
	switch {
	case err != nil || !found:
		return nil, refusal(err)
	case text == "":
		return true, nil
	}
	return fromAnswer(text)
}

// fromAnswer is an answer that was kept as text.
func fromAnswer(text string) (answer world.Value, err error) {
	return answer, json.Unmarshal([]byte(text), &answer)
}

// toWhy is a Why as the store keeps it: with the answer as text, where it is to be
// remembered.
func toWhy(w bindings.Why) (store.Why, error) {
	out := store.Why{Cause: w.Cause, Actor: w.Actor, System: string(w.System), Tick: w.Tick, Release: w.Release, Key: w.Key, Content: w.Content}
	if w.Key == "" || w.Answer == nil {
		return out, nil
	}
	text, err := json.Marshal(w.Answer)
	out.Answer = string(text)
	return out, err
}

func toStep(c bindings.Change) store.Step {
	switch c := c.(type) {
	case bindings.PutValue:
		return store.PutValue{Namespace: scriptSpace, Key: c.Key, Value: c.Value}
	case bindings.AddValue:
		return store.AddValue{Namespace: scriptSpace, Key: c.Key, N: c.N, Least: c.Least}
	case bindings.ExpectValue:
		return store.ExpectValue{Namespace: scriptSpace, Key: c.Key, Value: c.Value}
	case bindings.MoveItem:
		return toMove(c)
	case bindings.PassItem:
		return store.Move{
			From: ledger.Holding{Holder: toHolder(c.From), Location: c.Location, Type: c.Type},
			To:   ledger.Holding{Holder: toHolder(c.To), Location: c.Target, Type: c.Type}, N: c.Quantity,
		}
	case bindings.OpenOrder:
		return store.OpenOrder{Order: fromOrder(c.Order), Fee: c.Fee}
	case bindings.TradeOrders:
		return store.TradeOrders(c)
	case bindings.EndOrder:
		return store.EndOrder(c)
	case bindings.RepriceOrder:
		return store.RepriceOrder(c)
	case bindings.KeepStanding:
		return store.Standing(c)
	case bindings.KeepRoom:
		return store.Room{Owner: c.Owner, Location: c.Location, Capacity: c.Capacity, Volumes: c.Volume}
	}
	panic(fmt.Sprintf("server: nobody knows the change %T", c))
}

// toMove is what comes from a faucet or goes into a sink.
func toMove(c bindings.MoveItem) store.Step {
	who := ledger.Holding{Holder: toHolder(bindings.Holder{Character: c.Owner, Keeper: c.Keeper}), Location: c.Location, Type: c.Type}
	if c.Account == "" {
		return store.Change{Holding: who, By: c.Quantity}
	}
	if c.Quantity < 0 {
		return store.Move{From: who, To: ledger.Holding{Holder: ledger.Holder{Kind: ledger.Sink, Name: c.Account}, Type: c.Type}, N: -c.Quantity}
	}
	return store.Move{From: ledger.Holding{Holder: ledger.Holder{Kind: ledger.Faucet, Name: c.Account}, Type: c.Type}, To: who, N: c.Quantity}
}

func toHolder(h bindings.Holder) ledger.Holder {
	if h.Keeper != "" {
		return ledger.Holder{Kind: ledger.Keeper, Name: h.Keeper}
	}
	return ledger.Of(h.Character)
}

// items implements bindings.Items.
type items struct{ store *store.Store }

// List implements bindings.Items.
func (i items) List(ctx context.Context, owner world.CharacterID) ([]bindings.Item, error) {
	return toItems(i.store.Items(ctx, owner))
}

// In implements bindings.Items.
func (i items) In(ctx context.Context, owner world.CharacterID, location string) ([]bindings.Item, error) {
	return toItems(i.store.ItemsIn(ctx, owner, location))
}

func (i items) Within(ctx context.Context, owner world.CharacterID, location string) ([]bindings.Item, error) {
	return toItems(i.store.ItemsWithin(ctx, owner, location))
}

func toItems(all []store.Item, err error) ([]bindings.Item, error) {
	list := make([]bindings.Item, len(all))
	for n, it := range all {
		list[n] = bindings.Item(it)
	}
	return list, err
}

// Lines implements bindings.Items.
func (i items) Lines(ctx context.Context, it bindings.Item, before int64, limit int) ([]bindings.Line, error) {
	all, err := i.store.Lines(ctx, stack(it), before, limit)
	list := make([]bindings.Line, len(all))
	for n, l := range all {
		list[n] = bindings.Line{Entry: l.Entry, At: l.At.Unix(), Quantity: l.Quantity, Cause: l.Cause}
		for _, t := range l.Trades {
			list[n].Trades = append(list[n].Trades, toTrades(it.Owner, t)...)
		}
	}
	return list, err
}

// toTrades is a trade as its sides see it: who trades with themselves is on both.
func toTrades(owner world.CharacterID, t store.Trade) (list []bindings.Trade) {
	mine := bindings.Trade{Type: t.Type, System: t.System, Station: t.Station, Price: t.Price, Quantity: t.Quantity}
	if t.Buyer == owner {
		mine.Order, mine.Side = t.Bought, string(store.Buy)
		list = append(list, mine)
	}
	if t.Seller == owner {
		mine.Order, mine.Side = t.Sold, string(store.Sell)
		list = append(list, mine)
	}
	return list
}

// At implements bindings.Items.
func (i items) At(ctx context.Context, location string, after bindings.Item, limit int) ([]bindings.Item, error) {
	return toItems(i.store.ItemsAt(ctx, location, stack(after), limit))
}

// Kept implements bindings.Items.
func (i items) Kept(ctx context.Context, keeper, location string) ([]bindings.Item, error) {
	return toItems(i.store.Kept(ctx, keeper, location))
}

// Places implements bindings.Items.
func (i items) Places(ctx context.Context, keeper, prefix string, limit int) ([]string, error) {
	return i.store.Places(ctx, keeper, prefix, limit)
}

// Give implements bindings.Items.
func (i items) Give(ctx context.Context, why bindings.Why, it bindings.Item) (int64, error) {
	w, err := toWhy(why)
	if err != nil {
		return 0, err
	}
	n, err := i.store.GiveItems(ctx, w, stack(it))
	return n, refusal(err)
}

// Take implements bindings.Items.
func (i items) Take(ctx context.Context, why bindings.Why, it bindings.Item) (int64, error) {
	w, err := toWhy(why)
	if err != nil {
		return 0, err
	}
	n, err := i.store.TakeItems(ctx, w, stack(it))
	return n, refusal(err)
}

// Move implements bindings.Items.
func (i items) Move(ctx context.Context, why bindings.Why, from bindings.Item, owner world.CharacterID, location string) error {
	w, err := toWhy(why)
	if err != nil {
		return err
	}
	return refusal(i.store.MoveItems(ctx, w, stack(from), owner, location))
}

func stack(i bindings.Item) store.Item {
	return store.Item(i)
}

// refusal marks what is an answer for the script.
func refusal(err error) error {
	var se *store.Error
	if answerable(err) && errors.As(err, &se) {
		return bindings.RefusedFor{Code: string(se.Kind), Text: se.Message}
	}
	return err
}

// owners implements bindings.Owners.
type owners struct{ store *store.Store }

// Owners implements bindings.Owners.
func (o owners) Owners(ctx context.Context, types []string) (map[string]int, error) {
	return o.store.TypeOwners(ctx, types)
}

// loadMap reads or makes the map.
func loadMap(cfg *Config) (*world.Universe, error) {
	switch {
	case cfg.Map != nil:
		return cfg.Map, nil
	case cfg.Universe != "":
		return static.Load(cfg.Universe)
	}
	return static.LoadOrGenerate(cfg.Data, cfg.Seed)
}

// home is the system new characters begin in: the one that is named or, without
// a name, the safest that has a station and a way on.
func home(u *world.Universe, name string) (*world.SolarSystem, error) {
	if name != "" {
		if m := u.ByName(name); m != nil {
			return m, nil
		}
		return nil, fmt.Errorf("--home: there is no system called %s in the map", name)
	}
	var best *world.SolarSystem
	for i := range u.Systems {
		m := &u.Systems[i]
		if best == nil || suits(m) && !suits(best) || suits(m) == suits(best) && m.Security > best.Security {
			best = m
		}
	}
	if best == nil {
		return nil, errors.New("the map has no systems")
	}
	return best, nil
}

func suits(m *world.SolarSystem) bool {
	stations, gates := 0, 0
	for _, c := range m.Celestials {
		switch c.Kind {
		case world.KindStation:
			stations++
		case world.KindGate:
			gates++
		}
	}
	return stations > 0 && gates > 1
}
