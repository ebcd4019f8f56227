-- +goose Up

-- What SQLite's migrations 1 to 13 come to; the comments stand there. From here on each
-- number is in both directories. What differs: text is compared byte by byte as SQLite
-- does, whatever the database's own collation; numbers are given by functions and not by
-- sequences, which leave gaps where a transaction is taken back.

-- The last number that was given of those that are never used twice: SQLite's sqlite_sequence.
CREATE TABLE numbers (
    name TEXT COLLATE "C" PRIMARY KEY,
    last BIGINT NOT NULL
);
INSERT INTO numbers VALUES ('accounts', 0), ('characters', 1000000), ('releases', 0), ('audit', 0), ('patches', 0), ('sanctions', 0);

-- How often the database has had another writer: who lost the connection and finds
-- another number writes no more.
CREATE TABLE writer (
    one   BIGINT PRIMARY KEY CHECK (one = 1),
    epoch BIGINT NOT NULL
);
INSERT INTO writer VALUES (1, 0);

-- +goose StatementBegin
CREATE FUNCTION next_number(what TEXT) RETURNS BIGINT LANGUAGE plpgsql AS $$
DECLARE n BIGINT;
BEGIN
    UPDATE numbers SET last = last + 1 WHERE name = what RETURNING last INTO STRICT n;
    RETURN n;
END $$;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE FUNCTION append_only() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_ARGV[0];
END $$;
-- +goose StatementEnd

CREATE TABLE accounts (
    id         BIGINT PRIMARY KEY DEFAULT next_number('accounts'),
    name       TEXT COLLATE "C" NOT NULL,
    name_key   TEXT COLLATE "C" NOT NULL UNIQUE,
    password   TEXT COLLATE "C" NOT NULL,
    created    BIGINT NOT NULL,
    last_login BIGINT NOT NULL
);

CREATE TABLE characters (
    id        BIGINT PRIMARY KEY DEFAULT next_number('characters'),
    account   BIGINT NOT NULL REFERENCES accounts (id),
    name      TEXT COLLATE "C" NOT NULL,
    name_key  TEXT COLLATE "C" NOT NULL UNIQUE,
    system    BIGINT NOT NULL,
    station   BIGINT NOT NULL,
    px DOUBLE PRECISION NOT NULL, py DOUBLE PRECISION NOT NULL, pz DOUBLE PRECISION NOT NULL,
    vx DOUBLE PRECISION NOT NULL, vy DOUBLE PRECISION NOT NULL, vz DOUBLE PRECISION NOT NULL,
    ship      TEXT COLLATE "C" NOT NULL,
    data      TEXT COLLATE "C" NOT NULL,
    release   BIGINT NOT NULL,
    created   BIGINT NOT NULL,
    last_seen BIGINT NOT NULL
);
CREATE INDEX characters_account ON characters (account, last_seen);

CREATE TABLE kv (
    namespace TEXT COLLATE "C" NOT NULL,
    key       TEXT COLLATE "C" NOT NULL,
    value     TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (namespace, key)
);

