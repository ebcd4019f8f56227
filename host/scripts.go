package main

import (
	"fmt"
	"math/rand/v2"
	"os"

	"hotshard/host/server"
	"hotshard/host/testworld"
	"hotshard/runtime/release/conform"
	"hotshard/runtime/script/luacheck"
	"hotshard/runtime/script/luatest"
)

// testCmd runs the scripts' own tests.
type testCmd struct {
	Paths   []string `arg:"" optional:"" name:"path" help:"Test files or folders; all where left out."`
	Scripts string   `default:"scripts" help:"The folder of the game's scripts."`
	Pattern string   `name:"run" help:"Only tests whose file.name matches the regular expression." placeholder:"PATTERN"`
	Seed    *uint64  `help:"Of the order and of chance; a new one each time where left out."`
}

// Run runs the tests.
func (c *testCmd) Run() error {
	seed := rand.Uint64N(1_000_000)
	if c.Seed != nil {
		seed = *c.Seed
	}
	result, err := luatest.Run(luatest.Options{
		Root: c.Scripts, Paths: c.Paths, Pattern: c.Pattern, Seed: seed, Out: os.Stdout, New: testworld.New(), Replay: server.OpenReplay,
	})
	if err != nil {
		return err
	}
	if result.Failed > 0 {
		os.Exit(1) // the report has said which
	}
	return nil
}

// checkCmd looks for mistakes without running anything.
type checkCmd struct {
	Paths   []string `arg:"" optional:"" name:"path" help:"Files or folders; all where left out."`
	Scripts string   `default:"scripts" help:"The folder of the game's scripts."`
}

// Run checks the scripts.
func (c *checkCmd) Run() error {
	o := server.CheckOptions()
	o.Root, o.Paths = c.Scripts, c.Paths
	report, err := luacheck.Run(o)
	if err != nil {
		return err
	}
	report.Write(os.Stdout)
	if report.Errors() > 0 {
		os.Exit(1) // the report has said which
	}
	return nil
}

// conformCmd runs reload cases.
type conformCmd struct {
	Files []string `arg:"" name:"file" help:"Files of cases."`
}

// Run runs the cases.
func (c *conformCmd) Run() error {
	failed, err := conform.Files(os.Stdout, c.Files)
	if err != nil {
		return err
	}
	if failed > 0 {
		return fmt.Errorf("%d cases failed", failed)
	}
	return nil
}
