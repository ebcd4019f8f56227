package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"

	"hotshard/data/ledger"
	"hotshard/data/store"
)

// auditCmd proves the books of a shard, whether it runs or not.
type auditCmd struct {
	storeFlags
	JSON bool `name:"json" env:"-" help:"One JSON value as the answer."`
}

// Run prints what is wrong, a line each, and at last how it stands.
func (c *auditCmd) Run() error {
	report, err := store.AuditFile(context.Background(), c.url())
	if err != nil {
		return err
	}
	if err := c.show(report); err != nil {
		return err
	}
	if !report.OK() {
		os.Exit(1) // the report has said why
	}
	return nil
}

func (c *auditCmd) show(r *ledger.Report) error {
	if c.JSON {
		return json.NewEncoder(os.Stdout).Encode(map[string]any{
			"ok": r.OK(), "postings": r.Postings, "holdings": r.Holdings, "wrong": append([]string{}, r.Wrong...), "more": r.More,
		})
	}
	for _, text := range r.Wrong {
		fmt.Println(text)
	}
	fmt.Println(r)
	return nil
}
