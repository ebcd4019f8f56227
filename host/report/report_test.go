package report

import (
	"io/fs"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"hotshard/data/ledger"
	"hotshard/data/ledger/economy"
	"hotshard/data/ledger/surveillance"
	"hotshard/runtime/world"
)

func TestCoins(t *testing.T) {
	for n, want := range map[int64]string{0: "0.00", 5: "0.05", -5: "-0.05", 123450: "1,234.50", 99: "0.99", 100000000: "1,000,000.00", -123456789: "-1,234,567.89"} {
		if got := Coins(n); got != want {
			t.Errorf("%d is %s, and not %s", n, got, want)
		}
	}
}

var (
	given  = regexp.MustCompile(`give = .*from = "([^"]+)"|mission(?:s)?\.(?:given|paid).* = .*"([^"]+)"|faucet *= "([^"]+)"`)
	takes  = regexp.MustCompile(`take = .*to = "([^"]+)"|change\.to = .*"([^"]+)"|items\.take\(.*"([^"]+)"\)`)
	inTest = regexp.MustCompile(`_test\.lua$|^testing/`)
)

// Every faucet and sink that the game's scripts name has an activity in the ledger: a report
// would put it down to others.
func TestTheLedgerKnowsTheAccountsOfTheScripts(t *testing.T) {
	found := 0
	err := fs.WalkDir(os.DirFS("../../scripts"), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".lua") || inTest.MatchString(path) {
			return err
		}
		text, err := os.ReadFile("../../scripts/" + path)
		for _, line := range strings.Split(string(text), "\n") {
			for kind, names := range map[ledger.Kind]*regexp.Regexp{ledger.Faucet: given, ledger.Sink: takes} {
				for _, m := range names.FindAllStringSubmatch(line, -1) {
					name := m[1] + m[2] + m[3]
					found++
					if (ledger.Holder{Kind: kind, Name: name}).Activity() == ledger.Other {
						t.Errorf("%s: the ledger knows no %s %q: say in data/ledger/causes.go what happens there", path, kind, name)
					}
				}
			}
		}
		return err
	})
	if err != nil || found < 10 {
		t.Errorf("%d accounts are named: %v", found, err)
	}
}

// The last line says how it stands, and what is wrong comes before it.
func TestWriteEconomy(t *testing.T) {
	r := &economy.Report{From: time.Unix(0, 0).UTC(), Until: time.Unix(0, 0).UTC(), Entries: 3, Regions: []economy.Region{{Region: ""}, {Region: "North"}},
		Candles: []economy.Candle{{Region: "North", Type: "Ore", Date: "1970-01-01", Open: 100, High: 250, Low: 100, Close: 200}}}
	var b strings.Builder
	if err := WriteEconomy(&b, r, "ore"); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"(in none)", "North", "Candles of ore", "1.00  2.50  1.00  2.00", "economy: ok, 3 entries"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("%s\ndoes not say %q", &b, want)
		}
	}
	b.Reset()
	r.Wrong = []string{"Ore of faucet mining: it is 5"}
	if err := WriteEconomy(&b, r, ""); err != nil || !strings.HasSuffix(b.String(), "Ore of faucet mining: it is 5\neconomy: 1 wrong, 3 entries: host audit says more\n") {
		t.Errorf("%v\n%s", err, &b)
	}
}

func TestWriteSuspects(t *testing.T) {
	all := Named([]surveillance.Suspect{{Who: 7, Kind: surveillance.Wash, Score: 0.876, Why: "it goes round", With: []world.CharacterID{8},
		Evidence: surveillance.Evidence{Entries: []int64{1, 2, 3, 4, 5, 6, 7}, Orders: []int64{9}, Trades: 7, Sum: 123450}}}, map[world.CharacterID]string{7: "Ada"})
	var b strings.Builder
	if err := WriteSuspects(&b, all); err != nil {
		t.Fatal(err)
	}
	want := "0.88  Ada (7), wash trading: it goes round.\n      with character 8\n      7 movements worth 1,234.50; entries 1 2 3 4 5 6 ...; orders 9\nsuspects: 1\n"
	if b.String() != want {
		t.Errorf("%s\nand not\n%s", &b, want)
	}
}
