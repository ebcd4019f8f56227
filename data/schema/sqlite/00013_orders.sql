-- +goose Up

-- The market. An order stands while ended is 0; what it has not traded yet is in its
-- owner's escrow: the goods of a sale, the money of a purchase. reach is from how far a
-- buyer takes goods: -1 the station, 0 the system, n jumps, 16384 the region. rank is its
-- place among those of its price: the lower, the earlier. Prices are in hundredths.
CREATE TABLE orders (
    id       INTEGER PRIMARY KEY,
    owner    INTEGER NOT NULL,
    side     TEXT    NOT NULL CHECK (side IN ('sell', 'buy')),
    type     TEXT    NOT NULL,
    region   TEXT    NOT NULL,
    system   INTEGER NOT NULL,
    station  INTEGER NOT NULL,
    reach    INTEGER NOT NULL,
    price    INTEGER NOT NULL CHECK (price > 0),
    quantity INTEGER NOT NULL CHECK (quantity > 0),
    left     INTEGER NOT NULL CHECK (left BETWEEN 0 AND quantity),
    least    INTEGER NOT NULL CHECK (least > 0),
    rank     INTEGER NOT NULL,
    created  INTEGER NOT NULL,
    expires  INTEGER NOT NULL,
    ended    INTEGER NOT NULL DEFAULT 0,
    reason   TEXT    NOT NULL DEFAULT '' CHECK ((ended = 0) = (reason = ''))
) STRICT;

CREATE INDEX orders_open ON orders (rank) WHERE ended = 0;
CREATE INDEX orders_expire ON orders (expires) WHERE ended = 0;
CREATE INDEX orders_owner ON orders (owner, id);

-- Which entries of the ledger an order is about.
CREATE TABLE order_entries (
    id    INTEGER NOT NULL,
    entry INTEGER NOT NULL,
    PRIMARY KEY (id, entry)
) STRICT, WITHOUT ROWID;

CREATE TABLE trades (
    id       INTEGER PRIMARY KEY,
    entry    INTEGER NOT NULL,
    at       INTEGER NOT NULL,
    type     TEXT    NOT NULL,
    region   TEXT    NOT NULL,
    system   INTEGER NOT NULL,
    station  INTEGER NOT NULL,
    price    INTEGER NOT NULL,
    quantity INTEGER NOT NULL,
    buyer    INTEGER NOT NULL,
    seller   INTEGER NOT NULL,
    bought   INTEGER NOT NULL, -- the order of the buyer
    sold     INTEGER NOT NULL
) STRICT;

-- What was traded in a day of UTC, as so many days since 1970. turnover is in hundredths.
CREATE TABLE market_days (
    region   TEXT    NOT NULL,
    type     TEXT    NOT NULL,
    day      INTEGER NOT NULL,
    orders   INTEGER NOT NULL,
    volume   INTEGER NOT NULL,
    turnover INTEGER NOT NULL,
    highest  INTEGER NOT NULL,
    lowest   INTEGER NOT NULL,
    PRIMARY KEY (region, type, day)
) STRICT, WITHOUT ROWID;
