-- +goose Up

-- Tokens with which players come back without a password: one a character, the
-- latest. token is the SHA-256 of what the player holds, so that whoever reads this
-- table signs in as nobody.
CREATE TABLE sessions (
    token     BLOB    NOT NULL PRIMARY KEY,
    account   INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    character INTEGER NOT NULL UNIQUE REFERENCES characters (id) ON DELETE CASCADE,
    created   INTEGER NOT NULL,
    used      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX sessions_account ON sessions (account);
CREATE INDEX sessions_used ON sessions (used);

-- From which networks an account has signed in, the latest few: an IPv4 address, or
-- a /64 of IPv6.
CREATE TABLE origins (
    account INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    network TEXT    NOT NULL,
    seen    INTEGER NOT NULL,
    PRIMARY KEY (account, network)
) STRICT, WITHOUT ROWID;
