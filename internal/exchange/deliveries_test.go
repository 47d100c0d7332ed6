package exchange_test

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"zjcs/internal/agency"
	"zjcs/internal/catalog"
	"zjcs/internal/credit"
	"zjcs/internal/exchange"
	"zjcs/internal/expert"
	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/authz"
	"zjcs/internal/platform/db"
	"zjcs/internal/platform/page"
	"zjcs/internal/platform/provenance"
	"zjcs/internal/testkit"
)

// desk is where officials hand in tables.
type desk struct {
	*stage
	*exchange.Deliveries
	cast     *testkit.Cast
	queued   []uuid.UUID
	operator *authz.Actor // of the city
	water    *authz.Actor // 水利 of the city
	county   *authz.Actor // 水利 of a county
}

func openDesk(t *testing.T) *desk {
	t.Helper()
	d := &desk{stage: setup(t)}
	policy, err := authz.New(nil)
	d.must(err)
	d.Deliveries = &exchange.Deliveries{
		Pool: d.pool, Vault: d.vault, Policy: policy, Logger: slog.New(slog.DiscardHandler), Inline: 1 << 20,
		Intakes: map[provenance.Kind]exchange.Intake{
			provenance.Items: exchange.NewIntake((*catalog.ItemImport)(nil).Columns, func(context.Context) (exchange.Scoped[*catalog.ImportedItem], error) { return exchange.ItemTarget() }),
			provenance.Agencies: exchange.NewIntake((*agency.Import)(nil).Columns, func(ctx context.Context) (exchange.Scoped[*agency.Imported], error) {
				return agency.NewImport(ctx, d.pool, d.vault, now)
			}),
			provenance.Experts: exchange.NewIntake((*expert.Import)(nil).Columns, func(ctx context.Context) (exchange.Scoped[*expert.Imported], error) {
				return expert.NewImport(ctx, d.pool, d.vault, now)
			}),
			provenance.Penalties: exchange.NewIntake((*credit.PenaltyImport)(nil).Columns, func(ctx context.Context) (exchange.Scoped[*credit.ImportedPenalty], error) {
				return credit.NewPenaltyImport(ctx, d.pool, now)
			}),
		},
		Enqueue: func(_ context.Context, _ db.Tx, id uuid.UUID) error { d.queued = append(d.queued, id); return nil },
	}
	d.cast = testkit.NewCast(t, d.pool)
	d.operator = d.cast.Person("李运营", testkit.At(authz.Operator, testkit.City))
	d.water = d.cast.Person("郭水利", testkit.Of("水利", testkit.City))
	d.county = d.cast.Person("范县水利", testkit.Of("水利", testkit.County))
	return d
}

func (d *desk) handIn(a *authz.Actor, kind provenance.Kind, name, content string) exchange.Delivery {
	d.Helper()
	got, err := d.HandIn(testkit.As(d.T, a), exchange.HandInput{Kind: kind, Source: "运城市水利局", FileName: name, File: d.file(name, content)})
	d.must(err)
	return got
}

// all is everything that a delivery could change, as one text.
func (d *desk) all() string {
	d.Helper()
	var out strings.Builder
	for _, table := range []string{"service_item", "service_item_approval", "approval_item", "department", "agency", "agency_item", "expert", "credit_record", "import_batch", "import_error", "search_outbox"} {
		var sum string
		d.must(d.pool.QueryRow(d.Context(), `SELECT coalesce(md5(string_agg(x::text, '' ORDER BY x::text)), '') FROM `+table+` x`).Scan(&sum))
		out.WriteString(table + " " + sum + "\n")
	}
	return out.String()
}

const itemHeader = "事项编码,事项名称,行业领域,设定依据,依据强度,委托方,自行编制,收费方式\n"

func itemRow(code, name, sector string) string {
	return code + "," + name + "," + sector + ",《水法》第七条,间接,申请人,可以,市场调节价\n"
}

