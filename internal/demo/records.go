package demo

import (
	"context"
	"time"

	"zjcs/internal/credit"
)

// Records stores invented credit records, at least one in every state of their life.
func Records(ctx context.Context, d *credit.Desk, now time.Time) error {
	return d.StoreSampleLives(ctx, []credit.SampleLife{
		{Rubric: "M-CONDUCT", State: credit.Notified, DaysAgo: 1, Facts: "现场作业未按约定时间到场两次，经业主提醒后仍未改正", Source: "业主反映，运营核实"},
		{Rubric: "M-INFO-STALE", State: credit.Published, DaysAgo: 40, Facts: "技术负责人离职三个月未办理变更", Source: "双随机检查"},
		{Rubric: "H-COMMENDED", State: credit.Published, DaysAgo: 60, Facts: "在防汛应急测绘中按时提交成果，受到通报表扬", Source: "主管部门通报"},
		{Rubric: credit.AwardRefused, State: credit.Proposed, DaysAgo: 2, Facts: "中选后逾期未签订合同，没有说明理由", Source: "采购平台自动提出"},
		{Rubric: "G-RESULT-POOR", State: credit.Defended, DaysAgo: 4, Facts: "报告三次退回修改后仍缺少现状监测数据", Source: "审批部门意见", Defence: "监测数据受天气影响延后，已在第四稿补齐，请予考虑"},
		{Rubric: "M-DELIVERY-LATE", State: credit.Withdrawn, DaysAgo: 30, Facts: "成果晚于承诺时限三个工作日提交", Source: "合同履行记录", Defence: "业主迟交基础资料两周，有签收单为证", Reason: "延误由业主迟交资料造成，申辩成立"},
		{Rubric: "G-PENALTY", State: credit.Published, DaysAgo: 120, Facts: "出具的检测报告缺少原始记录，被处警告和罚款", Source: "归集", Authority: "某主管机关（示例）", DocumentNo: "示罚〔2026〕1 号"},
		{Rubric: "M-REPLY-LATE", State: credit.Repaired, DaysAgo: 90, Facts: "对业主的书面询问逾期十天未答复", Source: "业主反映", Reason: "已答复并指定专人负责来函"},
		{Rubric: "G-FEE-EXTRA", State: credit.Overturned, DaysAgo: 50, Facts: "在合同之外收取资料费", Source: "收费检查", Reason: "申诉成立：该费用已写入补充合同并备案"},
		{Rubric: "S-ENTRY-FALSE", State: credit.Published, DaysAgo: 200, Facts: "入驻时提交的场地证明与实际不符", Source: "资料抽查"},
	}, now)
}
