-- +goose Up

-- What operators changed in single functions from the console. release is the
-- one the patch was made on; canary is a JSON array of system names, empty where
-- the patch is on everywhere.
CREATE TABLE patches (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    release   INTEGER NOT NULL,
    function  TEXT    NOT NULL,
    base_hash TEXT    NOT NULL,
    code      TEXT    NOT NULL,
    author    TEXT    NOT NULL,
    reason    TEXT    NOT NULL,
    sticky    INTEGER NOT NULL,
    status    TEXT    NOT NULL,
    canary    TEXT    NOT NULL,
    created   INTEGER NOT NULL,
    changed   INTEGER NOT NULL
) STRICT;

CREATE INDEX patches_status ON patches (status);
