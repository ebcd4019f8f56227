package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"

	"hotshard/data/ownership"
	"hotshard/data/schema"
)

// plainParam in a URL allows a connection over a network that is not encrypted.
const plainParam = "insecure"

// leastPostgres is the oldest version of the server, as it tells it.
const leastPostgres = 130000

// postgres is a database on a PostgreSQL server. Its owner is who holds an advisory lock
// of the connection that writes: when that is gone, so is the lock, and nothing that was
// sent over it can be committed any more.
type postgres struct {
	config *pgx.ConnConfig
	opt    *Options
	name   string // for people: without user and password

	writing *sql.DB // for the one connection that writes
	held    *sql.Conn
	epoch   int64

	life  string // of this process: where it marks its transactions
	marks int64  // that it has made; of the writer
}

func newPostgres(text string, opt *Options) (*postgres, error) {
	config, err := parsePostgres(text)
	if err != nil {
		return nil, err
	}
	host := config.Host
	if !strings.HasPrefix(host, "/") {
		host = net.JoinHostPort(host, strconv.Itoa(int(config.Port)))
	}
	return &postgres{config: config, opt: opt, life: rand.Text(), name: "postgres://" + host + "/" + config.Database}, nil
}

// isPostgres says whether the URL names a PostgreSQL database.
func isPostgres(url string) bool {
	scheme, _, ok := strings.Cut(url, "://")
	return ok && (scheme == "postgres" || scheme == "postgresql")
}

// parsePostgres reads a URL as pgx does, with the environment of libpq. No error says
// anything of the URL: it may hold a password.
func parsePostgres(text string) (*pgx.ConnConfig, error) {
	const op = "open"
	u, err := url.Parse(text)
	if err != nil {
		return nil, fail(op, ErrUnsupported, "the store's URL cannot be read: it is postgres://USER:PASSWORD@HOST:PORT/DATABASE, with signs such as / @ : ? # % in the password written as %2F %40 %3A %3F %23 %25")
	}
	q := u.Query()
	plain := q.Get(plainParam)
	if plain != "" && plain != "yes" {
		return nil, fail(op, ErrUnsupported, "the store's URL: "+plainParam+" is yes or left out")
	}
	q.Del(plainParam)
	u.RawQuery = q.Encode()
	config, err := pgx.ParseConfig(u.String())
	if err != nil {
		return nil, fail(op, ErrUnsupported, "the store's URL cannot be read: it is postgres://USER:PASSWORD@HOST:PORT/DATABASE?sslmode=MODE, with a mode that PostgreSQL knows, and files that are there")
	}
	if config.Database == "" {
		return nil, fail(op, ErrUnsupported, "the store's URL names no database: postgres://USER@HOST:PORT/DATABASE")
	}
	if plain == "" && !encrypted(config) {
		return nil, fail(op, ErrUnsupported, "the store's URL says sslmode=disable, and "+config.Host+" is another machine: "+
			"use sslmode=verify-full, or add "+plainParam+"=yes to send passwords and data for everybody on the way to read")
	}
	return config, nil
}

// encrypted says whether what is sent over a network may be encrypted.
func encrypted(c *pgx.ConnConfig) bool {
	tls := map[string]bool{c.Host: c.TLSConfig != nil}
	for _, f := range c.Fallbacks {
		tls[f.Host] = tls[f.Host] || f.TLSConfig != nil
	}
	for host, ok := range tls {
		ip := net.ParseIP(host)
		if !ok && host != "localhost" && !strings.HasPrefix(host, "/") && (ip == nil || !ip.IsLoopback()) {
			return false
		}
	}
	return true
}

