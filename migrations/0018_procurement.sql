-- +goose Up

INSERT INTO content_counter (scope, shard) SELECT 'procurement', shard FROM generate_series(0, 7) shard;

-- A procurement is a purchaser's published need, from its notice to its award (domain.md
-- section 5, internal/procurement). Its id is the subject of the notice's submission, so
-- that it is known before anything is published.
CREATE SEQUENCE procurement_number;
CREATE TABLE procurement (
    id            uuid PRIMARY KEY,
    number        text COLLATE "C" NOT NULL UNIQUE
                  DEFAULT 'CG' || to_char(now() AT TIME ZONE 'Asia/Shanghai', 'YYYYMMDD') || lpad(nextval('procurement_number')::text, 6, '0'),
    org_id        uuid NOT NULL REFERENCES purchaser (organisation_id),
    purchaser     text NOT NULL,                  -- its name when the notice was published
    region_code   text COLLATE "C" NOT NULL REFERENCES region,
    title         text NOT NULL,
    project_code  text,                           -- of an investment project
    method        text NOT NULL CHECK (method IN ('random','lowest_price','reference_price','credit_weighted','proposal','panel','direct')),
    fiscal        boolean NOT NULL,
    terms         jsonb NOT NULL,                 -- procurement.Terms, with every amendment in it
    terms_version integer NOT NULL DEFAULT 1,
    answer_version integer NOT NULL DEFAULT 1,    -- the earliest version that a bid may answer: a material amendment raises it
    state         text NOT NULL CHECK (state IN ('open','selecting','publicity','suspended','awarded','contracted','in_service','delivered','accepted','evaluated','withdrawn','failed','terminated')),
    round         integer NOT NULL DEFAULT 1 CHECK (round > 0),   -- how many times it has been published, this time included
    previous_id   uuid REFERENCES procurement,    -- the failed one that this one repeats
    published_at  timestamptz NOT NULL,
    deadline      timestamptz NOT NULL,           -- of sign-up, to the millisecond, by the database's clock
    selection_at  timestamptz NOT NULL,
    recipient     text NOT NULL,                  -- age public key that bids are sealed to
    identity      bytea,                          -- its private key, sealed (platform/secret)
    frozen_at     timestamptz,
    pool_hash     text,
    choice        jsonb,                          -- selection.Choice of the purchaser
    choice_until  timestamptz,                    -- by when he has to choose
    wake_at       timestamptz,                    -- while it is selected: when the clock has to look again; NULL: at every turn
    concluded_at  timestamptz,                    -- when the result was found
    publicity_until timestamptz,
    publicity_provisional boolean NOT NULL DEFAULT false,
    ended_reason  text NOT NULL DEFAULT '',
    submission_id uuid REFERENCES submission,     -- NULL: 示例数据
    demo          boolean NOT NULL DEFAULT false,
    updated_at    timestamptz NOT NULL DEFAULT now(),
    CHECK (selection_at >= deadline AND deadline > published_at),
    CHECK (demo OR submission_id IS NOT NULL)
);
CREATE INDEX procurement_published ON procurement (published_at DESC, id DESC);
CREATE INDEX procurement_region ON procurement (region_code, id DESC);
CREATE INDEX procurement_org ON procurement (org_id, id DESC);
CREATE INDEX procurement_due ON procurement (deadline) WHERE state = 'open';
CREATE INDEX procurement_selecting ON procurement (selection_at) WHERE state = 'selecting';
CREATE INDEX procurement_publicity ON procurement (publicity_until) WHERE state = 'publicity';
CREATE INDEX procurement_project ON procurement (project_code) WHERE project_code IS NOT NULL;
SELECT publish_changes('procurement', 'procurement');

CREATE TABLE procurement_item (
    procurement_id uuid NOT NULL REFERENCES procurement,
    item_id        uuid NOT NULL REFERENCES service_item,
    ordinal        smallint NOT NULL,
    PRIMARY KEY (procurement_id, item_id)
);
CREATE INDEX procurement_item_item ON procurement_item (item_id, procurement_id DESC);

-- The published course of a procurement. Only grows; entry_id is its line in the public log.
CREATE TABLE procurement_event (
    procurement_id uuid NOT NULL REFERENCES procurement,
    seq            integer NOT NULL,
    action         text NOT NULL,
    from_state     text NOT NULL,
    to_state       text NOT NULL,
    person_id      uuid REFERENCES person,        -- NULL: the clock
    side           text NOT NULL,                 -- purchaser, agency, operator, clock: what the public is shown instead of a name
    at             timestamptz NOT NULL DEFAULT clock_timestamp(),
    note           text NOT NULL,
    data           jsonb NOT NULL DEFAULT '{}',   -- what was published with it
    entry_id       uuid,                          -- in the public log
    PRIMARY KEY (procurement_id, seq)
);
CREATE TRIGGER procurement_event_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON procurement_event FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
SELECT publish_changes('procurement_event', 'procurement');

