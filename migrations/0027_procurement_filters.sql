-- +goose Up

-- By item and by sector a list is read from the item's own procurements, in the order in
-- which they were published: a rare item among 100,000 notices costs no more than a
-- common one.
ALTER TABLE procurement_item ADD COLUMN published_at timestamptz;
UPDATE procurement_item x SET published_at = p.published_at FROM procurement p WHERE p.id = x.procurement_id;
ALTER TABLE procurement_item ALTER COLUMN published_at SET NOT NULL;
DROP INDEX procurement_item_item;
CREATE INDEX procurement_item_item ON procurement_item (item_id, published_at DESC, procurement_id DESC);

-- +goose StatementBegin
CREATE FUNCTION procurement_item_published() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.published_at := (SELECT published_at FROM procurement WHERE id = NEW.procurement_id);
    RETURN NEW;
END $$;
CREATE FUNCTION procurement_republished() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE procurement_item SET published_at = NEW.published_at WHERE procurement_id = NEW.id;
    RETURN NULL;
END $$;
-- Every two characters that stand together: what contains a text contains its pairs.
CREATE FUNCTION character_pairs(value text) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 1000 AS $$
    SELECT coalesce(array_agg(DISTINCT substr(value, i, 2)), '{}') FROM generate_series(1, length(value) - 1) i
$$;
-- +goose StatementEnd
CREATE TRIGGER procurement_item_published BEFORE INSERT ON procurement_item FOR EACH ROW EXECUTE FUNCTION procurement_item_published();
CREATE TRIGGER procurement_republished AFTER UPDATE OF published_at ON procurement FOR EACH ROW WHEN (NEW.published_at <> OLD.published_at) EXECUTE FUNCTION procurement_republished();

CREATE INDEX procurement_pairs ON procurement USING gin (character_pairs(lower(title || E'\n' || number || E'\n' || purchaser)));

-- +goose Down
DROP INDEX procurement_pairs;
DROP TRIGGER procurement_republished ON procurement;
DROP TRIGGER procurement_item_published ON procurement_item;
DROP FUNCTION character_pairs(text);
DROP FUNCTION procurement_republished();
DROP FUNCTION procurement_item_published();
DROP INDEX procurement_item_item;
CREATE INDEX procurement_item_item ON procurement_item (item_id, procurement_id DESC);
ALTER TABLE procurement_item DROP COLUMN published_at;
