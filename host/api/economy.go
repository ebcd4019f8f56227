package api

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"

	"hotshard/data/ledger"
	"hotshard/data/ledger/economy"
	"hotshard/host/report"
)

// economyFresh is long: a report reads all that moved in its time.
const economyFresh = 5 * time.Minute

// spans are the days that a report may be about, so that few are made however many ask.
var spans = []int{1, 7, 30, 90}

// spanDefault is where nothing is said.
const spanDefault = 30

// span reads the days that are asked for.
func span(r *http.Request) (int, error) {
	text := r.FormValue("days")
	if text == "" {
		return spanDefault, nil
	}
	if n, err := strconv.Atoi(text); err == nil && slices.Contains(spans, n) {
		return n, nil
	}
	return 0, refusef(CodeBadRequest, "days must be 1, 7, 30 or 90, today included, and not %q", clip(text))
}

// economies are the reports that are fresh: what they show of one is made of it.
type economies struct {
	mu    sync.Mutex
	kept  map[int]*economy.Report // by days
	until map[int]time.Time
}

// read returns the report of so many days. One is made at a time.
func (e *economies) read(ctx context.Context, a *API, days int) (*economy.Report, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	now := a.cfg.Now().UTC()
	if now.Before(e.until[days]) {
		return e.kept[days], nil
	}
	set, err := a.cfg.Types()
	if err != nil {
		return nil, err
	}
	from := now.Truncate(24*time.Hour).AddDate(0, 0, 1-days)
	var r *economy.Report
	err = a.cfg.Store.Books(ctx, func(b ledger.Books) (err error) {
		r, err = economy.Read(ctx, b, report.Known(a.cfg.Map, set), economy.Query{From: from})
		return err
	})
	if err != nil {
		return nil, err
	}
	if e.kept == nil {
		e.kept, e.until = map[int]*economy.Report{}, map[int]time.Time{}
	}
	e.kept[days], e.until[days] = r, now.Add(economyFresh)
	return r, nil
}

// economy answers with a report, without what is long: flows by type, and candles.
func (a *API) economy(r *http.Request) (*answer, error) {
	days, err := span(r)
	if err != nil {
		return nil, err
	}
	return a.kept.get(r.Context(), "economy "+strconv.Itoa(days), economyFresh, func(ctx context.Context) (any, error) {
		found, err := a.reports.read(ctx, a, days)
		if err != nil {
			return nil, err
		}
		return map[string]any{"days": days, "from": found.From, "until": found.Until, "entries": found.Entries, "ok": found.OK(), "money": found.Money, "totals": found.Totals,
			"regions": found.Regions, "causes": found.Causes, "by_day": found.Days, "indices": found.Indices, "types": found.Types}, nil
	})
}

// candles answers with a type's days in each region.
func (a *API) candles(r *http.Request) (*answer, error) {
	days, err := span(r)
	if err != nil {
		return nil, err
	}
	if r.FormValue("type") == "" {
		return nil, refusef(CodeBadRequest, "candles are of one type: name it, as in ?type=Ferrite")
	}
	t, err := a.itemType(r.FormValue("type"))
	if err != nil {
		return nil, err
	}
	return a.kept.get(r.Context(), "candles "+strconv.Itoa(days)+" "+t.Name, economyFresh, func(ctx context.Context) (any, error) {
		found, err := a.reports.read(ctx, a, days)
		if err != nil {
			return nil, err
		}
		list := slices.DeleteFunc(slices.Clone(found.Candles), func(c economy.Candle) bool { return c.Type != t.Name })
		return map[string]any{"type": t.Name, "days": days, "candles": list}, nil
	})
}
