package server

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"hotshard/data/ledger"
	"hotshard/data/store"
	"hotshard/host/metrics"
)

// books proves the ledger again and again while the shard runs, so that what was made or
// lost below it is known within a minute. It reads, and stops nobody from writing.
type books struct {
	store *store.Store
	log   *slog.Logger

	mu     sync.Mutex
	report ledger.Report
	took   time.Duration // 0 before the first
}

// How often the books are proved. What takes long, as a ledger of ten million lines does
// with some seconds, is left more time in between, and never so much that a fault stands
// for a minute.
const (
	auditEvery = 20 * time.Second
	auditShare = 10 // an audit takes one part in so many of a core
	auditMost  = 45 * time.Second
)

func newBooks(s *store.Store, log *slog.Logger) *books { return &books{store: s, log: log} }

// run proves the books until ctx ends.
func (b *books) run(ctx context.Context) {
	for {
		began := time.Now()
		b.look(ctx)
		rest := min(max(auditEvery, auditShare*time.Since(began)), auditMost)
		select {
		case <-time.After(rest):
		case <-ctx.Done():
			return
		}
	}
}

// look proves them once, and says what is wrong that was not wrong before.
func (b *books) look(ctx context.Context) {
	began := time.Now()
	report, err := b.store.AuditBooks(ctx)
	if err != nil {
		if ctx.Err() == nil {
			b.log.Error("the books could not be audited", "error", err)
		}
		return
	}
	b.mu.Lock()
	known := map[string]bool{}
	for _, text := range b.report.Wrong {
		known[text] = true
	}
	was := b.report.OK()
	b.report, b.took = *report, time.Since(began)
	b.mu.Unlock()
	for _, text := range report.Wrong {
		if !known[text] {
			b.log.Error("the books are wrong", "what", text)
		}
	}
	if !was && report.OK() {
		b.log.Info("the books are right again", "postings", report.Postings, "holdings", report.Holdings)
	}
}

// wrong is what an operator has to know: "" where the books are right.
func (b *books) wrong() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.report.OK() {
		return ""
	}
	return fmt.Sprintf("the books are wrong (audit-books says more): %s", b.report.Wrong[0])
}

// Figures implements metrics.Part.
func (b *books) Figures(to metrics.Sheet) {
	b.mu.Lock()
	report, took := b.report, b.took
	b.mu.Unlock()
	to.Put(metrics.BooksWrong, float64(len(report.Wrong)+report.More))
	to.Put(metrics.BooksPostings, float64(report.Postings))
	to.Put(metrics.BooksHoldings, float64(report.Holdings))
	to.Put(metrics.BooksTook, took.Seconds())
}
