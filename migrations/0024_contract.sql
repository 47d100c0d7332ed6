-- +goose Up

INSERT INTO content_counter (scope, shard) SELECT 'contract', shard FROM generate_series(0, 7) shard;

-- A contract is drafted from an award, signed by both sides, filed, and ends completed or
-- terminated (domain.md section 4, internal/contract). A draft whose award has fallen is
-- void; that is derived, no row says so.
CREATE SEQUENCE contract_number;
CREATE TABLE contract (
    id             uuid PRIMARY KEY,
    number         text COLLATE "C" NOT NULL UNIQUE
                   DEFAULT 'HT' || to_char(now() AT TIME ZONE 'Asia/Shanghai', 'YYYYMMDD') || lpad(nextval('contract_number')::text, 6, '0'),
    procurement_id uuid NOT NULL REFERENCES procurement,
    award_id       uuid NOT NULL UNIQUE REFERENCES award,
    org_id         uuid NOT NULL REFERENCES organisation,   -- the purchaser
    agency_id      uuid NOT NULL REFERENCES agency,
    region_code    text COLLATE "C" NOT NULL REFERENCES region,
    sectors        text[] NOT NULL DEFAULT '{}',  -- of its service items: whose department officers see it
    title          text NOT NULL,
    state          text NOT NULL CHECK (state IN ('drafted','signed','filed','completed','terminated')),
    version        integer NOT NULL DEFAULT 1,    -- of contract_version: the draft's latest, then the one in force
    award_fen      bigint NOT NULL CHECK (award_fen >= 0),
    award_days     integer NOT NULL CHECK (award_days > 0),
    price_fen      bigint NOT NULL CHECK (price_fen >= 0),  -- of version
    days           integer NOT NULL CHECK (days > 0),       -- promised working days, of version
    sign_by        timestamptz NOT NULL,          -- as the award notice says
    sign_limit     timestamptz NOT NULL,          -- the law's (招标投标法 第46条)
    signed_at      timestamptz,
    start_on       date,                          -- from when the promised days are counted; this day is not one of them
    file_by        timestamptz,
    file_by_provisional boolean NOT NULL DEFAULT false,
    filed_at       timestamptz,
    delivered_at   timestamptz,                   -- of the last result's version that was accepted, or waits to be
    accepted_at    timestamptz,
    used_days      integer,                       -- measured at acceptance
    terminated_at  timestamptz,
    ended_reason   text NOT NULL DEFAULT '',
    late_rate_ppm  integer NOT NULL DEFAULT 0 CHECK (late_rate_ppm >= 0),  -- late interest a day, in millionths; fixed at signing
    demo           boolean NOT NULL DEFAULT false,
    created_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
    updated_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
    CHECK ((state = 'drafted') = (signed_at IS NULL)),
    CHECK (num_nulls(signed_at, start_on, file_by) IN (0, 3)),
    CHECK (filed_at IS NULL OR signed_at IS NOT NULL),
    CHECK (state NOT IN ('filed','completed') OR filed_at IS NOT NULL),
    CHECK ((state = 'completed') = (accepted_at IS NOT NULL)),
    CHECK ((state = 'terminated') = (terminated_at IS NOT NULL)),
    CHECK ((accepted_at IS NULL) = (used_days IS NULL))
);
CREATE INDEX contract_procurement ON contract (procurement_id);
CREATE INDEX contract_org ON contract (org_id, id DESC);
CREATE INDEX contract_agency ON contract (agency_id, id DESC);
CREATE INDEX contract_region ON contract (region_code, id DESC);
CREATE INDEX contract_live ON contract (id) WHERE state IN ('drafted','signed','filed');
SELECT publish_changes('contract', 'contract');

-- What was written, word for word. A version is never edited: an edit is the next version,
-- which nobody has confirmed yet. An amendment is a version proposed with its reason.
CREATE TABLE contract_version (
    contract_id uuid NOT NULL REFERENCES contract,
    version     integer NOT NULL CHECK (version > 0),
    amendment   integer CHECK (amendment > 0),    -- its number; NULL: the contract itself
    state       text NOT NULL CHECK (state IN ('open','in_force','replaced','declined','withdrawn')),
    terms       jsonb NOT NULL,                   -- contract.Terms
    text        text NOT NULL,
    nonce       text NOT NULL,                    -- in the hash, so that nobody guesses a name from it
    hash        text NOT NULL,                    -- SHA-256, contract.Fingerprint
    reason      text NOT NULL DEFAULT '',
    price_fen   bigint NOT NULL,
    days        integer NOT NULL,
    side        text NOT NULL CHECK (side IN ('purchaser','agency')),
    made_by     uuid REFERENCES person,           -- NULL: 示例数据
    made_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
    in_force_at timestamptz,
    answer      text NOT NULL DEFAULT '',         -- why it was declined or withdrawn
    answered_by uuid REFERENCES person,
    answered_at timestamptz,
    PRIMARY KEY (contract_id, version),
    UNIQUE (contract_id, amendment),
    CHECK (amendment IS NULL OR reason <> '')
);
CREATE UNIQUE INDEX contract_version_open ON contract_version (contract_id) WHERE state = 'open';
CREATE UNIQUE INDEX contract_version_in_force ON contract_version (contract_id) WHERE state = 'in_force';

