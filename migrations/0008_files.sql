-- +goose Up

-- An attachment as it was handed in (platform/files). The content lies in the bucket under
-- its digest, once however often it is uploaded; a row is written only when all of it is
-- there. Whatever refers to a row does so by a foreign key: sweeping relies on it.
CREATE TABLE file (
    id          uuid PRIMARY KEY,
    sha256      bytea NOT NULL CHECK (octet_length(sha256) = 32),
    size        bigint NOT NULL CHECK (size > 0),
    media_type  text NOT NULL,      -- as found in the content, never as the uploader said
    name        text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 200),
    uploaded_by uuid NOT NULL,
    org_id      uuid,
    uploaded_at timestamptz NOT NULL,
    scanned_at  timestamptz,        -- NULL: virus scanning was off
    scan_engine text,               -- the scanner with its version and signature date
    CHECK ((scanned_at IS NULL) = (scan_engine IS NULL))
);
CREATE INDEX file_sha256 ON file (sha256);
CREATE INDEX file_uploaded ON file (uploaded_at, id);

-- +goose Down
DROP TABLE file;
