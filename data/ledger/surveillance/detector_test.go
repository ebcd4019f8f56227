package surveillance_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"

	"hotshard/data/ledger/surveillance"
	"hotshard/data/ledger/surveillance/population"
)

// The thresholds were chosen on the seeds 1 to 20. The test takes others, which nobody has
// looked at meanwhile; seedEnv names one to try, or says "new" for one that nobody knows.
// Over the seeds 601 to 620, of which only the flag was chosen, precision is 0.957 and recall
// 0.955; 15 of the twenty reach both by themselves, of which each has some forty planted.
const (
	seedEnv   = "HOTSHARD_SEED"
	tunedUpTo = 20
	traders   = 8000
	precision = 0.95
	recall    = 0.90
)

func seeds(t *testing.T) []uint64 {
	switch text := os.Getenv(seedEnv); text {
	case "":
		if raced { // ten times as slow, and there is one goroutine
			return []uint64{20261128}
		}
		return []uint64{20261127, 20261128, 20261129}
	case "new":
		return []uint64{tunedUpTo + 1 + rand.Uint64N(1<<40)}
	default:
		seed, err := strconv.ParseUint(text, 10, 64)
		if err != nil {
			t.Fatalf("%s: %v", seedEnv, err)
		}
		return []uint64{seed}
	}
}

// Of thousands of people, 0.5 % of them planted, at most one in twenty who are named is
// innocent, and nine in ten who are not are named: over all seeds together, of which each has
// some forty planted characters.
func TestPrecisionAndRecall(t *testing.T) {
	t.Parallel()
	var all population.Point
	for _, seed := range seeds(t) {
		p := population.Make(seed, traders)
		var d surveillance.Detector
		p.Tell(&d)
		suspects := d.Suspects(0)
		at := p.At(suspects, surveillance.Flag)
		all.Found, all.Missed, all.Wrong = all.Found+at.Found, all.Missed+at.Missed, all.Wrong+at.Wrong
		t.Logf("seed %d: %d trades, %d transfers, %d planted: precision %.3f, recall %.3f", seed, len(p.Trades), len(p.Transfers), len(p.Guilty()), at.Precision, at.Recall)
		for _, c := range p.Curve(suspects) {
			t.Logf("  score %.2f: %3d found, %3d missed, %3d wrong: precision %.3f, recall %.3f", c.Least, c.Found, c.Missed, c.Wrong, c.Precision, c.Recall)
		}
		explain(t, p, suspects)
	}
	got, missed := float64(all.Found)/float64(all.Found+all.Wrong), float64(all.Found)/float64(all.Found+all.Missed)
	if got < precision || missed < recall {
		t.Errorf("precision %.3f and recall %.3f; %s=SEED tries one again", got, missed, seedEnv)
	}
}

// explain says who was named or missed by mistake.
func explain(t *testing.T, p *population.Population, suspects []surveillance.Suspect) {
	guilty := p.Guilty()
	named := map[string]float64{}
	for _, s := range suspects {
		named[fmt.Sprint(s.Who)] = max(named[fmt.Sprint(s.Who)], s.Score)
		if _, planted := guilty[s.Who]; !planted && s.Score >= surveillance.Flag {
			t.Logf("  innocent: %d, %s, %.2f: %s", s.Who, s.Kind, s.Score, s.Why)
		}
	}
	for _, c := range p.Planted {
		for i, who := range c.Who {
			if named[fmt.Sprint(who)] < surveillance.Flag {
				t.Logf("  missed: %d (%d of %d), %s, %.2f", who, i+1, len(c.Who), c.Kind, named[fmt.Sprint(who)])
			}
		}
	}
}

// A population is the same for a seed, and so is what is found in it.
func TestTheSameSeedIsTheSamePopulation(t *testing.T) {
	t.Parallel()
	var said [2]string
	for i := range said {
		p := population.Make(7, population.Least)
		var d surveillance.Detector
		p.Tell(&d)
		said[i] = fmt.Sprint(p.Trades[len(p.Trades)/2], p.Transfers[len(p.Transfers)-1], p.Planted, d.Suspects(0))
	}
	if said[0] != said[1] {
		t.Error("two populations of one seed differ")
	}
}

// Nobody is suspected where nobody was planted but as often as the threshold allows, and
// of nothing nobody is.
func TestNothingIsNothing(t *testing.T) {
	var d surveillance.Detector
	if s := d.Suspects(0); len(s) != 0 {
		t.Errorf("%+v", s)
	}
	d.Trade(surveillance.Trade{Type: "Ore", Region: "R", Price: 5, Quantity: 1, Buyer: 1_000_001, Seller: 1_000_001})
	d.Transfer(surveillance.Transfer{Type: "Ore", Quantity: 3, From: 1_000_001, To: 1_000_002})
	d.Transfer(surveillance.Transfer{Type: "Money", Quantity: 3, From: 1_000_001, To: 1_000_001})
	if s := d.Suspects(surveillance.Flag); len(s) != 0 {
		t.Errorf("%+v", s)
	}
}
