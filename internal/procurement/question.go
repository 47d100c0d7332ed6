package procurement

import (
	"context"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/audit"
	"zjcs/internal/platform/authz"
	"zjcs/internal/platform/clock"
	"zjcs/internal/platform/db"
)

// mostQuestions of one agency about one notice.
const mostQuestions = 20

// contact finds telephone, ID and mail: questions and answers are public and name nobody.
var contact = regexp.MustCompile(`(?:^|\D)(1[3-9]\d{9}|\d{17}[\dXx])(?:\D|$)|[\w.+-]+@[\w-]+\.[\w.]+`)

// Question about a notice, as the public reads it.
type Question struct {
	ID         uuid.UUID  `json:"id"`
	Question   string     `json:"question" doc:"提问；不显示提问的是谁"`
	AskedAt    time.Time  `json:"askedAt"`
	Answer     string     `json:"answer,omitempty" doc:"答复"`
	AnsweredAt *time.Time `json:"answeredAt,omitempty"`
}

func publicText(name, what, text string) (string, error) {
	text = strings.TrimSpace(text)
	switch n := utf8.RuneCountInString(text); {
	case n < 5 || n > 2000 || !utf8.ValidString(text) || strings.ContainsRune(text, 0):
		return "", apperr.InvalidField(name, "%s应是 5 至 2000 字", what)
	case contact.MatchString(text):
		return "", apperr.InvalidField(name, "%s会公开，请不要写电话、身份证号、邮箱", what)
	}
	return text, nil
}

// Ask puts a question to the purchaser, until the deadline. Who asks is known to nobody
// but the audit log.
func (s *Service) Ask(ctx context.Context, id, agency uuid.UUID, text string) (Question, error) {
	b, err := s.bidder(ctx, s.Pool, agency)
	if err != nil {
		return Question{}, err
	}
	if text, err = publicText("question", "提问", text); err != nil {
		return Question{}, err
	}
	out := Question{ID: uuid.Must(uuid.NewV7()), Question: text}
	err = db.InTx(ctx, s.Pool, func(tx db.Tx) error {
		p, err := load(ctx, tx, id, true)
		if err != nil {
			return err
		}
		now, err := dbNow(ctx, tx)
		if err != nil {
			return err
		}
		if p.State != Open || !now.Before(p.Deadline) {
			return apperr.New(apperr.Conflict, "报名截止（%s）后不能再提问", clock.Until(p.Deadline))
		}
		if out.AskedAt, err = insertQuestion(ctx, tx, out, p.ID, b.org, authz.From(ctx).Person, mostQuestions); err != nil {
			return err
		}
		if err := audit.Record(ctx, tx, audit.Entry{Action: "procurement:ask", Kind: "procurement", ID: p.ID.String(), Organisation: b.org, Region: p.Region, Summary: "就公告提问：" + p.Title}); err != nil {
			return err
		}
		return s.tell(ctx, tx, Announcement{Procurement: p, Action: ToldQuestion, Note: text})
	})
	return out, err
}

// Answer answers a question in public, or corrects an answer; each version stands in the
// course and the public log.
func (s *Service) Answer(ctx context.Context, id, question uuid.UUID, text string) error {
	text, err := publicText("answer", "答复", text)
	if err != nil {
		return err
	}
	return s.asPurchaser(ctx, id, func(tx db.Tx, p *Procurement, _ time.Time) error {
		if p.State != Open && p.State != Selecting {
			return apperr.New(apperr.Conflict, "采购已经有了结果，不再答复提问")
		}
		asked, err := answerQuestion(ctx, tx, p.ID, question, authz.From(ctx).Person, text)
		if err != nil {
			return err
		}
		_, err = s.recordTx(ctx, tx, p, p.State, step{Action: ToldAnswer, By: Purchaser, Note: "答复提问：" + asked, Kind: "procurement-answer", Body: map[string]any{"question": asked, "answer": text}})
		if err != nil {
			return err
		}
		return s.tellEligible(ctx, tx, *p, ToldAnswer, text)
	})
}

// Questions of a notice, the first asked first.
func (s *Service) Questions(ctx context.Context, id uuid.UUID) ([]Question, error) {
	if _, err := load(ctx, s.Pool, id, false); err != nil {
		return nil, err
	}
	return listQuestions(ctx, s.Pool, id)
}
