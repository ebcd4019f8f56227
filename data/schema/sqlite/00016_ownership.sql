-- +goose Up

-- Who runs a system or service. owner is one life of a process, '' where it was let go of; the
-- epoch is raised at every acquisition, and counts for what is written in the system's name
-- until the lease is over: until, which is lease after it was last acquired or renewed. All
-- times are microseconds, by the database's clock.
CREATE TABLE ownership (
    subject TEXT    NOT NULL PRIMARY KEY,
    owner   TEXT    NOT NULL,
    epoch   INTEGER NOT NULL CHECK (epoch > 0),
    until   INTEGER NOT NULL,
    lease   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX ownership_epoch ON ownership (subject, epoch);

-- +goose StatementBegin
CREATE TRIGGER ownership_grows BEFORE UPDATE ON ownership
WHEN NEW.epoch < OLD.epoch OR NEW.epoch = OLD.epoch AND NEW.owner <> OLD.owner AND NEW.owner <> ''
BEGIN
    SELECT RAISE(ABORT, 'an epoch has one owner, and epochs only grow');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER ownership_stays BEFORE DELETE ON ownership
BEGIN
    SELECT RAISE(ABORT, 'an epoch has one owner, and epochs only grow');
END;
-- +goose StatementEnd
