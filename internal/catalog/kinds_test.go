package catalog_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"zjcs/internal/agency"
	"zjcs/internal/catalog"
	"zjcs/internal/exchange"
	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/authz"
	"zjcs/internal/platform/db"
	"zjcs/internal/platform/provenance"
	"zjcs/internal/review"
	"zjcs/internal/search"
	"zjcs/internal/testkit"
	"zjcs/internal/testkit/door"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// stage is the shipped catalogue with the officers around it.
type stage struct {
	*door.Door
	catalog *catalog.Service
	index   *search.Service

	water, wide, county, ecology *authz.Actor // officers: 水利 of the city, all of it, 水利 of a county, 生态环境
	operator                     *authz.Actor
}

func setup(t *testing.T) *stage {
	t.Helper()
	s := &stage{}
	s.Door = door.New(t, func(d *door.Door) []review.Kind {
		index, err := search.New(d.Pool)
		if err != nil {
			t.Fatal(err)
		}
		s.index = index
		return catalog.Kinds(catalog.Door{Policy: d.Policy, Changed: func(ctx context.Context, tx db.Tx, kind provenance.Kind, ids []uuid.UUID) error {
			return errors.Join(d.Note(ctx, tx, kind, ids), index.Changed(ctx, tx, kind, ids))
		}})
	})
	if err := errors.Join(exchange.LoadReference(t.Context(), s.Pool, s.index.Changed), s.index.Drain(t.Context())); err != nil {
		t.Fatal(err)
	}
	s.catalog = catalog.New(s.Pool)
	s.water = s.Cast.Person("郭水利", testkit.Of("水利", testkit.City))
	s.wide = s.Cast.Person("马综合", testkit.Of("", testkit.City))
	s.county = s.Cast.Person("范县水利", testkit.Of("水利", testkit.County))
	s.ecology = s.Cast.Person("曹环保", testkit.Of("生态环境", testkit.City))
	s.operator = s.Cast.Person("李审核", testkit.At(authz.Operator, testkit.City))
	return s
}

func (s *stage) id(code string) uuid.UUID {
	s.T.Helper()
	var id uuid.UUID
	if err := s.Pool.QueryRow(s.T.Context(), `SELECT id FROM service_item WHERE code = $1`, code).Scan(&id); err != nil {
		s.T.Fatal(err)
	}
	return id
}

func (s *stage) item(code string) catalog.Item {
	s.T.Helper()
	i, err := catalog.New(s.Pool).GetItem(s.T.Context(), code)
	if err != nil {
		s.T.Fatal(err)
	}
	return i
}

func (s *stage) source(code, column string) (source string) {
	s.T.Helper()
	err := s.Pool.QueryRow(s.T.Context(), `
		SELECT b.source FROM service_item i JOIN import_batch b ON b.id = coalesce((i.field_batches->>$2)::uuid, i.batch_id) WHERE i.code = $1`, code, column).Scan(&source)
	if err != nil {
		s.T.Fatal(err)
	}
	return source
}

func complete(c review.Content) {
	c["name"], c["sector"] = "灌区水资源论证报告编制", "水利"
	c["approvals"] = []any{map[string]any{"name": "取水许可审批"}}
	c["departments"] = []any{map[string]any{"name": "水利"}}
	c["legalBasis"] = []any{map[string]any{"document": "《取水许可和水资源费征收管理条例》", "article": "第十一条", "quote": "建设项目需要取水的，应当提交建设项目水资源论证报告书"}}
	c["basisStrength"], c["requiredQualification"], c["resultDocument"] = "direct", "无法定资质", "水资源论证报告书"
	c["entrustingParties"], c["selfPrepare"], c["feeType"], c["timeLimit"] = []any{"applicant"}, "yes", "市场调节价", "20"
	c["unverifiedFields"] = []any{"fee_type"}
	c["conditionMatch"] = "any"
	c["qualifications"] = []any{map[string]any{"name": "水文、水资源调查评价"}, map[string]any{"name": "工程咨询（水利水电）", "level": "乙级"}}
	c["practitioners"] = []any{map[string]any{"specialty": "注册土木工程师（水利水电工程）", "count": 1.0}}
}

