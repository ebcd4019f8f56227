package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"strconv"
	"strings"
	"sync"

	"github.com/jackc/pgx/v5/stdlib"
)

// pgConnector opens connections that take the store's SQL as it is written.
type pgConnector struct {
	driver.Connector
	// opened, where set, is called with each new connection.
	opened func(context.Context, *pgConn) error
	// truths leaves them as they are: goose's own table has a column of them.
	truths bool
	reads  bool // nothing is ever changed through them
}

// Connect implements driver.Connector.
func (c pgConnector) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	own := &pgConn{conn.(*stdlib.Conn), c.truths, c.reads}
	if c.opened != nil {
		if err := c.opened(ctx, own); err != nil {
			return nil, errors.Join(err, conn.Close())
		}
	}
	return own, nil
}

// pgConn is pgx's connection, for statements with ? and ?N.
type pgConn struct {
	*stdlib.Conn
	truths bool
	reads  bool
}

// PrepareContext implements driver.ConnPrepareContext.
func (c *pgConn) PrepareContext(ctx context.Context, text string) (driver.Stmt, error) {
	return c.Conn.PrepareContext(ctx, rebind(text))
}

// Prepare implements driver.Conn.
func (c *pgConn) Prepare(text string) (driver.Stmt, error) {
	return c.PrepareContext(context.Background(), text)
}

// ExecContext implements driver.ExecerContext.
func (c *pgConn) ExecContext(ctx context.Context, text string, args []driver.NamedValue) (driver.Result, error) {
	return c.Conn.ExecContext(ctx, rebind(text), args)
}

// QueryContext implements driver.QueryerContext.
func (c *pgConn) QueryContext(ctx context.Context, text string, args []driver.NamedValue) (driver.Rows, error) {
	rows, err := c.Conn.QueryContext(ctx, rebind(text), args)
	if err != nil && c.reads && lostConnection(err) {
		return nil, driver.ErrBadConn // the pool asks again through another: a read is done as often as one likes
	}
	return rows, err
}

// CheckNamedValue makes of an argument what a column takes: as for SQLite, where a truth
// is 0 or 1 too.
func (c *pgConn) CheckNamedValue(v *driver.NamedValue) (err error) {
	if v.Value, err = driver.DefaultParameterConverter.ConvertValue(v.Value); err != nil {
		return err
	}
	if truth, ok := v.Value.(bool); ok && !c.truths {
		v.Value = int64(0)
		if truth {
			v.Value = int64(1)
		}
	}
	return nil
}

// rebound keeps what rebind made of each text: they are a fixed set.
var rebound sync.Map

// rebind writes a statement with PostgreSQL's parameters: $1 for the first ?, and $N for
// ?N. What stands in quotes or is a comment stays as it is.
func rebind(text string) string {
	if !strings.Contains(text, "?") {
		return text
	}
	if done, ok := rebound.Load(text); ok {
		return done.(string)
	}
	var b strings.Builder
	for n, rest := 0, text; rest != ""; {
		plain := strings.IndexAny(rest, "?'\"-")
		if plain < 0 {
			b.WriteString(rest)
			break
		}
		b.WriteString(rest[:plain])
		rest = rest[plain:]
		if rest[0] != '?' {
			quoted := verbatim(rest)
			b.WriteString(rest[:quoted])
			rest = rest[quoted:]
			continue
		}
		digits := 1
		for digits < len(rest) && rest[digits] >= '0' && rest[digits] <= '9' {
			digits++
		}
		n++
		number := rest[1:digits]
		if number == "" {
			number = strconv.Itoa(n)
		}
		b.WriteString("$" + number)
		rest = rest[digits:]
	}
	rebound.Store(text, b.String())
	return b.String()
}

// verbatim is how much at the text's beginning is a quoted piece, a comment, or a sign
// that is neither.
func verbatim(text string) int {
	end := "\n"
	switch {
	case text[0] != '-':
		end = text[:1]
	case !strings.HasPrefix(text, "--"):
		return 1
	}
	i := strings.Index(text[1:], end)
	if i < 0 {
		return len(text)
	}
	return i + 2
}
