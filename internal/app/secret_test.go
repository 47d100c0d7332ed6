package app_test

import (
	"testing"

	"github.com/jackc/pgx/v5"

	"zjcs/internal/app"
	"zjcs/internal/platform/secret"
	"zjcs/internal/testkit"
)

// notSealed are the columns of bytes that a change of key does not concern, each with
// the reason. river_ tables are the job queue's own.
var notSealed = map[string]string{
	"session.token_digest": "of 32 random bytes, without a key", "mail_token.digest": "of 32 random bytes, without a key",
	"sign_in_failure.key": "under a new key attempts are counted anew",
	"idempotency.request": "kept for a day; looked up under every key", "idempotency.answer": "kept for a day; the previous key opens it",
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
	if _, err := core.Pool.Exec(t.Context(), `
		INSERT INTO person (id, name, phone, phone_digest, id_number, id_digest, totp_secret) VALUES (gen_random_uuid(), '某人', $1, $2, $3, $4, $5)`,
		core.Vault.Seal("person.phone", "13800138000"), core.Vault.Digest("person.phone", "13800138000"),
		core.Vault.Seal("person.id_number", "1"), core.Vault.Digest("person.id_number", "1"), core.Vault.Seal("person.totp_secret", "x")); err != nil {
		t.Fatal(err)
	}
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
