package agency_test

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"zjcs/internal/agency"
	"zjcs/internal/exchange"
	"zjcs/internal/platform/db"
	"zjcs/internal/platform/provenance"
	"zjcs/internal/platform/rules"
	"zjcs/internal/review"
)

// clockwork is the daily job with what it told.
type clockwork struct {
	agency.Daily
	mu     sync.Mutex
	told   []agency.CertificateNotice
	remade []uuid.UUID
}

func (s *stage) daily() *clockwork {
	c := &clockwork{}
	c.Daily = agency.Daily{Pool: s.pool,
		NoticeDays: func(ctx context.Context, q db.Querier, region string, at time.Time) ([]int, error) {
			return rules.Ints(ctx, q, "certificate.notice_days", region, at)
		},
		Notify: func(_ context.Context, _ db.Tx, n agency.CertificateNotice) error {
			c.mu.Lock()
			defer c.mu.Unlock()
			c.told = append(c.told, n)
			return nil
		},
		Changed: func(_ context.Context, _ db.Tx, _ provenance.Kind, ids []uuid.UUID) error {
			c.mu.Lock()
			defer c.mu.Unlock()
			c.remade = append(c.remade, ids...)
			return nil
		}}
	return c
}

// TestNoticesComeAtTheirDaysAndOnce: 60, 30 and 7 days before the end, and when it has
// come; of those missed only the last; several instances send one.
func TestNoticesComeAtTheirDaysAndOnce(t *testing.T) {
	t.Parallel()
	s := setup(t)
	s.admitted()
	s.imported("91140802MA0TETA01B") // has nobody to be told
	c := s.daily()
	run := func() []int {
		t.Helper()
		c.told = nil
		var wg sync.WaitGroup
		for range 3 {
			wg.Go(func() {
				if err := c.Run(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		left := []int{}
		for _, n := range c.told {
			if n.Organisation != s.org || !strings.Contains(n.Certificate, "测绘资质") || !slices.Equal(n.Items, []string{"土地勘测定界"}) {
				t.Errorf("%+v", n)
			}
			left = append(left, n.DaysLeft)
		}
		return left
	}
	s.exec(`UPDATE practitioner SET valid_to = NULL`)
	s.exec(`UPDATE agency SET state_since = $1::date`, s.on(-100))
	var end int
	for _, step := range []struct {
		left int
		want []int
	}{{61, nil}, {60, []int{60}}, {59, nil}, {31, nil}, {30, []int{30}}, {8, nil}, {7, []int{7}}, {0, nil}, {-1, []int{-1}}, {-2, nil}} {
		// The certificate keeps its last day; the world's day moves towards it.
		s.exec(`UPDATE certificate_notice SET valid_to = valid_to + $1::integer`, step.left-end)
		s.exec(`UPDATE agency_qualification SET valid_to = $1::date WHERE certificate_no <> '旧证'`, s.on(step.left))
		end = step.left
		if got := run(); !slices.Equal(got, step.want) {
			t.Errorf("%d days left: told %v, want %v", step.left, got, step.want)
		}
	}
	// Renewed, it is told of anew; when the job did not run for long, only the latest.
	s.exec(`UPDATE agency_qualification SET valid_to = $1::date WHERE certificate_no <> '旧证'`, s.on(5))
	if got := run(); !slices.Equal(got, []int{5}) {
		t.Errorf("renewed: told %v", got)
	}
}

func TestAPersonsCertificateIsToldWithoutTheName(t *testing.T) {
	t.Parallel()
	s := setup(t)
	s.admitted()
	s.exec(`UPDATE agency_qualification SET valid_to = NULL`)
	s.exec(`UPDATE practitioner SET valid_to = $1::date`, s.on(7))
	c := s.daily()
	if err := c.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if len(c.told) != 1 || strings.Contains(c.told[0].Certificate, "李小红") || !strings.Contains(c.told[0].Certificate, "李*红") || strings.Contains(c.told[0].Certificate, "CH0000001") {
		t.Errorf("%+v", c.told)
	}
}

// TestTheDayHasDocumentsMadeAnew: of agencies of which it changed something, once,
// however many days no one ran.
func TestTheDayHasDocumentsMadeAnew(t *testing.T) {
	t.Parallel()
	s := setup(t)
	a := s.admitted()
	c := s.daily()
	run := func() []uuid.UUID {
		t.Helper()
		c.remade = nil
		if err := c.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		return c.remade
	}
	if got := run(); len(got) != 0 {
		t.Errorf("the first run remakes %v", got)
	}
	s.exec(`UPDATE agency_day SET day = day - 3`)
	if got := run(); len(got) != 0 {
		t.Errorf("nothing changed, yet %v", got)
	}
	s.exec(`UPDATE agency_qualification SET valid_to = $1::date`, s.on(-2))
	s.exec(`SELECT refresh_carried(NULL, NULL)`)
	s.exec(`UPDATE agency_day SET day = day - 3`)
	if got := run(); len(got) != 1 || got[0].String() != a.ID {
		t.Errorf("remade %v", got)
	}
	if got := run(); len(got) != 0 {
		t.Errorf("remade twice: %v", got)
	}
	s.exec(`UPDATE agency SET state = 'suspended', state_until = $1::date`, s.on(-1))
	s.exec(`UPDATE agency_day SET day = day - 1`)
	if got := run(); len(got) != 1 {
		t.Errorf("a suspension that ended remakes %v", got)
	}
}

func TestAffiliationsComeAsATable(t *testing.T) {
	t.Parallel()
	s := setup(t)
	s.admitted()
	path := filepath.Join(t.TempDir(), "关联.csv")
	deliver := func(rows string) exchange.Report {
		t.Helper()
		if err := os.WriteFile(path, []byte("统一社会信用代码,主管部门,关系,起始日期,来源\n"+rows), 0o600); err != nil {
			t.Fatal(err)
		}
		rep, err := exchange.Run(t.Context(), s.pool, exchange.Options{File: path, Source: "运城市纪委监委"}, agency.NewAffiliationImport(s.dbNow()))
		if err != nil {
			t.Fatal(err)
		}
		return rep
	}
	rows := ourUSCC + ",运城市规划和自然资源局,隶属,2015-06-01,机构编制文件\n" + // good
		ourUSCC + ",运城市规划和自然资源局,隶属,,\n" + // twice
		ourUSCC + ",运城市水务局,亲戚,,\n" +
		ourUSCC + ",运城市水务局,股权," + s.on(2) + ",\n" +
		"91140802MA0TETA01B,运城市水务局,股权,,\n"
	for _, want := range []provenance.Summary{{Read: 5, Inserted: 1, Failed: 4}, {Read: 5, Unchanged: 1, Failed: 4}} {
		if rep := deliver(rows); rep.Summary != want {
			t.Errorf("%+v, want %+v: %+v", rep.Summary, want, rep.Faults)
		}
	}
	if rep := deliver(ourUSCC + ",运城市规划和自然资源局,隶属,2016-06-01,机构编制文件\n"); rep.Summary.Updated != 1 {
		t.Errorf("%+v", rep.Summary)
	}
	a := s.get(ourUSCC)
	if len(a.Affiliations) != 1 || a.Affiliations[0].Declared || a.Affiliations[0].Source != "运城市纪委监委" || a.Affiliations[0].Since != "2016-06-01" || a.Affiliations[0].RelationLabel != "隶属" {
		t.Errorf("%+v", a.Affiliations)
	}
	// What others reported the agency's own change neither removes nor may pass over in silence.
	d := s.must(s.Start(s.as(s.author), review.StartInput{Kind: "agency-change"}))
	d.Content["committed"] = true
	d = s.must(s.Save(s.as(s.author), review.SaveInput{ID: d.ID, Version: d.Version, Content: d.Content}))
	if !slices.ContainsFunc(d.Cautions, func(c review.Caution) bool {
		return c.Field == "affiliated" && strings.Contains(c.Message, "纪委监委")
	}) {
		t.Errorf("the reviewer is not told: %+v", d.Cautions)
	}
	s.through(s.author, s.operator, d)
	if a := s.get(ourUSCC); len(a.Affiliations) != 1 {
		t.Errorf("%+v", a.Affiliations)
	}
}
