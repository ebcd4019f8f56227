package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
)

// selectSchema is the number of a database's schema.
const selectSchema = `SELECT max(version_id) FROM goose_db_version WHERE is_applied`

const (
	// The tables of the game, which are the same with each dialect at the same schema.
	selectTables = `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND name <> 'goose_db_version' ORDER BY name`
	// Which table names rows of which.
	selectParents = `SELECT DISTINCT "table" FROM pragma_foreign_key_list(?) WHERE "table" <> ?1`
	selectColumns = `SELECT name FROM pragma_table_info(?) ORDER BY cid`
)

// table is one to be copied.
type table struct {
	name    string
	columns []string
}

func (t table) read() string { return "SELECT " + t.list() + " FROM " + t.name }

func (t table) list() string { return `"` + strings.Join(t.columns, `", "`) + `"` }

// tablesOf are those of an SQLite database, each behind those that it names rows of.
func tablesOf(ctx context.Context, db moment) (all []table, err error) {
	names, err := texts(ctx, db, selectTables)
	if err != nil {
		return nil, err
	}
	var done []string
	for len(names) > 0 {
		before := len(names)
		for _, name := range slices.Clone(names) {
			parents, err := texts(ctx, db, selectParents, name)
			if err != nil {
				return nil, err
			}
			if slices.ContainsFunc(parents, func(p string) bool { return !slices.Contains(done, p) }) {
				continue
			}
			t := table{name: name}
			if t.columns, err = texts(ctx, db, selectColumns, name); err != nil {
				return nil, err
			}
			all, done = append(all, t), append(done, name)
			names = slices.DeleteFunc(names, func(n string) bool { return n == name })
		}
		if len(names) == before {
			return nil, fmt.Errorf("tables name one another in a circle: %v", names)
		}
	}
	return all, nil
}

// rowSource gives a table's rows one by one, as pgx wants them.
type rowSource struct {
	*sql.Rows
	values, into []any
}

func newRowSource(rows *sql.Rows, columns int) *rowSource {
	r := &rowSource{Rows: rows, values: make([]any, columns), into: make([]any, columns)}
	for i := range r.values {
		r.into[i] = &r.values[i]
	}
	return r
}

// Values implements pgx.CopyFromSource.
func (r *rowSource) Values() ([]any, error) { return r.values, r.Scan(r.into...) }

