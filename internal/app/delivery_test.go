package app_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"zjcs/internal/exchange"
	"zjcs/internal/platform/authz"
	"zjcs/internal/testkit"
)

// clerk is an official at his browser.
type clerk struct {
	t           *testing.T
	base, token string
}

// call makes a request and returns the answer; a body of a form is made by the caller.
func (c *clerk) call(method, path, contentType string, body io.Reader) (int, http.Header, []byte) {
	c.t.Helper()
	r, err := http.NewRequestWithContext(c.t.Context(), method, c.base+path, body)
	if err != nil {
		c.t.Fatal(err)
	}
	r.Header.Set("Content-Type", contentType)
	r.AddCookie(&http.Cookie{Name: "zjcs", Value: c.token})
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		c.t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	return res.StatusCode, res.Header, text
}

func form(t *testing.T, name string, content []byte, fields ...string) (string, io.Reader) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for i := 0; i < len(fields); i += 2 {
		if err := w.WriteField(fields[i], fields[i+1]); err != nil {
			t.Fatal(err)
		}
	}
	if name != "" {
		part, err := w.CreateFormFile("file", name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := part.Write(content); err != nil {
			t.Fatal(err)
		}
	}
	w.Close()
	return w.FormDataContentType(), &b
}

func decode[T any](t *testing.T, text []byte) (v T) {
	t.Helper()
	if err := json.Unmarshal(text, &v); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	return v
}

