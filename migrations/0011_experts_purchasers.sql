-- +goose Up

-- What an item asks of an agency, the words its basis rests on, and its end.
ALTER TABLE service_item
    ADD COLUMN region_code      text COLLATE "C" REFERENCES region,   -- NULL: all of the city
    ADD COLUMN conditions       jsonb NOT NULL DEFAULT '{}',          -- catalog.Conditions
    ADD COLUMN basis_quotes     jsonb NOT NULL DEFAULT '{}',          -- entry of legal_basis → the words it rests on
    ADD COLUMN abolished_on     date,
    ADD COLUMN abolished_reason text NOT NULL DEFAULT '',
    ADD COLUMN replaced_by      text[] NOT NULL DEFAULT '{}',         -- codes
    ADD CHECK (state = 'abolished' OR abolished_on IS NULL);

-- An expert acts for himself through an organisation of one. One who came in a delivery
-- has none until he claims his entry.
ALTER TABLE expert
    ADD COLUMN org_id          uuid UNIQUE REFERENCES organisation,
    ADD COLUMN person_id       uuid REFERENCES person,
    ADD COLUMN conflicts       jsonb NOT NULL DEFAULT '[]',  -- interests declared, for recusal; never public
    ADD COLUMN confirmed_until date,                         -- past it the expert is not shown and not drawn
    ADD COLUMN left_on         date,                         -- removed at his own wish; NULL: by decision
    ADD COLUMN left_reason     text NOT NULL DEFAULT '';
UPDATE expert SET confirmed_until = ((created_at AT TIME ZONE 'Asia/Shanghai')::date + interval '1 year')::date;
ALTER TABLE expert
    ALTER COLUMN confirmed_until SET NOT NULL,
    ALTER COLUMN confirmed_until SET DEFAULT ((now() AT TIME ZONE 'Asia/Shanghai')::date + interval '1 year')::date;
CREATE INDEX expert_confirmed_until ON expert (confirmed_until) WHERE state = 'listed';

CREATE TABLE expert_certificate (
    id             uuid PRIMARY KEY,
    expert_id      uuid NOT NULL REFERENCES expert ON DELETE CASCADE,
    ordinal        smallint NOT NULL,
    name           text NOT NULL,
    certificate_no text NOT NULL,
    issuer         text NOT NULL,
    valid_to       date,                     -- NULL: no term
    file_id        uuid REFERENCES file,
    UNIQUE (expert_id, ordinal)
);

-- An expert is reminded of a coming end of confirmation once for each number of days.
CREATE TABLE expert_reminder (
    expert_id       uuid NOT NULL REFERENCES expert ON DELETE CASCADE,
    confirmed_until date NOT NULL,
    days            smallint NOT NULL,        -- before the end; -1: it has passed
    reminded_at     timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (expert_id, confirmed_until, days)
);

-- A purchaser is an organisation whose papers were verified. Nothing here is public.
CREATE TABLE purchaser (
    organisation_id      uuid PRIMARY KEY REFERENCES organisation,
    kind                 text NOT NULL CHECK (kind IN ('enterprise','public_body','village','natural_person')),
    legal_representative text NOT NULL,           -- of a natural person: himself
    budget_unit          boolean NOT NULL,        -- spends fiscal money
    supervisor           text NOT NULL,           -- a village's 村务监督委员会主任
    id_number            bytea,                   -- sealed; of a natural person
    id_digest            bytea UNIQUE,            -- a person is a purchaser once
    address              text NOT NULL,
    contact_name         text NOT NULL,
    contact_phone        bytea NOT NULL,          -- sealed
    contact_email        text NOT NULL,
    agent_name           text NOT NULL,           -- who may act for it; empty: none named
    agent_valid_to       date,
    papers               jsonb NOT NULL,          -- field of the form → file
    verified_at          timestamptz NOT NULL,    -- when it was first verified
    submission_id        uuid NOT NULL REFERENCES submission, -- the one it now rests on
    demo                 boolean NOT NULL DEFAULT false,
    updated_at           timestamptz NOT NULL DEFAULT now(),
    CHECK ((kind = 'natural_person') = (id_number IS NOT NULL)),
    CHECK ((id_number IS NULL) = (id_digest IS NULL))
);
-- A file that a purchaser rests on must not be swept.
CREATE TABLE purchaser_file (
    organisation_id uuid NOT NULL REFERENCES purchaser ON DELETE CASCADE,
    file_id         uuid NOT NULL REFERENCES file,
    PRIMARY KEY (organisation_id, file_id)
);
CREATE INDEX purchaser_file_file ON purchaser_file (file_id);

-- A table that an official hands in (归集), from its preview to its being taken in. The
-- file is kept until it is decided.
CREATE SEQUENCE delivery_number;
CREATE TABLE delivery (
    id           uuid PRIMARY KEY,
    number       text COLLATE "C" NOT NULL UNIQUE
                 DEFAULT 'GJ' || to_char(now() AT TIME ZONE 'Asia/Shanghai', 'YYYYMMDD') || lpad(nextval('delivery_number')::text, 6, '0'),
    kind         text NOT NULL CHECK (kind IN ('items','agencies','experts')),
    source       text NOT NULL,
    file_name    text NOT NULL,
    sha256       text NOT NULL,
    size         bigint NOT NULL,
    state        text NOT NULL CHECK (state IN ('reading','ready','refused','importing','done','failed','expired')),
    reach        jsonb NOT NULL,              -- where its author may deliver, when he handed it in
    author       uuid NOT NULL REFERENCES person,
    progress     jsonb NOT NULL DEFAULT '{}', -- bytes read, of how many, rows
    preview      jsonb,                       -- what it would do
    result       jsonb,                       -- what it did
    failure      text NOT NULL DEFAULT '',    -- why it could not be read
    batch_id     uuid REFERENCES import_batch,
    created_at   timestamptz NOT NULL DEFAULT now(),
    confirmed_at timestamptz,
    finished_at  timestamptz
);
CREATE INDEX delivery_author ON delivery (author, id DESC);
CREATE TABLE delivery_content (
    delivery_id uuid NOT NULL REFERENCES delivery ON DELETE CASCADE,
    ordinal     integer NOT NULL,
    bytes       bytea NOT NULL,               -- sealed: tables hold personal numbers
    PRIMARY KEY (delivery_id, ordinal)
);
CREATE TABLE delivery_fault (
    delivery_id uuid NOT NULL REFERENCES delivery ON DELETE CASCADE,
    line        bigint NOT NULL,
    column_name text NOT NULL,
    reason      text NOT NULL
);
CREATE INDEX delivery_fault_delivery ON delivery_fault (delivery_id, line);

-- +goose Down
DROP TABLE delivery_fault, delivery_content, delivery;
DROP SEQUENCE delivery_number;
DROP TABLE purchaser_file, purchaser, expert_reminder, expert_certificate;
DROP INDEX expert_confirmed_until;
ALTER TABLE expert DROP COLUMN org_id, DROP COLUMN person_id, DROP COLUMN conflicts, DROP COLUMN confirmed_until, DROP COLUMN left_on, DROP COLUMN left_reason;
ALTER TABLE service_item DROP COLUMN region_code, DROP COLUMN conditions, DROP COLUMN basis_quotes, DROP COLUMN abolished_on, DROP COLUMN abolished_reason, DROP COLUMN replaced_by;
