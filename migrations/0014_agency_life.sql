-- +goose Up

-- The life of an agency (domain.md section 4, internal/agency/workflow.go). A term ends
-- by itself: whoever reads compares state_until with the day.
ALTER TABLE agency DROP CONSTRAINT agency_state_check;
ALTER TABLE agency ADD CONSTRAINT agency_state_check CHECK (state IN ('admitted','restricted','suspended','exited','removed'));
ALTER TABLE agency
    ADD organisation_id uuid REFERENCES organisation,  -- whose people act for it; NULL: imported, not yet claimed
    ADD state_since     date,
    ADD state_until     date,                          -- last day of a restriction or suspension
    ADD state_reason    text NOT NULL DEFAULT '',
    ADD CONSTRAINT agency_term CHECK (state NOT IN ('restricted','suspended') OR state_until IS NOT NULL);
CREATE UNIQUE INDEX agency_organisation ON agency (organisation_id) WHERE organisation_id IS NOT NULL;

-- Lists show who may work: the suspended whose term is over among them.
DROP INDEX agency_admitted;
CREATE INDEX agency_present ON agency (region_code, id DESC) INCLUDE (state, state_until) WHERE state IN ('admitted','restricted','suspended');

-- What an item's catalogue entry asks for, read from its words: whether it asks for a
-- qualification at all, and the words without what stands in brackets. A certificate of
-- exactly that name is one that carries the item (docs/adr/0009).
ALTER TABLE service_item
    ADD certificate_name text GENERATED ALWAYS AS (btrim(regexp_replace(required_qualification, '[（(][^（）()]*[）)]', '', 'g'))) STORED,
    ADD needs_qualification boolean GENERATED ALWAYS AS (
        btrim(regexp_replace(required_qualification, '[（(][^（）()]*[）)]', '', 'g')) <> ''
        AND btrim(regexp_replace(required_qualification, '[（(][^（）()]*[）)]', '', 'g')) !~ '(^|[/、或])\s*(无|不要求)') STORED;

ALTER TABLE agency_qualification
    ADD valid_from date,
    ADD CONSTRAINT agency_qualification_term CHECK (valid_from <= valid_to);

-- The items a certificate carries, as its holder declared and the reviewer accepted.
CREATE TABLE agency_qualification_item (
    qualification_id uuid NOT NULL REFERENCES agency_qualification ON DELETE CASCADE,
    item_id          uuid NOT NULL REFERENCES service_item,
    PRIMARY KEY (qualification_id, item_id)
);
SELECT publish_changes('agency_qualification_item', 'agency');

-- The days on which an item is carried by a certificate: derived from the two tables
-- above by refresh_carried, so that a list asks each row one question about the day.
-- NULL: every day. In both indexes, so that lists and counts need not visit the table.
ALTER TABLE agency_item ADD carried datemultirange;
ALTER TABLE agency_item DROP CONSTRAINT agency_item_pkey, ADD PRIMARY KEY (item_id, agency_id) INCLUDE (carried);
DROP INDEX agency_item_agency;
CREATE INDEX agency_item_agency ON agency_item (agency_id) INCLUDE (item_id, carried);

-- +goose StatementBegin
-- Works out carried anew for agencies, for items, or for both; NULL means all. Whoever
-- writes certificates, what they carry, or an agency's organisation calls it.
CREATE FUNCTION refresh_carried(agencies uuid[], items uuid[]) RETURNS void LANGUAGE sql AS $$
    UPDATE agency_item ai SET carried = n.days
    FROM (
        SELECT x.item_id, x.agency_id,
               CASE WHEN NOT i.needs_qualification THEN NULL
                    WHEN bool_or(q.declared) THEN range_agg(q.term) FILTER (WHERE q.declared)
                    WHEN count(q.term) > 0 THEN range_agg(q.term)
                    WHEN a.organisation_id IS NULL THEN NULL
                    ELSE '{}'::datemultirange END AS days
        FROM agency_item x
        JOIN service_item i ON i.id = x.item_id
        JOIN agency a ON a.id = x.agency_id
        LEFT JOIN LATERAL (
            SELECT daterange(q.valid_from, q.valid_to, '[]') AS term, c.item_id IS NOT NULL AS declared
            FROM agency_qualification q
            LEFT JOIN agency_qualification_item c ON c.qualification_id = q.id AND c.item_id = x.item_id
            WHERE q.agency_id = x.agency_id AND (c.item_id IS NOT NULL OR q.name = i.certificate_name)) q ON true
        WHERE (agencies IS NULL OR x.agency_id = ANY (agencies)) AND (items IS NULL OR x.item_id = ANY (items))
        GROUP BY x.item_id, x.agency_id, i.needs_qualification, a.organisation_id) n
    WHERE ai.item_id = n.item_id AND ai.agency_id = n.agency_id AND ai.carried IS DISTINCT FROM n.days
$$;

-- An item that comes to ask for something else is carried by other certificates.
CREATE FUNCTION carry_anew() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM refresh_carried(NULL, ARRAY[NEW.id]);
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER service_item_carried AFTER UPDATE OF required_qualification ON service_item FOR EACH ROW
    WHEN (OLD.required_qualification IS DISTINCT FROM NEW.required_qualification) EXECUTE FUNCTION carry_anew();
SELECT refresh_carried(NULL, NULL);

