-- +goose Up

-- Who flies. station is 0 in space; positions are metres from the system's star,
-- velocities metres per second; data is what scripts keep with the character.
CREATE TABLE characters (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    account   INTEGER NOT NULL REFERENCES accounts (id),
    name      TEXT    NOT NULL,
    name_key  TEXT    NOT NULL UNIQUE,
    system    INTEGER NOT NULL,
    station   INTEGER NOT NULL,
    px REAL NOT NULL, py REAL NOT NULL, pz REAL NOT NULL,
    vx REAL NOT NULL, vy REAL NOT NULL, vz REAL NOT NULL,
    ship      TEXT    NOT NULL,
    data      TEXT    NOT NULL,
    release   INTEGER NOT NULL, -- of the scripts that ran when data was saved
    created   INTEGER NOT NULL,
    last_seen INTEGER NOT NULL
) STRICT;

-- Ids begin above what Lua tables keep in their array part: scripts use them as
-- keys, and a small id as a key would make a table of that many empty places.
INSERT INTO sqlite_sequence (name, seq) VALUES ('characters', 1000000);

CREATE INDEX characters_account ON characters (account, last_seen);
