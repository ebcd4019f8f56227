package api

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"hotshard/data/store"
)

const (
	// tradesFresh is for days that are not over.
	tradesFresh = 30 * time.Second
	// overFresh is for days that are. lateness is how long after midnight a trade may
	// still be written down as yesterday's.
	overFresh   = 24 * time.Hour
	lateness    = 5 * time.Minute
	mostDays    = 1000
	defaultDays = 365
	dateLayout  = "2006-01-02"
)

// traded is what was traded of a type in a day. Prices are in hundredths.
type traded struct {
	Date       string `json:"date"`
	Average    int64  `json:"average"` // of all units, rounded
	Highest    int64  `json:"highest"`
	Lowest     int64  `json:"lowest"`
	OrderCount int64  `json:"order_count"` // trades
	Volume     int64  `json:"volume"`      // units
}

func toTraded(d store.Day) traded {
	return traded{Date: time.Unix(0, 0).UTC().AddDate(0, 0, int(d.Day)).Format(dateLayout), Average: average(d), Highest: d.Highest, Lowest: d.Lowest, OrderCount: d.Orders, Volume: d.Volume}
}

// average rounds half a hundredth up.
func average(d store.Day) int64 {
	if d.Volume == 0 {
		return 0
	}
	whole, rest := d.Turnover/d.Volume, d.Turnover%d.Volume
	if rest >= d.Volume-rest {
		whole++
	}
	return whole
}

func (a *API) history(r *http.Request) (*answer, error) {
	of, err := a.region(r.PathValue("region"))
	if err != nil {
		return nil, err
	}
	if r.FormValue("type") == "" {
		return nil, refusef(CodeBadRequest, "history is of one type: name it, as in ?type=Ferrite; what all were traded in a day is at markets/%s/days/DATE", of.Name)
	}
	t, err := a.itemType(r.FormValue("type"))
	if err != nil {
		return nil, err
	}
	limit, err := number(r, "days", defaultDays, mostDays)
	if err != nil {
		return nil, err
	}
	key := fmt.Sprintf("history %q %q %d", of.Name, t.Name, limit)
	return a.kept.get(r.Context(), key, tradesFresh, func(ctx context.Context) (any, error) {
		days, err := a.cfg.Store.Days(ctx, of.Name, t.Name, limit)
		list := make([]traded, len(days))
		for i, d := range days {
			list[i] = toTraded(d)
		}
		return map[string]any{"region": of.Name, "type": t.Name, "days": list}, err
	})
}

// day answers with all that was traded in a region in one day.
func (a *API) day(r *http.Request) (*answer, error) {
	of, err := a.region(r.PathValue("region"))
	if err != nil {
		return nil, err
	}
	text, now := r.PathValue("date"), a.cfg.Now().UTC()
	date, err := time.Parse(dateLayout, text)
	switch {
	case err != nil:
		return nil, refusef(CodeBadRequest, "%q is no date: write it as %s", clip(text), now.Format(dateLayout))
	case date.After(now):
		return nil, refusef(CodeBadRequest, "%s has not begun: today is %s, in UTC", text, now.Format(dateLayout))
	}
	fresh := tradesFresh
	if now.After(date.AddDate(0, 0, 1).Add(lateness)) {
		fresh = overFresh
	}
	return a.kept.get(r.Context(), fmt.Sprintf("day %q %s", of.Name, text), fresh, func(ctx context.Context) (any, error) {
		days, err := a.cfg.Store.DayOf(ctx, of.Name, date)
		type row struct {
			Type string `json:"type"`
			traded
		}
		list := make([]row, len(days))
		for i, d := range days {
			list[i] = row{d.Type, toTraded(d.Day)}
		}
		return map[string]any{"region": of.Name, "date": text, "types": list}, err
	})
}

// number reads a parameter that counts from 1 to most.
func number(r *http.Request, name string, otherwise, most int) (int, error) {
	text := r.FormValue(name)
	if text == "" {
		return otherwise, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > most {
		return 0, refusef(CodeBadRequest, "%s must be a whole number from 1 to %d, and not %q", name, most, clip(text))
	}
	return n, nil
}
