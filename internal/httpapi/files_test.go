package httpapi_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"

	"zjcs/internal/contract"
	"zjcs/internal/credit"
	"zjcs/internal/httpapi"
	"zjcs/internal/identity"
	"zjcs/internal/platform/authz"
	"zjcs/internal/platform/db"
	"zjcs/internal/platform/files"
	"zjcs/internal/platform/secret"
	"zjcs/internal/platform/web"
	"zjcs/internal/review"
	"zjcs/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

const fileLimit = 24 << 20

// stage is the API on a real server, with one kind of submission, and people around it.
type stage struct {
	t      *testing.T
	pool   *pgxpool.Pool
	base   string
	review *review.Service
	org    uuid.UUID

	author, colleague, stranger, operator, elsewhere *authz.Actor
	tokens                                           map[*authz.Actor]string
}

func setup(t *testing.T) *stage {
	t.Helper()
	s := &stage{t: t, pool: testkit.DB(t), tokens: map[*authz.Actor]string{}}
	vault, err := secret.NewVault(secret.NewKey())
	if err != nil {
		t.Fatal(err)
	}
	policy, err := authz.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	s.review = review.New(review.Deps{
		Pool: s.pool, Vault: vault, Policy: policy,
		Workdays: func(context.Context, db.Querier, string, string, time.Time) (int, error) { return 2, nil },
		Due: func(_ context.Context, _ db.Querier, at time.Time, n int) (time.Time, bool, error) {
			return at.AddDate(0, 0, n), false, nil
		},
		Announce: func(context.Context, db.Tx, review.Announcement) error { return nil },
	}, review.Kind{
		Name: "agency-admission", Label: "机构入驻", Prepare: "agency-submission:prepare", Review: "agency-submission:review", ForOrganisation: true, Subject: "agency",
		Form: review.Form{Sections: []review.Section{{Title: "材料", Fields: []review.Field{{Name: "licence", Label: "营业执照", Type: review.File, Required: true}}}}},
		Begin: func(context.Context, db.Tx, review.Submission) (uuid.UUID, review.Content, error) {
			return uuid.Nil, review.Content{}, nil
		},
		Place: func(context.Context, db.Querier, review.Submission, review.Content) (review.Place, error) {
			return review.Place{Title: "甲公司", Region: testkit.County}, nil
		},
		Publish: func(context.Context, db.Tx, review.Submission, review.Content) (uuid.UUID, error) {
			return uuid.New(), nil
		},
	})
	bucket, err := files.FolderURL(filepath.Join(t.TempDir(), "files"))
	if err != nil {
		t.Fatal(err)
	}
	store, err := files.New(t.Context(), s.pool, files.Options{BucketURL: bucket, MaxBytes: fileLimit, Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	logger := slog.New(slog.DiscardHandler)
	api := httpapi.New(httpapi.Deps{
		Identity: identity.New(identity.Deps{Pool: s.pool, Vault: vault, Policy: policy, Now: time.Now, Demo: true}),
		Review:   s.review, Files: store, Policy: policy, Logger: logger, Now: time.Now,
		Records: credit.NewDesk(credit.DeskDeps{Pool: s.pool, Vault: vault, Policy: policy}), Contract: contract.New(contract.Deps{Pool: s.pool, Policy: policy}),
	}, nil)
	server := httptest.NewServer(web.New(web.Options{
		Routes: api, Logger: logger, Metrics: web.NewMetrics(prometheus.NewRegistry()), Now: time.Now, Failure: api.Failure,
		MaxBody: 1 << 20, Uploads: map[string]int64{httpapi.FilesPath: fileLimit + 4096}, Limit: 10 * time.Second,
	}))
	t.Cleanup(server.Close)
	s.base = server.URL

	cast := testkit.NewCast(t, s.pool)
	s.org = cast.Organisation("agency", "甲公司", testkit.County)
	other := cast.Organisation("agency", "乙公司", testkit.County)
	join := func(name string, g ...authz.Grant) *authz.Actor {
		a := cast.Person(name, g...)
		s.tokens[a] = cast.Token(a)
		return a
	}
	s.author = join("经办", testkit.In(authz.AgencyAdmin, s.org))
	s.colleague = join("同事", testkit.In(authz.AgencyAgent, s.org))
	s.stranger = join("外人", testkit.In(authz.AgencyAdmin, other))
	s.operator = join("审核", testkit.At(authz.Operator, testkit.City))
	s.elsewhere = join("邻县审核", testkit.At(authz.Operator, testkit.OtherCounty))
	return s
}

// ask makes a request as who; nil is a visitor.
func (s *stage) ask(who *authz.Actor, method, path, kind string, body io.Reader) (*http.Response, []byte) {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), method, s.base+path, body)
	if err != nil {
		s.t.Fatal(err)
	}
	r.Header.Set("Content-Type", kind)
	if who != nil {
		r.AddCookie(&http.Cookie{Name: "zjcs", Value: s.tokens[who]})
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return res, b
}

// form writes one file into a form as it is read: neither side has it whole.
func form(field, name string, content io.Reader) (string, io.Reader) {
	out, in := io.Pipe()
	w := multipart.NewWriter(in)
	go func() {
		part, err := w.CreateFormFile(field, name)
		if err == nil {
			_, err = io.Copy(part, content)
		}
		if err == nil {
			err = w.Close()
		}
		in.CloseWithError(err)
	}()
	return w.FormDataContentType(), out
}

func (s *stage) upload(who *authz.Actor, content io.Reader) (review.FileRef, int) {
	s.t.Helper()
	kind, body := form("file", "营业执照.pdf", content)
	res, b := s.ask(who, http.MethodPost, httpapi.FilesPath, kind, body)
	var f review.FileRef
	if res.StatusCode == http.StatusCreated {
		if err := json.Unmarshal(b, &f); err != nil {
			s.t.Fatal(err)
		}
	}
	return f, res.StatusCode
}

func pdf(body string) string {
	return "%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n" + body +
		"\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\nxref\n0 3\ntrailer<</Size 3/Root 1 0 R>>\nstartxref\n99\n%%EOF\n"
}

func (s *stage) status(who *authz.Actor, path string) int {
	s.t.Helper()
	res, _ := s.ask(who, http.MethodGet, path, "", nil)
	return res.StatusCode
}

func (s *stage) looks() (n int) {
	s.t.Helper()
	if err := s.pool.QueryRow(s.t.Context(), `SELECT count(*) FROM audit_log WHERE outcome = 'read' AND subject_kind = 'file'`).Scan(&n); err != nil {
		s.t.Fatal(err)
	}
	return n
}

// TestWhoSeesAFile: its uploader; then, from the moment a submission names it, who sees
// the submission; officials only what was handed in, and each look is a line of the log.
func TestWhoSeesAFile(t *testing.T) {
	t.Parallel()
	s := setup(t)
	f, status := s.upload(s.author, strings.NewReader(pdf("x")))
	if status != http.StatusCreated || f.Name != "营业执照.pdf" || f.MediaType != "application/pdf" || f.Size != int64(len(pdf("x"))) || len(f.SHA256) != 64 {
		t.Fatalf("%d %+v", status, f)
	}
	path := httpapi.FilesPath + "/" + f.ID.String()
	want := func(when string, statuses map[*authz.Actor]int) {
		t.Helper()
		for who, status := range statuses {
			if got := s.status(who, path); got != status {
				t.Errorf("%s: %s got %d, want %d", when, who.Name, got, status)
			}
		}
	}
	want("named by nothing", map[*authz.Actor]int{s.author: 200, s.colleague: 404, s.stranger: 404, s.operator: 404, s.elsewhere: 404})
	d, err := s.review.Start(testkit.As(t, s.author), review.StartInput{Kind: "agency-admission"})
	if err != nil {
		t.Fatal(err)
	}
	d, err = s.review.Save(testkit.As(t, s.author), review.SaveInput{ID: d.ID, Version: d.Version, Content: review.Content{"licence": f.ID.String()}})
	if err != nil {
		t.Fatal(err)
	}
	want("in a draft", map[*authz.Actor]int{s.author: 200, s.colleague: 200, s.stranger: 404, s.operator: 404, s.elsewhere: 404})
	if _, err := s.review.Get(testkit.As(t, s.operator), d.ID); err == nil {
		t.Error("an official reads a draft that was not handed in")
	}
	if s.looks() != 0 {
		t.Errorf("%d looks logged before an official had one", s.looks())
	}
	if _, err = s.review.Act(testkit.As(t, s.author), review.ActInput{ID: d.ID, Version: d.Version, Action: review.Submit}); err != nil {
		t.Fatal(err)
	}
	want("handed in", map[*authz.Actor]int{s.author: 200, s.colleague: 200, s.stranger: 404, s.operator: 200, s.elsewhere: 404})
	if s.looks() != 1 {
		t.Errorf("%d looks logged, want the operator's one", s.looks())
	}
	if got := s.status(nil, path); got != 401 {
		t.Errorf("a visitor: %d", got)
	}
	for _, id := range []string{uuid.NewString(), "x", "..", f.ID.String() + "0", "%00"} {
		if got := s.status(s.author, httpapi.FilesPath+"/"+id); got != 404 {
			t.Errorf("%q: %d", id, got)
		}
	}
	res, b := s.ask(s.operator, http.MethodGet, path+"?inline=1", "", nil)
	if string(b) != pdf("x") || !strings.HasPrefix(res.Header.Get("Content-Disposition"), "inline") || res.Header.Get("Cache-Control") != "private, no-store" ||
		res.Header.Get("Content-Security-Policy") != "sandbox; default-src 'none'" {
		t.Errorf("%q %v", b, res.Header)
	}
	if res, b := s.ask(s.author, http.MethodHead, path, "", nil); res.StatusCode != 200 || len(b) != 0 {
		t.Errorf("HEAD: %d, %d bytes", res.StatusCode, len(b))
	}
	// Someone else's file is nobody else's to hand in.
	d2, err := s.review.Start(testkit.As(t, s.stranger), review.StartInput{Kind: "agency-admission"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.review.Save(testkit.As(t, s.stranger), review.SaveInput{ID: d2.ID, Version: d2.Version, Content: review.Content{"licence": f.ID.String()}}); err == nil {
		t.Error("a stranger named the file and would see it")
	}
}

// TestBadUploadsAreRefused with the field and what would be right.
func TestBadUploadsAreRefused(t *testing.T) {
	t.Parallel()
	s := setup(t)
	raw := func(parts string) (string, io.Reader) {
		return `multipart/form-data; boundary=b`, strings.NewReader(strings.ReplaceAll(parts, "\n", "\r\n"))
	}
	file := "--b\nContent-Disposition: form-data; name=\"file\"; filename=\"a.pdf\"\n\n" + pdf("x") + "\n"
	for name, c := range map[string]struct {
		status int
		make   func() (string, io.Reader)
	}{
		"json":          {422, func() (string, io.Reader) { return "application/json", strings.NewReader(`{"file":"x"}`) }},
		"no body":       {422, func() (string, io.Reader) { return "multipart/form-data; boundary=b", nil }},
		"no boundary":   {422, func() (string, io.Reader) { return "multipart/form-data", strings.NewReader("x") }},
		"no file":       {422, func() (string, io.Reader) { return raw("--b--\n") }},
		"another field": {422, func() (string, io.Reader) { return form("other", "a.pdf", strings.NewReader(pdf(""))) }},
		"text, no file": {422, func() (string, io.Reader) {
			return raw("--b\nContent-Disposition: form-data; name=\"file\"\n\nx\n--b--\n")
		}},
		"two files":  {422, func() (string, io.Reader) { return raw(file + file + "--b--\n") }},
		"broken off": {422, func() (string, io.Reader) { return raw(file[:80]) }},
		"empty":      {422, func() (string, io.Reader) { return form("file", "a.pdf", strings.NewReader("")) }},
		"HTML as PDF": {422, func() (string, io.Reader) {
			return form("file", "a.pdf", strings.NewReader("<html><script>alert(1)</script>"))
		}},
		"SVG": {422, func() (string, io.Reader) {
			return form("file", "a.svg", strings.NewReader(`<svg xmlns="http://www.w3.org/2000/svg"/>`))
		}},
		"over the limit": {413, func() (string, io.Reader) { return form("file", "a.pdf", io.LimitReader(zeros{}, fileLimit+1)) }},
		"far over":       {413, func() (string, io.Reader) { return form("file", "a.pdf", io.LimitReader(zeros{}, fileLimit+8192)) }},
	} {
		kind, body := c.make()
		res, b := s.ask(s.author, http.MethodPost, httpapi.FilesPath, kind, body)
		var p httpapi.Problem
		if err := json.Unmarshal(b, &p); err != nil || res.StatusCode != c.status || res.Header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s: %d %s", name, res.StatusCode, b)
		}
		if c.status == 422 && name != "broken off" && (len(p.Errors) == 0 || p.Errors[0].Field != "file") {
			t.Errorf("%s names no field: %s", name, b)
		}
	}
	if _, status := s.upload(nil, strings.NewReader(pdf(""))); status != 401 {
		t.Errorf("a visitor uploads: %d", status)
	}
	var rows int
	if err := s.pool.QueryRow(t.Context(), `SELECT count(*) FROM file WHERE name <> 'a.pdf'`).Scan(&rows); err != nil || rows != 0 {
		t.Errorf("%d files kept, %v", rows, err)
	}
}

type zeros struct{}

func (zeros) Read(b []byte) (int, error) { clear(b); return len(b), nil }

// TestBigFilesAreNotHeldInMemory: four uploads and downloads of 20 MiB at once add less to
// the heap than one of them is long.
func TestBigFilesAreNotHeldInMemory(t *testing.T) {
	s := setup(t)
	content := make([]byte, 20<<20)
	if _, err := rand.Read(content); err != nil {
		t.Fatal(err)
	}
	head, tail := []byte("%PDF-1.7\n1 0 obj<<>>endobj\n"), []byte("\nxref\n0 3\ntrailer<<>>\nstartxref\n99\n%%EOF\n")
	runtime.GC()
	var before runtime.MemStats
	runtime.ReadMemStats(&before)
	var most atomic.Uint64
	watch := func() {
		var now runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&now)
		if now.HeapAlloc > most.Load() {
			most.Store(now.HeapAlloc)
		}
	}
	done := make(chan struct{}, 4)
	for i := range 4 {
		go func() {
			defer func() { done <- struct{}{} }()
			content := io.MultiReader(bytes.NewReader(head), bytes.NewReader([]byte{byte(i)}), &paused{bytes.NewReader(content), watch, 0}, bytes.NewReader(tail))
			f, status := s.upload(s.author, content)
			if status != http.StatusCreated {
				t.Errorf("%d", status)
				return
			}
			r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.base+httpapi.FilesPath+"/"+f.ID.String(), nil)
			if err != nil {
				t.Error(err)
				return
			}
			r.AddCookie(&http.Cookie{Name: "zjcs", Value: s.tokens[s.author]})
			res, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Error(err)
				return
			}
			defer res.Body.Close()
			if n, err := io.Copy(io.Discard, &paused{res.Body, watch, 0}); err != nil || n != f.Size {
				t.Errorf("%d of %d bytes came back, %v", n, f.Size, err)
			}
		}()
	}
	for range 4 {
		<-done
	}
	if grown := int64(most.Load()) - int64(before.HeapAlloc); grown > 16<<20 {
		t.Errorf("the heap grew by %d MiB", grown>>20)
	}
}

// paused calls watch at every 4 MiB that go by.
type paused struct {
	io.Reader
	watch func()
	seen  int
}

func (p *paused) Read(b []byte) (int, error) {
	n, err := p.Reader.Read(b)
	if p.seen/(4<<20) != (p.seen+n)/(4<<20) {
		p.watch()
	}
	p.seen += n
	return n, err
}
