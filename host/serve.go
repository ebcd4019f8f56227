package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"

	"hotshard/host/handover"
	"hotshard/host/mesh"
	"hotshard/host/server"
)

// serveCmd runs a shard until SIGTERM or SIGINT; a second one does not wait. SIGHUP reads
// the scripts and the certificate again, SIGUSR2 has the program as it is on the disk now
// take over.
type serveCmd struct {
	Listen        string        `help:"Where players and browsers connect; 127.0.0.1:7777 where left out, and nowhere for a worker of a cluster." placeholder:"ADDR:PORT"`
	Ops           string        `default:"127.0.0.1:7778" help:"The operators' page, health, metrics and profiles, for this machine only; empty for none."`
	Socket        string        `help:"The console's socket; run/console.sock below --data where left out." placeholder:"PATH"`
	SSH           string        `name:"ssh" help:"Where remote operators come in over SSH, with the keys in ssh/operators below --data; nowhere where left out." placeholder:"ADDR:PORT"`
	TLSCert       string        `name:"tls-cert" placeholder:"FILE" help:"A certificate (PEM, with its chain): players come in over TLS. It is read again when it changes."`
	TLSKey        string        `name:"tls-key" placeholder:"FILE" help:"The certificate's key."`
	FourEyes      bool          `help:"A second operator has to approve what reaches every system."`
	Scripts       string        `default:"scripts" help:"The folder of the game's scripts."`
	Data          string        `default:"data" help:"The folder for everything the shard keeps."`
	Store         string        `help:"The database, a URL or a path; hotshard.db below --data where left out." placeholder:"URL"`
	Shard         string        `default:"dev" help:"The shard's name."`
	Production    bool          `help:"Nobody gets an account by logging in, and saved scripts wait for a promote."`
	Universe      string        `help:"A map made by host import; a generated one where left out." placeholder:"FILE"`
	Seed          uint64        `default:"1" help:"Of the generated map."`
	Home          string        `help:"The system in which new characters begin." placeholder:"NAME"`
	TrustProxy    []string      `placeholder:"ADDR,..." help:"Proxies in front of --listen, addresses or networks: whom they name in X-Forwarded-For or in the PROXY protocol is who comes."`
	LimitLoopback bool          `help:"Hold 127.0.0.1 and ::1 to the limits by address, too."`
	Connections   int           `default:"4000" help:"Connections that one address may have, those of a quarter of it without anybody signed in."`
	Registrations int           `default:"20" help:"Accounts that one address may make at once; then it is one a minute."`
	Session       time.Duration `default:"336h" help:"How long a player stays signed in without playing; 90 days at most in all."`
	AcceptData    bool          `help:"The data is empty, another shard's or a production shard's, and it is meant so."`
	Record        bool          `default:"true" negatable:"" help:"Keep what happens in every system, for replay and to come back after a crash."`
	RecordKeep    time.Duration `default:"10m" help:"How far back one can go in what is recorded."`
	Backups       string        `help:"A folder for a backup of the database once a day; none are made where left out." placeholder:"DIR" type:"path"`
	BackupAt      string        `default:"04:00" help:"When, in UTC; at once where the last one is missing." placeholder:"HH:MM"`
	BackupKeep    int           `default:"7" help:"How many of them stay."`
	RecordLimit   int64         `default:"2048" help:"What is recorded takes so much at most." placeholder:"MIB"`
	UnloadAfter   time.Duration `default:"5m" help:"After so long without anybody a system is written to the disk and unloaded, until somebody needs it."`
	Loaded        int           `help:"Systems that are loaded at most: of those without players the ones that nobody has used for longest are unloaded." placeholder:"N"`
	Memory        int64         `help:"What the process is to do with; when it gets short, systems that nobody uses are unloaded." placeholder:"MIB"`
	SystemMemory  int64         `default:"256" help:"What the Lua values of one system or service may take; scripts that hold more are stopped." placeholder:"MIB"`
	Traces        string        `help:"Follow players' commands through systems, services and the store: the OTLP/HTTP address of a collector; what OTEL_EXPORTER_OTLP_ENDPOINT says where left out." placeholder:"http://HOST:4318"`
	TraceRatio    float64       `help:"The part of the commands that is followed, from 0 to 1; what OTEL_TRACES_SAMPLER_ARG says where left out, or 0.01." placeholder:"X"`
	Role          string        `help:"Its part of a cluster: proxy has players come in, worker runs systems, all does both. A shard of one process where left out." placeholder:"proxy|worker|all"`
	Join          string        `help:"The bus of the cluster, with --role: nats:// on this machine, tls:// with who comes elsewhere." placeholder:"URL"`
	Node          string        `help:"Its name in the cluster, the same after each start; the role and the number of the process where left out." placeholder:"NAME"`
	BusCA         string        `name:"bus-ca" placeholder:"FILE" help:"Who has signed the bus's certificate (PEM); whom this machine trusts where left out."`
	BusCert       string        `placeholder:"FILE" help:"A certificate (PEM) by which the bus knows the node."`
	BusKey        string        `placeholder:"FILE" help:"The certificate's key."`
	BusCreds      string        `name:"bus-credentials" placeholder:"FILE" help:"A NATS user's JWT and seed."`
	LogFormat     string        `enum:"text,json" default:"text" help:"text or json."`
}

