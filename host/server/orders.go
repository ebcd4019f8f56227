package server

import (
	"context"
	"time"

	"hotshard/bindings"
	"hotshard/data/store"
	"hotshard/runtime/book"
	"hotshard/runtime/world"
)

// orders implements bindings.Orders. The store counts microseconds, scripts seconds.
type orders struct{ store *store.Store }

const second = int64(time.Second / time.Microsecond)

// Get implements bindings.Orders.
func (o orders) Get(ctx context.Context, id int64) (bindings.Order, bool, error) {
	found, ok, err := o.store.Order(ctx, id)
	return toOrder(found), ok, err
}

// Open implements bindings.Orders.
func (o orders) Open(ctx context.Context, after int64, limit int) ([]bindings.Order, error) {
	return toOrders(o.store.OpenOrders(ctx, after, limit))
}

// Expired implements bindings.Orders.
func (o orders) Expired(ctx context.Context, limit int) ([]bindings.Order, error) {
	return toOrders(o.store.ExpiredOrders(ctx, limit))
}

// Of implements bindings.Orders.
func (o orders) Of(ctx context.Context, owner world.CharacterID, since int64, limit int) ([]bindings.Order, error) {
	return toOrders(o.store.OrdersOf(ctx, owner, since*second, limit))
}

// Last implements bindings.Orders.
func (o orders) Last(ctx context.Context) (id, rank int64, err error) { return o.store.LastOrder(ctx) }

// Sum implements bindings.Orders.
func (o orders) Sum(ctx context.Context) (sum book.Sum, err error) {
	err = o.store.EachOpenOrder(ctx, func(found *store.Order) {
		order := toOrder(*found)
		order.AddTo(&sum)
	})
	return sum, err
}

// Days implements bindings.Orders.
func (o orders) Days(ctx context.Context, region, itemType string, limit int) ([]bindings.Day, error) {
	all, err := o.store.Days(ctx, region, itemType, limit)
	list := make([]bindings.Day, len(all))
	for i, d := range all {
		list[i] = bindings.Day(d)
	}
	return list, err
}

func toOrders(all []store.Order, err error) ([]bindings.Order, error) {
	list := make([]bindings.Order, len(all))
	for i, o := range all {
		list[i] = toOrder(o)
	}
	return list, err
}

func toOrder(o store.Order) bindings.Order {
	return bindings.Order{ID: o.ID, Owner: o.Owner, Keeper: o.Keeper, Side: string(o.Side), Type: o.Type, Region: o.Region, System: o.System, Station: o.Station, Reach: o.Reach,
		Price: o.Price, Quantity: o.Quantity, Left: o.Left, Min: o.Least, Rank: o.Rank,
		Created: o.Created / second, Expires: o.Expires / second, Ended: o.Ended / second, Reason: o.Reason}
}

func fromOrder(o bindings.Order) store.Order {
	return store.Order{ID: o.ID, Owner: o.Owner, Keeper: o.Keeper, Side: store.Side(o.Side), Type: o.Type, Region: o.Region, System: o.System, Station: o.Station, Reach: o.Reach,
		Price: o.Price, Quantity: o.Quantity, Least: o.Min, Rank: o.Rank, Expires: o.Expires * second}
}
