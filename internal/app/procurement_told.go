package app

import (
	"context"

	"github.com/google/uuid"

	"zjcs/internal/agency"
	"zjcs/internal/notice"
	"zjcs/internal/platform/authz"
	"zjcs/internal/platform/db"
	"zjcs/internal/procurement"
	"zjcs/internal/review"
)

// words are what one side is told of a step: a title before the project's name, and a body
// before the note. An empty title tells that side nothing.
type words struct{ title, body string }

// told is who hears what of each step. Nothing here tells of a bid before the opening:
// until then only what the notice says goes to whoever could bid.
var told = map[review.Action]struct{ agencies, purchaser, operators words }{
	procurement.Publish:  {agencies: words{"新的采购公告", "您的机构今天符合报名条件。报名截止时间和选取方式见公告。"}, purchaser: words{"采购公告已发布", ""}},
	procurement.Amend:    {agencies: words{"采购公告有更正", "已经提交的投标仍按原内容保存，请看过更正后决定是否变更或撤回。"}},
	procurement.Withdraw: {agencies: words{"采购公告已撤回", "本次采购不再进行。"}, purchaser: words{"采购公告已撤回", ""}},
	procurement.Freeze: {agencies: words{"报名截止，已开标", "您的机构的投标已开启并编号，名单已记入公开日志。"},
		purchaser: words{"报名截止，已开标", "可以查看各家的投标。"}},
	procurement.Fail:                  {agencies: words{"采购流标", ""}, purchaser: words{"采购流标", "可以修改条件后重新发布。"}},
	procurement.VoidDraw:              {agencies: words{"抽取被宣布无效", "将用新的熵源重新抽取。"}, purchaser: words{"抽取被宣布无效", "将用新的熵源重新抽取。"}},
	procurement.FallBack:              {agencies: words{"改用备用熵源", "公告写明的熵源没有按时公布。"}, purchaser: words{"改用备用熵源", "公告写明的熵源没有按时公布。"}},
	procurement.Choose:                {agencies: words{"选取结果开始公示", ""}, purchaser: words{"选取结果开始公示", ""}},
	procurement.Conclude:              {agencies: words{"选取结果开始公示", ""}, purchaser: words{"选取结果开始公示", ""}},
	procurement.Suspend:               {agencies: words{"采购中止，正在审查异议", ""}, purchaser: words{"采购中止，正在审查异议", ""}},
	procurement.Resume:                {agencies: words{"采购恢复", "异议不成立，公示继续。"}, purchaser: words{"采购恢复", "异议不成立，公示继续。"}},
	procurement.Reselect:              {agencies: words{"异议成立，重新选取", ""}, purchaser: words{"异议成立，重新选取", ""}},
	procurement.Award:                 {agencies: words{"中选结果已确定", "中选的机构请在期限内签订合同。"}, purchaser: words{"中选通知书已发出", "请在期限内签订合同。"}},
	procurement.Substitute:            {agencies: words{"候补机构递补", "原中选机构不再承接。"}, purchaser: words{"候补机构递补", "原中选机构不再承接。"}},
	procurement.Terminate:             {agencies: words{"采购终止", ""}, purchaser: words{"采购终止", ""}},
	procurement.ToldExplainNeeded:     {agencies: words{"报价偏低，请说明理由", "没有按时说明的，投标无效。"}},
	procurement.ToldChooseNeeded:      {purchaser: words{"请选定中选机构", "请在公告的时间选定，并写明理由。"}},
	procurement.ToldQuestion:          {purchaser: words{"公告收到提问，请答复", "答复对所有人公开，不显示提问的是谁。"}},
	procurement.ToldAnswer:            {agencies: words{"公告的提问已答复", ""}},
	procurement.ToldEntropyNeeded:     {operators: words{"请录入开奖结果", "由两人分别录入，一致后抽取才会进行。"}, purchaser: words{"请公开承诺值", ""}},
	procurement.ToldObjection:         {operators: words{"收到对选取结果的异议", ""}},
	procurement.ToldObjectionLate:     {operators: words{"异议超期未答复", "请尽快办理。"}},
	procurement.ToldStanding:          {agencies: words{"选取结果", ""}},
	procurement.ToldAwardRefused:      {agencies: words{"中选已失效", "这可能记入信用记录；提出后您有五个工作日申辩。"}, purchaser: words{"中选通知书已失效", ""}},
	procurement.ToldCreditDue:         {operators: words{"中选后放弃或拒签，请考虑提出信用记录", "评分标准里没有对应的条目，平台没有自动提出。"}},
	procurement.ToldObjectionAnswered: {agencies: words{"异议已答复", ""}, purchaser: words{"异议已答复", ""}},
	procurement.ToldAppeal:            {operators: words{"收到对回避的异议", ""}},
	procurement.ToldAppealAnswered:    {agencies: words{"对回避的异议已处理", ""}},
}

// panelWords are for the experts drawn, who see no bid before they have declared.
var panelWords = words{"您被抽取为评审专家", "请先声明是否有利害关系；声明之前看不到任何投标。"}

// tellProcurement tells those concerned of a step, in its transaction.
func (c *Core) tellProcurement(ctx context.Context, tx db.Tx, a procurement.Announcement) error {
	var except []uuid.UUID
	if actor := authz.From(ctx); actor != nil {
		except = []uuid.UUID{actor.Person}
	}
	send := func(to notice.To, w words, link string) error {
		if w.title == "" {
			return nil
		}
		to.Except = except
		return c.Messages.SendTx(ctx, tx, to, notice.Message{Topic: notice.AboutProcurement, Title: w.title + "：" + a.Procurement.Title,
			Body: joined(w.body, a.Note), Link: link})
	}
	public, inside := "/procurements/"+a.Procurement.ID.String(), "/workspace/procurements/"+a.Procurement.ID.String()
	w, known := told[a.Action]
	if !known { // a step that came later says what it is by its name in the table
		w.agencies = words{procurement.Workflow.Labels[a.Action], ""}
		if w.agencies.title == "" {
			w.agencies.title = "采购项目有新的进展"
		}
	}
	if len(a.Agencies) > 0 {
		orgs, err := agency.OrganisationsOf(ctx, tx, a.Agencies)
		if err != nil {
			return err
		}
		if err := send(notice.To{Organisations: orgs, In: []authz.Role{authz.AgencyAdmin, authz.AgencyAgent}}, w.agencies, public); err != nil {
			return err
		}
	}
	if len(a.Persons) > 0 {
		to := w.agencies
		if a.Action == procurement.ToldPanelDrawn {
			to = panelWords
		}
		if err := send(notice.To{Persons: a.Persons}, to, inside); err != nil {
			return err
		}
	}
	buyers := notice.To{Organisations: []uuid.UUID{a.Procurement.OrgID}, In: []authz.Role{authz.PurchaserAdmin, authz.PurchaserAgent}}
	if err := send(buyers, w.purchaser, inside); err != nil {
		return err
	}
	return send(notice.To{Region: a.Procurement.Region, Permission: "procurement:operate", NotOfOrg: a.Procurement.OrgID}, w.operators, inside)
}
