package exchange_test

import (
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"zjcs/data"
	"zjcs/internal/catalog"
	"zjcs/internal/exchange"
)

func TestReferenceDataAsShipped(t *testing.T) {
	t.Parallel()
	s := setup(t)
	for sql, want := range map[string]int64{
		`SELECT count(*) FROM service_item`:                                                                                   118,
		`SELECT count(*) FROM region`:                                                                                         19,
		`SELECT count(*) FROM fee_standard`:                                                                                   9,
		`SELECT count(*) FROM service_item WHERE cardinality(unverified_fields) > 0`:                                          118,
		`SELECT count(*) FROM service_item WHERE demo OR state <> 'published'`:                                                0,
		`SELECT count(*) FROM service_item WHERE time_limit_workdays IS NULL`:                                                 5,
		`SELECT count(*) FROM service_item i WHERE NOT EXISTS (SELECT FROM service_item_approval x WHERE x.item_id = i.id)`:   0,
		`SELECT count(*) FROM service_item i WHERE NOT EXISTS (SELECT FROM service_item_department x WHERE x.item_id = i.id)`: 0,
		`SELECT count(*) FROM service_item WHERE required_qualification = '同上'`:                                               0,
		`SELECT count(*) FROM import_batch WHERE source <> '随程序发布的基础目录' OR finished_at IS NULL OR demo`:                       0,
		`SELECT count(*) FROM department WHERE region_code <> '140800'`:                                                       0,
	} {
		if got := one[int64](s, sql); got != want {
			t.Errorf("%s = %d, want %d", sql, got, want)
		}
	}
	c := catalog.New(s.pool)
	for code, want := range map[string]string{
		"ZJ0009": "依法必须招标项目招标 / 发展改革,住建 / tender_agency",
		"ZJ0027": "施工图审查,施工许可 / 住建 / ", // the shipped standard is of design fees
		"ZJ0028": "施工许可 / 住建 / design",
		"ZJ0029": "施工许可,消防设计审查 / 住建,行政审批 / drawing_review",
		"ZJ0033": "施工许可 / 住建 / supervision",
		"ZJ0034": "施工许可,财政投资评审,竣工结算 / 住建,财政 / ",
		"ZJ0050": "环境影响评价审批 / 生态环境,行政审批 / eia",
		"ZJ0063": "生产建设项目水土保持方案审批 / 水务,行政审批 / ",
		"ZJ0076": "矿山、金属冶炼、危化建设项目安全条件审查 / 应急,行政审批 / ",
	} {
		i, err := c.GetItem(t.Context(), code)
		s.must(err)
		var approvals, departments []string
		for _, a := range i.Approvals {
			approvals = append(approvals, a.Name)
		}
		for _, d := range i.Departments {
			departments = append(departments, d.Name)
		}
		got := strings.Join(approvals, ",") + " / " + strings.Join(departments, ",") + " / " + strings.Join(i.FeeStandardIDs, ",")
		if got != want {
			t.Errorf("%s: %s, want %s", code, got, want)
		}
	}
	if q := one[string](s, `SELECT required_qualification FROM service_item WHERE code = 'ZJ0050'`); !strings.Contains(q, "环评工程师") {
		t.Errorf("同上 means %q", q)
	}
	if n := one[int64](s, `SELECT count(*) FROM service_item_approval x JOIN approval_item a ON a.id = x.approval_id WHERE a.name = '施工许可'`); n != 6 {
		t.Errorf("施工许可 is served by %d items, want 6", n)
	}
}

