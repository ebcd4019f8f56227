-- +goose Up

-- The versions of the scripts. AUTOINCREMENT: a number is never used twice, even
-- after its release was dropped. begun and ended are the two marks around a
-- commit; begun without ended is a commit that a crash cut off.
CREATE TABLE releases (
    number  INTEGER PRIMARY KEY AUTOINCREMENT,
    hash    TEXT    NOT NULL,
    author  TEXT    NOT NULL,
    note    TEXT    NOT NULL,
    status  TEXT    NOT NULL,
    created INTEGER NOT NULL,
    begun   INTEGER NOT NULL DEFAULT 0,
    ended   INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE INDEX releases_status ON releases (status);

-- File contents, zstd, each kept once however many releases contain it. hash is
-- the SHA-256 of the plain content, size its length in bytes.
CREATE TABLE blobs (
    id   INTEGER PRIMARY KEY,
    hash TEXT    NOT NULL UNIQUE,
    size INTEGER NOT NULL,
    data BLOB    NOT NULL
) STRICT;

CREATE TABLE release_files (
    release INTEGER NOT NULL REFERENCES releases (number) ON DELETE CASCADE,
    path    TEXT    NOT NULL,
    blob    INTEGER NOT NULL REFERENCES blobs (id),
    PRIMARY KEY (release, path)
) STRICT, WITHOUT ROWID;

CREATE INDEX release_files_blob ON release_files (blob);
