package app_test

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"zjcs/internal/platform/authz"
	"zjcs/internal/testkit"
)

// What each sees in a list, an export, a search or a count is exactly what is theirs. The
// truth is worked out here from who is who and what was stored, not from the program.

// below are the regions a grant over one covers.
var below = map[string][]string{
	testkit.City: {testkit.City, testkit.County, testkit.OtherCounty, testkit.Zone}, testkit.County: {testkit.County},
	testkit.OtherCounty: {testkit.OtherCounty, testkit.Zone}, testkit.Zone: {testkit.Zone},
}

// reviewers are the roles that decide a kind.
var reviewers = map[string][]role{
	"agency-admission": {authz.Operator}, "purchaser-verification": {authz.Operator}, "item-create": {authz.Operator},
	"expert-admission": {authz.Operator, authz.DepartmentOfficer}, "agency-removal": {authz.Operator, authz.DepartmentOfficer},
}

// matter is a submission as it was stored.
type matter struct {
	id, number, title, kind, region, state string
	author                                 string
	org                                    uuid.UUID
	sectors                                []string
	submitted, overdue                     bool
}

// matters fills the stage with submissions of every kind, place, sector and state.
func (s *stage) matters(r *rand.Rand, n int) []matter {
	s.t.Helper()
	pick := func(list ...string) string { return list[r.IntN(len(list))] }
	orgs := map[string][]uuid.UUID{"agency-admission": {s.agency, s.otherAgency}, "purchaser-verification": {s.buyer, s.otherBuyer}, "expert-admission": {s.expert, s.scholar2}}
	out := make([]matter, n)
	for i := range out {
		x := matter{id: uuid.Must(uuid.NewV7()).String(), kind: pick(slices.Sorted(maps.Keys(reviewers))...), region: pick(below[testkit.City]...),
			state: pick("draft", "submitted", "submitted", "submitted", "returned", "rejected", "published", "withdrawn"), author: pick("operator", "officer", "two_hats", "officer_elsewhere")}
		x.title = fmt.Sprintf("事项%03d%s", i, pick("甲", "乙%", "丙_"))
		if list := orgs[x.kind]; list != nil {
			x.org, x.author = list[r.IntN(2)], pick("agency_admin", "purchaser_admin", "expert")
		}
		for _, sector := range []string{"自然资源", "水利"} {
			if r.IntN(2) == 0 {
				x.sectors = append(x.sectors, sector)
			}
		}
		x.submitted = x.state != "draft" && (x.state != "withdrawn" || r.IntN(2) == 0) // one given up as a draft never was
		x.overdue = x.state == "submitted" && r.IntN(3) == 0
		due := "now() + interval '2 days'"
		if x.overdue {
			due = "now() - interval '1 day'"
		}
		s.exec(`INSERT INTO submission (id, kind, title, subject_id, org_id, author, region_code, sectors, state, content, submitted_at, due_at, assignee)
			VALUES ($1, $2, $3, gen_random_uuid(), nullif($4, '00000000-0000-0000-0000-000000000000'::uuid), $5, $6, coalesce($7::text[], '{}'), $8, '{}',
			        CASE WHEN $9 THEN now() END, CASE WHEN $9 THEN `+due+` + $10 * interval '1 second' END, $11)`,
			x.id, x.kind, x.title, x.org, s.people[x.author].Person, x.region, x.sectors, x.state, x.submitted, i, s.people["operator_city"].Person)
		x.number = s.ask(`SELECT number FROM submission WHERE id = $1`, x.id)
		out[i] = x
	}
	return out
}

// reaches reports whether somebody holds one of roles over a place and its sectors.
func (s *stage) reaches(who string, roles []role, region string, sectors []string) bool {
	return slices.ContainsFunc(s.liveGrants(who), func(g authz.Grant) bool {
		return slices.Contains(roles, g.Role) && slices.Contains(below[g.Region], region) && (g.Sector == "" || slices.Contains(sectors, g.Sector))
	})
}

func (s *stage) liveGrants(who string) []authz.Grant {
	if slices.Contains(groups["powerless"], who) {
		return nil
	}
	return s.people[who].Grants
}

var staffRoles = []role{authz.Operator, authz.DepartmentOfficer, authz.Supervisor, authz.RegionAdmin, authz.PlatformAdmin}

// theirs says which matters a view shows somebody.
func (s *stage) theirs(who, view string, x matter) bool {
	colleague := x.org != uuid.Nil && slices.ContainsFunc(s.liveGrants(who), func(g authz.Grant) bool { return g.Organisation == x.org })
	switch view {
	case "mine":
		return x.author == who || colleague
	case "queue":
		return x.state == "submitted" && x.author != who && !colleague && s.reaches(who, reviewers[x.kind], x.region, x.sectors)
	}
	return x.submitted && s.reaches(who, staffRoles, x.region, x.sectors)
}

