package command

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Economy looks into the books and, from a faucet with a name, gives. who is the name or
// the number of a character. Money is in hundredths.
type Economy interface {
	// Grant gives so many of a type, or of money, for a reason that goes into the books.
	Grant(ctx context.Context, who, what string, n int64, reason, author string) (Granted, error)
	// Wallet returns somebody's name and money.
	Wallet(ctx context.Context, who string) (name string, balance int64, err error)
	// Ledger returns what the books have of a character, a type, or an order by its
	// number: the newest first, at most limit lines.
	Ledger(ctx context.Context, of string, since time.Time, limit int) ([]Posting, error)
	// AuditBooks proves the books as they are at this moment.
	AuditBooks(ctx context.Context) (Books, error)
}

// Granted is what somebody was given, and where it lies.
type Granted struct {
	Name, Type, Location string
	Has                  int64 // there, now
}

// Posting is a line of the books: what of a holding came or, below zero, went, and why.
type Posting struct {
	At       time.Time
	Entry    int64
	Holder   string
	Location string
	Type     string
	Quantity int64
	Cause    string
	By       string // who wanted it, a character or an operator
	System   string
	Release  int
	Key      string // the actor's own name for what they asked
	Note     string
}

// Books is how the books stand. Line is that in a line.
type Books struct {
	Line               string
	Wrong              []string
	Postings, Holdings int64
}

// whyFlag is for grant alone.
var whyFlag = Flag{"--why", "TEXT", "what for; it goes into the books and the audit log", nil}

// ledgerLimit is how many lines are shown unless more are asked for.
const ledgerLimit = 50

func init() {
	offered := func(s Shard) bool { return s.Economy != nil }
	register([]Command{{
		Name: "grant", Args: "PLAYER money|TYPE N", Short: "give a player money, in hundredths, or things; they come from the faucet called grant",
		Example: `grant Ada money 100000 --why "lost in the outage"`, Role: Operator, Changes: true, Flags: []Flag{whyFlag}, Takes: []Kind{PlayerWord}, Offered: offered,
		Check: checkGrant, Run: runGrant,
	}, {
		Name: "wallet", Args: "PLAYER", Short: "how much money a player has",
		Example: "wallet Ada", Role: Operator, Takes: []Kind{PlayerWord}, Offered: offered, Run: runWallet,
	}, {
		Name: "ledger", Args: "PLAYER|TYPE|ORDER", Short: "what the books have of a player, a type of things or an order, the newest first",
		Example: "ledger Ada --since 2h", Role: Operator, Flags: []Flag{sinceFlag, limitFlag}, Takes: []Kind{PlayerWord}, Offered: offered, Run: runLedger,
	}, {
		Name: "audit-books", Short: "prove that nothing was made or lost by mistake",
		Example: "audit-books", Role: Operator, Offered: offered, Run: runAuditBooks,
	}})
}

// checkGrant reads the arguments, and wants an admin on a production shard.
func checkGrant(_ context.Context, s *Session, a Args) error {
	if _, err := grantCount(a); err != nil {
		return err
	}
	if s.Role < Admin && s.Shard.Identify().Production {
		return Refuse(CodeRole, "what is given on a production shard takes the role admin; you are %s", s.Role)
	}
	return nil
}

// grantCount is how many are given.
func grantCount(a Args) (int64, error) {
	if a.Word(2) == "" || a.Given(whyFlag) == "" {
		return 0, Refuse(CodeUsage, `grant whom what, how many, and why? As in: grant Ada money 100000 --why "lost in the outage"`)
	}
	n, err := strconv.ParseInt(a.Word(2), 10, 64)
	if err != nil || n < 1 {
		return 0, Refuse(CodeUsage, "%q is no whole number above 0; money is counted in hundredths", a.Word(2))
	}
	return n, a.none(3)
}

func runGrant(ctx context.Context, s *Session, a Args) (Result, error) {
	n, err := grantCount(a)
	if err != nil {
		return Result{}, err
	}
	g, err := s.Shard.Economy.Grant(ctx, a.Word(0), a.Word(1), n, a.Given(whyFlag), s.Who)
	if err != nil {
		return Result{}, err
	}
	return text("%s was given %d %s and has %d in the %s", g.Name, n, g.Type, g.Has, g.Location), nil
}

func runWallet(ctx context.Context, s *Session, a Args) (Result, error) {
	who, err := whom(a, "show the wallet of")
	if err != nil {
		return Result{}, err
	}
	if err := a.none(1); err != nil {
		return Result{}, err
	}
	name, balance, err := s.Shard.Economy.Wallet(ctx, who)
	if err != nil {
		return Result{}, err
	}
	return Result{Table: &Table{One: true, Columns: columns("name", "balance", "money"), Rows: [][]any{{name, balance, hundredths(balance)}}}}, nil
}

// hundredths is an amount of money as people write it: 1234.50.
func hundredths(n int64) string { return fmt.Sprintf("%d.%02d", n/100, n%100) }

func runLedger(ctx context.Context, s *Session, a Args) (Result, error) {
	if a.Word(0) == "" {
		return Result{}, Refuse(CodeUsage, "the ledger of whom, of which type, of which order?")
	}
	limit, since := a.Limit, time.Time{}
	if limit == 0 {
		limit = ledgerLimit
	}
	if a.For > 0 {
		since = s.now().Add(-a.For)
	}
	all, err := s.Shard.Economy.Ledger(ctx, strings.Join(a.Words, " "), since, limit)
	if err != nil {
		return Result{}, err
	}
	t := &Table{Columns: columns("at:time", "entry", "holder", "location", "type", "quantity", "cause", "by", "system", "release", "key", "note"), None: "nothing has moved"}
	for _, p := range all {
		t.Rows = append(t.Rows, []any{moment(p.At), p.Entry, p.Holder, p.Location, p.Type, p.Quantity, p.Cause, p.By, p.System, p.Release, p.Key, p.Note})
	}
	return Result{Table: t}, nil
}

func runAuditBooks(ctx context.Context, s *Session, a Args) (Result, error) {
	if err := a.none(0); err != nil {
		return Result{}, err
	}
	b, err := s.Shard.Economy.AuditBooks(ctx)
	if err != nil {
		return Result{}, err
	}
	r := Result{Text: strings.Join(append(b.Wrong, b.Line), "\n")}
	if len(b.Wrong) > 0 {
		r.Failed = "the books are wrong"
	}
	return r, nil
}
