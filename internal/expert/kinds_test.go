package expert_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"zjcs/internal/catalog"
	"zjcs/internal/exchange"
	"zjcs/internal/expert"
	"zjcs/internal/identity"
	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/authz"
	"zjcs/internal/platform/db"
	"zjcs/internal/platform/page"
	"zjcs/internal/platform/provenance"
	"zjcs/internal/review"
	"zjcs/internal/search"
	"zjcs/internal/testkit"
	"zjcs/internal/testkit/door"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// stage is an empty pool, two experts and those who review them.
type stage struct {
	*door.Door
	kinds     expert.Door
	index     *search.Service
	pool      *expert.Service
	reminders []expert.Reminder
	mu        sync.Mutex

	org, otherOrg                              uuid.UUID
	zhao, qian                                 *authz.Actor // experts
	operator, water, elsewhere, ecologyOfficer *authz.Actor
}

func setup(t *testing.T) *stage {
	t.Helper()
	s := &stage{}
	s.Door = door.New(t, func(d *door.Door) []review.Kind {
		var err error
		if s.index, err = search.New(d.Pool); err != nil {
			t.Fatal(err)
		}
		s.kinds = expert.Door{Vault: d.Vault,
			Changed: func(ctx context.Context, tx db.Tx, kind provenance.Kind, ids []uuid.UUID) error {
				return errors.Join(d.Note(ctx, tx, kind, ids), s.index.Changed(ctx, tx, kind, ids))
			},
			Remind: func(_ context.Context, _ db.Tx, r expert.Reminder) error {
				s.mu.Lock()
				defer s.mu.Unlock()
				s.reminders = append(s.reminders, r)
				return nil
			}}
		return expert.Kinds(s.kinds)
	})
	if err := errors.Join(exchange.LoadReference(t.Context(), s.Pool, s.index.Changed), s.index.Drain(t.Context())); err != nil {
		t.Fatal(err)
	}
	s.pool = expert.New(s.Pool, catalog.New(s.Pool))
	s.org, s.otherOrg = s.Cast.Organisation("expert", "赵水工", testkit.County), s.Cast.Organisation("expert", "钱环评", testkit.County)
	s.zhao, s.qian = s.Cast.Person("赵水工", testkit.In(authz.Expert, s.org)), s.Cast.Person("钱环评", testkit.In(authz.Expert, s.otherOrg))
	s.operator = s.Cast.Person("李审核", testkit.At(authz.Operator, testkit.City))
	s.water = s.Cast.Person("郭水利", testkit.Of("水利", testkit.City))
	s.ecologyOfficer = s.Cast.Person("曹环保", testkit.Of("生态环境", testkit.City))
	s.elsewhere = s.Cast.Person("周审核", testkit.At(authz.Operator, testkit.OtherCounty))
	return s
}

func (s *stage) exec(sql string, args ...any) {
	s.T.Helper()
	if _, err := s.Pool.Exec(s.T.Context(), sql, args...); err != nil {
		s.T.Fatalf("%s: %v", sql, err)
	}
}

func citizen(n uint64) string {
	return identity.NewCitizenID(rand.New(rand.NewPCG(n, 1)), "140802", time.Date(1970, 5, 1, 0, 0, 0, 0, time.UTC)).Reveal()
}

const phone = "13800138000"

func (s *stage) complete(a *authz.Actor, name, id string) func(c review.Content) {
	return func(c review.Content) {
		c["name"], c["idNumber"], c["phone"], c["employer"], c["title"], c["region"] = name, id, phone, "某某水利设计院", "高级工程师", testkit.County
		c["specialties"] = []any{"水利", "投资咨询"}
		c["certificates"] = []any{map[string]any{"name": "高级工程师", "number": "G001", "issuer": "省人社厅", "file": s.File(a)}}
		c["conflicts"] = []any{map[string]any{"organisation": "河东水利咨询有限公司", "relation": "shareholder"}}
		c["commitment"] = true
	}
}

func (s *stage) admit(a *authz.Actor, name, id string) review.Detail {
	s.T.Helper()
	return s.Published(a, s.operator, s.Draft(a, review.StartInput{Kind: "expert-admission"}, s.complete(a, name, id)))
}

