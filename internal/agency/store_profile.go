package agency

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"zjcs/internal/platform/db"
	"zjcs/internal/review"
)

// profileOf is what is published of an agency, as its form holds it: sealed values in
// the clear, rows named by their records.
func (d Door) profileOf(ctx context.Context, q db.Querier, id uuid.UUID) (profile, error) {
	var p profile
	var agentID, agentPhone []byte
	err := q.QueryRow(ctx, `
		SELECT a.uscc, a.name, a.kind, a.legal_representative, CASE WHEN a.region_code IS NULL THEN $2 ELSE $3 END, coalesce(a.region_code, ''),
		       CASE WHEN a.region_code IS NULL THEN a.domicile ELSE '' END, coalesce(o.region_code, ''), a.address, a.phone, coalesce(a.founded_on::text, ''),
		       a.introduction, a.organisation_id IS NOT NULL, coalesce(g.name, ''), g.id_number, g.phone,
		       ARRAY(SELECT i.code FROM agency_item x JOIN service_item i ON i.id = x.item_id WHERE x.agency_id = a.id ORDER BY i.code)
		FROM agency a LEFT JOIN organisation o ON o.id = a.organisation_id LEFT JOIN agency_agent g ON g.agency_id = a.id WHERE a.id = $1`,
		id, Outside, inCity).Scan(&p.USCC, &p.Name, &p.Kind, &p.LegalRepresentative, &p.Registered, &p.Region, &p.Domicile, &p.HandlingRegion,
		&p.Address, &p.Phone, &p.FoundedOn, &p.Introduction, &p.Committed, &p.AgentName, &agentID, &agentPhone, &p.Items)
	if errors.Is(err, pgx.ErrNoRows) {
		return p, errNoAgency
	}
	if err != nil {
		return p, fmt.Errorf("agency profile: %w", err)
	}
	if p.Committed { // claimed or admitted: it has said what it hangs on
		p.Affiliated = unaffiliated
	}
	for sealed, into := range map[*[]byte]*string{&agentID: &p.AgentIDNumber, &agentPhone: &p.AgentPhone} {
		if *sealed == nil {
			continue
		}
		field := FieldAgentID
		if sealed == &agentPhone {
			field = FieldAgentPhone
		}
		if *into, err = d.Vault.Open(field, *sealed); err != nil {
			return p, err
		}
	}
	return p, d.profileParts(ctx, q, id, &p)
}

func (d Door) profileParts(ctx context.Context, q db.Querier, id uuid.UUID, p *profile) error {
	var b pgx.Batch
	b.Queue(`
		SELECT q.id::text, q.name, q.level, q.certificate_no, q.issuer, coalesce(q.valid_from::text, ''), coalesce(q.valid_to::text, ''), coalesce(f.file_id::text, ''),
		       ARRAY(SELECT i.code FROM agency_qualification_item c JOIN service_item i ON i.id = c.item_id WHERE c.qualification_id = q.id ORDER BY i.code)
		FROM agency_qualification q LEFT JOIN agency_file f ON f.qualification_id = q.id
		WHERE q.agency_id = $1 ORDER BY q.name, q.certificate_no`, id).Query(func(rows pgx.Rows) error {
		var err error
		p.Qualifications, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (c certificate, err error) {
			err = row.Scan(&c.RowID, &c.Name, &c.Level, &c.CertificateNo, &c.Issuer, &c.ValidFrom, &c.ValidTo, &c.Scan, &c.Carries)
			return c, err
		})
		return err
	})
	b.Queue(`
		SELECT p.id::text, p.name, p.specialty, p.certificate_no, coalesce(p.valid_to::text, ''), coalesce(f.file_id::text, ''), p.id_number
		FROM practitioner p LEFT JOIN agency_file f ON f.practitioner_id = p.id
		WHERE p.agency_id = $1 ORDER BY p.specialty, p.certificate_no`, id).Query(func(rows pgx.Rows) error {
		var err error
		p.Practitioners, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (s signatory, err error) {
			var sealed []byte
			if err = row.Scan(&s.RowID, &s.Name, &s.Specialty, &s.CertificateNo, &s.ValidTo, &s.Scan, &sealed); err == nil && sealed != nil {
				s.IDNumber, err = d.Vault.Open(FieldPractitionerID, sealed)
			}
			return s, err
		})
		return err
	})
	b.Queue(`
		SELECT id::text, authority, relation, coalesce(since::text, ''), note FROM agency_affiliation
		WHERE agency_id = $1 AND declared ORDER BY authority, relation`, id).Query(func(rows pgx.Rows) error {
		var err error
		p.Affiliations, err = pgx.CollectRows(rows, pgx.RowToStructByPos[tie])
		if len(p.Affiliations) > 0 {
			p.Affiliated = affiliated
		}
		return err
	})
	b.Queue(`SELECT name, file_id::text FROM agency_file WHERE agency_id = $1 AND qualification_id IS NULL AND practitioner_id IS NULL`, id).Query(func(rows pgx.Rows) error {
		var name, file string
		papers := p.papers()
		_, err := pgx.ForEachRow(rows, []any{&name, &file}, func() error {
			if into := papers[name]; into != nil {
				*into = file
			}
			return nil
		})
		return err
	})
	if err := q.SendBatch(ctx, &b).Close(); err != nil {
		return fmt.Errorf("agency profile: %w", err)
	}
	return nil
}

