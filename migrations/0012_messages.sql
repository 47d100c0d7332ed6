-- +goose Up

-- What the platform tells one person. The e-mail of a message goes out at least once.
CREATE TABLE message (
    id         uuid PRIMARY KEY,            -- version 7: the order in which they were written
    person_id  uuid NOT NULL REFERENCES person,
    kind       text COLLATE "C" NOT NULL,   -- internal/notice: what a person may turn e-mail off for
    title      text NOT NULL,
    body       text NOT NULL,
    link       text NOT NULL,               -- path on this site; '' for none
    created_at timestamptz NOT NULL DEFAULT now(),
    read_at    timestamptz,
    mail       text NOT NULL DEFAULT 'none' CHECK (mail IN ('none','waiting','sent','failed')),
    mailed_at  timestamptz,
    CHECK ((mail = 'sent') = (mailed_at IS NOT NULL))
);
CREATE INDEX message_person ON message (person_id, id DESC);
CREATE INDEX message_unread ON message (person_id, id DESC) WHERE read_at IS NULL;

-- Kinds of message a person decided on; without a row e-mail is on.
CREATE TABLE message_preference (
    person_id uuid NOT NULL REFERENCES person,
    kind      text COLLATE "C" NOT NULL,
    mail      boolean NOT NULL,
    PRIMARY KEY (person_id, kind)
);

-- Sweeping removes files that no row refers to: a reference is a foreign key.
ALTER TABLE file ADD FOREIGN KEY (uploaded_by) REFERENCES person, ADD FOREIGN KEY (org_id) REFERENCES organisation;
ALTER TABLE submission_file ADD FOREIGN KEY (file_id) REFERENCES file;

-- A person asked to be forgotten (个人信息保护法 第47条); an official carries it out.
CREATE TABLE erasure_request (
    id         uuid PRIMARY KEY,
    person_id  uuid NOT NULL REFERENCES person,
    asked_at   timestamptz NOT NULL DEFAULT now(),
    note       text NOT NULL,
    decided_at timestamptz,
    decided_by uuid REFERENCES person,
    reason     text NOT NULL DEFAULT '',
    CHECK ((decided_at IS NULL) = (decided_by IS NULL))
);
CREATE UNIQUE INDEX erasure_request_open ON erasure_request (person_id) WHERE decided_at IS NULL;

-- The log is searched within regions by what was done; without a region it is the city's.
CREATE INDEX audit_log_action ON audit_log (action, id DESC);

-- +goose Down
DROP INDEX audit_log_action;
DROP TABLE erasure_request;
ALTER TABLE submission_file DROP CONSTRAINT submission_file_file_id_fkey;
ALTER TABLE file DROP CONSTRAINT file_uploaded_by_fkey, DROP CONSTRAINT file_org_id_fkey;
DROP TABLE message_preference, message;
