package app_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"zjcs/internal/agency"
	"zjcs/internal/app"
	"zjcs/internal/credit"
	"zjcs/internal/platform/authz"
	"zjcs/internal/platform/secret"
	"zjcs/internal/procurement"
	"zjcs/internal/testkit"
)

// notSealed are the columns of bytes that a change of key does not concern, each with
// the reason. river_ tables are the job queue's own.
var notSealed = map[string]string{
	"session.token_digest": "of 32 random bytes, without a key", "mail_token.digest": "of 32 random bytes, without a key",
	"sign_in_failure.key": "under a new key attempts are counted anew",
	"idempotency.request": "kept for a day; looked up under every key", "idempotency.answer": "kept for a day; the previous key opens it",
	"delivery_content.bytes":    "kept until the delivery is decided, while the former key is configured longer",
	"objection_address.address": "kept for an hour; under a new key objections are counted anew",
	"file.sha256":               "of the content",
	"sealed_bid.body":           "an envelope to its procurement's own key", "sealed_bid.receipt": "of the envelope", "bid.receipt": "of the envelope",
	"ledger_entry.leaf": "published", "ledger_entry.leaf_hash": "published", "ledger_hash.hash": "published", "ledger_checkpoint.root": "published",
	"ledger_salt.salt":           "kept as long as its digest is to mean anything",
	"draw_commitment.commitment": "of a random value, without a key", "draw_commitment.value": "published with the draw",
}

// TestEverySealedColumnIsRotated: a column of bytes is sealed, the digest beside a
// sealed one, or named above. One that is forgotten would be lost with the old key.
func TestEverySealedColumnIsRotated(t *testing.T) {
	t.Parallel()
	pool := testkit.DB(t)
	known := map[string]bool{}
	for _, c := range app.SealedColumns() {
		known[c.Table+"."+c.Sealed] = true
		if c.DigestColumn != "" {
			known[c.Table+"."+c.DigestColumn] = true
		}
	}
	rows, err := pool.Query(t.Context(), `
		SELECT c.table_name || '.' || c.column_name FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name)
		WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE' AND c.data_type = 'bytea' AND c.table_name NOT LIKE 'river\_%'`)
	if err != nil {
		t.Fatal(err)
	}
	columns, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, c := range columns {
		if known[c] {
			found++
		} else if notSealed[c] == "" {
			t.Errorf("%s: add it to its domain's SealedColumns, or here with the reason", c)
		}
	}
	if found != len(known) {
		t.Errorf("%d of %d listed columns exist", found, len(known))
	}
}

// TestRotateSecrets brings a whole market under another key.
func TestRotateSecrets(t *testing.T) {
	t.Parallel()
	cfg := testConfig(t)
	core, err := app.Open(t.Context(), options(cfg))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := core.Seed(t.Context(), 20, 10, 1, nil); err != nil {
		t.Fatal(err)
	}
	sealedPeople(t, core)
	core.Close()

	cfg.SecretKeyPrevious, cfg.SecretKey = cfg.SecretKey, secret.NewKey()
	core, err = app.Open(t.Context(), options(cfg))
	if err != nil {
		t.Fatal(err)
	}
	defer core.Close()
	done, err := core.RotateSecrets(t.Context(), nil)
	if err != nil || len(done) != len(app.SealedColumns()) {
		t.Fatalf("%+v, %v", done, err)
	}
	for _, r := range done {
		if r.Changed == 0 || r.Changed != r.Total {
			t.Errorf("%s: %+v", r.Column, r)
		}
	}
	alone, err := secret.NewVault(cfg.SecretKey)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := secret.Rotate(t.Context(), core.Pool, alone, app.SealedColumns(), nil); err != nil || again[0].Changed != 0 {
		t.Errorf("the new key alone: %+v, %v", again, err)
	}
}

