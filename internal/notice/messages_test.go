package notice_test

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/emersion/go-smtp"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"

	"zjcs/internal/notice"
	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/authz"
	"zjcs/internal/platform/db"
	"zjcs/internal/platform/mail"
	"zjcs/internal/platform/page"
	"zjcs/internal/testkit"
	"zjcs/internal/testkit/smtptest"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// stage is messages among the cast. What would be a job is kept in queued.
type stage struct {
	*notice.Messages
	t      *testing.T
	pool   *pgxpool.Pool
	cast   *testkit.Cast
	mu     sync.Mutex
	queued []uuid.UUID
}

func setup(t *testing.T, server *smtptest.Server) *stage {
	t.Helper()
	s := &stage{t: t, pool: testkit.DB(t)}
	policy, err := authz.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	var o mail.Options
	if server != nil {
		o = mail.Options{Addr: server.Addr, From: "noreply@zjcs.example.cn", TLS: mail.None}
	}
	sender, err := mail.New(o)
	if err != nil {
		t.Fatal(err)
	}
	s.Messages = notice.NewMessages(notice.MessageDeps{
		Pool: s.pool, Policy: policy, Sender: sender, Logger: slog.New(slog.DiscardHandler), Site: "测试超市", URL: "https://zjcs.example.cn/",
		Enqueue: func(_ context.Context, _ db.Tx, ids []uuid.UUID) error {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.queued = append(s.queued, ids...)
			return nil
		},
	})
	s.cast = testkit.NewCast(t, s.pool)
	return s
}

func (s *stage) exec(sql string, args ...any) {
	s.t.Helper()
	if _, err := s.pool.Exec(s.t.Context(), sql, args...); err != nil {
		s.t.Fatalf("%s: %v", sql, err)
	}
}

// mailbox gives someone a verified address.
func (s *stage) mailbox(a *authz.Actor, address string) {
	s.t.Helper()
	s.exec(`UPDATE person SET email = $2, email_verified_at = now() WHERE id = $1`, a.Person, address)
}

func (s *stage) send(to notice.To, m notice.Message) {
	s.t.Helper()
	if err := db.InTx(s.t.Context(), s.pool, func(tx db.Tx) error { return s.SendTx(s.t.Context(), tx, to, m) }); err != nil {
		s.t.Fatal(err)
	}
}

// told is who has a message, by name, with how many.
func (s *stage) told() map[string]int {
	s.t.Helper()
	out := map[string]int{}
	rows, err := s.pool.Query(s.t.Context(), `SELECT p.name FROM message m JOIN person p ON p.id = m.person_id`)
	if err != nil {
		s.t.Fatal(err)
	}
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			s.t.Fatal(err)
		}
		out[name]++
	}
	return out
}

var hello = notice.Message{Topic: notice.AboutReview, Title: "审核超期：《甲》", Body: "请尽快办理。", Link: "/workspace/submissions/x"}

