-- +goose Up

-- Until when the two sides of an accepted contract may evaluate each other (domain.md
-- section 5: 10 working days, then the measured facts alone count).
CREATE TABLE contract_evaluation_term (
    contract_id uuid PRIMARY KEY REFERENCES contract,
    accepted_at timestamptz NOT NULL,
    until       timestamptz NOT NULL,
    provisional boolean NOT NULL DEFAULT false,
    closed_at   timestamptz,                      -- when the term's end was dealt with, or both had given theirs
    CHECK (until > accepted_at)
);
CREATE INDEX contract_evaluation_term_open ON contract_evaluation_term (until) WHERE closed_at IS NULL;

-- One side's evaluation of the other (domain.md section 8). Neither side sees the other's
-- before it has given its own or the term is over, so that none is an answer to the other.
-- One that was struck stays; its author's corrected one follows it.
CREATE TABLE contract_evaluation (
    id           uuid PRIMARY KEY,
    contract_id  uuid NOT NULL REFERENCES contract,
    side         text NOT NULL CHECK (side IN ('purchaser','agency')),  -- who evaluates
    agency_id    uuid NOT NULL REFERENCES agency,
    org_id       uuid NOT NULL REFERENCES organisation,                 -- the purchaser
    state        text NOT NULL CHECK (state IN ('given','published','struck','corrected')),
    stars        jsonb NOT NULL,                  -- dimension → 1 to 5
    reasons      jsonb NOT NULL,                  -- dimension → why so few
    comment      text NOT NULL DEFAULT '',
    nonce        text NOT NULL,
    digest       text NOT NULL,                   -- SHA-256, in the public log from the moment it was given
    counts       boolean NOT NULL,                -- in the other side's score
    why_not      text NOT NULL DEFAULT '',
    given_by     uuid REFERENCES person,          -- NULL: 示例数据
    given_at     timestamptz NOT NULL,
    published_at timestamptz,
    reply        text NOT NULL DEFAULT '',
    replied_by   uuid REFERENCES person,
    replied_at   timestamptz,
    struck_at    timestamptz,
    struck_reason text NOT NULL DEFAULT '',
    correct_by   timestamptz,                     -- until when its author may correct it
    corrects     uuid UNIQUE REFERENCES contract_evaluation,
    demo         boolean NOT NULL DEFAULT false,
    CHECK (demo OR given_by IS NOT NULL),
    CHECK ((state = 'given') = (published_at IS NULL)),
    CHECK ((state IN ('struck','corrected')) = (struck_at IS NOT NULL)),
    CHECK (counts OR why_not <> ''),
    CHECK ((reply = '') = (replied_at IS NULL))
);
CREATE UNIQUE INDEX contract_evaluation_once ON contract_evaluation (contract_id, side) WHERE corrects IS NULL;
CREATE INDEX contract_evaluation_agency ON contract_evaluation (agency_id, published_at DESC, id DESC) WHERE side = 'purchaser' AND published_at IS NOT NULL;
CREATE INDEX contract_evaluation_org ON contract_evaluation (org_id, published_at DESC) WHERE side = 'agency' AND published_at IS NOT NULL;
SELECT publish_changes('contract_evaluation', 'contract');

-- The evaluated side's appeal against an evaluation that is untrue, decided by an operator.
CREATE TABLE contract_evaluation_appeal (
    id            uuid PRIMARY KEY,
    evaluation_id uuid NOT NULL UNIQUE REFERENCES contract_evaluation,
    state         text NOT NULL CHECK (state IN ('filed','upheld','dismissed','withdrawn')),
    reason        text NOT NULL,                  -- for the operators and the two sides, never public
    filed_by      uuid REFERENCES person,
    filed_at      timestamptz NOT NULL,
    due_at        timestamptz NOT NULL,
    due_provisional boolean NOT NULL DEFAULT false,
    answer        text NOT NULL DEFAULT '',       -- published
    decided_by    uuid REFERENCES person,
    decided_at    timestamptz,
    CHECK ((state = 'filed') = (decided_at IS NULL)),
    CHECK (state NOT IN ('upheld','dismissed') OR answer <> ''),
    CHECK (decided_by IS NULL OR state = 'withdrawn' OR decided_by IS DISTINCT FROM filed_by)
);
CREATE INDEX contract_evaluation_appeal_open ON contract_evaluation_appeal (due_at, id) WHERE state = 'filed';
SELECT publish_changes('contract_evaluation_appeal', 'contract');

ALTER TABLE contract_file DROP CONSTRAINT contract_file_purpose_check;
ALTER TABLE contract_file ADD CONSTRAINT contract_file_purpose_check CHECK (purpose IN ('document','amendment','delivery','payment','termination','appeal'));

-- +goose Down
DELETE FROM contract_file WHERE purpose = 'appeal';
ALTER TABLE contract_file DROP CONSTRAINT contract_file_purpose_check;
ALTER TABLE contract_file ADD CONSTRAINT contract_file_purpose_check CHECK (purpose IN ('document','amendment','delivery','payment','termination'));
DROP TABLE contract_evaluation_appeal, contract_evaluation, contract_evaluation_term;