func (s *stage) listed() (names []string) {
	s.T.Helper()
	p, err := s.pool.List(s.T.Context(), expert.Filter{Request: page.Request{Limit: 50}})
	n, countErr := s.pool.Count(s.T.Context())
	if err = errors.Join(err, countErr); err != nil {
		s.T.Fatal(err)
	}
	for _, e := range p.Items {
		names = append(names, e.Name)
	}
	if n != len(names) || p.Total != n {
		s.T.Errorf("counts %d and %d of %v", n, p.Total, names)
	}
	return names
}

func (s *stage) found(name string) bool {
	s.T.Helper()
	got, err := s.index.Search(s.T.Context(), search.Query{Text: name, Kind: search.Expert})
	if err != nil {
		s.T.Fatal(err)
	}
	return len(got.Hits) > 0
}

func TestAdmissionListsAnExpertForAYear(t *testing.T) {
	t.Parallel()
	s := setup(t)
	id := citizen(1)
	d := s.admit(s.zhao, "赵水工", id)
	if got := s.listed(); len(got) != 1 || got[0] != "赵水工" || !s.found("赵水工") {
		t.Fatalf("lists %v", got)
	}
	e, err := s.pool.Get(t.Context(), d.SubjectID.String())
	if err != nil || e.Employer != "某某水利设计院" || e.RegionCode != testkit.County || e.Source.Name != "审核发布："+d.Number || strings.Join(e.Specialties, "") != "投资咨询水利" {
		t.Fatalf("%+v, %v", e, err)
	}
	var until time.Time
	var state string
	if err := s.Pool.QueryRow(t.Context(), `SELECT e.confirmed_until, o.state FROM expert e JOIN organisation o ON o.id = e.org_id WHERE e.person_id = $1`, s.zhao.Person).Scan(&until, &state); err != nil {
		t.Fatal(err)
	}
	if days := time.Until(until).Hours() / 24; days < 363 || days > 367 || state != "verified" {
		t.Errorf("confirmed for %.0f days, the account is %s", days, state)
	}
	if c, err := expert.ConflictsOf(t.Context(), s.Pool, *d.SubjectID); err != nil || len(c) != 1 || c[0].Organisation != "河东水利咨询有限公司" {
		t.Errorf("conflicts %+v, %v", c, err)
	}
	// His numbers lie nowhere in the open.
	for _, table := range []string{"submission", "submission_event", "expert", "audit_log", "import_batch"} {
		for _, secret := range []string{id, phone} {
			var leaks bool
			if err := s.Pool.QueryRow(t.Context(), `SELECT EXISTS (SELECT FROM `+table+` x WHERE x::text LIKE '%' || $1 || '%')`, secret).Scan(&leaks); err != nil || leaks {
				t.Errorf("%s holds %s in the open (%v)", table, secret, err)
			}
		}
	}
	_, err = s.Start(testkit.As(t, s.zhao), review.StartInput{Kind: "expert-admission"})
	door.WantCode(t, err, apperr.Conflict)
}

func TestWhoDecidesOnAnExpert(t *testing.T) {
	t.Parallel()
	s := setup(t)
	d := s.Draft(s.zhao, review.StartInput{Kind: "expert-admission"}, s.complete(s.zhao, "赵水工", citizen(1)))
	d = s.Must(s.Do(s.zhao, d, review.Submit))
	for who, want := range map[*authz.Actor]apperr.Code{s.elsewhere: apperr.NotFound, s.ecologyOfficer: apperr.NotFound, s.qian: apperr.NotFound, s.zhao: apperr.Forbidden} {
		_, err := s.Do(who, d, review.Accept)
		if apperr.CodeOf(err) != want || err == nil {
			t.Errorf("%s: %v, want %s", who.Name, err, want)
		}
	}
	s.Must(s.Do(s.water, d, review.Accept)) // one of his specialties is hers
}

