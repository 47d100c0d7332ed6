-- +goose Up

-- Codes and names compare by code point: identical on every machine, and prefix
-- searches can use plain B-trees.

-- A batch is one delivery of data: a file, an API call, the reference data shipped
-- with the program. Every imported row names the batch each of its values came from
-- (domain.md section 11: each value keeps its source and date).
CREATE TABLE import_batch (
    id          uuid PRIMARY KEY,
    kind        text NOT NULL CHECK (kind IN ('regions','items','fee-standards','agencies','experts','announcements')),
    source      text NOT NULL,          -- who delivered it, in words a reader understands
    file_name   text NOT NULL,
    sha256      text NOT NULL,
    demo        boolean NOT NULL DEFAULT false,  -- invented data, shown as 示例数据
    rows_read   bigint NOT NULL DEFAULT 0,
    inserted    bigint NOT NULL DEFAULT 0,
    updated     bigint NOT NULL DEFAULT 0,
    unchanged   bigint NOT NULL DEFAULT 0,
    failed      bigint NOT NULL DEFAULT 0,
    started_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    finished_at timestamptz
);
CREATE INDEX import_batch_started ON import_batch (started_at DESC);

CREATE TABLE import_error (
    batch_id    uuid NOT NULL REFERENCES import_batch ON DELETE CASCADE,
    line        bigint NOT NULL,
    column_name text NOT NULL,
    reason      text NOT NULL
);
CREATE INDEX import_error_batch ON import_error (batch_id, line);

-- One version per published subject. A trigger raises it in the transaction that
-- changes the subject, so a cached page whose versions still match is, provably,
-- what the database would answer now (platform/cache). The version is a sum of
-- counters, one for each of eight groups of sessions, so that two writers of one
-- subject seldom wait for each other.
CREATE TABLE content_counter (
    scope text NOT NULL,
    shard smallint NOT NULL,
    n     bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (scope, shard)
) WITH (fillfactor = 10);
INSERT INTO content_counter (scope, shard)
SELECT scope, shard FROM unnest(ARRAY['region','catalog','fee','agency','expert','announcement','search']) scope, generate_series(0, 7) shard;

CREATE VIEW content_version AS SELECT scope, sum(n)::bigint AS n FROM content_counter GROUP BY scope;

CREATE FUNCTION raise_content(subject text) RETURNS void LANGUAGE sql AS $$
    UPDATE content_counter SET n = n + 1 WHERE scope = subject AND shard = pg_backend_pid() % 8
$$;

-- +goose StatementBegin
CREATE FUNCTION bump_content() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- A statement that touched no row (the same file imported twice) changes nothing.
    -- TRUNCATE has no transition table, so the two cannot share one expression.
    IF TG_OP = 'TRUNCATE' THEN
        PERFORM raise_content(TG_ARGV[0]);
    ELSIF EXISTS (SELECT FROM changed) THEN
        PERFORM raise_content(TG_ARGV[0]);
    END IF;
    RETURN NULL;
END $$;

-- Puts the triggers on a table: one per kind of statement, since a trigger with a
-- transition table may name only one.
CREATE FUNCTION publish_changes(tbl regclass, scope text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE TRIGGER content_insert AFTER INSERT ON %s REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION bump_content(%L)', tbl, scope);
    EXECUTE format('CREATE TRIGGER content_update AFTER UPDATE ON %s REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION bump_content(%L)', tbl, scope);
    EXECUTE format('CREATE TRIGGER content_delete AFTER DELETE ON %s REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION bump_content(%L)', tbl, scope);
    EXECUTE format('CREATE TRIGGER content_truncate AFTER TRUNCATE ON %s FOR EACH STATEMENT EXECUTE FUNCTION bump_content(%L)', tbl, scope);
END $$;
-- +goose StatementEnd

-- +goose Down
DROP FUNCTION publish_changes(regclass, text);
DROP FUNCTION bump_content();
DROP FUNCTION raise_content(text);
DROP VIEW content_version;
DROP TABLE content_counter, import_error, import_batch;
