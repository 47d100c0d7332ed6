package procurement

import (
	"context"
	"encoding/hex"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"zjcs/internal/agency"
	"zjcs/internal/platform/db"
	"zjcs/internal/purchaser"
)

// work is an earlier award of the same project.
type work struct{ item, what string }

// relations are what recusal is computed from.
type relations struct {
	buyer       party
	agencies    []party
	common      map[string]bool // names of representatives that many bear
	upstream    map[uuid.UUID][]work
	affiliated  map[uuid.UUID][]string // authorities
	departments []string               // that approve what the items are for
	elsewhere   []string               // names of regions that have no say here
}

// loadRelations reads them for all agencies in two round trips.
func (s *Service) loadRelations(ctx context.Context, q db.Querier, p Procurement, ids []uuid.UUID) (relations, error) {
	r := relations{common: map[string]bool{}, upstream: map[uuid.UUID][]work{}, affiliated: map[uuid.UUID][]string{}}
	fail := func(err error) (relations, error) { return relations{}, fmt.Errorf("relations: %w", err) }
	rows, err := q.Query(ctx, `
		SELECT a.id, a.name, a.uscc, a.legal_representative, a.address, a.phone, g.id_number, g.id_digest, g.phone
		FROM (SELECT DISTINCT unnest($1::uuid[]) AS id) i JOIN agency a ON a.id = i.id LEFT JOIN agency_agent g ON g.agency_id = a.id ORDER BY a.id`, ids)
	if err != nil {
		return fail(err)
	}
	at := map[uuid.UUID]int{}
	var a party
	var phone string
	var number, digest, agentPhone []byte
	_, err = pgx.ForEachRow(rows, []any{&a.id, &a.name, &a.uscc, &a.representative, &a.address, &phone, &number, &digest, &agentPhone}, func() error {
		at[a.id] = len(r.agencies)
		b := a
		b.phones = []string{phone}
		if agentPhone != nil {
			opened, err := s.Vault.Open(agency.FieldAgentPhone, agentPhone)
			if err != nil {
				return err
			}
			b.phones = append(b.phones, opened)
		}
		person, err := s.personDigest(agency.FieldAgentID, number, digest)
		if person != "" {
			b.practitioners = append(b.practitioners, person)
		}
		r.agencies = append(r.agencies, b)
		return err
	})
	if err != nil {
		return fail(err)
	}
	if err := s.loadBuyer(ctx, q, p, &r.buyer); err != nil {
		return fail(err)
	}
	representatives := []string{r.buyer.representative}
	for _, a := range r.agencies {
		representatives = append(representatives, a.representative)
	}
	slices.Sort(representatives)
	clash := clashing(p.Terms.Items)
	others := make([]string, 0, len(clash))
	for code := range clash {
		others = append(others, code)
	}
	var id uuid.UUID
	var b pgx.Batch
	each := func(sql string, args []any, into []any, do func() error) {
		b.Queue(sql, args...).Query(func(rows pgx.Rows) error {
			_, err := pgx.ForEachRow(rows, into, do)
			return err
		})
	}
	each(`SELECT x.agency_id, x.id_number, x.id_digest FROM (SELECT DISTINCT unnest($1::uuid[]) AS id) i JOIN practitioner x ON x.agency_id = i.id WHERE x.id_digest IS NOT NULL`,
		[]any{ids}, []any{&id, &number, &digest}, func() error {
			person, err := s.personDigest(agency.FieldPractitionerID, number, digest)
			r.agencies[at[id]].practitioners = append(r.agencies[at[id]].practitioners, person)
			return err
		})
	var person uuid.UUID
	var email string
	each(`SELECT a.id, g.person_id, coalesce(n.email, '')
		FROM (SELECT DISTINCT unnest($1::uuid[]) AS id) i JOIN agency a ON a.id = i.id JOIN role_grant g ON g.org_id = a.organisation_id JOIN person n ON n.id = g.person_id
		WHERE g.revoked_at IS NULL AND (g.valid_until IS NULL OR g.valid_until > now())`,
		[]any{ids}, []any{&id, &person, &email}, func() error {
			x := &r.agencies[at[id]]
			x.people, x.emails = append(x.people, person), append(x.emails, email)
			return nil
		})
	var text string
	each(`SELECT n.name FROM (SELECT DISTINCT unnest($1::text[]) AS name) n WHERE (SELECT count(*) FROM (SELECT FROM agency WHERE legal_representative = n.name LIMIT $2) x) = $2`,
		[]any{slices.Compact(representatives), commonName + 1}, []any{&text}, func() error { r.common[text] = true; return nil })
	var code string
	each(`SELECT DISTINCT d.agency_id, i.code, i.name
		FROM procurement o JOIN award w ON w.procurement_id = o.id AND w.refused_at IS NULL JOIN bid d ON d.id = w.bid_id
		JOIN procurement_item x ON x.procurement_id = o.id JOIN service_item i ON i.id = x.item_id
		WHERE o.project_code = nullif($1, '') AND o.id <> $2 AND o.state <> 'terminated' AND i.code = ANY ($3) AND d.agency_id = ANY ($4)
		ORDER BY d.agency_id, i.code`, []any{p.Terms.ProjectCode, p.ID, others, ids}, []any{&id, &code, &text}, func() error {
		r.upstream[id] = append(r.upstream[id], work{text, clash[code]})
		return nil
	})
	each(`SELECT DISTINCT x.agency_id, x.authority FROM (SELECT DISTINCT unnest($1::uuid[]) AS id) i JOIN agency_affiliation x ON x.agency_id = i.id ORDER BY 1, 2`,
		[]any{ids}, []any{&id, &text}, func() error { r.affiliated[id] = append(r.affiliated[id], text); return nil })
	each(`SELECT DISTINCT d.name FROM service_item i JOIN service_item_department x ON x.item_id = i.id JOIN department d ON d.id = x.department_id WHERE i.code = ANY ($1) ORDER BY 1`,
		[]any{p.Terms.Items}, []any{&text}, func() error { r.departments = append(r.departments, text); return nil })
	each(`WITH RECURSIVE up AS (SELECT code, parent FROM region WHERE code = $1 UNION SELECT r.code, r.parent FROM region r JOIN up ON r.code = up.parent)
		SELECT name FROM region WHERE code NOT IN (SELECT code FROM up) ORDER BY code`,
		[]any{p.Region}, []any{&text}, func() error { r.elsewhere = append(r.elsewhere, text); return nil })
	if err := q.SendBatch(ctx, &b).Close(); err != nil {
		return fail(err)
	}
	return r, nil
}

