package store

import (
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"hotshard/data/store/postgrestest"
)

// suiteEnv makes the tests of this program run on PostgreSQL.
const suiteEnv = "HOTSHARD_STORE_SUITE"

var onPostgres = os.Getenv(suiteEnv) != ""

// TestPostgres runs every test of this package again, on PostgreSQL.
func TestPostgres(t *testing.T) {
	if onPostgres {
		t.Skip("only once")
	}
	args := []string{"-test.count=1", "-rapid.checks=10"} // SQLite has had the usual number
	if testing.Short() {
		args = append(args, "-test.short")
	}
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = append(os.Environ(), suiteEnv+"=postgres", postgrestest.Env+"="+postgrestest.Server(t))
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("on PostgreSQL: %v\n%s", err, logged.ReplaceAll(out, nil))
	}
}

// logged is a line that a store has logged, of which there are hundreds.
var logged = regexp.MustCompile(`(?m)^\d{4}/\d\d/\d\d \S+ (INFO|WARN|ERROR) .*\n`)

// fileOnly leaves a test out that is about a file.
func fileOnly(t testing.TB) {
	t.Helper()
	if onPostgres {
		t.Skip("only of a file")
	}
}

// places are the databases of paths, and the folders of those.
var places = struct {
	sync.Mutex
	urls, dirs map[string]string
}{urls: map[string]string{}, dirs: map[string]string{}}

// place is where the store of a path is, which may be another store's Path: there, or in
// a database of its own.
func place(t testing.TB, path string) string {
	t.Helper()
	if !onPostgres {
		return path
	}
	places.Lock()
	defer places.Unlock()
	if places.urls[path] == "" {
		text := postgrestest.Copy(t, "store", func(url string) {
			s, err := Open(bg, url, testOptions())
			must(t, err)
			must(t, s.Close())
		})
		u, err := url.Parse(text)
		must(t, err)
		label := "postgres://" + u.Host + u.Path
		places.urls[path], places.urls[label] = text, text
		places.dirs[label] = filepath.Dir(path)
	}
	return places.urls[path]
}

// dirOf is the folder that goes with the store of a path.
func dirOf(path string) string {
	if !strings.HasPrefix(path, "postgres://") {
		return filepath.Dir(strings.TrimPrefix(strings.TrimPrefix(path, "sqlite:"), "//"))
	}
	places.Lock()
	defer places.Unlock()
	return places.dirs[path]
}

// plainTexts are those that the database takes: PostgreSQL has none with a byte of zero.
func plainTexts() *rapid.Generator[string] {
	return rapid.Map(rapid.String(), func(s string) string {
		if onPostgres {
			return strings.ReplaceAll(s, "\x00", "0")
		}
		return s
	})
}

// short is what a key may have of a text.
func short(s string) string {
	runes := []rune(s)
	return string(runes[:min(len(runes), 20)])
}
