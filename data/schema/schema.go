// Package schema holds the database's migrations: one directory a dialect, one
// numbered file a subject, each applied once and in a transaction of its own. A
// file that has been in a release is never edited; what changes gets the next
// number. There are no down migrations: an older build refuses a newer file.
package schema

import (
	"embed"
	"io/fs"
)

//go:embed sqlite/*.sql
var files embed.FS

// SQLite returns the migrations for SQLite, named NUMBER_subject.sql at the root.
func SQLite() fs.FS {
	sub, err := fs.Sub(files, "sqlite")
	if err != nil {
		panic(err) // the directory is embedded above: only a broken build gets here
	}
	return sub
}
