-- +goose Up

-- The books. What there is of a thing, and who has it, is in holdings; why it is
-- there is in entries and their postings, of which the quantities of each type add
-- up to nothing. Owners: characters above 1,000,000; named accounts below. A faucet's
-- number is below zero, and its holdings are what it has let out.
CREATE TABLE ledger_accounts (
    id   INTEGER PRIMARY KEY CHECK (id <> 0 AND id < 1000000 AND (id < 0) = (kind = 'faucet')),
    kind TEXT    NOT NULL CHECK (kind IN ('faucet', 'sink', 'keeper')),
    name TEXT    NOT NULL,
    UNIQUE (kind, name)
) STRICT;

-- A row stays when it is empty: its postings name it. The CHECK is the last line of
-- defence against a quantity below zero, not the first.
CREATE TABLE holdings (
    id       INTEGER PRIMARY KEY,
    owner    INTEGER NOT NULL,
    location TEXT    NOT NULL,
    type     TEXT    NOT NULL,
    quantity INTEGER NOT NULL CHECK (CASE WHEN owner < 0 THEN quantity <= 0 ELSE quantity >= 0 END),
    UNIQUE (owner, location, type)
) STRICT;

-- What lies in a place, whoever's it is.
CREATE INDEX holdings_place ON holdings (location, owner, type) WHERE quantity <> 0;

-- Why something moved: cause is a word for it, actor the character who wanted it (0 for
-- nobody), operator who asked for it from the console. system, tick and release say
-- where, when in the game and under which scripts. key is the actor's own name for what
-- they asked, content what that was, answer what they were told.
CREATE TABLE entries (
    id       INTEGER PRIMARY KEY,
    at       INTEGER NOT NULL,
    cause    TEXT    NOT NULL,
    actor    INTEGER NOT NULL,
    operator TEXT    NOT NULL,
    system   TEXT    NOT NULL,
    tick     INTEGER NOT NULL,
    release  INTEGER NOT NULL,
    key      TEXT,
    content  TEXT,
    answer   TEXT
) STRICT;

CREATE UNIQUE INDEX entries_key ON entries (actor, key) WHERE key IS NOT NULL;

-- By holding: a holding's history, and the sum that proves it, are one stretch.
CREATE TABLE postings (
    holding  INTEGER NOT NULL,
    entry    INTEGER NOT NULL,
    quantity INTEGER NOT NULL CHECK (quantity <> 0),
    PRIMARY KEY (holding, entry)
) STRICT, WITHOUT ROWID;

CREATE INDEX postings_entry ON postings (entry);

-- What characters have had until now comes from nowhere, and from now on nothing does.
INSERT INTO ledger_accounts (id, kind, name) VALUES (-1, 'faucet', 'opening balance');
INSERT INTO holdings (owner, location, type, quantity) SELECT owner, location, type, quantity FROM items;
INSERT INTO entries (id, at, cause, actor, operator, system, tick, release)
    SELECT 1, CAST(strftime('%s', 'now') AS INTEGER) * 1000000, 'opening balance', 0, '', '', 0, 0 WHERE EXISTS (SELECT 1 FROM items);
INSERT INTO holdings (owner, location, type, quantity) SELECT -1, '', type, -sum(quantity) FROM items GROUP BY type;
INSERT INTO postings (holding, entry, quantity) SELECT id, 1, quantity FROM holdings;
DROP TABLE items;

-- +goose StatementBegin
CREATE TRIGGER entries_no_update BEFORE UPDATE ON entries
BEGIN
    SELECT RAISE(ABORT, 'the ledger is append-only');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER entries_no_delete BEFORE DELETE ON entries
BEGIN
    SELECT RAISE(ABORT, 'the ledger is append-only');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER postings_no_update BEFORE UPDATE ON postings
BEGIN
    SELECT RAISE(ABORT, 'the ledger is append-only');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER postings_no_delete BEFORE DELETE ON postings
BEGIN
    SELECT RAISE(ABORT, 'the ledger is append-only');
END;
-- +goose StatementEnd
