-- +goose Up

CREATE TABLE agency (
    id                   uuid PRIMARY KEY,      -- UUIDv7: order of id is order of admission
    uscc                 text COLLATE "C" NOT NULL UNIQUE CHECK (uscc ~ '^[0-9A-HJ-NPQRTUWXY]{18}$'),
    name                 text NOT NULL,
    kind                 text NOT NULL CHECK (kind IN ('enterprise','public_institution','social_organisation','law_or_accounting_firm')),
    legal_representative text NOT NULL,
    region_code          text COLLATE "C" REFERENCES region,  -- NULL: registered outside the city
    domicile             text NOT NULL,         -- province and city of registration, as delivered
    address              text NOT NULL,
    phone                text NOT NULL,         -- the firm's business telephone, published by it
    introduction         text NOT NULL,
    founded_on           date,
    state                text NOT NULL DEFAULT 'admitted' CHECK (state IN ('admitted','exited','removed')),
    admitted_on          date NOT NULL,
    demo                 boolean NOT NULL DEFAULT false,
    batch_id             uuid NOT NULL REFERENCES import_batch,
    field_batches        jsonb NOT NULL DEFAULT '{}',
    created_at           timestamptz NOT NULL DEFAULT now(),
    updated_at           timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX agency_region ON agency (region_code, id DESC);
SELECT publish_changes('agency', 'agency');

CREATE TABLE agency_item (
    item_id   uuid NOT NULL REFERENCES service_item,
    agency_id uuid NOT NULL REFERENCES agency ON DELETE CASCADE,
    PRIMARY KEY (item_id, agency_id)
);
CREATE INDEX agency_item_agency ON agency_item (agency_id) INCLUDE (item_id);
SELECT publish_changes('agency_item', 'agency');

CREATE TABLE agency_qualification (
    id             uuid PRIMARY KEY,
    agency_id      uuid NOT NULL REFERENCES agency ON DELETE CASCADE,
    name           text NOT NULL,        -- 测绘资质
    level          text NOT NULL,        -- 甲级; empty where the qualification has none
    certificate_no text NOT NULL,
    issuer         text NOT NULL,
    valid_to       date,                 -- NULL: no term
    UNIQUE (agency_id, name, certificate_no)
);
CREATE INDEX agency_qualification_name ON agency_qualification (name, agency_id DESC);
SELECT publish_changes('agency_qualification', 'agency');

CREATE TABLE practitioner (
    id             uuid PRIMARY KEY,
    agency_id      uuid NOT NULL REFERENCES agency ON DELETE CASCADE,
    name           text NOT NULL,        -- shown masked: 王*明
    specialty      text NOT NULL,        -- 注册测绘师
    certificate_no text NOT NULL,        -- shown masked
    valid_to       date,
    id_number      bytea,                -- sealed (platform/secret)
    id_digest      bytea,                -- keyed digest: finds the same person without opening
    UNIQUE (agency_id, specialty, certificate_no)
);
CREATE INDEX practitioner_person ON practitioner (id_digest) WHERE id_digest IS NOT NULL;
SELECT publish_changes('practitioner', 'agency');

CREATE TABLE expert (
    id            uuid PRIMARY KEY,
    id_number     bytea NOT NULL,        -- sealed
    id_digest     bytea NOT NULL UNIQUE, -- keyed digest: a person is in the pool once
    phone         bytea NOT NULL,        -- sealed; never public (domain.md section 10)
    name          text NOT NULL,
    employer      text NOT NULL,
    title         text NOT NULL,
    specialties   text[] NOT NULL CHECK (cardinality(specialties) > 0),  -- sectors of the catalogue
    region_code   text COLLATE "C" REFERENCES region,
    state         text NOT NULL DEFAULT 'listed' CHECK (state IN ('listed','suspended','removed')),
    demo          boolean NOT NULL DEFAULT false,
    batch_id      uuid NOT NULL REFERENCES import_batch,
    field_batches jsonb NOT NULL DEFAULT '{}',
    created_at    timestamptz NOT NULL DEFAULT now(),
    updated_at    timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX expert_specialties ON expert USING gin (specialties);
CREATE INDEX expert_region ON expert (region_code, id DESC);
SELECT publish_changes('expert', 'expert');

CREATE TABLE announcement (
    id           uuid PRIMARY KEY,
    kind         text NOT NULL CHECK (kind IN ('notice','policy','guide')),
    title        text NOT NULL,
    body         text NOT NULL,          -- plain text, a blank line between paragraphs
    region_code  text COLLATE "C" NOT NULL REFERENCES region,
    published_at timestamptz NOT NULL,
    demo         boolean NOT NULL DEFAULT false,
    batch_id     uuid NOT NULL REFERENCES import_batch
);
CREATE INDEX announcement_published ON announcement (published_at DESC, id DESC);
SELECT publish_changes('announcement', 'announcement');

-- +goose Down
DROP TABLE announcement, expert, practitioner, agency_qualification, agency_item, agency;
