package app

import (
	"context"

	"github.com/google/uuid"

	"zjcs/internal/agency"
	"zjcs/internal/contract"
	"zjcs/internal/notice"
	"zjcs/internal/platform/authz"
	"zjcs/internal/platform/db"
	"zjcs/internal/review"
)

// newContract builds what follows the award; the second factor is identity's.
func (c *Core) newContract() *contract.Service {
	return contract.New(contract.Deps{Pool: c.Pool, Policy: c.Policy, Procurement: c.Procurement, Prove: c.Identity.Prove, LogIndexes: c.logIndexes, Tell: c.tellContract})
}

// contractWords are what is told of a step: a title before the project's name, and a body
// before the note. A step that is not named here is told by its name in the table.
var contractWords = map[review.Action]words{
	contract.Draft:             {"合同已起草，请核对", "核对后可以修改，或者确认。"},
	contract.Edit:              {"合同草稿有修改，请核对", "此前的确认不再有效。"},
	contract.Confirm:           {"对方已确认合同，请您确认", ""},
	contract.Sign:              {"合同已签订", "请在期限内上传签字盖章的合同备案。"},
	contract.File:              {"合同已备案", ""},
	contract.Amend:             {"对方提出变更合同，请答复", ""},
	contract.Amended:           {"合同变更已生效", ""},
	contract.ProposeStop:       {"对方提出停计时限，请答复", "您确认以前，时限照常计算。"},
	contract.ProposeResume:     {"对方提出恢复计时，请答复", ""},
	contract.Deliver:           {"服务成果已提交，请验收", "请在期限内验收或者要求修改；不答复不视为验收。"},
	contract.Revise:            {"成果需要修改", ""},
	contract.Complete:          {"服务已验收完成", ""},
	contract.Pay:               {"对方登记了一笔付款，请确认是否收到", ""},
	contract.DisputePayment:    {"机构对付款有异议", "有异议的付款暂不计入已付。"},
	contract.ProposeEnd:        {"对方提议终止合同，请答复", ""},
	contract.GiveNotice:        {"对方通知终止合同，请答复", ""},
	contract.Terminate:         {"合同已终止", ""},
	contract.ToldSignDue:       {"签订合同的期限快到了", ""},
	contract.ToldSignLate:      {"签订合同已经超期", ""},
	contract.ToldFileDue:       {"合同备案的期限快到了", ""},
	contract.ToldFileLate:      {"合同备案已经超期", ""},
	contract.ToldAnswerLate:    {"服务成果等待验收已经超期", ""},
	contract.ToldDue:           {"承诺时限提醒", ""},
	contract.Evaluate:          {"对方已评价，请您评价", "您评价以后，或者期限届满时，双方的评价同时公开。"},
	contract.PublishEvaluation: {"收到的评价已公开", "可以回复；认为不实的，可以申诉。"},
	contract.LapseEvaluation:   {"评价期限已过", ""},
	contract.ReplyEvaluation:   {"对方回复了您的评价", ""},
	contract.AppealEvaluation:  {"对评价的申诉", ""},
	contract.WithdrawAppeal:    {"对评价的申诉已撤回", ""},
	contract.StrikeEvaluation:  {"评价经申诉撤销", "被撤销的评价，其作者可以在期限内更正一次。"},
	contract.DismissAppeal:     {"对评价的申诉不成立", ""},
	contract.CorrectEvaluation: {"对方更正了评价", ""},
	contract.ToldEvaluateDue:   {"请评价对方", ""},
	contract.ToldAppealLate:    {"评价申诉超期未审查", ""},
	contract.ToldPayLate:       {"合同款项到期未付", "逾期会计算利息（保障中小企业款项支付条例 第17条）。"},
}

// tellContract tells the sides, and the officials of the region, of a step, in its
// transaction.
func (c *Core) tellContract(ctx context.Context, tx db.Tx, a contract.Announcement) error {
	w := contractWords[a.Action]
	if w.title == "" {
		w.title = "合同：" + contract.Workflow.Labels[a.Action]
	}
	link := "/workspace/contracts/" + a.Contract.ID.String()
	if a.Action == contract.ToldSignDue || a.Action == contract.ToldSignLate { // there may be no contract yet
		link = "/workspace/procurements/" + a.Contract.Procurement.String()
	}
	m := notice.Message{Topic: notice.AboutProcurement, Title: w.title + "：" + a.Contract.Title, Body: joined(w.body, a.Note), Link: link}
	for _, side := range a.To {
		var to notice.To
		switch side {
		case contract.Purchaser:
			to = notice.To{Organisations: []uuid.UUID{a.Contract.Org}, In: []authz.Role{authz.PurchaserAdmin, authz.PurchaserAgent}}
		case contract.Agency:
			orgs, err := agency.OrganisationsOf(ctx, tx, []uuid.UUID{a.Contract.Agency})
			if err != nil {
				return err
			}
			to = notice.To{Organisations: orgs, In: []authz.Role{authz.AgencyAdmin, authz.AgencyAgent}}
		case contract.Operator:
			to = notice.To{Region: a.Contract.Region, Permission: "contract:end", NotOfOrg: a.Contract.Org}
		case contract.Officer:
			to = notice.To{Region: a.Contract.Region, Sectors: a.Contract.Sectors, Permission: "first-pass:record", NotOfOrg: a.Contract.Org}
		default:
			continue
		}
		if actor := authz.From(ctx); actor != nil {
			to.Except = []uuid.UUID{actor.Person}
		}
		if err := c.Messages.SendTx(ctx, tx, to, m); err != nil {
			return err
		}
	}
	return nil
}
