-- +goose Up

-- What a list shows as the price: the fixed one, or the ceiling; NULL is to be quoted.
ALTER TABLE procurement ADD COLUMN price_fen bigint GENERATED ALWAYS AS
    (coalesce(nullif((terms ->> 'priceFen')::bigint, 0), nullif((terms ->> 'ceilingFen')::bigint, 0))) STORED;

-- The public list in its two orders. Every filter but the item is answered from the index
-- alone: reading on through it until a page is full costs little even where few match.
DROP INDEX procurement_published;
CREATE INDEX procurement_published ON procurement (published_at DESC, id DESC)
    INCLUDE (state, deadline, region_code, method, fiscal, price_fen, org_id, title, purchaser, number);
CREATE INDEX procurement_deadline ON procurement (deadline, id)
    INCLUDE (state, published_at, region_code, method, fiscal, price_fen, org_id, title, purchaser, number);
CREATE INDEX procurement_awaited ON procurement (selection_at) WHERE state IN ('open', 'selecting');
CREATE INDEX draw_made ON draw (drawn_at DESC) WHERE purpose = 'selection' AND voided_at IS NULL AND drawn_at IS NOT NULL;

-- Whoever watches a procurement is told of each step when it commits.
-- +goose StatementBegin
CREATE FUNCTION tell_procurement() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('procurement', NEW.procurement_id::text);
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER procurement_event_told AFTER INSERT ON procurement_event FOR EACH ROW EXECUTE FUNCTION tell_procurement();

-- 示例数据: an invented purchaser rests on no submission.
ALTER TABLE purchaser ALTER COLUMN submission_id DROP NOT NULL, ADD CONSTRAINT purchaser_verified CHECK (demo OR submission_id IS NOT NULL);

-- +goose Down
DELETE FROM purchaser WHERE submission_id IS NULL;
ALTER TABLE purchaser DROP CONSTRAINT purchaser_verified, ALTER COLUMN submission_id SET NOT NULL;
DROP TRIGGER procurement_event_told ON procurement_event;
DROP FUNCTION tell_procurement();
DROP INDEX draw_made, procurement_awaited, procurement_deadline, procurement_published;
CREATE INDEX procurement_published ON procurement (published_at DESC, id DESC);
ALTER TABLE procurement DROP COLUMN price_fen;