type pageOf struct {
	Items []struct {
		ID         json.RawMessage
		RegionCode string
	}
	Total      int
	NextCursor string
}

// walk reads a list to its end and returns what it showed, in order, and its total.
func (b *browser) walk(path string, q url.Values, cursor string) (ids []string, total int, cursors []string) {
	b.t.Helper()
	q = maps.Clone(q)
	for {
		if cursor != "" {
			q.Set("cursor", cursor)
		}
		var p pageOf
		b.must(http.StatusOK, "GET", path+"?"+q.Encode(), nil).into(b.t, &p)
		for _, i := range p.Items {
			ids = append(ids, strings.Trim(string(i.ID), `"`))
		}
		if total = p.Total; p.NextCursor == "" {
			return ids, total, cursors
		}
		cursor = p.NextCursor
		cursors = append(cursors, cursor)
	}
}

// exactly fails unless a list showed the truth, each once, and counted it.
func exactly(t *testing.T, what string, ids []string, total int, truth []string) {
	t.Helper()
	got, want := slices.Sorted(slices.Values(ids)), slices.Sorted(slices.Values(truth))
	if !slices.Equal(got, want) {
		t.Errorf("%s: shows %d, %d are theirs: %s", what, len(got), len(want), cmp.Diff(want, got))
	}
	if total != len(truth) {
		t.Errorf("%s: counts %d of %d", what, total, len(truth))
	}
}

// TestSubmissionListsReachNoFurther walks each view as everyone, narrowed in every way,
// and with the cursors of whoever sees most.
func TestSubmissionListsReachNoFurther(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	all := s.matters(rand.New(rand.NewPCG(number(t, "ZJCS_FUZZ_SEED", 20261125), 2)), 90)
	for _, view := range []string{"mine", "queue", "all"} {
		_, _, cursors := s.browserOf("operator_city").walk("/api/v1/submissions", url.Values{"view": {view}, "limit": {"9"}}, "")
		for _, who := range groups["members"] {
			b := s.browserOf(who)
			check := func(filter url.Values, fits func(matter) bool) {
				t.Helper()
				var truth []string
				for _, x := range all {
					if s.theirs(who, view, x) && fits(x) {
						truth = append(truth, x.id)
					}
				}
				filter.Set("view", view)
				filter.Set("limit", "7")
				ids, total, _ := b.walk("/api/v1/submissions", filter, "")
				exactly(t, who+" "+filter.Encode(), ids, total, truth)
			}
			check(url.Values{}, func(matter) bool { return true })
			check(url.Values{"kind": {"expert-admission"}}, func(x matter) bool { return x.kind == "expert-admission" })
			check(url.Values{"state": {"submitted"}}, func(x matter) bool { return x.state == "submitted" })
			check(url.Values{"q": {"乙%"}}, func(x matter) bool { return strings.Contains(x.title, "乙%") })
			check(url.Values{"q": {all[7].number}}, func(x matter) bool { return x.number == all[7].number })
			for _, c := range cursors[:min(2, len(cursors))] {
				ids, _, _ := b.walk("/api/v1/submissions", url.Values{"view": {view}, "limit": {"50"}}, c)
				for _, x := range all {
					if slices.Contains(ids, x.id) && !s.theirs(who, view, x) {
						t.Errorf("%s with another's cursor of %s sees %s", who, view, x.title)
					}
				}
			}
			for _, wider := range []string{"region=" + testkit.City, "organisationId=" + s.agency.String()} { // no such parameter
				if r := b.do("GET", "/api/v1/submissions?view="+view+"&"+wider, nil); r.status != http.StatusUnprocessableEntity {
					t.Errorf("%s %s: %d", who, wider, r.status)
				}
			}
		}
	}
	s.workload(t, all)
	// What a list shows can be read, and nothing else.
	for _, who := range []string{"operator", "officer", "supervisor_elsewhere", "purchaser_agent", "two_hats", "other_expert", "member"} {
		b := s.browserOf(who)
		for _, x := range all[:60] {
			if strings.HasPrefix(x.kind, "agency-") { // what a detail compares with is not on this stage
				continue
			}
			want := http.StatusNotFound
			if s.theirs(who, "mine", x) || s.theirs(who, "all", x) {
				want = http.StatusOK
			}
			if r := b.do("GET", "/api/v1/submissions/"+x.id, nil); r.status != want {
				t.Errorf("%s reads %s %s: %d, want %d", who, x.kind, x.state, r.status, want)
			}
		}
	}
}

