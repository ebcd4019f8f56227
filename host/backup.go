package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"hotshard/data/store"
)

// storeFlags say which shard's database is meant.
type storeFlags struct {
	Data  string `default:"data" help:"The folder that the shard keeps everything in."`
	Store string `help:"The database, a URL or a path; hotshard.db below --data where left out." placeholder:"URL"`
}

func (f *storeFlags) url() string {
	if f.Store != "" {
		return f.Store
	}
	return filepath.Join(f.Data, "hotshard.db")
}

// backupCmd copies a shard's database into a file, while it runs.
type backupCmd struct {
	storeFlags
	File string `arg:"" help:"The file to write; it must not be there yet." type:"path"`
}

// Run prints what was copied.
func (c *backupCmd) Run() error {
	done, err := store.Backup(context.Background(), c.url(), c.File)
	if err != nil {
		return err
	}
	return tell("backup", c.File, done)
}

// restoreCmd puts a backup in the place of a database that is not there.
type restoreCmd struct {
	storeFlags
	File string `arg:"" help:"The file that backup has written." type:"path"`
}

// Run prints what was restored.
func (c *restoreCmd) Run() error {
	done, err := store.Restore(context.Background(), c.File, c.url())
	if err != nil {
		return err
	}
	return tell("restored", c.File, done)
}

// moveCmd copies a database that nobody has open to another place.
type moveCmd struct {
	From string `required:"" help:"The database as it is, a URL or a path." placeholder:"URL"`
	To   string `required:"" help:"Where it shall be: a path where nothing is, or the URL of a database that is empty." placeholder:"URL"`
}

// Run prints what was moved.
func (c *moveCmd) Run() error {
	done, err := store.MoveStore(context.Background(), c.From, c.To)
	if err != nil {
		return err
	}
	if err := tell("moved", "", done); err != nil {
		return err
	}
	fmt.Println("the old database is as it was: start the shard with --store of the new one, and put the old one away")
	return nil
}

// tell says what was copied, and proves its books in the last line.
func tell(what, file string, c *store.Copied) error {
	b := c.Backup
	shard := b.Shard
	if shard == "" {
		shard = "a shard without a name"
	}
	fmt.Printf("%s: %s of %s, schema %d", what, b.Made.Format(time.RFC3339), shard, b.Schema)
	if file != "" {
		fmt.Printf(", %d bytes in %s", c.Bytes, file)
	}
	fmt.Println()
	for _, text := range c.Books.Wrong {
		fmt.Println(text)
	}
	fmt.Println(c.Books)
	if !c.Books.OK() {
		os.Exit(1) // the copy is there, and so is what was wrong before
	}
	return nil
}
