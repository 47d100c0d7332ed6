-- +goose Up

-- Procurements in the one search box: a crowd like the agencies, in slabs of their own
-- (internal/search/class.go). The index is derived and made anew at the next start.
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION search_create_indexes(name text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER TABLE %I ADD PRIMARY KEY (id)', name);
    EXECUTE format('CREATE UNIQUE INDEX ON %I (kind, key)', name);
    EXECUTE format('CREATE INDEX ON %I (slab, rank DESC, id)', name);
    EXECUTE format('CREATE INDEX ON %I (code) WHERE code <> %L', name, '');
    EXECUTE format('CREATE INDEX ON %I (left(title_key, 100)) WHERE slab BETWEEN 4 AND 6', name);
    EXECUTE format('CREATE INDEX ON %I (left(title_key, 100)) WHERE slab BETWEEN 7 AND 9', name);
    FOR slab IN 1..9 LOOP
        -- A short pending list: every query reads it through.
        EXECUTE format('CREATE INDEX ON %I USING gin (grams) WITH (gin_pending_list_limit = 256) WHERE slab = %s', name, slab);
    END LOOP;
END $$;
-- +goose StatementEnd
DROP TABLE search_document;
SELECT search_create_table('search_document');
SELECT search_create_indexes('search_document');
SELECT publish_changes('search_document', 'search');

-- +goose Down
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION search_create_indexes(name text) RETURNS void LANGUAGE plpgsql AS $$
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
DROP TABLE search_document;
SELECT search_create_table('search_document');
SELECT search_create_indexes('search_document');
SELECT publish_changes('search_document', 'search');
