package store

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync/atomic"
)

// mirror writes the audit log a second time, as lines of JSON that other
// programs can follow and that survive the database. The database is the truth:
// entries that a crash or a full disk kept out of the file are added at the next
// start or the next entry. Bytes are only ever appended; a line that was cut off
// stays as it is, does not parse, and is followed by the whole entry.
type mirror struct {
	s    *Store
	file *os.File
	torn bool // the last line has no end

	last   atomic.Int64 // the newest entry in the file
	newest atomic.Int64 // the newest entry in the database
}

// mirrorName is the file's, beside the database.
const mirrorName = "audit.jsonl"

// maxTail is how much of the file's end is read to find its last entry: more
// than the longest line.
const maxTail = 8 * MaxAudit

// openMirror opens audit.jsonl and brings it up to date; nil where there is no place for it. A
// file that is new, or whose entries are another database's, goes on with a line
// that says so; it is not filled with what was before.
func openMirror(ctx context.Context, s *Store) (*mirror, error) {
	if s.opt.Dir == "" {
		return nil, nil
	}
	if err := os.MkdirAll(s.opt.Dir, 0o700); err != nil {
		return nil, &Error{Op: "open", Kind: ErrAccess, Message: "cannot make the audit log's directory: create it or give another path", Err: err}
	}
	path := filepath.Join(s.opt.Dir, mirrorName)
	f, err := os.OpenFile(path, os.O_RDWR|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		return nil, &Error{Op: "open", Kind: ErrAccess, Message: "cannot write " + path + ": check who owns it", Err: err}
	}
	m := &mirror{s: s, file: f}
	if err := m.resume(ctx); err != nil {
		f.Close()
		return nil, err
	}
	return m, nil
}

func (m *mirror) resume(ctx context.Context) error {
	var newest int64
	if err := m.s.read.QueryRowContext(ctx, selectLastAudit).Scan(&newest); err != nil {
		return err
	}
	m.newest.Store(newest)
	last, found, err := m.findLast()
	if err != nil {
		return err
	}
	if found && last <= newest {
		m.last.Store(last)
		return m.catchUp(ctx)
	}
	return m.write(AuditEntry{ID: newest, At: toTime(m.s.now()), Who: "store", Kind: "mirror",
		Outcome: fmt.Sprintf("this file goes on after entry %d of %s", newest, filepath.Base(m.s.path))})
}

// findLast returns the id of the last whole line in the file.
func (m *mirror) findLast() (id int64, found bool, err error) {
	info, err := m.file.Stat()
	if err != nil {
		return 0, false, err
	}
	from := max(0, info.Size()-maxTail)
	tail, err := io.ReadAll(io.NewSectionReader(m.file, from, info.Size()-from))
	if err != nil {
		return 0, false, err
	}
	m.torn = len(tail) > 0 && tail[len(tail)-1] != '\n'
	lines := bytes.Split(tail, []byte("\n"))
	for i := len(lines) - 1; i >= 0; i-- {
		var e struct {
			ID *int64 `json:"id"`
		}
		if json.Unmarshal(lines[i], &e) == nil && e.ID != nil {
			return *e.ID, true, nil
		}
	}
	return 0, false, nil
}

// append adds a committed entry, and what is missing before it. It runs on the
// writer's goroutine. A failure is the operator's to mend, not the caller's.
func (m *mirror) append(e AuditEntry) {
	if m == nil {
		return
	}
	m.newest.Store(max(m.newest.Load(), e.ID))
	last := m.last.Load()
	if e.ID <= last {
		return // came in with a catchUp
	}
	err := m.next(last, e)
	if err != nil {
		m.s.opt.Log.Error("the audit log's mirror cannot be written; its entries are safe in the database and follow later",
			"file", m.file.Name(), "entry", e.ID, "err", err)
	}
}

func (m *mirror) next(last int64, e AuditEntry) error {
	if e.ID == last+1 && !m.torn {
		return m.write(e)
	}
	return m.catchUp(context.Background())
}

// catchUp writes every entry that the file lacks.
func (m *mirror) catchUp(ctx context.Context) error {
	if m.behind() == 0 {
		return nil
	}
	rows, err := m.s.read.QueryContext(ctx, selectAuditAfter, m.last.Load())
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		e, err := scanAudit(rows)
		if err != nil {
			return err
		}
		if err := m.write(e); err != nil {
			return err
		}
	}
	return rows.Err()
}

// write appends one line in one call, so that lines of two writers never mix.
func (m *mirror) write(e AuditEntry) error {
	line, err := json.Marshal(e)
	if err != nil {
		return err
	}
	line = append(line, '\n')
	if m.torn {
		line = append([]byte("\n"), line...)
	}
	if n, err := m.file.Write(line); err != nil {
		m.torn = m.torn || n > 0
		return err
	}
	m.torn = false
	m.last.Store(e.ID)
	return nil
}

func (m *mirror) behind() int64 {
	if m == nil {
		return 0
	}
	return max(0, m.newest.Load()-m.last.Load())
}

func (m *mirror) close() error {
	if m == nil {
		return nil
	}
	return m.file.Close()
}