// open returns a pool. The parameters are set for each connection, whatever the server,
// the database or the user have as their own.
func (p *postgres) open(params map[string]string, truths bool, opened func(context.Context, *pgConn) error) *sql.DB {
	c := p.config.Copy()
	if c.ConnectTimeout == 0 {
		c.ConnectTimeout = 5 * time.Second
	}
	for k, v := range map[string]string{
		"application_name": "hotshard", "standard_conforming_strings": "on", "default_transaction_isolation": "read committed",
		"statement_timeout": "0", "idle_in_transaction_session_timeout": "0",
	} {
		c.RuntimeParams[k] = v
	}
	for k, v := range params {
		c.RuntimeParams[k] = v
	}
	return sql.OpenDB(pgConnector{stdlib.GetConnector(*c), opened, truths, params["default_transaction_read_only"] == "on"})
}

// connect implements dialect.
func (p *postgres) connect(ctx context.Context) (*sql.DB, error) {
	abandoned := "0"
	if p.opt.Shared {
		abandoned = milliseconds(abandonedAfter)
	}
	p.writing = p.open(map[string]string{
		"synchronous_commit":                  "on", // what a player is told is done is on the disk
		"default_transaction_read_only":       "off",
		"lock_timeout":                        milliseconds(p.opt.BusyTimeout),
		"idle_in_transaction_session_timeout": abandoned,
		// The server notices within half a minute that a machine is gone, and lets go of its lock.
		"tcp_keepalives_idle": "10", "tcp_keepalives_interval": "5", "tcp_keepalives_count": "3",
	}, false, nil)
	var err error
	if p.held, err = p.hold(ctx); err != nil {
		return nil, err
	}
	start := p.open(map[string]string{"default_transaction_read_only": "off"}, true, nil)
	start.SetMaxOpenConns(2)
	if err := p.fit(ctx, start); err != nil {
		return nil, errors.Join(err, start.Close())
	}
	return start, nil
}

// tryLock takes the lock of the schema in use: several shards may share a database.
const tryLock = `SELECT pg_try_advisory_lock(1752134771, hashtext(coalesce(current_schema(), '')))`

// lock returns a connection that holds the lock. The server lets go of a lock a moment after
// whoever held it has closed or lost its connection: so whoever wants it alone asks for as long
// as BusyTimeout. Whoever would share it is told at once, and waits for its own kind of lock.
func (p *postgres) lock(ctx context.Context) (*sql.Conn, error) {
	conn, err := p.writing.Conn(ctx)
	if err != nil {
		return nil, err
	}
	wait := p.opt.BusyTimeout
	if p.opt.Shared {
		wait = 0
	}
	if err := p.tryFor(ctx, conn, wait); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return conn, nil
}

// tryFor asks again and again instead of queueing, where it would hold up those who share.
func (p *postgres) tryFor(ctx context.Context, conn *sql.Conn, wait time.Duration) error {
	const every = 20 * time.Millisecond
	for ; ; wait -= every {
		var got bool
		if err := conn.QueryRowContext(ctx, tryLock).Scan(&got); err != nil || got {
			return err
		}
		if wait <= 0 {
			return fail("open", ErrBusy, p.name+" is in use by another server: stop that one, or give this one a database of its own")
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(every):
		}
	}
}

// fit refuses a server that cannot hold what the store needs, and what is somebody else's.
func (p *postgres) fit(ctx context.Context, db *sql.DB) error {
	var version int
	var encoding string
	var schema sql.NullString
	var fsync, pages string
	err := db.QueryRowContext(ctx, `SELECT current_setting('server_version_num'), current_setting('server_encoding'), current_schema(),
		current_setting('fsync'), current_setting('full_page_writes')`).Scan(&version, &encoding, &schema, &fsync, &pages)
	switch {
	case err != nil:
		return err
	case version < leastPostgres:
		return fail("open", ErrUnsupported, fmt.Sprintf("%s is PostgreSQL %d: version %d or later is needed", p.name, version/10000, leastPostgres/10000))
	case encoding != "UTF8":
		return fail("open", ErrUnsupported, p.name+" keeps text as "+encoding+": make the database with createdb -E UTF8 -T template0")
	case !schema.Valid:
		return fail("open", ErrAccess, p.name+" has no schema to write into: create the one that search_path names")
	}
	if fsync == "off" || pages == "off" {
		p.opt.Log.Warn("the database server may lose what players were told is done when its machine loses power: set fsync and full_page_writes to on", "store", p.name)
	}
	tables, ours, err := p.tables(ctx, db)
	if err != nil {
		return err
	}
	if tables > 0 && ours == 0 {
		return fail("open", ErrCorrupt, p.name+" is the database of some other program: give another one")
	}
	return p.there(ours > 0)
}

