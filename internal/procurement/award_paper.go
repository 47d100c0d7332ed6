package procurement

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"zjcs/internal/platform/clock"
	"zjcs/internal/platform/money"
	"zjcs/internal/platform/paper"
)

// AwardPaper is the award notice as PDF; the same bytes whenever it is asked for, until it
// is refused. number may be empty: the latest.
func (s *Service) AwardPaper(ctx context.Context, id uuid.UUID, number string) ([]byte, error) {
	a, err := loadAward(ctx, s.Pool, id, number)
	if err != nil {
		return nil, err
	}
	n, err := a.paper()
	if err != nil {
		return nil, err
	}
	return n.PDF()
}

// paper is what is printed: the facts of the body and nothing else.
func (a award) paper() (paper.Notice, error) {
	var b AwardBody
	if err := json.Unmarshal(a.Body, &b); err != nil {
		return paper.Notice{}, fmt.Errorf("award %s: %w", a.Number, err)
	}
	n := paper.Notice{
		Title: "中选通知书", Number: b.Number, At: b.IssuedAt, Code: b.VerifyURL,
		Opening: b.Agency.Name + "：经公开选取和公示，贵单位在下列采购中中选，特此通知。",
		Rows: []paper.Row{
			{Label: "采购项目", Value: fmt.Sprintf("%s（%s）", b.Title, b.ProcurementNumber)},
			{Label: "服务事项", Value: itemWords(b.Items)},
			{Label: "项目业主", Value: partyWords(b.Purchaser)},
			{Label: "中选机构", Value: partyWords(b.Agency)},
			{Label: "受理区划", Value: b.RegionName},
			{Label: "选取方式", Value: b.MethodLabel},
			{Label: "中选金额", Value: fmt.Sprintf("%s（¥%s）%s", b.PriceWords, money.Yuan(b.PriceFen), discountWords(b.DiscountBP))},
			{Label: "承诺时限", Value: fmt.Sprintf("%d 个工作日", b.Days)},
			{Label: "结果公示", Value: minute(b.PublicityFrom) + " 至 " + clock.Until(b.PublicityUntil)},
			{Label: "选取依据", Value: b.basisWords()},
		},
		Closing: []string{fmt.Sprintf("请双方在 %s%s前，按采购公告和中选机构的承诺签订合同（招标投标法 第46条）。", clock.Until(b.SignBy), provisionalWords(b.SignByProvisional))},
		Caption: []string{"扫码核验这份通知书，或打开：", b.VerifyURL, "核验页载明它现在是否有效，并给出公开日志的证明。"},
	}
	if b.Replaces != "" {
		n.Rows = append(n.Rows, paper.Row{Label: "递补", Value: "原中选通知书 " + b.Replaces + " 已失效，由候补机构递补"})
	}
	n.Rows = append(n.Rows, paper.Row{Label: "签发时间", Value: b.IssuedAt.In(clock.Shanghai).Format("2006-01-02 15:04:05")})
	if a.Entry != nil {
		n.Rows = append(n.Rows, paper.Row{Label: "公开日志", Value: "条目 " + a.Entry.String()})
	}
	if a.RefusedAt != nil {
		n.Void = fmt.Sprintf("%s（%s）", refusalLabels[a.Refusal], minute(*a.RefusedAt))
	}
	return n, nil
}

func provisionalWords(p bool) string {
	if p {
		return "（暂定）"
	}
	return " "
}

func partyWords(p Party) string {
	if p.USCC == "" {
		return p.Name
	}
	return p.Name + "（" + p.USCC + "）"
}

func itemWords(items []AwardItem) string {
	out := make([]string, len(items))
	for i, item := range items {
		out[i] = item.Name + "（" + item.Code + "）"
	}
	return strings.Join(out, "、")
}

func discountWords(bp *int) string {
	if bp == nil {
		return ""
	}
	return fmt.Sprintf("，下浮 %d.%02d%%", *bp/100, *bp%100)
}

func (b AwardBody) basisWords() string {
	var parts []string
	if b.BidNumber > 0 {
		parts = append(parts, fmt.Sprintf("抽取池 %d 号", b.BidNumber))
	}
	if b.Draw != nil {
		parts = append(parts, fmt.Sprintf("第 %d 次抽取，抽取池摘要 %s，证据文件摘要 %s", b.Draw.Attempt, b.Draw.PoolHash, b.Draw.Evidence))
	}
	if b.ResultEntry != nil {
		parts = append(parts, "结果在公开日志的条目 "+b.ResultEntry.String())
	}
	return strings.Join(parts, "；")
}