CREATE TABLE releases (
    number  BIGINT PRIMARY KEY DEFAULT next_number('releases'),
    hash    TEXT COLLATE "C" NOT NULL,
    author  TEXT COLLATE "C" NOT NULL,
    note    TEXT COLLATE "C" NOT NULL,
    status  TEXT COLLATE "C" NOT NULL,
    created BIGINT NOT NULL,
    begun   BIGINT NOT NULL DEFAULT 0,
    ended   BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX releases_status ON releases (status);

CREATE TABLE blobs (
    id   BIGINT PRIMARY KEY,
    hash TEXT COLLATE "C" NOT NULL UNIQUE,
    size BIGINT NOT NULL,
    data BYTEA NOT NULL
);

CREATE TABLE release_files (
    release BIGINT NOT NULL REFERENCES releases (number) ON DELETE CASCADE,
    path    TEXT COLLATE "C" NOT NULL,
    blob    BIGINT NOT NULL REFERENCES blobs (id),
    PRIMARY KEY (release, path)
);
CREATE INDEX release_files_blob ON release_files (blob);

CREATE TABLE audit (
    id      BIGINT PRIMARY KEY DEFAULT next_number('audit'),
    at      BIGINT NOT NULL,
    tick    BIGINT NOT NULL,
    who     TEXT COLLATE "C" NOT NULL,
    origin  TEXT COLLATE "C" NOT NULL,
    kind    TEXT COLLATE "C" NOT NULL,
    command TEXT COLLATE "C" NOT NULL,
    code    TEXT COLLATE "C" NOT NULL,
    outcome TEXT COLLATE "C" NOT NULL,
    detail  TEXT COLLATE "C" NOT NULL
);
CREATE INDEX audit_at ON audit (at);
CREATE INDEX audit_who ON audit (who, at);
CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
    FOR EACH STATEMENT EXECUTE FUNCTION append_only('the audit log');

CREATE TABLE patches (
    id        BIGINT PRIMARY KEY DEFAULT next_number('patches'),
    release   BIGINT NOT NULL,
    function  TEXT COLLATE "C" NOT NULL,
    base_hash TEXT COLLATE "C" NOT NULL,
    code      TEXT COLLATE "C" NOT NULL,
    author    TEXT COLLATE "C" NOT NULL,
    reason    TEXT COLLATE "C" NOT NULL,
    sticky    BIGINT NOT NULL,
    status    TEXT COLLATE "C" NOT NULL,
    canary    TEXT COLLATE "C" NOT NULL,
    created   BIGINT NOT NULL,
    changed   BIGINT NOT NULL
);
CREATE INDEX patches_status ON patches (status);

CREATE TABLE sessions (
    token     BYTEA  NOT NULL PRIMARY KEY,
    account   BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    character BIGINT NOT NULL UNIQUE REFERENCES characters (id) ON DELETE CASCADE,
    created   BIGINT NOT NULL,
    used      BIGINT NOT NULL
);
CREATE INDEX sessions_account ON sessions (account);
CREATE INDEX sessions_used ON sessions (used);

CREATE TABLE origins (
    account BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    network TEXT COLLATE "C" NOT NULL,
    seen    BIGINT NOT NULL,
    PRIMARY KEY (account, network)
);

CREATE TABLE sanctions (
    id        BIGINT PRIMARY KEY DEFAULT next_number('sanctions'),
    kind      TEXT COLLATE "C" NOT NULL,
    account   BIGINT NOT NULL,
    subject   TEXT COLLATE "C" NOT NULL,
    reason    TEXT COLLATE "C" NOT NULL,
    author    TEXT COLLATE "C" NOT NULL,
    created   BIGINT NOT NULL,
    until     BIGINT NOT NULL,
    lifted    BIGINT NOT NULL DEFAULT 0,
    lifted_by TEXT COLLATE "C" NOT NULL DEFAULT ''
);
CREATE INDEX sanctions_account ON sanctions (account);

CREATE TABLE shard (
    one        BIGINT PRIMARY KEY CHECK (one = 1),
    name       TEXT COLLATE "C" NOT NULL,
    production BIGINT NOT NULL,
    since      BIGINT NOT NULL
);

CREATE TABLE ledger_accounts (
    id   BIGINT PRIMARY KEY CHECK (id <> 0 AND id < 1000000 AND (id < 0) = (kind = 'faucet')),
    kind TEXT COLLATE "C" NOT NULL CHECK (kind IN ('faucet', 'sink', 'keeper')),
    name TEXT COLLATE "C" NOT NULL,
    UNIQUE (kind, name)
);
INSERT INTO ledger_accounts (id, kind, name) VALUES (-1, 'faucet', 'opening balance');

CREATE TABLE holdings (
    id       BIGINT PRIMARY KEY,
    owner    BIGINT NOT NULL,
    location TEXT COLLATE "C" NOT NULL,
    type     TEXT COLLATE "C" NOT NULL,
    quantity BIGINT NOT NULL CHECK (CASE WHEN owner < 0 THEN quantity <= 0 ELSE quantity >= 0 END),
    UNIQUE (owner, location, type)
);
CREATE INDEX holdings_place ON holdings (location, owner, type) WHERE quantity <> 0;

CREATE TABLE entries (
    id       BIGINT PRIMARY KEY,
    at       BIGINT NOT NULL,
    cause    TEXT COLLATE "C" NOT NULL,
    actor    BIGINT NOT NULL,
    operator TEXT COLLATE "C" NOT NULL,
    system   TEXT COLLATE "C" NOT NULL,
    tick     BIGINT NOT NULL,
    release  BIGINT NOT NULL,
    key      TEXT COLLATE "C",
    content  TEXT COLLATE "C",
    answer   TEXT COLLATE "C"
);
CREATE UNIQUE INDEX entries_key ON entries (actor, key) WHERE key IS NOT NULL;
CREATE TRIGGER entries_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON entries
    FOR EACH STATEMENT EXECUTE FUNCTION append_only('the ledger');

CREATE TABLE postings (
    holding  BIGINT NOT NULL,
    entry    BIGINT NOT NULL,
    quantity BIGINT NOT NULL CHECK (quantity <> 0),
    PRIMARY KEY (holding, entry)
);
CREATE INDEX postings_entry ON postings (entry);
CREATE TRIGGER postings_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON postings
    FOR EACH STATEMENT EXECUTE FUNCTION append_only('the ledger');

CREATE TABLE orders (
    id       BIGINT PRIMARY KEY,
    owner    BIGINT NOT NULL,
    side     TEXT COLLATE "C" NOT NULL CHECK (side IN ('sell', 'buy')),
    type     TEXT COLLATE "C" NOT NULL,
    region   TEXT COLLATE "C" NOT NULL,
    system   BIGINT NOT NULL,
    station  BIGINT NOT NULL,
    reach    BIGINT NOT NULL,
    price    BIGINT NOT NULL CHECK (price > 0),
    quantity BIGINT NOT NULL CHECK (quantity > 0),
    "left"   BIGINT NOT NULL CHECK ("left" BETWEEN 0 AND quantity),
    least    BIGINT NOT NULL CHECK (least > 0),
    rank     BIGINT NOT NULL,
    created  BIGINT NOT NULL,
    expires  BIGINT NOT NULL,
    ended    BIGINT NOT NULL DEFAULT 0,
    reason   TEXT COLLATE "C" NOT NULL DEFAULT '' CHECK ((ended = 0) = (reason = ''))
);
CREATE INDEX orders_open ON orders (rank) WHERE ended = 0;
CREATE INDEX orders_expire ON orders (expires) WHERE ended = 0;
CREATE INDEX orders_owner ON orders (owner, id);

CREATE TABLE order_entries (
    id    BIGINT NOT NULL,
    entry BIGINT NOT NULL,
    PRIMARY KEY (id, entry)
);

CREATE TABLE trades (
    id       BIGINT PRIMARY KEY,
    entry    BIGINT NOT NULL,
    at       BIGINT NOT NULL,
    type     TEXT COLLATE "C" NOT NULL,
    region   TEXT COLLATE "C" NOT NULL,
    system   BIGINT NOT NULL,
    station  BIGINT NOT NULL,
    price    BIGINT NOT NULL,
    quantity BIGINT NOT NULL,
    buyer    BIGINT NOT NULL,
    seller   BIGINT NOT NULL,
    bought   BIGINT NOT NULL,
    sold     BIGINT NOT NULL
);

CREATE TABLE market_days (
    region   TEXT COLLATE "C" NOT NULL,
    type     TEXT COLLATE "C" NOT NULL,
    day      BIGINT NOT NULL,
    orders   BIGINT NOT NULL,
    volume   BIGINT NOT NULL,
    turnover BIGINT NOT NULL,
    highest  BIGINT NOT NULL,
    lowest   BIGINT NOT NULL,
    PRIMARY KEY (region, type, day)
);

-- Numbers one above the highest there is: without gaps, as the audit of the books wants
-- the entries'. They hold for one writer and one row a statement.
-- +goose StatementBegin
CREATE FUNCTION next_blob() RETURNS BIGINT LANGUAGE plpgsql AS $$
BEGIN RETURN coalesce((SELECT max(id) FROM blobs), 0) + 1; END $$;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE FUNCTION next_holding() RETURNS BIGINT LANGUAGE plpgsql AS $$
BEGIN RETURN coalesce((SELECT max(id) FROM holdings), 0) + 1; END $$;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE FUNCTION next_entry() RETURNS BIGINT LANGUAGE plpgsql AS $$
BEGIN RETURN coalesce((SELECT max(id) FROM entries), 0) + 1; END $$;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE FUNCTION next_trade() RETURNS BIGINT LANGUAGE plpgsql AS $$
BEGIN RETURN coalesce((SELECT max(id) FROM trades), 0) + 1; END $$;
-- +goose StatementEnd
ALTER TABLE blobs ALTER COLUMN id SET DEFAULT next_blob();
ALTER TABLE holdings ALTER COLUMN id SET DEFAULT next_holding();
ALTER TABLE entries ALTER COLUMN id SET DEFAULT next_entry();
ALTER TABLE trades ALTER COLUMN id SET DEFAULT next_trade();
