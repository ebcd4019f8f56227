package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"hotshard/runtime/world"
)

// MaxAudit is how long one audit entry may be, in bytes of text. What is longer
// is refused rather than cut: what cannot be written down must not be done.
const MaxAudit = 1 << 20

// AuditEntry is one thing that somebody did. ID and, where it is zero, At are
// the store's; Detail is any value that goes into JSON.
type AuditEntry struct {
	ID      int64       `json:"id"`
	At      time.Time   `json:"at"`
	Tick    world.Tick  `json:"tick"`
	Who     string      `json:"who"`
	From    string      `json:"from"`    // where they sat: "socket uid=1000", "ssh 10.0.0.7"
	Kind    string      `json:"kind"`    // what sort of thing: "patch", "release", "shutdown"
	Command string      `json:"command"` // as it was typed
	Code    string      `json:"code,omitempty"`
	Outcome string      `json:"outcome"`
	Detail  world.Value `json:"detail,omitempty"`
}

// AuditQuery chooses entries; zero fields choose all.
type AuditQuery struct {
	Since time.Time // at or after
	Until time.Time // before
	By    string    // exactly this name
	Kind  string
	Limit int // the newest so many; 0 is 100
}

const (
	insertAudit = `INSERT INTO audit (at, tick, who, origin, kind, command, code, outcome, detail) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`
	auditRow    = `SELECT id, at, tick, who, origin, kind, command, code, outcome, detail FROM audit `
	selectAudit = auditRow + `WHERE at >= ?1 AND (at < ?2 OR ?2 = 0) AND (?3 = '' OR who = ?3) AND (?4 = '' OR kind = ?4)
		ORDER BY id DESC LIMIT ?5`
	selectAuditAfter = auditRow + `WHERE id > ? ORDER BY id`
	selectLastAudit  = `SELECT coalesce(max(id), 0) FROM audit`
)

// Audit adds an entry and returns its id. Once it returns, the entry is in the
// database for good, and in audit.jsonl as well unless that file cannot be
// written just now; then it is added as soon as it can be.
func (s *Store) Audit(ctx context.Context, e AuditEntry) (int64, error) {
	const op = "audit"
	detail, err := encodeValue(op, "the detail", e.Detail)
	if err != nil {
		return 0, err
	}
	if n := len(e.Who) + len(e.From) + len(e.Kind) + len(e.Command) + len(e.Code) + len(e.Outcome) + len(detail); n > MaxAudit {
		return 0, fail(op, ErrInvalid, fmt.Sprintf("an entry of %d bytes, at most %d are kept", n, MaxAudit))
	}
	e.At = toTime(cmp.Or(fromTime(e.At), s.now()))
	r := &request{
		run: func(t *tx) (err error) {
			e.ID, err = t.Insert(insertAudit, e.At.UnixMicro(), int64(e.Tick), e.Who, e.From, e.Kind, e.Command, e.Code, e.Outcome, detail)
			return err
		},
		after: func() { s.mirror.append(e) },
	}
	if err := s.writer.do(ctx, r); err != nil {
		return 0, s.explain(op, err)
	}
	return e.ID, nil
}

// AuditLog returns the entries that the query chooses, oldest first.
func (s *Store) AuditLog(ctx context.Context, q AuditQuery) ([]AuditEntry, error) {
	limit := cmp.Or(max(q.Limit, 0), 100)
	list, err := query(ctx, s, "audit", scanAudit, selectAudit, fromTime(q.Since), fromTime(q.Until), q.By, q.Kind, limit)
	slices.Reverse(list)
	return list, err
}

func scanAudit(row scanner) (e AuditEntry, err error) {
	var at, tick int64
	var detail string
	if err := row.Scan(&e.ID, &at, &tick, &e.Who, &e.From, &e.Kind, &e.Command, &e.Code, &e.Outcome, &detail); err != nil {
		return e, err
	}
	e.At, e.Tick = toTime(at), world.Tick(tick)
	e.Detail, err = decodeValue("audit", "the detail", detail)
	return e, err
}
