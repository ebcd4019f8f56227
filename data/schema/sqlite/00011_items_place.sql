-- +goose Up

-- What lies in a place, whoever's it is.
CREATE INDEX items_place ON items (location, owner, type);
