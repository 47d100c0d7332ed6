package httpapi

import (
	"context"
	"net/http"

	"github.com/google/uuid"

	"zjcs/internal/contract"
	"zjcs/internal/identity"
	"zjcs/internal/review"
)

// contractPartRoutes are what hangs on a contract. What can be done with one of them is
// named by its action, as allowedActions names it.
func (a *API) contractPartRoutes() {
	const tag, one = contractTag, "/api/v1/contracts/{id}"
	on(a, endpoint{http.MethodPost, one + "/stops", "stop-contract-clock", tag, "提出停计；对方确认后才计", "contract:run", 0}, a.stopClock)
	on(a, endpoint{http.MethodPost, one + "/stops/{part}/actions", "answer-stop", tag, "确认、不同意或者撤回停计，提出、确认或者不同意恢复", "contract:run", 0}, a.answerStop)
	on(a, endpoint{http.MethodPost, one + "/deliveries", "deliver", tag, "提交成果", "contract:run", 0}, a.deliver)
	on(a, endpoint{http.MethodPost, one + "/deliveries/{part}/actions", "answer-delivery", tag, "验收成果，或者要求修改", "contract:run", 0}, a.answerDelivery)
	on(a, endpoint{http.MethodPost, one + "/first-pass", "record-first-pass", tag, "登记审批部门首次审查是否通过", "first-pass:record", 0}, a.recordFirstPass)
	on(a, endpoint{http.MethodPost, one + "/payments", "record-payment", tag, "登记付款", "contract:run", 0}, a.recordPayment)
	on(a, endpoint{http.MethodPost, one + "/payments/{part}/actions", "answer-payment", tag, "确认收款、提出异议或者作废登记", "contract:run", 0}, a.answerPayment)
	on(a, endpoint{http.MethodPost, one + "/terminations", "end-contract", tag, "提议协商终止，或者通知终止（须出示二次验证）", "contract:sign", 0}, a.endContract)
	on(a, endpoint{http.MethodPost, one + "/terminations/{part}/actions", "answer-termination", tag, "同意终止（须出示二次验证）、不同意、提出异议或者撤回", "contract:run", 0}, a.answerTermination)
	on(a, endpoint{http.MethodPost, one + "/decision", "decide-termination", tag, "登记终止合同的裁判或者决定", "contract:end", 0}, a.decideTermination)
}

// ContractPart names something that hangs on a contract.
type ContractPart struct {
	ContractKey
	Part uuid.UUID `path:"part" doc:"停计、成果、付款或者终止的标识"`
}

type stopInput struct {
	ContractKey
	Body struct {
		Kind   contract.StopKind `json:"kind" enum:"owner_papers,authority_review,force_majeure,other" doc:"原因"`
		Reason string            `json:"reason" maxLength:"2000" doc:"理由"`
		From   string            `json:"from" maxLength:"10" doc:"从哪一天起停计（YYYY-MM-DD）"`
	}
}

func (a *API) stopClock(ctx context.Context, in *stopInput) (contract.Detail, error) {
	return a.Contract.ProposeStop(ctx, contract.StopInput{Contract: in.ID, Kind: in.Body.Kind, Reason: in.Body.Reason, From: in.Body.From})
}

type answerStopInput struct {
	ContractPart
	Body struct {
		Action review.Action `json:"action" enum:"confirm-stop,decline-stop,withdraw-stop,propose-resume,confirm-resume,decline-resume" doc:"动作"`
		Reason string        `json:"reason,omitempty" maxLength:"2000" doc:"不同意、提出恢复的理由"`
		Until  string        `json:"until,omitempty" maxLength:"10" doc:"提出恢复的，从哪一天起恢复计时（YYYY-MM-DD）"`
	}
}

func (a *API) answerStop(ctx context.Context, in *answerStopInput) (contract.Detail, error) {
	do := map[review.Action]func(context.Context, contract.AnswerStopInput) (contract.Detail, error){
		contract.ConfirmStop: a.Contract.ConfirmStop, contract.DeclineStop: a.Contract.DeclineStop, contract.WithdrawStop: a.Contract.WithdrawStop,
		contract.ProposeResume: a.Contract.ProposeResume, contract.ConfirmResume: a.Contract.ConfirmResume, contract.DeclineResume: a.Contract.DeclineResume,
	}[in.Body.Action]
	if do == nil {
		return contract.Detail{}, noSuchAction()
	}
	return do(ctx, contract.AnswerStopInput{Contract: in.ID, Stop: in.Part, Reason: in.Body.Reason, Until: in.Body.Until})
}

type deliverInput struct {
	ContractKey
	Body struct {
		Milestone int         `json:"milestone" minimum:"1" doc:"里程碑的序号"`
		Note      string      `json:"note,omitempty" maxLength:"2000" doc:"说明"`
		Files     []uuid.UUID `json:"files" maxItems:"20" doc:"成果文件（已上传附件的标识）"`
	}
}

func (a *API) deliver(ctx context.Context, in *deliverInput) (contract.Detail, error) {
	return a.Contract.Deliver(ctx, contract.DeliverInput{Contract: in.ID, Milestone: in.Body.Milestone, Note: in.Body.Note, Files: in.Body.Files})
}

type answerDeliveryInput struct {
	ContractPart
	Body struct {
		Action review.Action `json:"action" enum:"accept,request-revision" doc:"accept 验收；request-revision 要求修改"`
		Reason string        `json:"reason,omitempty" maxLength:"2000" doc:"修改意见；验收的可以不写"`
	}
}

