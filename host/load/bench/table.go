package main

import (
	"fmt"
	"math"
	"os"
	"os/exec"
	"runtime"
	"time"

	"hotshard/host/load"
)

// tableCmd plays one scene after the other and prints what issue and README quote.
type tableCmd struct {
	Scripts string  `default:"scripts" help:"The folder of the game's scripts."`
	Players []int   `default:"1000,4000" help:"Fleet sizes that are compared with the floor."`
	Curve   []int   `default:"500,1000,2000" help:"Fleet sizes of the cost curve."`
	Large   int     `default:"8000" help:"The fleet that fills a core; 0 for none."`
	Fight   int     `default:"1000" help:"Players with guns, and with missiles; 0 for none."`
	Hub     int     `default:"3600" help:"Players in a port; 0 for none."`
	Rush    int     `default:"1000" help:"Players in a rush; 0 for none."`
	Seconds int     `default:"20" help:"How long each is measured."`
	Cohorts []int   `default:"-1,0" help:"From how many players in a bubble on they hear of its ticks in turns: fleets are played with each of these; negative for never, 0 for the usual number."`
	Budget  float64 `default:"30" help:"Minutes for everything; what does not fit is left out and named."`
}

// row is one line of the table.
type row struct {
	scene   string
	players int
	floor   bool
	cohorts int
}

// bench is a table in the making.
type bench struct {
	cmd  *tableCmd
	ends time.Time
	cost map[int]float64 // of fleets: CPU for a second at the full rate, by players
	left []row           // for which there was no time
}

// Run prints the table.
func (c *tableCmd) Run() error {
	b := &bench{cmd: c, ends: time.Now().Add(time.Duration(c.Budget * float64(time.Minute))), cost: map[int]float64{}}
	fmt.Printf("The server on core 0 (GOMAXPROCS=1), the players on core 1; loads in cores, times in ms. %s, %d cores.\n\n", runtime.Version(), runtime.NumCPU())
	fmt.Print(load.Header())
	for _, r := range c.rows() {
		if err := b.play(r); err != nil {
			return fmt.Errorf("%s, %d players: %w", r.scene, r.players, err)
		}
	}
	fmt.Println("\nserver*: everybody is told of every tick; server: the players of a large bubble in turns, as a shard is by itself")
	b.curve()
	if err := cores(os.Stdout, 4000); err != nil {
		return err
	}
	for _, r := range b.left {
		fmt.Printf("left out, for want of time: %s, %d players\n", r.scene, r.players)
	}
	return nil
}

// never is the value of Cohorts with which everybody hears of every tick, usual the
// one with which a shard is as it comes.
const (
	never = -1
	usual = 0
)

func (c *tableCmd) rows() []row {
	var rows []row
	add := func(scene string, players int, floor bool, cohorts ...int) {
		for _, from := range cohorts {
			rows = append(rows, row{scene, players, floor, from})
		}
	}
	for _, n := range append(c.Players, c.Large) {
		add("fleet", n, true, c.Cohorts...)
	}
	for _, n := range c.Curve {
		add("fleet", n, false, usual)
	}
	add("guns", c.Fight, false, usual)
	add("missiles", c.Fight, false, usual)
	add("hub", c.Hub, false, usual)
	add("rush", c.Rush, false, usual)
	kept := rows[:0]
	seen := map[string]bool{}
	for _, r := range rows {
		key := fmt.Sprint(r.scene, r.players, r.cohorts)
		if r.players > 0 && !seen[key] {
			seen[key] = true
			kept = append(kept, r)
		}
	}
	return kept
}

// atMost is how long a row can take: coming in, coming together, and being
// measured with the floor in turns.
func (b *bench) atMost(r row) time.Duration {
	seconds := float64(r.players)/joinRate + gatherTime + 4*float64(b.cmd.Seconds) + 30
	return time.Duration(seconds * float64(time.Second))
}

// joinRate is how many players come in a second, gatherTime how many seconds they
// have to come together.
const (
	joinRate   = 150
	gatherTime = 90
)

// play measures one row and prints it.
func (b *bench) play(r row) error {
	if time.Now().Add(b.atMost(r)).After(b.ends) {
		b.left = append(b.left, r)
		return nil
	}
	dir, err := os.MkdirTemp("", "bench-fleet-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	s, err := startServer(dir, b.cmd.Scripts, r.cohorts)
	if err != nil {
		return err
	}
	defer s.stop()
	report, err := b.players(s, r)
	if err != nil {
		return err
	}
	b.print(r, report)
	return nil
}

func (b *bench) print(r row, report *load.Report) {
	who := "server"
	if r.cohorts == never {
		who += "*"
	}
	fmt.Print(report.Figures.Line(who))
	if report.Floor != nil {
		fmt.Print(report.Floor.Line("floor"))
		fmt.Printf("%-17s server / floor: %.2f\n", "", report.Ratio)
	}
	if r.scene == "fleet" && r.cohorts == usual {
		b.cost[r.players] = report.ServerCPU
	}
}

// curve fits CPU = a * players^k to the fleets, by least squares of the logarithms.
func (b *bench) curve() {
	var n, sx, sy, sxx, sxy float64
	for players, cpu := range b.cost {
		x, y := math.Log(float64(players)), math.Log(cpu)
		n, sx, sy, sxx, sxy = n+1, sx+x, sy+y, sxx+x*x, sxy+x*y
	}
	if n < 2 {
		return
	}
	k := (n*sxy - sx*sy) / (n*sxx - sx*sx)
	fmt.Printf("cost curve: CPU grows as players^%.2f, over %d fleets\n", k, int(n))
}

// pinned is a command bound to a core, where taskset is there to do that.
func pinned(core string, args ...string) *exec.Cmd {
	if path, err := exec.LookPath("taskset"); err == nil && runtime.NumCPU() > 1 {
		args = append([]string{path, "-c", core}, args...)
	}
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Env = append(os.Environ(), "GOMAXPROCS=1")
	cmd.Stderr = os.Stderr
	return cmd
}
