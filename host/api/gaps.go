package api

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"net/http"
	"slices"
	"sync"
	"time"

	"hotshard/data/store"
	"hotshard/runtime/world"
)

const (
	// gapsFresh is long: all orders that stand are read for them.
	gapsFresh   = 30 * time.Second
	gapsMost    = 500
	gapsDefault = 100
)

// gap is a type that costs less in one place than somebody pays for it in another. Prices
// are in hundredths, before fees and tax.
type gap struct {
	Type     string  `json:"type"`
	Volume   float64 `json:"volume"` // m3 of one
	Buy      place   `json:"buy"`
	Sell     place   `json:"sell"`
	Quantity int64   `json:"quantity"` // that both are for
	Profit   int64   `json:"profit"`   // of all of it
	Jumps    int     `json:"jumps"`    // -1 where no way leads
}

// place is a best order.
type place struct {
	Region   string `json:"region"`
	System   string `json:"system"`
	Station  int64  `json:"station"`
	Price    int64  `json:"price"`
	Quantity int64  `json:"quantity"`
}

func (a *API) place(o *store.Offer) place {
	return place{o.Region, a.systemName(o.System), int64(o.Station), o.Price, o.Left}
}

// gaps lists what is worth hauling, from one region or any to one or any.
func (a *API) gaps(r *http.Request) (*answer, error) {
	var ends [2]string
	for i, param := range []string{"from", "to"} {
		if name := r.FormValue(param); name != "" {
			of, err := a.region(name)
			if err != nil {
				return nil, err
			}
			ends[i] = of.Name
		}
	}
	limit, err := number(r, "limit", gapsDefault, gapsMost)
	if err != nil {
		return nil, err
	}
	set, err := a.cfg.Types()
	if err != nil {
		return nil, err
	}
	key := fmt.Sprintf("gaps %q %q %d", ends[0], ends[1], limit)
	return a.kept.get(r.Context(), key, gapsFresh, func(ctx context.Context) (any, error) {
		best, err := a.best.read(ctx, a)
		if err != nil {
			return nil, err
		}
		list := a.findGaps(best, ends[0], ends[1])
		list = list[:min(limit, len(list))]
		for i := range list {
			if t := set.Get(list[i].Type); t != nil {
				list[i].Volume = volume(t)
			}
			list[i].Jumps = a.jumps(list[i].Buy.System, list[i].Sell.System)
		}
		return map[string]any{"from": ends[0], "to": ends[1], "gaps": list}, nil
	})
}

// bestOffers are read once for all who ask, whichever way they haul.
type bestOffers struct {
	mu    sync.Mutex
	list  []store.Offer
	until time.Time
}

func (b *bestOffers) read(ctx context.Context, a *API) ([]store.Offer, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := a.cfg.Now()
	if now.Before(b.until) {
		return b.list, nil
	}
	list, err := a.cfg.Store.BestOffers(ctx)
	if err == nil {
		b.list, b.until = list, now.Add(gapsFresh)
	}
	return list, err
}

// findGaps pairs the best sale of each type and region with the best purchases elsewhere,
// the most profit first. best is by type.
func (a *API) findGaps(best []store.Offer, from, to string) []gap {
	list := []gap{}
	for len(best) > 0 {
		n := 1
		for n < len(best) && best[n].Type == best[0].Type {
			n++
		}
		for i := range best[:n] {
			for j := range best[:n] {
				if from != "" && best[i].Region != from || to != "" && best[j].Region != to {
					continue
				}
				if g, ok := a.gap(&best[i], &best[j]); ok {
					list = append(list, g)
				}
			}
		}
		best = best[n:]
	}
	slices.SortStableFunc(list, func(x, y gap) int { return cmp.Compare(y.Profit, x.Profit) })
	return list
}

// gap is what is earned between a sale and a purchase, where anything is.
func (a *API) gap(sale, purchase *store.Offer) (gap, bool) {
	if sale.Side != store.Sell || purchase.Side != store.Buy || purchase.Price <= sale.Price || sale.Station == purchase.Station {
		return gap{}, false
	}
	n, each := min(sale.Left, purchase.Left), purchase.Price-sale.Price
	if n < min(purchase.Least, purchase.Left) || n > math.MaxInt64/each {
		return gap{}, false
	}
	return gap{Type: sale.Type, Buy: a.place(sale), Sell: a.place(purchase), Quantity: n, Profit: n * each}, true
}

// jumps counts the way between two systems, whatever its dangers.
func (a *API) jumps(from, to string) int {
	x, y := a.cfg.Map.ByName(from), a.cfg.Map.ByName(to)
	if x == nil || y == nil {
		return -1
	}
	way, ok := a.cfg.Routes.Path(nil, x.ID, y.ID, world.AnySecurity)
	if !ok {
		return -1
	}
	return len(way) - 1
}