// TestWhoIsTold: everyone concerned once, and nobody else: not from another region or
// sector, not by a grant that no longer holds, not in a matter of one's own organisation.
func TestWhoIsTold(t *testing.T) {
	t.Parallel()
	s := setup(t, nil)
	own, other := s.cast.Organisation("agency", "本机构", testkit.Zone), s.cast.Organisation("agency", "别家", testkit.Zone)
	closed := s.cast.Organisation("agency", "已注销", testkit.Zone)
	s.exec(`UPDATE organisation SET state = 'closed' WHERE id = $1`, closed)
	s.cast.Person("市审核", testkit.At(authz.Operator, testkit.City), testkit.At(authz.RegionAdmin, testkit.City)) // twice entitled, told once
	s.cast.Person("县审核", testkit.At(authz.Operator, testkit.OtherCounty))
	s.cast.Person("区审核", testkit.At(authz.Operator, testkit.Zone))
	s.cast.Person("邻县审核", testkit.At(authz.Operator, testkit.County))
	s.cast.Person("水利", testkit.Of("水利", testkit.OtherCounty))
	s.cast.Person("自然资源", testkit.Of("自然资源", testkit.OtherCounty))
	s.cast.Person("监督", testkit.At(authz.Supervisor, testkit.City))
	s.cast.Person("两栖", testkit.At(authz.Operator, testkit.Zone), testkit.In(authz.AgencyAgent, own))
	admin := s.cast.Person("机构管理员", testkit.In(authz.AgencyAdmin, own))
	s.cast.Person("业务授权人", testkit.In(authz.AgencyAgent, own))
	s.cast.Person("别家管理员", testkit.In(authz.AgencyAdmin, other))
	s.cast.Person("注销单位管理员", testkit.In(authz.AgencyAdmin, closed))
	gone := s.cast.Person("已停用", testkit.At(authz.Operator, testkit.Zone))
	s.exec(`UPDATE person SET state = 'disabled' WHERE id = $1`, gone.Person)
	revoked := s.cast.Person("已收回", testkit.At(authz.Operator, testkit.Zone))
	s.exec(`UPDATE role_grant SET revoked_at = now() WHERE person_id = $1`, revoked.Person)
	expired := s.cast.Person("已过期", testkit.At(authz.Operator, testkit.Zone))
	s.exec(`UPDATE role_grant SET valid_until = now() - interval '1 second' WHERE person_id = $1`, expired.Person)

	for name, c := range map[string]struct {
		to   notice.To
		want []string
	}{
		"reviewers of a zone, by permission": {notice.To{Region: testkit.Zone, Permission: "agency-submission:review", NotOfOrg: own}, []string{"县审核", "区审核", "市审核"}},
		"of a sector":                        {notice.To{Region: testkit.Zone, Sectors: []string{"水利"}, Permission: "item-submission:prepare"}, []string{"水利"}},
		"of no sector":                       {notice.To{Region: testkit.Zone, Permission: "item-submission:prepare"}, nil},
		"region admins by role":              {notice.To{Region: testkit.Zone, Roles: []authz.Role{authz.RegionAdmin}}, []string{"市审核"}},
		"an organisation's people":           {notice.To{Organisations: []uuid.UUID{own}}, []string{"业务授权人", "两栖", "机构管理员"}},
		"an organisation's admins":           {notice.To{Organisations: []uuid.UUID{own}, In: []authz.Role{authz.AgencyAdmin}, Persons: []uuid.UUID{admin.Person}}, []string{"机构管理员"}},
		"a closed organisation":              {notice.To{Organisations: []uuid.UUID{closed}}, nil},
		"but not who did it":                 {notice.To{Organisations: []uuid.UUID{own}, Except: []uuid.UUID{admin.Person}}, []string{"业务授权人", "两栖"}},
		"named, but disabled":                {notice.To{Persons: []uuid.UUID{gone.Person, admin.Person, admin.Person}}, []string{"机构管理员"}},
		"an organisation's role is no official's, whatever the region": {notice.To{Region: testkit.Zone, Roles: []authz.Role{authz.AgencyAdmin}}, nil},
		"nobody":         {notice.To{}, nil},
		"unknown region": {notice.To{Region: "999999", Permission: "agency-submission:review"}, nil},
	} {
		s.exec(`DELETE FROM message`)
		s.send(c.to, hello)
		told := s.told()
		var names []string
		for n, times := range told {
			names = append(names, n)
			if times != 1 {
				t.Errorf("%s: %s was told %d times", name, n, times)
			}
		}
		slices.Sort(names)
		slices.Sort(c.want)
		if !slices.Equal(names, c.want) {
			t.Errorf("%s: told %v, want %v", name, names, c.want)
		}
	}
	if err := db.InTx(t.Context(), s.pool, func(tx db.Tx) error {
		return s.SendTx(t.Context(), tx, notice.To{Persons: []uuid.UUID{admin.Person}}, notice.Message{Topic: "gossip", Title: "x"})
	}); err == nil {
		t.Error("a message about nothing was taken")
	}
}