// tables counts those there are, and those that say whose they are.
func (p *postgres) tables(ctx context.Context, db moment) (all, ours int, err error) {
	const count = `SELECT count(*), count(*) FILTER (WHERE tablename = 'goose_db_version') FROM pg_tables WHERE schemaname = current_schema()`
	return all, ours, db.QueryRowContext(ctx, count).Scan(&all, &ours)
}

// there refuses, as for a file, an empty database where there is an audit log of one.
func (p *postgres) there(filled bool) error {
	if filled || p.opt.Dir == "" || p.opt.Owner.Accept || !p.opt.Owner.Production {
		return nil
	}
	if log, err := os.Stat(filepath.Join(p.opt.Dir, mirrorName)); err == nil && log.Size() > 0 {
		return fail("open", ErrForeign, p.name+" is empty, but "+mirrorName+" in "+p.opt.Dir+" is not: restore a backup, or give --accept-data to begin with nothing")
	}
	return nil
}

// migrations implements dialect.
func (p *postgres) migrations() (goose.Dialect, fs.FS) {
	return goose.DialectPostgres, schema.Postgres()
}

// claimed implements dialect.
func (p *postgres) claimed(ctx context.Context) error {
	if p.opt.Shared {
		return p.share(ctx, p.held)
	}
	return p.held.QueryRowContext(ctx, `UPDATE writer SET epoch = epoch + 1 RETURNING epoch`).Scan(&p.epoch)
}

// readers implements dialect.
func (p *postgres) readers() (*sql.DB, error) {
	return p.open(map[string]string{"default_transaction_read_only": "on"}, false, nil), nil
}

// session implements dialect.
func (p *postgres) session(context.Context) (session, error) {
	conn := p.held
	p.held = nil // the writer's from here on
	return p.over(conn), nil
}

// over is a session over a connection that holds the lock.
func (p *postgres) over(conn *sql.Conn) session {
	return session{
		conn: conn, begin: "BEGIN", turn: p.turn(), words: ownership.PostgreSQL, returning: true,
		mark: func(ctx context.Context) (int64, error) {
			p.marks++
			_, err := conn.ExecContext(ctx, upsertValue, markSpace, p.life, strconv.FormatInt(p.marks, 10))
			return p.marks, err
		},
		fate: func(ctx context.Context, mark int64) (fate, error) {
			if err := p.waitTurn(ctx, conn); err != nil {
				return fateUnknown, err
			}
			return p.fateOf(ctx, conn, mark)
		},
		lost: func(err error) bool {
			return lostConnection(err) || conn.Raw(func(c any) error {
				if c.(*pgConn).Conn.Conn().IsClosed() {
					return sql.ErrConnDone
				}
				return nil
			}) != nil
		},
		again: func(ctx context.Context) (session, error) {
			discard(conn) // whatever state it is in
			return p.again(ctx)
		},
		stalled: func(err error) bool { return sqlState(err) == stateLocked },
	}
}

// discard closes a connection for good, instead of keeping it for whoever wants one.
func discard(conn *sql.Conn) {
	_ = conn.Raw(func(any) error { return driver.ErrBadConn })
	_ = conn.Close()
}

// markSpace is the namespace of kv in which each process marks its last transaction, in that
// transaction. The number that the server itself gives one will not do: after a crash it gives those of
// transactions of which nothing had reached the disk to others.
const markSpace = "marks"