func TestNewItemIsPublishedWithItsSource(t *testing.T) {
	t.Parallel()
	s := setup(t)
	d := s.Draft(s.water, review.StartInput{Kind: "item-create"}, complete)
	if d.Content["code"] != "ZJ0119" || d.RegionCode != testkit.City || !slices.Equal(d.Sectors, []string{"水利"}) {
		t.Fatalf("%v %v %v", d.Content["code"], d.RegionCode, d.Sectors)
	}
	d = s.Published(s.water, s.operator, d)
	i := s.item("ZJ0119")
	if i.Name != "灌区水资源论证报告编制" || i.Approvals[0].Name != "取水许可审批" || *i.TimeLimitWorkdays != 20 || !i.Demandable || i.Source.Name != "审核发布："+d.Number ||
		i.LegalBasis[0] != "《取水许可和水资源费征收管理条例》第十一条" || i.Conditions.Match != "any" || i.Conditions.Qualifications[1].Level != "乙级" ||
		i.Conditions.Practitioners[0].Count != 1 || !i.Unverified("fee_type") || i.Demo {
		t.Fatalf("%+v", i)
	}
	if !s.finds("灌区水资源论证", "ZJ0119") {
		t.Error("not found by searching")
	}
	if got := s.Changed(); len(got) != 1 || got[0] != *d.SubjectID {
		t.Errorf("told of %v", got)
	}
}

func TestOfficersStayInTheirSectorAndRegion(t *testing.T) {
	t.Parallel()
	s := setup(t)
	for name, c := range map[string]struct {
		who  *authz.Actor
		code string // of an item of 水利
		want apperr.Code
	}{
		"another sector":             {s.ecology, "ZJ0066", apperr.Forbidden},
		"a county, of the city's":    {s.county, "ZJ0066", apperr.Forbidden},
		"an operator":                {s.operator, "ZJ0066", apperr.Forbidden},
		"own":                        {s.water, "ZJ0068", ""},
		"the officer of all sectors": {s.wide, "ZJ0067", ""},
	} {
		for _, kind := range []string{"item-change", "item-abolish"} {
			_, err := s.Start(testkit.As(t, c.who), review.StartInput{Kind: kind, Subject: s.id(c.code)})
			if got := apperr.CodeOf(err); err != nil && got != c.want || err == nil && c.want != "" {
				t.Errorf("%s, %s: %v", name, kind, err)
			}
		}
	}
	// What he writes into a draft cannot take it elsewhere.
	d := s.Must(s.Start(testkit.As(t, s.county), review.StartInput{Kind: "item-create"}))
	if d.RegionCode != testkit.County || d.Content["sector"] != "水利" {
		t.Fatalf("%+v", d.Summary)
	}
	for field, value := range map[string]string{"sector": "生态环境", "region": testkit.OtherCounty} {
		c := review.Content{"code": "ZJ0200", "region": testkit.County, "sector": "水利"}
		c[field] = value
		_, err := s.Save(testkit.As(t, s.county), review.SaveInput{ID: d.ID, Version: d.Version, Content: c})
		door.WantCode(t, err, apperr.Forbidden)
	}
	// Another officer of the same sector elsewhere sees none of it.
	other := s.Cast.Person("别县水利", testkit.Of("水利", testkit.OtherCounty))
	_, err := s.Get(testkit.As(t, other), d.ID)
	door.WantCode(t, err, apperr.NotFound)
	// A county's item is the county's: its officer may change it, the other's may not.
	d = s.Fill(s.county, d, complete)
	d = s.Published(s.county, s.operator, d)
	if i := s.item("ZJ0119"); i.RegionCode != testkit.County {
		t.Errorf("belongs to %q", i.RegionCode)
	}
	s.Must(s.Start(testkit.As(t, s.county), review.StartInput{Kind: "item-change", Subject: *d.SubjectID}))
	_, err = s.Start(testkit.As(t, other), review.StartInput{Kind: "item-abolish", Subject: *d.SubjectID})
	door.WantCode(t, err, apperr.Forbidden)
}