-- A side's confirmation of one version by its hash, with the person's second factor.
CREATE TABLE contract_confirmation (
    contract_id  uuid NOT NULL,
    version      integer NOT NULL,
    side         text NOT NULL CHECK (side IN ('purchaser','agency')),
    person_id    uuid REFERENCES person,          -- NULL: 示例数据
    hash         text NOT NULL,
    confirmed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (contract_id, version, side),
    FOREIGN KEY (contract_id, version) REFERENCES contract_version
);

-- A stop of the clock of promised days. It counts from from_on once the other side has
-- confirmed it, until until_on once that is confirmed too; until_on itself is a day of work.
CREATE TABLE contract_stop (
    id           uuid PRIMARY KEY,
    contract_id  uuid NOT NULL REFERENCES contract,
    kind         text NOT NULL CHECK (kind IN ('owner_papers','authority_review','force_majeure','other')),
    reason       text NOT NULL,
    state        text NOT NULL CHECK (state IN ('proposed','running','resuming','ended','declined','withdrawn')),
    from_on      date NOT NULL,
    side         text NOT NULL CHECK (side IN ('purchaser','agency')),
    proposed_by  uuid REFERENCES person,
    proposed_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    confirmed_by uuid REFERENCES person,
    confirmed_at timestamptz,
    until_on     date,
    resume_side  text CHECK (resume_side IN ('purchaser','agency')),
    resume_by    uuid REFERENCES person,
    resume_reason text NOT NULL DEFAULT '',
    resume_at    timestamptz,
    ended_by     uuid REFERENCES person,
    ended_at     timestamptz,
    answer       text NOT NULL DEFAULT '',        -- why the other side declined
    CHECK (until_on IS NULL OR until_on >= from_on),
    CHECK ((state IN ('running','resuming','ended')) = (confirmed_at IS NOT NULL)),
    CHECK ((state IN ('resuming','ended')) = (until_on IS NOT NULL)),
    CHECK ((state = 'ended') = (ended_at IS NOT NULL)),
    CHECK (confirmed_by IS NULL OR confirmed_by IS DISTINCT FROM proposed_by)
);
CREATE INDEX contract_stop_of ON contract_stop (contract_id, from_on);
-- One stop of a kind at a time.
CREATE UNIQUE INDEX contract_stop_open ON contract_stop (contract_id, kind) WHERE state IN ('proposed','running','resuming');

-- A version of what is delivered for a milestone, and what the purchaser answered.
CREATE TABLE contract_delivery (
    id           uuid PRIMARY KEY,
    contract_id  uuid NOT NULL REFERENCES contract,
    milestone    integer NOT NULL CHECK (milestone > 0),  -- its number in contract.Terms
    version      integer NOT NULL CHECK (version > 0),
    state        text NOT NULL CHECK (state IN ('submitted','revision','accepted')),
    note         text NOT NULL DEFAULT '',
    submitted_by uuid REFERENCES person,
    submitted_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    answer_by    timestamptz NOT NULL,            -- after that the purchaser is reminded; silence accepts nothing
    answer       text NOT NULL DEFAULT '',
    answered_by  uuid REFERENCES person,
    answered_at  timestamptz,
    UNIQUE (contract_id, milestone, version),
    CHECK ((state = 'submitted') = (answered_at IS NULL)),
    CHECK (state <> 'revision' OR answer <> '')
);
CREATE UNIQUE INDEX contract_delivery_open ON contract_delivery (contract_id, milestone) WHERE state = 'submitted';
CREATE UNIQUE INDEX contract_delivery_accepted ON contract_delivery (contract_id, milestone) WHERE state = 'accepted';
SELECT publish_changes('contract_delivery', 'contract');

