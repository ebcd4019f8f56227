package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"hotshard/data/ledger"
	"hotshard/data/store"
)

// auditCmd proves the books of a shard, whether it runs or not.
type auditCmd struct {
	Data  string `default:"data" help:"The folder that the shard keeps everything in."`
	Store string `help:"The database, a URL or a path; hotshard.db below --data where left out." placeholder:"URL"`
	JSON  bool   `name:"json" env:"-" help:"One JSON value as the answer."`
}

// Run prints what is wrong, a line each, and at last how it stands.
func (c *auditCmd) Run() error {
	url := c.Store
	if url == "" {
		url = filepath.Join(c.Data, "hotshard.db")
	}
	report, err := store.AuditFile(context.Background(), url)
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