func TestChangeKeepsTheSourceOfEachValue(t *testing.T) {
	t.Parallel()
	s := setup(t)
	before := s.item("ZJ0066")
	d := s.Draft(s.water, review.StartInput{Kind: "item-change", Subject: s.id("ZJ0066")}, func(c review.Content) {
		c["timeLimit"] = "12"
		c["unverifiedFields"] = []any{"fee_type"}
		c["conditionMatch"], c["otherConditions"] = "all", "独立法人"
	})
	changes := map[string]string{}
	for _, c := range d.Changes {
		changes[c.Path] = c.Before + " → " + c.After
	}
	if len(changes) != 4 || changes["timeLimit"] != before.TimeLimit+" → 12" {
		t.Fatalf("the reviewer sees %v", changes)
	}
	d = s.Published(s.water, s.operator, d)
	after := s.item("ZJ0066")
	if after.TimeLimit != "12" || *after.TimeLimitWorkdays != 12 || after.Name != before.Name || !slices.Equal(after.LegalBasis, before.LegalBasis) ||
		!slices.Equal(after.UnverifiedFields, []string{"fee_type"}) || after.Conditions.Other != "独立法人" {
		t.Fatalf("%+v", after)
	}
	for column, want := range map[string]string{"time_limit": "审核发布：" + d.Number, "unverified_fields": "审核发布：" + d.Number, "conditions": "审核发布：" + d.Number,
		"name": "随程序发布的基础目录", "legal_basis": "随程序发布的基础目录"} {
		if got := s.source("ZJ0066", column); got != want {
			t.Errorf("%s comes from %s, want %s", column, got, want)
		}
	}
	// A start of the program must not undo it.
	if err := exchange.LoadReference(t.Context(), s.Pool, nil); err != nil {
		t.Fatal(err)
	}
	if got := s.item("ZJ0066"); got.TimeLimit != "12" {
		t.Errorf("undone to %s", got.TimeLimit)
	}
}

func TestRefusedAtSubmission(t *testing.T) {
	t.Parallel()
	s := setup(t)
	for name, c := range map[string]struct {
		change      func(c review.Content)
		field, says string
	}{
		"a code that is taken":    {func(c review.Content) { c["code"] = "ZJ0066" }, "content.code", "已被"},
		"no code at all":          {func(c review.Content) { c["code"] = "水利一" }, "content.code", "两个大写字母"},
		"a claim above the basis": {func(c review.Content) { basis(c, "水利部令53号", "第三条", "") }, "content.basisStrength", "不能高于"},
		"direct, only implied": {func(c review.Content) {
			basis(c, "《水法》", "第七条", "国家对水资源依法实行取水许可制度")
		}, "content.basisStrength", "间接"},
		"strength without basis":   {func(c review.Content) { delete(c, "legalBasis") }, "content.legalBasis", "设定依据"},
		"two documents in one row": {func(c review.Content) { basis(c, "《水法》；《防洪法》", "", "") }, "content.legalBasis[0].document", "一行只写一件"},
		"local registration":       {func(c review.Content) { c["requiredQualification"] = "在运城市注册的水利咨询单位" }, "content.requiredQualification", "第九条"},
		"local list":               {func(c review.Content) { c["otherConditions"] = "已入选主管部门备选库" }, "content.otherConditions", "第八条"},
		"local performance":        {func(c review.Content) { c["notes"] = "近三年具有本地业绩" }, "content.notes", "业绩"},
		"brand in a qualification": {func(c review.Content) {
			c["qualifications"] = []any{map[string]any{"name": "使用指定品牌流量计的资质"}}
		}, "content.qualifications[0].name", "品牌"},
		"several, which relation": {func(c review.Content) { delete(c, "conditionMatch") }, "content.conditionMatch", "具备其一"},
		"no one needed":           {func(c review.Content) { c["practitioners"].([]any)[0].(map[string]any)["count"] = 0.0 }, "content.practitioners[0].count", "1 到 100"},
		"days out of all reason":  {func(c review.Content) { c["timeLimit"] = "99999" }, "content.timeLimit", "3650"},
		"nothing to deliver":      {func(c review.Content) { delete(c, "resultDocument") }, "content.resultDocument", "必须填写"},
	} {
		change := c.change
		d := s.Draft(s.water, review.StartInput{Kind: "item-create"}, func(c review.Content) { complete(c); change(c) })
		_, err := s.Do(s.water, d, review.Submit)
		t.Run(name, func(t *testing.T) { door.WantField(t, err, c.field, c.says) })
	}
}

