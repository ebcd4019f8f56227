package ledger

import (
	"strings"
	"testing"
)

func TestCheck(t *testing.T) {
	for _, c := range []struct {
		why  Why
		says string
	}{
		{Why{Cause: "market order"}, ""},
		{Why{Cause: "services.market"}, ""},
		{Why{Cause: "broker's fee"}, ""},
		{Why{}, "the cause"},
		{Why{Cause: "Loot"}, "small letters"},
		{Why{Cause: "9"}, "begins with a letter"},
		{Why{Cause: strings.Repeat("a", MaxText+1)}, "at most 128"},
		{Why{Cause: "a", Key: strings.Repeat("k", MaxText)}, ""},
		{Why{Cause: "a", Key: strings.Repeat("k", MaxText+1)}, "a key has at most 128"},
		{Why{Cause: "a", Key: "k", Content: strings.Repeat("c", MaxContent), Answer: "d"}, "at most 16384 are kept"},
	} {
		err := c.why.Check()
		if (err == nil) != (c.says == "") || err != nil && !strings.Contains(err.Error(), c.says) {
			t.Errorf("%.40v: %v", c.why, err)
		}
	}
}

func TestNamesOfHoldings(t *testing.T) {
	for _, c := range []struct {
		h    Holding
		want string
	}{
		{Holding{Of(1_000_001), "hold", "Ore"}, "Ore of character 1000001 in hold"},
		{Holding{Holder{Kind: Faucet, Name: "mining"}, "", "Ore"}, "Ore of faucet mining"},
		{Holding{Holder{Kind: Keeper, Name: "wrecks"}, "wreck 5", "Ore"}, "Ore of keeper wrecks in wreck 5"},
	} {
		if got := c.h.String(); got != c.want {
			t.Errorf("%q, and not %q", got, c.want)
		}
	}
}

func TestReport(t *testing.T) {
	var r Report
	r.Postings, r.Holdings = 5, 2
	if r.String() != "audit: ok, 5 postings, 2 holdings" || !r.OK() {
		t.Error(r.String())
	}
	for range mostWrong + 3 {
		r.wrong("a holding")
	}
	if r.String() != "audit: 103 wrong, 5 postings, 2 holdings" || r.OK() || len(r.Wrong) != mostWrong {
		t.Error(r.String())
	}
}