func TestPreviewStoresNothingAndConfirmDoesWhatItShowed(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	before := d.all()
	table := itemHeader + itemRow("ZJ0901", "新事项", "水利") + itemRow("ZJ0066", "改了名的事项", "水利") + "ZJ0902,缺依据,水利,,直接,申请人,可以,市场调节价\n" + itemRow("ZJ0901", "重复", "水利")
	got := d.handIn(d.operator, provenance.Items, "items.csv", table)
	if got.State != exchange.Ready || got.Preview.Counts != (exchange.Counts{Read: 4, New: 1, Changed: 1, Failed: 2}) {
		t.Fatalf("%s %s %+v", got.State, got.Failure, got.Preview)
	}
	p := got.Preview
	if p.New[0].Line != 2 || !strings.Contains(p.New[0].Name, "新事项") || len(p.New[0].Changes) < 8 || p.Changed[0].Line != 3 || len(p.Failed) != 2 || p.Failed[0].Line != 4 || p.Failed[1].Line != 5 {
		t.Fatalf("%+v", p)
	}
	renamed := slices.ContainsFunc(p.Changed[0].Changes, func(c exchange.FieldChange) bool {
		return c.Label == "事项名称" && c.After == "改了名的事项" && c.Before != ""
	})
	if !renamed {
		t.Errorf("%+v", p.Changed[0].Changes)
	}
	if after := d.all(); after != before {
		t.Fatalf("a preview stored something:\n%s%s", before, after)
	}
	// Two confirm at once: one does it.
	errs := make([]error, 2)
	var wg sync.WaitGroup
	for i := range errs {
		wg.Go(func() { _, errs[i] = d.Confirm(testkit.As(t, d.operator), got.ID) })
	}
	wg.Wait()
	if (errs[0] == nil) == (errs[1] == nil) {
		t.Fatal(errs)
	}
	done, err := d.Get(testkit.As(t, d.operator), got.ID)
	d.must(err)
	if done.State != exchange.Done || done.Result.Counts != p.Counts || done.Result.Differs || done.ConfirmedAt == nil || done.FinishedAt == nil {
		t.Fatalf("%s %s %+v", done.State, done.Failure, done.Result)
	}
	i, err := catalog.New(d.pool).GetItem(t.Context(), "ZJ0901")
	if err != nil || i.Source.Name != "运城市水利局" {
		t.Errorf("%+v, %v", i, err)
	}
	var faults bytes.Buffer
	d.must(d.Faults(testkit.As(t, d.operator), got.ID, &faults))
	if text := faults.String(); !strings.HasPrefix(text, "\ufeff行,列,原因\n4,") || strings.Count(text, "\n") != 3 {
		t.Errorf("faults: %q", text)
	}
	// The same table again: nothing is new.
	again := d.handIn(d.operator, provenance.Items, "items.csv", table)
	if again.Preview.Counts != (exchange.Counts{Read: 4, Unchanged: 2, Failed: 2}) || len(again.Preview.Unchanged) != 2 || len(again.Preview.Unchanged[0].Changes) != 0 {
		t.Errorf("%+v", again.Preview)
	}
}