-- Papers handed in: of the agency itself, of a certificate, of a practitioner.
CREATE TABLE agency_file (
    agency_id        uuid NOT NULL REFERENCES agency ON DELETE CASCADE,
    name             text NOT NULL,    -- businessLicence, commitmentLetter, ... or scan
    qualification_id uuid REFERENCES agency_qualification ON DELETE CASCADE,
    practitioner_id  uuid REFERENCES practitioner ON DELETE CASCADE,
    file_id          uuid NOT NULL REFERENCES file,
    CHECK (num_nonnulls(qualification_id, practitioner_id) <= 1)
);
CREATE UNIQUE INDEX agency_file_once ON agency_file (agency_id, name, coalesce(qualification_id, practitioner_id, agency_id));
CREATE INDEX agency_file_qualification ON agency_file (qualification_id) WHERE qualification_id IS NOT NULL;
CREATE INDEX agency_file_practitioner ON agency_file (practitioner_id) WHERE practitioner_id IS NOT NULL;
CREATE INDEX agency_file_file ON agency_file (file_id);

-- The authorised agent (业务授权人); never public.
CREATE TABLE agency_agent (
    agency_id uuid PRIMARY KEY REFERENCES agency ON DELETE CASCADE,
    name      text NOT NULL,
    id_number bytea NOT NULL,          -- sealed
    id_digest bytea NOT NULL,
    phone     bytea NOT NULL           -- sealed
);

-- Affiliation with an authority (红顶中介): declared at admission, or imported.
CREATE TABLE agency_affiliation (
    id            uuid PRIMARY KEY,
    agency_id     uuid NOT NULL REFERENCES agency ON DELETE CASCADE,
    authority     text NOT NULL,
    relation      text NOT NULL CHECK (relation IN ('sponsored','subordinate','equity','staff')),
    since         date,
    note          text NOT NULL,       -- declared: in the agency's words; imported: where it was found
    declared      boolean NOT NULL,
    demo          boolean NOT NULL DEFAULT false,
    batch_id      uuid NOT NULL REFERENCES import_batch,
    UNIQUE (agency_id, declared, authority, relation)
);
SELECT publish_changes('agency_affiliation', 'agency');

-- The honour and the sanction list (红黑名单): proposed by one official, confirmed by
-- another (domain.md section 3).
CREATE TABLE agency_listing (
    id            uuid PRIMARY KEY,
    agency_id     uuid NOT NULL REFERENCES agency ON DELETE CASCADE,
    list          text NOT NULL CHECK (list IN ('honour','sanction')),
    reason        text NOT NULL,
    basis         text NOT NULL,
    listed_from   date NOT NULL,
    listed_until  date NOT NULL,
    proposer      uuid REFERENCES person,
    confirmer     uuid REFERENCES person,
    submission_id uuid REFERENCES submission,
    demo          boolean NOT NULL DEFAULT false,
    CHECK (listed_from <= listed_until),
    CHECK (demo OR coalesce(submission_id IS NOT NULL AND proposer <> confirmer, false))
);
CREATE INDEX agency_listing_agency ON agency_listing (agency_id);
CREATE INDEX agency_listing_list ON agency_listing (list, id DESC);
SELECT publish_changes('agency_listing', 'agency');

-- Until when a code may not be admitted: after a removal, while sanctioned, and for the
-- rest of a term that its holder left in. It outlives the agency's row.
CREATE TABLE agency_bar (
    id            uuid PRIMARY KEY,
    uscc          text COLLATE "C" NOT NULL,
    until         date NOT NULL,
    reason        text NOT NULL,
    submission_id uuid NOT NULL REFERENCES submission
);
CREATE INDEX agency_bar_uscc ON agency_bar (uscc, until DESC);

-- Each notice about a certificate once: days before its end, -1 that it has ended. A
-- renewed certificate has another end, and notices of its own.
CREATE TABLE certificate_notice (
    certificate_id uuid NOT NULL,
    valid_to       date NOT NULL,
    days           integer NOT NULL,
    sent_at        timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (certificate_id, valid_to, days)
);
-- The last day that the daily job has brought the search index to.
CREATE TABLE agency_day (singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton), day date NOT NULL);

ALTER TABLE import_batch DROP CONSTRAINT import_batch_kind_check;
ALTER TABLE import_batch ADD CONSTRAINT import_batch_kind_check
    CHECK (kind IN ('regions','items','fee-standards','agencies','experts','announcements','affiliations'));

-- +goose Down
ALTER TABLE import_batch DROP CONSTRAINT import_batch_kind_check;
ALTER TABLE import_batch ADD CONSTRAINT import_batch_kind_check
    CHECK (kind IN ('regions','items','fee-standards','agencies','experts','announcements'));
DROP TABLE agency_day, certificate_notice, agency_bar, agency_listing, agency_affiliation, agency_agent, agency_file;
DROP TRIGGER service_item_carried ON service_item;
DROP FUNCTION carry_anew();
DROP FUNCTION refresh_carried(uuid[], uuid[]);
DROP INDEX agency_item_agency;
ALTER TABLE agency_item DROP CONSTRAINT agency_item_pkey, ADD PRIMARY KEY (item_id, agency_id);
CREATE INDEX agency_item_agency ON agency_item (agency_id) INCLUDE (item_id);
ALTER TABLE agency_item DROP COLUMN carried;
DROP TABLE agency_qualification_item;
ALTER TABLE agency_qualification DROP CONSTRAINT agency_qualification_term, DROP COLUMN valid_from;
ALTER TABLE service_item DROP COLUMN needs_qualification, DROP COLUMN certificate_name;
DROP INDEX agency_present, agency_organisation;
CREATE INDEX agency_admitted ON agency (region_code, id DESC) WHERE state = 'admitted';
ALTER TABLE agency DROP CONSTRAINT agency_term, DROP COLUMN organisation_id, DROP COLUMN state_since, DROP COLUMN state_until, DROP COLUMN state_reason;
ALTER TABLE agency DROP CONSTRAINT agency_state_check;
ALTER TABLE agency ADD CONSTRAINT agency_state_check CHECK (state IN ('admitted','exited','removed'));