// sealedPeople stores what only people who signed in have.
func sealedPeople(t *testing.T, core *app.Core) {
	t.Helper()
	cast := testkit.NewCast(t, core.Pool)
	p := cast.Person("王经办", testkit.At(authz.Operator, testkit.County)).Person
	v := core.Vault
	submission := uuid.Must(uuid.NewV7())
	for sql, args := range map[string][]any{
		`UPDATE person SET phone = $2, phone_digest = $3, id_number = $4, id_digest = $5, totp_secret = $6 WHERE id = $1`: {p,
			v.Seal("person.phone", "13800000000"), v.Digest("person.phone", "13800000000"),
			v.Seal("person.id_number", "11010519491231002X"), v.Digest("person.id_number", "11010519491231002X"), v.Seal("person.totp_secret", "JBSWY3DP")},
		`WITH s AS (INSERT INTO submission (id, kind, title, author, region_code, state, content) VALUES ($1, 'x', 'x', $2, $3, 'draft', '{}') RETURNING id),
		      o AS (INSERT INTO objection (id, submission_id, name, contact, text) SELECT gen_random_uuid(), id, '群众', $5, '异议' FROM s)
		 INSERT INTO submission_secret (id, submission_id, sealed) SELECT gen_random_uuid(), id, $4 FROM s`: {submission, p, testkit.County,
			v.Seal("submission.secret", "11010519491231002X"), v.Seal("objection.contact", "13800000000")},
		`INSERT INTO agency_agent (agency_id, name, id_number, id_digest, phone) SELECT id, '王经办', $1, $2, $3 FROM agency LIMIT 1`: {
			v.Seal(agency.FieldAgentID, "11010519491231002X"), v.Digest(agency.FieldPersonDigest, "11010519491231002X"), v.Seal(agency.FieldAgentPhone, "13800000000")},
		`WITH o AS (INSERT INTO organisation (id, kind, name, region_code) VALUES (gen_random_uuid(), 'natural_person', '王经办', $1) RETURNING id),
		      s AS (INSERT INTO submission (id, kind, title, author, region_code, state, content) VALUES (gen_random_uuid(), 'y', 'y', $2, $1, 'published', '{}') RETURNING id)
		 INSERT INTO purchaser (organisation_id, kind, legal_representative, budget_unit, supervisor, id_number, id_digest, address, contact_name, contact_phone, contact_email, agent_name, papers, verified_at, submission_id)
		 SELECT o.id, 'natural_person', '王经办', false, '', $3, $4, '', '', $5, '', '', '{}', now(), s.id FROM o, s`: {testkit.County, p,
			v.Seal("purchaser.id_number", "11010519491231002X"), v.Digest("person.id_number", "11010519491231002X"), v.Seal("purchaser.contact_phone", "13800000000")},
	} {
		if _, err := core.Pool.Exec(t.Context(), sql, args...); err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
	}
	other := cast.Person("李审核", testkit.At(authz.Operator, testkit.City)).Person
	_, err := core.Pool.Exec(t.Context(), `
		WITH b AS (INSERT INTO credit_ban (id, kind, name, id_number, id_digest, law, conduct, authority, document_no, ban_from, demo) VALUES (gen_random_uuid(), 'practitioner', '王*', $1, $2, '', '', '', '', now(), true))
		INSERT INTO credit_practitioner_record (id, id_number, id_digest, name, agency_id, conduct, basis, occurred_on, expires_on, proposer, confirmer, submission_id)
		SELECT gen_random_uuid(), $3, $2, '王*', id, '', '', now(), now(), $4, $5, $6 FROM agency LIMIT 1`,
		v.Seal(credit.FieldBanPerson, "11010519491231002X"), v.Digest(agency.FieldPersonDigest, "11010519491231002X"), v.Seal(credit.FieldConductPerson, "11010519491231002X"), p, other, submission)
	if err != nil {
		t.Fatal(err)
	}
	id := uuid.Must(uuid.NewV7())
	_, err = core.Pool.Exec(t.Context(), `INSERT INTO procurement (id, org_id, purchaser, region_code, title, method, fiscal, terms, state, published_at, deadline, selection_at, recipient, identity, submission_id)
		SELECT $1, organisation_id, '王经办', $2, '项目', 'random', false, '{}', 'open', now(), now() + interval '1 day', now() + interval '1 day', 'x', $3, submission_id FROM purchaser LIMIT 1`,
		id, testkit.County, v.Seal(procurement.FieldIdentity, "x"))
	if err != nil {
		t.Fatal(err)
	}
	_, err = core.Pool.Exec(t.Context(), `
		WITH c AS (INSERT INTO draw_commitment (procurement_id, party, commitment, sealed_value) VALUES ($1, 'platform', '', $2))
		INSERT INTO procurement_objection (id, procurement_id, name, contact, text, due_at) VALUES (gen_random_uuid(), $1, '群众', $3, '异议', now())`,
		id, v.Seal("draw_commitment.value", "00"), v.Seal("procurement_objection.contact", "13800000000"))
	if err != nil {
		t.Fatal(err)
	}
	subject := id.String() + "/" + uuid.NewString()
	_, err = core.Pool.Exec(t.Context(), `INSERT INTO sealed_bid (address, subject, body, seal, receipt) VALUES ($1, $2, '', $3, '')`,
		v.Digest("procurement.bid", subject), v.Seal("procurement.bid.subject", subject), v.Seal("procurement.bid.seal", "x"))
	if err != nil {
		t.Fatal(err)
	}
}
