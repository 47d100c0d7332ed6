package agency

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"zjcs/internal/platform/db"
)

// shownPractitioners bounds a page; a large institute has hundreds.
const shownPractitioners = 50

// keyed says by which key agencies are asked for: which rows of agency a, and which
// rows x of the tables that hang on it.
type keyed struct{ agencies, parts string }

var (
	byID   = keyed{"a.id = ANY ($1)", "x.agency_id = ANY ($1)"}
	byUSCC = keyed{"a.uscc = ANY ($1)", "x.agency_id IN (SELECT a.id FROM agency a WHERE a.uscc = ANY ($1))"}
)

// getAgencies reads whole agencies in one round trip, table by table: PostgreSQL joins
// the parts of many agencies far more cheaply than it gathers them agency by agency.
func getAgencies(ctx context.Context, q db.Querier, by keyed, keys any) ([]*Agency, error) {
	var list []*Agency
	found := map[uuid.UUID]*Agency{}
	var b pgx.Batch
	b.Queue(`
		SELECT a.id, a.uscc, a.name, a.kind, a.legal_representative, coalesce(a.region_code, ''), coalesce(r.name, a.domicile),
		       a.address, a.phone, a.introduction, coalesce(a.founded_on::text, ''), a.state, a.admitted_on::text, a.demo, a.updated_at,
		       coalesce(a.state_since::text, ''), coalesce(a.state_until::text, ''), a.state_reason, a.organisation_id IS NULL, b.source, b.started_at, b.demo
		FROM agency a
		JOIN import_batch b ON b.id = a.batch_id
		LEFT JOIN region r ON r.code = a.region_code
		WHERE `+by.agencies, keys).Query(func(rows pgx.Rows) error {
		for rows.Next() {
			var id uuid.UUID
			a := &Agency{Items: []OfferedItem{}, Qualifications: []Qualification{}, Practitioners: []Practitioner{}, Affiliations: []Affiliation{}, Listings: []Listing{}}
			err := rows.Scan(&id, &a.USCC, &a.Name, &a.Kind, &a.LegalRepresentative, &a.RegionCode, &a.RegionName,
				&a.Address, &a.Phone, &a.Introduction, &a.FoundedOn, &a.State, &a.AdmittedOn, &a.Demo, &a.UpdatedAt,
				&a.StateSince, &a.StateUntil, &a.StateReason, &a.imported, &a.Source.Name, &a.Source.LoadedAt, &a.Source.Demo)
			if err != nil {
				return err
			}
			a.ID = id.String()
			found[id] = a
			list = append(list, a)
		}
		return rows.Err()
	})
	part := func(sql string, into []any, id *uuid.UUID, add func(a *Agency)) {
		b.Queue(sql+by.parts, keys).Query(func(rows pgx.Rows) error {
			_, err := pgx.ForEachRow(rows, append([]any{id}, into...), func() error {
				if a := found[*id]; a != nil { // written between two statements of the batch
					add(a)
				}
				return nil
			})
			return err
		})
	}
	var id uuid.UUID
	var item OfferedItem
	part(`SELECT x.agency_id, i.code, i.name, i.required_qualification FROM agency_item x JOIN service_item i ON i.id = x.item_id WHERE `,
		[]any{&item.Code, &item.Name, &item.required}, &id, func(a *Agency) { a.Items = append(a.Items, item) })
	var qual Qualification
	part(`SELECT x.agency_id, x.name, x.level, x.certificate_no, x.issuer, coalesce(x.valid_from::text, ''), coalesce(x.valid_to::text, ''),
		ARRAY(SELECT i.code FROM agency_qualification_item c JOIN service_item i ON i.id = c.item_id WHERE c.qualification_id = x.id ORDER BY i.code)
		FROM agency_qualification x WHERE `,
		[]any{&qual.Name, &qual.Level, &qual.CertificateNo, &qual.Issuer, &qual.ValidFrom, &qual.ValidTo, &qual.Carries}, &id,
		func(a *Agency) {
			a.Qualifications = append(a.Qualifications, qual)
			qual.Carries = nil // the next row must not write into this one's
		})
	var person Practitioner
	part(`SELECT x.agency_id, x.name, x.specialty, x.certificate_no, coalesce(x.valid_to::text, '') FROM practitioner x WHERE `,
		[]any{&person.Name, &person.Specialty, &person.CertificateNo, &person.ValidTo}, &id,
		func(a *Agency) { a.Practitioners = append(a.Practitioners, person) })
	var tied Affiliation
	part(`SELECT x.agency_id, x.authority, x.relation, coalesce(x.since::text, ''), x.note, x.declared, b.source, x.demo
		FROM agency_affiliation x JOIN import_batch b ON b.id = x.batch_id WHERE `,
		[]any{&tied.Authority, &tied.Relation, &tied.Since, &tied.Note, &tied.Declared, &tied.Source, &tied.Demo}, &id,
		func(a *Agency) { a.Affiliations = append(a.Affiliations, tied) })
	var listing Listing
	part(`SELECT x.agency_id, x.id::text, x.list, x.reason, x.basis, x.listed_from::text, x.listed_until::text, x.demo FROM agency_listing x WHERE `,
		[]any{&listing.ID, &listing.List, &listing.Reason, &listing.Basis, &listing.From, &listing.Until, &listing.Demo}, &id,
		func(a *Agency) { a.Listings = append(a.Listings, listing) })
	if err := q.SendBatch(ctx, &b).Close(); err != nil {
		return nil, fmt.Errorf("get agencies: %w", err)
	}
	for _, a := range list {
		a.order()
	}
	return list, nil
}

