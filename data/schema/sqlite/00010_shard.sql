-- +goose Up

-- Whose data this is: one row, written at the first start.
CREATE TABLE shard (
    one        INTEGER PRIMARY KEY CHECK (one = 1),
    name       TEXT    NOT NULL,
    production INTEGER NOT NULL,
    since      INTEGER NOT NULL
) STRICT;
