package httpapi

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"reflect"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/web"
	"zjcs/internal/procurement"
	"zjcs/internal/review"
)

const (
	bidPath         = "/api/v1/procurements/{id}/my-bid"
	bidFilesPath    = "/api/v1/procurements/{id}/bid-files"
	eligibilityPath = "/api/v1/procurements/{id}/eligibility"
	appealsPath     = "/api/v1/procurements/{id}/recusal-appeals"

	// BidFilesPattern is where attachments of bids are handed in (web.Options.Uploads).
	BidFilesPattern = "/api/v1/procurements/*/bid-files"
)

// sealedRoutes are those that would tell who bids for what: the log names their pattern
// alone, and no answer of theirs is kept under an Idempotency-Key. To bid again changes
// the bid, so that a repeated request does no harm.
var sealedRoutes = map[string]bool{bidPath: true, bidFilesPath: true, eligibilityPath: true, appealsPath: true}

// bidRoutes are an agency's on a procurement, and the operators' on recusal.
func (a *API) bidRoutes() {
	const tag = "报名与投标"
	on(a, endpoint{http.MethodGet, eligibilityPath, "procurement-eligibility", tag, "本机构能否报名，以及为什么", "bid:submit", 0}, a.eligibility)
	on(a, endpoint{http.MethodGet, bidPath, "my-bid", tag, "本机构最近一次投标的回执；内容在开标前谁也不能读", "bid:submit", 0}, a.myBid)
	on(a, endpoint{http.MethodPut, bidPath, "submit-bid", tag, "提交或变更投标，密封保存", "bid:submit", 0}, a.submitBid)
	on(a, endpoint{http.MethodDelete, bidPath, "withdraw-bid", tag, "撤回投标", "bid:submit", 0}, a.withdrawBid)
	stream(a, endpoint{http.MethodPost, bidFilesPath, "upload-bid-file", tag, "上传投标附件，密封保存", "bid:submit", http.StatusCreated}, huma.Operation{
		Parameters: []*huma.Param{
			{Name: "id", In: "path", Required: true, Schema: &huma.Schema{Type: huma.TypeString, Format: "uuid"}, Description: "采购项目的标识"},
			{Name: "agency", In: "query", Schema: &huma.Schema{Type: huma.TypeString, Format: "uuid"}, Description: "以哪家机构的名义；只代表一家的不必写"},
		},
		RequestBody: &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{"multipart/form-data": {Schema: &huma.Schema{
			Type: huma.TypeObject, Required: []string{fileField}, Properties: map[string]*huma.Schema{fileField: {
				Type: huma.TypeString, Format: "binary", Description: "PDF、OFD、PNG、JPEG、DOCX 或 XLSX，按内容识别"}}}}}},
		Responses: map[string]*huma.Response{"201": {Description: "已密封保存", Content: map[string]*huma.MediaType{
			"application/json": {Schema: a.huma.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[review.FileRef](), true, "FileRef")}}}},
	}, a.uploadBidFile)
	on(a, endpoint{http.MethodPost, appealsPath, "appeal-recusal", tag, "对回避提出异议", "bid:submit", http.StatusCreated}, a.appealRecusal)
	on(a, endpoint{http.MethodGet, "/api/v1/recusal-appeals", "recusal-appeals", tag, "待处理的回避异议", "procurement:operate", 0}, a.listRecusalAppeals)
	on(a, endpoint{http.MethodPut, "/api/v1/recusal-appeals/{id}", "decide-recusal-appeal", tag, "处理一件回避异议", "procurement:operate", 0}, a.decideRecusalAppeal)
}

// BidFor says of which procurement, and in whose name.
type BidFor struct {
	ID     uuid.UUID `path:"id" doc:"采购项目的标识"`
	Agency string    `query:"agency" maxLength:"36" doc:"以哪家机构的名义（机构的标识）；只代表一家的不必写"`
}

