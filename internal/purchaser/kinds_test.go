package purchaser_test

import (
	"errors"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"zjcs/internal/identity"
	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/authz"
	"zjcs/internal/purchaser"
	"zjcs/internal/review"
	"zjcs/internal/testkit"
	"zjcs/internal/testkit/door"
)

func TestMain(m *testing.M) { testkit.Main(m) }

type stage struct {
	*door.Door
	read     *purchaser.Service
	operator *authz.Actor
}

func setup(t *testing.T) *stage {
	t.Helper()
	s := &stage{Door: door.New(t, func(d *door.Door) []review.Kind { return purchaser.Kinds(purchaser.Door{Vault: d.Vault}) })}
	s.read = purchaser.New(s.Pool, s.Vault, s.Policy)
	s.operator = s.Cast.Person("李审核", testkit.At(authz.Operator, testkit.City))
	return s
}

const code = "91350100M000100Y43"

// account opens one of that kind, with its admin.
func (s *stage) account(kind identity.OrganisationKind, name string) (uuid.UUID, *authz.Actor) {
	s.T.Helper()
	org := s.Cast.Organisation(string(kind), name, testkit.County)
	if kind.NumberedByUSCC() {
		if _, err := s.Pool.Exec(s.T.Context(), `UPDATE organisation SET uscc = $2 WHERE id = $1`, org, code); err != nil {
			s.T.Fatal(err)
		}
	}
	return org, s.Cast.Person(name+"经办", testkit.In(authz.PurchaserAdmin, org))
}

var start = review.StartInput{Kind: "purchaser-verification"}

func citizen(n uint64) string {
	return identity.NewCitizenID(rand.New(rand.NewPCG(n, 2)), "140802", time.Date(1980, 5, 1, 0, 0, 0, 0, time.UTC)).Reveal()
}

func (s *stage) fill(a *authz.Actor, id string) func(c review.Content) {
	return func(c review.Content) {
		c["address"], c["contactName"], c["contactPhone"], c["commitment"] = "盐湖区某街1号", "王联系", "13800138000", true
		for kind, own := range map[identity.OrganisationKind][]string{
			identity.Enterprise: {"licence"}, identity.PublicBody: {"codeCertificate"}, identity.Village: {"registration", "supervisionPaper"}, identity.NaturalPerson: {"idFront", "idBack"}} {
			if c["kind"] == string(kind) {
				for _, f := range own {
					c[f] = s.File(a)
				}
			}
		}
		switch c["kind"] {
		case string(identity.NaturalPerson):
			c["idNumber"] = id
		case string(identity.Village):
			c["supervisor"] = "监督人"
			fallthrough
		default:
			c["legalRepresentative"] = "张负责"
		}
	}
}

func TestEachKindIsVerifiedByItsOwnPapers(t *testing.T) {
	t.Parallel()
	for kind, missing := range map[identity.OrganisationKind][]string{
		identity.Enterprise: {"uscc", "legalRepresentative", "licence"}, identity.PublicBody: {"uscc", "legalRepresentative", "codeCertificate"},
		identity.Village: {"legalRepresentative", "registration", "supervisor", "supervisionPaper"}, identity.NaturalPerson: {"idNumber", "idFront", "idBack"},
	} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			s := setup(t)
			org, a := s.account(kind, "某项目业主")
			d := s.Must(s.Start(testkit.As(t, a), start))
			empty := d.Content
			delete(empty, "uscc")
			d = s.Must(s.Save(testkit.As(t, a), review.SaveInput{ID: d.ID, Version: d.Version, Content: empty}))
			_, err := s.Do(a, d, review.Submit)
			for _, field := range append(missing, "address", "contactName", "contactPhone", "commitment") {
				door.WantField(t, err, "content."+field, "必须")
			}
			var refusal *apperr.Error
			errors.As(err, &refusal)
			for _, f := range refusal.Fields {
				for _, foreign := range []string{"licence", "codeCertificate", "registration", "idFront", "idNumber", "agentName"} {
					if f.Name == "content."+foreign && !strings.Contains(strings.Join(missing, " "), foreign) {
						t.Errorf("asks a %s for %s", kind, foreign)
					}
				}
			}
			d = s.Fill(a, d, s.fill(a, citizen(1)))
			if kind.NumberedByUSCC() {
				d = s.Fill(a, d, func(c review.Content) { c["uscc"] = code })
			}
			s.Published(a, s.operator, d)
			got, err := s.read.Get(testkit.As(t, a), org)
			if err != nil || got.Kind != kind || got.ContactPhone != "138******00" || got.Name != "某项目业主" || got.VerifiedAt.IsZero() {
				t.Fatalf("%+v, %v", got, err)
			}
			var state string
			if err := s.Pool.QueryRow(t.Context(), `SELECT state FROM organisation WHERE id = $1`, org).Scan(&state); err != nil || state != "verified" {
				t.Errorf("the account is %s, %v", state, err)
			}
			_, err = s.Start(testkit.As(t, a), start)
			door.WantCode(t, err, apperr.Conflict)
		})
	}
}

