-- +goose Up

-- Who acts. An organisation and the persons in it; one person may act for several.
CREATE TABLE organisation (
    id          uuid PRIMARY KEY,
    kind        text NOT NULL CHECK (kind IN ('enterprise','public_body','village','natural_person','agency','expert')),
    name        text NOT NULL,
    uscc        text COLLATE "C" CHECK (uscc ~ '^[0-9A-HJ-NPQRTUWXY]{18}$'),
    region_code text COLLATE "C" NOT NULL REFERENCES region,  -- where it is served: for an outside agency the region it applied at
    state       text NOT NULL DEFAULT 'registered' CHECK (state IN ('registered','verified','closed')),
    demo        boolean NOT NULL DEFAULT false,
    created_at  timestamptz NOT NULL DEFAULT now(),
    updated_at  timestamptz NOT NULL DEFAULT now()
);
-- A firm may be purchaser and agency, but neither twice.
CREATE UNIQUE INDEX organisation_uscc ON organisation ((kind = 'agency'), uscc) WHERE uscc IS NOT NULL AND state <> 'closed';
CREATE INDEX organisation_region ON organisation (region_code, id DESC);

CREATE TABLE person (
    id                  uuid PRIMARY KEY,
    name                text NOT NULL,
    login               text COLLATE "C" UNIQUE,      -- lower case; NULL once erased
    email               text COLLATE "C" UNIQUE,      -- lower case
    email_verified_at   timestamptz,
    phone               bytea,                        -- sealed
    phone_digest        bytea,
    id_number           bytea,                        -- sealed
    id_digest           bytea UNIQUE,
    password_hash       text,                         -- argon2id, PHC form; NULL: signs in elsewhere
    password_changed_at timestamptz,
    totp_secret         bytea,                        -- sealed
    totp_confirmed_at   timestamptz,
    totp_step           bigint NOT NULL DEFAULT 0,    -- last step used: a code works once
    recovery_codes      text[] NOT NULL DEFAULT '{}', -- hashes of those not yet used
    state               text NOT NULL DEFAULT 'active' CHECK (state IN ('active','disabled','erased')),
    failures            integer NOT NULL DEFAULT 0,   -- sign-ins failed since the last that succeeded
    locked_until        timestamptz,
    demo                boolean NOT NULL DEFAULT false,
    created_at          timestamptz NOT NULL DEFAULT now(),
    updated_at          timestamptz NOT NULL DEFAULT now()
);

-- Sign-in elsewhere (OpenID Connect): the issuer's own identifier of the person.
CREATE TABLE person_identity (
    issuer    text NOT NULL,
    subject   text NOT NULL,
    person_id uuid NOT NULL REFERENCES person,
    linked_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (issuer, subject)
);
CREATE INDEX person_identity_person ON person_identity (person_id);

-- A grant is a role and where it holds (domain.md section 3). It is revoked, never deleted.
CREATE TABLE role_grant (
    id             uuid PRIMARY KEY,
    person_id      uuid NOT NULL REFERENCES person,
    role           text NOT NULL,
    org_id         uuid REFERENCES organisation,
    region_code    text COLLATE "C" REFERENCES region,
    sector         text NOT NULL DEFAULT '',
    valid_until    timestamptz,           -- delegation may be for a time
    reason         text NOT NULL DEFAULT '',
    granted_by     uuid REFERENCES person,
    granted_at     timestamptz NOT NULL DEFAULT now(),
    revoked_by     uuid REFERENCES person,
    revoked_at     timestamptz,
    revoked_reason text NOT NULL DEFAULT '',
    CHECK ((role IN ('purchaser_admin','purchaser_agent','agency_admin','agency_agent','expert')
            AND org_id IS NOT NULL AND region_code IS NULL AND sector = '')
        OR (role IN ('operator','supervisor','region_admin','platform_admin')
            AND org_id IS NULL AND region_code IS NOT NULL AND sector = '')
        OR (role = 'department_officer' AND org_id IS NULL AND region_code IS NOT NULL))
);
CREATE UNIQUE INDEX role_grant_once ON role_grant
    (person_id, role, coalesce(org_id, '00000000-0000-0000-0000-000000000000'), coalesce(region_code, ''), sector) WHERE revoked_at IS NULL;