func TestLoadingAgainChangesNothing(t *testing.T) {
	t.Parallel()
	s := setup(t)
	before, batches := s.versions(), one[int64](s, `SELECT count(*) FROM import_batch`)
	var wait sync.WaitGroup
	for range 3 {
		wait.Go(func() {
			if err := exchange.LoadReference(t.Context(), s.pool, nil); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	if after := s.versions(); after != before {
		t.Errorf("%s, was %s", after, before)
	}
	if n := one[int64](s, `SELECT count(*) FROM import_batch`); n != batches {
		t.Errorf("%d deliveries, want %d", n, batches)
	}
}

// The shipped list, delivered as a file like any other, says what was loaded.
func TestShippedListDeliveredChangesNothing(t *testing.T) {
	t.Parallel()
	s := setup(t)
	raw, err := data.FS.ReadFile(data.ServiceItems)
	s.must(err)
	before := s.versions()
	target, err := exchange.ItemTarget()
	s.must(err)
	rep, err := exchange.Run(t.Context(), s.pool, exchange.Options{File: s.file("items.csv", string(raw)), Source: "行政审批局"}, target)
	s.must(err)
	if rep.Summary.Unchanged != 118 || rep.Summary.Read != 118 {
		t.Errorf("%+v %v", rep.Summary, rep.Faults)
	}
	if after := s.versions(); after != before {
		t.Errorf("%s, was %s", after, before)
	}
}

// An upgrade must not undo what the operator has confirmed since.
func TestNewShippedDataYieldsToDeliveries(t *testing.T) {
	t.Parallel()
	s := setup(t)
	target, err := exchange.ItemTarget()
	s.must(err)
	rep, err := exchange.Run(t.Context(), s.pool, exchange.Options{Source: "运城市水务局", File: s.file("i.csv",
		"事项编码,事项名称,行业领域,设定依据,依据强度,委托方,自行编制,收费方式,时限\n"+
			"ZJ0066,建设项目水资源论证,水利,《取水许可和水资源费征收管理条例》第十一条,直接,申请人,可以,市场调节价,12\n")}, target)
	s.must(err)
	if rep.Summary.Updated != 1 {
		t.Fatalf("%+v %v", rep.Summary, rep.Faults)
	}
	// As if another version shipped the file: the operator's value stays, ours are brought back.
	_, err = s.pool.Exec(t.Context(), `UPDATE import_batch SET sha256 = 'older' WHERE kind = 'items' AND source = '随程序发布的基础目录'`)
	s.must(err)
	_, err = s.pool.Exec(t.Context(), `UPDATE service_item SET notes = 'an older version''s' WHERE code = 'ZJ0066'`)
	s.must(err)
	s.must(exchange.LoadReference(t.Context(), s.pool, nil))
	got := one[string](s, `SELECT concat_ws('|', time_limit, time_limit_workdays, notes) FROM service_item WHERE code = 'ZJ0066'`)
	if d := cmp.Diff("12|12|区域评估可覆盖", got); d != "" {
		t.Error(d)
	}
	source := one[string](s, `SELECT b.source FROM service_item i JOIN import_batch b ON b.id = (i.field_batches->>'time_limit')::uuid WHERE i.code = 'ZJ0066'`)
	if source != "运城市水务局" {
		t.Errorf("the time limit comes from %s", source)
	}
}

func TestItemFaults(t *testing.T) {
	t.Parallel()
	s := setup(t)
	target, err := exchange.ItemTarget()
	s.must(err)
	rep, err := exchange.Run(t.Context(), s.pool, exchange.Options{Source: "县局", File: s.file("i.csv",
		"code,name,sector,legal_basis,basis_strength,entrusting_party,self_prepare,fee_type,time_limit_workdays,required_qualification,unverified_fields,approval_items\n"+
			"Z1,x,水利,法,direct,applicant,yes,市场调节价,1,,,\n"+
			"YC0001,x,水利,,direct,applicant,yes,市场调节价,1,,,\n"+
			"YC0002,x,水利,法,强,applicant,也许,市场调节价,0,,,\n"+
			"YC0003,x,水利,法,direct,谁,yes,,1,同上,没有的列,\n"+
			"YC0004,新事项,水利,,none,申请人|审批部门,有条件,免费,随工期,,notes,甲审批|乙审批；丙许可、丁许可/戊许可\n")}, target)
	s.must(err)
	var got []string
	for _, f := range rep.Faults {
		got = append(got, strings.Join([]string{string(rune('0' + f.Line)), f.Column, f.Reason}, " "))
	}
	want := []string{
		"2 code 应是两个大写字母加 4–8 位数字，如 ZJ0001",
		"3 legal_basis 依据强度为直接或间接的，应写明设定依据；没有依据的，依据强度应为 none（无）",
		"4 basis_strength 应是 direct（直接）、indirect（间接）、none（无）之一",
		"4 self_prepare 应是 yes（可以）、no（须委托机构）、conditional（有条件）之一",
		"4 time_limit_workdays 工作日数应在 1 到 3650 之间",
		"5 required_qualification 写了「同上」，但上一行没有资质要求",
		"5 entrusting_party 应是 applicant（申请人）、approval_dept（审批部门），多个用 | 分隔",
		"5 fee_type 不能为空",
		"5 unverified_fields 「没有的列」不是列名，应是 fee_type、time_limit_workdays 等本表的英文列名",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if rep.Summary.Inserted != 1 || rep.Summary.Failed != 4 {
		t.Errorf("%+v", rep.Summary)
	}
	approvals := one[[]string](s, `SELECT array_agg(a.name ORDER BY x.ordinal) FROM service_item i JOIN service_item_approval x ON x.item_id = i.id JOIN approval_item a ON a.id = x.approval_id WHERE i.code = 'YC0004'`)
	if d := cmp.Diff([]string{"甲审批", "乙审批", "丙许可、丁许可/戊许可"}, approvals); d != "" {
		t.Error(d)
	}
}
