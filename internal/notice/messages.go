package notice

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"

	"github.com/google/uuid"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/audit"
	"zjcs/internal/platform/authz"
	"zjcs/internal/platform/db"
	"zjcs/internal/platform/mail"
	"zjcs/internal/platform/page"
)

// MessageDeps are what messages need.
type MessageDeps struct {
	Pool   *db.Pool
	Policy *authz.Policy
	Sender *mail.Sender
	Logger *slog.Logger

	// Enqueue adds, in the transaction of the messages, a job for each that ends in
	// [Messages.Mail]. Never asked while e-mail is off.
	Enqueue func(ctx context.Context, tx db.Tx, messages []uuid.UUID) error

	Site string // its name, in subjects
	URL  string // its address, before links
}

// Messages is what is told to single persons.
type Messages struct{ MessageDeps }

// NewMessages makes the service.
func NewMessages(d MessageDeps) *Messages { return &Messages{d} }

// SendTx writes m to everyone it concerns, in the transaction of what it tells of.
func (s *Messages) SendTx(ctx context.Context, tx db.Tx, to To, m Message) error {
	if m.Topic.Label() == "" || m.Title == "" {
		return fmt.Errorf("message without topic or title: %+v", m)
	}
	roles := slices.Clone(to.Roles)
	for _, r := range authz.Roles {
		if to.Permission != "" && r.Staff() && s.Policy.Allows(r, to.Permission) && !slices.Contains(roles, r) {
			roles = append(roles, r)
		}
	}
	people, err := recipients(ctx, tx, to, roles, m.Topic)
	if err != nil || len(people) == 0 {
		return err
	}
	rows := make([]messageRow, len(people))
	var mailed []uuid.UUID
	for i, p := range people {
		rows[i] = messageRow{id: uuid.Must(uuid.NewV7()), person: p.id, mail: mailNone}
		if p.mail && s.Sender.On() {
			rows[i].mail = mailWaiting
			mailed = append(mailed, rows[i].id)
		}
	}
	if err := insertMessages(ctx, tx, m, rows); err != nil {
		return err
	}
	if len(mailed) == 0 {
		return nil
	}
	return s.Enqueue(ctx, tx, mailed)
}

// Mail sends the e-mail of a message; one that has gone out, or is no longer wanted, is
// left. A kill between the server's yes and the mark sends it again: better twice than
// never. last says that after a failure nobody will try again.
func (s *Messages) Mail(ctx context.Context, id uuid.UUID, last bool) error {
	l, err := loadLetter(ctx, s.Pool, id)
	if err != nil || l.state != mailWaiting {
		return err
	}
	if l.address == "" || !s.Sender.On() { // erased, disabled or turned off since
		return markMail(ctx, s.Pool, id, mailNone)
	}
	err = s.Sender.Send(ctx, mail.Message{To: l.address, Subject: "【" + s.Site + "】" + l.title, Text: s.text(l)})
	if err == nil {
		return markMail(context.WithoutCancel(ctx), s.Pool, id, mailSent)
	}
	if !last && !mail.Permanent(err) {
		return err
	}
	s.Logger.WarnContext(ctx, "e-mail given up", "message", id, "error", err)
	return markMail(ctx, s.Pool, id, mailFailed)
}

func (s *Messages) text(l letter) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s：\n\n%s\n", l.name, l.title)
	if l.body != "" {
		fmt.Fprintf(&b, "\n%s\n", l.body)
	}
	if l.link != "" {
		fmt.Fprintf(&b, "\n查看和办理：%s%s\n", strings.TrimSuffix(s.URL, "/"), l.link)
	}
	fmt.Fprintf(&b, "\n本邮件由%s自动发出，请勿回复。不想再收到这类邮件，可登录后在“消息设置”中关闭。\n", s.Site)
	return b.String()
}

