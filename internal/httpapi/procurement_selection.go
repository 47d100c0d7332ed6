package httpapi

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/files"
	"zjcs/internal/platform/web"
	"zjcs/internal/procurement"
)

// selectionRoutes are what purchasers, agencies, experts and officials do with a
// procurement between its notice and its result.
func (a *API) selectionRoutes() {
	const tag = "采购"
	const one = "/api/v1/procurements/{id}"
	on(a, endpoint{http.MethodPost, one + "/withdrawal", "withdraw-procurement", tag, "撤回报名中的公告，公布原因", "procurement:run", http.StatusNoContent}, a.withdrawProcurement)
	on(a, endpoint{http.MethodPost, one + "/questions", "ask-procurement", tag, "就公告提问；不显示提问的是谁", "procurement:ask", http.StatusCreated}, a.askProcurement)
	on(a, endpoint{http.MethodPut, one + "/questions/{question}", "answer-procurement", tag, "公开答复一个提问", "procurement:run", http.StatusNoContent}, a.answerProcurement)
	on(a, endpoint{http.MethodGet, one + "/comparison", "procurement-comparison", tag, "开标后并列各家投标", signedIn, 0}, a.compareBids)
	on(a, endpoint{http.MethodPost, one + "/explanation", "explain-quote", tag, "说明偏低的报价", "bid:submit", http.StatusNoContent}, a.explainQuote)
	on(a, endpoint{http.MethodPut, one + "/explanations/{number}", "judge-explanation", tag, "采纳或不采纳一份报价说明", "procurement:run", http.StatusNoContent}, a.judgeExplanation)
	on(a, endpoint{http.MethodPost, one + "/choice", "choose-bid", tag, "选定一家并写明理由", "procurement:run", http.StatusNoContent}, a.chooseBid)
	on(a, endpoint{http.MethodPost, one + "/panel/declaration", "declare-interest", tag, "专家声明有无利害关系", "panel:score", http.StatusNoContent}, a.declareInterest)
	on(a, endpoint{http.MethodPost, one + "/panel/scores", "score-bids", tag, "专家提交评分，一次", "panel:score", http.StatusNoContent}, a.scoreBids)
	on(a, endpoint{http.MethodPost, one + "/commitment", "give-commitment", tag, "项目业主或监督作出抽取的承诺", signedIn, http.StatusNoContent}, a.giveCommitment)
	on(a, endpoint{http.MethodPost, one + "/reveal", "reveal-commitment", tag, "揭示承诺的随机数", signedIn, http.StatusNoContent}, a.revealCommitment)
	on(a, endpoint{http.MethodPost, one + "/void-draw", "void-draw", tag, "宣布抽取无效并指定新的熵源", "procurement:operate", http.StatusNoContent}, a.voidDraw)
	on(a, endpoint{http.MethodPost, "/api/v1/lottery-results", "enter-lottery", tag, "录入公开彩票的开奖结果；两人录入一致才生效", "lottery:enter", 0}, a.enterLottery)
	get(a, one+"/questions", "procurement-questions", tag, "公告的提问和答复", procurementScopes, a.listQuestions)
	get(a, one+"/draws/{purpose}", "draw-evidence", tag, "抽取的证据文件，任何人可以据此重算", procurementScopes, a.drawEvidence)
	stream(a, endpoint{http.MethodGet, one + "/bids/{number}/files/{file}", "bid-file", tag, "取开标后的一个投标附件", signedIn, 0}, huma.Operation{
		Parameters: []*huma.Param{
			{Name: "id", In: "path", Required: true, Schema: &huma.Schema{Type: huma.TypeString, Format: "uuid"}, Description: "采购项目的标识"},
			{Name: "number", In: "path", Required: true, Schema: &huma.Schema{Type: huma.TypeInteger}, Description: "投标的编号"},
			{Name: "file", In: "path", Required: true, Schema: &huma.Schema{Type: huma.TypeString, Format: "uuid"}, Description: "附件的标识"},
		},
		Responses: map[string]*huma.Response{"200": {Description: "附件内容", Content: map[string]*huma.MediaType{
			"application/octet-stream": {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}}}},
	}, a.serveBidFile)
}

var procurementScopes = []string{"procurement", "catalog", "region"}

// ProcurementKey names a procurement.
type ProcurementKey struct {
	ID uuid.UUID `path:"id" doc:"采购项目的标识"`
}

type reasonInput struct {
	ProcurementKey
	Body struct {
		Reason string `json:"reason" minLength:"10" maxLength:"1000" doc:"原因，会公布"`
	}
}

func (a *API) withdrawProcurement(ctx context.Context, in *reasonInput) (none, error) {
	return none{}, a.Procurement.WithdrawNotice(ctx, in.ID, in.Body.Reason)
}

type askInput struct {
	BidFor
	Body struct {
		Question string `json:"question" minLength:"5" maxLength:"2000" doc:"提问，会公开"`
	}
}

func (a *API) askProcurement(ctx context.Context, in *askInput) (procurement.Question, error) {
	agency, err := in.agency()
	if err != nil {
		return procurement.Question{}, err
	}
	return a.Procurement.Ask(ctx, in.ID, agency, in.Body.Question)
}

type answerQuestionInput struct {
	ProcurementKey
	Question uuid.UUID `path:"question" doc:"提问的标识"`
	Body     struct {
		Answer string `json:"answer" minLength:"5" maxLength:"2000" doc:"答复，会公开"`
	}
}

func (a *API) answerProcurement(ctx context.Context, in *answerQuestionInput) (none, error) {
	return none{}, a.Procurement.Answer(ctx, in.ID, in.Question, in.Body.Answer)
}

