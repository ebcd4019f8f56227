package yard

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

const (
	nodesDir  = "nodes"
	stateFile = "cluster.json"
)

// State is what is known of a cluster that is up on this machine.
type State struct {
	PID   int    `json:"pid"` // of the process that keeps it
	Nodes []Node `json:"nodes"`
}

// Node is one of its processes.
type Node struct {
	Name   string `json:"name"`
	Role   string `json:"role"`
	PID    int    `json:"pid"`
	Fly    string `json:"fly,omitempty"` // where players come in
	Socket string `json:"socket"`        // where operators do
	Log    string `json:"log"`
}

func (s *State) write(dir string) error {
	data, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return err
	}
	temporary := filepath.Join(dir, stateFile+".tmp")
	if err := os.WriteFile(temporary, data, 0o600); err != nil {
		return err
	}
	return os.Rename(temporary, filepath.Join(dir, stateFile))
}

// ErrDown is that no cluster is up.
var ErrDown = errors.New("no cluster is up here: bin/host cluster up starts one")

// Read returns what is known of the cluster that is up. Errors: ErrDown.
func Read(dir string) (State, error) {
	var s State
	if lock, err := hold(dir); err == nil { // nobody has it
		return s, errors.Join(ErrDown, lock.Close())
	} else if !errors.Is(err, errHeld) {
		return s, err
	}
	data, err := os.ReadFile(filepath.Join(dir, stateFile))
	if errors.Is(err, fs.ErrNotExist) {
		return s, errors.New("the cluster is about to start, or to end")
	}
	if err != nil {
		return s, err
	}
	return s, json.Unmarshal(data, &s)
}

// Down ends the cluster that is up, and waits until it has ended. Errors: ErrDown.
func Down(dir string) error {
	s, err := Read(dir)
	if err != nil {
		return err
	}
	if err := interrupt(s.PID); err != nil {
		return err
	}
	for began := time.Now(); time.Since(began) < 3*endPatience; time.Sleep(100 * time.Millisecond) {
		if lock, err := hold(dir); err == nil {
			return lock.Close()
		}
	}
	return fmt.Errorf("the process %d has not ended its cluster yet", s.PID)
}
