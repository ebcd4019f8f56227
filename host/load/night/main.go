// Night operates a production shard through the worst of a night, with players flying
// in it: slips of the hand, freezes, changes that fail, canaries, restarts. It starts
// bin/host and bin/console itself, in a temporary folder and on loopback, prints what
// came of each step, and fails where that is not what it should be.
//
//	make night
package main

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"text/tabwriter"
	"time"
)

// step is one thing that an operator does, and what must come of it.
type step struct {
	about string
	what  string
	do    func(*night) (came string, err error)
}

func main() {
	players := flag.Int("players", 50, "how many players fly meanwhile")
	only := flag.String("only", "", "only steps about this")
	flag.Parse()
	n, err := begin(*players)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	failed := n.play(steps(), *only)
	n.end()
	if failed > 0 {
		fmt.Printf("%d steps failed\n", failed)
		os.Exit(1)
	}
}

func steps() []step {
	var all []step
	for _, part := range [][]step{shutdownSteps, freezeSteps, watchSteps, canarySteps, handSteps, cutSteps} {
		all = append(all, part...)
	}
	return all
}

// play goes through the steps, prints the table as it grows, and counts those that
// failed.
func (n *night) play(all []step, only string) (failed int) {
	w := tabwriter.NewWriter(os.Stdout, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, "ABOUT\tWHAT\tCAME OF IT\tSECONDS\tPLAYERS")
	for _, s := range all {
		if only != "" && s.about != only {
			continue
		}
		began := time.Now()
		came, err := s.do(n)
		if err != nil {
			failed++
			came = "FAILED: " + err.Error()
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%.1f\t%d\n", s.about, s.what, oneLine(came), time.Since(began).Seconds(), n.online())
		w.Flush()
	}
	return failed
}

func oneLine(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if r := []rune(s); len(r) > 150 {
		s = string(r[:149]) + "…"
	}
	return s
}