// workload compares the counts of each official's regions and sectors.
func (s *stage) workload(t *testing.T, all []matter) {
	t.Helper()
	type count struct{ Waiting, Overdue int }
	for _, who := range groups["staff"] {
		var got struct {
			Matters []struct {
				Kind, RegionCode string
				Waiting, Overdue int
			}
			Reviewers []struct{ Holding, Overdue int }
		}
		s.browserOf(who).must(http.StatusOK, "GET", "/api/v1/workload", nil).into(t, &got)
		want, shown, held := map[string]count{}, map[string]count{}, count{}
		for _, x := range all {
			if x.state != "submitted" || !s.reaches(who, staffRoles, x.region, x.sectors) {
				continue
			}
			c := want[x.kind+x.region]
			c.Waiting++
			held.Waiting++
			if x.overdue {
				c.Overdue++
				held.Overdue++
			}
			want[x.kind+x.region] = c
		}
		for _, m := range got.Matters {
			shown[m.Kind+m.RegionCode] = count{m.Waiting, m.Overdue}
		}
		if !maps.Equal(want, shown) {
			t.Errorf("%s's workload: %v, want %v", who, shown, want)
		}
		var sum count
		for _, r := range got.Reviewers {
			sum.Waiting, sum.Overdue = sum.Waiting+r.Holding, sum.Overdue+r.Overdue
		}
		if sum != held {
			t.Errorf("%s's reviewers hold %v, want %v", who, sum, held)
		}
	}
}

// TestAccountListsReachNoFurther: an administrator sees who has a role within his reach,
// and of their roles those within it.
func TestAccountListsReachNoFurther(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	both := s.person("两县职员", testkit.At(authz.Operator, testkit.County), testkit.At(authz.Operator, testkit.OtherCounty))
	left := s.person("离职职员", testkit.At(authz.Operator, testkit.County))
	s.exec(`UPDATE role_grant SET revoked_at = now() WHERE person_id = $1`, left.Person)
	moved := s.person("调任职员", testkit.At(authz.Operator, testkit.County), testkit.At(authz.Operator, testkit.OtherCounty))
	s.exec(`UPDATE role_grant SET revoked_at = now() WHERE id = $1`, moved.Grants[0].ID)
	type held struct {
		person, role, region string
		live                 bool
	}
	rows, err := s.a.Pool.Query(t.Context(), `
		SELECT g.person_id::text, g.role, coalesce(g.region_code, o.region_code), g.revoked_at IS NULL AND (g.valid_until IS NULL OR g.valid_until > now())
		FROM role_grant g LEFT JOIN organisation o ON o.id = g.org_id`)
	s.must(err)
	var grants []held
	for rows.Next() {
		var h held
		s.must(rows.Scan(&h.person, &h.role, &h.region, &h.live))
		grants = append(grants, h)
	}
	s.must(rows.Err())
	for who, home := range map[string]string{"region_admin": testkit.County, "region_admin_elsewhere": testkit.OtherCounty, "platform_admin": testkit.City} {
		b := s.browserOf(who)
		check := func(q url.Values, fits func(held) bool, named string) {
			t.Helper()
			truth := map[string]bool{}
			for _, g := range grants {
				employed := slices.ContainsFunc(grants, func(o held) bool { return o.person == g.person && o.live })
				if slices.Contains(below[home], g.region) && (g.live || !employed) && (fits == nil || g.live && fits(g)) {
					truth[g.person] = true
				}
			}
			if named != "" {
				maps.DeleteFunc(truth, func(id string, _ bool) bool { return s.ask(`SELECT name FROM person WHERE id = $1`, id) != named })
			}
			q.Set("limit", "5")
			ids, total, _ := b.walk("/api/v1/accounts", q, "")
			exactly(t, who+" "+q.Encode(), ids, total, slices.Collect(maps.Keys(truth)))
		}
		check(url.Values{}, nil, "")
		for _, region := range below[testkit.City] { // naming a wider one widens nothing
			check(url.Values{"region": {region}}, func(h held) bool { return slices.Contains(below[region], h.region) }, "")
		}
		check(url.Values{"role": {"operator"}}, func(h held) bool { return h.role == "operator" }, "")
		check(url.Values{"q": {"两县职员"}}, nil, "两县职员")
		check(url.Values{"q": {"调任职员"}}, nil, "调任职员")
		var list struct{ Items []struct{ RegionCode string } }
		b.must(http.StatusOK, "GET", "/api/v1/grants?personId="+both.Person.String(), nil).into(t, &list)
		want := 1
		if home == testkit.City {
			want = 2
		}
		for _, g := range list.Items {
			if !slices.Contains(below[home], g.RegionCode) {
				t.Errorf("%s sees a grant at %s", who, g.RegionCode)
			}
		}
		if len(list.Items) != want {
			t.Errorf("%s sees %d of the grants", who, len(list.Items))
		}
	}
}

