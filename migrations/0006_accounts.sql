-- +goose Up

-- Sign-ins that failed in a row, by the login as it was typed and by the address it came
-- from. Typed, not found: a login that nobody has is counted and locked like one that
-- somebody has, so that being locked tells nothing.
CREATE TABLE sign_in_failure (
    key      bytea PRIMARY KEY,           -- keyed digest: who reads this table learns no login
    failures integer NOT NULL,
    last_at  timestamptz NOT NULL
);
CREATE INDEX sign_in_failure_last_at ON sign_in_failure (last_at);

-- The same for what a signed-in person must prove again: a second factor, a password.
ALTER TABLE person DROP COLUMN locked_until, ADD COLUMN failed_at timestamptz;

CREATE INDEX role_grant_person ON role_grant (person_id);

-- A write that its sender may repeat without doing it twice (Idempotency-Key).
CREATE TABLE idempotency (
    person_id uuid NOT NULL REFERENCES person,
    key       text COLLATE "C" NOT NULL,
    request   bytea NOT NULL,              -- keyed digest of method, address and body
    status    integer,                     -- NULL while it runs
    type      text NOT NULL DEFAULT '',    -- content type of the answer
    answer    bytea,                       -- sealed: an answer may show personal data
    at        timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (person_id, key)
);
CREATE INDEX idempotency_at ON idempotency (at);

-- +goose Down
DROP INDEX role_grant_person;
DROP TABLE idempotency, sign_in_failure;
ALTER TABLE person DROP COLUMN failed_at, ADD COLUMN locked_until timestamptz;
