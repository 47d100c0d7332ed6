package review

import (
	"context"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/audit"
	"zjcs/internal/platform/authz"
	"zjcs/internal/platform/db"
	"zjcs/internal/platform/page"
)

// ListPublicity is what stands in publicity now, the first to end first: for everyone.
func (s *Service) ListPublicity(ctx context.Context, r page.Request) (page.Page[Publicity], error) {
	var none page.Page[Publicity]
	rows, total, err := listPublicity(ctx, s.Pool, r)
	if err != nil {
		return none, err
	}
	for i := range rows {
		s.dress(&rows[i])
	}
	return page.Make(rows, r.Size(), total, func(p Publicity) publicityKey { return publicityKey{p.Until, p.Number} }), nil
}

// GetPublicity is one, by number, while it stands in publicity.
func (s *Service) GetPublicity(ctx context.Context, number string) (Publicity, error) {
	p, err := getPublicity(ctx, s.Pool, number)
	if err != nil {
		return p, err
	}
	s.dress(&p)
	return p, nil
}

func (s *Service) dress(p *Publicity) {
	k := s.kinds[p.Kind]
	p.KindLabel, p.Facts = k.Label, []Fact{}
	if k.Facts != nil {
		p.Facts = append(p.Facts, k.Facts(k.Form.open(p.content, nil))...) // a secret is the empty text here
	}
}

// ObjectInput is what anyone may file.
type ObjectInput struct {
	Number  string // of the submission
	Name    string
	Contact string
	Text    string
}

// Validate judges the words alone.
func (in ObjectInput) Validate() error {
	var bad []apperr.Field
	ask := func(field, value, label string, least, most int) {
		n := utf8.RuneCountInString(strings.TrimSpace(value))
		if n < least || n > most || strings.ContainsRune(value, 0) || !utf8.ValidString(value) {
			bad = append(bad, apperr.Field{Name: field, Message: label + "应为 " + itoa(least) + " 到 " + itoa(most) + " 个字"})
		}
	}
	ask("name", in.Name, "姓名或单位名称", 2, 100)
	ask("contact", in.Contact, "联系方式", 5, 100)
	ask("text", in.Text, "异议内容", 10, 4000)
	return apperr.InvalidFields(bad)
}

// Object files an objection (异议) while the publicity lasts; the database's clock decides.
func (s *Service) Object(ctx context.Context, in ObjectInput) (Objection, error) {
	if err := in.Validate(); err != nil {
		return Objection{}, err
	}
	o := Objection{ID: uuid.Must(uuid.NewV7()), Name: strings.TrimSpace(in.Name), Text: strings.TrimSpace(in.Text), State: "filed"}
	err := db.InTx(ctx, s.Pool, func(tx db.Tx) error {
		// The address comes before the submission: many from one wait for each other, and
		// hold up nobody else.
		if err := LimitObjections(ctx, tx, s.Vault); err != nil {
			return err
		}
		sub, err := lockPublicity(ctx, tx, in.Number)
		if err != nil {
			return err
		}
		if err := insertObjection(ctx, tx, sub.ID, &o, s.Vault.Seal(contactField, strings.TrimSpace(in.Contact))); err != nil {
			return err
		}
		k := s.kinds[sub.Kind]
		sub.KindLabel = k.Label
		if err := record(ctx, tx, sub, audit.Done, "objection:file", "公示期异议 "+o.Number); err != nil {
			return err
		}
		return s.Announce(ctx, tx, Announcement{Submission: sub, Kind: k, Action: FileObjection, Note: o.Number})
	})
	return o, err
}

// FileObjection is announced to those who must answer.
const FileObjection Action = "object"

// AnswerInput decides an objection.
type AnswerInput struct {
	ID     uuid.UUID
	Upheld bool
	Answer string
}

// Answer decides an objection: upheld, the submission goes back to its author; dismissed,
// it may be published once its publicity is over.
func (s *Service) Answer(ctx context.Context, in AnswerInput) (Detail, error) {
	if n := utf8.RuneCountInString(strings.TrimSpace(in.Answer)); n < 5 || n > 2000 || strings.ContainsRune(in.Answer, 0) {
		return Detail{}, apperr.InvalidField("answer", "答复应为 5 到 2000 个字，写明查明的事实和结论")
	}
	var id uuid.UUID
	err := db.InTx(ctx, s.Pool, func(tx db.Tx) error {
		submission, err := objectedSubmission(ctx, tx, in.ID)
		if err != nil {
			return err
		}
		sub, k, err := s.visible(ctx, tx, submission, true)
		if err != nil {
			return err
		}
		id = sub.ID
		if err := s.Policy.Require(ctx, "objection:decide", authz.Scope{Region: sub.RegionCode, Sectors: sub.Sectors}); err != nil {
			return err
		}
		if why := s.why(ctx, k, sub); why != "" {
			return apperr.New(apperr.Forbidden, "%s", why)
		}
		if err := decideObjection(ctx, tx, in, authz.From(ctx).Person); err != nil {
			return err
		}
		verdict := "异议不成立"
		if in.Upheld {
			verdict = "异议成立"
			if sub.State == Accepted {
				if err := s.overturnTx(ctx, tx, k, &sub, Reviewer, "异议成立："+strings.TrimSpace(in.Answer)); err != nil {
					return err
				}
			}
		}
		return record(ctx, tx, sub, audit.Done, "objection:decide", verdict)
	})
	if err != nil {
		return Detail{}, err
	}
	return s.Get(ctx, id)
}