// TestTheLogReachesNoFurther, searched or exported.
func TestTheLogReachesNoFurther(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	for i := range 60 {
		region := append(below[testkit.City], "")[i%5]
		s.exec(`INSERT INTO audit_log (outcome, action, person_name, remote, agent, request_id, subject_kind, subject_id, region_code, summary)
			VALUES ('done', 'agency-submission:review', '某人', '', '', '', 'test', $1, nullif($2, ''), $3)`, fmt.Sprint(i), region, "第"+fmt.Sprint(i%7)+"类")
	}
	for who, home := range map[string]string{"supervisor": testkit.County, "supervisor_elsewhere": testkit.OtherCounty, "platform_admin": testkit.City} {
		b := s.browserOf(who)
		for _, q := range []url.Values{{}, {"q": {"第3类"}}, {"region": {home}}, {"region": {testkit.City}}, {"region": {testkit.Zone}}, {"action": {"agency-submission:review"}, "outcome": {"done"}}} {
			q.Set("subjectKind", "test")
			region, path := q.Get("region"), "/api/v1/audit-log"
			if region != "" && !slices.Contains(below[home], region) {
				for _, export := range []string{"", ".csv"} {
					if r := b.do("GET", path+export+"?"+q.Encode(), nil); r.status != http.StatusForbidden {
						t.Errorf("%s %s: %d", who, q.Encode(), r.status)
					}
				}
				continue
			}
			var truth []string
			rows, err := s.a.Pool.Query(t.Context(), `SELECT id::text, coalesce(region_code, ''), summary FROM audit_log WHERE subject_kind = 'test'`)
			s.must(err)
			for rows.Next() {
				var id, at, summary string
				s.must(rows.Scan(&id, &at, &summary))
				mine := slices.Contains(below[home], at) || at == "" && home == testkit.City
				if mine && (region == "" || slices.Contains(below[region], at)) && strings.Contains(summary, q.Get("q")) {
					truth = append(truth, id)
				}
			}
			s.must(rows.Err())
			lines, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(b.must(http.StatusOK, "GET", path+".csv?"+q.Encode(), nil).text, "\ufeff"))).ReadAll()
			s.must(err)
			var exported []string
			for _, l := range lines[1:] {
				exported = append(exported, l[0])
			}
			exactly(t, who+" exports "+q.Encode(), exported, len(exported), truth)
			q.Set("limit", "4")
			ids, total, _ := b.walk(path, q, "")
			exactly(t, who+" searches "+q.Encode(), ids, total, truth)
		}
	}
}

// TestOnesOwnListsAreOnesOwn: messages, sessions, deliveries and the people of one's
// organisation.
func TestOnesOwnListsAreOnesOwn(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	for i, who := range groups["members"] {
		for range 1 + i%4 {
			s.message(who)
			s.token(who)
		}
		if policy.May(authz.With(t.Context(), s.people[who]), "delivery:prepare", authz.Anywhere) && s.liveGrants(who) != nil {
			s.delivery(who)
			s.delivery(who)
		}
	}
	for _, who := range groups["members"] {
		b, person := s.browserOf(who), s.people[who].Person
		truth := func(sql string) (ids []string) {
			rows, err := s.a.Pool.Query(t.Context(), sql, person)
			s.must(err)
			for rows.Next() {
				var id string
				s.must(rows.Scan(&id))
				ids = append(ids, id)
			}
			s.must(rows.Err())
			return ids
		}
		ids, total, _ := b.walk("/api/v1/messages", url.Values{"limit": {"2"}}, "")
		exactly(t, who+"'s messages", ids, total, truth(`SELECT id::text FROM message WHERE person_id = $1`))
		var unread struct{ Unread int }
		b.must(http.StatusOK, "GET", "/api/v1/messages/count", nil).into(t, &unread)
		if unread.Unread != len(ids) {
			t.Errorf("%s: %d unread of %d", who, unread.Unread, len(ids))
		}
		ids, _, _ = b.walk("/api/v1/me/sessions", url.Values{}, "")
		exactly(t, who+"'s sessions", ids, len(ids), truth(`SELECT id::text FROM session WHERE person_id = $1`))
		if slices.ContainsFunc(rolesOf(who), func(r role) bool { return policy.Allows(r, "delivery:prepare") }) {
			ids, total, _ = b.walk("/api/v1/deliveries", url.Values{"limit": {"1"}}, "")
			exactly(t, who+"'s deliveries", ids, total, truth(`SELECT id::text FROM delivery WHERE author = $1`))
		}
		for _, g := range s.liveGrants(who) {
			if !g.Role.OfOrganisation() {
				continue
			}
			ids, _, _ = b.walk("/api/v1/organisations/"+g.Organisation.String()+"/members", url.Values{}, "")
			exactly(t, who+"'s colleagues", ids, len(ids), truth(`SELECT id::text FROM role_grant WHERE revoked_at IS NULL AND $1::uuid IS NOT NULL AND org_id = '`+g.Organisation.String()+`'`))
		}
	}
}
