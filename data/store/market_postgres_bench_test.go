package store

import (
	"path/filepath"
	"sync/atomic"
	"testing"

	"hotshard/data/store/postgrestest"
)

// BenchmarkTradesPostgres is durable trades a second in PostgreSQL on this machine, beside
// the file's and the same statements written down by hand, in the same run.
func BenchmarkTradesPostgres(b *testing.B) {
	if onPostgres {
		b.Skip("only once")
	}
	file := openBazaar(b, filepath.Join(b.TempDir(), "bazaar.db"))
	url := postgrestest.Start(b).URL
	server := openBazaar(b, url)
	var next atomic.Int64
	next.Store(1_000_000)
	n := max(b.N, 1000)
	trades(b, file, &next, n/10, bazaarTypes)
	trades(b, server, &next, n/10, bazaarTypes)
	b.ResetTimer()
	var rate [2]float64
	const rounds = 2
	for range rounds { // by turns: the machine is not always as fast
		rate[0] += trades(b, file, &next, n/rounds, bazaarTypes) / rounds
		rate[1] += trades(b, server, &next, n/rounds, bazaarTypes) / rounds
	}
	must(b, server.Close())
	opt := testOptions()
	opt.fill()
	p, err := newPostgres(url, &opt)
	must(b, err)
	db := p.open(map[string]string{"synchronous_commit": "on"}, false, nil)
	b.Cleanup(func() { must(b, db.Close()) })
	hand := tradesByHand(b, handConn(b, db, "SELECT 1"), "BEGIN", &next, n/rounds)
	b.ReportMetric(hand, "by-hand/s")
	b.ReportMetric(rate[1]/hand, "by-hand-ratio")
	b.ReportMetric(rate[0], "sqlite/s")
	b.ReportMetric(rate[1], "postgres/s")
	b.ReportMetric(rate[1]/rate[0], "ratio")
}
