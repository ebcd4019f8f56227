-- +goose Up

-- What characters own: one row a stack, never an empty one. The CHECK is the
-- last line of defence against a quantity below zero, not the first.
CREATE TABLE items (
    owner    INTEGER NOT NULL REFERENCES characters (id),
    location TEXT    NOT NULL,
    type     TEXT    NOT NULL,
    quantity INTEGER NOT NULL CHECK (quantity > 0),
    PRIMARY KEY (owner, location, type)
) STRICT, WITHOUT ROWID;
