package httpapi

import (
	"context"
	"net/http"

	"github.com/google/uuid"

	"zjcs/internal/contract"
	"zjcs/internal/identity"
	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/page"
	"zjcs/internal/review"
)

const contractTag = "合同"

// contractRoutes are contracts: lists, one of them, and what its sides do with it. Every
// action answers with the contract as it then is.
func (a *API) contractRoutes() {
	const tag, one = contractTag, "/api/v1/contracts/{id}"
	on(a, endpoint{http.MethodGet, "/api/v1/procurements/{id}/contract", "procurement-contract", tag, "采购项目的合同：公开的金额、时限和备案", Public, 0}, a.procurementContract)
	on(a, endpoint{http.MethodPost, "/api/v1/procurements/{id}/contract", "draft-contract", tag, "由中选通知书起草合同；已经起草的直接打开", "contract:run", 0}, a.draftContract)
	on(a, endpoint{http.MethodGet, "/api/v1/contracts", "contracts", tag, "与我有关的合同，附等着我办理的", "contract:read", 0}, a.listContracts)
	on(a, endpoint{http.MethodGet, one, "contract", tag, "一份合同和现在能做什么", "contract:read", 0}, a.getContract)
	on(a, endpoint{http.MethodPut, one + "/draft", "edit-contract", tag, "修改合同草稿；已有的确认作废", "contract:run", 0}, a.editContract)
	on(a, endpoint{http.MethodPost, one + "/confirmations", "confirm-contract", tag, "确认合同的一个版本（须出示二次验证）；双方确认同一版本即签订", "contract:sign", 0}, a.confirmContract)
	on(a, endpoint{http.MethodPost, one + "/filing", "file-contract", tag, "备案：上传签字盖章的合同", "contract:run", 0}, a.fileContract)
	on(a, endpoint{http.MethodPost, one + "/amendments", "amend-contract", tag, "提出变更（须出示二次验证）", "contract:sign", 0}, a.amendContract)
	on(a, endpoint{http.MethodPost, one + "/amendments/{version}/actions", "answer-amendment", tag, "同意（须出示二次验证）、不同意或者撤回变更", "contract:run", 0}, a.answerAmendment)
	a.contractPartRoutes()
}

// ContractKey names a contract.
type ContractKey struct {
	ID uuid.UUID `path:"id" doc:"合同的标识"`
}

type contractLookup struct {
	ID string `path:"id" maxLength:"40" doc:"合同的标识或编号"`
}

// procurementContract is not kept: the clock in it goes on by itself.
func (a *API) procurementContract(ctx context.Context, in *ProcurementKey) (contract.Published, error) {
	return a.Contract.OfProcurement(ctx, in.ID)
}

func (a *API) draftContract(ctx context.Context, in *ProcurementKey) (contract.Detail, error) {
	return a.Contract.Open(ctx, in.ID)
}

type contractQuery struct {
	Paging
	View    string       `query:"view" enum:"purchaser,agency,region" default:"purchaser" doc:"purchaser 本单位采购的；agency 本机构承接的；region 管辖区划（和行业）内的"`
	State   review.State `query:"state" enum:"drafted,signed,filed,completed,terminated" doc:"状态"`
	Query   string       `query:"q" maxLength:"100" doc:"项目名称或合同编号的一部分"`
	Awaited bool         `query:"awaited" doc:"为真表示只要等着我这一方办理的"`
}

func (a *API) listContracts(ctx context.Context, in *contractQuery) (page.Page[contract.Summary], error) {
	return a.Contract.List(ctx, contract.ListFilter{Request: in.request(), View: in.View, State: in.State, Query: in.Query, Awaited: in.Awaited})
}

func (a *API) getContract(ctx context.Context, in *contractLookup) (contract.Detail, error) {
	return a.Contract.Get(ctx, in.ID)
}

type editContractInput struct {
	ContractKey
	Body struct {
		Version int            `json:"version" minimum:"1" doc:"修改的是哪一版；已经有更新的版本时不能覆盖"`
		Terms   contract.Terms `json:"terms" doc:"约定"`
	}
}

func (a *API) editContract(ctx context.Context, in *editContractInput) (contract.Detail, error) {
	return a.Contract.Edit(ctx, contract.EditInput{Contract: in.ID, Version: in.Body.Version, Terms: in.Body.Terms})
}

type confirmContractInput struct {
	ContractKey
	Body struct {
		Version int    `json:"version" minimum:"1" doc:"确认哪一版"`
		Hash    string `json:"hash" minLength:"64" maxLength:"64" doc:"这一版的摘要"`
		identity.Proof
	}
}

func (a *API) confirmContract(ctx context.Context, in *confirmContractInput) (contract.Detail, error) {
	return a.Contract.Confirm(ctx, contract.ConfirmInput{Contract: in.ID, Version: in.Body.Version, Hash: in.Body.Hash, Proof: in.Body.Proof})
}

type fileContractInput struct {
	ContractKey
	Body struct {
		Files []uuid.UUID `json:"files" maxItems:"20" doc:"签字盖章的合同扫描件（已上传附件的标识）"`
	}
}

func (a *API) fileContract(ctx context.Context, in *fileContractInput) (contract.Detail, error) {
	return a.Contract.File(ctx, contract.FileInput{Contract: in.ID, Files: in.Body.Files})
}

type amendContractInput struct {
	ContractKey
	Body struct {
		Terms  contract.Terms `json:"terms" doc:"变更后的约定"`
		Reason string         `json:"reason" maxLength:"2000" doc:"理由，生效后公开"`
		Files  []uuid.UUID    `json:"files,omitempty" maxItems:"20" doc:"依据"`
		identity.Proof
	}
}

func (a *API) amendContract(ctx context.Context, in *amendContractInput) (contract.Detail, error) {
	return a.Contract.Amend(ctx, contract.AmendInput{Contract: in.ID, Terms: in.Body.Terms, Reason: in.Body.Reason, Files: in.Body.Files, Proof: in.Body.Proof})
}

type answerAmendmentInput struct {
	ContractKey
	Version int `path:"version" minimum:"1" doc:"变更的版本"`
	Body    struct {
		Action review.Action `json:"action" enum:"amended,decline-amendment,withdraw-amendment" doc:"amended 同意；decline-amendment 不同意；withdraw-amendment 撤回"`
		Hash   string        `json:"hash,omitempty" maxLength:"64" doc:"同意的，写这一版的摘要"`
		Reason string        `json:"reason,omitempty" maxLength:"2000" doc:"不同意或者撤回的理由"`
		identity.Proof
	}
}

func (a *API) answerAmendment(ctx context.Context, in *answerAmendmentInput) (contract.Detail, error) {
	answer := contract.AnswerAmendmentInput{Contract: in.ID, Version: in.Version, Hash: in.Body.Hash, Proof: in.Body.Proof, Reason: in.Body.Reason}
	switch in.Body.Action {
	case contract.Amended:
		return a.Contract.AgreeAmendment(ctx, answer)
	case contract.NotAmend:
		return a.Contract.DeclineAmendment(ctx, answer)
	case contract.UnAmend:
		return a.Contract.WithdrawAmendment(ctx, answer)
	default:
		return contract.Detail{}, noSuchAction()
	}
}

func noSuchAction() error {
	return apperr.InvalidField("action", "没有这个动作，请从列出的动作中选")
}