-- A question about the notice, answered in public; who asked is never shown.
CREATE TABLE procurement_question (
    id             uuid PRIMARY KEY,
    procurement_id uuid NOT NULL REFERENCES procurement,
    org_id         uuid NOT NULL REFERENCES organisation,
    asked_by       uuid NOT NULL REFERENCES person,
    question       text NOT NULL,
    asked_at       timestamptz NOT NULL DEFAULT clock_timestamp(),
    answer         text,
    answered_by    uuid REFERENCES person,
    answered_at    timestamptz
);
CREATE INDEX procurement_question_of ON procurement_question (procurement_id, asked_at);
SELECT publish_changes('procurement_question', 'procurement');

-- An agency says that a computed recusal is wrong (a namesake, a shared switchboard); an
-- operator decides, and an upheld appeal lifts that kind of block in that procurement.
-- Shown to the agency and to the operators alone.
CREATE TABLE recusal_appeal (
    id             uuid PRIMARY KEY,
    procurement_id uuid NOT NULL REFERENCES procurement,
    agency_id      uuid NOT NULL REFERENCES agency,
    code           text NOT NULL CHECK (code IN ('legal_representative','address','phone','email','person','practitioner','upstream','affiliation','declared')),
    reason         text NOT NULL,
    filed_by       uuid NOT NULL REFERENCES person,
    filed_at       timestamptz NOT NULL DEFAULT clock_timestamp(),
    state          text NOT NULL DEFAULT 'filed' CHECK (state IN ('filed','upheld','dismissed')),
    answer         text NOT NULL DEFAULT '',
    decided_by     uuid REFERENCES person,
    decided_at     timestamptz,
    CHECK ((state = 'filed') = (decided_by IS NULL)),
    CHECK (decided_by IS DISTINCT FROM filed_by)
);
CREATE UNIQUE INDEX recusal_appeal_once ON recusal_appeal (procurement_id, agency_id, code) WHERE state <> 'dismissed';
CREATE INDEX recusal_appeal_open ON recusal_appeal (filed_at) WHERE state = 'filed';
-- How many agencies bear a representative's name.
CREATE INDEX agency_representative ON agency (legal_representative);

