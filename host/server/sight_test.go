package server

import (
	"fmt"
	"testing"
	"time"

	"hotshard/console/command"
)

// The same error of two nodes is one line, with what the later one says.
func TestErrorsOfSeveralNodesAreCountedTogether(t *testing.T) {
	at := func(s int) time.Time { return time.Unix(int64(s), 0) }
	here := command.ErrorGroup{Function: "m.f", Message: "no", Release: 2, Count: 3, First: at(10), Last: at(20), Systems: []string{"B"}, Player: "Ann"}
	there := here
	there.Count, there.First, there.Last, there.Systems, there.Player = 4, at(5), at(30), []string{"A"}, "Ben"
	other := here
	other.Release = 3
	all := addErrors(addErrors([]command.ErrorGroup{here}, there), other)
	if len(all) != 2 || all[0].Count != 7 || all[0].Player != "Ben" || !all[0].First.Equal(at(5)) || !all[0].Last.Equal(at(30)) || fmt.Sprint(all[0].Systems) != "[A B]" {
		t.Errorf("they are told as %+v", all)
	}
}
