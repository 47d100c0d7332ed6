package exchange_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/xuri/excelize/v2"

	"zjcs/internal/exchange"
	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/db"
	"zjcs/internal/platform/provenance"
)

func TestBadRowsAreReportedAndGoodOnesGoIn(t *testing.T) {
	t.Parallel()
	s := setup(t)
	u := serialUSCC
	rep, err := s.agencies(t.Context(), exchange.Options{File: s.file("a.csv", agencyHeader+
		firm(u(1))+
		firm(u(2)[:17]+"0")+
		firm(u(3), "机构名称=", "区划代码=610100", "联系电话=12")+
		firm(u(4), "成立日期=2027-01-01", "入驻日期=昨天")+
		firm(u(5), "服务事项=ZJ0049；ZJ9999", "资质=只有名称", "执业人员=张三|专业|证|2027-01-01|"+personID[:17]+"0")+
		firm(u(6), "区划代码=", "登记地=")+
		firm(u(7), "机构类型=公司", "机构名称=a\u202eb")+
		firm(strings.ToLower(u(1)))+
		"只有一列\n"+
		firm("9.1140100000000000E+17")+
		firm(u(8), "区划代码=", "登记地=陕西省西安市"))})
	s.must(err)
	var got []string
	for _, f := range rep.Faults {
		got = append(got, fmt.Sprintf("%d %s %s", f.Line, f.Column, f.Reason))
	}
	want := []string{
		fmt.Sprintf("3 统一社会信用代码 统一社会信用代码第 18 位校验码应为 %c，现为 0，请核对全部 18 位", u(2)[17]),
		"4 机构名称 不能为空",
		"4 区划代码 应是本市的区划代码，如 140802；登记在市外的留空，并写明登记地",
		"4 联系电话 应是电话号码，如 0359-2220000；只写一个",
		"5 成立日期 不能晚于今天",
		"5 入驻日期 应是日期，如 2026-01-31",
		"6 服务事项 「ZJ9999」不在事项目录中，应是事项编码，如 ZJ0049，多个用 ； 分隔",
		"6 资质 第 1 项：应是「名称|等级|证书编号|发证机关|有效期至」五段，没有的留空",
		"6 执业人员 第 1 项：身份证号校验码不符，请核对全部 18 位",
		"7 登记地 没有区划代码的（市外机构）应写登记地的省、市",
		"8 机构名称 有不可见的控制字符，请删除",
		"8 机构类型 应是 企业、事业单位、社会组织、律师或会计师事务所 之一",
		"9 统一社会信用代码 与第 2 行的统一社会信用代码相同，同一文件里只应有一行",
		"10  该行只有 1 列，表头有 14 列；空单元格也要留逗号",
		"11 统一社会信用代码 是科学计数法，末尾的数字已被 Excel 改写；请把该列设为「文本」格式后重新填写",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff(provenance.Summary{Read: 11, Inserted: 2, Failed: 9}, rep.Summary); d != "" {
		t.Error(d)
	}
	if n := one[int64](s, `SELECT count(*) FROM agency`); n != 2 {
		t.Errorf("%d agencies", n)
	}
	if n := one[int64](s, `SELECT count(*) FROM import_error WHERE batch_id = $1`, rep.Batch.ID); n != int64(len(want)) {
		t.Errorf("%d recorded faults", n)
	}
	recorded := one[string](s, `SELECT concat_ws('|', rows_read, inserted, updated, unchanged, failed, source, file_name, finished_at IS NOT NULL) FROM import_batch WHERE id = $1`, rep.Batch.ID)
	if recorded != "11|2|0|0|9|测试单位|a.csv|t" {
		t.Error(recorded)
	}
	if len(rep.Reasons) == 0 || rep.Reasons[0].Count < 1 {
		t.Errorf("%+v", rep.Reasons)
	}
}

func TestSameFileTwiceChangesNothing(t *testing.T) {
	t.Parallel()
	s := setup(t)
	table := agencyHeader + firm(serialUSCC(1)) + firm(serialUSCC(2), "资质=", "执业人员=", "服务事项=", "联系电话=", "成立日期=", "入驻日期=", "机构类型=")
	people := expertTable(expertRow(personID, "19900000001"))
	if sum := s.take(table); sum.Inserted != 2 {
		t.Fatalf("%+v", sum)
	}
	s.takeExperts(people)
	versions, contents := s.versions(), s.contents()
	for range 2 {
		if sum := s.take(table); sum.Unchanged != 2 || sum.Updated+sum.Inserted != 0 {
			t.Fatalf("%+v", sum)
		}
		if rep := s.takeExperts(people); rep.Summary.Unchanged != 1 {
			t.Fatalf("%+v %v", rep.Summary, rep.Faults)
		}
	}
	if got := s.versions(); got != versions {
		t.Errorf("versions %s, were %s", got, versions)
	}
	if s.contents() != contents {
		t.Error("contents changed")
	}
}

func TestEachValueKeepsItsSource(t *testing.T) {
	t.Parallel()
	s := setup(t)
	u := serialUSCC(1)
	s.take(agencyHeader + firm(u))
	first := one[string](s, `SELECT batch_id::text FROM agency`)
	s.take(agencyHeader + firm(u, "联系电话=0359-0999999", "资质=检验检测机构资质认定（CMA）||示例CMA1|山西省市场监督管理局|2029-12-31；测绘资质|乙级|示例2|山西省自然资源厅|"))
	got := one[string](s, `SELECT concat_ws('|', batch_id = $1::uuid, (SELECT string_agg(k, ',' ORDER BY k) FROM jsonb_object_keys(field_batches) k),
		(field_batches->>'phone')::uuid = (SELECT id FROM import_batch ORDER BY started_at DESC LIMIT 1), phone, legal_representative) FROM agency`, first)
	if got != "t|phone,qualifications|t|0359-0999999|王小明" {
		t.Error(got)
	}
	if q := one[string](s, `SELECT string_agg(concat_ws('/', name, level, valid_to), ' ' ORDER BY name) FROM agency_qualification`); q != "检验检测机构资质认定（CMA）//2029-12-31 测绘资质/乙级" && q != "测绘资质/乙级 检验检测机构资质认定（CMA）//2029-12-31" {
		t.Error(q)
	}
	// Columns that a file does not have leave what is known alone.
	s.take("信用代码,机构名称,法定代表人,简介\n" + u + ",山西示例环保科技有限公司,王小明,\n")
	got = one[string](s, `SELECT concat_ws('|', phone, introduction, region_code, admitted_on, (SELECT count(*) FROM agency_item), (SELECT count(*) FROM practitioner)) FROM agency`)
	if got != "0359-0999999||140802|2024-03-01|2|1" {
		t.Error(got)
	}
	// An empty cell of a column that it has takes the value away.
	s.take(agencyHeader + firm(u, "资质=", "执业人员=", "服务事项=ZJ0053"))
	got = one[string](s, `SELECT concat_ws('|', (SELECT count(*) FROM agency_qualification), (SELECT count(*) FROM practitioner),
		(SELECT string_agg(code, ',') FROM agency_item x JOIN service_item i ON i.id = x.item_id))`)
	if got != "0|0|ZJ0053" {
		t.Error(got)
	}
}

func TestNewAgencyNeedsAPlace(t *testing.T) {
	t.Parallel()
	s := setup(t)
	rep, err := s.agencies(t.Context(), exchange.Options{File: s.file("a.csv", "信用代码,机构名称,法定代表人\n"+serialUSCC(1)+",某公司,王明\n")})
	s.must(err)
	if rep.Summary.Failed != 1 || len(rep.Faults) != 1 || rep.Faults[0].Column != "登记地" {
		t.Errorf("%+v %v", rep.Summary, rep.Faults)
	}
}

func expertTable(rows ...string) string {
	return "姓名,身份证号,手机,工作单位,职称,专业领域,区划代码\n" + strings.Join(rows, "")
}

func expertRow(id, phone string) string {
	return "王小明," + id + "," + phone + ",某某设计院,高级工程师,水利；生态环境,140802\n"
}

// Numbers of persons are stored sealed and appear nowhere else.
func TestPersonalNumbersAreSealed(t *testing.T) {
	t.Parallel()
	s := setup(t)
	const phone = "19900001234"
	wrong := personID[:10] + "3" + personID[11:]
	s.take(agencyHeader + firm(serialUSCC(1)))
	rep := s.takeExperts(expertTable(expertRow(personID, phone), expertRow(wrong, "1990000123"), expertRow(personID, phone)))
	if rep.Summary.Inserted != 1 || rep.Summary.Failed != 2 {
		t.Fatalf("%+v %v", rep.Summary, rep.Faults)
	}
	for _, f := range rep.Faults {
		if strings.Contains(f.Reason, wrong[:8]) || strings.Contains(f.Reason, "1990000") {
			t.Errorf("the reason repeats the number: %s", f.Reason)
		}
	}
	for _, table := range []string{"agency", "practitioner", "expert", "import_error", "import_batch"} {
		for _, number := range []string{personID, phone, wrong} {
			if n := one[int64](s, `SELECT count(*) FROM `+table+` t WHERE t::text LIKE '%' || $1 || '%' OR t::text LIKE '%' || encode($1::bytea, 'hex') || '%'`, number); n > 0 {
				t.Errorf("%s holds a number in the open", table)
			}
		}
	}
	for field, sql := range map[string]string{
		"expert.phone": `SELECT phone FROM expert`, "expert.id_number": `SELECT id_number FROM expert`, "practitioner.id_number": `SELECT id_number FROM practitioner`,
	} {
		opened, err := s.vault.Open(field, one[[]byte](s, sql))
		s.must(err)
		if opened != phone && opened != personID {
			t.Errorf("%s opens to something else", field)
		}
	}
	if n := one[int64](s, `SELECT count(*) FROM expert e JOIN practitioner p ON p.id_digest = e.id_digest`); n != 1 {
		t.Error("a practitioner who is an expert cannot be found")
	}
	if rep := s.takeExperts(expertTable(expertRow(personID, "19900005678"))); rep.Summary.Updated != 1 {
		t.Errorf("%+v", rep.Summary)
	}
}

func TestDemoNeverOverwritesWhatIsReal(t *testing.T) {
	t.Parallel()
	s := setup(t)
	real, invented := firm(serialUSCC(1)), firm(serialUSCC(2))
	s.take(agencyHeader + real)
	rep, err := s.agencies(t.Context(), exchange.Options{Demo: true, File: s.file("d.csv", agencyHeader+firm(serialUSCC(1), "机构名称=冒名")+invented)})
	s.must(err)
	if rep.Summary.Inserted != 1 || rep.Summary.Failed != 1 || !strings.Contains(rep.Faults[0].Reason, "示例数据不能覆盖") {
		t.Errorf("%+v %v", rep.Summary, rep.Faults)
	}
	if sum := s.take(agencyHeader + invented); sum.Updated != 1 {
		t.Errorf("real data for an invented agency: %+v", sum)
	}
	if n := one[int64](s, `SELECT count(*) FROM agency WHERE demo`); n != 0 {
		t.Errorf("%d still marked as invented", n)
	}
}

func TestTwoProcessesWithTheSameFile(t *testing.T) {
	t.Parallel()
	s := setup(t)
	path := s.file("a.csv", many(12_000))
	other, err := db.Open(t.Context(), s.url, 4)
	s.must(err)
	t.Cleanup(other.Close)
	var total provenance.Summary
	var mu sync.Mutex
	var wait sync.WaitGroup
	for _, pool := range []*db.Pool{s.pool, other} {
		wait.Go(func() {
			rep, err := importAgencies(t.Context(), pool, s.vault, exchange.Options{File: path})
			if err != nil {
				t.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			total.Add(rep.Summary)
		})
	}
	wait.Wait()
	if d := cmp.Diff(provenance.Summary{Read: 24_000, Inserted: 12_000, Unchanged: 12_000}, total); d != "" {
		t.Error(d)
	}
}

// finished is the digest of what a whole import of the file leaves.
func finished(t *testing.T, table string) string {
	s := setup(t)
	s.take(table)
	return s.contents()
}

func TestCancelledHalfWayThenCompleted(t *testing.T) {
	t.Parallel()
	s := setup(t)
	table := many(20_000)
	path := s.file("a.csv", table)
	ctx, cancel := context.WithCancel(t.Context())
	rep, err := s.agencies(ctx, exchange.Options{File: path, Progress: func(_, _, rows int64) { cancel() }})
	if !errors.Is(err, context.Canceled) || rep.Summary.Inserted == 0 || rep.Summary.Inserted == 20_000 {
		t.Fatalf("%+v %v", rep.Summary, err)
	}
	if n := one[int64](s, `SELECT count(*) FROM import_batch WHERE kind = 'agencies' AND finished_at IS NULL`); n != 1 {
		t.Error("the delivery counts as finished")
	}
	rep, err = s.agencies(t.Context(), exchange.Options{File: path})
	s.must(err)
	if rep.Summary.Unchanged == 0 || rep.Summary.Inserted+rep.Summary.Unchanged != 20_000 {
		t.Errorf("%+v", rep.Summary)
	}
	if s.contents() != finished(t, table) {
		t.Error("not what one import would have left")
	}
}

func TestKilledHalfWayThenCompleted(t *testing.T) {
	t.Parallel()
	s := setup(t)
	table := many(20_000)
	path := s.file("a.csv", table)
	child := exec.CommandContext(t.Context(), os.Args[0])
	child.Env = append(os.Environ(), childVariable+"="+s.url, childFile+"="+path)
	in, err := child.StdinPipe()
	s.must(err)
	defer in.Close()
	out, err := child.StdoutPipe()
	s.must(err)
	s.must(child.Start())
	said := bufio.NewScanner(out)
	if !said.Scan() || said.Text() == "" || strings.Contains(said.Text(), ":") {
		t.Fatalf("the child said %q", said.Text())
	}
	s.must(child.Process.Kill()) // SIGKILL: its transactions end where they are
	_ = child.Wait()
	rep, err := s.agencies(t.Context(), exchange.Options{File: path})
	s.must(err)
	if rep.Summary.Unchanged == 0 || rep.Summary.Inserted == 0 || rep.Summary.Inserted+rep.Summary.Unchanged != 20_000 {
		t.Errorf("%+v", rep.Summary)
	}
	if s.contents() != finished(t, table) {
		t.Error("not what one import would have left")
	}
}

func TestWhatStandsBeforeDamageGoesIn(t *testing.T) {
	t.Parallel()
	s := setup(t)
	rep, err := s.agencies(t.Context(), exchange.Options{File: s.file("a.csv", many(3)+serialUSCC(9)+",\"某公司"+strings.Repeat("x,y\n", 1<<19))})
	e, ok := apperr.As(err)
	if !ok || !strings.Contains(e.Message, "第 5 行起超过 1 MB") {
		t.Errorf("%v", err)
	}
	if rep.Summary.Inserted != 3 || one[int64](s, `SELECT count(*) FROM agency`) != 3 {
		t.Errorf("%+v", rep.Summary)
	}
	if one[bool](s, `SELECT finished_at IS NOT NULL FROM import_batch WHERE id = $1`, rep.Batch.ID) {
		t.Error("the delivery counts as finished")
	}
}

// The index is kept in the transaction that changes the records, or neither happens.
func TestChangedIsOneWithTheChange(t *testing.T) {
	t.Parallel()
	s := setup(t)
	path := s.file("a.csv", many(3))
	broken := errors.New("index broken")
	rep, err := s.agencies(t.Context(), exchange.Options{File: path, Changed: func(context.Context, db.Tx, provenance.Kind, []uuid.UUID) error { return broken }})
	if !errors.Is(err, broken) || rep.Summary.Inserted != 0 || one[int64](s, `SELECT count(*) FROM agency`) != 0 {
		t.Errorf("%+v %v", rep.Summary, err)
	}
	var told []uuid.UUID
	hook := func(ctx context.Context, tx db.Tx, kind provenance.Kind, ids []uuid.UUID) error {
		var n int64
		if err := tx.QueryRow(ctx, `SELECT count(*) FROM agency WHERE id = ANY ($1)`, ids).Scan(&n); err != nil || n != int64(len(ids)) || kind != provenance.Agencies {
			return fmt.Errorf("told of %d, sees %d: %w", len(ids), n, err)
		}
		told = append(told, ids...)
		return nil
	}
	_, err = s.agencies(t.Context(), exchange.Options{File: path, Changed: hook})
	s.must(err)
	if len(told) != 3 {
		t.Errorf("told of %d", len(told))
	}
	if _, err = s.agencies(t.Context(), exchange.Options{File: path, Changed: func(context.Context, db.Tx, provenance.Kind, []uuid.UUID) error { return broken }}); err != nil {
		t.Errorf("told of what did not change: %v", err)
	}
}

func TestWorkbookOfAgencies(t *testing.T) {
	t.Parallel()
	s := setup(t)
	b := excelize.NewFile()
	defer b.Close()
	for row, cells := range [][]any{
		{"机构名称*", "统一社会信用代码（必填）", "法定代表人", "区划代码", "成立日期", "执业人员"},
		{"山西示例测绘有限公司", serialUSCC(1), "王明", 140802, 42000, "李红|注册测绘师|示例01|2027-01-01"},
		{"山西示例监理有限公司", "", "王明", 140802, "2015年3月1日", ""},
	} {
		for col, v := range cells {
			cell, _ := excelize.CoordinatesToCellName(col+1, row+1)
			s.must(b.SetCellValue("Sheet1", cell, v))
		}
	}
	s.must(b.SetCellDefault("Sheet1", "B3", "9.1140100000000000E+17"))
	path := s.TempDir() + "/a.xlsx"
	s.must(b.SaveAs(path))
	rep, err := s.agencies(t.Context(), exchange.Options{File: path})
	s.must(err)
	if rep.Summary.Inserted != 1 || rep.Summary.Failed != 1 || rep.Faults[0].Line != 3 || !strings.Contains(rep.Faults[0].Reason, "科学计数法") {
		t.Fatalf("%+v %v", rep.Summary, rep.Faults)
	}
	if got := one[string](s, `SELECT concat_ws('|', founded_on, region_code, admitted_on) FROM agency`); got != "2014-12-27|140802|2026-11-24" {
		t.Error(got)
	}
}

func TestRefusedFilesLeaveNothing(t *testing.T) {
	t.Parallel()
	s := setup(t)
	before := one[int64](s, `SELECT count(*) FROM import_batch`)
	for name, content := range map[string]string{"a.csv": "机构名称,法定代表人\n某公司,王明\n", "b.pdf": "%PDF-1.7", "c.xlsx": many(1)} {
		if _, err := s.agencies(t.Context(), exchange.Options{File: s.file(name, content)}); apperr.CodeOf(err) != apperr.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	if n := one[int64](s, `SELECT count(*) FROM import_batch`); n != before {
		t.Errorf("%d deliveries recorded", n-before)
	}
}