func (a *API) answerDelivery(ctx context.Context, in *answerDeliveryInput) (contract.Detail, error) {
	answer := contract.AnswerDeliveryInput{Contract: in.ID, Delivery: in.Part, Reason: in.Body.Reason}
	switch in.Body.Action {
	case contract.Accept:
		return a.Contract.Accept(ctx, answer)
	case contract.Revise:
		return a.Contract.RequestRevision(ctx, answer)
	default:
		return contract.Detail{}, noSuchAction()
	}
}

type firstPassInput struct {
	ContractKey
	Body struct {
		Passed    bool   `json:"passed" doc:"为真表示首次报送即通过审查"`
		Authority string `json:"authority" maxLength:"100" doc:"审查部门"`
		Document  string `json:"document,omitempty" maxLength:"100" doc:"文号"`
		On        string `json:"on" maxLength:"10" doc:"审查日期（YYYY-MM-DD）"`
		Note      string `json:"note,omitempty" maxLength:"2000" doc:"审查意见；未通过的必须写"`
		Reason    string `json:"reason,omitempty" maxLength:"2000" doc:"更正已有登记的理由"`
	}
}

func (a *API) recordFirstPass(ctx context.Context, in *firstPassInput) (contract.Detail, error) {
	b := in.Body
	return a.Contract.RecordFirstPass(ctx, contract.PassInput{Contract: in.ID, Passed: b.Passed, Authority: b.Authority, Document: b.Document, On: b.On, Note: b.Note, Reason: b.Reason})
}

type paymentInput struct {
	ContractKey
	Body struct {
		AmountFen int64       `json:"amountFen" minimum:"1" doc:"金额（分）"`
		On        string      `json:"on" maxLength:"10" doc:"付款日期（YYYY-MM-DD）"`
		Note      string      `json:"note,omitempty" maxLength:"500" doc:"说明"`
		Files     []uuid.UUID `json:"files,omitempty" maxItems:"20" doc:"付款凭证"`
	}
}

func (a *API) recordPayment(ctx context.Context, in *paymentInput) (contract.Detail, error) {
	return a.Contract.Pay(ctx, contract.PayInput{Contract: in.ID, Fen: in.Body.AmountFen, On: in.Body.On, Note: in.Body.Note, Files: in.Body.Files})
}

type answerPaymentInput struct {
	ContractPart
	Body struct {
		Action review.Action `json:"action" enum:"confirm-payment,dispute-payment,void-payment" doc:"动作"`
		Reason string        `json:"reason,omitempty" maxLength:"2000" doc:"异议或者作废的理由"`
	}
}

func (a *API) answerPayment(ctx context.Context, in *answerPaymentInput) (contract.Detail, error) {
	answer := contract.AnswerPaymentInput{Contract: in.ID, Payment: in.Part, Reason: in.Body.Reason}
	switch in.Body.Action {
	case contract.ConfirmPayment:
		return a.Contract.ConfirmPayment(ctx, answer)
	case contract.DisputePayment:
		return a.Contract.DisputePayment(ctx, answer)
	case contract.VoidPayment:
		return a.Contract.VoidPayment(ctx, answer)
	default:
		return contract.Detail{}, noSuchAction()
	}
}

type endContractInput struct {
	ContractKey
	Body struct {
		How    string      `json:"how" enum:"agreement,notice" doc:"agreement 协商终止；notice 一方依据合同或者法律通知终止"`
		Reason string      `json:"reason" maxLength:"2000" doc:"理由，生效后公开"`
		Basis  string      `json:"basis,omitempty" maxLength:"2000" doc:"通知终止的依据：合同条款或者法律条文"`
		Files  []uuid.UUID `json:"files,omitempty" maxItems:"20" doc:"附件"`
		identity.Proof
	}
}

func (a *API) endContract(ctx context.Context, in *endContractInput) (contract.Detail, error) {
	b := in.Body
	return a.Contract.ProposeEnd(ctx, contract.EndInput{Contract: in.ID, How: b.How, Reason: b.Reason, Basis: b.Basis, Files: b.Files, Proof: b.Proof})
}

type answerTerminationInput struct {
	ContractPart
	Body struct {
		Action review.Action `json:"action" enum:"terminate,decline-termination,dispute-termination,withdraw-termination" doc:"terminate 同意；decline-termination 不同意协商；dispute-termination 对通知有异议；withdraw-termination 撤回"`
		Reason string        `json:"reason,omitempty" maxLength:"2000" doc:"理由"`
		identity.Proof
	}
}

func (a *API) answerTermination(ctx context.Context, in *answerTerminationInput) (contract.Detail, error) {
	do := map[review.Action]func(context.Context, contract.AnswerEndInput) (contract.Detail, error){
		contract.Terminate: a.Contract.AgreeEnd, contract.DeclineEnd: a.Contract.DeclineEnd, contract.DisputeEnd: a.Contract.DisputeEnd, contract.WithdrawEnd: a.Contract.WithdrawEnd,
	}[in.Body.Action]
	if do == nil {
		return contract.Detail{}, noSuchAction()
	}
	return do(ctx, contract.AnswerEndInput{Contract: in.ID, Ending: in.Part, Reason: in.Body.Reason, Proof: in.Body.Proof})
}

type decisionInput struct {
	ContractKey
	Body struct {
		Document string      `json:"document" maxLength:"2000" doc:"决定机关和文号"`
		Reason   string      `json:"reason" maxLength:"2000" doc:"理由，会公开"`
		Files    []uuid.UUID `json:"files" maxItems:"20" doc:"裁判文书或者决定"`
	}
}

func (a *API) decideTermination(ctx context.Context, in *decisionInput) (contract.Detail, error) {
	return a.Contract.DecideEnd(ctx, contract.DecideInput{Contract: in.ID, Document: in.Body.Document, Reason: in.Body.Reason, Files: in.Body.Files})
}
