-- +goose Up

-- What the last entry knew a holding to be: one that is another by the next entry was changed
-- below the ledger, and nothing of it moves.
ALTER TABLE holdings ADD COLUMN sum INTEGER NOT NULL DEFAULT 0;
UPDATE holdings SET sum = (SELECT coalesce(sum(p.quantity), 0) FROM postings p WHERE p.holding = holdings.id);

-- What somebody has, without what they had once.
CREATE INDEX holdings_owner ON holdings (owner, location, type) WHERE quantity <> 0;

-- Somebody's orders: those that stand, which are counted at each new one, and those that
-- have ended, by when.
DROP INDEX orders_owner;
CREATE INDEX orders_standing ON orders (owner, id) WHERE ended = 0;
CREATE INDEX orders_ended ON orders (owner, ended) WHERE ended <> 0;

-- What was traded, in the order of the entries of the ledger, which say why. seller and
-- buyer are owners; bought and sold are their orders.
ALTER TABLE trades RENAME TO trades_before;
CREATE TABLE trades (
    entry    INTEGER NOT NULL,
    bought   INTEGER NOT NULL,
    sold     INTEGER NOT NULL,
    at       INTEGER NOT NULL,
    type     TEXT    NOT NULL,
    region   TEXT    NOT NULL,
    system   INTEGER NOT NULL,
    station  INTEGER NOT NULL,
    price    INTEGER NOT NULL,
    quantity INTEGER NOT NULL,
    buyer    INTEGER NOT NULL,
    seller   INTEGER NOT NULL,
    PRIMARY KEY (entry, bought, sold)
) STRICT, WITHOUT ROWID;
INSERT INTO trades (entry, bought, sold, at, type, region, system, station, price, quantity, buyer, seller)
    SELECT entry, bought, sold, at, type, region, system, station, price, sum(quantity), buyer, seller FROM trades_before GROUP BY entry, bought, sold;
DROP TABLE trades_before;
