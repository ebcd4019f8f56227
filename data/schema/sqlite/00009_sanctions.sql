-- +goose Up

-- Who may not play, or not speak, until when (0 for ever) and why. account is 0
-- where subject is a network. Rows stay when they are over, as what there was
-- before; account is no reference, so they outlive a deletion, too.
CREATE TABLE sanctions (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    kind      TEXT    NOT NULL,
    account   INTEGER NOT NULL,
    subject   TEXT    NOT NULL,
    reason    TEXT    NOT NULL,
    author    TEXT    NOT NULL,
    created   INTEGER NOT NULL,
    until     INTEGER NOT NULL,
    lifted    INTEGER NOT NULL DEFAULT 0,
    lifted_by TEXT    NOT NULL DEFAULT ''
) STRICT;

CREATE INDEX sanctions_account ON sanctions (account);