func TestRowsOutsideOwnRegionAndSectorAreFaults(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	fault := func(p *exchange.Preview) (lines []int64) {
		for _, f := range p.Failed {
			if f.Reason != "不在您的管辖范围内" {
				t.Errorf("line %d: %s", f.Line, f.Reason)
			}
			lines = append(lines, f.Line)
		}
		return lines
	}
	// ZJ0049 is 生态环境's: writing 水利 beside it takes it nowhere.
	items := itemHeader + itemRow("ZJ0901", "自己的", "水利") + itemRow("ZJ0902", "别家的", "生态环境") + itemRow("ZJ0049", "夺来的", "水利") + itemRow("ZJ0066", "改自己的", "水利")
	got := d.handIn(d.water, provenance.Items, "a.csv", items)
	if lines := fault(got.Preview); !slices.Equal(lines, []int64{3, 4}) || got.Preview.Counts.New != 1 || got.Preview.Counts.Changed != 1 {
		t.Errorf("lines %v, %+v", lines, got.Preview.Counts)
	}
	// The city's catalogue is not a county's.
	if lines := fault(d.handIn(d.county, provenance.Items, "a.csv", items).Preview); len(lines) != 4 {
		t.Errorf("a county officer may %v", lines)
	}
	experts := "姓名,身份证号,手机,工作单位,职称,专业领域,区划代码\n" +
		"甲一,11010519491231002X,13800000001,某院,高工,水利,140821\n" + "乙二,440524188001010014,13800000002,某院,高工,水利；生态环境,140821\n"
	experts = strings.Replace(experts, "440524188001010014", "440524198001010013", 1)
	p := d.handIn(d.county, provenance.Experts, "e.csv", experts).Preview
	if p.Counts.New != 1 || p.Counts.Failed != 1 || p.New[0].Line != 2 {
		t.Errorf("%+v %+v", p.Counts, p.Failed)
	}
	firms := "统一社会信用代码,机构名称,法定代表人,区划代码,登记地,服务事项\n91350100M000100Y43,河东水利,张三,140821,,ZJ0066\n"
	for who, want := range map[*authz.Actor]int64{d.county: 1, d.water: 1, d.operator: 1, d.cast.Person("别县", testkit.Of("水利", testkit.OtherCounty)): 0, d.cast.Person("环保", testkit.Of("生态环境", testkit.City)): 0} {
		if p := d.handIn(who, provenance.Agencies, "f.csv", firms).Preview; p.Counts.New != want || p.Counts.Failed != 1-want {
			t.Errorf("%s: %+v", who.Name, p.Counts)
		}
	}
	// Confirmed, the faults stay out.
	done, err := d.Confirm(testkit.As(t, d.water), got.ID)
	if err != nil || done.Result.Counts != got.Preview.Counts {
		t.Fatalf("%+v, %v", done.Result, err)
	}
	if i, err := catalog.New(d.pool).GetItem(t.Context(), "ZJ0049"); err != nil || i.Sector != "生态环境" || i.Name == "夺来的" {
		t.Errorf("%+v, %v", i.ItemSummary, err)
	}
}

// TestPenaltiesAreHandedIn: the preview shows the records there would be and stores none;
// confirmed they are proposals and change no score. An official delivers about whom he may
// propose: one sector of the agency's is enough, another place or sector is not.
func TestPenaltiesAreHandedIn(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	const code = "91350100M000100Y43"
	d.take(agencyHeader + firm(code, "区划代码=140821", "服务事项=ZJ0049；ZJ0066")) // of 生态环境 and 水利
	_, err := d.pool.Exec(t.Context(), `INSERT INTO credit_rubric VALUES ('G-PENALTY', 1, 'general', '受到行政处罚', -150, -60, 12, false, '测试', '2024-01-01')`)
	d.must(err)
	header := "统一社会信用代码,决定书文号,处罚机关,决定日期,事实,依据,评分条目,分值\n"
	good := code + ",运罚 1 号,运城市水利局,2026-10-01,出具的成果不符合技术标准,照决定书,G-PENALTY,6.5\n"
	rows := header + good + serialUSCC(7) + ",运罚 2 号,运城市水利局,2026-10-01,出具的成果不符合技术标准,照决定书,G-PENALTY,\n" +
		code + ",运罚 3 号,运城市水利局,2026-10-01,出具的成果不符合技术标准,照决定书,G-PENALTY,99\n"
	before := d.all()
	for who, want := range map[*authz.Actor]bool{d.operator: true, d.water: true, d.county: true, d.cast.Person("环保", testkit.Of("生态环境", testkit.City)): true,
		d.cast.Person("别县", testkit.Of("水利", testkit.OtherCounty)): false, d.cast.Person("交通", testkit.Of("交通运输", testkit.City)): false} {
		p := d.handIn(who, provenance.Penalties, "p.csv", rows).Preview
		if (p.Counts.New == 1) != want || p.Counts.New+p.Counts.Failed != 3 {
			t.Errorf("%s: %+v %+v", who.Name, p.Counts, p.Failed)
		}
		for _, f := range p.Failed {
			if f.Line == 3 && f.Column != "统一社会信用代码" || f.Line == 4 && f.Column != "分值" {
				t.Errorf("%s: %+v", who.Name, f)
			}
		}
	}
	if d.all() != before {
		t.Error("a preview stored something")
	}
	handed := d.handIn(d.water, provenance.Penalties, "p.csv", header+good)
	if n := handed.Preview.New; len(n) != 1 || n[0].Name != "运城市水利局 运罚 1 号" || len(n[0].Changes) != 8 || n[0].Changes[7].After != "6.5" {
		t.Fatalf("%+v", n)
	}
	done, err := d.Confirm(testkit.As(t, d.water), handed.ID)
	if err != nil || done.State != exchange.Done || done.Result.Counts != handed.Preview.Counts {
		t.Fatalf("%+v %v", done, err)
	}
	if got := one[string](d.stage, `SELECT state || ' ' || points || ' ' || source FROM credit_record`); got != "proposed -65 运城市水利局：运城市水利局 运罚 1 号" {
		t.Error(got)
	}
	if n := one[int](d.stage, `SELECT tenths FROM credit_standing s JOIN agency a ON a.id = s.agency_id WHERE uscc = $1`, code); n != 950 {
		t.Errorf("a delivery changed a score: %d", n)
	}
	changed := d.handIn(d.water, provenance.Penalties, "p.csv", header+strings.Replace(good, "6.5", "7", 1)).Preview.Changed
	if len(changed) != 1 || !slices.Equal(changed[0].Changes, []exchange.FieldChange{{Label: "分值", Before: "6.5", After: "7"}}) {
		t.Errorf("%+v", changed)
	}
}

