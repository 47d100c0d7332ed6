package httpapi

import (
	"bytes"
	"context"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"os"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"zjcs/internal/exchange"
	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/page"
	"zjcs/internal/platform/provenance"
)

// DeliveriesPath takes in files larger than other bodies.
const DeliveriesPath = "/api/v1/deliveries"

// exchangeRoutes take in the tables that officials deliver (归集): each is shown as what it
// would do, and taken in when it is confirmed.
func (a *API) exchangeRoutes() {
	const tag, may = "数据归集", "delivery:prepare"
	on(a, endpoint{http.MethodPost, DeliveriesPath, "hand-in-delivery", tag, "提交待导入的表，得到预览；此时什么也不写入", may, http.StatusCreated}, a.handIn)
	deliveryForm(a.huma.OpenAPI().Paths[DeliveriesPath].Post)
	on(a, endpoint{http.MethodGet, DeliveriesPath, "deliveries", tag, "我提交的归集", may, 0}, a.listDeliveries)
	on(a, endpoint{http.MethodGet, "/api/v1/deliveries/{id}", "delivery", tag, "一次归集：进度、预览、结果", may, 0}, a.getDelivery)
	on(a, endpoint{http.MethodPut, "/api/v1/deliveries/{id}/confirm", "confirm-delivery", tag, "确认导入；逐行按现在的数据重新判断", may, 0}, a.confirmDelivery)
	download(a, endpoint{http.MethodGet, "/api/v1/deliveries/{id}/faults.csv", "delivery-faults", tag, "不能导入的行：行号、列、原因", may, 0}, csvType, "不能导入的行.csv", a.deliveryFaults)
	download(a, endpoint{http.MethodGet, "/api/v1/delivery-templates/{file}", "delivery-template", tag, "空表模板：items.xlsx、agencies.xlsx、experts.xlsx、penalties.xlsx", may, 0}, xlsxType, "导入模板.xlsx", a.deliveryTemplate)
}

// deliveryForm describes the upload, once the route stands: huma would read the body of a
// route that has one, and a table is read as a stream.
func deliveryForm(o *huma.Operation) {
	text := func(doc string, limit int) *huma.Schema {
		return &huma.Schema{Type: huma.TypeString, Description: doc, MaxLength: &limit}
	}
	kind := text("类别", 20)
	kind.Enum = []any{"items", "agencies", "experts", "penalties"}
	o.RequestBody = &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{"multipart/form-data": {Schema: &huma.Schema{
		Type: huma.TypeObject, Required: []string{"kind", "source", "file"},
		Properties: map[string]*huma.Schema{"kind": kind, "source": text("提供数据的单位", 100), "file": {Type: huma.TypeString, Format: "binary", Description: ".xlsx 或 .csv"}},
	}}}}
}

func (a *API) handIn(ctx context.Context, _ *struct{}) (exchange.Delivery, error) {
	in, err := readDelivery(callOf(ctx).request)
	if in.File != "" {
		defer os.Remove(in.File) //nolint:errcheck // a leftover in the temporary folder is no failure of the request
	}
	if err != nil {
		return exchange.Delivery{}, err
	}
	return a.Deliveries.HandIn(ctx, in)
}

// readDelivery reads the form as it comes: the table goes to a temporary file that only
// this program may read.
func readDelivery(r *http.Request) (in exchange.HandInput, err error) {
	form, err := r.MultipartReader()
	if err != nil {
		return in, apperr.InvalidField("file", "应以表单上传（multipart/form-data），含 kind、source、file 三项").Because(err)
	}
	for {
		part, err := form.NextPart()
		if errors.Is(err, io.EOF) {
			return in, nil
		}
		if err != nil {
			return in, tableUnread(err)
		}
		switch part.FormName() {
		case "kind":
			var s string
			s, err = shortText(part)
			in.Kind = provenance.Kind(s)
		case "source":
			in.Source, err = shortText(part)
		case "file":
			if in.File != "" {
				return in, apperr.InvalidField("file", "一次只导入一个文件")
			}
			in.FileName = part.FileName()
			in.File, err = spool(part)
		default:
			return in, apperr.InvalidField("body", "表单只含 kind、source、file 三项")
		}
		if err != nil {
			return in, tableUnread(err)
		}
	}
}

func tableUnread(err error) error {
	if _, ok := apperr.As(err); ok {
		return err
	}
	refusal := unreadable(err)
	if e, ok := apperr.As(refusal); ok && e.Code == apperr.TooLarge {
		return apperr.New(apperr.TooLarge, "文件过大，请拆分后再导入").Because(err)
	}
	return apperr.InvalidField("file", "上传的内容没有收完整，请重试").Because(err)
}

func shortText(part *multipart.Part) (string, error) {
	const limit = 2000
	b, err := io.ReadAll(io.LimitReader(part, limit+1))
	if err == nil && len(b) > limit {
		return "", apperr.InvalidField(part.FormName(), "过长，应不超过 100 个字")
	}
	return strings.ToValidUTF8(string(b), "\uFFFD"), err
}

func spool(part io.Reader) (path string, err error) {
	f, err := os.CreateTemp("", "zjcs-upload-*")
	if err != nil {
		return "", err
	}
	_, err = io.Copy(f, part)
	return f.Name(), errors.Join(err, f.Close())
}

func (a *API) listDeliveries(ctx context.Context, in *publicityQuery) (page.Page[exchange.Delivery], error) {
	return a.Deliveries.List(ctx, in.request())
}

type deliveryKey struct {
	ID uuid.UUID `path:"id" doc:"归集的标识"`
}

func (a *API) getDelivery(ctx context.Context, in *deliveryKey) (exchange.Delivery, error) {
	return a.Deliveries.Get(ctx, in.ID)
}

func (a *API) confirmDelivery(ctx context.Context, in *deliveryKey) (exchange.Delivery, error) {
	return a.Deliveries.Confirm(ctx, in.ID)
}

func (a *API) deliveryFaults(ctx context.Context, in *deliveryKey) ([]byte, error) {
	var b bytes.Buffer
	err := a.Deliveries.Faults(ctx, in.ID, &b)
	return b.Bytes(), err
}

type templateKey struct {
	File string `path:"file" maxLength:"20" doc:"items.xlsx、agencies.xlsx、experts.xlsx、penalties.xlsx"`
}

func (a *API) deliveryTemplate(ctx context.Context, in *templateKey) ([]byte, error) {
	kind, xlsx := strings.CutSuffix(in.File, ".xlsx")
	if !xlsx {
		kind = ""
	}
	var b bytes.Buffer
	err := a.Deliveries.Template(ctx, provenance.Kind(kind), &b)
	return b.Bytes(), err
}
