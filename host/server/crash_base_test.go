package server

import (
	"database/sql"
	"path/filepath"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver by which the test itself reads

	"hotshard/data/store/postgrestest"
)

// base is what the shard keeps its books in, and how that is made to fail.
type base interface {
	// blows are the ways to fail, in the order in which they fall: first one thing alone.
	blows() (all []blow, single int)
	fall(to ill)           // makes it ill, or well again
	failed() int           // how often it has failed whoever used it
	environment() []string // of the shard
	arguments() []string
	place() string // for store.AuditFile
	read() (*sql.DB, error)
}

// ill is how a base does.
type ill byte

// What a disk may have is first: testdata/crash/disk.c knows it by the number.
const (
	well ill = iota
	broken
	unsynced
	full
	stalled
	gone
	cut
)

// blow is a way to fail.
type blow struct {
	name string
	ill  ill
	kill bool // kill -9 of the shard, while the base is ill
}

// file is SQLite on a disk that fails.
type file struct {
	*disk
	path string
}

func (file) blows() ([]blow, int) {
	return []blow{
		{"EIO", broken, false},
		{"a failed fsync", unsynced, false},
		{"a full disk", full, false},
		{"a store that stalls", stalled, false},
		{"kill -9", well, true},
		{"EIO, kill -9", broken, true},
		{"a failed fsync, kill -9", unsynced, true},
		{"a full disk, kill -9", full, true},
	}, 5
}

func (f file) environment() []string { return f.env }
func (file) arguments() []string     { return nil }
func (f file) place() string         { return f.path }

func (f file) read() (*sql.DB, error) {
	return sql.Open("sqlite3", "file:"+f.path+"?mode=ro&_query_only=true&_busy_timeout=5000")
}

func newFile(t *testing.T, data string) base {
	return file{newDisk(t), filepath.Join(data, "hotshard.db")}
}

// postgres is a PostgreSQL of the test's own, that is killed and started again.
type postgres struct {
	t      *testing.T
	server *postgrestest.Instance
	url    string
	is     ill
	falls  int
}

func newPostgres(t *testing.T) base {
	server := postgrestest.Start(t)
	postgrestest.Exec(t, server.URL, "CREATE DATABASE crash TEMPLATE template0 ENCODING 'UTF8'")
	return &postgres{t: t, server: server, url: postgrestest.In(server.URL, "crash")}
}

func (*postgres) blows() ([]blow, int) {
	return []blow{
		{"kill -9 of PostgreSQL", gone, false},
		{"connections cut", cut, false},
		{"a store that stalls", stalled, false},
		{"kill -9", well, true},
		{"kill -9 of both", gone, true},
		{"connections cut, kill -9", cut, true},
		{"a store that stalls, kill -9", stalled, true},
	}, 4
}

func (p *postgres) fall(to ill) {
	switch {
	case to == gone:
		p.server.Kill()
	case to == stalled:
		p.server.Pause()
	case to == cut:
		postgrestest.Exec(p.t, p.server.URL, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'crash'")
	case p.is == gone:
		p.server.Start(p.t)
	case p.is == stalled:
		p.server.Continue()
	}
	if p.is = to; to != well {
		p.falls++
	}
}

func (p *postgres) failed() int            { return p.falls }
func (*postgres) environment() []string    { return nil }
func (p *postgres) arguments() []string    { return []string{"--store", p.url} }
func (p *postgres) place() string          { return p.url }
func (p *postgres) read() (*sql.DB, error) { return sql.Open("pgx", p.url) }

// endure plays on while a blow lasts: until it has hit somebody at least.
func (c *crash) endure(b blow, before int) {
	switch {
	case b.ill == stalled:
		time.Sleep(c.stall)
	case b.ill != well:
		c.load(100, 300)
	}
	for began := time.Now(); b.ill != well && c.base.failed() == before; time.Sleep(time.Millisecond) {
		if time.Since(began) > patience {
			c.t.Fatalf("%s: nobody has asked the disk for anything", b.name)
		}
	}
}