// Between preview and confirmation the world moves: the rows are judged anew, by what is
// stored and by what the official may now.
func TestStalePreviewIsJudgedAnew(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	table := itemHeader + itemRow("ZJ0901", "新事项", "水利")
	first, second := d.handIn(d.water, provenance.Items, "a.csv", table), d.handIn(d.water, provenance.Items, "a.csv", table)
	_, err := d.Confirm(testkit.As(t, d.water), first.ID)
	d.must(err)
	late, err := d.Confirm(testkit.As(t, d.water), second.ID)
	if err != nil || !late.Result.Differs || late.Result.Counts.Unchanged != 1 {
		t.Errorf("%+v, %v", late.Result, err)
	}
	third := d.handIn(d.water, provenance.Items, "a.csv", itemHeader+itemRow("ZJ0903", "又一个", "水利"))
	narrowed := *d.water
	narrowed.Grants = d.county.Grants
	late, err = d.Confirm(testkit.As(t, &narrowed), third.ID)
	if err != nil || late.Result.Counts.Failed != 1 || !late.Result.Differs {
		t.Errorf("with less reach: %+v, %v", late.Result, err)
	}
	fourth := d.handIn(d.water, provenance.Items, "a.csv", table)
	narrowed.Grants = nil
	if _, err := d.Confirm(testkit.As(t, &narrowed), fourth.ID); apperr.CodeOf(err) != apperr.Forbidden {
		t.Errorf("with no grant left: %v", err)
	}
}

func TestOnlyWhoHandedItInSeesADelivery(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	got := d.handIn(d.water, provenance.Items, "a.csv", itemHeader+itemRow("ZJ0901", "新事项", "水利"))
	ctx := testkit.As(t, d.operator)
	_, getErr := d.Get(ctx, got.ID)
	_, confirmErr := d.Confirm(ctx, got.ID)
	for _, err := range []error{getErr, confirmErr, d.Faults(ctx, got.ID, &bytes.Buffer{})} {
		if apperr.CodeOf(err) != apperr.NotFound {
			t.Errorf("%v", err)
		}
	}
	if p, err := d.List(ctx, page.Request{}); err != nil || len(p.Items) != 0 || p.Total != 0 {
		t.Errorf("%+v, %v", p, err)
	}
	if p, err := d.List(testkit.As(t, d.water), page.Request{}); err != nil || len(p.Items) != 1 || p.Total != 1 {
		t.Errorf("%+v, %v", p, err)
	}
	firm := d.cast.Person("机构人", testkit.In(authz.AgencyAdmin, d.cast.Organisation("agency", "某机构", testkit.County)))
	for who, want := range map[*authz.Actor]apperr.Code{firm: apperr.Forbidden, d.cast.Person("监督", testkit.At(authz.Supervisor, testkit.City)): apperr.Forbidden} {
		_, err := d.HandIn(testkit.As(t, who), exchange.HandInput{Kind: provenance.Items, Source: "x", FileName: "a.csv", File: d.file("a.csv", itemHeader)})
		if apperr.CodeOf(err) != want {
			t.Errorf("%s: %v", who.Name, err)
		}
	}
	if _, err := d.HandIn(t.Context(), exchange.HandInput{}); apperr.CodeOf(err) != apperr.Unauthenticated {
		t.Errorf("a visitor: %v", err)
	}
}

