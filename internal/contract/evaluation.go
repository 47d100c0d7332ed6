package contract

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"zjcs/internal/credit"
	"zjcs/internal/platform/apperr"
	"zjcs/internal/procurement"
	"zjcs/internal/review"
)

// States of an evaluation. Due and lapsed have no row: they are told from the term.
const (
	EvaluationDue       review.State = "due"
	EvaluationGiven     review.State = "given"
	EvaluationPublished review.State = "published"
	EvaluationStruck    review.State = "struck"
	EvaluationCorrected review.State = "corrected"
	EvaluationLapsed    review.State = "lapsed"
)

// What is done to an evaluation.
const (
	Evaluate          review.Action = "evaluate"
	LapseEvaluation   review.Action = "lapse-evaluation"
	PublishEvaluation review.Action = "publish-evaluation"
	ReplyEvaluation   review.Action = "reply-evaluation"
	AppealEvaluation  review.Action = "appeal-evaluation"
	StrikeEvaluation  review.Action = "strike-evaluation"
	CorrectEvaluation review.Action = "correct-evaluation"

	DismissAppeal  review.Action = "dismiss-appeal"
	WithdrawAppeal review.Action = "withdraw-appeal"
)

var evaluationLabels = map[review.Action]string{
	Evaluate: "评价", LapseEvaluation: "逾期未评价", PublishEvaluation: "公开评价", ReplyEvaluation: "回复评价", AppealEvaluation: "对评价提出申诉", StrikeEvaluation: "申诉成立，撤销评价",
	CorrectEvaluation: "更正评价", DismissAppeal: "申诉不成立", WithdrawAppeal: "撤回申诉",
}

var evaluationSides = map[Side]string{Proposer: "评价方", Other: "被评价方", Operator: "运营审核", review.Clock: "到时"}

// Evaluations is the life of one side's evaluation. It is published when both sides have
// given theirs, or when the term is over: the clock's step is both.
var Evaluations = review.Machine{
	Name: "服务评价",
	States: map[review.State]string{EvaluationDue: "待评价", EvaluationGiven: "已评价，尚未公开", EvaluationPublished: "已公开", EvaluationStruck: "已撤销",
		EvaluationCorrected: "已更正", EvaluationLapsed: "逾期未评价"},
	Labels: evaluationLabels, Sides: evaluationSides,
	Steps: []review.Step{
		{From: EvaluationDue, Action: Evaluate, To: EvaluationGiven, By: Proposer},
		{From: EvaluationDue, Action: LapseEvaluation, To: EvaluationLapsed, By: review.Clock},
		{From: EvaluationGiven, Action: PublishEvaluation, To: EvaluationPublished, By: review.Clock},
		{From: EvaluationPublished, Action: ReplyEvaluation, To: EvaluationPublished, By: Other},
		{From: EvaluationPublished, Action: AppealEvaluation, To: EvaluationPublished, By: Other},
		{From: EvaluationPublished, Action: StrikeEvaluation, To: EvaluationStruck, By: Operator},
		{From: EvaluationStruck, Action: CorrectEvaluation, To: EvaluationCorrected, By: Proposer},
	},
}

// States of an appeal.
const (
	AppealFiled     review.State = "filed"
	AppealUpheld    review.State = "upheld"
	AppealDismissed review.State = "dismissed"
	AppealWithdrawn review.State = "withdrawn"
)

// EvaluationAppeals is the life of an appeal against an evaluation.
var EvaluationAppeals = review.Machine{
	Name:   "评价申诉",
	States: map[review.State]string{AppealFiled: "待审查", AppealUpheld: "成立", AppealDismissed: "不成立", AppealWithdrawn: "已撤回"},
	Labels: evaluationLabels, Sides: evaluationSides,
	Steps: []review.Step{
		{From: AppealFiled, Action: StrikeEvaluation, To: AppealUpheld, By: Operator},
		{From: AppealFiled, Action: DismissAppeal, To: AppealDismissed, By: Operator},
		{From: AppealFiled, Action: WithdrawAppeal, To: AppealWithdrawn, By: Other},
	},
}

// Dimension is one thing that stars are given for.
type Dimension struct {
	Key    string `json:"key" doc:"维度"`
	Label  string `json:"label" doc:"名称"`
	Help   string `json:"help" doc:"评的是什么"`
	Weight int    `json:"weight" doc:"权重，百分之一"`
}