-- Sealed bids of every procurement lie together. The address is a keyed digest of
-- procurement and agency: who reads this table learns neither whose a bid is, nor for
-- what, nor how many there are for one notice. A withdrawn bid is a sealed body too.
CREATE TABLE sealed_bid (
    id          uuid PRIMARY KEY DEFAULT gen_random_uuid(),  -- random: an ordered one would tell who came when
    address     bytea NOT NULL UNIQUE,
    subject     bytea NOT NULL,                   -- sealed: what address is the digest of, so that a new key finds it
    body        bytea NOT NULL,                   -- age, to the procurement's recipient
    seal        bytea NOT NULL,                   -- sealed SHA-256 of body: one put in its place by hand has none
    receipt     bytea NOT NULL,                   -- SHA-256 of body
    revision    integer NOT NULL DEFAULT 1,
    received_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE TABLE sealed_bid_file (
    bid_id  uuid NOT NULL REFERENCES sealed_bid ON DELETE CASCADE,
    file_id uuid NOT NULL REFERENCES file,
    PRIMARY KEY (bid_id, file_id)
);
CREATE INDEX sealed_bid_file_file ON sealed_bid_file (file_id);

-- A bid after opening.
CREATE TABLE bid (
    id             uuid PRIMARY KEY,
    procurement_id uuid NOT NULL REFERENCES procurement,
    agency_id      uuid NOT NULL REFERENCES agency,
    uscc           text COLLATE "C" NOT NULL,     -- as it was frozen: the numbers rest on it
    agency_name    text NOT NULL,
    number         integer CHECK (number > 0),    -- in the frozen pool; NULL: not eligible, never in it
    received_at    timestamptz NOT NULL,
    receipt        bytea NOT NULL,
    state          text NOT NULL CHECK (state IN ('opened','valid','disqualified','selected','reserve','not_selected','withdrawn')),
    reason         text NOT NULL DEFAULT '',      -- why disqualified, or not selected
    place          integer,                       -- 1 selected, 2.. reserves in their order
    quote_fen      bigint CHECK (quote_fen >= 0),
    discount_bp    integer CHECK (discount_bp BETWEEN 0 AND 10000),  -- 下浮率 in 1/10000
    days           integer NOT NULL CHECK (days > 0 OR state = 'disqualified'), -- promised working days; a damaged envelope tells none
    proposal       jsonb NOT NULL DEFAULT '{}',   -- procurement.Proposal
    credit_tenths  integer,                       -- credit score × 10 as of the opening
    explanation    text NOT NULL DEFAULT '',      -- of a low quote
    explained_at   timestamptz,
    explain_until  timestamptz,                   -- a low quote must be explained by then; NULL: it is not low
    verdict        text NOT NULL DEFAULT '' CHECK (verdict IN ('','accepted','rejected')),  -- the purchaser's, on the explanation
    opinion        text NOT NULL DEFAULT '',      -- its reason
    struck         text NOT NULL DEFAULT '',      -- why it was struck after the freezing; the number stays
    UNIQUE (procurement_id, agency_id),
    UNIQUE (procurement_id, number)
);
CREATE INDEX bid_agency ON bid (agency_id, id DESC);
SELECT publish_changes('bid', 'procurement');
CREATE TABLE bid_file (
    bid_id  uuid NOT NULL REFERENCES bid ON DELETE CASCADE,
    file_id uuid NOT NULL REFERENCES file,
    PRIMARY KEY (bid_id, file_id)
);
CREATE INDEX bid_file_file ON bid_file (file_id);

-- A draw: its pool and source are fixed before its entropy exists (domain.md section 6).
CREATE TABLE draw (
    id             uuid PRIMARY KEY,
    procurement_id uuid NOT NULL REFERENCES procurement,
    purpose        text NOT NULL CHECK (purpose IN ('selection','panel')),
    attempt        integer NOT NULL DEFAULT 1,
    algorithm      text NOT NULL CHECK (algorithm IN ('sha256','sm3')),
    sources        jsonb NOT NULL,                -- the named source and its fallback
    pool           jsonb NOT NULL,
    pool_hash      text NOT NULL,
    frozen_at      timestamptz NOT NULL,
    pool_entry     uuid,                          -- in the public log
    source_used    integer NOT NULL DEFAULT 0,    -- 0: the named source, 1: its fallback
    entropy        jsonb,
    evidence       jsonb,                         -- draw.Evidence
    drawn_at       timestamptz,
    voided_at      timestamptz,
    voided_by      uuid REFERENCES person,
    void_reason    text NOT NULL DEFAULT '',
    UNIQUE (procurement_id, purpose, attempt)
);
CREATE UNIQUE INDEX draw_standing ON draw (procurement_id, purpose) WHERE voided_at IS NULL;
SELECT publish_changes('draw', 'procurement');

-- Values of drand, verified before they are kept.
CREATE TABLE drand_round (
    chain      text NOT NULL,
    round      bigint NOT NULL,
    randomness text NOT NULL,
    signature  text NOT NULL,
    fetched_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (chain, round)
);

-- A public lottery's result, entered by one official and confirmed by another who typed
-- the same numbers.
CREATE TABLE lottery_result (
    id           uuid PRIMARY KEY,
    game         text NOT NULL,
    issue        text NOT NULL,
    drawn_on     date NOT NULL,
    numbers      bigint[] NOT NULL CHECK (cardinality(numbers) > 0),
    published_at text NOT NULL,                   -- where it can be looked up
    entered_by   uuid NOT NULL REFERENCES person,
    entered_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    confirmed_by uuid REFERENCES person,
    confirmed_at timestamptz,
    CHECK (confirmed_by IS DISTINCT FROM entered_by)
);
CREATE UNIQUE INDEX lottery_result_confirmed ON lottery_result (game, issue) WHERE confirmed_by IS NOT NULL;
CREATE UNIQUE INDEX lottery_result_entered ON lottery_result (game, issue, entered_by);

-- Commit–reveal by purchaser, supervisor and platform; commitments are logged before the
-- pool is frozen.
CREATE TABLE draw_commitment (
    id             uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    procurement_id uuid NOT NULL REFERENCES procurement,
    party          text NOT NULL CHECK (party IN ('purchaser','supervisor','platform')),
    commitment     bytea NOT NULL,                -- SHA-256 of the value
    committed_by   uuid REFERENCES person,        -- NULL: the platform
    committed_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    sealed_value   bytea,                         -- the platform's own, sealed until it is revealed
    value          bytea,
    revealed_at    timestamptz,
    entry_id       uuid,
    UNIQUE (procurement_id, party)
);

-- A panel of experts, drawn with recusal.
CREATE TABLE panel_member (
    procurement_id uuid NOT NULL REFERENCES procurement,
    expert_id      uuid NOT NULL REFERENCES expert,
    ordinal        integer NOT NULL,              -- in drawn order
    state          text NOT NULL CHECK (state IN ('reserve','drawn','declared','recused','absent','scored')),
    note           text NOT NULL DEFAULT '',
    declared_at    timestamptz,                   -- no conflict, declared before any bid is seen
    scored_at      timestamptz,
    PRIMARY KEY (procurement_id, expert_id),
    UNIQUE (procurement_id, ordinal)
);
CREATE INDEX panel_member_expert ON panel_member (expert_id, procurement_id DESC);
CREATE TABLE panel_score (
    procurement_id uuid NOT NULL,
    expert_id      uuid NOT NULL,
    bid_id         uuid NOT NULL REFERENCES bid,
    price          smallint NOT NULL CHECK (price BETWEEN 0 AND 1000),      -- points × 10, of 100
    technical      smallint NOT NULL CHECK (technical BETWEEN 0 AND 1000),
    credit         smallint NOT NULL CHECK (credit BETWEEN 0 AND 1000),
    comment        text NOT NULL DEFAULT '',
    PRIMARY KEY (procurement_id, expert_id, bid_id),
    FOREIGN KEY (procurement_id, expert_id) REFERENCES panel_member
);

-- An objection to a result (异议).
CREATE TABLE procurement_objection (
    id              uuid PRIMARY KEY,
    number          text COLLATE "C" NOT NULL UNIQUE
                    DEFAULT 'YY' || to_char(now() AT TIME ZONE 'Asia/Shanghai', 'YYYYMMDD') || lpad(nextval('objection_number')::text, 6, '0'),
    procurement_id  uuid NOT NULL REFERENCES procurement,
    person_id       uuid REFERENCES person,        -- NULL: from someone not signed in
    org_id          uuid REFERENCES organisation,  -- NULL: not in the name of an organisation
    name            text NOT NULL,                 -- never published, and neither is the text
    contact         bytea NOT NULL,                -- sealed
    text            text NOT NULL,
    state           text NOT NULL DEFAULT 'filed' CHECK (state IN ('filed','accepted','not_accepted','upheld','dismissed')),
    answer          text NOT NULL DEFAULT '',
    filed_at        timestamptz NOT NULL DEFAULT clock_timestamp(),
    due_at          timestamptz NOT NULL,
    due_provisional boolean NOT NULL DEFAULT false,
    escalated_at    timestamptz,                   -- its answer is late, and those above were told
    accepted_at     timestamptz,
    accepted_by     uuid REFERENCES person,
    acceptance      text NOT NULL DEFAULT '',      -- why it is examined
    decided_by      uuid REFERENCES person,
    decided_at      timestamptz,
    CHECK ((state IN ('filed','accepted')) = (decided_at IS NULL)),
    CHECK (state <> 'accepted' OR accepted_at IS NOT NULL)
);
CREATE INDEX procurement_objection_person ON procurement_objection (person_id) WHERE person_id IS NOT NULL;
CREATE INDEX procurement_objection_of ON procurement_objection (procurement_id, filed_at);
CREATE INDEX procurement_objection_open ON procurement_objection (due_at) WHERE state IN ('filed','accepted');
SELECT publish_changes('procurement_objection', 'procurement');

-- An award (中选通知书). A refusal ends one and the first reserve's follows.
CREATE SEQUENCE award_number;
CREATE TABLE award (
    id             uuid PRIMARY KEY,
    number         text COLLATE "C" NOT NULL UNIQUE
                   DEFAULT 'ZX' || to_char(now() AT TIME ZONE 'Asia/Shanghai', 'YYYYMMDD') || lpad(nextval('award_number')::text, 6, '0'),
    procurement_id uuid NOT NULL REFERENCES procurement,
    seq            integer NOT NULL,
    bid_id         uuid NOT NULL UNIQUE REFERENCES bid,
    body           jsonb NOT NULL,                -- procurement.AwardBody: what the paper says
    issued_at      timestamptz NOT NULL,
    entry_id       uuid,
    refused_at     timestamptz,
    refused_by     uuid REFERENCES person,
    refusal        text CHECK (refusal IN ('declined','no_show','refused_to_sign')),
    refused_reason text NOT NULL DEFAULT '',
    CHECK (num_nulls(refused_at, refused_by, refusal) IN (0, 3)),
    UNIQUE (procurement_id, seq)
);
CREATE UNIQUE INDEX award_standing ON award (procurement_id) WHERE refused_at IS NULL;
SELECT publish_changes('award', 'procurement');

-- +goose Down
DROP INDEX agency_representative;
DROP TABLE recusal_appeal, award, procurement_objection, panel_score, panel_member, draw_commitment, lottery_result, drand_round, draw, bid_file, bid, sealed_bid_file, sealed_bid, procurement_question, procurement_event, procurement_item, procurement;
DROP SEQUENCE award_number, procurement_number;
DELETE FROM content_counter WHERE scope = 'procurement';