func TestNobodyPassesForWhatHeIsNot(t *testing.T) {
	t.Parallel()
	s := setup(t)
	_, a := s.account(identity.Enterprise, "某企业")
	d := s.Draft(a, start, func(c review.Content) { s.fill(a, "")(c); c["uscc"] = "91110000600007519E" })
	_, err := s.Do(a, d, review.Submit)
	if err == nil {
		t.Fatal("another firm's code passed")
	}
	// A firm that calls itself a natural person is asked for what its account is.
	d = s.Fill(a, d, func(c review.Content) {
		c["kind"], c["uscc"] = "natural_person", code
		s.fill(a, citizen(2))(c)
	})
	_, err = s.Do(a, d, review.Submit)
	door.WantField(t, err, "content.kind", "企业")
	// An agency is no purchaser, whatever role its people were given.
	firm := s.Cast.Organisation("agency", "某机构", testkit.County)
	_, err = s.Start(testkit.As(t, s.Cast.Person("机构人", testkit.In(authz.PurchaserAdmin, firm))), start)
	door.WantCode(t, err, apperr.Conflict)
	// Expired authority, another's file.
	_, b := s.account(identity.NaturalPerson, "李自然")
	d = s.Draft(b, start, func(c review.Content) {
		s.fill(b, citizen(3))(c)
		c["hasAgent"], c["agentName"], c["agentLetter"], c["agentValidTo"] = true, "代办人", s.File(b), "2020-01-01"
	})
	_, err = s.Do(b, d, review.Submit)
	door.WantField(t, err, "content.agentValidTo", "到期")
	c := d.Content
	c["idBack"] = s.File(a)
	_, err = s.Save(testkit.As(t, b), review.SaveInput{ID: d.ID, Version: d.Version, Content: c})
	door.WantField(t, err, "content.idBack", "没有这个文件")
}

func TestOnePersonIsOnePurchaser(t *testing.T) {
	t.Parallel()
	s := setup(t)
	second := s.Cast.Person("孙审核", testkit.At(authz.Operator, testkit.County))
	id := citizen(4)
	var waiting []review.Detail
	for range 2 {
		_, a := s.account(identity.NaturalPerson, "李自然")
		waiting = append(waiting, s.Must(s.Do(a, s.Draft(a, start, s.fill(a, id)), review.Submit)))
	}
	errs := make([]error, 2)
	var wg sync.WaitGroup
	for i, who := range []*authz.Actor{s.operator, second} {
		wg.Go(func() { _, errs[i] = s.Do(who, waiting[i], review.Accept) })
	}
	wg.Wait()
	if (errs[0] == nil) == (errs[1] == nil) {
		t.Fatalf("%v / %v", errs[0], errs[1])
	}
	if code := apperr.CodeOf(errors.Join(errs...)); code != apperr.Conflict && code != apperr.Invalid {
		t.Errorf("the loser is told %v", errs)
	}
	var leaks bool
	if err := s.Pool.QueryRow(t.Context(), `SELECT EXISTS (SELECT FROM purchaser p WHERE p::text LIKE '%' || $1 || '%') OR EXISTS (SELECT FROM submission p WHERE p::text LIKE '%' || $1 || '%')`, id).Scan(&leaks); err != nil || leaks {
		t.Errorf("the number lies in the open (%v)", err)
	}
}

