-- +goose Up

-- Whoever looks at a market from outside reads the orders of a region, and what was traded
-- there in a day, without reading everybody else's.
CREATE INDEX orders_book ON orders (region, type) WHERE ended = 0;
CREATE INDEX market_days_day ON market_days (region, day);
