// Package report shows economists and operators what the books of a shard say: the reports
// of data/ledger/economy and data/ledger/surveillance as text, and what those need to know
// of the map and the types.
package report

import (
	"strings"

	"hotshard/data/ledger/economy"
	"hotshard/runtime/script/catalogue"
	"hotshard/runtime/world"
)

// Known is what the map and the types say. Either may be nil: then nothing is in a region,
// or no type has a category and a price.
func Known(m *world.Universe, types *catalogue.Set) economy.Known {
	if types == nil {
		types = &catalogue.Set{}
	}
	return economy.Known{
		Region: func(address string) string {
			name, of := strings.CutPrefix(address, "@")
			if !of || m == nil {
				return ""
			}
			if s := m.ByName(name); s != nil {
				return s.Region
			}
			return ""
		},
		Category: func(name string) string {
			if t := types.Get(name); t != nil {
				return t.Category
			}
			return ""
		},
		Price: func(name string) int64 { return listed(types.Get(name)) },
	}
}

// listed is the price that a type's file gives, in hundredths; 0 where it has none.
func listed(t *catalogue.Type) int64 {
	if t == nil {
		return 0
	}
	if f := t.Field("price"); f != nil {
		price, _ := f.Value.(float64)
		return int64(price)
	}
	return 0
}