// loadBuyer reads the purchaser as a party.
func (s *Service) loadBuyer(ctx context.Context, q db.Querier, p Procurement, b *party) error {
	var phone, number, digest []byte
	var email string
	err := q.QueryRow(ctx, `
		SELECT o.id, o.name, coalesce(o.uscc, ''), u.legal_representative, u.address, u.contact_phone, u.contact_email, u.id_number, u.id_digest,
		       ARRAY(SELECT g.person_id FROM role_grant g WHERE g.org_id = o.id AND g.revoked_at IS NULL AND (g.valid_until IS NULL OR g.valid_until > now())),
		       ARRAY(SELECT n.email FROM role_grant g JOIN person n ON n.id = g.person_id WHERE g.org_id = o.id AND n.email IS NOT NULL AND g.revoked_at IS NULL
		             AND (g.valid_until IS NULL OR g.valid_until > now()))
		FROM purchaser u JOIN organisation o ON o.id = u.organisation_id WHERE u.organisation_id = $1`, p.OrgID).
		Scan(&b.id, &b.name, &b.uscc, &b.representative, &b.address, &phone, &email, &number, &digest, &b.people, &b.emails)
	if err != nil {
		return err
	}
	opened, err := s.Vault.Open(purchaser.FieldPhone, phone)
	if err != nil {
		return err
	}
	b.phones, b.emails = []string{opened, p.Terms.ContactPhone}, append(b.emails, email)
	person, err := s.personDigest(purchaser.FieldID, number, digest)
	if person != "" {
		b.practitioners = []string{person}
	}
	return err
}

// personDigest is the digest of an identity number under the current key: while a key is
// being changed, one person may still be stored under another.
func (s *Service) personDigest(field string, number, digest []byte) (string, error) {
	if digest == nil {
		return "", nil
	}
	if number != nil && s.Vault.Stale(number) {
		opened, err := s.Vault.Open(field, number)
		if err != nil {
			return "", err
		}
		digest = s.Vault.Digest(agency.FieldPersonDigest, opened)
	}
	return hex.EncodeToString(digest), nil
}
