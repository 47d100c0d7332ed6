-- +goose Up

-- Lists show admitted agencies alone and count up to a thousand of them. Both indexes
-- tell who is admitted without a visit to the table, whose thousand rows lie apart:
-- the first for lists by place, the second, nearly empty, for lists that are driven by
-- what an agency offers or holds and leave out those who are gone.
CREATE INDEX agency_admitted ON agency (region_code, id DESC) WHERE state = 'admitted';
CREATE INDEX agency_gone ON agency (id) WHERE state <> 'admitted';
DROP INDEX agency_region;

-- +goose Down
CREATE INDEX agency_region ON agency (region_code, id DESC);
DROP INDEX agency_gone, agency_admitted;
