-- +goose Up

ALTER TABLE import_batch DROP CONSTRAINT import_batch_kind_check,
    ADD CONSTRAINT import_batch_kind_check CHECK (kind IN ('regions','items','fee-standards','agencies','experts','announcements','affiliations','rubric','penalties'));

-- An entry ends by a version that says so. Each version has where it came from: shipped
-- with the program, or proposed by one officer and confirmed by another.
ALTER TABLE credit_rubric
    ADD COLUMN retired       boolean NOT NULL DEFAULT false,
    ADD COLUMN batch_id      uuid REFERENCES import_batch,
    ADD COLUMN submission_id uuid REFERENCES submission,
    ADD COLUMN proposer      uuid REFERENCES person,
    ADD COLUMN confirmer     uuid REFERENCES person,
    ADD COLUMN made_at       timestamptz NOT NULL DEFAULT now(),
    ADD CONSTRAINT credit_rubric_two_officers CHECK (submission_id IS NULL OR coalesce(confirmer <> proposer, false));

ALTER TABLE credit_record
    DROP CONSTRAINT credit_record_state_check,
    ADD CONSTRAINT credit_record_state_check CHECK (state IN ('proposed','notified','defended','confirmed','withdrawn','published')),
    ADD COLUMN proposed_points integer,                  -- as proposed, where it was confirmed at less
    ADD COLUMN authority       text NOT NULL DEFAULT '', -- who punished, of a penalty
    ADD COLUMN document_no     text NOT NULL DEFAULT '', -- 行政处罚决定书文号
    ADD COLUMN decided_on      date,
    ADD COLUMN decision_basis  text NOT NULL DEFAULT '',
    ADD COLUMN batch_id        uuid REFERENCES import_batch,
    ADD COLUMN notifier        uuid REFERENCES person,   -- the official who took it up and had the agency told
    ADD COLUMN served          text NOT NULL DEFAULT '', -- how one without an account here was told
    ADD COLUMN defence_until   timestamptz,
    ADD COLUMN defence_provisional boolean NOT NULL DEFAULT false,
    ADD COLUMN confirm_note    text NOT NULL DEFAULT '',
    ADD COLUMN withdrawn_at    timestamptz,
    ADD COLUMN withdraw_reason text NOT NULL DEFAULT '',
    -- An imported one has no proposer until an official takes it up.
    DROP CONSTRAINT credit_record_check3,
    ADD CONSTRAINT credit_record_proposed CHECK (demo OR proposer IS NOT NULL OR batch_id IS NOT NULL AND state IN ('proposed','withdrawn')),
    ADD CONSTRAINT credit_record_two_officials CHECK (demo OR confirmer IS NULL OR notifier IS NULL OR confirmer <> notifier),
    ADD CONSTRAINT credit_record_defended CHECK (state <> 'defended' OR defended_at IS NOT NULL);
CREATE UNIQUE INDEX credit_record_penalty ON credit_record (agency_id, document_no, rubric_id) WHERE batch_id IS NOT NULL;
CREATE INDEX credit_record_open ON credit_record (proposed_at) WHERE state IN ('proposed','notified','defended');
CREATE INDEX credit_record_rubric ON credit_record (rubric_id) WHERE confirmed_at IS NOT NULL;

-- The course of a record: who did what when, and why.
CREATE TABLE credit_record_event (
    record_id   uuid NOT NULL REFERENCES credit_record,
    seq         integer NOT NULL,
    action      text NOT NULL,
    from_state  text NOT NULL,
    to_state    text NOT NULL,
    person_id   uuid,
    person_name text NOT NULL,
    note        text NOT NULL DEFAULT '',
    at          timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (record_id, seq)
);
CREATE TRIGGER credit_record_event_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON credit_record_event FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Papers of a record: the proposer's evidence, the agency's defence.
CREATE TABLE credit_record_file (
    record_id uuid NOT NULL REFERENCES credit_record,
    file_id   uuid NOT NULL REFERENCES file,
    kind      text NOT NULL CHECK (kind IN ('evidence','defence')),
    PRIMARY KEY (record_id, file_id)
);
CREATE INDEX credit_record_file_file ON credit_record_file (file_id);

