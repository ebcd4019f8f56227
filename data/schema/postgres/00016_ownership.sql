-- +goose Up

-- Who runs a system or service. owner is one life of a process, '' where it was let go of; the
-- epoch is raised at every acquisition, and counts for what is written in the system's name
-- until the lease is over: until, which is lease after it was last acquired or renewed. All
-- times are microseconds, by the database's clock. Rows have room beside them: renewals write
-- them again and again.
CREATE TABLE ownership (
    subject TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    owner   TEXT COLLATE "C" NOT NULL,
    epoch   BIGINT NOT NULL CHECK (epoch > 0),
    until   BIGINT NOT NULL,
    lease   BIGINT NOT NULL
) WITH (fillfactor = 50);

-- A key: a change of the epoch waits for writes under way, which lock the row's key, and they
-- for it. A renewal changes no key, waits for no write and holds none up.
CREATE UNIQUE INDEX ownership_epoch ON ownership (subject, epoch);

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION ownership_grows() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'an epoch has one owner, and epochs only grow';
END $$;
-- +goose StatementEnd

CREATE TRIGGER ownership_grows BEFORE UPDATE ON ownership FOR EACH ROW
    WHEN (NEW.epoch < OLD.epoch OR NEW.epoch = OLD.epoch AND NEW.owner <> OLD.owner AND NEW.owner <> '')
    EXECUTE FUNCTION ownership_grows();
CREATE TRIGGER ownership_stays BEFORE DELETE OR TRUNCATE ON ownership
    FOR EACH STATEMENT EXECUTE FUNCTION ownership_grows();
