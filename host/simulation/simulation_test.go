package simulation

import (
	"context"
	"testing"
)

// small is an economy that takes a second or two.
func small(seed uint64) Config {
	return Config{Seed: seed, Days: 0.01, Traders: 10, Miners: 6, Haulers: 3, Makers: 4, Scripts: "../../scripts"}
}

func TestTheSameSeedIsTheSameLedger(t *testing.T) {
	if raced {
		t.Skip("only without the race detector: one goroutine plays it all")
	}
	t.Parallel()
	var hashes [3]string
	for i, seed := range []uint64{3, 3, 4} {
		r, err := Run(context.Background(), small(seed))
		if err != nil {
			t.Fatal(err)
		}
		hashes[i] = r.Hash
		if !r.Books.OK() || len(r.Faults) > 0 {
			t.Errorf("%s %v %v", r.Books, r.Books.Wrong, r.Faults)
		}
		if r.Books.Postings < 100 || r.Commands < 100 {
			t.Errorf("hardly anything happened: %+v, %s", r, r.Books)
		}
		t.Logf("seed %d: %s, %d commands (%d refused), %.0f times real time, %+v", seed, r.Books, r.Commands, r.Refused, r.Speed, r.Shares)
	}
	if hashes[0] != hashes[1] || hashes[0] == hashes[2] {
		t.Errorf("seeds 3, 3 and 4 come to %v", hashes)
	}
}
