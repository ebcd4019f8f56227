package simulation

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"fmt"
	"io"

	"hotshard/data/ledger"
)

// tables are what a ledger is made of, and how their rows are put in order.
var tables = []string{
	`SELECT id, kind, name FROM ledger_accounts ORDER BY id`,
	`SELECT id, owner, location, type, quantity, sum FROM holdings ORDER BY id`,
	`SELECT id, at, cause, actor, operator, system, tick, release, key, content, answer FROM entries ORDER BY id`,
	`SELECT holding, entry, quantity FROM postings ORDER BY holding, entry`,
	`SELECT id, owner, side, type, region, system, station, reach, price, quantity, "left", least, rank, created, expires, ended, reason FROM orders ORDER BY id`,
	`SELECT id, entry FROM order_entries ORDER BY id, entry`,
	`SELECT entry, bought, sold, at, type, region, system, station, price, quantity, buyer, seller FROM trades ORDER BY entry, bought, sold`,
	`SELECT region, type, day, orders, volume, turnover, highest, lowest FROM market_days ORDER BY region, type, day`,
	`SELECT namespace, key, value FROM kv ORDER BY namespace, key`,
}

// Hash is the SHA-256 of all that the books, the market and the scripts have kept.
func Hash(ctx context.Context, books ledger.Books) (string, error) {
	sum := sha256.New()
	for _, text := range tables {
		if err := hashRows(ctx, sum, books, text); err != nil {
			return "", err
		}
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

func hashRows(ctx context.Context, to io.Writer, books ledger.Books, text string) error {
	rows, err := books.QueryContext(ctx, text)
	if err != nil {
		return err
	}
	defer rows.Close()
	names, err := rows.Columns()
	if err != nil {
		return err
	}
	cells, dest := make([]sql.NullString, len(names)), make([]any, len(names))
	for i := range cells {
		dest[i] = &cells[i]
	}
	fmt.Fprintln(to, names)
	for rows.Next() {
		if err := rows.Scan(dest...); err != nil {
			return err
		}
		for _, c := range cells {
			fmt.Fprintf(to, "%t%d:%s", c.Valid, len(c.String), c.String)
		}
		fmt.Fprintln(to)
	}
	return rows.Err()
}