var (
	ofAgency = []Dimension{ // domain.md section 8
		{"quality", "质量", "成果是否达到要求", 30},
		{"timeliness", "时效", "是否在承诺的时限内完成", 25},
		{"fee", "收费", "收费是否与合同一致、是否合理", 15},
		{"conduct", "规范", "是否按规程、持证作业", 15},
		{"attitude", "态度", "沟通和服务态度", 15},
	}
	ofPurchaser = []Dimension{ // docs/adr/0019-evaluation.md
		{"papers", "资料", "资料是否齐全、按时提供", 30},
		{"payment", "付款", "是否按约定付款", 30},
		{"cooperation", "配合", "现场和沟通是否配合", 20},
		{"demands", "要求", "要求是否合理、有无合同以外的要求", 20},
	}
)

// DimensionsBy are those that a side gives stars for.
func DimensionsBy(side Side) []Dimension {
	if side == Purchaser {
		return ofAgency
	}
	return ofPurchaser
}

const (
	mostStars     = 5
	lowBelow      = 3 // fewer stars than that need their reason
	maxReasonText = 500
	maxComment    = 1000
)

// Opinion is what one side says of the other.
type Opinion struct {
	Stars   map[string]int    `json:"stars" doc:"维度 → 1 到 5 星"`
	Reasons map[string]string `json:"reasons" doc:"维度 → 理由；低于 3 星的必须写"`
	Comment string            `json:"comment,omitempty" maxLength:"1000" doc:"总的评价，可以不写"`
}

// Validate judges an opinion of a side; least is how many characters a reason has at least.
// What is said will be published: it holds no telephone, no number of a person and no
// mailbox. Errors: Invalid with every fault.
func (o Opinion) Validate(side Side, least int) error {
	var bad []apperr.Field
	add := func(name, format string, args ...any) {
		bad = append(bad, apperr.Field{Name: name, Message: fmt.Sprintf(format, args...)})
	}
	known := map[string]bool{}
	for _, d := range DimensionsBy(side) {
		known[d.Key] = true
		stars, given := o.Stars[d.Key]
		why := strings.TrimSpace(o.Reasons[d.Key])
		switch {
		case !given || stars < 1 || stars > mostStars:
			add("stars."+d.Key, "请给“%s”打 1 到 5 星", d.Label)
		case stars < lowBelow && words(why) < least:
			add("reasons."+d.Key, "“%s”低于 %d 星，请写明理由（%d 个字以上）", d.Label, lowBelow, least)
		case !readable(why, maxReasonText):
			add("reasons."+d.Key, "“%s”的理由应是不超过 %d 字的文字", d.Label, maxReasonText)
		case why != "":
			bad = append(bad, unpublishable("reasons."+d.Key, "“"+d.Label+"”的理由", why)...)
		}
	}
	for key := range o.Stars {
		if !known[key] {
			add("stars", "没有这个维度，应是：%s", dimensionWords(side))
		}
	}
	for key := range o.Reasons {
		if !known[key] {
			add("reasons", "没有这个维度，应是：%s", dimensionWords(side))
		}
	}
	if c := strings.TrimSpace(o.Comment); !readable(c, maxComment) {
		add("comment", "总的评价应是不超过 %d 字的文字", maxComment)
	} else if c != "" {
		bad = append(bad, unpublishable("comment", "总的评价", c)...)
	}
	return apperr.InvalidFields(bad)
}

func dimensionWords(side Side) string {
	var out []string
	for _, d := range DimensionsBy(side) {
		out = append(out, d.Key+"（"+d.Label+"）")
	}
	return strings.Join(out, "、")
}

// unpublishable is what keeps a text from being published; a short one is padded, for how
// much is to be said is judged elsewhere.
func unpublishable(field, label, text string) []apperr.Field {
	err := procurement.Publishable(field, label, text+strings.Repeat("　", 5))
	if words(text) < 5 {
		err = procurement.Publishable(field, label, text+"。。。。。")
	}
	if e, ok := apperr.As(err); ok {
		return e.Fields
	}
	return nil
}

