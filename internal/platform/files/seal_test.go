package files_test

import (
	"bytes"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"filippo.io/age"
	"github.com/google/uuid"
	"pgregory.net/rapid"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/files"
	"zjcs/internal/testkit"
)

func identity(t testing.TB) *age.X25519Identity {
	t.Helper()
	id, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// TestSealedUploadTellsNothing: neither the row nor the bucket shows name, kind, owner,
// subject or content, and only the identity opens it, to the byte.
func TestSealedUploadTellsNothing(t *testing.T) {
	t.Parallel()
	s := setup(t)
	org := testkit.NewCast(t, s.pool).Organisation("agency", "河东测绘有限公司", testkit.County)
	subject, id, content := uuid.New(), identity(t), pdfWith("quote 123456")
	put := func() files.File {
		u := upload("响应方案.pdf", content)
		u.OrgID = uuid.NullUUID{UUID: org, Valid: true}
		f, err := s.PutSealed(t.Context(), u, subject, id.Recipient())
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	f, again := put(), put()
	if f.SHA256 == again.SHA256 {
		t.Error("equal contents can be told by their digests")
	}
	var row string
	if err := s.pool.QueryRow(t.Context(), `SELECT string_agg(file::text, ' ') FROM file`).Scan(&row); err != nil {
		t.Fatal(err)
	}
	secrets := []string{"响应方案", "pdf", "PDF", org.String(), subject.String(), "quote", string(org[:]), string(subject[:])}
	for _, word := range secrets {
		if strings.Contains(row, word) {
			t.Errorf("the row tells %q: %s", word, row)
		}
	}
	kept := 0
	err := filepath.WalkDir(s.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		kept++
		b, err := os.ReadFile(path)
		for _, word := range secrets {
			if len(word) > 3 && bytes.Contains(b, []byte(word)) { // three letters come about by chance
				t.Errorf("the bucket tells %q", word)
			}
		}
		return err
	})
	if err != nil || kept != 2 {
		t.Fatal(kept, err)
	}
	in, body, err := s.OpenSealed(t.Context(), f, id)
	if err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(body)
	if err != nil || body.Close() != nil || !bytes.Equal(got, content) {
		t.Errorf("%d bytes of %d, %v", len(got), len(content), err)
	}
	if in != (files.Inside{Name: "响应方案.pdf", MediaType: files.PDF, Size: int64(len(content)), Subject: subject, OrgID: org}) {
		t.Errorf("%+v", in)
	}
	if _, _, err := s.OpenSealed(t.Context(), f, identity(t)); apperr.CodeOf(err) != apperr.Invalid {
		t.Errorf("another identity: %v", err)
	}
	open := s.put(t, "a.pdf", content)
	if _, _, err := s.OpenSealed(t.Context(), open, id); apperr.CodeOf(err) != apperr.Invalid {
		t.Errorf("not an envelope: %v", err)
	}
}

// TestSealedUploadIsChecked: sealing is no way around what every upload must pass.
func TestSealedUploadIsChecked(t *testing.T) {
	t.Parallel()
	s := setup(t)
	org := uuid.NullUUID{UUID: testkit.NewCast(t, s.pool).Organisation("agency", "甲", testkit.County), Valid: true}
	for name, content := range map[string][]byte{"empty": nil, "page": []byte("<html>"), "cut short": pdfWith("")[:20], "too large": make([]byte, limit+1)} {
		u := upload("a.pdf", content)
		u.OrgID = org
		if _, err := s.PutSealed(t.Context(), u, uuid.New(), identity(t).Recipient()); err == nil {
			t.Errorf("%s was kept", name)
		}
	}
	if _, err := s.PutSealed(t.Context(), upload("a.pdf", pdfWith("")), uuid.New(), identity(t).Recipient()); err == nil {
		t.Error("kept without an organisation")
	}
}

func TestPaddedSize(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Int64Range(1, 1<<40).Draw(t, "n")
		p := files.PaddedSize(n)
		if p < n || p < 4096 || p > 4096 && p > n+n/8+1 || files.PaddedSize(p) != p || files.PaddedSize(n+1) < p {
			t.Fatalf("%d → %d", n, p)
		}
	})
}