func basis(c review.Content, document, article, quote string) {
	c["legalBasis"] = []any{map[string]any{"document": document, "article": article, "quote": quote}}
}

func TestItemWithoutBasisIsPublishedAndMarked(t *testing.T) {
	t.Parallel()
	s := setup(t)
	d := s.Draft(s.water, review.StartInput{Kind: "item-create"}, func(c review.Content) {
		complete(c)
		basis(c, "地方技术规定", "", "")
		c["basisStrength"] = "none"
		c["notes"] = "由本市机构承担"
	})
	got := map[string]string{}
	for _, c := range d.Cautions {
		got[c.Field] = c.Basis
	}
	if !strings.Contains(got["basisStrength"], "第四十三条") || !strings.Contains(got["notes"], "第九条") {
		t.Errorf("cautions %+v", d.Cautions)
	}
	s.Published(s.water, s.operator, d)
	if i := s.item("ZJ0119"); i.Demandable || i.BasisStrength != catalog.BasisNone {
		t.Errorf("%+v", i)
	}
}

// Two officers hand in the same new code; both pass review at once: one is published, the
// other is told.
func TestOneCodeIsPublishedOnce(t *testing.T) {
	t.Parallel()
	s := setup(t)
	second := s.Cast.Person("第二审核", testkit.At(authz.Operator, testkit.City))
	var drafts []review.Detail
	for _, a := range []*authz.Actor{s.water, s.wide} {
		d := s.Draft(a, review.StartInput{Kind: "item-create"}, func(c review.Content) { complete(c); c["region"] = testkit.City })
		drafts = append(drafts, s.Must(s.Do(a, d, review.Submit)))
	}
	errs := make([]error, 2)
	var wg sync.WaitGroup
	for i, a := range []*authz.Actor{s.operator, second} {
		wg.Go(func() { _, errs[i] = s.Do(a, drafts[i], review.Accept) })
	}
	wg.Wait()
	lost := errs[0]
	if lost == nil {
		lost = errs[1]
	}
	if (errs[0] == nil) == (errs[1] == nil) {
		t.Fatalf("%v / %v", errs[0], errs[1])
	}
	if code := apperr.CodeOf(lost); code != apperr.Conflict && code != apperr.Invalid {
		t.Fatalf("the loser is told %v", lost)
	}
}

