package procurement

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"zjcs/internal/draw"
	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/secret"
	"zjcs/internal/procurement/selection"
	"zjcs/internal/review"
)

// Detail is everything the public may know of a procurement. Until the opening nothing in
// it depends on whether, or by whom, anything was bid (domain.md section 5).
type Detail struct {
	Summary
	Terms                Terms             `json:"terms" doc:"公告的内容，含历次更正"`
	TermsVersion         int               `json:"termsVersion" doc:"公告的版本；发布时为 1，每次更正加 1"`
	Facts                []FactGroup       `json:"facts" doc:"公告的内容，供阅读"`
	PreviousNumber       string            `json:"previousNumber,omitempty" doc:"本次重新发布的、流标的采购的编号"`
	Opened               bool              `json:"opened" doc:"为真表示已开标"`
	FrozenAt             *time.Time        `json:"frozenAt,omitempty" doc:"开标、抽取池编号固定的时间"`
	PoolHash             string            `json:"poolHash,omitempty" doc:"抽取池的摘要"`
	ChoiceUntil          *time.Time        `json:"choiceUntil,omitempty" doc:"项目业主选定或评判的期限"`
	ChoiceReason         string            `json:"choiceReason,omitempty" doc:"项目业主选定的理由"`
	ConcludedAt          *time.Time        `json:"concludedAt,omitempty" doc:"得出结果的时间"`
	PublicityProvisional bool              `json:"publicityProvisional,omitempty" doc:"为真表示公示截止暂定：所依据的年份日历尚未公布"`
	MayObject            bool              `json:"mayObject" doc:"为真表示现在可以对结果提出异议"`
	EndedReason          string            `json:"endedReason,omitempty" doc:"撤回、流标或终止的原因"`
	Course               []CourseStep      `json:"course" doc:"全过程，先后为序"`
	Questions            []Answered        `json:"questions" doc:"已答复的提问；不显示提问人"`
	Bids                 []PublicBid       `json:"bids" doc:"各家响应；开标前没有"`
	Draws                []Drawing         `json:"draws" doc:"抽取"`
	Scores               []ScoreLine       `json:"scores" doc:"专家评分；得出结果后公布"`
	Objections           []ResultObjection `json:"objections" doc:"异议和答复；不显示异议人和内容"`
	Awards               []AwardLine       `json:"awards" doc:"中选通知书，先后为序"`
	Now                  time.Time         `json:"-"` // by the database's clock
}

// CourseStep is one step of the published course.
type CourseStep struct {
	Action    review.Action `json:"action"`
	Label     string        `json:"label" doc:"做了什么"`
	Side      review.By     `json:"side" enum:"purchaser,agency,operator,officer,expert,objector,clock,reviewer,author" doc:"哪一方"`
	SideLabel string        `json:"sideLabel" doc:"哪一方"`
	At        time.Time     `json:"at" doc:"时间"`
	Note      string        `json:"note" doc:"说明"`
	EntryID   *uuid.UUID    `json:"entryId,omitempty" doc:"公开日志的条目"`
	Index     *int64        `json:"index,omitempty" doc:"条目在公开日志中的序号，从 0 起"`
}

// Answered is a question with its answer.
type Answered struct {
	Question   string    `json:"question" doc:"提问"`
	AskedAt    time.Time `json:"askedAt" doc:"提问时间"`
	Answer     string    `json:"answer" doc:"答复"`
	AnsweredAt time.Time `json:"answeredAt" doc:"答复时间"`
}

