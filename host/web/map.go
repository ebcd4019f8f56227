package web

import (
	"encoding/json"
	"math"
	"net/http"
	"strconv"
	"sync"

	"hotshard/host/document"
	"hotshard/runtime/world"
)

// lightYear in metres; the map's coordinates are sent in light-years.
const lightYear = 9.460_730_472_580_8e15

// mapName is where the map is, by the name that it has among the page's files.
const mapName = "api/map"

// atlas keeps the map of the last universe it saw, ready to send.
type atlas struct {
	universe func() *world.Universe

	mu   sync.Mutex
	made *world.Universe
	doc  *document.Document
}

func (m *atlas) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	u := m.universe()
	if u == nil {
		w.Header().Set("Retry-After", "1")
		http.Error(w, "the universe is not loaded yet", http.StatusServiceUnavailable)
		return
	}
	doc, err := m.document(u)
	if err != nil {
		http.Error(w, "the map cannot be made: "+err.Error(), http.StatusInternalServerError)
		return
	}
	doc.Serve(w, r)
}

// document makes the answer at the first request for a universe and keeps it.
func (m *atlas) document(u *world.Universe) (*document.Document, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.made == u {
		return m.doc, nil
	}
	body, err := MapJSON(u)
	if err != nil {
		return nil, err
	}
	m.made, m.doc = u, document.New("application/json", body)
	return m.doc, nil
}

// MapJSON is the star map as the page reads it:
//
//	{"name":"...","regions":["..."],"systems":[[id,"name",x,z,security,region,[neighbour ids]],...]}
//
// x and z are light-years seen from above, to five digits; region is an index
// into regions; neighbours are the systems that the stargates lead to.
func MapJSON(u *world.Universe) ([]byte, error) {
	regions, indexOf := []string{}, map[string]int{}
	b := []byte(`{"name":`)
	b, err := appendString(b, u.Name)
	if err != nil {
		return nil, err
	}
	b = append(b, `,"systems":[`...)
	for i := range u.Systems {
		s := &u.Systems[i]
		index, known := indexOf[s.Region]
		if !known {
			index = len(regions)
			indexOf[s.Region] = index
			regions = append(regions, s.Region)
		}
		if i > 0 {
			b = append(b, ',')
		}
		if b, err = appendSystem(b, s, index); err != nil {
			return nil, err
		}
	}
	list, err := json.Marshal(regions)
	if err != nil {
		return nil, err
	}
	b = append(b, `],"regions":`...)
	b = append(b, list...)
	return append(b, '}'), nil
}

func appendSystem(b []byte, s *world.SolarSystem, region int) ([]byte, error) {
	b = append(b, '[')
	b = strconv.AppendInt(b, int64(s.ID), 10)
	b = append(b, ',')
	b, err := appendString(b, s.Name)
	if err != nil {
		return nil, err
	}
	for _, v := range [...]float64{s.Pos.X / lightYear, s.Pos.Z / lightYear} {
		b = append(b, ',')
		b = appendNumber(b, v, 5)
	}
	b = append(b, ',')
	b = appendNumber(b, math.Round(s.Security*100)/100, 3)
	b = append(b, ',')
	b = strconv.AppendInt(b, int64(region), 10)
	b = append(b, ',', '[')
	first := true
	for i := range s.Celestials {
		c := &s.Celestials[i]
		if c.Kind != world.KindGate {
			continue
		}
		if !first {
			b = append(b, ',')
		}
		first = false
		b = strconv.AppendInt(b, int64(c.Dest), 10)
	}
	return append(b, ']', ']'), nil
}

// appendNumber writes a number with so many significant digits; JSON knows no
// NaN or infinity, so these become 0.
func appendNumber(b []byte, v float64, digits int) []byte {
	if math.IsNaN(v) || math.IsInf(v, 0) || v == 0 {
		return append(b, '0')
	}
	return strconv.AppendFloat(b, v, 'g', digits, 64)
}

func appendString(b []byte, s string) ([]byte, error) {
	quoted, err := json.Marshal(s)
	return append(b, quoted...), err
}