func TestImportedExpertIsClaimedByWhoIsHe(t *testing.T) {
	t.Parallel()
	s := setup(t)
	id := citizen(2)
	s.deliver("赵水工", id)
	if got := s.listed(); len(got) != 1 {
		t.Fatal(got)
	}
	d := s.Draft(s.zhao, review.StartInput{Kind: "expert-admission"}, s.complete(s.zhao, "赵水工", id))
	told := false
	for _, c := range d.Cautions {
		told = told || c.Field == "idNumber"
	}
	if !told {
		t.Errorf("the reviewer is not told: %+v", d.Cautions)
	}
	s.Published(s.zhao, s.operator, d)
	if got := s.listed(); len(got) != 1 {
		t.Fatalf("twice in the pool: %v", got)
	}
	var name, employer string
	err := s.Pool.QueryRow(t.Context(), `
		SELECT n.source, m.source FROM expert e JOIN import_batch n ON n.id = coalesce((e.field_batches->>'name')::uuid, e.batch_id)
		JOIN import_batch m ON m.id = coalesce((e.field_batches->>'employer')::uuid, e.batch_id) WHERE e.org_id = $1`, s.org).Scan(&name, &employer)
	if err != nil || name != "测试单位" || !strings.HasPrefix(employer, "审核发布：") {
		t.Errorf("name from %s, employer from %s, %v", name, employer, err)
	}
	// Another account cannot have it.
	other := s.Draft(s.qian, review.StartInput{Kind: "expert-admission"}, s.complete(s.qian, "钱环评", id))
	_, err = s.Do(s.qian, other, review.Submit)
	door.WantField(t, err, "content.idNumber", "另一个账号")
	// Nor can anyone one who was removed or is suspended.
	for state, says := range map[string]string{"removed": "移出", "suspended": "暂停"} {
		s.exec(`UPDATE expert SET org_id = NULL, state = $1`, state)
		_, err = s.Do(s.qian, other, review.Submit)
		door.WantField(t, err, "content.idNumber", says)
	}
}

func (s *stage) deliver(name, id string) {
	s.T.Helper()
	path := filepath.Join(s.T.TempDir(), "experts.csv")
	if err := os.WriteFile(path, []byte("姓名,身份证号,手机,工作单位,职称,专业领域,区划代码\n"+name+","+id+",13900000000,老单位,工程师,水利,140821\n"), 0o600); err != nil {
		s.T.Fatal(err)
	}
	target, err := expert.NewImport(s.T.Context(), s.Pool, s.Vault, time.Now())
	if err != nil {
		s.T.Fatal(err)
	}
	if rep, err := exchange.Run(s.T.Context(), s.Pool, exchange.Options{File: path, Source: "测试单位", Changed: s.index.Changed}, target); err != nil || rep.Summary.Inserted != 1 {
		s.T.Fatal(rep, err)
	}
}

// Two accounts hand in the same ID number and both pass review at once: one is listed.
func TestOnePersonIsListedOnce(t *testing.T) {
	t.Parallel()
	s := setup(t)
	second := s.Cast.Person("第二审核", testkit.At(authz.Operator, testkit.City))
	id := citizen(3)
	a := s.Must(s.Do(s.zhao, s.Draft(s.zhao, review.StartInput{Kind: "expert-admission"}, s.complete(s.zhao, "赵水工", id)), review.Submit))
	b := s.Must(s.Do(s.qian, s.Draft(s.qian, review.StartInput{Kind: "expert-admission"}, s.complete(s.qian, "赵水工", id)), review.Submit))
	errs := make([]error, 2)
	var wg sync.WaitGroup
	wg.Go(func() { _, errs[0] = s.Do(s.operator, a, review.Accept) })
	wg.Go(func() { _, errs[1] = s.Do(second, b, review.Accept) })
	wg.Wait()
	lost := errors.Join(errs...)
	if (errs[0] == nil) == (errs[1] == nil) {
		t.Fatalf("%v / %v", errs[0], errs[1])
	}
	if code := apperr.CodeOf(lost); code != apperr.Conflict && code != apperr.Invalid {
		t.Errorf("the loser is told %v", lost)
	}
	if got := s.listed(); len(got) != 1 {
		t.Errorf("lists %v", got)
	}
}