func TestPersonalNumbersLieNowhereInTheOpen(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	const id, phone = "11010519491231002X", "13800000001"
	head := "姓名,身份证号,手机,工作单位,职称,专业领域,区划代码\n"
	got := d.handIn(d.operator, provenance.Experts, "e.csv", head+"甲一,"+id+","+phone+",某院,高工,水利,140821\n乙二,1101051949123100,"+phone+",某院,高工,水利,140821\n")
	_, err := d.Confirm(testkit.As(t, d.operator), got.ID)
	d.must(err)
	for _, table := range []string{"delivery", "delivery_content", "delivery_fault", "import_batch", "import_error", "audit_log", "expert"} {
		for _, secret := range []string{id, phone, "1101051949123100"} {
			var leaks bool
			d.must(d.pool.QueryRow(t.Context(), `SELECT EXISTS (SELECT FROM `+table+` x WHERE x::text LIKE '%' || $1 || '%' OR x::text LIKE '%' || encode(convert_to($1, 'UTF8'), 'hex') || '%')`, secret).Scan(&leaks))
			if leaks {
				t.Errorf("%s holds %s in the open", table, secret)
			}
		}
	}
	doc, err := json.Marshal(got)
	if err != nil || bytes.Contains(doc, []byte(id)) || bytes.Contains(doc, []byte(phone)) || !bytes.Contains(doc, []byte("138******01")) {
		t.Errorf("%s, %v", doc, err)
	}
	d.must(d.Sweep(t.Context()))
	var left int
	d.must(d.pool.QueryRow(t.Context(), `SELECT count(*) FROM delivery_content`).Scan(&left))
	if left != 0 {
		t.Errorf("%d parts of a decided table are left", left)
	}
	if files, _ := filepath.Glob(filepath.Join(os.TempDir(), "zjcs-delivery-*")); len(files) > 0 {
		for _, f := range files {
			if b, err := os.ReadFile(f); err == nil && bytes.Contains(b, []byte(id)) {
				t.Errorf("%s is left behind", f)
			}
		}
	}
}

