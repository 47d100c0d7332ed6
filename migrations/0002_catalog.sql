-- +goose Up

CREATE TABLE region (
    code     text COLLATE "C" PRIMARY KEY CHECK (code ~ '^[0-9]{6}([0-9]{3})?$'),
    name     text NOT NULL,
    kind     text NOT NULL CHECK (kind IN ('city','district','county','county_level_city','development_zone')),
    parent   text COLLATE "C" REFERENCES region,
    batch_id uuid NOT NULL REFERENCES import_batch
);
SELECT publish_changes('region', 'region');

-- A department is the sector authority at a region; the catalogue names it in short (住建).
CREATE TABLE department (
    id          uuid PRIMARY KEY,
    region_code text COLLATE "C" NOT NULL REFERENCES region,
    name        text NOT NULL,
    UNIQUE (region_code, name)
);
SELECT publish_changes('department', 'catalog');

CREATE SEQUENCE approval_item_number;
CREATE TABLE approval_item (
    id   uuid PRIMARY KEY,
    code text COLLATE "C" NOT NULL UNIQUE DEFAULT 'SP' || lpad(nextval('approval_item_number')::text, 4, '0'),
    name text NOT NULL UNIQUE
);
ALTER SEQUENCE approval_item_number OWNED BY approval_item.code;
SELECT publish_changes('approval_item', 'catalog');

CREATE TABLE fee_standard (
    id       text COLLATE "C" PRIMARY KEY,
    name     text NOT NULL,
    document text NOT NULL,      -- the price document's own number
    method   text NOT NULL CHECK (method IN ('progressive_percent','progressive_permille','bracket_interpolate','point_interpolate','cap')),
    status   text NOT NULL,
    body     jsonb NOT NULL,     -- the standard as shipped: tiers, coefficients, notes
    batch_id uuid NOT NULL REFERENCES import_batch
);
SELECT publish_changes('fee_standard', 'fee');

CREATE TABLE service_item (
    id                     uuid PRIMARY KEY,
    code                   text COLLATE "C" NOT NULL UNIQUE CHECK (code ~ '^[A-Z]{2}[0-9]{4,8}$'),
    name                   text NOT NULL,
    sector                 text NOT NULL,
    legal_basis            text[] NOT NULL,
    basis_strength         text NOT NULL CHECK (basis_strength IN ('direct','indirect','none')),
    required_qualification text NOT NULL,
    result_document        text NOT NULL,
    entrusting_parties     text[] NOT NULL CHECK (entrusting_parties <@ ARRAY['applicant','approval_dept']),
    self_prepare           text NOT NULL CHECK (self_prepare IN ('yes','no','conditional')),
    fee_type               text NOT NULL,
    fee_reference          text NOT NULL,
    fee_standard_ids       text[] NOT NULL DEFAULT '{}',
    time_limit             text NOT NULL,    -- as published: "20", "随工期"
    time_limit_workdays    integer CHECK (time_limit_workdays > 0),
    notes                  text NOT NULL,
    unverified_fields      text[] NOT NULL,  -- column names the operator must still confirm: 待核实
    state                  text NOT NULL DEFAULT 'published' CHECK (state IN ('published','abolished')),
    demo                   boolean NOT NULL DEFAULT false,
    batch_id               uuid NOT NULL REFERENCES import_batch,
    field_batches          jsonb NOT NULL DEFAULT '{}',  -- column → batch, where it is not batch_id
    created_at             timestamptz NOT NULL DEFAULT now(),
    updated_at             timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX service_item_sector ON service_item (sector, code);
SELECT publish_changes('service_item', 'catalog');

CREATE TABLE service_item_approval (
    item_id     uuid NOT NULL REFERENCES service_item ON DELETE CASCADE,
    approval_id uuid NOT NULL REFERENCES approval_item,
    ordinal     smallint NOT NULL,
    PRIMARY KEY (item_id, approval_id)
);
CREATE INDEX service_item_approval_approval ON service_item_approval (approval_id);
SELECT publish_changes('service_item_approval', 'catalog');

CREATE TABLE service_item_department (
    item_id       uuid NOT NULL REFERENCES service_item ON DELETE CASCADE,
    department_id uuid NOT NULL REFERENCES department,
    ordinal       smallint NOT NULL,
    PRIMARY KEY (item_id, department_id)
);
CREATE INDEX service_item_department_department ON service_item_department (department_id);
SELECT publish_changes('service_item_department', 'catalog');

-- +goose Down
DROP TABLE service_item_department, service_item_approval, service_item, fee_standard, approval_item, department, region;