func TestAbolishedItemEndsButIsRemembered(t *testing.T) {
	t.Parallel()
	s := setup(t)
	id := s.id("ZJ0066")
	firm := s.agencyOf(id)
	today := time.Now().In(time.FixedZone("", 8*3600)).Format(time.DateOnly)
	d := s.Draft(s.water, review.StartInput{Kind: "item-abolish", Subject: id}, func(c review.Content) {
		c["reason"], c["since"], c["replacedBy"] = "国务院决定取消", "2199-01-01", []any{"ZJ0066"}
	})
	_, err := s.Do(s.water, d, review.Submit)
	door.WantField(t, err, "content.since", "不能晚于今天")
	door.WantField(t, err, "content.replacedBy", "其他事项")
	d = s.Fill(s.water, d, func(c review.Content) { c["since"], c["replacedBy"] = today, []any{"ZJ0067"} })
	change := s.Must(s.Start(testkit.As(t, s.water), review.StartInput{Kind: "item-change", Subject: id}))
	s.Published(s.water, s.operator, d)

	i := s.item("ZJ0066")
	if i.State != "abolished" || i.AbolishedOn != today || i.AbolishedReason != "国务院决定取消" || i.Demandable || !slices.Equal(i.ReplacedBy, []string{"ZJ0067"}) || len(i.Approvals) == 0 {
		t.Fatalf("%+v", i)
	}
	if s.finds("ZJ0066", "ZJ0066") {
		t.Error("still found by searching")
	}
	listed, err := s.catalog.ListItems(t.Context(), catalog.ItemFilter{Query: "ZJ0066"})
	if err != nil || len(listed.Items) != 0 {
		t.Errorf("still listed: %+v, %v", listed.Items, err)
	}
	got, err := agency.New(s.Pool, s.catalog, time.Now).Get(t.Context(), firm.String())
	if err != nil || len(got.Items) != 1 || got.Items[0].Code != "ZJ0066" {
		t.Errorf("the agency's history is %+v, %v", got.Items, err)
	}
	// What was under way about it cannot go on, and nothing new begins.
	_, err = s.Do(s.water, change, review.Submit)
	door.WantField(t, err, "content.code", "已经取消")
	s.Must(s.Do(s.water, change, review.Discard))
	for _, kind := range []string{"item-change", "item-abolish"} {
		if _, err := s.Start(testkit.As(t, s.wide), review.StartInput{Kind: kind, Subject: id}); apperr.CodeOf(err) != apperr.Conflict {
			t.Errorf("%s of an abolished item: %v", kind, err)
		}
	}
	if _, err := s.Start(testkit.As(t, s.water), review.StartInput{Kind: "item-change", Subject: uuid.New()}); apperr.CodeOf(err) != apperr.NotFound {
		t.Errorf("an item that is none: %v", err)
	}
	if _, err := s.Start(testkit.As(t, s.water), review.StartInput{Kind: "item-change"}); apperr.CodeOf(err) != apperr.Invalid {
		t.Errorf("no item named: %v", err)
	}
}

func (s *stage) agencyOf(item uuid.UUID) uuid.UUID {
	s.T.Helper()
	id := uuid.Must(uuid.NewV7())
	for sql, args := range map[string][]any{
		`WITH b AS (SELECT id FROM import_batch LIMIT 1), a AS (
			INSERT INTO agency (id, uscc, name, kind, legal_representative, region_code, domicile, address, phone, introduction, admitted_on, batch_id)
			SELECT $1, '91350100M000100Y43', '河东水利咨询', 'enterprise', '张三', '140800', '', '', '', '', current_date, b.id FROM b)
		INSERT INTO agency_item (item_id, agency_id) SELECT $2, $1`: {id, item},
	} {
		if _, err := s.Pool.Exec(s.T.Context(), sql, args...); err != nil {
			s.T.Fatal(err)
		}
	}
	return id
}

// finds reports whether searching for text finds the item.
func (s *stage) finds(text, code string) bool {
	s.T.Helper()
	got, err := s.index.Search(s.T.Context(), search.Query{Text: text, Kind: search.ServiceItem})
	if err != nil {
		s.T.Fatal(err)
	}
	return slices.ContainsFunc(got.Hits, func(r search.Hit) bool { return r.Code == code })
}

// A draft of an item that has moved to another department since cannot go on.
func TestMovedItemLeavesItsFormerDepartment(t *testing.T) {
	t.Parallel()
	s := setup(t)
	id := s.id("ZJ0066")
	abolish := s.Draft(s.water, review.StartInput{Kind: "item-abolish", Subject: id}, func(c review.Content) { c["reason"], c["since"] = "不再需要", "2026-01-01" })
	change := s.Draft(s.water, review.StartInput{Kind: "item-change", Subject: id}, func(c review.Content) { c["sector"] = "生态环境" })
	s.Published(s.water, s.operator, change)
	_, err := s.Do(s.water, abolish, review.Submit)
	door.WantField(t, err, "content.code", "划归其他部门")
	_, err = s.Start(testkit.As(t, s.water), review.StartInput{Kind: "item-change", Subject: id})
	door.WantCode(t, err, apperr.Forbidden)
	s.Must(s.Start(testkit.As(t, s.ecology), review.StartInput{Kind: "item-change", Subject: id}))
}
