package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"hotshard/host/server"
)

// recordCmd works on recordings that were kept.
type recordCmd struct {
	Shrink shrinkCmd `cmd:"" help:"Make a recording smaller while it still shows a bug, to keep it beside the scripts as a test."`
}

// shrinkCmd makes a recording smaller.
type shrinkCmd struct {
	What     string        `arg:"" name:"recording" help:"A file, the name of a recording that was kept, or @SYSTEM as the shard with --data has recorded it."`
	Test     string        `help:"A test file that plays it and must still fail; where left out, an error must still come." placeholder:"FILE.lua"`
	Error    string        `help:"Without --test: a part of that error's message or traceback; the first error where left out." placeholder:"TEXT"`
	Recorded bool          `help:"Run the test with the scripts of the recording, not with those in --scripts: for when the bug is mended there."`
	Scripts  string        `default:"scripts" help:"The folder of the game's scripts, which --test is below."`
	Data     string        `default:"data" help:"The folder of the shard."`
	Out      string        `help:"The file to write; NAME.small.rec where left out." placeholder:"FILE.rec"`
	For      time.Duration `default:"5m" help:"How long to try. What there is by then is written."`
}

// Run shrinks the recording.
func (c *shrinkCmd) Run() error {
	out := c.Out
	if out == "" {
		out = strings.TrimSuffix(filepath.Base(strings.TrimPrefix(c.What, "@")), ".rec") + ".small.rec"
	}
	got, err := server.Shrink(server.ShrinkConfig{
		Data: c.Data, What: c.What, Out: out, Scripts: c.Scripts, Test: c.Test, Recorded: c.Recorded, Error: c.Error, For: c.For,
		Say: func(text string) { fmt.Fprintln(os.Stderr, text) },
	})
	if err != nil {
		return err
	}
	_, err = fmt.Print(got)
	return err
}