// TestNobodyReadsAnothersMessages, marks them or counts them.
func TestNobodyReadsAnothersMessages(t *testing.T) {
	t.Parallel()
	s := setup(t, nil)
	a, b := s.cast.Person("甲"), s.cast.Person("乙")
	for range 25 {
		s.send(notice.To{Persons: []uuid.UUID{a.Person}}, hello)
	}
	s.send(notice.To{Persons: []uuid.UUID{b.Person}}, hello)
	as, bs := testkit.As(t, a), testkit.As(t, b)

	seen := map[uuid.UUID]bool{}
	var last uuid.UUID
	for cursor := ""; ; {
		p, err := s.List(as, false, page.Request{Limit: 10, Cursor: cursor})
		if err != nil {
			t.Fatal(err)
		}
		if p.Total != 25 {
			t.Fatalf("total %d", p.Total)
		}
		for _, m := range p.Items {
			if last != uuid.Nil && m.ID.String() > last.String() {
				t.Error("not the latest first")
			}
			seen[m.ID], last = true, m.ID
		}
		if cursor = p.NextCursor; cursor == "" {
			break
		}
	}
	if len(seen) != 25 {
		t.Fatalf("%d seen", len(seen))
	}
	if _, err := s.Read(bs, last); apperr.CodeOf(err) != apperr.NotFound {
		t.Errorf("another's message: %v", err)
	}
	if _, err := s.Read(bs, uuid.New()); apperr.CodeOf(err) != apperr.NotFound {
		t.Errorf("no message: %v", err)
	}
	first, err := s.Read(as, last)
	if err != nil || first.ReadAt == nil {
		t.Fatalf("%+v %v", first, err)
	}
	if again, err := s.Read(as, last); err != nil || !again.ReadAt.Equal(*first.ReadAt) {
		t.Errorf("read again: %v %v", again.ReadAt, err)
	}
	if n, err := s.Unread(as); n != 24 || err != nil {
		t.Errorf("%d unread, %v", n, err)
	}
	if n, err := s.ReadAll(as); n != 24 || err != nil {
		t.Errorf("%d marked, %v", n, err)
	}
	if n, err := s.Unread(bs); n != 1 || err != nil {
		t.Errorf("the other has %d unread, %v", n, err)
	}
	if p, err := s.List(as, true, page.Request{}); err != nil || len(p.Items) != 0 {
		t.Errorf("%d unread listed, %v", len(p.Items), err)
	}
	for _, cursor := range []string{"x", "AAAA", "ImEi"} {
		if _, err := s.List(as, false, page.Request{Cursor: cursor}); apperr.CodeOf(err) != apperr.Invalid {
			t.Errorf("cursor %s: %v", cursor, err)
		}
	}
	if _, err := s.Unread(t.Context()); apperr.CodeOf(err) != apperr.Unauthenticated {
		t.Errorf("a visitor: %v", err)
	}
}

func (s *stage) mailState(id uuid.UUID) (state string) {
	s.t.Helper()
	if err := s.pool.QueryRow(s.t.Context(), `SELECT mail FROM message WHERE id = $1`, id).Scan(&state); err != nil {
		s.t.Fatal(err)
	}
	return state
}

// TestTheLetter goes to the verified address, once, with the matter and where it stands.
func TestTheLetter(t *testing.T) {
	t.Parallel()
	server := smtptest.Start(t)
	s := setup(t, server)
	a, plain := s.cast.Person("甲"), s.cast.Person("无邮箱")
	unverified := s.cast.Person("未验证")
	s.mailbox(a, "jia@example.com")
	s.exec(`UPDATE person SET email = 'x@example.com' WHERE id = $1`, unverified.Person)
	s.send(notice.To{Persons: []uuid.UUID{a.Person, plain.Person, unverified.Person}}, hello)
	if len(s.queued) != 1 || s.mailState(s.queued[0]) != "waiting" {
		t.Fatalf("%v", s.queued)
	}
	id := s.queued[0]
	for range 2 { // a job worked twice sends once
		if err := s.Mail(t.Context(), id, false); err != nil {
			t.Fatal(err)
		}
	}
	got := server.Next()
	if len(server.Messages()) != 1 || got.To[0] != "jia@example.com" || got.Subject != "【测试超市】"+hello.Title || s.mailState(id) != "sent" {
		t.Errorf("%+v", got)
	}
	for _, want := range []string{"甲：", hello.Title, hello.Body, "https://zjcs.example.cn/workspace/submissions/x\n"} {
		if !strings.Contains(got.Text, want) {
			t.Errorf("%q lacks %q", got.Text, want)
		}
	}
}