func TestWhatCannotBeReadIsRefusedWithItsReason(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	for name, c := range map[string]struct{ file, content, says string }{
		"no table":   {"a.csv", "%PDF-1.7", "PDF"},
		"no columns": {"a.csv", "甲,乙\n1,2\n", "表头缺少必填列"},
		"empty":      {"a.csv", "", "空的"},
		"renamed":    {"a.xlsx", itemHeader, "扩展名改为 .csv"},
		"old excel":  {"a.xls", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1....", "旧版"},
	} {
		got := d.handIn(d.operator, provenance.Items, c.file, c.content)
		if got.State != exchange.Refused || !strings.Contains(got.Failure, c.says) || strings.Contains(got.Failure, "zjcs-delivery") {
			t.Errorf("%s: %s %q", name, got.State, got.Failure)
		}
		if _, err := d.Confirm(testkit.As(t, d.operator), got.ID); apperr.CodeOf(err) != apperr.Conflict {
			t.Errorf("%s is confirmed: %v", name, err)
		}
	}
	// Headers are as the file has them, whatever bytes those are.
	for _, odd := range []string{"坏\x00列", "坏\xff列", "\u2028"} {
		if got := d.handIn(d.operator, provenance.Items, "a.csv", strings.Replace(itemHeader, "\n", ","+odd+"\n", 1)+strings.Replace(itemRow("ZJ0901", "新", "水利"), "\n", ",x\n", 1)); got.State != exchange.Ready && got.State != exchange.Refused {
			t.Errorf("%q: %s %s", odd, got.State, got.Failure)
		}
	}
	for field, in := range map[string]exchange.HandInput{
		"kind":   {Kind: "regions", Source: "x", FileName: "a.csv", File: d.file("b.csv", itemHeader)},
		"source": {Kind: provenance.Items, Source: " ", FileName: "a.csv", File: d.file("c.csv", itemHeader)},
		"file":   {Kind: provenance.Items, Source: "x", FileName: "\xff.csv", File: d.file("d.csv", itemHeader)},
	} {
		_, err := d.HandIn(testkit.As(t, d.operator), in)
		if e, ok := apperr.As(err); !ok || len(e.Fields) != 1 || e.Fields[0].Name != field {
			t.Errorf("%s: %v", field, err)
		}
	}
}

// A large table is worked by a job, which may be killed and come again.
func TestLargeTablesAreWorkedByAJob(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	d.Inline = 0
	var table strings.Builder
	table.WriteString(itemHeader)
	for i := range 300 {
		table.WriteString(itemRow("ZJ9"+string(rune('0'+i/100))+string(rune('0'+i/10%10))+string(rune('0'+i%10)), "事项", "水利"))
	}
	got := d.handIn(d.operator, provenance.Items, "a.csv", table.String())
	if got.State != exchange.Reading || len(d.queued) != 1 || got.Preview != nil {
		t.Fatalf("%+v, queued %v", got.State, d.queued)
	}
	if _, err := d.Confirm(testkit.As(t, d.operator), got.ID); apperr.CodeOf(err) != apperr.Conflict {
		t.Errorf("confirmed unread: %v", err)
	}
	killed, cancel := context.WithCancel(t.Context())
	cancel()
	if err := d.Work(killed, got.ID); err == nil {
		t.Error("worked though killed")
	}
	for range 2 { // the second finds nothing to do
		d.must(d.Work(t.Context(), got.ID))
	}
	got, err := d.Get(testkit.As(t, d.operator), got.ID)
	if err != nil || got.State != exchange.Ready || got.Preview.Counts.New != 300 || len(got.Preview.New) != 50 || got.Progress.Rows != 300 || got.Progress.Bytes == 0 {
		t.Fatalf("%s %+v %+v, %v", got.State, got.Preview, got.Progress, err)
	}
	_, err = d.Confirm(testkit.As(t, d.operator), got.ID)
	d.must(err)
	d.must(d.Work(t.Context(), got.ID))
	got, err = d.Get(testkit.As(t, d.operator), got.ID)
	if err != nil || got.State != exchange.Done || got.Result.Counts.New != 300 || len(d.queued) != 2 {
		t.Errorf("%s %+v, %v", got.State, got.Result, err)
	}
}

// Reach covers a place only when it covers all of it; more reach never covers less.
func TestReachProperties(t *testing.T) {
	t.Parallel()
	region, sector := rapid.SampledFrom([]string{"a", "b", "c"}), rapid.SampledFrom([]string{"水利", "林草", "气象"})
	rapid.Check(t, func(t *rapid.T) {
		var r exchange.Reach
		for range rapid.IntRange(0, 4).Draw(t, "n") {
			r.Regions, r.Sectors = append(r.Regions, region.Draw(t, "region")), append(r.Sectors, rapid.OneOf(sector, rapid.Just("")).Draw(t, "sector"))
		}
		p := provenance.Place{Regions: rapid.SliceOfN(region, 0, 2).Draw(t, "regions"), Sectors: rapid.SliceOfN(sector, 0, 3).Draw(t, "sectors")}
		holds := func(g, s string) bool {
			for i := range r.Regions {
				if r.Regions[i] == g && (r.Sectors[i] == "" || r.Sectors[i] == s) {
					return true
				}
			}
			return false
		}
		want := len(p.Regions) > 0
		for _, g := range p.Regions {
			want = want && (holds(g, "") || len(p.Sectors) > 0)
			for _, s := range p.Sectors {
				want = want && holds(g, s)
			}
		}
		if got := r.Covers(p); got != want {
			t.Fatalf("%+v covers %+v: %v", r, p, got)
		}
		more := exchange.Reach{Regions: append(slices.Clone(r.Regions), "a"), Sectors: append(slices.Clone(r.Sectors), "")}
		if r.Covers(p) && !more.Covers(p) {
			t.Fatal("more reach covers less")
		}
	})
}
