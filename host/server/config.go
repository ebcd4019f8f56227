package server

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"time"

	"hotshard/data/store"
	"hotshard/host/handover"
	"hotshard/runtime/clock"
	"hotshard/runtime/gate/peer"
	"hotshard/runtime/world"
)

// Config is everything that can be said to a shard from outside. Empty paths are
// found below Data.
type Config struct {
	Listen     string      // players and the page; "" for a worker of a cluster that has none
	Clock      clock.Clock // the machine's where nil
	Ops        string      // the operators' page, health, metrics and profiles; "" for none
	Socket     string      // the console's; "" for Data/run/console.sock
	SSH        string      // remote operators; "" for none
	TLSCert    string      // PEM files of the certificate that players' connections are encrypted with,
	TLSKey     string      // and of its key; "" for none
	FourEyes   bool        // a second operator approves what reaches every system
	Scripts    string
	Data       string
	Store      string // URL or path; "" for Data/hotshard.db
	Shard      string // its name
	Production bool
	Universe   string // a map's file; "" for the generated one
	Seed       uint64 // of the generated map
	Home       string // the system new characters begin in; "" for one that suits
	LogFormat  string // text or json

	TrustProxy    []string      // addresses and networks of proxies that say whom they speak for
	LimitLoopback bool          // this machine's own address is held to the limits by address
	Connections   int           // that one network may have; 0 for the door's own
	Registrations int           // accounts that one network may make at once, and then one a minute; 0 for the gate's own
	SessionIdle   time.Duration // how long a player stays signed in without playing; 0 for the store's own
	AcceptData    bool          // data that is empty, another shard's or a production shard's is what was meant
	Record        Recorded      // what is kept of what happens, to run it again
	Traces        string        // where the spans of followed commands go: the URL of a collector; "" for what the environment says
	TraceRatio    float64       // the part of the commands that is followed; 0 for what the environment says, or one in a hundred
	Backups       Backups       // of the database, once a day
	Cluster       Cluster       // which part of one the process is
	Version       string
	proxies       peer.Proxies

	From *handover.Conn // another process gives this one its shard; nil where nobody does
	Args []string       // of this program, for one that takes over from it

	Out io.Writer    // where the banner goes; nil for nowhere
	Log *slog.Logger // instead of one made from LogFormat

	Map          *world.Universe // instead of Universe and Seed
	HashCost     store.HashCost  // of passwords; zero for the store's own
	UnloadAfter  time.Duration   // of a system nobody uses; 0 for five minutes
	Loaded       int             // systems that are loaded at most, where the others are not used; 0 for any number
	SystemMemory int64           // bytes of Lua values that one system or service may hold; 0 for the engine's own
	Memory       int64           // bytes of memory that the process is to do with; 0 for any
	Linger       time.Duration   // of a player whose socket went; 0 for the gate's own
	SignInTime   time.Duration   // for somebody to sign in on a socket; 0 for the gate's own
	HTTPTime     time.Duration   // for a request on the players' port, and for its answer; 0 for the door's own
	CohortsFrom  int             // players in a bubble from which on they hear of ticks in turns; 0 for the system's own, negative for never
}

// Recorded says how much is recorded. Zero fields are for record's own.
type Recorded struct {
	Off   bool
	Keep  time.Duration // how far back one can go
	Every time.Duration // from one image of a system to the next
	Limit int64         // bytes in all
}

// leastSystemMemory is the least that a system can be given to hold its Lua values in.
const leastSystemMemory = 16 << 20

// fill sets what was left open and refuses what cannot be.
func (c *Config) fill() error {
	if c.Clock == nil {
		c.Clock = clock.Machine{}
	}
	if c.Data == "" {
		c.Data = "data"
	}
	if c.Scripts == "" {
		c.Scripts = "scripts"
	}
	if c.Shard == "" {
		c.Shard = "dev"
	}
	if c.Store == "" {
		c.Store = filepath.Join(c.Data, "hotshard.db")
	}
	if c.Socket == "" {
		c.Socket = filepath.Join(c.Data, "run", "console.sock")
	}
	if c.UnloadAfter == 0 {
		c.UnloadAfter = 5 * time.Minute
	}
	if c.Out == nil {
		c.Out = io.Discard
	}
	if c.LogFormat != "" && c.LogFormat != "text" && c.LogFormat != "json" {
		return fmt.Errorf("--log-format is text or json, not %s", c.LogFormat)
	}
	if err := c.fillCluster(); err != nil {
		return err
	}
	var err error
	if c.proxies, err = peer.ParseProxies(c.TrustProxy); err != nil {
		return fmt.Errorf("--trust-proxy: %w", err)
	}
	if c.Connections < 0 || c.Registrations < 0 || c.SessionIdle < 0 {
		return errors.New("--connections, --registrations and --session cannot be negative")
	}
	if c.UnloadAfter < 0 || c.Loaded < 0 || c.Memory < 0 {
		return errors.New("--unload-after, --loaded and --memory cannot be negative; 0 for --loaded and --memory is no limit")
	}
	if c.SystemMemory != 0 && c.SystemMemory < leastSystemMemory {
		return fmt.Errorf("--system-memory is at least %d MiB: the scripts alone take some, and 0 is what is usual", leastSystemMemory>>20)
	}
	if c.Record.Keep < 0 || c.Record.Every < 0 || c.Record.Limit < 0 {
		return errors.New("--record-keep and --record-limit cannot be negative; --no-record records nothing")
	}
	if _, err := c.encrypted(); err != nil {
		return err
	}
	if err := c.Backups.fill(); err != nil {
		return err
	}
	if err := Loopback(c.Ops); err != nil {
		return fmt.Errorf("--ops: %w", err)
	}
	return nil
}

// Loopback refuses an address that others could reach: profiles and metrics, say, are for
// whoever sits at the machine.
func Loopback(addr string) error {
	if addr == "" {
		return nil
	}
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return err
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return fmt.Errorf("%s is not on this machine alone: use 127.0.0.1", addr)
	}
	return nil
}

// handler makes the log's destination.
func (c *Config) handler() slog.Handler {
	if c.Log != nil {
		return c.Log.Handler()
	}
	if c.LogFormat == "json" {
		return slog.NewJSONHandler(os.Stderr, nil)
	}
	return slog.NewTextHandler(os.Stderr, nil)
}
