//go:build !linux

package main

import (
	"context"
	"errors"
	"os"
)

// upgrades does nothing where a shard cannot be handed over.
func upgrades(chan<- os.Signal) {}

func shepherd(int) error { return nil }

func flock(context.Context, func()) {}

// shepherdCmd is of no use here.
type shepherdCmd struct {
	PID int `arg:""`
}

// Run says so.
func (*shepherdCmd) Run() error { return errors.New("shards are not handed over on this system") }
