package command

import (
	"context"
	"slices"
	"time"
)

// Cluster tells of the nodes that a shard of several processes has, and has them run something else.
// Whichever node is asked, it is the same cluster.
type Cluster interface {
	ListNodes(ctx context.Context) ([]ClusterNode, error)
	// Move has a system or service run on the node of a name. It returns when it does; after
	// an error it runs where it did.
	Move(ctx context.Context, what, node string) error
	// Drain moves everything away from a node, and has nothing come there any more; Undrain
	// lets it take systems again.
	Drain(ctx context.Context, node string) error
	Undrain(ctx context.Context, node string) error
	// Pin has a system or service begin on a node whenever nobody runs it, and brings it there;
	// "" lets it be anywhere.
	Pin(ctx context.Context, what, node string) error
	// Balance moves systems so that nodes have about as much to do, or only says what it would
	// move; a sentence each.
	Balance(ctx context.Context, plan bool) ([]string, error)
	// Away is the node that runs a system or service, where that is another one; "" where it runs
	// here, or nobody is known to.
	Away(ctx context.Context, what string) string
	// RunOn runs a line at another node, as whoever has typed it here.
	RunOn(ctx context.Context, node string, l RemoteLine) (Result, error)
}

// RemoteLine is a line that is run at another node, and whose it is.
type RemoteLine struct {
	Line, Who, From, Confirm string
	Role                     Role
	JSON                     bool
}

// ClusterNode is one line about a node.
type ClusterNode struct {
	Name    string
	Role    string
	This    bool // it is the one that was asked
	Drained bool
	Release int
	Hash    string  // of the release
	Differ  int     // files on its disk that are not as it runs them
	Systems int     // and services that run there
	Players int     // in its systems
	Home    int     // players whose sockets it has
	Busy    float64 // cores that its systems take, of late
}

// clusterPatience bounds what another node is waited for.
const clusterPatience = 50 * time.Second

func init() {
	offered := func(s Shard) bool { return s.Cluster != nil }
	register([]Command{{
		Name: "nodes", Short: "the processes of the cluster: what they run, who is at home there, which release",
		Example: "nodes", Offered: offered, Run: runNodes,
	}, {
		Name: "move", Args: "@SYSTEM|SERVICE NODE", Short: "have a system or a service run on another node, with all that goes on in it; nobody is disconnected",
		Example: "move @Jita w2", Role: Operator, Changes: true, Takes: []Kind{NodeWord, NodeWord}, Offered: offered, Run: runMove,
	}, {
		Name: "drain", Args: "NODE", Short: "move all that runs on a node to the others, and have nothing come there: before it is stopped",
		Example: "drain w2", Role: Operator, Changes: true, Takes: []Kind{NodeWord}, Offered: offered, Run: runDrain,
	}, {
		Name: "undrain", Args: "NODE", Short: "have a node take systems again",
		Example: "undrain w2", Role: Operator, Changes: true, Takes: []Kind{NodeWord}, Offered: offered, Run: runUndrain,
	}, {
		Name: "pin", Args: "@SYSTEM|SERVICE NODE", Short: "have a system or a service run on a node, now and whenever it begins while the node is there; balance leaves it there",
		Example: "pin @Jita w2", Role: Operator, Changes: true, Takes: []Kind{NodeWord, NodeWord}, Offered: offered, Run: runPin,
	}, {
		Name: "unpin", Args: "@SYSTEM|SERVICE", Short: "let a system or a service be on any node; it stays where it is",
		Example: "unpin @Jita", Role: Operator, Changes: true, Offered: offered, Run: runUnpin,
	}, {
		Name: "balance", Args: "[--plan]", Short: "measure for two seconds what all systems take, and move some from the busiest nodes to the others; --plan only says which",
		Example: "balance --plan", Role: Operator, Changes: true, Flags: []Flag{planFlag}, Offered: offered, Run: runBalance,
	}, {
		Name: "on", Args: "NODE COMMAND", Short: "run a command at another node: what is about single systems is done where they run",
		Example: "on w2 system @Jita", Code: true, Takes: []Kind{NodeWord}, Offered: offered, Run: runOn,
	}})
}

func runOn(ctx context.Context, s *Session, a Args) (Result, error) {
	if a.Word(0) == "" || a.Code == "" {
		return Result{}, Refuse(CodeUsage, "what, and where? for instance on w2 system @Jita")
	}
	return s.over(ctx, a.Word(0), a.Code, a.Confirm)
}

func runNodes(ctx context.Context, s *Session, a Args) (Result, error) {
	all, err := s.Shard.Cluster.ListNodes(ctx)
	if err != nil {
		return Result{}, err
	}
	t := &Table{Columns: columns("name", "role", "this", "drained", "systems", "players", "home", "cores:0.00", "release", "hash")}
	for _, n := range all {
		t.Rows = append(t.Rows, []any{n.Name, n.Role, n.This, n.Drained, n.Systems, n.Players, n.Home, n.Busy, n.Release, n.Hash[:min(len(n.Hash), 12)]})
	}
	t.Note = skew(all)
	return Result{Table: t}, a.none(0)
}

// away is the node at which a command is to be done that is about what runs there, "" for this one.
func (s *Session) away(ctx context.Context, c *Command, a Args) string {
	if s.Shard.Cluster == nil || !c.There {
		return ""
	}
	switch {
	case len(a.Systems) == 1:
		return s.Shard.Cluster.Away(ctx, "@"+a.Systems[0])
	case c.Thing && len(a.Systems) == 0 && len(a.Words) == 1:
		return s.Shard.Cluster.Away(ctx, a.Words[0])
	}
	return ""
}