CREATE INDEX role_grant_org ON role_grant (org_id) WHERE org_id IS NOT NULL AND revoked_at IS NULL;
CREATE INDEX role_grant_region ON role_grant (region_code, role) WHERE region_code IS NOT NULL AND revoked_at IS NULL;

-- Only the digest of a session's token is kept: who reads this table can sign in as no one.
CREATE TABLE session (
    id               uuid PRIMARY KEY,
    token_digest     bytea NOT NULL UNIQUE,
    person_id        uuid NOT NULL REFERENCES person,
    created_at       timestamptz NOT NULL DEFAULT now(),
    seen_at          timestamptz NOT NULL DEFAULT now(),
    idle             interval NOT NULL,
    expires_at       timestamptz NOT NULL,
    second_factor_at timestamptz,
    method           text NOT NULL CHECK (method IN ('password','oidc')),
    remote           text NOT NULL,
    agent            text NOT NULL,
    revoked_at       timestamptz
);
CREATE INDEX session_person ON session (person_id, created_at DESC);
CREATE INDEX session_expires ON session (expires_at);

-- Tokens that prove control of a mailbox, once. What is kept is their digest.
CREATE TABLE mail_token (
    digest     bytea PRIMARY KEY,
    person_id  uuid NOT NULL REFERENCES person,
    purpose    text NOT NULL CHECK (purpose IN ('reset-password','verify-email')),
    email      text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    used_at    timestamptz
);
CREATE INDEX mail_token_person ON mail_token (person_id, purpose);

-- A solved captcha counts once.
CREATE TABLE captcha_used (
    id         text PRIMARY KEY,
    expires_at timestamptz NOT NULL
);
CREATE INDEX captcha_used_expires ON captcha_used (expires_at);

-- All codes below a region, itself first.
-- +goose StatementBegin
CREATE FUNCTION region_subtree(root text) RETURNS text[] STABLE LANGUAGE sql AS $$
    WITH RECURSIVE t AS (
        SELECT code FROM region WHERE code = root
        UNION ALL
        SELECT r.code FROM region r JOIN t ON r.parent = t.code)
    SELECT array_agg(code) FROM t
$$;
-- +goose StatementEnd

-- Every write, every sensitive read, every refusal: who, from where, what changed.
-- Rows are never changed or removed: the trigger holds that for everyone, and where the
-- program's own database user does not own the table, that user may only add and read.
CREATE TABLE audit_log (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at           timestamptz NOT NULL DEFAULT clock_timestamp(),
    outcome      text NOT NULL CHECK (outcome IN ('done','read','refused')),
    action       text NOT NULL,             -- agency-submission:review, session:open
    person_id    uuid,                      -- NULL: a visitor, or the program itself
    person_name  text NOT NULL,             -- as it was then
    org_id       uuid,
    remote       text NOT NULL,
    agent        text NOT NULL,
    request_id   text NOT NULL,
    subject_kind text NOT NULL,             -- submission, agency, person, ...
    subject_id   text NOT NULL,
    region_code  text COLLATE "C",
    summary      text NOT NULL,             -- a sentence for people
    change       jsonb                      -- field → [before, after]; never a sealed value
);
CREATE INDEX audit_log_at ON audit_log (at DESC, id DESC);
CREATE INDEX audit_log_person ON audit_log (person_id, id DESC) WHERE person_id IS NOT NULL;
CREATE INDEX audit_log_subject ON audit_log (subject_kind, subject_id, id DESC);
CREATE INDEX audit_log_region ON audit_log (region_code, id DESC);

-- +goose StatementBegin
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% only grows: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;
-- +goose StatementEnd
CREATE TRIGGER audit_log_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_log FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- +goose Down
DROP TABLE audit_log;
DROP FUNCTION refuse_change();
DROP FUNCTION region_subtree(text);
DROP TABLE captcha_used, mail_token, session, role_grant, person_identity, person, organisation;
