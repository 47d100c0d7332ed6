-- +goose Up

-- What an agency's score comes to today: derived from the record, evaluations and facts in
-- the transaction that changes them (internal/credit/standing.go), so that lists can be
-- ordered by it. Every agency has a row; the defaults are what one has of whom nothing is
-- known (domain.md section 8).
CREATE TABLE credit_standing (
    agency_id   uuid PRIMARY KEY REFERENCES agency ON DELETE CASCADE,
    tenths      integer NOT NULL DEFAULT 950,
    grade       text COLLATE "C" NOT NULL DEFAULT 'A' CHECK (grade IN ('AAA','AA','A','B','C','D')),
    fresh       boolean NOT NULL DEFAULT true,     -- fewer than 3 evaluations: shown as new
    veto        boolean NOT NULL DEFAULT false,
    evaluations integer NOT NULL DEFAULT 0,        -- E, in tenths, as the next three
    records     integer NOT NULL DEFAULT 0,        -- R
    facts       integer NOT NULL DEFAULT 0,        -- P
    clamp       integer NOT NULL DEFAULT 0,
    evaluated   integer NOT NULL DEFAULT 0,        -- evaluations in E
    graded_at   timestamptz,                       -- since when in this grade; NULL: since its admission
    worked_at   timestamptz NOT NULL DEFAULT 'epoch',  -- the time it was worked out for
    turns_at    timestamptz,                       -- when something begins or ends by itself next
    CHECK (950 + evaluations + records + facts + clamp = tenths),
    CHECK (veto <= (grade = 'D'))
);
CREATE INDEX credit_standing_rank ON credit_standing (tenths DESC, agency_id DESC);
CREATE INDEX credit_standing_grade ON credit_standing (grade, tenths DESC, agency_id DESC);
CREATE INDEX credit_standing_turn ON credit_standing (turns_at) WHERE turns_at IS NOT NULL;
INSERT INTO credit_standing (agency_id) SELECT id FROM agency;
SELECT publish_changes('credit_standing', 'credit');

-- +goose StatementBegin
CREATE FUNCTION credit_standing_begins() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO credit_standing (agency_id) SELECT id FROM added ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER agency_credit AFTER INSERT ON agency REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION credit_standing_begins();

-- Every change of a score or grade, with how far each part moved it.
CREATE TABLE credit_change (
    id          uuid PRIMARY KEY,
    agency_id   uuid NOT NULL REFERENCES agency ON DELETE CASCADE,
    at          timestamptz NOT NULL,
    from_tenths integer NOT NULL,
    to_tenths   integer NOT NULL,
    from_grade  text COLLATE "C" NOT NULL,
    to_grade    text COLLATE "C" NOT NULL,
    from_veto   boolean NOT NULL,
    to_veto     boolean NOT NULL,
    evaluations integer NOT NULL,
    records     integer NOT NULL,
    facts       integer NOT NULL,
    clamp       integer NOT NULL,
    cause       text NOT NULL CHECK (cause IN ('change','time','recomputed')),
    CHECK (from_tenths + evaluations + records + facts + clamp = to_tenths)
);
CREATE INDEX credit_change_agency ON credit_change (agency_id, id DESC);
CREATE TRIGGER credit_change_stays BEFORE UPDATE ON credit_change FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
SELECT publish_changes('credit_change', 'credit');

-- What a grade leads to, from its first day to its last. While held_at is empty something
-- stronger or longer holds the agency; was_* is what it is put back to.
CREATE TABLE credit_effect (
    id         uuid PRIMARY KEY,
    agency_id  uuid NOT NULL REFERENCES agency ON DELETE CASCADE,
    kind       text NOT NULL CHECK (kind IN ('restricted','suspended','removed')),
    from_at    timestamptz NOT NULL,              -- the fall that led to it
    until      date NOT NULL,                     -- last day; of a removal, of the bar
    reason     text NOT NULL,
    held_at    timestamptz,
    was        text CHECK (was IN ('admitted','restricted','suspended','exited','removed')),
    was_until  date,
    was_reason text NOT NULL DEFAULT '',
    was_effect uuid REFERENCES credit_effect ON DELETE CASCADE,
    ended_at   timestamptz,
    ending     text CHECK (ending IN ('term','lifted','gone')),
    end_reason text NOT NULL DEFAULT '',
    CHECK ((held_at IS NULL) = (was IS NULL)),
    CHECK ((ended_at IS NULL) = (ending IS NULL))
);
CREATE INDEX credit_effect_agency ON credit_effect (agency_id, from_at);
CREATE INDEX credit_effect_open ON credit_effect (until) WHERE ended_at IS NULL;
SELECT publish_changes('credit_effect', 'credit');

-- What is still to be told of the above, to the public log and to the agency: written with
-- the change, so that none is lost, and told in its order by whichever instance comes first.
CREATE TABLE credit_news (
    id        uuid PRIMARY KEY,
    agency_id uuid NOT NULL REFERENCES agency ON DELETE CASCADE,
    kind      text NOT NULL CHECK (kind IN ('credit-grade','credit-effect','credit-effect-ended')),
    body      jsonb NOT NULL,
    at        timestamptz NOT NULL,
    entry_id  uuid,                               -- its line in the public log
    told_at   timestamptz
);
CREATE INDEX credit_news_agency ON credit_news (agency_id, id DESC);
CREATE INDEX credit_news_untold ON credit_news (id) WHERE told_at IS NULL;
SELECT publish_changes('credit_news', 'credit');

-- A bar may follow from credit, not only from a decision.
ALTER TABLE agency_bar ALTER submission_id DROP NOT NULL,
    ADD effect_id uuid UNIQUE,
    ADD CONSTRAINT agency_bar_cause CHECK (num_nonnulls(submission_id, effect_id) = 1);

-- A rating says how often its agency is inspected, which a rule decides.
SELECT publish_changes('rule_value', 'credit');

-- +goose Down
DROP TRIGGER content_insert ON rule_value;
DROP TRIGGER content_update ON rule_value;
DROP TRIGGER content_delete ON rule_value;
DROP TRIGGER content_truncate ON rule_value;
DELETE FROM agency_bar WHERE submission_id IS NULL;
ALTER TABLE agency_bar DROP CONSTRAINT agency_bar_cause, DROP COLUMN effect_id, ALTER submission_id SET NOT NULL;
DROP TABLE credit_news, credit_effect, credit_change;
DROP TRIGGER agency_credit ON agency;
DROP FUNCTION credit_standing_begins();
DROP TABLE credit_standing;
