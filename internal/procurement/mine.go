package procurement

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/authz"
	"zjcs/internal/platform/page"
	"zjcs/internal/review"
)

// Views of the signed-in: each is one side's own list.
const (
	ViewPurchaser = "purchaser" // its organisation's
	ViewBids      = "bids"      // those in which its agency's bid was opened
	ViewOpen      = "open"      // open ones whose items its agency offers
	ViewOperator  = "operator"  // those of its regions, what waits for someone first
	ViewCommit    = "commit"    // those of its regions to whose draw the supervisor gives a commitment
	ViewPanel     = "panel"     // those for which it was drawn as an expert
)

// MineFilter narrows a list of one's own.
type MineFilter struct {
	page.Request
	View    string
	State   review.State
	Query   string    // part of title or number
	Agency  uuid.UUID // in whose name; uuid.Nil where the actor acts for one alone
	Waiting bool      // only what waits for something the actor may do
}

// Mine is a procurement in a list of one's own, with what that side is told beside it.
type Mine struct {
	Summary
	Own         *PublicBid `json:"own,omitempty" doc:"本机构的响应；开标后才有"`
	Eligible    *bool      `json:"eligible,omitempty" doc:"本机构今天是否符合报名条件；开放报名的列表才有"`
	Reasons     []Reason   `json:"reasons,omitempty" doc:"不符合的条件"`
	Waiting     []string   `json:"waiting,omitempty" doc:"等着谁做什么；有的排在前面"`
	Member      string     `json:"member,omitempty" enum:"reserve,drawn,declared,recused,absent,scored" doc:"专家在评审组中的状态"`
	Questions   int        `json:"questions,omitempty" doc:"还没有答复的提问数，只告诉项目业主"`
	ChoiceUntil *time.Time `json:"choiceUntil,omitempty" doc:"选定、评判或评分的期限；投标方的列表没有"`
}

// Mine lists what one side has to do with.
func (s *Service) Mine(ctx context.Context, f MineFilter) (page.Page[Mine], error) {
	var none page.Page[Mine]
	if f.State != "" && !slices.Contains(States, f.State) {
		return none, apperr.InvalidField("state", "没有这个状态，请从列出的状态中选")
	}
	if !utf8.ValidString(f.Query) || utf8.RuneCountInString(f.Query) > 100 || strings.ContainsRune(f.Query, 0) {
		return none, apperr.InvalidField("q", "请输入不超过 100 个字")
	}
	k := mineKey{MineFilter: f}
	var permission authz.Permission
	switch f.View {
	case ViewPurchaser:
		permission = permitRun
	case ViewBids, ViewOpen:
		b, err := s.bidder(ctx, s.Pool, f.Agency)
		if f.Waiting && (apperr.CodeOf(err) == apperr.Conflict || f.Agency == uuid.Nil && apperr.CodeOf(err) == apperr.Invalid) {
			return page.Page[Mine]{Items: []Mine{}}, nil // for whom nothing can wait: not admitted, or of several and asking for none
		}
		if err != nil {
			return none, err
		}
		k.agency, permission = b.id, permitBid
	case ViewOperator:
		permission = permitOperate
	case ViewCommit:
		permission = permitCommit
	case ViewPanel:
		permission = permitScore
	default:
		return none, apperr.InvalidField("view", "应是 purchaser、bids、open、operator、commit 或 panel")
	}
	if err := s.Policy.Require(ctx, permission, authz.Anywhere); err != nil {
		return none, err
	}
	reach := s.Policy.ReachOf(ctx, permission)
	k.orgs, k.regions = reach.Organisations, reach.Regions
	after, given, err := page.Decode[mineCursor](f.Cursor)
	if err != nil {
		return none, err
	}
	k.after, k.later = after, given
	rows, total, err := listMine(ctx, s.Pool, k)
	if err != nil {
		return none, err
	}
	out := page.Make(rows, f.Size(), total, mineRow.cursor)
	list := make([]Mine, len(out.Items))
	for i, r := range out.Items {
		list[i] = r.Mine
		if f.View == ViewOpen {
			if err := s.judgeMine(ctx, k.agency, &list[i]); err != nil {
				return none, err
			}
		}
	}
	return page.Page[Mine]{Items: list, NextCursor: out.NextCursor, Total: out.Total, TotalCapped: out.TotalCapped}, nil
}

