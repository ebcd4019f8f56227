package store

import (
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
)

// The classes and codes of PostgreSQL's SQLSTATE that mean something to the store.
const (
	stateConnection    = "08" // class
	stateAuthorization = "28" // class
	stateData          = "22" // class
	stateConstraint    = "23" // class
	stateConflict      = "40" // class
	stateCorrupt       = "XX" // class, less XX000

	stateUnique       = "23505"
	stateForeignKey   = "23503"
	stateReadOnly     = "25006"
	stateNoDatabase   = "3D000"
	stateNoSchema     = "3F000"
	stateForbidden    = "42501"
	stateDiskFull     = "53100"
	stateNoMemory     = "53200"
	stateConnections  = "53300"
	stateLocked       = "55P03"
	stateCancelled    = "57014"
	stateShutdown     = "57P01"
	stateCrash        = "57P02"
	stateStarting     = "57P03"
	stateDropped      = "57P04"
	stateIO           = "58030"
	stateNotText      = "22021" // a zero byte, or no UTF-8
	stateNotUTF8      = "22P05"
	stateRaised       = "P0001" // by a trigger of ours
	stateInternal     = "XX000"
	stateNotSupported = "0A000"
)

// sqlState is the code of a PostgreSQL's error, "" for another's.
func sqlState(err error) string {
	if pe := (*pgconn.PgError)(nil); errors.As(err, &pe) {
		return pe.Code
	}
	return ""
}

// lostConnection says whether the error means that the connection is gone, whatever the
// server had done by then.
func lostConnection(err error) bool {
	switch code := sqlState(err); {
	case code == stateShutdown, code == stateCrash, code == stateStarting, code == stateDropped, strings.HasPrefix(code, stateConnection):
		return true
	case code != "":
		return false
	}
	var netErr net.Error
	var connect *pgconn.ConnectError
	return errors.Is(err, driver.ErrBadConn) || errors.Is(err, sql.ErrConnDone) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
		errors.Is(err, net.ErrClosed) || errors.As(err, &netErr) || errors.As(err, &connect)
}

// diagnose implements dialect.
func (p *postgres) diagnose(err error) (Kind, string) {
	code := sqlState(err)
	switch code {
	case stateDiskFull:
		return ErrFull, "the disk of " + p.name + " is full: free some space there; nothing was changed and no restart is needed"
	case stateNoMemory:
		return ErrBusy, p.name + " is out of memory: give it more, or stop what else runs there"
	case stateConnections:
		return ErrBusy, p.name + " has no connection left: raise its max_connections, or stop what else is connected"
	case stateLocked, stateCancelled:
		return ErrBusy, p.name + " is locked by somebody else: close the database shell or the transaction that holds it"
	case stateReadOnly:
		return ErrAccess, p.name + " takes no changes: it is a standby or set to read only; give the primary's address"
	case stateNoDatabase:
		return ErrAccess, p.name + " is not there: create it (createdb -E UTF8 -T template0 NAME), or give another URL"
	case stateForbidden, stateNoSchema:
		return ErrAccess, "the user may not change " + p.name + ": make it the database's owner"
	case stateIO:
		return ErrInternal, "the disk of " + p.name + " fails: see the database server's log"
	case stateRaised:
		return ErrInvalid, "the database refused the change"
	case stateInternal, stateNotSupported:
		return ErrInternal, "the database failed on " + p.name
	}
	switch {
	case lostConnection(err):
		return ErrLost, p.name + " cannot be reached: start it, or look at the network; nothing was changed, and the shard goes on by itself once it is there"
	case code == "":
		return ErrInternal, "the store could not do it"
	}
	switch {
	case code == stateNotText, code == stateNotUTF8:
		return ErrInvalid, "the text cannot be kept: PostgreSQL takes UTF-8 without zero bytes"
	}
	switch code[:2] {
	case stateAuthorization:
		return ErrAccess, p.name + " does not let the user in: check name and password in the URL, PGPASSWORD or ~/.pgpass, and the server's pg_hba.conf"
	case stateData, stateConstraint:
		return ErrInvalid, "the database refused the values"
	case stateConflict:
		return ErrBusy, p.name + " is being changed by somebody else: leave the shard the only one to write"
	case stateCorrupt:
		return ErrCorrupt, p.name + " is damaged: restore a backup"
	}
	return ErrInternal, "the database failed on " + p.name
}