// Drawing is a draw as it is shown; its evidence file has the rest.
type Drawing struct {
	ID            uuid.UUID      `json:"id"`
	Purpose       string         `json:"purpose" enum:"selection,panel" doc:"selection 选取，panel 抽取专家"`
	PurposeLabel  string         `json:"purposeLabel" doc:"抽什么"`
	Attempt       int            `json:"attempt" doc:"第几次；前一次被宣布无效才有下一次"`
	Algorithm     draw.Algorithm `json:"algorithm" doc:"抽取算法"`
	Source        string         `json:"source" doc:"公告指定的熵源"`
	Fallback      string         `json:"fallback" doc:"备用熵源"`
	FallbackHours int            `json:"fallbackHours" doc:"多少小时没有取得就改用备用熵源"`
	UsedFallback  bool           `json:"usedFallback" doc:"为真表示用了备用熵源"`
	PoolSize      int            `json:"poolSize" doc:"抽取池有几个号"`
	PoolHash      string         `json:"poolHash" doc:"抽取池的摘要"`
	FrozenAt      time.Time      `json:"frozenAt" doc:"编号固定的时间"`
	DrawnAt       *time.Time     `json:"drawnAt,omitempty" doc:"抽取的时间；没有表示还没有抽"`
	Key           string         `json:"key,omitempty" doc:"抽取用的密钥串"`
	Tables        []draw.Table   `json:"tables" doc:"每次抽取"`
	Digest        string         `json:"digest,omitempty" doc:"证据文件的摘要，已记入公开日志"`
	EvidenceURL   string         `json:"evidenceUrl,omitempty" doc:"证据文件"`
	VoidedAt      *time.Time     `json:"voidedAt,omitempty" doc:"宣布无效的时间"`
	VoidReason    string         `json:"voidReason,omitempty" doc:"无效的理由"`
}

// ScoreLine is one expert's sheet on one bid. Experts stand as numbers in the order in
// which they were drawn, never by name.
type ScoreLine struct {
	Expert    int    `json:"expert" doc:"专家的序号，按抽取次序"`
	Number    int    `json:"number" doc:"抽取池编号"`
	Price     int    `json:"price" doc:"价格得分，十分之一分"`
	Technical int    `json:"technical" doc:"技术得分，十分之一分"`
	Credit    int    `json:"credit" doc:"信用得分，十分之一分"`
	Comment   string `json:"comment,omitempty" doc:"意见"`
}

// Get is a procurement by id or by number.
func (s *Service) Get(ctx context.Context, key string) (Detail, error) {
	id, err := s.find(ctx, key)
	if err != nil {
		return Detail{}, err
	}
	f, err := readFile(ctx, s.Pool, id)
	if err != nil {
		return Detail{}, err
	}
	d := Detail{
		Summary: f.summary, Terms: f.p.Terms, TermsVersion: f.p.TermsVersion, PreviousNumber: f.previous, Opened: f.p.FrozenAt != nil, FrozenAt: f.p.FrozenAt, PoolHash: f.p.PoolHash,
		ChoiceUntil: f.p.ChoiceUntil, ConcludedAt: f.p.ConcludedAt, PublicityProvisional: f.p.PublicityProvisional, MayObject: takesObjections(f.p, f.now) == nil,
		EndedReason: f.p.EndedReason, Course: f.course, Questions: f.questions, Bids: []PublicBid{}, Draws: []Drawing{}, Scores: []ScoreLine{}, Objections: f.objections, Awards: f.awards, Now: f.now,
	}
	d.Facts = factsOf(f.p.Terms, d.Items, f.approval)
	if f.natural { // the notice names who answers the telephone, not who the person is
		d.Terms.Contact = secret.MaskName(d.Terms.Contact)
	}
	if d.Opened {
		for _, b := range f.bids {
			d.Bids = append(d.Bids, publicBid(b))
		}
		d.Draws = f.draws
	}
	if d.ConcludedAt != nil {
		d.Scores = f.scores
		if f.p.Choice != nil {
			d.ChoiceReason = f.p.Choice.Reason
		}
	}
	return d, s.placeLines(ctx, d.Course)
}

