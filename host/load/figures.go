package load

import (
	"fmt"
	"io"
	"math"
	"math/bits"
	"os"
	"strings"
	"time"
)

// Options say what to play.
type Options struct {
	URL      string // ws://HOST:PORT/play
	Ops      string // http://HOST:PORT; "" for no figures of the server
	Players  int
	Scene    string        // fleet, guns, missiles, hub, market, rush or leave
	Measure  time.Duration // once all are there
	Join     int           // players a second
	Gather   time.Duration // at most, until all are there
	Password string
	Prefix   string // of the players' names
	Seed     uint64
	Rounds   int           // how often everybody comes and leaves in the scene leave
	Settle   time.Duration // how long the server's memory may take to be back after that
	Floor    bool          // play a broadcaster too, in turns
	FloorCPU int           // core to bind it to, negative for none

	// FloorBytes is what an order adds to what the broadcaster sends everybody: the
	// course of a ship, packed, is 32 bytes. 0: as much as with the shard.
	FloorBytes int

	// Meanwhile is what is done to the shard while it is played: it is measured before for
	// Measure, and then for as long as this takes. nil for nothing.
	Meanwhile func() error

	Progress io.Writer
	Stop     <-chan os.Signal // ends the run early; nil for never
}

// Figures are what a number of players felt and what it cost. Times are in
// milliseconds, loads in cores (1 is one core, busy).
type Figures struct {
	Scene       string  `json:"scene"`
	Players     int     `json:"players"` // wanted
	Joined      int     `json:"joined"`  // in the game at the end
	Seconds     float64 `json:"seconds"` // measured
	IAp50       float64 `json:"ia_p50_ms"`
	IAp99       float64 `json:"ia_p99_ms"`
	IAmax       float64 `json:"ia_max_ms"`
	EchoP50     float64 `json:"echo_p50_ms"`
	EchoP99     float64 `json:"echo_p99_ms"`
	BytesPerS   float64 `json:"bytes_per_s"`  // to all players together
	FramesPerS  float64 `json:"frames_per_s"` // messages, likewise
	Missed      int64   `json:"missed"`       // messages about a tick that others in the bubble got
	Disconnects int     `json:"disconnects"`  // that nobody asked for, since the start
	Orders      int64   `json:"orders"`       // commands sent
	Refused     int64   `json:"refused"`      // of these, answered with a refusal
	Unanswered  int64   `json:"unanswered"`   // of these, without an echo until the next one
	Lost        int64   `json:"lost"`         // commands that were not answered in five seconds
	Twice       int64   `json:"twice"`        // answers that nobody waited for
	GapP50      float64 `json:"gap_p50_ms"`   // of the longest time that each player heard of no tick
	GapP99      float64 `json:"gap_p99_ms"`
	GapMax      float64 `json:"gap_max_ms"`
	Deals       int64   `json:"deals"`       // orders that the market has taken, changed or ended
	Trades      int64   `json:"trades"`      // of these, orders that were filled at once, all or in part
	DealP50     float64 `json:"deal_p50_ms"` // from such an order to its answer
	DealP99     float64 `json:"deal_p99_ms"`
	DealMax     float64 `json:"deal_max_ms"`
	Deaths      int     `json:"deaths"`      // ships lost, since the start
	Queued      int     `json:"queued"`      // of the joined, those who wait for a seat at the end
	Returns     int     `json:"returns"`     // fights taken up again after that, likewise
	Fighting    int     `json:"fighting"`    // players in the fight at the end
	Fleeing     int     `json:"fleeing"`     // ... in pods on the way to the station
	SettingOut  int     `json:"setting_out"` // ... in a new ship, docked or on the way back
	AwayMax     float64 `json:"away_max_s"`  // the longest that anybody was out of the fight
	LoadCPU     float64 `json:"load_cpu"`
	ServerCPU   float64 `json:"server_cpu"`
	ServerRSS   float64 `json:"server_rss_mb"`
	TickP50     float64 `json:"tick_p50_ms"` // what a tick takes, as the server says
	TickP99     float64 `json:"tick_p99_ms"`
	DilationMin float64 `json:"dilation_min"`
}

// Report is a run.
type Report struct {
	Figures
	Floor *Figures `json:"floor,omitempty"`
	Calm  *Figures `json:"calm,omitempty"`      // before Options.Meanwhile
	Ratio float64  `json:"cpu_ratio,omitempty"` // of the server's CPU a tick message to the floor's

	Memory *Memory `json:"memory,omitempty"` // of the scene leave
}

// String is the report for people.
func (r *Report) String() string {
	var b strings.Builder
	b.WriteString(Header())
	b.WriteString(r.Figures.Line("server"))
	if r.Floor != nil {
		b.WriteString(r.Floor.Line("floor"))
		fmt.Fprintf(&b, "the server's CPU for a tick is %.2f times the floor's\n", r.Ratio)
	}
	if r.Memory != nil {
		b.WriteString(r.Memory.String())
	}
	return b.String()
}

// Header is the line above the Lines of figures.
func Header() string {
	return fmt.Sprintf("%-9s %-7s %13s %24s %15s %9s %8s %7s %7s %6s %6s %6s %7s %5s\n", "scene", "", "joined", "between ticks p50/99/max",
		"echo p50/99", "MB/s", "frames/s", "missed", "lost", "deaths", "load", "server", "RSS MB", "dil.")
}

// Line is the figures as one line of a table.
func (f *Figures) Line(who string) string {
	return fmt.Sprintf("%-9s %-7s %6d/%6d %10.1f %6.1f %6.1f %7.1f %7.1f %9.2f %8.0f %7d %7d %6d %6.3f %6.3f %7.1f %5.2f\n", f.Scene, who, f.Joined, f.Players,
		f.IAp50, f.IAp99, f.IAmax, f.EchoP50, f.EchoP99, f.BytesPerS/1e6, f.FramesPerS, f.Missed, f.Disconnects, f.Deaths, f.LoadCPU, f.ServerCPU, f.ServerRSS, f.DilationMin)
}

// histogram counts durations in steps of about 1.6 % (64 to each doubling).
type histogram struct {
	counts [64 * 42]uint32 // of microseconds
	n      uint64
	max    int64 // ns
}

func (h *histogram) add(ns int64) {
	h.n++
	h.max = max(h.max, ns)
	h.counts[bucket(uint64(max(0, ns)/1000))]++
}

// merge adds what another histogram has counted.
func (h *histogram) merge(g *histogram) {
	h.n += g.n
	h.max = max(h.max, g.max)
	for i, c := range g.counts {
		h.counts[i] += c
	}
}

// bucket numbers the steps: exact below 128 us, then by the seven highest bits.
func bucket(us uint64) int {
	if us < 128 {
		return int(us)
	}
	shift := bits.Len64(us) - 7
	return min(64*shift+int(us>>shift), 64*42-1)
}

// lower is the smallest duration of a step, in microseconds.
func lower(i int) float64 {
	if i < 128 {
		return float64(i)
	}
	shift := i/64 - 1
	return math.Ldexp(float64(i-64*shift), shift)
}

// quantile returns the duration in milliseconds below which the part q lies.
func (h *histogram) quantile(q float64) float64 {
	rank := uint64(q * float64(h.n))
	for i, c := range h.counts {
		if rank < uint64(c) {
			return lower(i) / 1000
		}
		rank -= uint64(c)
	}
	return float64(h.max) / 1e6
}