func (a *API) compareBids(ctx context.Context, in *ProcurementKey) (procurement.Comparison, error) {
	return a.Procurement.Comparison(ctx, in.ID)
}

type explainInput struct {
	BidFor
	Body struct {
		Text string `json:"text" minLength:"20" maxLength:"4000" doc:"成本构成和依据"`
	}
}

func (a *API) explainQuote(ctx context.Context, in *explainInput) (none, error) {
	agency, err := in.agency()
	if err != nil {
		return none{}, err
	}
	return none{}, a.Procurement.Explain(ctx, in.ID, agency, in.Body.Text)
}

type judgeExplanationInput struct {
	ProcurementKey
	Number int `path:"number" minimum:"1" doc:"投标的编号"`
	Body   struct {
		Accept  bool   `json:"accept" doc:"采纳"`
		Opinion string `json:"opinion" minLength:"5" maxLength:"2000" doc:"理由，会公布"`
	}
}

func (a *API) judgeExplanation(ctx context.Context, in *judgeExplanationInput) (none, error) {
	return none{}, a.Procurement.JudgeExplanation(ctx, in.ID, in.Number, in.Body.Accept, in.Body.Opinion)
}

type chooseInput struct {
	ProcurementKey
	Body struct {
		Number   int    `json:"number" minimum:"1" doc:"选定的投标的编号"`
		Reason   string `json:"reason" minLength:"10" maxLength:"2000" doc:"理由，会公布"`
		Reserves []int  `json:"reserves,omitempty" maxItems:"2" doc:"方案择优：候补的编号，按次序"`
	}
}

func (a *API) chooseBid(ctx context.Context, in *chooseInput) (none, error) {
	return none{}, a.Procurement.Choose(ctx, in.ID, procurement.ChooseInput{Number: in.Body.Number, Reason: in.Body.Reason, Reserves: in.Body.Reserves})
}

type declareInput struct {
	ProcurementKey
	Body struct {
		Conflict bool   `json:"conflict" doc:"为真表示有利害关系，回避"`
		Note     string `json:"note,omitempty" maxLength:"1000" doc:"回避的原因，不公开"`
	}
}

func (a *API) declareInterest(ctx context.Context, in *declareInput) (none, error) {
	return none{}, a.Procurement.Declare(ctx, in.ID, in.Body.Conflict, in.Body.Note)
}

type scoreInput struct {
	ProcurementKey
	Body struct {
		Sheets []procurement.Sheet `json:"sheets" minItems:"1" maxItems:"500" doc:"每份投标一张"`
	}
}

func (a *API) scoreBids(ctx context.Context, in *scoreInput) (none, error) {
	return none{}, a.Procurement.Score(ctx, in.ID, in.Body.Sheets)
}

type commitmentInput struct {
	ProcurementKey
	Body struct {
		Commitment string `json:"commitment" minLength:"64" maxLength:"64" doc:"随机数的 SHA-256，十六进制"`
	}
}

func (a *API) giveCommitment(ctx context.Context, in *commitmentInput) (none, error) {
	return none{}, a.Procurement.GiveCommitment(ctx, in.ID, in.Body.Commitment)
}

type revealValueInput struct {
	ProcurementKey
	Body struct {
		Value string `json:"value" minLength:"32" maxLength:"128" doc:"作出承诺时的随机数，十六进制"`
	}
}

func (a *API) revealCommitment(ctx context.Context, in *revealValueInput) (none, error) {
	return none{}, a.Procurement.Reveal(ctx, in.ID, in.Body.Value)
}

type voidInput struct {
	ProcurementKey
	Body procurement.VoidInput
}

func (a *API) voidDraw(ctx context.Context, in *voidInput) (none, error) {
	return none{}, a.Procurement.VoidDraw(ctx, in.ID, in.Body)
}

type lotteryInput struct{ Body procurement.LotteryEntry }

func (a *API) enterLottery(ctx context.Context, in *lotteryInput) (procurement.LotteryState, error) {
	return a.Procurement.EnterLottery(ctx, in.Body)
}

func (a *API) listQuestions(ctx context.Context, in *ProcurementKey) (list[procurement.Question], error) {
	items, err := a.Procurement.Questions(ctx, in.ID)
	return list[procurement.Question]{items}, err
}

// DrawKey names a draw of a procurement.
type DrawKey struct {
	ProcurementKey
	Purpose string `path:"purpose" enum:"selection,panel" doc:"selection 选取，panel 专家"`
}

func (a *API) drawEvidence(ctx context.Context, in *DrawKey) (json.RawMessage, error) {
	raw, proven, err := a.Procurement.DrawEvidence(ctx, in.ID, in.Purpose)
	// Its receipts lead to the newest checkpoint, which moves on with every line of the log.
	kept := time.Minute
	if !proven {
		kept = unplaced
	}
	web.CacheableUntil(ctx, a.Now().Add(kept))
	return raw, err
}

// serveBidFile gives out an attachment that was sealed until the opening.
func (a *API) serveBidFile(ctx context.Context, w http.ResponseWriter, r *http.Request) error {
	id, err := uuid.Parse(r.PathValue("id"))
	file, fileErr := uuid.Parse(r.PathValue("file"))
	number, numberErr := strconv.Atoi(r.PathValue("number"))
	if err != nil || fileErr != nil || numberErr != nil {
		return apperr.New(apperr.NotFound, "没有这个附件")
	}
	in, body, err := a.Procurement.BidFile(ctx, id, number, file)
	if err != nil {
		return err
	}
	defer body.Close()
	return files.Serve(w, r, files.File{ID: file, Name: in.Name, MediaType: in.MediaType, Size: in.Size}, io.Reader(body), false)
}
