package store

import (
	"context"
	"time"

	"hotshard/runtime/world"
)

// Offer is what everybody may know of an order that stands. Price is in hundredths, Expires
// microseconds since 1970.
type Offer struct {
	Order   int64
	Side    Side
	Type    string
	Region  string
	System  world.SystemID
	Station world.EntityID
	Reach   int
	Price   int64
	Left    int64
	Least   int64 // to be traded at once
	Rank    int64
	Expires int64
}

const (
	offerColumns = `id, side, type, region, system, station, reach, price, "left", least, rank, expires`

	selectBook   = `SELECT ` + offerColumns + ` FROM orders WHERE ended = 0 AND region = ? AND expires > ? LIMIT ?`
	selectBookOf = `SELECT ` + offerColumns + ` FROM orders WHERE ended = 0 AND region = ? AND type = ? AND expires > ? LIMIT ?`
	selectBest   = `SELECT ` + offerColumns + ` FROM (SELECT ` + offerColumns + `,
			row_number() OVER (PARTITION BY region, type, side ORDER BY CASE side WHEN 'sell' THEN price ELSE -price END, rank) AS place
		FROM orders WHERE ended = 0 AND expires > ?) AS best WHERE place = 1 ORDER BY type, region, side`
	selectDayOf = `SELECT type, day, orders, volume, turnover, highest, lowest FROM market_days WHERE region = ? AND day = ? ORDER BY type`
)

func scanOffer(row scanner) (o Offer, err error) {
	return o, row.Scan(&o.Order, &o.Side, &o.Type, &o.Region, &o.System, &o.Station, &o.Reach, &o.Price, &o.Left, &o.Least, &o.Rank, &o.Expires)
}

// Book returns up to limit offers of a region, of one type or, where itemType is "", of all,
// in no order.
func (s *Store) Book(ctx context.Context, region, itemType string, limit int) ([]Offer, error) {
	if itemType == "" {
		return query(ctx, s, "book", scanOffer, selectBook, region, s.now(), limit)
	}
	return query(ctx, s, "book", scanOffer, selectBookOf, region, itemType, s.now(), limit)
}

// BestOffers returns, for each type, region and side, the one that is traded with first. It
// reads all that stand.
func (s *Store) BestOffers(ctx context.Context) ([]Offer, error) {
	return query(ctx, s, "best offers", scanOffer, selectBest, s.now())
}

// TypeDay is a day of one type.
type TypeDay struct {
	Type string
	Day
}

// DayOf returns what was traded in a region in the day of a time, by type.
func (s *Store) DayOf(ctx context.Context, region string, at time.Time) ([]TypeDay, error) {
	return query(ctx, s, "day of a region", func(row scanner) (d TypeDay, err error) {
		return d, row.Scan(&d.Type, &d.Day.Day, &d.Orders, &d.Volume, &d.Turnover, &d.Highest, &d.Lowest)
	}, selectDayOf, region, dayOf(at.UnixMicro()))
}
