-- +goose Up

-- From which addresses objections came within the last hour: anyone may object, and nobody
-- may bury what others object under a flood.
CREATE TABLE objection_address (
    address  bytea NOT NULL,              -- keyed digest: who reads this table learns no address
    filed_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX objection_address_filed_at ON objection_address (address, filed_at);

-- +goose Down
DROP TABLE objection_address;