func TestChangeByAColleagueKeepsThePapers(t *testing.T) {
	t.Parallel()
	s := setup(t)
	org, a := s.account(identity.Enterprise, "某企业")
	colleague := s.Cast.Person("同事", testkit.In(authz.PurchaserAgent, org))
	_, err := s.Start(testkit.As(t, a), review.StartInput{Kind: "purchaser-change"})
	door.WantCode(t, err, apperr.Conflict) // nothing to change yet
	s.Published(a, s.operator, s.Draft(a, start, s.fill(a, "")))
	first, err := s.read.Get(testkit.As(t, a), org)
	if err != nil {
		t.Fatal(err)
	}
	d := s.Draft(colleague, review.StartInput{Kind: "purchaser-change"}, func(c review.Content) {
		c["contactName"], c["commitment"] = "新联系人", true
		c["hasAgent"], c["agentName"], c["agentLetter"], c["agentValidTo"] = true, "代办人", s.File(colleague), "2100-01-01"
	})
	paths := ""
	for _, c := range d.Changes {
		paths += c.Path + " "
	}
	if paths != "contactName hasAgent agentName agentLetter agentValidTo commitment " {
		t.Errorf("the reviewer sees %s", paths)
	}
	s.Published(colleague, s.operator, d)
	got, err := s.read.Get(testkit.As(t, s.operator), org)
	if err != nil || got.ContactName != "新联系人" || got.AgentName != "代办人" || got.LegalRepresentative != "张负责" || !got.VerifiedAt.Equal(first.VerifiedAt) {
		t.Fatalf("%+v, %v", got, err)
	}
	var files int
	if err := s.Pool.QueryRow(t.Context(), `SELECT count(*) FROM purchaser_file WHERE organisation_id = $1`, org).Scan(&files); err != nil || files != 2 {
		t.Errorf("holds %d files, %v", files, err)
	}
}

func TestWhoMayReadAPurchaser(t *testing.T) {
	t.Parallel()
	s := setup(t)
	org, a := s.account(identity.NaturalPerson, "李自然")
	_, stranger := s.account(identity.NaturalPerson, "外人")
	s.Published(a, s.operator, s.Draft(a, start, s.fill(a, citizen(6))))
	for who, want := range map[*authz.Actor]apperr.Code{
		a: "", s.operator: "", s.Cast.Person("监督", testkit.At(authz.Supervisor, testkit.County)): "",
		stranger: apperr.NotFound, s.Cast.Person("外县", testkit.At(authz.Operator, testkit.OtherCounty)): apperr.NotFound,
	} {
		if _, err := s.read.Get(testkit.As(t, who), org); err != nil && apperr.CodeOf(err) != want || err == nil && want != "" {
			t.Errorf("%s: %v, want %q", who.Name, err, want)
		}
	}
	if _, err := s.read.Get(t.Context(), org); apperr.CodeOf(err) != apperr.Unauthenticated {
		t.Errorf("a visitor: %v", err)
	}
	if _, err := s.read.Get(testkit.As(t, s.operator), uuid.New()); apperr.CodeOf(err) != apperr.NotFound {
		t.Errorf("nobody: %v", err)
	}
	// The person of an account stays the same.
	d := s.Draft(a, review.StartInput{Kind: "purchaser-change"}, func(c review.Content) { c["idNumber"], c["commitment"] = citizen(7), true })
	_, err := s.Do(a, d, review.Submit)
	door.WantField(t, err, "content.idNumber", "不能换人")
}
