// Package schema holds the database's migrations: one directory a dialect, one
// numbered file a subject, each applied once and in a transaction of its own. A
// file that has been in a release is never edited; what changes gets the next
// number, the same one in each directory, so that a schema's number says what there is
// wherever it is kept. There are no down migrations: an older build refuses a newer file.
package schema

import (
	"embed"
	"fmt"
	"io/fs"
)

//go:embed sqlite/*.sql postgres/*.sql
var files embed.FS

// SQLite returns the migrations for SQLite, named NUMBER_subject.sql at the root.
func SQLite() fs.FS { return dialect("sqlite") }

// Postgres returns those for PostgreSQL. They begin with what SQLite's come to at the
// number of the first.
func Postgres() fs.FS { return dialect("postgres") }

func dialect(dir string) fs.FS {
	sub, err := fs.Sub(files, dir)
	if err != nil {
		panic(err) // the directory is embedded above: only a broken build gets here
	}
	return sub
}

// Latest is the number of this build's last migration.
func Latest() (latest int) {
	list, err := fs.ReadDir(SQLite(), ".")
	if err == nil {
		_, err = fmt.Sscanf(list[len(list)-1].Name(), "%d", &latest)
	}
	if err != nil {
		panic(err) // they are embedded, and named as it is said above
	}
	return latest
}