// fillSQLite makes an SQLite database of what PostgreSQL has, with the same schema.
func fillSQLite(ctx context.Context, from moment, path string, version int64) error {
	f := &sqliteFile{path: path, opt: &Options{}}
	db, err := sql.Open("sqlite3", f.dsn("_journal_mode=DELETE&_synchronous=FULL&_foreign_keys=off&_txlock=immediate&_cache_size=-65536"))
	if err != nil {
		return err
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	if err := migrateTo(ctx, db, f, version); err != nil {
		return err
	}
	tables, err := tablesOf(ctx, db)
	if err != nil {
		return err
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // of what was not committed
	for _, t := range tables {
		if err := fillTable(ctx, from, tx, t); err != nil {
			return fmt.Errorf("table %s: %w", t.name, err)
		}
	}
	if err := fillNumbers(ctx, from, tx); err != nil {
		return err
	}
	return tx.Commit()
}

func fillTable(ctx context.Context, from moment, to *sql.Tx, t table) error {
	if _, err := to.ExecContext(ctx, "DELETE FROM "+t.name); err != nil { // what a migration put there
		return err
	}
	insert, err := to.PrepareContext(ctx, "INSERT INTO "+t.name+" ("+t.list()+") VALUES (?"+strings.Repeat(", ?", len(t.columns)-1)+")")
	if err != nil {
		return err
	}
	defer insert.Close()
	rows, err := from.QueryContext(ctx, t.read())
	if err != nil {
		return err
	}
	defer rows.Close()
	source := newRowSource(rows, len(t.columns))
	for source.Next() {
		values, err := source.Values()
		if err != nil {
			return err
		}
		if _, err := insert.ExecContext(ctx, values...); err != nil {
			return err
		}
	}
	return rows.Err()
}

// fillNumbers copies which numbers were given last.
func fillNumbers(ctx context.Context, from moment, to *sql.Tx) error {
	if _, err := to.ExecContext(ctx, `DELETE FROM sqlite_sequence`); err != nil {
		return err
	}
	rows, err := from.QueryContext(ctx, `SELECT name, last FROM numbers WHERE last > 0`)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		var last int64
		if err := rows.Scan(&name, &last); err != nil {
			return err
		}
		if _, err := to.ExecContext(ctx, `INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)`, name, last); err != nil {
			return err
		}
	}
	return rows.Err()
}

// take fills a database that has nothing in it with what a file has: all of it in one
// transaction, or nothing.
func (p *postgres) take(ctx context.Context, op, plain string) (err error) {
	start, err := p.connect(ctx)
	defer func() { err = errors.Join(err, p.close()) }()
	if err != nil {
		return err
	}
	defer start.Close()
	before, _, err := p.tables(ctx, start)
	if err != nil {
		return err
	}
	if err := p.empty(ctx, op, start, before); err != nil {
		return err
	}
	if err = migrate(ctx, start, p, p.name); err == nil {
		err = p.claimed(ctx)
	}
	if err == nil {
		err = p.fill(ctx, plain)
	}
	if err == nil {
		_, err = start.ExecContext(ctx, "ANALYZE")
		return err
	}
	if before == 0 {
		err = errors.Join(err, p.clear(context.WithoutCancel(ctx), start))
	}
	return err
}

// empty refuses a database in which there is anything.
func (p *postgres) empty(ctx context.Context, op string, db *sql.DB, tables int) error {
	if tables == 0 {
		return nil
	}
	var used bool
	const anything = `SELECT EXISTS (SELECT 1 FROM accounts) OR EXISTS (SELECT 1 FROM releases) OR EXISTS (SELECT 1 FROM kv) OR EXISTS (SELECT 1 FROM audit)
		OR EXISTS (SELECT 1 FROM entries) OR EXISTS (SELECT 1 FROM shard) OR EXISTS (SELECT 1 FROM patches) OR EXISTS (SELECT 1 FROM sanctions)`
	err := db.QueryRowContext(ctx, anything).Scan(&used)
	if err == nil && used {
		err = fail(op, ErrConflict, p.name+" has a shard's data in it: give a database that is empty (createdb -E UTF8 -T template0 NAME)")
	}
	return err
}

// fill copies everything over the connection that has the lock.
func (p *postgres) fill(ctx context.Context, plain string) error {
	f := &sqliteFile{path: plain, opt: &Options{}}
	db, err := f.readers()
	if err != nil {
		return err
	}
	defer db.Close()
	tables, err := tablesOf(ctx, db)
	if err != nil {
		return err
	}
	return p.held.Raw(func(c any) error {
		return pgx.BeginFunc(ctx, c.(*pgConn).Conn.Conn(), func(tx pgx.Tx) error {
			for _, t := range tables {
				if err := copyTable(ctx, db, tx, t); err != nil {
					return fmt.Errorf("table %s: %w", t.name, err)
				}
			}
			return copyNumbers(ctx, db, tx)
		})
	})
}

func copyTable(ctx context.Context, from *sql.DB, to pgx.Tx, t table) error {
	if t.name == "ledger_accounts" { // a migration has put one there
		if _, err := to.Exec(ctx, "DELETE FROM ledger_accounts"); err != nil {
			return err
		}
	}
	rows, err := from.QueryContext(ctx, t.read())
	if err != nil {
		return err
	}
	defer rows.Close()
	_, err = to.CopyFrom(ctx, pgx.Identifier{t.name}, t.columns, newRowSource(rows, len(t.columns)))
	return err
}

func copyNumbers(ctx context.Context, from *sql.DB, to pgx.Tx) error {
	rows, err := from.QueryContext(ctx, `SELECT name, seq FROM sqlite_sequence`)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		var last int64
		if err := rows.Scan(&name, &last); err != nil {
			return err
		}
		if _, err := to.Exec(ctx, `UPDATE numbers SET last = $2 WHERE name = $1`, name, last); err != nil {
			return err
		}
	}
	return rows.Err()
}

// clear takes away what the migrations have made in a database without tables.
func (p *postgres) clear(ctx context.Context, db *sql.DB) error {
	tables, err := texts(ctx, db, `SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = current_schema()`)
	if err != nil || len(tables) == 0 {
		return err
	}
	functions, err := texts(ctx, db, `SELECT p.oid::regprocedure::text FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
		WHERE n.nspname = current_schema() AND (p.proname = 'append_only' OR p.proname LIKE 'next\_%')`)
	if err != nil {
		return err
	}
	if _, err := db.ExecContext(ctx, "DROP TABLE "+strings.Join(tables, ", ")+" CASCADE"); err != nil || len(functions) == 0 {
		return err
	}
	_, err = db.ExecContext(ctx, "DROP FUNCTION "+strings.Join(functions, ", "))
	return err
}
