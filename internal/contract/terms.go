package contract

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/money"
)

// Terms are what the sides agree on beside what the award has settled. Money is integer
// fen, days of work are working days, days to pay are days.
type Terms struct {
	PriceFen    int64       `json:"priceFen" minimum:"0" doc:"合同价（分），不高于中选价"`
	PriceReason string      `json:"priceReason,omitempty" maxLength:"500" doc:"低于中选价的理由"`
	Days        int         `json:"days" minimum:"1" doc:"承诺的工作日数，不多于中选时的承诺"`
	StartOn     string      `json:"startOn,omitempty" maxLength:"10" doc:"从哪一天起算（YYYY-MM-DD），当天不计；不写是签订之日"`
	AdvanceFen  int64       `json:"advanceFen" minimum:"0" doc:"签订后预付（分）"`
	PayDays     int         `json:"payDays" minimum:"1" doc:"交付后多少日内付款"`
	Milestones  []Milestone `json:"milestones" maxItems:"30" doc:"里程碑，先后为序；最后一个交付全部成果"`
	Delivery    string      `json:"delivery" maxLength:"1000" doc:"交付方式"`
	Clauses     string      `json:"clauses,omitempty" maxLength:"10000" doc:"双方另外约定的条款"`
}

// Milestone is a part of the service with its result, its time and its share of the price.
type Milestone struct {
	Name   string `json:"name" maxLength:"100" doc:"名称，即要交付的成果"`
	Days   int    `json:"days" minimum:"1" doc:"起算后第几个工作日以前交付"`
	PayFen int64  `json:"payFen" minimum:"0" doc:"验收后应付（分）"`
}

// Settled is what the award has settled, and what the rules allow.
type Settled struct {
	PriceFen   int64
	Days       int
	MaxPayDays int
	Today      string // YYYY-MM-DD
	Amending   bool   // a signed contract: the price and the days may change, with reasons
}

const (
	maxFen        = 100_000_000_000_00
	maxDays       = 3650
	maxMilestones = 30
	maxClauses    = 10_000
)

// Validate judges terms against what is settled. Errors: Invalid with every fault, each by
// its field.
func (t Terms) Validate(s Settled) error {
	var bad []apperr.Field
	add := func(name, format string, args ...any) {
		bad = append(bad, apperr.Field{Name: name, Message: fmt.Sprintf(format, args...)})
	}
	switch {
	case t.PriceFen < 0 || t.PriceFen > maxFen:
		add("priceFen", "合同价应在 0 与 %s 元之间", money.Yuan(maxFen))
	case !s.Amending && t.PriceFen > s.PriceFen:
		add("priceFen", "合同价不能高于中选价 %s 元", money.Yuan(s.PriceFen))
	case !s.Amending && t.PriceFen < s.PriceFen && words(t.PriceReason) < 5:
		add("priceReason", "合同价低于中选价 %s 元，请写明理由（5 个字以上）", money.Yuan(s.PriceFen))
	}
	switch {
	case t.Days < 1 || t.Days > maxDays:
		add("days", "承诺的工作日应在 1 与 %d 之间", maxDays)
	case !s.Amending && t.Days > s.Days:
		add("days", "承诺的工作日不能多于中选时承诺的 %d 个", s.Days)
	}
	if t.StartOn != "" {
		if _, err := time.Parse(time.DateOnly, t.StartOn); err != nil {
			add("startOn", "日期应形如 2026-01-31，不写是签订之日")
		} else if !s.Amending && t.StartOn < s.Today {
			add("startOn", "起算日不能早于今天（%s）", s.Today)
		}
	}
	if t.PayDays < 1 || t.PayDays > s.MaxPayDays {
		add("payDays", "付款期限应在 1 与 %d 日之间（保障中小企业款项支付条例 第9条）", s.MaxPayDays)
	}
	for _, f := range []struct {
		name, label, text string
		most              int
	}{{"priceReason", "理由", t.PriceReason, 500}, {"delivery", "交付方式", t.Delivery, 1000}, {"clauses", "另外约定的条款", t.Clauses, maxClauses}} {
		if !readable(f.text, f.most) {
			add(f.name, "%s应是不超过 %d 字的文字", f.label, f.most)
		}
	}
	bad = append(bad, t.faults()...)
	return apperr.InvalidFields(bad)
}

// faults of the milestones, and of the sums they make.
func (t Terms) faults() []apperr.Field {
	var bad []apperr.Field
	add := func(name, format string, args ...any) {
		bad = append(bad, apperr.Field{Name: name, Message: fmt.Sprintf(format, args...)})
	}
	if len(t.Milestones) == 0 || len(t.Milestones) > maxMilestones {
		add("milestones", "里程碑应有 1 到 %d 个，最后一个交付全部成果", maxMilestones)
		return bad
	}
	if t.AdvanceFen < 0 || t.AdvanceFen > max(t.PriceFen, 0) {
		add("advanceFen", "预付应在 0 与合同价之间")
		return bad
	}
	sum, before := t.AdvanceFen, 0
	names := map[string]bool{}
	for i, m := range t.Milestones {
		at := fmt.Sprintf("milestones[%d]", i)
		name := strings.TrimSpace(m.Name)
		if n := words(name); n < 2 || !readable(name, 100) || names[name] {
			add(at+".name", "名称应为 2 到 100 个字，且不与别的里程碑相同")
		}
		names[name] = true
		if m.Days < max(before, 1) || m.Days > t.Days {
			add(at+".days", "应在 %d 与合同的 %d 个工作日之间，不早于前一个里程碑", max(before, 1), t.Days)
		}
		before = max(before, m.Days)
		if m.PayFen < 0 || m.PayFen > t.PriceFen {
			add(at+".payFen", "应在 0 与合同价之间")
			return bad
		}
		sum += m.PayFen
	}
	if last := t.Milestones[len(t.Milestones)-1]; last.Days != t.Days {
		add(fmt.Sprintf("milestones[%d].days", len(t.Milestones)-1), "最后一个里程碑应在承诺的 %d 个工作日", t.Days)
	}
	if sum != t.PriceFen {
		add("milestones", "预付与各里程碑应付之和是 %s 元，应等于合同价 %s 元", money.Yuan(sum), money.Yuan(t.PriceFen))
	}
	return bad
}

func words(s string) int { return utf8.RuneCountInString(strings.TrimSpace(s)) }

func readable(s string, most int) bool {
	return utf8.ValidString(s) && utf8.RuneCountInString(s) <= most && !strings.ContainsRune(s, 0)
}

// Fingerprint is the hash that both sides confirm: of the text, the terms and a nonce, so
// that a name in the text cannot be guessed from what the public log shows.
func Fingerprint(nonce, text string, t Terms) (string, error) {
	doc, err := json.Marshal(struct {
		Nonce string `json:"nonce"`
		Text  string `json:"text"`
		Terms Terms  `json:"terms"`
	}{nonce, text, t})
	if err != nil {
		return "", fmt.Errorf("fingerprint: %w", err)
	}
	sum := sha256.Sum256(doc)
	return hex.EncodeToString(sum[:]), nil
}