func TestTableIsDeliveredOverTheWeb(t *testing.T) {
	t.Parallel()
	cfg := testConfig(t)
	cfg.UploadMaxBytes = 3 << 20
	a, base := start(t, cfg)
	cast := testkit.NewCast(t, a.Pool)
	c := &clerk{t, base, cast.Token(cast.Person("李运营", testkit.At(authz.Operator, testkit.City)))}

	// The template, filled in as an official would and sent back.
	status, head, book := c.call(http.MethodGet, "/api/v1/delivery-templates/items.xlsx", "", nil)
	if status != http.StatusOK || !strings.Contains(head.Get("Content-Disposition"), "attachment") || !strings.Contains(head.Get("Content-Type"), "spreadsheetml") {
		t.Fatalf("%d %v", status, head)
	}
	x, err := excelize.OpenReader(bytes.NewReader(book))
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	rows, err := x.GetRows(x.GetSheetName(0))
	if err != nil {
		t.Fatal(err)
	}
	values := map[string]string{"code": "ZJ0901", "name": "新事项", "sector": "水利", "legal_basis": "《水法》第七条", "basis_strength": "间接", "entrusting_party": "申请人", "self_prepare": "可以", "fee_type": "市场调节价"}
	for i, title := range rows[0] {
		cell, err := excelize.CoordinatesToCellName(i+1, 2)
		if err != nil {
			t.Fatal(err)
		}
		if err := x.SetCellStr(x.GetSheetName(0), cell, values[strings.TrimSuffix(title, "*")]); err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(t.TempDir(), "事项.xlsx")
	if err := x.SaveAs(path); err != nil {
		t.Fatal(err)
	}
	filled, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	kind, body := form(t, "事项.xlsx", filled, "kind", "items", "source", "运城市水利局")
	status, _, text := c.call(http.MethodPost, "/api/v1/deliveries", kind, body)
	d := decode[exchange.Delivery](t, text)
	if status != http.StatusCreated || d.State != exchange.Ready || d.Preview.Counts.New != 1 || d.FileName != "事项.xlsx" {
		t.Fatalf("%d %s", status, text)
	}
	if status, _, _ := c.call(http.MethodGet, "/api/v1/service-items/ZJ0901", "", nil); status != http.StatusNotFound {
		t.Errorf("published before it was confirmed: %d", status)
	}
	status, _, text = c.call(http.MethodPut, "/api/v1/deliveries/"+d.ID.String()+"/confirm", "", nil)
	if d = decode[exchange.Delivery](t, text); status != http.StatusOK || d.State != exchange.Done || d.Result.Counts.New != 1 {
		t.Fatalf("%d %s", status, text)
	}
	if status, _, text := c.call(http.MethodGet, "/api/v1/service-items/ZJ0901", "", nil); status != http.StatusOK || !strings.Contains(string(text), "运城市水利局") {
		t.Errorf("%d %s", status, text)
	}
	status, head, text = c.call(http.MethodGet, "/api/v1/deliveries/"+d.ID.String()+"/faults.csv", "", nil)
	if status != http.StatusOK || !strings.HasPrefix(head.Get("Content-Type"), "text/csv") || string(text) != "\ufeff行,列,原因\n" {
		t.Errorf("%d %v %q", status, head, text)
	}

	// A table above the common limit is taken; above its own it is refused. A large one is
	// read by the job.
	var large strings.Builder
	large.WriteString("事项编码,事项名称,行业领域,设定依据,依据强度,委托方,自行编制,收费方式,备注\n")
	for i := range 1200 {
		fmt.Fprintf(&large, "ZJ7%04d,事项%d,水利,《水法》第七条,间接,申请人,可以,市场调节价,%s\n", i, i, strings.Repeat("注", 400))
	}
	kind, body = form(t, "大表.csv", []byte(large.String()), "kind", "items", "source", "运城市水利局")
	status, _, text = c.call(http.MethodPost, "/api/v1/deliveries", kind, body)
	if d = decode[exchange.Delivery](t, text); status != http.StatusCreated || d.Size < 1<<20 {
		t.Fatalf("%d, %d bytes, %s", status, d.Size, text)
	}
	for d.State == exchange.Reading {
		if t.Context().Err() != nil {
			t.Fatal("never read")
		}
		_, _, text = c.call(http.MethodGet, "/api/v1/deliveries/"+d.ID.String(), "", nil)
		d = decode[exchange.Delivery](t, text)
	}
	if d.State != exchange.Ready || d.Preview.Counts.New != 1200 {
		t.Errorf("%s %+v", d.State, d.Preview)
	}
	kind, body = form(t, "太大.csv", bytes.Repeat([]byte("x"), 4<<20), "kind", "items", "source", "运城市水利局")
	if status, _, text := c.call(http.MethodPost, "/api/v1/deliveries", kind, body); status != http.StatusRequestEntityTooLarge || !strings.Contains(string(text), "拆分") {
		t.Errorf("%d %s", status, text)
	}
}

func TestBadUploadsAreNamed(t *testing.T) {
	t.Parallel()
	a, base := start(t, testConfig(t))
	cast := testkit.NewCast(t, a.Pool)
	c := &clerk{t, base, cast.Token(cast.Person("李运营", testkit.At(authz.Operator, testkit.City)))}
	for name, send := range map[string]func() (string, io.Reader){
		"file": func() (string, io.Reader) { return form(t, "", nil, "kind", "items", "source", "x") },
		"kind": func() (string, io.Reader) { return form(t, "a.csv", []byte("x"), "kind", "regions", "source", "x") },
		"source": func() (string, io.Reader) {
			return form(t, "a.csv", []byte("x"), "kind", "items", "source", "\x00\xff")
		},
		"body": func() (string, io.Reader) {
			return form(t, "a.csv", []byte("x"), "kind", "items", "source", "x", "more", "y")
		},
	} {
		kind, body := send()
		status, _, text := c.call(http.MethodPost, "/api/v1/deliveries", kind, body)
		if status != http.StatusUnprocessableEntity || !strings.Contains(string(text), `"field":"`+name+`"`) {
			t.Errorf("%s: %d %s", name, status, text)
		}
	}
	for name, send := range map[string][2]string{
		"json": {"application/json", `{"kind":"items"}`}, "no boundary": {"multipart/form-data", "x"}, "broken": {"multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\nhalf"},
		"nothing": {"", ""}, "garbage": {"multipart/form-data; boundary=b", "\x00\x01"},
	} {
		status, _, text := c.call(http.MethodPost, "/api/v1/deliveries", send[0], strings.NewReader(send[1]))
		if status < 400 || status >= 500 || !strings.Contains(string(text), `"detail"`) {
			t.Errorf("%s: %d %s", name, status, text)
		}
	}
	for path, want := range map[string]int{"/api/v1/delivery-templates/regions.xlsx": 404, "/api/v1/delivery-templates/items.csv": 404, "/api/v1/delivery-templates/.xlsx": 404, "/api/v1/deliveries/x": 422} {
		status, head, text := c.call(http.MethodGet, path, "", nil)
		if status != want || !strings.HasPrefix(head.Get("Content-Type"), "application/problem+json") {
			t.Errorf("%s: %d %s %s", path, status, head.Get("Content-Type"), text)
		}
	}
	anyone := &clerk{t, base, ""}
	if status, _, _ := anyone.call(http.MethodPost, "/api/v1/deliveries", "multipart/form-data; boundary=b", strings.NewReader(strings.Repeat("x", 100))); status != http.StatusUnauthorized {
		t.Errorf("a visitor: %d", status)
	}
}
