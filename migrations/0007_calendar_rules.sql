-- +goose Up

-- A year's holidays as the State Council arranged them, loaded by an operator. A year
-- the program's library carries needs no row; a row overrides the library.
CREATE TABLE calendar_year (
    year      integer PRIMARY KEY CHECK (year BETWEEN 2000 AND 2200),
    document  text NOT NULL CHECK (document <> ''),  -- the notice's number: 国办发明电〔2024〕12号
    days      jsonb NOT NULL CHECK (jsonb_typeof(days) = 'object'),  -- {"2027-01-01": "holiday", "2027-02-20": "workday"}
    loaded_by uuid,                                  -- NULL: by command on the server
    loaded_at timestamptz NOT NULL
);

-- What a region decided instead of a shipped default (data/rules.json). A decision is
-- never edited: the newest one holds from its day on.
CREATE TABLE rule_value (
    name           text COLLATE "C" NOT NULL,
    region_code    text COLLATE "C" NOT NULL REFERENCES region,
    version        integer NOT NULL CHECK (version > 0),
    effective_from date NOT NULL,
    value          jsonb NOT NULL,
    reason         text NOT NULL CHECK (reason <> ''),
    decided_by     uuid,                             -- NULL: by command on the server
    decided_at     timestamptz NOT NULL,
    PRIMARY KEY (name, region_code, version)
);

CREATE TRIGGER rule_value_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON rule_value
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- +goose Down
DROP TABLE rule_value, calendar_year;
