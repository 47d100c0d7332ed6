-- +goose Up

-- The search index is derived: internal/search builds it from the published tables and
-- can rebuild it at any time.

CREATE SEQUENCE search_document_id;

-- +goose StatementBegin

-- A rebuild fills a second table and swaps it in, so the table and its indexes are made
-- by these functions, for the first time here and again at each rebuild.
CREATE FUNCTION search_create_table(name text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format($t$
        CREATE TABLE %I (
            id          bigint   NOT NULL DEFAULT nextval('search_document_id'),
            kind        smallint NOT NULL,                -- document.go
            key         text     COLLATE "C" NOT NULL,    -- the record's own identity
            slab        smallint NOT NULL,                -- 1 catalogue 2 announcements 3 experts 4–6 agencies
            address     text     NOT NULL,
            code        text     COLLATE "C" NOT NULL,
            title       text     NOT NULL,
            subtitle    text     NOT NULL,
            fields      text     NOT NULL,                -- JSON, shown: [[label, value, ...], ...]
            title_key   text     COLLATE "C" NOT NULL,    -- folded; the next two a line for each value
            strong_key  text     COLLATE "C" NOT NULL,
            weak_key    text     COLLATE "C" NOT NULL,
            pinyin      text     COLLATE "C" NOT NULL,
            regions     text     COLLATE "C" NOT NULL,    -- its own first, then those above; E'\x1f' between
            sectors     text     NOT NULL,                -- likewise
            rank        integer  NOT NULL,
            demo        boolean  NOT NULL,
            grams       tsvector NOT NULL
        ) WITH (toast_tuple_target = 1024)$t$, name);
    -- Ranking reads the keys of up to a thousand rows; grams and fields, which it does
    -- not read, move out of their way. No statistics: plans must not depend on what is
    -- common today (store_query.go bounds the work itself).
    EXECUTE format($t$
        ALTER TABLE %I
            ALTER grams      SET STORAGE EXTERNAL, ALTER grams      SET STATISTICS 0,
            ALTER fields     SET STORAGE EXTERNAL, ALTER fields     SET STATISTICS 0,
            ALTER title_key  SET STORAGE EXTERNAL, ALTER title_key  SET STATISTICS 0,
            ALTER strong_key SET STORAGE EXTERNAL, ALTER strong_key SET STATISTICS 0,
            ALTER weak_key   SET STORAGE EXTERNAL, ALTER weak_key   SET STATISTICS 0,
            ALTER pinyin     SET STORAGE EXTERNAL, ALTER pinyin     SET STATISTICS 0$t$, name);
END $$;

-- One GIN index a slab: a GIN scan reads all there is of a word before the first row
-- comes out, so a common word costs what its slab holds of it. Agencies have a small,
-- a middle and a large slab; each is read only when those before did not fill the answer.
CREATE FUNCTION search_create_indexes(name text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER TABLE %I ADD PRIMARY KEY (id)', name);
    EXECUTE format('CREATE UNIQUE INDEX ON %I (kind, key)', name);
    EXECUTE format('CREATE INDEX ON %I (slab, rank DESC, id)', name);
    EXECUTE format('CREATE INDEX ON %I (code) WHERE code <> %L', name, '');
    EXECUTE format('CREATE INDEX ON %I (left(title_key, 100)) WHERE slab >= 4', name);
    FOR slab IN 1..6 LOOP
        -- A short pending list: every query reads it through.
        EXECUTE format('CREATE INDEX ON %I USING gin (grams) WITH (gin_pending_list_limit = 256) WHERE slab = %s', name, slab);
    END LOOP;
END $$;
-- +goose StatementEnd

SELECT search_create_table('search_document');
SELECT search_create_indexes('search_document');
SELECT publish_changes('search_document', 'search');

-- Records whose documents are to be made again: large deliveries, and what depends on a
-- changed record. An empty key stands for the whole kind.
CREATE SEQUENCE search_outbox_seq;
CREATE TABLE search_outbox (
    kind smallint NOT NULL,
    key  text COLLATE "C" NOT NULL,
    seq  bigint NOT NULL DEFAULT nextval('search_outbox_seq'),
    late boolean NOT NULL DEFAULT false, -- already searchable, noted again for the rebuild under way
    PRIMARY KEY (kind, key)
);
ALTER SEQUENCE search_outbox_seq OWNED BY search_outbox.seq;
CREATE INDEX search_outbox_order ON search_outbox (seq);

CREATE TABLE search_state (
    one            boolean PRIMARY KEY DEFAULT true CHECK (one),
    rebuilding     boolean NOT NULL DEFAULT false,
    region_version bigint NOT NULL DEFAULT -1,  -- content_version of the regions that documents name
    format         integer NOT NULL DEFAULT 0,  -- how documents were made (store_outbox.go)
    rebuilt_at     timestamptz
);
INSERT INTO search_state DEFAULT VALUES;

-- +goose Down
DROP TABLE search_state, search_outbox, search_document;
DROP FUNCTION search_create_indexes(text);
DROP FUNCTION search_create_table(text);
DROP SEQUENCE search_document_id;