-- Whether the result passed the authority's review when it was first handed in; a later
-- row that corrects it strikes the one before.
CREATE TABLE contract_first_pass (
    id           uuid PRIMARY KEY,
    contract_id  uuid NOT NULL REFERENCES contract,
    passed       boolean NOT NULL,
    authority    text NOT NULL,
    document     text NOT NULL DEFAULT '',        -- number of its decision
    decided_on   date NOT NULL,
    note         text NOT NULL DEFAULT '',
    recorded_by  uuid REFERENCES person,
    recorded_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    struck_at    timestamptz,
    struck_reason text NOT NULL DEFAULT ''
);
CREATE UNIQUE INDEX contract_first_pass_standing ON contract_first_pass (contract_id) WHERE struck_at IS NULL;
SELECT publish_changes('contract_first_pass', 'contract');

-- A payment as the purchaser recorded it and the agency answered. One recorded by mistake
-- is void; nothing is taken away.
CREATE TABLE contract_payment (
    id          uuid PRIMARY KEY,
    contract_id uuid NOT NULL REFERENCES contract,
    amount_fen  bigint NOT NULL CHECK (amount_fen > 0),
    paid_on     date NOT NULL,
    state       text NOT NULL CHECK (state IN ('recorded','confirmed','disputed','void')),
    note        text NOT NULL DEFAULT '',
    recorded_by uuid REFERENCES person,
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    answer      text NOT NULL DEFAULT '',
    answered_by uuid REFERENCES person,
    answered_at timestamptz,
    CHECK (state <> 'disputed' OR answer <> ''),
    CHECK (state <> 'void' OR answer <> '')
);
CREATE INDEX contract_payment_of ON contract_payment (contract_id, paid_on);
SELECT publish_changes('contract_payment', 'contract');

-- How a contract is to end before it is completed.
CREATE TABLE contract_termination (
    id          uuid PRIMARY KEY,
    contract_id uuid NOT NULL REFERENCES contract,
    how         text NOT NULL CHECK (how IN ('agreement','notice','decision')),
    state       text NOT NULL CHECK (state IN ('proposed','effective','disputed','declined','withdrawn')),
    reason      text NOT NULL,
    basis       text NOT NULL DEFAULT '',         -- the clause or article, or the number of the decision
    side        text NOT NULL CHECK (side IN ('purchaser','agency','operator')),
    made_by     uuid REFERENCES person,
    made_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
    answer_by   timestamptz,                      -- a notice takes effect then, if nobody answered
    answer      text NOT NULL DEFAULT '',
    answered_by uuid REFERENCES person,
    answered_at timestamptz,
    CHECK (how = 'agreement' OR basis <> ''),
    CHECK (side <> 'operator' OR how = 'decision')
);
CREATE UNIQUE INDEX contract_termination_open ON contract_termination (contract_id) WHERE state = 'proposed';
CREATE INDEX contract_termination_due ON contract_termination (answer_by) WHERE state = 'proposed' AND how = 'notice';

-- The attachments of a contract and of what hangs on it; subject_id is the delivery, the
-- payment or the termination, or the contract itself.
CREATE TABLE contract_file (
    contract_id uuid NOT NULL REFERENCES contract,
    file_id     uuid NOT NULL REFERENCES file,
    purpose     text NOT NULL CHECK (purpose IN ('document','amendment','delivery','payment','termination')),
    subject_id  uuid NOT NULL,
    PRIMARY KEY (subject_id, file_id)
);
CREATE INDEX contract_file_of ON contract_file (contract_id);
CREATE INDEX contract_file_file ON contract_file (file_id);

-- The course of a contract, as its two sides and the officials see it. Only grows;
-- entry_id is its line in the public log, where it has one.
CREATE TABLE contract_event (
    contract_id uuid NOT NULL REFERENCES contract,
    seq         integer NOT NULL,
    action      text NOT NULL,
    from_state  text NOT NULL,
    to_state    text NOT NULL,
    person_id   uuid REFERENCES person,           -- NULL: the clock, or 示例数据
    side        text NOT NULL,
    at          timestamptz NOT NULL DEFAULT clock_timestamp(),
    note        text NOT NULL,
    entry_id    uuid,
    PRIMARY KEY (contract_id, seq)
);
CREATE TRIGGER contract_event_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON contract_event FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
SELECT publish_changes('contract_event', 'contract');

-- What the daily turn has told, so that it is told once: subject is an award, a contract, a
-- delivery or a stop.
CREATE TABLE contract_reminder (
    subject_id uuid NOT NULL,
    kind       text NOT NULL,
    told_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (subject_id, kind)
);

-- +goose Down
DROP TABLE contract_reminder, contract_event, contract_file, contract_termination, contract_payment, contract_first_pass, contract_delivery, contract_stop, contract_confirmation, contract_version, contract;
DROP SEQUENCE contract_number;
DELETE FROM content_counter WHERE scope = 'contract';
