package server

import (
	"bytes"
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hotshard/data/static"
	"hotshard/runtime/gate/wire"
	"hotshard/runtime/world"
)

// imageOf is the file of the one solar system that is kept.
func imageOf(t *testing.T, cfg Config) string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(cfg.Data, "images", "@*.img"))
	if err != nil || len(found) != 1 {
		t.Fatalf("images: %v %v", found, err)
	}
	return found[0]
}

// rewrite changes a file.
func rewrite(t *testing.T, path string, change func([]byte) []byte) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err == nil {
		err = os.WriteFile(path, change(data), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// inDatabase runs a statement while the shard is down.
func inDatabase(t *testing.T, cfg Config, text string, args ...any) {
	t.Helper()
	db, err := sql.Open("sqlite3", "file:"+filepath.Join(cfg.Data, "hotshard.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(text, args...); err != nil {
		t.Fatal(err)
	}
}

// TestImagesThatDoNotFitAreSetAside spoils an image, or what it belongs to, while the shard
// is down. The system starts from the store, with a notice.
func TestImagesThatDoNotFitAreSetAside(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		spoil  func(t *testing.T, cfg *Config)
		notice string
	}{
		"changed bytes": {func(t *testing.T, cfg *Config) {
			rewrite(t, imageOf(t, *cfg), func(b []byte) []byte { b[len(b)/2] ^= 1; return b })
		}, "its bytes are not those that were written"},
		"cut short": {func(t *testing.T, cfg *Config) {
			rewrite(t, imageOf(t, *cfg), func(b []byte) []byte { return b[:len(b)*2/3] })
		}, "its bytes are not those that were written"},
		"empty": {func(t *testing.T, cfg *Config) {
			rewrite(t, imageOf(t, *cfg), func([]byte) []byte { return nil })
		}, "its first line does not say what it is"},
		"of another format": {func(t *testing.T, cfg *Config) {
			rewrite(t, imageOf(t, *cfg), func(b []byte) []byte {
				b[bytes.Index(b, []byte("hsimage"))+len("hsimage")]++
				return b
			})
		}, "and this build reads"},
		"of another shard": {func(t *testing.T, cfg *Config) { cfg.Shard, cfg.AcceptData = "other", true }, "it is of the shard dev"},
		"under another name": {func(t *testing.T, cfg *Config) {
			if err := os.Rename(imageOf(t, *cfg), filepath.Join(cfg.Data, "images", "@Nowhere.img")); err != nil {
				t.Fatal(err)
			}
		}, "it is the image of"},
		"of another map": {func(t *testing.T, cfg *Config) {
			m, err := static.Generate(7, 61)
			if err != nil {
				t.Fatal(err)
			}
			cfg.Map = m
		}, "it is of another map"},
		"of a release that is gone": {func(t *testing.T, cfg *Config) {
			edit(t, *cfg, "main.lua", "M.beats + 1", "M.beats + 2")
			inDatabase(t, *cfg, "DELETE FROM release_files")
		}, "its release 1 is not in the store any more"},
		"older than the store": {func(t *testing.T, cfg *Config) {
			inDatabase(t, *cfg, `UPDATE kv SET value = '{"stop":"later"}' WHERE namespace = 'shard' AND key = 'images'`)
		}, "the store knows nothing of the stop"},
		"used": {func(t *testing.T, cfg *Config) {
			inDatabase(t, *cfg, `UPDATE kv SET value = json_set(value, '$.used', json('true')) WHERE namespace = 'shard' AND key = 'images'`)
		}, "an earlier start has gone on with it"},
		"refused by the new scripts": {func(t *testing.T, cfg *Config) {
			edit(t, *cfg, "main.lua", "function command.beats() return M.beats end", "function command.beats() return M.beats end\nreload.migrate('M', function() error('no way') end)")
		}, "no way"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cfg := living(t)
			s := start(t, cfg)
			ann := login(t, s.Addr(), "Ann", wire.JSON)
			home := ann.event("system")["name"]
			ann.do("say", map[string]world.Value{"text": "before"})
			s.stop()
			c.spoil(t, &cfg)

			s = start(t, cfg)
			if got := strings.Join(s.identify().Notices, "\n"); !strings.Contains(got, c.notice) || !strings.Contains(got, "set aside in") {
				t.Errorf("the notices are %q", got)
			}
			ann = login(t, s.Addr(), "Ann", wire.JSON)
			if place := ann.event("system"); name != "of another map" && (place["name"] != home || place["docked"] == nil) {
				t.Errorf("Ann is in %v, docked at %v", place["name"], place["docked"])
			}
			if got := said(ann.do("lines", nil)); got != "" {
				t.Errorf("the system knows of %q", got)
			}
			aside, _ := filepath.Glob(filepath.Join(cfg.Data, "images", asideDir, "*", "*.img"))
			if left, _ := filepath.Glob(filepath.Join(cfg.Data, "images", "*.img")); len(aside) == 0 || len(left) > 0 {
				t.Errorf("aside are %v, and left %v", aside, left)
			}
		})
	}
}

// TestAnOldDatabaseGetsNoImagesOfLater goes back to a backup of the database.
func TestAnOldDatabaseGetsNoImagesOfLater(t *testing.T) {
	t.Parallel()
	cfg := living(t)
	s := start(t, cfg)
	ann := login(t, s.Addr(), "Ann", wire.JSON)
	ann.do("say", map[string]world.Value{"text": "first"})
	s.stop()
	db := filepath.Join(cfg.Data, "hotshard.db")
	backup, err := os.ReadFile(db)
	if err != nil {
		t.Fatal(err)
	}

	s = start(t, cfg)
	ann = login(t, s.Addr(), "Ann", wire.JSON)
	if got := said(ann.do("lines", nil)); got != "Ann: first" {
		t.Errorf("the chat is %q", got)
	}
	ann.do("say", map[string]world.Value{"text": "second"})
	s.stop()
	if err := os.WriteFile(db, backup, 0o600); err != nil {
		t.Fatal(err)
	}

	s = start(t, cfg)
	ann = login(t, s.Addr(), "Ann", wire.JSON)
	if got := said(ann.do("lines", nil)); got != "" {
		t.Errorf("after a restore the chat is %q", got)
	}
	has(t, "the notices", strings.Join(s.identify().Notices, "\n"), "the store knows nothing of the stop")
}

// TestFewImagesAreKeptAside sets images aside at many starts.
func TestFewImagesAreKeptAside(t *testing.T) {
	t.Parallel()
	v := images{t.TempDir()}
	for i := range keptAside + 4 {
		if err := v.write(imageHead{System: "@A"}, []byte("image")); err != nil {
			t.Fatal(err)
		}
		if _, err := v.setAside(time.Unix(int64(i), 0), []string{v.path("@A")}); err != nil {
			t.Fatal(err)
		}
	}
	kept, err := os.ReadDir(filepath.Join(v.dir, asideDir))
	if err != nil || len(kept) != keptAside {
		t.Fatalf("%d are kept: %v", len(kept), err)
	}
	if got, want := kept[0].Name(), time.Unix(4, 0).UTC().Format("20060102-150405.000"); got != want {
		t.Errorf("the oldest is of %s, not %s", got, want)
	}
}

// TestTheStoreHasTheLastWordOnPlayers changes characters while the shard is down.
func TestTheStoreHasTheLastWordOnPlayers(t *testing.T) {
	t.Parallel()
	cfg := living(t)
	s := start(t, cfg)
	ann := login(t, s.Addr(), "Ann", wire.JSON)
	ann.event("system")
	for _, name := range []string{"Ben", "Cid", "Dan"} {
		login(t, s.Addr(), name, wire.JSON).do("undock", nil)
	}
	ann.do("say", map[string]world.Value{"text": "before"})
	s.stop()
	inDatabase(t, cfg, `DELETE FROM sessions WHERE character = (SELECT id FROM characters WHERE name = 'Ben')`)
	inDatabase(t, cfg, `DELETE FROM characters WHERE name = 'Ben'`)
	inDatabase(t, cfg, `UPDATE characters SET ship = '', station = 0, data = '{"rank":7}' WHERE name = 'Cid'`)
	inDatabase(t, cfg, `INSERT INTO sanctions (kind, account, subject, reason, author, created, until) SELECT 'ban', account, name, 'no', 'amy', 0, 0 FROM characters WHERE name = 'Dan'`)

	s = start(t, cfg)
	if n := s.universe.Players(); n != 2 {
		t.Errorf("%d players are in the game, not Ann and Cid", n)
	}
	ann = login(t, s.Addr(), "Ann", wire.JSON)
	if got := said(ann.do("lines", nil)); got != "Ann: before" {
		t.Errorf("the chat is %q", got)
	}
	seen := said(ann.do("seen", nil))
	for _, want := range []string{"left Ben changed", "left Cid changed; entered Cid restore", "left Dan changed"} {
		if !strings.Contains(seen, want) {
			t.Errorf("%q was not told: %s", want, seen)
		}
	}
	cid := login(t, s.Addr(), "Cid", wire.JSON)
	if place := cid.event("system"); place["ship"] != nil || place["docked"] == nil {
		t.Errorf("Cid is docked at %v with the ship %v, and has none in the store", place["docked"], place["ship"])
	}
	if _, err := ann.Request(ann.ctx, "say", map[string]world.Value{"text": "after"}); err != nil {
		t.Error(err)
	}
}

// TestWhoDoesNotComeBackLeaves waits for the end of a linger.
func TestWhoDoesNotComeBackLeaves(t *testing.T) {
	t.Parallel()
	cfg := living(t)
	cfg.Linger = 300 * time.Millisecond
	s := start(t, cfg)
	ann, bob := login(t, s.Addr(), "Ann", wire.JSON), login(t, s.Addr(), "Bob", wire.JSON)
	ann.do("undock", nil)
	bob.do("say", map[string]world.Value{"text": "x"})
	s.stop()
	s = start(t, cfg)
	bob = login(t, s.Addr(), "Bob", wire.JSON)
	bob.asks("seen", "left Ann timeout")
	ann = login(t, s.Addr(), "Ann", wire.JSON)
	if place := ann.event("system"); place["ship"] == nil {
		t.Error("Ann has no ship")
	}
}
