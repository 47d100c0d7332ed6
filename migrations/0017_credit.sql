-- +goose Up

INSERT INTO content_counter (scope, shard) SELECT 'credit', shard FROM generate_series(0, 7) shard;

-- The rubric (domain.md section 8): what a conduct costs or earns. An entry is never
-- changed; a new version follows it, and a record keeps the version it was made under.
CREATE TABLE credit_rubric (
    id              text COLLATE "C" NOT NULL CHECK (id ~ '^[A-Z][A-Z0-9-]{1,19}$'),
    version         integer NOT NULL CHECK (version > 0),
    level           text NOT NULL CHECK (level IN ('minor','general','serious','honour')),
    conduct         text NOT NULL,
    points_from     integer NOT NULL,             -- tenths of a point; what a record may give lies between the two
    points_to       integer NOT NULL,
    validity_months integer NOT NULL CHECK (validity_months > 0),
    veto            boolean NOT NULL DEFAULT false, -- D whatever the sum
    legal_basis     text NOT NULL,
    effective_from  date NOT NULL,
    demo            boolean NOT NULL DEFAULT false,
    PRIMARY KEY (id, version),
    CHECK (points_from <= points_to),
    CHECK (CASE level WHEN 'honour' THEN points_from > 0 ELSE points_to < 0 END),
    CHECK (level = 'serious' OR NOT veto)
);
CREATE TRIGGER credit_rubric_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON credit_rubric FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
SELECT publish_changes('credit_rubric', 'credit');

-- A credit record, from its proposal to its end. A score rests on the days alone, so that
-- a past day's can be worked out again: a record counts from its confirmation until its
-- last day, its repair or its being overturned, whichever comes first.
CREATE TABLE credit_record (
    id              uuid PRIMARY KEY,
    agency_id       uuid NOT NULL REFERENCES agency,
    rubric_id       text COLLATE "C" NOT NULL,
    rubric_version  integer NOT NULL,
    points          integer NOT NULL CHECK (points <> 0),  -- tenths
    veto            boolean NOT NULL DEFAULT false,
    facts           text NOT NULL,                -- what was done, in the words that are published
    source          text NOT NULL,                -- who found it: 行政处罚决定书文号, contract, ...
    state           text NOT NULL CHECK (state IN ('proposed','notified','confirmed','withdrawn','published')),
    proposer        uuid REFERENCES person,
    proposed_at     timestamptz NOT NULL,
    notified_at     timestamptz,
    defence         text NOT NULL DEFAULT '',
    defended_at     timestamptz,
    confirmer       uuid REFERENCES person,
    confirmed_at    timestamptz,
    expires_on      date,                         -- last day it counts
    published_at    timestamptz,
    repaired_at     timestamptz,
    repair_reason   text NOT NULL DEFAULT '',
    overturned_at   timestamptz,
    overturn_reason text NOT NULL DEFAULT '',
    demo            boolean NOT NULL DEFAULT false,
    FOREIGN KEY (rubric_id, rubric_version) REFERENCES credit_rubric,
    CHECK ((state IN ('confirmed','published')) = (confirmed_at IS NOT NULL)),
    CHECK ((confirmed_at IS NULL) = (expires_on IS NULL)),
    CHECK (confirmed_at IS NOT NULL OR num_nonnulls(published_at, repaired_at, overturned_at) = 0),
    -- domain.md section 3: a proposer and a different confirmer
    CHECK (demo OR proposer IS NOT NULL),
    CHECK (demo OR confirmed_at IS NULL OR coalesce(confirmer <> proposer, false))
);
CREATE INDEX credit_record_agency ON credit_record (agency_id, confirmed_at);
SELECT publish_changes('credit_record', 'credit');

-- A purchaser's evaluation of a finished service: five dimensions of 1 to 5 stars.
CREATE TABLE credit_evaluation (
    id           uuid PRIMARY KEY,
    agency_id    uuid NOT NULL REFERENCES agency,
    org_id       uuid NOT NULL REFERENCES organisation,  -- the purchaser
    contract_id  uuid,                            -- the service it speaks of
    quality      smallint NOT NULL CHECK (quality BETWEEN 1 AND 5),
    timeliness   smallint NOT NULL CHECK (timeliness BETWEEN 1 AND 5),
    fee          smallint NOT NULL CHECK (fee BETWEEN 1 AND 5),
    conduct      smallint NOT NULL CHECK (conduct BETWEEN 1 AND 5),
    attitude     smallint NOT NULL CHECK (attitude BETWEEN 1 AND 5),
    comment      text NOT NULL DEFAULT '',
    evaluated_by uuid REFERENCES person,
    evaluated_at timestamptz NOT NULL,
    struck_at    timestamptz,                     -- found to be untrue
    struck_reason text NOT NULL DEFAULT '',
    demo         boolean NOT NULL DEFAULT false,
    CHECK (demo OR evaluated_by IS NOT NULL)
);
CREATE INDEX credit_evaluation_agency ON credit_evaluation (agency_id, evaluated_at);
CREATE UNIQUE INDEX credit_evaluation_contract ON credit_evaluation (contract_id) WHERE contract_id IS NOT NULL AND struck_at IS NULL;
SELECT publish_changes('credit_evaluation', 'credit');

-- A fact the platform measured by itself: kept or not kept.
CREATE TABLE credit_fact (
    id          uuid PRIMARY KEY,
    agency_id   uuid NOT NULL REFERENCES agency,
    kind        text NOT NULL CHECK (kind IN ('on_time','first_pass','price_kept','answered')),
    kept        boolean NOT NULL,
    subject_id  uuid,                             -- contract, deliverable or alert it was measured on
    measured_at timestamptz NOT NULL,
    struck_at   timestamptz,                      -- measured wrongly
    demo        boolean NOT NULL DEFAULT false
);
CREATE INDEX credit_fact_agency ON credit_fact (agency_id, measured_at);
CREATE UNIQUE INDEX credit_fact_once ON credit_fact (kind, subject_id) WHERE subject_id IS NOT NULL AND struck_at IS NULL;
SELECT publish_changes('credit_fact', 'credit');

-- +goose Down
DROP TABLE credit_fact, credit_evaluation, credit_record, credit_rubric;
DELETE FROM content_counter WHERE scope = 'credit';
