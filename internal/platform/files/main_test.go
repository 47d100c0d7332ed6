package files_test

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/xuri/excelize/v2"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/db"
	"zjcs/internal/platform/files"
	"zjcs/internal/testkit"
)

func TestMain(m *testing.M) {
	if os.Getenv(childVariable) != "" {
		uploadUntilKilled()
		return
	}
	testkit.Main(m)
}

var wangFang = uuid.MustParse("0190a5b0-0000-7000-8000-000000000001") // uploads everything here

const limit = 20 << 20

type stage struct {
	*files.Store
	pool *db.Pool
	dir  string
}

// setup opens a store on an empty database and folder; change may alter its options.
func setup(t testing.TB, change ...func(*files.Options)) stage {
	t.Helper()
	s := stage{pool: testkit.DB(t), dir: filepath.Join(t.TempDir(), "files")}
	_, err := s.pool.Exec(t.Context(), `INSERT INTO person (id, name) VALUES ($1, '王芳')`, wangFang)
	if err != nil {
		t.Fatal(err)
	}
	url, err := files.FolderURL(s.dir)
	if err != nil {
		t.Fatal(err)
	}
	o := files.Options{BucketURL: url, MaxBytes: limit, Now: time.Now}
	for _, c := range change {
		c(&o)
	}
	if s.Store, err = files.New(t.Context(), s.pool, o); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func (s stage) put(t testing.TB, name string, content []byte) files.File {
	t.Helper()
	f, err := s.Put(t.Context(), upload(name, content))
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return f
}

func upload(name string, content []byte) files.Upload {
	return files.Upload{Name: name, UploadedBy: wangFang, Body: bytes.NewReader(content)}
}

// read is the whole content of f, as it comes out again.
func (s stage) read(ctx context.Context, f files.File) ([]byte, error) {
	r, err := s.Open(ctx, f)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(r)
}

func (s stage) rows(t testing.TB) (n int) {
	t.Helper()
	if err := s.pool.QueryRow(t.Context(), `SELECT count(*) FROM file`).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// contents are the files in the folder, below sha256.
func (s stage) contents(t testing.TB) (paths []string) {
	t.Helper()
	err := filepath.WalkDir(s.dir, func(p string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			paths = append(paths, p)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return paths
}

// refused checks that content is refused for the field, in words that hold part, and
// leaves nothing behind.
func (s stage) refused(t *testing.T, name string, content []byte, code apperr.Code, part string) {
	t.Helper()
	rows, kept := s.rows(t), len(s.contents(t))
	_, err := s.Put(t.Context(), upload(name, content))
	e, ok := apperr.As(err)
	if !ok || e.Code != code || !strings.Contains(e.Message, part) {
		t.Errorf("%s: got %v, want %s with %q", name, err, code, part)
		return
	}
	if code == apperr.Invalid && (len(e.Fields) != 1 || e.Fields[0].Name != "file") {
		t.Errorf("%s: fields %v", name, e.Fields)
	}
	if s.rows(t) != rows || len(s.contents(t)) != kept {
		t.Errorf("%s: refused, but something stayed", name)
	}
}

type member struct {
	name, content string
	method        uint16
}

func zipOf(members ...member) []byte {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, m := range members {
		part, err := w.CreateHeader(&zip.FileHeader{Name: m.name, Method: m.method})
		must(err)
		_, err = io.WriteString(part, m.content)
		must(err)
	}
	must(w.Close())
	return b.Bytes()
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

const (
	typesXML = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">` +
		`<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>%s</Types>`
	wordPart = `<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/>`
	bookPart = `<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>`
	ofdXML   = `<?xml version="1.0" encoding="UTF-8"?><ofd:OFD xmlns:ofd="http://www.ofdspec.org/2016" DocType="OFD" Version="1.0"><ofd:DocBody><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>`
)

func types(parts string) member {
	return member{"[Content_Types].xml", fmt.Sprintf(typesXML, parts), zip.Deflate}
}

func docxOf(more ...member) []byte {
	return zipOf(append([]member{types(wordPart), {"_rels/.rels", "<Relationships/>", zip.Deflate},
		{"word/document.xml", "<w:document>" + strings.Repeat("<w:p>水土保持方案</w:p>", 100) + "</w:document>", zip.Deflate}}, more...)...)
}

func ofdOf(more ...member) []byte {
	return zipOf(append([]member{{"OFD.xml", ofdXML, zip.Deflate}, {"Doc_0/Document.xml", "<ofd:Document/>", zip.Store}}, more...)...)
}

func xlsx() []byte {
	book := excelize.NewFile()
	must(book.SetCellValue("Sheet1", "A1", "测绘"))
	var b bytes.Buffer
	must(book.Write(&b))
	return b.Bytes()
}

func pdfWith(body string) []byte {
	return []byte("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n" + body +
		"\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\nxref\n0 3\ntrailer<</Size 3/Root 1 0 R>>\nstartxref\n99\n%%EOF\n")
}

func picture(side int) image.Image {
	img := image.NewRGBA(image.Rect(0, 0, side, side))
	for i := range side * side {
		img.Set(i%side, i/side, color.RGBA{uint8(i), uint8(i >> 3), uint8(i >> 5), 255})
	}
	return img
}

func pngOf(side int) []byte {
	var b bytes.Buffer
	must(png.Encode(&b, picture(side)))
	return b.Bytes()
}

func jpegOf(side int) []byte {
	var b bytes.Buffer
	must(jpeg.Encode(&b, picture(side), nil))
	return b.Bytes()
}

// samples is one good file of each kind.
func samples() map[files.MediaType][]byte {
	return map[files.MediaType][]byte{
		files.PDF: pdfWith(""), files.OFD: ofdOf(), files.PNG: pngOf(16), files.JPEG: jpegOf(16), files.DOCX: docxOf(), files.XLSX: xlsx(),
	}
}

func noise(n int) string {
	b := make([]byte, n)
	rand.Read(b)
	return string(b)
}