-- What the law forbids someone to do, as its authority decided (安全生产法 第92条,
-- 环境影响评价法 第32条, 资产评估法 第47条). It holds on its days by itself.
CREATE TABLE credit_ban (
    id            uuid PRIMARY KEY,
    kind          text NOT NULL CHECK (kind IN ('agency','practitioner')),
    uscc          text COLLATE "C" NOT NULL DEFAULT '',  -- of the agency; of a practitioner's employer when it is known
    name          text NOT NULL,                         -- of the agency; of a practitioner as it is shown, masked
    id_number     bytea,                                 -- of a practitioner, sealed
    id_digest     bytea,                                 -- keyed digest: finds the same person without opening
    law           text NOT NULL,
    conduct       text NOT NULL,
    authority     text NOT NULL,
    document_no   text NOT NULL,
    ban_from      date NOT NULL,
    ban_until     date,                                  -- last day; NULL is for life
    lifted_on     date,                                  -- first day on which it no longer holds
    lift_reason   text NOT NULL DEFAULT '',
    proposer      uuid REFERENCES person,
    confirmer     uuid REFERENCES person,
    submission_id uuid REFERENCES submission,
    recorded_at   timestamptz NOT NULL DEFAULT now(),
    demo          boolean NOT NULL DEFAULT false,
    CHECK (ban_until IS NULL OR ban_until >= ban_from),
    CHECK ((kind = 'practitioner') = (num_nonnulls(id_number, id_digest) = 2)),
    CHECK (kind = 'practitioner' OR uscc <> ''),
    CHECK (demo OR submission_id IS NOT NULL AND coalesce(confirmer <> proposer, false))
);
CREATE INDEX credit_ban_uscc ON credit_ban (uscc) WHERE kind = 'agency';
CREATE INDEX credit_ban_person ON credit_ban (id_digest) WHERE kind = 'practitioner';
CREATE UNIQUE INDEX credit_ban_once ON credit_ban (document_no, uscc, name, ban_from);
SELECT publish_changes('credit_ban', 'credit');

-- What a practitioner is held to, beside the agency: proposed by one, confirmed by another.
CREATE TABLE credit_practitioner_record (
    id            uuid PRIMARY KEY,
    id_number     bytea NOT NULL,          -- sealed; the record goes with the person, not with the employer
    id_digest     bytea NOT NULL,
    name          text NOT NULL,           -- as it is shown, masked
    agency_id     uuid NOT NULL REFERENCES agency,
    rubric_id     text COLLATE "C" NOT NULL DEFAULT '',  -- "" where no entry covers it
    conduct       text NOT NULL,
    basis         text NOT NULL,
    occurred_on   date NOT NULL,
    expires_on    date NOT NULL,           -- last day on which it is shown
    proposer      uuid NOT NULL REFERENCES person,
    confirmer     uuid NOT NULL REFERENCES person,
    submission_id uuid NOT NULL REFERENCES submission,
    recorded_at   timestamptz NOT NULL DEFAULT now(),
    CHECK (confirmer <> proposer)
);
CREATE INDEX credit_practitioner_record_person ON credit_practitioner_record (id_digest);
CREATE INDEX credit_practitioner_record_agency ON credit_practitioner_record (agency_id);
SELECT publish_changes('credit_practitioner_record', 'credit');

-- +goose Down
DROP TABLE credit_practitioner_record, credit_ban, credit_record_file, credit_record_event;
DROP INDEX credit_record_rubric, credit_record_open, credit_record_penalty;
DELETE FROM credit_record WHERE state = 'defended' OR proposer IS NULL AND NOT demo;
ALTER TABLE credit_record DROP CONSTRAINT credit_record_defended, DROP CONSTRAINT credit_record_two_officials, DROP CONSTRAINT credit_record_proposed,
    ADD CONSTRAINT credit_record_check3 CHECK (demo OR proposer IS NOT NULL),
    DROP COLUMN proposed_points, DROP COLUMN authority, DROP COLUMN document_no, DROP COLUMN decided_on, DROP COLUMN decision_basis, DROP COLUMN batch_id, DROP COLUMN notifier,
    DROP COLUMN served, DROP COLUMN defence_until, DROP COLUMN defence_provisional, DROP COLUMN confirm_note, DROP COLUMN withdrawn_at, DROP COLUMN withdraw_reason,
    DROP CONSTRAINT credit_record_state_check,
    ADD CONSTRAINT credit_record_state_check CHECK (state IN ('proposed','notified','confirmed','withdrawn','published'));
ALTER TABLE credit_rubric DROP COLUMN made_at, DROP COLUMN confirmer, DROP COLUMN proposer, DROP COLUMN submission_id, DROP COLUMN batch_id, DROP COLUMN retired;
DELETE FROM import_error WHERE batch_id IN (SELECT id FROM import_batch WHERE kind IN ('rubric','penalties'));
DELETE FROM import_batch WHERE kind IN ('rubric','penalties');
ALTER TABLE import_batch DROP CONSTRAINT import_batch_kind_check,
    ADD CONSTRAINT import_batch_kind_check CHECK (kind IN ('regions','items','fee-standards','agencies','experts','announcements','affiliations'));
