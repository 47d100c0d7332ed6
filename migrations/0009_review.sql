-- +goose Up

-- A submission is anything that wants to be published, and its way through review
-- (domain.md section 4). What it says is JSON judged by its kind's form (internal/review).
CREATE SEQUENCE submission_number;
CREATE TABLE submission (
    id              uuid PRIMARY KEY,
    number          text COLLATE "C" NOT NULL UNIQUE
                    DEFAULT 'SQ' || to_char(now() AT TIME ZONE 'Asia/Shanghai', 'YYYYMMDD') || lpad(nextval('submission_number')::text, 6, '0'),
    kind            text COLLATE "C" NOT NULL,
    title           text NOT NULL,
    subject_id      uuid,                             -- what it changes; NULL until something new is published
    org_id          uuid REFERENCES organisation,     -- for whom; NULL: an official's own submission
    author          uuid NOT NULL REFERENCES person,
    region_code     text COLLATE "C" NOT NULL REFERENCES region,
    sectors         text[] NOT NULL DEFAULT '{}',
    state           text NOT NULL,
    version         integer NOT NULL DEFAULT 1,       -- rises with every write: whoever acts on an older one is told
    content         jsonb NOT NULL,
    base            jsonb,                            -- what was published when it was decided
    assignee        uuid REFERENCES person,
    submitted_at    timestamptz,
    due_at          timestamptz,                      -- end of the formal check
    due_provisional boolean NOT NULL DEFAULT false,   -- 暂定: rests on a calendar not yet published
    escalated_at    timestamptz,
    decided_by      uuid REFERENCES person,
    decided_at      timestamptz,
    publicity_until timestamptz,                      -- objections may be filed until then
    published_at    timestamptz,
    demo            boolean NOT NULL DEFAULT false,
    created_at      timestamptz NOT NULL DEFAULT now(),
    updated_at      timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX submission_queue ON submission (kind, region_code, due_at, id) WHERE state = 'submitted';
CREATE INDEX submission_late ON submission (due_at) WHERE state = 'submitted' AND escalated_at IS NULL;
CREATE INDEX submission_publicity ON submission (publicity_until) WHERE state = 'accepted';
CREATE INDEX submission_org ON submission (org_id, id DESC);
CREATE INDEX submission_author ON submission (author, id DESC);
CREATE INDEX submission_region ON submission (region_code, id DESC);
CREATE INDEX submission_subject ON submission (subject_id, id DESC) WHERE subject_id IS NOT NULL;
-- One matter is under way once: two drafts to change one agency would undo each other.
CREATE UNIQUE INDEX submission_open ON submission (kind, coalesce(subject_id, org_id))
    WHERE state IN ('draft','submitted','returned','accepted') AND coalesce(subject_id, org_id) IS NOT NULL;

-- Each step, with what was submitted at it. Only grows.
CREATE TABLE submission_event (
    submission_id uuid NOT NULL REFERENCES submission,
    seq           integer NOT NULL,
    action        text NOT NULL,
    from_state    text NOT NULL,
    to_state      text NOT NULL,
    person_id     uuid REFERENCES person,   -- NULL: the clock
    person_name   text NOT NULL,
    at            timestamptz NOT NULL DEFAULT clock_timestamp(),
    note          text NOT NULL,
    reasons       jsonb NOT NULL DEFAULT '[]',  -- [{field, reason}]
    content       jsonb,                        -- at submit: what was submitted
    PRIMARY KEY (submission_id, seq)
);
CREATE TRIGGER submission_event_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON submission_event FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Personal numbers of a submission, sealed, apart from what may be shown.
CREATE TABLE submission_secret (
    id            uuid PRIMARY KEY,
    submission_id uuid NOT NULL REFERENCES submission,
    sealed        bytea NOT NULL
);
CREATE INDEX submission_secret_submission ON submission_secret (submission_id);

CREATE TABLE submission_file (
    submission_id uuid NOT NULL REFERENCES submission,
    file_id       uuid NOT NULL,
    PRIMARY KEY (submission_id, file_id)
);
CREATE INDEX submission_file_file ON submission_file (file_id);

-- An objection (异议) in the publicity period, from anyone.
CREATE SEQUENCE objection_number;
CREATE TABLE objection (
    id            uuid PRIMARY KEY,
    number        text COLLATE "C" NOT NULL UNIQUE
                  DEFAULT 'YY' || to_char(now() AT TIME ZONE 'Asia/Shanghai', 'YYYYMMDD') || lpad(nextval('objection_number')::text, 6, '0'),
    submission_id uuid NOT NULL REFERENCES submission,
    name          text NOT NULL,
    contact       bytea NOT NULL,           -- sealed
    text          text NOT NULL,
    state         text NOT NULL DEFAULT 'filed' CHECK (state IN ('filed','upheld','dismissed')),
    answer        text NOT NULL DEFAULT '',
    filed_at      timestamptz NOT NULL DEFAULT now(),
    decided_by    uuid REFERENCES person,
    decided_at    timestamptz
);
CREATE INDEX objection_submission ON objection (submission_id, filed_at);
CREATE INDEX objection_open ON objection (filed_at) WHERE state = 'filed';

-- +goose Down
DROP TABLE objection, submission_file, submission_secret, submission_event, submission;
DROP SEQUENCE objection_number, submission_number;
