package main

import (
	"fmt"
	"math"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"time"

	"hotshard/host/load"
)

// tableCmd plays one scene after the other and prints how each went.
type tableCmd struct {
	Scripts  string  `default:"scripts" help:"The folder of the game's scripts."`
	Full     bool    `help:"Play everything the table has: with these figures, where no others are given, and in about an hour and a half."`
	Players  []int   `help:"Fleet sizes that are compared with the floor (1000, 4000)."`
	Curve    []int   `help:"Fleet sizes of the cost curve (500, 2000; full: 500, 1000, 2000, 4000, 8000)."`
	Large    int     `default:"-1" help:"The fleet that fills a core; 0 for none (8000)."`
	Guns     []int   `help:"Players in fights with guns (4000; full: 1000, 4000)."`
	Missiles []int   `help:"Players in fights with missiles (4000; full: 1000, 4000, 7000)."`
	Hub      int     `default:"-1" help:"Players in a port; 0 for none (3600)."`
	Market   int     `default:"-1" help:"Players who trade in a port; 0 for none (3600)."`
	Rush     int     `default:"-1" help:"Players in a rush at a system for three quarters of them; 0 for none (1000; full: 4000)."`
	Leave    int     `default:"-1" help:"Joins in the scene in which all leave again, ten for each player; 0 for none (0; full: 10000)."`
	Settle   int     `default:"600" help:"Seconds the server's memory may take to be back after that."`
	Seconds  int     `default:"20" help:"How long each is measured."`
	Battle   int     `default:"60" help:"How long fights of 7000 and more are."`
	Cohorts  []int   `help:"From how many players in a bubble on they hear of its ticks in turns: fleets are played with each of these; negative for never, 0 for the usual number (0; full: -1, 0)."`
	Budget   float64 `default:"0" help:"Minutes for everything; what does not fit is left out and named (20; full: 120)."`
}

// fill sets what was left open.
func (c *tableCmd) fill() {
	lists := []struct {
		of          *[]int
		short, full []int
	}{
		{&c.Players, []int{1000, 4000}, []int{1000, 4000}},
		{&c.Curve, []int{500, 2000}, []int{500, 1000, 2000, 4000, 8000}},
		{&c.Guns, []int{4000}, []int{1000, 4000}},
		{&c.Missiles, []int{4000}, []int{1000, 4000, 7000}},
		{&c.Cohorts, []int{usual}, []int{never, usual}},
	}
	for _, l := range lists {
		switch {
		case len(*l.of) > 0:
		case c.Full:
			*l.of = l.full
		default:
			*l.of = l.short
		}
	}
	counts := []struct {
		of          *int
		short, full int
	}{{&c.Large, 8000, 8000}, {&c.Hub, 3600, 3600}, {&c.Market, 3600, 3600}, {&c.Rush, 1000, 4000}, {&c.Leave, 0, 10_000}}
	for _, n := range counts {
		switch {
		case *n.of >= 0:
		case c.Full:
			*n.of = n.full
		default:
			*n.of = n.short
		}
	}
	if c.Budget == 0 {
		c.Budget = 20
		if c.Full {
			c.Budget = 120
		}
	}
}

// row is one line of the table.
type row struct {
	scene   string
	players int
	floor   bool
	cohorts int
	seats   int // in the system; 0 for as many as come
	seconds int // measured
	rounds  int // of coming and leaving
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
	c.fill()
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

// rows lists what is played, nothing twice.
func (c *tableCmd) rows() []row {
	var rows []row
	add := func(r row) {
		if r.seconds == 0 {
			r.seconds = c.Seconds
		}
		if r.players > 0 && !slices.ContainsFunc(rows, r.covers) {
			rows = append(rows, r)
		}
	}
	for _, n := range append(slices.Clone(c.Players), c.Large) {
		for _, from := range c.Cohorts {
			add(row{scene: "fleet", players: n, floor: true, cohorts: from})
		}
	}
	for _, n := range c.Curve {
		add(row{scene: "fleet", players: n})
	}
	for _, n := range c.Guns {
		add(row{scene: "guns", players: n, seconds: c.battle(n)})
	}
	for _, n := range c.Missiles {
		add(row{scene: "missiles", players: n, seconds: c.battle(n)})
	}
	add(row{scene: "hub", players: c.Hub})
	add(row{scene: "market", players: c.Market})
	add(row{scene: "rush", players: c.Rush, seats: c.Rush * 3 / 4})
	add(row{scene: "leave", players: c.Leave / leaveRounds, rounds: leaveRounds})
	return rows
}

// covers says whether another row has measured the same already.
func (r row) covers(other row) bool {
	return r.scene == other.scene && r.players == other.players && r.cohorts == other.cohorts
}

// battle is how long a fight is measured, in seconds: the largest is slow, and to be
// played to its end.
func (c *tableCmd) battle(players int) int {
	if players >= 7000 {
		return max(c.Seconds, c.Battle)
	}
	return c.Seconds
}

// leaveRounds is how often the same players come and leave: the fewer at once, the
// less the server keeps for the next crowd.
const leaveRounds = 10

// atMost is how long a row can take: coming in, coming together, and being
// measured, with a floor in turns, or again and again.
func (b *bench) atMost(r row) time.Duration {
	seconds := float64(r.players)/joinRate + gatherTime + float64(r.seconds)
	switch {
	case r.floor:
		seconds += 3 * float64(r.seconds)
	case r.scene == "rush":
		seconds += rushTime
	case r.rounds > 0:
		seconds = float64(r.rounds)*(seconds+10) + float64(b.cmd.Settle)
	}
	return time.Duration((seconds + 30) * float64(time.Second))
}

// joinRate is how many players come in a second, gatherTime how many seconds they
// have to come together, rushTime in how many all come in a rush.
const (
	joinRate   = 150
	gatherTime = 90
	rushTime   = 60
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
	var more []string
	if r.scene == "market" {
		more = append(more, "--stake")
	}
	s, err := startServer(dir, b.cmd.Scripts, r, more...)
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
	f := &report.Figures
	switch r.scene {
	case "guns", "missiles":
		fmt.Printf("%-17s %d of %d accounted for: %d fight, %d in pods, %d on the way back; %d lost ships, %d came back, the slowest after %.0f s; tick %.0f / %.0f ms\n", "",
			f.Fighting+f.Fleeing+f.SettingOut, f.Players, f.Fighting, f.Fleeing, f.SettingOut, f.Deaths, f.Returns, f.AwayMax, f.TickP50, f.TickP99)
	case "market":
		fmt.Printf("%-17s %d orders, %d of them filled at once; answered after %.1f ms, p99 %.1f, the slowest %.1f; tick %.1f / %.1f ms\n", "", f.Deals, f.Trades, f.DealP50, f.DealP99, f.DealMax, f.TickP50, f.TickP99)
	case "rush":
		fmt.Printf("%-17s %d seats: %d have one, %d a place in the queue\n", "", r.seats, f.Joined-f.Queued, f.Queued)
	case "leave":
		fmt.Printf("%-17s %s", "", report.Memory)
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