// placeLines says where each step stands in the public log.
func (s *Service) placeLines(ctx context.Context, course []CourseStep) error {
	if s.LogIndexes == nil {
		return nil
	}
	var ids []uuid.UUID
	for _, l := range course {
		if l.EntryID != nil {
			ids = append(ids, *l.EntryID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	at, err := s.LogIndexes(ctx, ids)
	if err != nil {
		return err
	}
	for i := range course {
		if e := course[i].EntryID; e != nil {
			if n, known := at[*e]; known {
				course[i].Index = &n
			}
		}
	}
	return nil
}

func (s *Service) find(ctx context.Context, key string) (uuid.UUID, error) {
	if id, err := uuid.Parse(key); err == nil {
		return id, nil
	}
	if len(key) > 40 || strings.ContainsFunc(key, func(r rune) bool {
		return (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') && r != '-'
	}) {
		return uuid.Nil, errNotFound
	}
	return findNumber(ctx, s.Pool, key)
}

// DrawEvidence is the evidence file of the standing draw of a purpose, with the receipts of the lines that
// published its pool and its result; proven is false while a line waits for its position in
// the log, a moment after it was written. NotFound until there is something to check.
func (s *Service) DrawEvidence(ctx context.Context, of uuid.UUID, purpose string) (raw json.RawMessage, proven bool, err error) {
	raw, entries, err := loadEvidence(ctx, s.Pool, of, purpose)
	if err != nil {
		return nil, false, err
	}
	var e selection.Evidence
	if err := json.Unmarshal(raw, &e); err != nil {
		return nil, false, fmt.Errorf("evidence of %s: %w", of, err)
	}
	if s.Receipt != nil {
		for _, entry := range entries {
			r, err := s.Receipt(ctx, entry)
			if code := apperr.CodeOf(err); err != nil && (code == apperr.Conflict || code == apperr.NotFound) {
				return raw, false, nil // the newest line waits for its position: all receipts, or none
			}
			if err != nil {
				return nil, false, err
			}
			e.Receipts = append(e.Receipts, r)
		}
	}
	if len(e.Receipts) == 0 {
		return raw, true, nil // as it was sealed, to the byte
	}
	raw, err = json.Marshal(e)
	return raw, true, err
}

// LatestDraw is the draw that was made last and can be checked: for whoever wants to see
// what checking is. False when there is none.
func (s *Service) LatestDraw(ctx context.Context) (Detail, bool, error) {
	id, found, err := latestDrawn(ctx, s.Pool)
	if err != nil || !found {
		return Detail{}, false, err
	}
	d, err := s.Get(ctx, id.String())
	return d, err == nil, err
}

// Drawing of a purpose that stands; nil where there is none.
func (d Detail) Drawing(purpose string) *Drawing {
	i := slices.IndexFunc(d.Draws, func(x Drawing) bool { return x.Purpose == purpose && x.VoidedAt == nil })
	if i < 0 {
		return nil
	}
	return &d.Draws[i]
}

// AttachmentOf is the name of a file of a published notice, open to everyone.
func (s *Service) AttachmentOf(ctx context.Context, key string, file uuid.UUID) (name string, err error) {
	id, err := s.find(ctx, key)
	if err != nil {
		return "", err
	}
	p, err := load(ctx, s.Pool, id, false)
	if err != nil {
		return "", err
	}
	for _, a := range p.Terms.Attachments {
		if a.File == file.String() {
			return a.Name, nil
		}
	}
	return "", apperr.New(apperr.NotFound, "公告没有这个附件")
}

// Logged reports whether a step of the course stands in the public log.
func (d Detail) Logged(action review.Action) bool {
	return slices.ContainsFunc(d.Course, func(s CourseStep) bool { return s.Action == action && s.EntryID != nil })
}

// Placed reports whether every line of the course has its position in the public log. A
// line gets it a moment after it was written: what shows it without must not be kept.
func (d Detail) Placed() bool {
	return !slices.ContainsFunc(d.Course, func(s CourseStep) bool { return s.EntryID != nil && s.Index == nil })
}

// PoolCount is how many bids were numbered.
func (d Detail) PoolCount() int {
	n := 0
	for _, b := range d.Bids {
		if b.Number > 0 {
			n++
		}
	}
	return n
}
