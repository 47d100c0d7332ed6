package httpapi

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"reflect"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/authz"
	"zjcs/internal/platform/files"
	"zjcs/internal/platform/web"
	"zjcs/internal/review"
)

// FilesPath is where attachments are handed in and taken out.
const FilesPath = "/api/v1/files"

// fileRoutes are attachments. A file is its uploader's until a submission names it; then
// whoever may see the submission may see the file. So it is with a credit record's papers.
func (a *API) fileRoutes() {
	const tag = "附件"
	refs := a.huma.OpenAPI().Components.Schemas
	binary := &huma.Schema{Type: huma.TypeString, Format: "binary"}
	stream(a, endpoint{http.MethodPost, FilesPath, "upload-file", tag, "上传一个附件", "file:upload", http.StatusCreated}, huma.Operation{
		RequestBody: &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{"multipart/form-data": {Schema: &huma.Schema{
			Type: huma.TypeObject, Required: []string{fileField}, Properties: map[string]*huma.Schema{fileField: {
				Type: huma.TypeString, Format: "binary", Description: "PDF、OFD、PNG、JPEG、DOCX 或 XLSX，按内容识别"}}}}}},
		Responses: map[string]*huma.Response{"201": {Description: "已保存", Content: map[string]*huma.MediaType{
			"application/json": {Schema: refs.Schema(reflect.TypeFor[review.FileRef](), true, "FileRef")}}}},
	}, a.upload)
	stream(a, endpoint{http.MethodGet, FilesPath + "/{id}", "file", tag, "取一个附件；看别人的留痕", signedIn, 0}, huma.Operation{
		Parameters: []*huma.Param{
			{Name: "id", In: "path", Required: true, Schema: &huma.Schema{Type: huma.TypeString, Format: "uuid"}, Description: "附件的标识"},
			{Name: "inline", In: "query", Schema: &huma.Schema{Type: huma.TypeString, Enum: []any{"1"}}, Description: "1 表示在浏览器中打开（仅 PDF 和图片）"},
		},
		Responses: map[string]*huma.Response{"200": {Description: "附件内容", Content: map[string]*huma.MediaType{"application/octet-stream": {Schema: binary}}}},
	}, a.serveFile)
}

// fileField is the form's one field.
const fileField = "file"

// upload takes the file as it comes in: it is at no time in memory.
func (a *API) upload(ctx context.Context, w http.ResponseWriter, r *http.Request) error {
	if err := web.TakeTime(w); err != nil {
		return err
	}
	form, err := r.MultipartReader()
	if err != nil {
		return apperr.InvalidField(fileField, "请以 multipart/form-data 上传，文件放在 file 字段").Because(err)
	}
	part, err := form.NextPart()
	if err != nil || part.FormName() != fileField || part.FileName() == "" {
		return notAFile(err)
	}
	f, err := a.Files.Put(ctx, files.Upload{Name: part.FileName(), UploadedBy: authz.From(ctx).Person, Body: part})
	if err != nil {
		return err
	}
	if err := lastPart(form); err != nil { // the file is kept, named by nothing, and swept
		return err
	}
	if err := a.Review.Uploaded(ctx, f.ID, f.Name); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(http.StatusCreated)
	_ = json.NewEncoder(w).Encode(review.FileRef{ID: f.ID, Name: f.Name, MediaType: string(f.MediaType), Size: f.Size, SHA256: hex.EncodeToString(f.SHA256[:])})
	return nil // the client may be gone; nothing is left to tell it
}

func notAFile(err error) error {
	var over *http.MaxBytesError
	if errors.As(err, &over) {
		return apperr.New(apperr.TooLarge, "文件超过上限，请压缩或拆分后再上传").Because(err)
	}
	return apperr.InvalidField(fileField, "应只有 file 一个字段，其中是要上传的文件").Because(err)
}

func lastPart(form *multipart.Reader) error {
	if _, err := form.NextPart(); !errors.Is(err, io.EOF) {
		return notAFile(err)
	}
	return nil
}

var errNoFile = apperr.New(apperr.NotFound, "没有这个附件，或者它不在您的查看范围内")

// mayRead lets whoever may see a submission, a credit record or a contract that names the file see it.
func (a *API) mayRead(ctx context.Context, f files.File) error {
	err := a.Review.ReadFile(ctx, f.ID, f.Name)
	if apperr.CodeOf(err) != apperr.NotFound {
		return err
	}
	if err = a.Records.ReadFile(ctx, f.ID, f.Name); apperr.CodeOf(err) != apperr.NotFound {
		return err
	}
	sees, other := a.Contract.MayRead(ctx, f.ID, f.Name)
	if sees || other != nil {
		return other
	}
	return err
}

// serveFile gives the file out to its uploader and to who sees a submission that names it.
func (a *API) serveFile(ctx context.Context, w http.ResponseWriter, r *http.Request) error {
	id, err := uuid.Parse(r.PathValue("id"))
	if err != nil {
		return errNoFile
	}
	f, err := a.Files.Get(ctx, id)
	if apperr.CodeOf(err) == apperr.NotFound {
		return errNoFile
	}
	if err != nil {
		return err
	}
	actor := authz.From(ctx)
	if f.UploadedBy != actor.Person {
		if err := a.mayRead(ctx, f); err != nil {
			return err
		}
	}
	body, err := a.Files.Open(ctx, f)
	if err != nil {
		return err
	}
	defer body.Close()
	if err := web.TakeTime(w); err != nil {
		return err
	}
	return files.Serve(w, r, f, body, r.URL.Query().Get("inline") == "1")
}