// order puts the parts in the order they are read in, and bounds them.
func (a *Agency) order() {
	slices.SortFunc(a.Items, func(x, y OfferedItem) int { return strings.Compare(x.Code, y.Code) })
	slices.SortFunc(a.Qualifications, func(x, y Qualification) int {
		return cmp.Or(strings.Compare(x.Name, y.Name), strings.Compare(x.CertificateNo, y.CertificateNo))
	})
	slices.SortFunc(a.Practitioners, func(x, y Practitioner) int {
		return cmp.Or(strings.Compare(x.Specialty, y.Specialty), strings.Compare(x.CertificateNo, y.CertificateNo))
	})
	slices.SortFunc(a.Affiliations, func(x, y Affiliation) int {
		return cmp.Or(strings.Compare(x.Authority, y.Authority), strings.Compare(string(x.Relation), string(y.Relation)))
	})
	slices.SortFunc(a.Listings, func(x, y Listing) int { return strings.Compare(y.ID, x.ID) })
	a.PractitionerCount = len(a.Practitioners)
	a.Practitioners = a.Practitioners[:min(len(a.Practitioners), shownPractitioners)]
}

func countAgencies(ctx context.Context, q db.Querier, day string) (Counts, error) {
	c := Counts{ByRegion: map[string]int{}}
	rows, err := q.Query(ctx, `SELECT coalesce(region_code, ''), count(*), count(*) FILTER (WHERE demo)
		FROM agency WHERE state IN ('admitted','restricted','suspended') AND (state <> 'suspended' OR state_until < $1::date) GROUP BY region_code`, day)
	if err != nil {
		return c, fmt.Errorf("count agencies: %w", err)
	}
	var code string
	var n, demo int
	_, err = pgx.ForEachRow(rows, []any{&code, &n, &demo}, func() error {
		c.Admitted += n
		c.Demo += demo
		if code == "" {
			c.Outside = n
		} else {
			c.ByRegion[code] = n
		}
		return nil
	})
	if err != nil {
		return c, fmt.Errorf("count agencies: %w", err)
	}
	return c, nil
}

func countByItem(ctx context.Context, q db.Querier, day string) (map[string]int, error) {
	rows, err := q.Query(ctx, `
		SELECT i.code, x.n FROM service_item i
		JOIN (SELECT ai.item_id, count(*) AS n FROM agency_item ai JOIN agency a ON a.id = ai.agency_id
		      WHERE a.state IN ('admitted','restricted','suspended') AND (a.state <> 'suspended' OR a.state_until < $1::date)
		        AND (ai.carried IS NULL OR ai.carried @> $1::date) GROUP BY ai.item_id) x ON x.item_id = i.id`, day)
	if err != nil {
		return nil, fmt.Errorf("count agencies by item: %w", err)
	}
	out := map[string]int{}
	var code string
	var n int
	_, err = pgx.ForEachRow(rows, []any{&code, &n}, func() error { out[code] = n; return nil })
	if err != nil {
		return nil, fmt.Errorf("count agencies by item: %w", err)
	}
	return out, nil
}

// qualificationNames skips through the index from name to name: a few dozen names
// must not cost a scan of every certificate.
func qualificationNames(ctx context.Context, q db.Querier) ([]string, error) {
	rows, err := q.Query(ctx, `
		WITH RECURSIVE n AS (
			SELECT min(name) AS name FROM agency_qualification
			UNION ALL
			SELECT (SELECT min(q.name) FROM agency_qualification q WHERE q.name > n.name) FROM n WHERE n.name IS NOT NULL)
		SELECT name FROM n WHERE name IS NOT NULL ORDER BY name`)
	if err != nil {
		return nil, fmt.Errorf("qualification names: %w", err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, fmt.Errorf("qualification names: %w", err)
	}
	return out, nil
}
