package procurement

import (
	"context"
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/authz"
	"zjcs/internal/platform/clock"
	"zjcs/internal/platform/db"
	"zjcs/internal/review"
)

// ObjectionState is where an objection stands (domain.md section 4).
type ObjectionState string

const (
	ObjectionFiled       ObjectionState = "filed"
	ObjectionAccepted    ObjectionState = "accepted"
	ObjectionNotAccepted ObjectionState = "not_accepted"
	ObjectionUpheld      ObjectionState = "upheld"
	ObjectionDismissed   ObjectionState = "dismissed"
)

var objectionLabels = map[ObjectionState]string{
	ObjectionFiled: "待受理", ObjectionAccepted: "已受理，正在审查", ObjectionNotAccepted: "不予受理", ObjectionUpheld: "成立", ObjectionDismissed: "不成立",
}

// ResultObjection (异议) is what the public sees of one. Who objected, how to reach him and what he
// wrote, which may name others, are never published.
type ResultObjection struct {
	ID             uuid.UUID      `json:"id"`
	Number         string         `json:"number" doc:"查询号"`
	State          ObjectionState `json:"state" enum:"filed,accepted,not_accepted,upheld,dismissed" doc:"状态"`
	StateLabel     string         `json:"stateLabel" doc:"状态"`
	FiledAt        time.Time      `json:"filedAt" doc:"提出时间"`
	DueAt          time.Time      `json:"dueAt" doc:"答复期限"`
	DueProvisional bool           `json:"dueProvisional,omitempty" doc:"为真表示期限暂定：所依据的年份日历尚未公布"`
	AcceptedAt     *time.Time     `json:"acceptedAt,omitempty" doc:"受理时间"`
	Acceptance     string         `json:"acceptance,omitempty" doc:"受理理由"`
	Answer         string         `json:"answer,omitempty" doc:"答复；不予受理的，是理由"`
	DecidedAt      *time.Time     `json:"decidedAt,omitempty" doc:"答复时间"`
}

// Open reports that it still waits for an answer.
func (o ResultObjection) Open() bool {
	return o.State == ObjectionFiled || o.State == ObjectionAccepted
}

// ObjectInput is what anyone may file, signed in or not.
type ObjectInput struct {
	Procurement  uuid.UUID
	Organisation uuid.UUID // in whose name; uuid.Nil: his own
	review.ObjectInput
}

const (
	permitDecide    authz.Permission = "objection:decide"
	permitReveal    authz.Permission = "personal-data:reveal"
	ruleObjection                    = "procurement.objection_workdays"
	rulePublicity                    = "procurement.publicity_workdays"
	kindObjection                    = "objection" // of a line in the public log
	minutePrecision                  = time.Minute
)

// Object files an objection while the publicity lasts. The database's clock decides, under
// a lock that whoever awards waits for: one that came in time is there when it is asked
// whether any is open, and none begins while an award is made. While a procurement is
// suspended its publicity stands still, and more may be filed.
func (s *Service) Object(ctx context.Context, in ObjectInput) (ResultObjection, error) {
	if err := in.Validate(); err != nil {
		return ResultObjection{}, err
	}
	m := matter{ResultObjection: ResultObjection{ID: uuid.Must(uuid.NewV7()), State: ObjectionFiled}, Name: strings.TrimSpace(in.Name), Text: strings.TrimSpace(in.Text)}
	if a := authz.From(ctx); a != nil {
		m.person = &a.Person
	}
	if in.Organisation != uuid.Nil {
		if a := authz.From(ctx); a == nil || !a.Of(in.Organisation) {
			return ResultObjection{}, apperr.InvalidField("organisationId", "您不是这个单位的人员；以个人名义提出的不必填写单位")
		}
		m.org = &in.Organisation
	}
	contact := s.Vault.Seal(fieldContact, strings.TrimSpace(in.Contact))
	err := db.InTx(ctx, s.Pool, func(tx db.Tx) error {
		if err := review.LimitObjections(ctx, tx, s.Vault); err != nil {
			return err
		}
		if err := lockResult(ctx, tx, in.Procurement, false); err != nil {
			return err
		}
		now, err := dbNow(ctx, tx)
		if err != nil {
			return err
		}
		p, err := load(ctx, tx, in.Procurement, true)
		if err != nil {
			return err
		}
		if err := takesObjections(p, now); err != nil {
			return err
		}
		days, err := s.Workdays(ctx, tx, ruleObjection, p.Region, now)
		if err != nil {
			return err
		}
		m.FiledAt = now
		if m.DueAt, m.DueProvisional, err = s.Due(ctx, tx, now, days); err != nil {
			return err
		}
		if err := insertObjection(ctx, tx, p.ID, &m, contact); err != nil {
			return err
		}
		_, err = s.recordTx(ctx, tx, &p, p.State, step{Action: objected, By: Objector, Note: "收到异议 " + m.Number, Kind: kindObjection, Body: m.line()})
		if err != nil {
			return err
		}
		return s.tell(ctx, tx, Announcement{Procurement: p, Action: ToldObjection, Note: "异议 " + m.Number + "，答复期限 " + clock.Until(m.DueAt.Add(-minutePrecision)) + "。答复前不会发出中选通知书。"})
	})
	return m.dressed(), err
}