// TestALetterNoLongerWanted is not sent: turned off, disabled or erased since.
func TestALetterNoLongerWanted(t *testing.T) {
	t.Parallel()
	server := smtptest.Start(t)
	s := setup(t, server)
	a := s.cast.Person("甲")
	s.mailbox(a, "jia@example.com")
	as := testkit.As(t, a)
	write := func() uuid.UUID {
		t.Helper()
		s.send(notice.To{Persons: []uuid.UUID{a.Person}}, hello)
		return s.queued[len(s.queued)-1]
	}
	dropped := func(id uuid.UUID) {
		t.Helper()
		if err := s.Mail(t.Context(), id, false); err != nil || s.mailState(id) != "none" {
			t.Errorf("%v %s", err, s.mailState(id))
		}
	}
	id := write()
	p, err := s.Prefer(as, []notice.Preference{{Topic: notice.AboutReview, Mail: false}})
	if err != nil || !p.MailOn || !p.MailReady {
		t.Fatalf("%+v %v", p, err)
	}
	for _, i := range p.Items {
		if i.Mail != (i.Topic != notice.AboutReview) {
			t.Errorf("%+v", i)
		}
	}
	dropped(id)
	before := len(s.queued)
	s.send(notice.To{Persons: []uuid.UUID{a.Person}}, hello)
	if len(s.queued) != before {
		t.Error("a letter was promised though turned off")
	}
	for range 2 { // the second changes nothing, and says nothing in the log
		if _, err := s.Prefer(as, []notice.Preference{{Topic: notice.AboutReview, Mail: true}}); err != nil {
			t.Fatal(err)
		}
	}
	var lines int
	if err := s.pool.QueryRow(t.Context(), `SELECT count(*) FROM audit_log WHERE person_id = $1`, a.Person).Scan(&lines); err != nil || lines != 2 {
		t.Errorf("%d lines, %v", lines, err)
	}
	id = write()
	s.exec(`UPDATE person SET state = 'disabled' WHERE id = $1`, a.Person)
	dropped(id)
	if err := s.Mail(t.Context(), uuid.New(), false); err != nil {
		t.Errorf("a message that is gone: %v", err)
	}
	if n := len(server.Messages()); n != 0 {
		t.Errorf("%d letters went out", n)
	}
	for _, bad := range [][]notice.Preference{{{Topic: "gossip"}}, {{Topic: notice.AboutReview}, {Topic: notice.AboutReview, Mail: true}}} {
		if _, err := s.Prefer(as, bad); apperr.CodeOf(err) != apperr.Invalid {
			t.Errorf("%v: %v", bad, err)
		}
	}
}

// TestAServerThatRefuses: for now, and it is tried again; for good or for too long, and
// it is given up.
func TestAServerThatRefuses(t *testing.T) {
	t.Parallel()
	var answer error
	server := smtptest.Start(t, smtptest.Judge(func(string) error { return answer }))
	s := setup(t, server)
	a := s.cast.Person("甲")
	s.mailbox(a, "jia@example.com")
	later := &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 3, 0}, Message: "try later"}
	never := &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no such user"}
	for name, c := range map[string]struct {
		answer error
		last   bool
		again  bool
		state  string
	}{
		"later":      {later, false, true, "waiting"},
		"later last": {later, true, false, "failed"},
		"never":      {never, false, false, "failed"},
		"yes":        {nil, true, false, "sent"},
	} {
		answer = c.answer
		s.send(notice.To{Persons: []uuid.UUID{a.Person}}, hello)
		id := s.queued[len(s.queued)-1]
		err := s.Mail(t.Context(), id, c.last)
		if (err != nil) != c.again || s.mailState(id) != c.state {
			t.Errorf("%s: %v, %s", name, err, s.mailState(id))
		}
	}
}

// TestMailOff: the message is there, no letter is promised, and one promised before is
// dropped.
func TestMailOff(t *testing.T) {
	t.Parallel()
	s := setup(t, nil)
	a := s.cast.Person("甲")
	s.mailbox(a, "jia@example.com")
	s.send(notice.To{Persons: []uuid.UUID{a.Person}}, hello)
	if len(s.queued) != 0 {
		t.Error("a letter was promised")
	}
	p, err := s.List(testkit.As(t, a), true, page.Request{})
	if err != nil || len(p.Items) != 1 {
		t.Fatalf("%v %v", p, err)
	}
	s.exec(`UPDATE message SET mail = 'waiting'`)
	if err := s.Mail(t.Context(), p.Items[0].ID, false); err != nil || s.mailState(p.Items[0].ID) != "none" {
		t.Errorf("%v %s", err, s.mailState(p.Items[0].ID))
	}
}

// TestAStepTakenBackTellsNobody: message and step commit together or not at all.
func TestAStepTakenBackTellsNobody(t *testing.T) {
	t.Parallel()
	s := setup(t, nil)
	a := s.cast.Person("甲")
	err := db.InTx(t.Context(), s.pool, func(tx db.Tx) error {
		if err := s.SendTx(t.Context(), tx, notice.To{Persons: []uuid.UUID{a.Person}}, hello); err != nil {
			return err
		}
		return errors.New("the step failed")
	})
	if err == nil || len(s.told()) != 0 {
		t.Errorf("%v %v", err, s.told())
	}
}