// own is whose messages are asked for: the actor's, nobody else's.
func (s *Messages) own(ctx context.Context) (uuid.UUID, error) {
	a := authz.From(ctx)
	if a == nil {
		return uuid.Nil, apperr.New(apperr.Unauthenticated, "请先登录")
	}
	return a.Person, s.Policy.Require(ctx, "message:read-own", authz.Scope{Person: a.Person})
}

// List is a page of the actor's messages, the latest first.
func (s *Messages) List(ctx context.Context, unread bool, r page.Request) (page.Page[Received], error) {
	var none page.Page[Received]
	person, err := s.own(ctx)
	if err != nil {
		return none, err
	}
	before, given, err := page.Decode[uuid.UUID](r.Cursor)
	if err != nil {
		return none, err
	}
	if !given {
		before = uuid.Max
	}
	rows, total, err := listMessages(ctx, s.Pool, person, unread, before, r.Size())
	if err != nil {
		return none, err
	}
	return page.Make(rows, r.Size(), total, func(m Received) uuid.UUID { return m.ID }), nil
}

// Unread is how many messages the actor has not read, counted up to page.TotalCap.
func (s *Messages) Unread(ctx context.Context) (int, error) {
	person, err := s.own(ctx)
	if err != nil {
		return 0, err
	}
	return countUnread(ctx, s.Pool, person)
}

var errNoMessage = apperr.New(apperr.NotFound, "没有这条消息")

// Read marks one of the actor's messages as read; a second time changes nothing. Another
// person's is as if it were not there.
func (s *Messages) Read(ctx context.Context, id uuid.UUID) (Received, error) {
	person, err := s.own(ctx)
	if err != nil {
		return Received{}, err
	}
	return markRead(ctx, s.Pool, person, id)
}

// ReadAll marks all the actor's messages as read, and says how many were not.
func (s *Messages) ReadAll(ctx context.Context) (int, error) {
	person, err := s.own(ctx)
	if err != nil {
		return 0, err
	}
	return markAllRead(ctx, s.Pool, person)
}

// Preferences are the actor's.
func (s *Messages) Preferences(ctx context.Context) (Preferences, error) {
	person, err := s.own(ctx)
	if err != nil {
		return Preferences{}, err
	}
	off, ready, err := loadPreferences(ctx, s.Pool, person)
	p := Preferences{Items: make([]Preference, len(Topics)), MailOn: s.Sender.On(), MailReady: ready}
	for i, t := range Topics {
		p.Items[i] = Preference{Topic: t, Label: t.Label(), Mail: !slices.Contains(off, t)}
	}
	return p, err
}

// Prefer sets, for the topics named, whether messages also go out by e-mail.
func (s *Messages) Prefer(ctx context.Context, items []Preference) (Preferences, error) {
	person, err := s.own(ctx)
	if err != nil {
		return Preferences{}, err
	}
	var bad []apperr.Field
	seen := map[Topic]bool{}
	for i, p := range items {
		switch {
		case p.Topic.Label() == "":
			bad = append(bad, apperr.Field{Name: fmt.Sprintf("items[%d].kind", i), Message: "没有这类消息"})
		case seen[p.Topic]:
			bad = append(bad, apperr.Field{Name: fmt.Sprintf("items[%d].kind", i), Message: "同一类消息只能写一次"})
		}
		seen[p.Topic] = true
	}
	if err := apperr.InvalidFields(bad); err != nil {
		return Preferences{}, err
	}
	err = db.InTx(ctx, s.Pool, func(tx db.Tx) error {
		changed, err := savePreferences(ctx, tx, person, items)
		if err != nil || len(changed) == 0 {
			return err
		}
		e := audit.Entry{Action: "message:read-own", Kind: "person", ID: person.String(), Summary: "修改消息的邮件设置", Change: map[string]audit.Change{}}
		for _, p := range changed {
			e.Change[string(p.Topic)] = audit.Change{!p.Mail, p.Mail}
		}
		return audit.Record(ctx, tx, e)
	})
	if err != nil {
		return Preferences{}, err
	}
	return s.Preferences(ctx)
}