// takesObjections refuses when the result of p is not open to objection at a time of the
// database's clock.
func takesObjections(p Procurement, now time.Time) error {
	switch {
	case p.State == Suspended, p.State == Publicity && now.Before(*p.PublicityUntil):
		return nil
	case p.State == Publicity || p.State == Awarded:
		return apperr.New(apperr.Conflict, "公示已于 %s 结束，现在的数据库时间是 %s。可以向监督部门投诉。",
			p.PublicityUntil.In(clock.Shanghai).Format(millisecond), now.In(clock.Shanghai).Format(millisecond))
	}
	return apperr.New(apperr.Conflict, "这个项目现在没有公示中的结果（%s）", Workflow.States[p.State])
}

// matter is a row of procurement_objection, with its procurement's where it was asked for.
type matter struct {
	ResultObjection
	Name, Text  string
	procurement uuid.UUID
	person, org *uuid.UUID
}

func (m matter) dressed() ResultObjection {
	m.StateLabel = objectionLabels[m.State]
	return m.ResultObjection
}

// objectionLine is what the public log has of an objection.
type objectionLine struct {
	Number     string         `json:"number"`
	State      ObjectionState `json:"state"`
	FiledAt    time.Time      `json:"filedAt"`
	DueAt      time.Time      `json:"dueAt"`
	Acceptance string         `json:"acceptance,omitempty"`
	Answer     string         `json:"answer,omitempty"`
	Remedy     Remedy         `json:"remedy,omitempty"`
	Struck     *int           `json:"struck,omitempty"`         // number of the bid struck
	Until      *time.Time     `json:"publicityUntil,omitempty"` // when the publicity goes on
}

func (m matter) line() objectionLine {
	return objectionLine{Number: m.Number, State: m.State, FiledAt: m.FiledAt.UTC(), DueAt: m.DueAt.UTC(), Acceptance: m.Acceptance, Answer: m.Answer}
}

var (
	mobile   = regexp.MustCompile(`(?:^|\D)1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?:\D|$)`)
	idNumber = regexp.MustCompile(`[1-9]\d{5}(?:19|20)\d{9}[\dXx]`)
	mailbox  = regexp.MustCompile(`[\w.+-]+@[\w-]+\.\w`)
)

// publishable judges words that are published with a decision (个人信息保护法 第25条): long
// enough to be a reason, without a telephone, an identity number or an address in them,
// and without the contact of who objected, however it is spaced.
func publishable(field, label, text, contact string) error {
	text = strings.TrimSpace(text)
	if n := utf8.RuneCountInString(text); n < 5 || n > 2000 || strings.ContainsRune(text, 0) || !utf8.ValidString(text) {
		return apperr.InvalidField(field, "%s应为 5 到 2000 个字，写明查明的事实和结论", label)
	}
	if mobile.MatchString(text) || idNumber.MatchString(text) || mailbox.MatchString(text) || reveals(text, contact) {
		return apperr.InvalidField(field, "%s会公开，请去掉其中的电话、证件号码和邮箱", label)
	}
	return nil
}

// reveals reports whether text holds a contact that could be one: with five digits or more,
// or an address.
func reveals(text, contact string) bool {
	bare := func(s string) string {
		return strings.ToLower(strings.Map(func(r rune) rune {
			if unicode.IsSpace(r) || strings.ContainsRune("-－—()（）+", r) {
				return -1
			}
			return r
		}, s))
	}
	contact = bare(contact)
	figures := 0
	for _, r := range contact {
		if unicode.IsDigit(r) {
			figures++
		}
	}
	return (figures >= 5 || strings.Contains(contact, "@")) && strings.Contains(bare(text), contact)
}