// fateOf asks what became of a transaction. Whoever asks holds the lock, which the
// connection that the transaction came over held before: it is over.
func (p *postgres) fateOf(ctx context.Context, conn *sql.Conn, mark int64) (fate, error) {
	var last int64
	err := conn.QueryRowContext(ctx, `SELECT CAST(value AS BIGINT) FROM kv WHERE namespace = ? AND key = ?`, markSpace, p.life).Scan(&last)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return fateNot, nil // it was to be the first
	case err != nil:
		return fateUnknown, err
	case last == mark:
		return fateDone, nil
	}
	return fateNot, nil
}

// again connects anew, unless somebody else has written in between: what the shard has in
// its memory is not what the database has then.
func (p *postgres) again(ctx context.Context) (session, error) {
	if p.opt.Shared {
		return p.againShared(ctx)
	}
	conn, err := p.lock(ctx)
	if err != nil {
		return session{}, err
	}
	var epoch int64
	err = conn.QueryRowContext(ctx, `SELECT epoch FROM writer`).Scan(&epoch)
	if err == nil && epoch != p.epoch {
		err = fail("store", ErrForeign, p.name+" has had another server since the connection was lost: nothing is written any more; stop that one, and start this one again")
	}
	if err != nil {
		discard(conn) // and with it the lock, which somebody else is to have
		return session{}, err
	}
	return p.over(conn), nil
}

// lend implements dialect: the lock goes with the connection.
func (p *postgres) lend(_ context.Context, s session) error {
	discard(s.conn)
	return nil
}

// takeBack implements dialect. Whoever has had the database is gone and has written nothing,
// as our caller says, but that it was there.
func (p *postgres) takeBack(ctx context.Context, _ session) (session, error) {
	if p.opt.Shared {
		return p.againShared(ctx)
	}
	conn, err := p.lock(ctx)
	if err != nil {
		return session{}, err
	}
	if err := conn.QueryRowContext(ctx, `SELECT epoch FROM writer`).Scan(&p.epoch); err != nil {
		discard(conn)
		return session{}, err
	}
	return p.over(conn), nil
}

// moment implements dialect: all connections of a pool see what the first one sees.
func (p *postgres) moment(ctx context.Context, readers *sql.DB) (moment, func(), error) {
	first, err := readers.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
	if err != nil {
		return nil, nil, err
	}
	var snapshot string
	if err := first.QueryRowContext(ctx, `SELECT pg_export_snapshot()`).Scan(&snapshot); err != nil {
		return nil, nil, errors.Join(err, first.Rollback())
	}
	db := p.open(map[string]string{"default_transaction_read_only": "on"}, false, func(ctx context.Context, c *pgConn) error {
		for _, text := range []string{"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", "SET TRANSACTION SNAPSHOT '" + snapshot + "'"} {
			if _, err := c.Conn.ExecContext(ctx, text, nil); err != nil {
				return err
			}
		}
		return nil
	})
	return db, func() { _ = errors.Join(db.Close(), first.Rollback()) }, nil // nothing was written
}

// integrity implements dialect. The server checks its own pages as it reads them.
func (p *postgres) integrity(ctx context.Context, readers *sql.DB) ([]string, error) {
	return nil, nil
}

// size implements dialect. The server would have to look at every file for it, whoever
// asks how often.
func (p *postgres) size() int64 { return 0 }

// tidy implements dialect: the server has a vacuum of its own.
func (p *postgres) tidy(context.Context, *Store) (Tidied, error) { return Tidied{}, nil }

// close implements dialect.
func (p *postgres) close() error {
	var errs []error
	if p.held != nil {
		errs = append(errs, p.held.Close())
	}
	if p.writing != nil {
		errs = append(errs, p.writing.Close())
	}
	return errors.Join(errs...)
}