func (s *Service) judgeMine(ctx context.Context, agency uuid.UUID, m *Mine) error {
	p, err := load(ctx, s.Pool, m.ID, false)
	if err != nil {
		return err
	}
	if m.Reasons, err = s.judgeBidder(ctx, s.Pool, p, agency); err != nil {
		return err
	}
	eligible := len(m.Reasons) == 0
	m.Eligible = &eligible
	return nil
}

// Allowed is something that the one who asks may do now.
type Allowed struct {
	Action    review.Action `json:"action" doc:"能做什么"`
	Label     string        `json:"label" doc:"能做什么"`
	Side      review.By     `json:"side" enum:"purchaser,agency,operator,expert,objector" doc:"以哪一方"`
	SideLabel string        `json:"sideLabel" doc:"以哪一方"`
	Until     *time.Time    `json:"until,omitempty" doc:"到什么时候为止"`
}

// Actions beside those of the table.
const (
	DoBid       review.Action = "bid"
	DoAsk       review.Action = "ask"
	DoAnswer    review.Action = "answer"
	DoExplain   review.Action = "explain"
	DoJudge     review.Action = "judge-explanation"
	DoDeclare   review.Action = "declare"
	DoScore     review.Action = "score"
	DoCommit    review.Action = "commit"
	DoReveal    review.Action = "reveal"
	DoObject    review.Action = "object"
	DoDecide    review.Action = "decide-objection"
	DoRefuse    review.Action = "refuse-award"
	DoRepublish review.Action = "republish"
)

var doLabels = map[review.Action]string{
	DoBid: "报名投标", DoAsk: "提问", DoAnswer: "答复提问", DoExplain: "说明报价", DoJudge: "评判报价说明", DoDeclare: "声明利害关系", DoScore: "评分",
	DoCommit: "提交承诺值", DoReveal: "揭示承诺的数", DoObject: "提出异议", DoDecide: "办理异议", DoRefuse: "放弃或报告未签约", DoRepublish: "重新发布",
}

// MyDetail is a procurement with what the one who asks may do, and what his side alone sees.
type MyDetail struct {
	Detail
	Sides          []review.By   `json:"sides" doc:"您以哪几方的身份参与"`
	AllowedActions []Allowed     `json:"allowedActions" doc:"现在能做什么"`
	Own            *PublicBid    `json:"own,omitempty" doc:"本机构的响应；开标后才有"`
	Member         string        `json:"member,omitempty" doc:"专家在评审组中的状态"`
	Waiting        []Asked       `json:"waitingQuestions,omitempty" doc:"还没有答复的提问，只告诉项目业主"`
	Commitments    []Undertaking `json:"commitments,omitempty" doc:"三方承诺"`
}

// Asked is a question that waits for its answer.
type Asked struct {
	ID       uuid.UUID `json:"id"`
	Question string    `json:"question" doc:"提问"`
	AskedAt  time.Time `json:"askedAt" doc:"提问时间"`
}

// Undertaking is one party's part in a commit–reveal.
type Undertaking struct {
	Party      string     `json:"party" enum:"purchaser,supervisor,platform" doc:"哪一方"`
	PartyLabel string     `json:"partyLabel" doc:"哪一方"`
	Committed  *time.Time `json:"committedAt,omitempty" doc:"承诺时间"`
	Revealed   *time.Time `json:"revealedAt,omitempty" doc:"揭示时间"`
}

// MyProcurement is a procurement for someone signed in, whatever his part in it.
func (s *Service) MyProcurement(ctx context.Context, key string) (MyDetail, error) {
	d, err := s.Get(ctx, key)
	if err != nil {
		return MyDetail{}, err
	}
	p, err := load(ctx, s.Pool, d.ID, false)
	if err != nil {
		return MyDetail{}, err
	}
	m := MyDetail{Detail: d, Sides: []review.By{}, AllowedActions: []Allowed{}}
	if err := s.bindMe(ctx, p, &m); err != nil {
		return m, err
	}
	return m, nil
}