// tidy takes off what only looks like text, and reasons that say nothing.
func (o Opinion) tidy() Opinion {
	out := Opinion{Stars: o.Stars, Reasons: map[string]string{}, Comment: strings.TrimSpace(o.Comment)}
	for k, v := range o.Reasons {
		if v = strings.TrimSpace(v); v != "" {
			out.Reasons[k] = v
		}
	}
	return out
}

// Hundredths are the weighted stars in hundredths of a star, 100 to 500: exact.
func (o Opinion) Hundredths(side Side) int {
	sum := 0
	for _, d := range DimensionsBy(side) {
		sum += d.Weight * o.Stars[d.Key]
	}
	return sum
}

// starText is hundredths of a star as people write them: 4.35.
func starText(hundredths int) string { return big.NewRat(int64(hundredths), 100).FloatString(2) }

// forCredit are the stars as the agency's score takes them.
func (o Opinion) forCredit(org uuid.UUID) credit.Evaluation {
	return credit.Evaluation{Org: org, Quality: o.Stars["quality"], Timeliness: o.Stars["timeliness"], Fee: o.Stars["fee"], Conduct: o.Stars["conduct"], Attitude: o.Stars["attitude"]}
}

// Digest binds an opinion from the moment it is given, while nobody can read it yet: the
// nonce keeps it from being guessed.
func (o Opinion) Digest(nonce string, contract string, side Side) (string, error) {
	doc, err := json.Marshal(struct {
		Nonce    string `json:"nonce"`
		Contract string `json:"contract"`
		Side     Side   `json:"side"`
		Opinion
	}{nonce, contract, side, o})
	if err != nil {
		return "", fmt.Errorf("digest of evaluation: %w", err)
	}
	sum := sha256.Sum256(doc)
	return hex.EncodeToString(sum[:]), nil
}

// Evaluation is a row of contract_evaluation, with its appeal.
type Evaluation struct {
	ID          uuid.UUID
	Contract    uuid.UUID
	Side        Side
	State       review.State
	Opinion     Opinion
	Nonce       string
	Digest      string
	Counts      bool
	WhyNot      string
	By          *uuid.UUID
	At          time.Time
	PublishedAt *time.Time
	Reply       string
	RepliedAt   *time.Time
	StruckAt    *time.Time
	StruckWhy   string
	CorrectBy   *time.Time
	Corrects    *uuid.UUID
	Demo        bool

	Appeal *Appeal
}

// Appeal is a row of contract_evaluation_appeal.
type Appeal struct {
	ID          uuid.UUID
	State       review.State
	Reason      string
	By          *uuid.UUID
	At          time.Time
	Due         time.Time
	Provisional bool
	Answer      string
	Decided     *time.Time
}

// actor is as whom a side acts on the evaluation.
func (e Evaluation) actor(side Side) Side {
	if e.Side == side {
		return Proposer
	}
	return Other
}

// Term is a row of contract_evaluation_term.
type Term struct {
	Accepted    time.Time
	Until       time.Time
	Provisional bool
	Closed      *time.Time
}

// evaluationOf is a side's evaluation that nobody's appeal has struck, or its latest.
func evaluationOf(list []Evaluation, side Side) *Evaluation {
	var out *Evaluation
	for i, e := range list {
		if e.Side == side && (out == nil || e.Corrects != nil) {
			out = &list[i]
		}
	}
	return out
}

// evaluationState is where a side's evaluation stands, also while there is none.
func evaluationState(list []Evaluation, side Side, t Term, now time.Time) review.State {
	if e := evaluationOf(list, side); e != nil {
		return e.State
	}
	if !now.Before(t.Until) {
		return EvaluationLapsed
	}
	return EvaluationDue
}

// allowedOn is what a side may do to an evaluation, beside what the table says: one reply,
// one appeal in time, one correction in time and of one that was no correction itself.
func (e Evaluation) allowedOn(side Side, appealBy, now time.Time) []review.Action {
	return slices.DeleteFunc(Evaluations.Allowed(e.State, e.actor(side)), func(a review.Action) bool {
		switch a {
		case ReplyEvaluation:
			return e.RepliedAt != nil
		case AppealEvaluation:
			return e.Appeal != nil || !now.Before(appealBy)
		case CorrectEvaluation:
			return e.Corrects != nil || e.CorrectBy == nil || !now.Before(*e.CorrectBy)
		default:
			return false
		}
	})
}
