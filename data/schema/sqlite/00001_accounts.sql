-- +goose Up

-- Who may sign in. name_key is the name in lower case: names are unique without
-- regard to case. password is an argon2id PHC string, parameters and salt in it.
-- Times, here and everywhere, are microseconds since 1970, UTC.
CREATE TABLE accounts (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    name       TEXT    NOT NULL,
    name_key   TEXT    NOT NULL UNIQUE,
    password   TEXT    NOT NULL,
    created    INTEGER NOT NULL,
    last_login INTEGER NOT NULL
) STRICT;
