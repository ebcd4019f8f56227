// Package postgrestest gives tests PostgreSQL databases: of the server that Env names, or
// of one that is started for the test program and ends with it. Where there is none to
// start, tests that want one are left out.
package postgrestest

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// Env names a server that is running, by the URL of a database in which the user may
// create others.
const Env = "HOTSHARD_TEST_POSTGRES"

// Wanted says, where it is set, that there is time for servers: with them the tests of the
// store take several times as long, and more of the disk than the tests beside them like.
const Wanted = "HOTSHARD_POSTGRES"

// wanted leaves a test out where there is no time for servers.
func wanted(t testing.TB) {
	t.Helper()
	if os.Getenv(Wanted) == "" {
		t.Skip("only with " + Wanted + "=1, as in make check: it needs a PostgreSQL, and time")
	}
}

var shared = struct {
	sync.Mutex
	url string
}{url: os.Getenv(Env)}

// Server returns the URL of a database from which others can be created.
func Server(t testing.TB) string {
	t.Helper()
	wanted(t)
	shared.Lock()
	defer shared.Unlock()
	if shared.url == "" {
		dir, err := os.MkdirTemp(memory(), "postgres")
		if err != nil {
			t.Fatal(err)
		}
		s := start(t, dir, "fsync=off") // for speed: no test pulls the plug
		atEnd = func() {
			s.Kill()
			_ = os.RemoveAll(dir)
		}
		shared.url = s.URL
	}
	return shared.url
}

var atEnd = func() {}

// Run is m.Run, for a package whose tests use Server: it ends the server.
func Run(m *testing.M) int {
	code := m.Run()
	for _, name := range dropModel {
		drop(name)
	}
	atEnd()
	return code
}

// drop removes a database, if there is a way; the server may be gone.
func drop(name string) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if conn, err := pgx.Connect(ctx, shared.url); err == nil {
		_, _ = conn.Exec(ctx, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)")
		_ = conn.Close(ctx)
	}
}

var number atomic.Int64

// Database returns the URL of a new and empty database, which is dropped when the test
// ends. Its own collation is not the bytes'.
func Database(t testing.TB) string {
	t.Helper()
	return create(t, "template0 ENCODING 'UTF8'")
}

func create(t testing.TB, template string) string {
	t.Helper()
	server := Server(t)
	name := fmt.Sprintf("hotshard_%d_%d", os.Getpid(), number.Add(1))
	Exec(t, server, "CREATE DATABASE "+name+" TEMPLATE "+template)
	t.Cleanup(func() { Exec(t, server, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)") })
	return In(server, name)
}

// models are the databases that Copy copies.
var models = struct {
	sync.Mutex
	names map[string]string
}{names: map[string]string{}}

// Copy is Database, for one that begins as fill leaves it. fill is called once for all
// copies of a name, and must have closed its connections.
func Copy(t testing.TB, name string, fill func(url string)) string {
	t.Helper()
	models.Lock()
	defer models.Unlock()
	if models.names[name] == "" {
		server := Server(t)
		model := fmt.Sprintf("hotshard_%s_%d", name, os.Getpid())
		Exec(t, server, "CREATE DATABASE "+model+" TEMPLATE template0 ENCODING 'UTF8'")
		dropModel = append(dropModel, model)
		fill(In(server, model))
		models.names[name] = model
	}
	return create(t, models.names[name])
}

var dropModel []string

// In is the URL of another database of the server.
func In(server, name string) string {
	u, err := url.Parse(server)
	if err != nil {
		panic("not a URL: " + Env)
	}
	u.Path = "/" + name
	return u.String()
}

// Exec runs statements in a database, each in a transaction of its own.
func Exec(t testing.TB, url string, texts ...string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(ctx)
	for _, text := range texts {
		if _, err := conn.Exec(ctx, text); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
	}
}

// Start starts a server of the test's own, which it may kill, with settings such as
// "fsync=on". It ends with the test.
func Start(t testing.TB, settings ...string) *Instance {
	t.Helper()
	wanted(t)
	s := start(t, t.TempDir(), settings...)
	t.Cleanup(s.Kill)
	return s
}
