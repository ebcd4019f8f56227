package population

import (
	"hotshard/data/ledger/surveillance"
	"hotshard/runtime/world"
)

// Point is how good a threshold is. Characters are counted, each once, whatever they are
// suspected of.
type Point struct {
	Least     float64 `json:"least"` // score
	Found     int     `json:"found"` // of the planted
	Missed    int     `json:"missed"`
	Wrong     int     `json:"wrong"` // who were not planted
	Precision float64 `json:"precision"`
	Recall    float64 `json:"recall"`
}

// Tell tells a detector what the population has done.
func (p *Population) Tell(d *surveillance.Detector) {
	for _, t := range p.Trades {
		d.Trade(t)
	}
	for _, t := range p.Transfers {
		d.Transfer(t)
	}
}

// At is how good a threshold is.
func (p *Population) At(suspects []surveillance.Suspect, least float64) Point {
	guilty, seen := p.Guilty(), map[world.CharacterID]bool{}
	at := Point{Least: least, Precision: 1, Recall: 1}
	for _, s := range suspects {
		if s.Score < least || seen[s.Who] {
			continue
		}
		seen[s.Who] = true
		if _, planted := guilty[s.Who]; planted {
			at.Found++
		} else {
			at.Wrong++
		}
	}
	at.Missed = len(guilty) - at.Found
	if n := at.Found + at.Wrong; n > 0 {
		at.Precision = float64(at.Found) / float64(n)
	}
	if len(guilty) > 0 {
		at.Recall = float64(at.Found) / float64(len(guilty))
	}
	return at
}

// Curve is how good each threshold is, from 0.05 to 0.95.
func (p *Population) Curve(suspects []surveillance.Suspect) []Point {
	var curve []Point
	for i := 1; i < 20; i++ {
		curve = append(curve, p.At(suspects, float64(i)/20))
	}
	return curve
}