func TestLapsedConfirmationHidesUntilConfirmed(t *testing.T) {
	t.Parallel()
	s := setup(t)
	d := s.admit(s.zhao, "赵水工", citizen(4))
	_, err := s.Start(testkit.As(t, s.zhao), review.StartInput{Kind: "expert-confirmation"})
	door.WantCode(t, err, apperr.Conflict) // not yet
	end := func(days int) {
		t.Helper()
		s.exec(`UPDATE expert SET confirmed_until = (now() AT TIME ZONE 'Asia/Shanghai')::date + $1::integer`, days)
	}
	for _, c := range []struct{ in, reminded int }{{100, 0}, {60, 60}, {59, 60}, {30, 30}, {5, 7}, {0, 7}, {-1, -1}} {
		end(c.in)
		s.reminders = nil
		var wg sync.WaitGroup
		for range 3 {
			wg.Go(func() {
				if err := s.kinds.Tick(t.Context(), s.Pool); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		switch {
		case c.reminded == 0 && len(s.reminders) != 0, c.reminded != 0 && (len(s.reminders) != 1 || s.reminders[0].Days != c.reminded || *s.reminders[0].Organisation != s.org):
			t.Errorf("%d days before: %+v, want %d", c.in, s.reminders, c.reminded)
		}
		if shown := len(s.listed()) == 1; shown != (c.in >= 0) || shown != s.found("赵水工") {
			t.Errorf("%d days before: shown %v, found %v", c.in, shown, s.found("赵水工"))
		}
	}
	if _, err := s.pool.Get(t.Context(), d.SubjectID.String()); apperr.CodeOf(err) != apperr.NotFound {
		t.Errorf("shown by its address: %v", err)
	}
	c := s.Must(s.Start(testkit.As(t, s.zhao), review.StartInput{Kind: "expert-confirmation"}))
	if len(c.Changes) != 0 {
		t.Errorf("nothing was changed, yet %+v", c.Changes)
	}
	if _, err := s.Do(s.zhao, c, review.Submit); err == nil {
		t.Fatal("confirmed without a commitment")
	}
	c = s.Fill(s.zhao, c, func(c review.Content) { c["commitment"], c["title"] = true, "正高级工程师" })
	s.Published(s.zhao, s.operator, c)
	if got := s.listed(); len(got) != 1 || !s.found("正高级工程师") {
		t.Errorf("lists %v", got)
	}
	_, err = s.Start(testkit.As(t, s.zhao), review.StartInput{Kind: "expert-confirmation"})
	door.WantCode(t, err, apperr.Conflict)
}

func TestChangeThenExitThenBack(t *testing.T) {
	t.Parallel()
	s := setup(t)
	id := citizen(5)
	s.admit(s.zhao, "赵水工", id)
	d := s.Draft(s.zhao, review.StartInput{Kind: "expert-change"}, func(c review.Content) {
		c["employer"], c["phone"], c["commitment"] = "新单位", "13911112222", true
		c["certificates"].([]any)[0].(map[string]any)["number"] = "G002"
	})
	got := map[string]string{}
	for _, c := range d.Changes {
		got[c.Path] = c.Before + "→" + c.After
	}
	if got["employer"] != "某某水利设计院→新单位" || got["certificates[0].number"] != "G001→G002" || !strings.Contains(got["phone"], "*") || strings.Contains(fmt.Sprint(got), "13911112222") {
		t.Errorf("the reviewer sees %v", got)
	}
	renamed := s.Fill(s.zhao, d, func(c review.Content) { c["name"] = "赵某某" })
	_, err := s.Do(s.zhao, renamed, review.Submit)
	door.WantField(t, err, "content.name", "不能在此变更")
	d = s.Fill(s.zhao, renamed, func(c review.Content) { c["name"] = "赵水工" })
	s.Published(s.zhao, s.operator, d)

	s.exec(`UPDATE expert SET state = 'suspended'`)
	leave := s.Draft(s.zhao, review.StartInput{Kind: "expert-exit"}, func(c review.Content) { c["reason"] = "退休" })
	leave = s.Must(s.Do(s.zhao, leave, review.Submit))
	_, err = s.Do(s.operator, leave, review.Accept)
	door.WantCode(t, err, apperr.Conflict)
	s.exec(`UPDATE expert SET state = 'listed'`)
	s.Must(s.Do(s.operator, leave, review.Accept))
	if len(s.listed()) != 0 || s.found("赵水工") {
		t.Error("still shown")
	}
	for _, kind := range []string{"expert-change", "expert-confirmation", "expert-exit"} {
		if _, err := s.Start(testkit.As(t, s.zhao), review.StartInput{Kind: kind}); apperr.CodeOf(err) != apperr.Conflict {
			t.Errorf("%s of one who left: %v", kind, err)
		}
	}
	// He comes back as himself, not as another.
	back := s.Draft(s.zhao, review.StartInput{Kind: "expert-admission"}, s.complete(s.zhao, "赵水工", citizen(6)))
	back = s.Must(s.Do(s.zhao, back, review.Submit))
	_, err = s.Do(s.operator, back, review.Accept)
	door.WantCode(t, err, apperr.Conflict)
	back = s.Must(s.Do(s.zhao, back, review.Withdraw))
	back = s.Fill(s.zhao, back, func(c review.Content) { c["idNumber"] = id })
	s.Published(s.zhao, s.operator, back)
	if got := s.listed(); len(got) != 1 {
		t.Errorf("lists %v", got)
	}
}

func TestRefusedAtSubmission(t *testing.T) {
	t.Parallel()
	s := setup(t)
	d := s.Must(s.Start(testkit.As(t, s.zhao), review.StartInput{Kind: "expert-admission"}))
	for name, c := range map[string]struct {
		change      func(c review.Content)
		field, says string
	}{
		"no commitment":        {func(c review.Content) { c["commitment"] = false }, "content.commitment", "勾选"},
		"only expired papers":  {func(c review.Content) { row(c)["validTo"] = "2020-01-01" }, "content.certificates", "有效期内"},
		"one paper twice":      {func(c review.Content) { c["certificates"] = []any{row(c), with(row(c))} }, "content.certificates[1].number", "相同"},
		"no papers":            {func(c review.Content) { delete(c, "certificates") }, "content.certificates", "必须"},
		"no specialty":         {func(c review.Content) { delete(c, "specialties") }, "content.specialties", "必须"},
		"no reason to recuse?": {func(c review.Content) { c["conflicts"] = []any{map[string]any{"organisation": "某公司"}} }, "content.conflicts[0].relation", "必须"},
	} {
		d = s.Fill(s.zhao, d, func(content review.Content) { s.complete(s.zhao, "赵水工", citizen(7))(content); c.change(content) })
		_, err := s.Do(s.zhao, d, review.Submit)
		t.Run(name, func(t *testing.T) { door.WantField(t, err, c.field, c.says) })
	}
	// What is no choice cannot even be saved: the sectors are the catalogue's.
	c := d.Content
	c["specialties"] = []any{"占星"}
	_, err := s.Save(testkit.As(t, s.zhao), review.SaveInput{ID: d.ID, Version: d.Version, Content: c})
	door.WantField(t, err, "content.specialties[0]", "可选")
	// Nor another's file.
	s.complete(s.qian, "赵水工", citizen(7))(c)
	_, err = s.Save(testkit.As(t, s.zhao), review.SaveInput{ID: d.ID, Version: d.Version, Content: c})
	door.WantField(t, err, "content.certificates[0].file", "没有这个文件")
	// Nor may a firm's people apply.
	firm := s.Cast.Organisation("agency", "某公司", testkit.County)
	_, err = s.Start(testkit.As(t, s.Cast.Person("王经办", testkit.In(authz.Expert, firm))), review.StartInput{Kind: "expert-admission"})
	door.WantCode(t, err, apperr.Conflict)
}

func row(c review.Content) map[string]any { return c["certificates"].([]any)[0].(map[string]any) }

func with(m map[string]any) map[string]any {
	out := map[string]any{}
	for k, v := range m {
		if k != "rowId" {
			out[k] = v
		}
	}
	return out
}