func (b BidFor) agency() (uuid.UUID, error) { return agencyOf(b.Agency) }

func agencyOf(text string) (uuid.UUID, error) {
	if text == "" {
		return uuid.Nil, nil
	}
	id, err := uuid.Parse(text)
	if err != nil {
		return id, apperr.InvalidField("agency", "应是机构的标识（UUID）")
	}
	return id, nil
}

func (a *API) eligibility(ctx context.Context, in *BidFor) (procurement.Eligibility, error) {
	agency, err := in.agency()
	if err != nil {
		return procurement.Eligibility{}, err
	}
	return a.Procurement.Eligibility(ctx, in.ID, agency)
}

func (a *API) myBid(ctx context.Context, in *BidFor) (procurement.SignedReceipt, error) {
	agency, err := in.agency()
	if err != nil {
		return procurement.SignedReceipt{}, err
	}
	return a.Procurement.BidReceipt(ctx, in.ID, agency)
}

type bidInput struct {
	BidFor
	Body procurement.Offer
}

func (a *API) submitBid(ctx context.Context, in *bidInput) (procurement.SignedReceipt, error) {
	agency, err := in.agency()
	if err != nil {
		return procurement.SignedReceipt{}, err
	}
	return a.Procurement.Submit(ctx, in.ID, agency, in.Body)
}

func (a *API) withdrawBid(ctx context.Context, in *BidFor) (procurement.SignedReceipt, error) {
	agency, err := in.agency()
	if err != nil {
		return procurement.SignedReceipt{}, err
	}
	return a.Procurement.WithdrawBid(ctx, in.ID, agency)
}

// uploadBidFile is upload for what is sealed.
func (a *API) uploadBidFile(ctx context.Context, w http.ResponseWriter, r *http.Request) error {
	id, err := uuid.Parse(r.PathValue("id"))
	if err != nil {
		return apperr.New(apperr.NotFound, "没有这个采购项目")
	}
	agency, err := agencyOf(r.URL.Query().Get("agency"))
	if err != nil {
		return err
	}
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
	f, err := a.Procurement.UploadSealed(ctx, id, agency, part.FileName(), part)
	if err != nil {
		return err
	}
	if err := lastPart(form); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(http.StatusCreated)
	_ = json.NewEncoder(w).Encode(review.FileRef{ID: f.ID, Name: f.Name, MediaType: string(f.MediaType), Size: f.Size, SHA256: hex.EncodeToString(f.SHA256[:])})
	return nil // the client may be gone; nothing is left to tell it
}

type appealInput struct {
	BidFor
	Body struct {
		Code   string `json:"code" maxLength:"30" doc:"哪一类回避情形"`
		Reason string `json:"reason" doc:"理由，5 至 2000 字"`
	}
}

func (a *API) appealRecusal(ctx context.Context, in *appealInput) (procurement.RecusalAppeal, error) {
	agency, err := in.agency()
	if err != nil {
		return procurement.RecusalAppeal{}, err
	}
	return a.Procurement.Appeal(ctx, in.ID, agency, in.Body.Code, in.Body.Reason)
}

type recusalAppeals struct {
	Items []procurement.RecusalAppeal `json:"items"`
}

func (a *API) listRecusalAppeals(ctx context.Context, _ *struct{}) (recusalAppeals, error) {
	list, err := a.Procurement.Appeals(ctx)
	return recusalAppeals{Items: list}, err
}

type decideAppealInput struct {
	ID   uuid.UUID `path:"id" doc:"异议的标识"`
	Body struct {
		Upheld bool   `json:"upheld" doc:"为真表示异议成立，解除这类回避"`
		Answer string `json:"answer" doc:"处理意见，5 至 2000 字"`
	}
}

func (a *API) decideRecusalAppeal(ctx context.Context, in *decideAppealInput) (procurement.RecusalAppeal, error) {
	return a.Procurement.DecideAppeal(ctx, in.ID, in.Body.Upheld, in.Body.Answer)
}
