package main

import (
	"encoding/json"
	"errors"
	"os"

	"hotshard/host/doctor"
	"hotshard/host/server"
	"hotshard/runtime/script/luacheck"
)

// doctorCmd looks at the machine.
type doctorCmd struct {
	Listen  string `default:"127.0.0.1:7777" help:"Where players and browsers would connect."`
	Ops     string `default:"127.0.0.1:7778" help:"Where health and metrics would be; empty for nowhere."`
	Scripts string `default:"scripts" help:"The folder of the game's scripts."`
	Data    string `default:"data" help:"The folder for everything the shard keeps."`
	JSON    bool   `help:"Print the findings as one JSON list."`
}

// countErrors checks the scripts.
func countErrors(scripts string) (int, error) {
	o := server.CheckOptions()
	o.Root = scripts
	report, err := luacheck.Run(o)
	if err != nil {
		return 0, err
	}
	return report.Errors(), nil
}

// Run prints what it finds. Something that keeps a shard from running is an error.
func (c *doctorCmd) Run() error {
	all := doctor.Examine(doctor.Config{Data: c.Data, Scripts: c.Scripts, Listen: c.Listen, Ops: c.Ops, Check: countErrors})
	if c.JSON {
		enc := json.NewEncoder(os.Stdout)
		enc.SetIndent("", "  ")
		if err := enc.Encode(all); err != nil {
			return err
		}
	} else {
		doctor.Write(os.Stdout, all)
	}
	if !doctor.Healthy(all) {
		return errors.New("a shard would not run well here: see the lines that begin with fail")
	}
	return nil
}