// Run runs the shard.
func (c *serveCmd) Run() error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop)   // a second one ends the process at once
	signal.Ignore(syscall.SIGPIPE) // whoever read the log or the banner may be gone: the shard is not for that
	hup, again := make(chan os.Signal, 1), make(chan os.Signal, 1)
	signal.Notify(hup, syscall.SIGHUP)
	defer signal.Stop(hup)
	upgrades(again)
	defer signal.Stop(again)
	from, err := handover.Inherited()
	if err != nil {
		return err
	}
	if c.Listen == "" && mesh.Role(c.Role) != mesh.Worker {
		c.Listen = "127.0.0.1:7777"
	}
	s, err := server.New(server.Config{
		Cluster: server.Cluster{Role: mesh.Role(c.Role), Join: c.Join, Node: c.Node, CA: c.BusCA, Cert: c.BusCert, Key: c.BusKey, Credentials: c.BusCreds},
		Listen:  c.Listen, Ops: c.Ops, Socket: c.Socket, SSH: c.SSH, TLSCert: c.TLSCert, TLSKey: c.TLSKey, FourEyes: c.FourEyes, Scripts: c.Scripts, Data: c.Data, Store: c.Store, Shard: c.Shard,
		Production: c.Production, Universe: c.Universe, Seed: c.Seed, Home: c.Home, LogFormat: c.LogFormat,
		TrustProxy: c.TrustProxy, LimitLoopback: c.LimitLoopback, Connections: c.Connections, Registrations: c.Registrations, SessionIdle: c.Session, AcceptData: c.AcceptData,
		Backups:     server.Backups{Dir: c.Backups, At: c.BackupAt, Keep: c.BackupKeep},
		Record:      server.Recorded{Off: !c.Record, Keep: c.RecordKeep, Limit: c.RecordLimit << 20},
		UnloadAfter: c.UnloadAfter, Loaded: c.Loaded, Memory: c.Memory << 20, SystemMemory: c.SystemMemory << 20,
		Traces: c.Traces, TraceRatio: c.TraceRatio,
		Version: programVersion(), Out: os.Stdout, From: from, Args: os.Args[1:],
	})
	if err != nil {
		return err
	}
	go signals(ctx, hup, again, s)
	go flock(ctx, stop)
	if err := s.Run(ctx); err != nil || !s.Succeeded() {
		return err
	}
	if ctx.Err() != nil { // it came when this was the shard's no more
		passOn(s, syscall.SIGTERM)
	}
	return shepherd(s.Successor())
}

// signals reads the scripts again at each SIGHUP and has another process take over at each
// SIGUSR2, until ctx ends. Once that has happened they are meant for the other process.
func signals(ctx context.Context, hup, again <-chan os.Signal, s *server.Server) {
	for {
		select {
		case sig := <-hup:
			if !passOn(s, sig) {
				s.Rescan(ctx)
			}
		case sig := <-again:
			if !passOn(s, sig) {
				go s.UpgradeBySignal(ctx) // refused where one is under way
			}
		case <-ctx.Done():
			return
		}
	}
}

// passOn gives a signal to the process that has taken over; false where none has.
func passOn(s *server.Server, sig os.Signal) bool {
	if !s.Succeeded() {
		return false
	}
	p, err := os.FindProcess(s.Successor())
	if err == nil {
		_ = p.Signal(sig) // one that is gone needs none
	}
	return true
}