// wantedItems are those of the catalogue with these codes.
func wantedItems(ctx context.Context, q db.Querier, codes []string) (map[string]wanted, error) {
	rows, err := q.Query(ctx, `
		SELECT i.id, i.code, i.name, i.sector, i.required_qualification, i.state = 'published',
		       ARRAY(SELECT d.name FROM service_item_department x JOIN department d ON d.id = x.department_id WHERE x.item_id = i.id)
		FROM service_item i WHERE i.code = ANY ($1)`, codes)
	if err != nil {
		return nil, fmt.Errorf("items applied for: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (w wanted, err error) {
		err = row.Scan(&w.id, &w.code, &w.name, &w.sector, &w.required, &w.published, &w.departments)
		return w, err
	})
	if err != nil {
		return nil, fmt.Errorf("items applied for: %w", err)
	}
	out := make(map[string]wanted, len(list))
	for _, w := range list {
		out[w.code] = w
	}
	return out, nil
}

func sectorsOf(items map[string]wanted) []string {
	out := []string{}
	for _, w := range items {
		if !slices.Contains(out, w.sector) {
			out = append(out, w.sector)
		}
	}
	slices.Sort(out)
	return out
}

// regionKnown reports whether there is such a region; none named is no fault of the code.
func regionKnown(ctx context.Context, q db.Querier, code string) (known bool, err error) {
	if code == "" {
		return true, nil
	}
	if err = q.QueryRow(ctx, `SELECT EXISTS (SELECT FROM region WHERE code = $1)`, code).Scan(&known); err != nil {
		err = fmt.Errorf("region known: %w", err)
	}
	return known, err
}

type elsewhere struct {
	row    int
	agency string
}

// practisingElsewhere finds persons, by the digests of their numbers, at other agencies
// in the market.
func practisingElsewhere(ctx context.Context, q db.Querier, uscc string, digests [][]byte, people []int32) ([]elsewhere, error) {
	rows, err := q.Query(ctx, `
		SELECT w.person, min(a.name) FROM unnest($2::bytea[], $3::integer[]) AS w (digest, person)
		JOIN practitioner p ON p.id_digest = w.digest
		JOIN agency a ON a.id = p.agency_id AND a.uscc <> $1 AND a.state IN ('admitted','restricted','suspended')
		GROUP BY w.person ORDER BY w.person`, uscc, digests, people)
	if err != nil {
		return nil, fmt.Errorf("practising elsewhere: %w", err)
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (e elsewhere, err error) {
		err = row.Scan(&e.row, &e.agency)
		return e, err
	})
	if err != nil {
		return nil, fmt.Errorf("practising elsewhere: %w", err)
	}
	return out, nil
}

// undeclared warns of affiliations that others reported and the agency does not declare.
func undeclared(ctx context.Context, q db.Querier, uscc string, declared []tie) ([]review.Caution, error) {
	rows, err := q.Query(ctx, `
		SELECT f.authority, f.relation, b.source FROM agency_affiliation f
		JOIN agency a ON a.id = f.agency_id JOIN import_batch b ON b.id = f.batch_id
		WHERE a.uscc = $1 AND NOT f.declared ORDER BY f.authority, f.relation`, uscc)
	if err != nil {
		return nil, fmt.Errorf("undeclared affiliations: %w", err)
	}
	var out []review.Caution
	var authority, source string
	var relation Relation
	_, err = pgx.ForEachRow(rows, []any{&authority, &relation, &source}, func() error {
		if !slices.ContainsFunc(declared, func(t tie) bool { return t.Authority == authority && t.Relation == relation }) {
			out = append(out, review.Caution{Field: "affiliated", Basis: "国办发〔2015〕31号",
				Message: "归集数据（" + source + "）显示与“" + authority + "”有" + relation.Label() + "关系，申报中没有列出，请核实"})
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("undeclared affiliations: %w", err)
	}
	return out, nil
}
