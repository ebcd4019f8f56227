package store

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"hotshard/data/store/postgrestest"
)

// BenchmarkTurns is how many groups of changes so many processes have PostgreSQL commit, which they
// do one after the other, and how long one of them takes: what limits a cluster that writes.
func BenchmarkTurns(b *testing.B) {
	server := postgrestest.Start(b, "fsync=on")
	for _, n := range []int{1, 2, 8, 32} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			at := fmt.Sprintf("turns%d_%d", n, b.N)
			postgrestest.Exec(b, server.URL, "CREATE DATABASE "+at+" TEMPLATE template0 ENCODING 'UTF8'")
			stores := make([]*Store, n)
			for i := range stores {
				stores[i] = shared(b, postgrestest.In(server.URL, at))
			}
			began := time.Now()
			var all sync.WaitGroup
			each := b.N/n + 1
			b.ResetTimer()
			for i, s := range stores {
				all.Go(func() {
					for k := range each {
						if err := s.Put(Free(bg), "turns", fmt.Sprint(i), float64(k)); err != nil {
							b.Error(err)
						}
					}
				})
			}
			all.Wait()
			took := time.Since(began).Seconds()
			b.ReportMetric(float64(n*each)/took, "commits/s")
			b.ReportMetric(took/float64(each)*1000, "ms/write")
		})
	}
}
