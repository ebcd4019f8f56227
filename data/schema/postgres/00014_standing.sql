-- +goose Up

-- What the last entry knew a holding to be: one that is another by the next entry was changed
-- below the ledger, and nothing of it moves.
ALTER TABLE holdings ADD COLUMN sum BIGINT NOT NULL DEFAULT 0;
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
    entry    BIGINT NOT NULL,
    bought   BIGINT NOT NULL,
    sold     BIGINT NOT NULL,
    at       BIGINT NOT NULL,
    type     TEXT COLLATE "C" NOT NULL,
    region   TEXT COLLATE "C" NOT NULL,
    system   BIGINT NOT NULL,
    station  BIGINT NOT NULL,
    price    BIGINT NOT NULL,
    quantity BIGINT NOT NULL,
    buyer    BIGINT NOT NULL,
    seller   BIGINT NOT NULL,
    PRIMARY KEY (entry, bought, sold)
);
INSERT INTO trades (entry, bought, sold, at, type, region, system, station, price, quantity, buyer, seller)
    SELECT entry, bought, sold, min(at), min(type), min(region), min(system), min(station), min(price), sum(quantity), min(buyer), min(seller) FROM trades_before GROUP BY entry, bought, sold;
DROP TABLE trades_before;
DROP FUNCTION next_trade();
