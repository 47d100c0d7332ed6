-- +goose Up

-- Penalties of other authorities are handed in like every other table; what they become are
-- proposed records.
ALTER TABLE delivery DROP CONSTRAINT delivery_kind_check;
ALTER TABLE delivery ADD CONSTRAINT delivery_kind_check CHECK (kind IN ('items','agencies','experts','penalties'));

-- +goose Down
DELETE FROM delivery WHERE kind = 'penalties';
ALTER TABLE delivery DROP CONSTRAINT delivery_kind_check;
ALTER TABLE delivery ADD CONSTRAINT delivery_kind_check CHECK (kind IN ('items','agencies','experts'));