// over runs a line at another node.
func (s *Session) over(ctx context.Context, node, line, confirm string) (Result, error) {
	ctx, cancel := context.WithTimeout(ctx, clusterPatience)
	defer cancel()
	return s.Shard.Cluster.RunOn(ctx, node, RemoteLine{Line: line, Who: s.Who, From: s.From, Confirm: confirm, Role: s.Role, JSON: s.JSON})
}

// nodeColumn puts the node of a row behind its name, where there are several.
func (s *Session) nodeColumn(t *Table, nodes []string) *Table {
	if s.Shard.Cluster == nil {
		return t
	}
	t.Columns = slices.Insert(t.Columns, 1, columns("node")...)
	for i := range t.Rows {
		t.Rows[i] = slices.Insert(t.Rows[i], 1, any(nodes[i]))
	}
	return t
}

// nodeFlag takes what runs on one node only.
var nodeFlag = Flag{Name: "--node", Takes: "NODE", Help: "of one node of the cluster"}

// clusterFlag asks for all nodes.
var clusterFlag = Flag{Name: "--cluster", Help: "of each node of the cluster"}

// clusterStatus says which release each node runs.
func clusterStatus(ctx context.Context, s *Session, a Args) (Result, error) {
	if s.Shard.Cluster == nil {
		return Result{}, Refuse(CodeFailed, "this shard is one process, and no cluster")
	}
	all, err := s.Shard.Cluster.ListNodes(ctx)
	if err != nil {
		return Result{}, err
	}
	t := &Table{Columns: columns("name", "release", "hash", "disk")}
	for _, n := range all {
		disk := "as it runs"
		if n.Differ > 0 {
			disk = count(n.Differ, "file") + " not as it runs"
		}
		t.Rows = append(t.Rows, []any{n.Name, n.Release, n.Hash, disk})
	}
	t.Note = skew(all)
	return Result{Table: t}, a.none(0)
}

// skew is what to say where nodes run different releases, "" where they do not.
func skew(all []ClusterNode) string {
	for _, n := range all {
		if n.Hash != all[0].Hash {
			return "the nodes run different releases: what the last outcome was, on NODE reload status says"
		}
	}
	return ""
}

// whatAndWhere reads what is to run somewhere, and where.
func whatAndWhere(a Args) (what, node string, err error) {
	what, node = a.Word(0), a.Word(1)
	if len(a.Systems) > 0 {
		name, err := a.System()
		if err != nil {
			return "", "", Refuse(CodeUsage, "%v", err)
		}
		what, node = "@"+name, a.Word(0)
	}
	if what == "" || node == "" || len(a.Words)+len(a.Systems) > 2 {
		return "", "", Refuse(CodeUsage, "what, and where? for instance @Jita w2; nodes lists the nodes")
	}
	return what, node, nil
}

func runMove(ctx context.Context, s *Session, a Args) (Result, error) {
	what, node, err := whatAndWhere(a)
	if err != nil {
		return Result{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, clusterPatience)
	defer cancel()
	if err := s.Shard.Cluster.Move(ctx, what, node); err != nil {
		return Result{}, err
	}
	return text("%s runs on %s", what, node), nil
}

func runPin(ctx context.Context, s *Session, a Args) (Result, error) {
	what, node, err := whatAndWhere(a)
	if err != nil {
		return Result{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, clusterPatience)
	defer cancel()
	if err := s.Shard.Cluster.Pin(ctx, what, node); err != nil {
		return Result{}, err
	}
	return text("%s is pinned to %s", what, node), nil
}

func runUnpin(ctx context.Context, s *Session, a Args) (Result, error) {
	what := a.Word(0)
	if len(a.Systems) == 1 {
		what = "@" + a.Systems[0]
	}
	if what == "" || len(a.Words)+len(a.Systems) != 1 {
		return Result{}, Refuse(CodeUsage, "what? for instance unpin @Jita")
	}
	if err := s.Shard.Cluster.Pin(ctx, what, ""); err != nil {
		return Result{}, err
	}
	return text("%s may run on any node", what), nil
}

func runBalance(ctx context.Context, s *Session, a Args) (Result, error) {
	if err := a.none(0); err != nil {
		return Result{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, clusterPatience)
	defer cancel()
	moves, err := s.Shard.Cluster.Balance(ctx, a.Plan)
	t := &Table{Columns: columns("move"), None: "the nodes have about as much to do: nothing is moved"}
	for _, m := range moves {
		t.Rows = append(t.Rows, []any{m})
	}
	if len(moves) > 0 && a.Plan {
		t.Note = "nothing was moved: balance does it"
	}
	return Result{Table: t}, err
}

func runDrain(ctx context.Context, s *Session, a Args) (Result, error) {
	node := a.Word(0)
	if err := oneNode(a); err != nil {
		return Result{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, clusterPatience)
	defer cancel()
	if err := s.Shard.Cluster.Drain(ctx, node); err != nil {
		return Result{}, err
	}
	return text("nothing runs on %s any more, and nothing comes there: it may be stopped", node), nil
}

func runUndrain(ctx context.Context, s *Session, a Args) (Result, error) {
	if err := oneNode(a); err != nil {
		return Result{}, err
	}
	if err := s.Shard.Cluster.Undrain(ctx, a.Word(0)); err != nil {
		return Result{}, err
	}
	return text("%s takes systems again", a.Word(0)), nil
}

func oneNode(a Args) error {
	if a.Word(0) == "" {
		return Refuse(CodeUsage, "which node? nodes lists them")
	}
	return a.none(1)
}

// nodesLike are the names of nodes, for completion.
func (s *Session) nodesLike(ctx context.Context, typed string) []string {
	all, err := s.Shard.Cluster.ListNodes(ctx)
	if err != nil {
		return nil
	}
	names := make([]string, len(all))
	for i, n := range all {
		names[i] = n.Name
	}
	return matching(names, "", typed)
}
