package credit

import (
	"context"
	"encoding/json"
	"fmt"
	"math/big"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/clock"
	"zjcs/internal/platform/db"
	"zjcs/internal/platform/provenance"
)

// Entry is a version of an entry of the rubric (domain.md section 8). It is never changed:
// what follows it is another version, and a record keeps the one it was made under.
type Entry struct {
	ID             string `json:"id" doc:"条目编号" example:"G-AWARD-REFUSED"`
	Version        int    `json:"version" doc:"版本"`
	Level          string `json:"level" enum:"minor,general,serious,honour" doc:"类别"`
	LevelLabel     string `json:"levelLabel" doc:"类别：轻微、一般、严重、表彰"`
	Conduct        string `json:"conduct" doc:"行为"`
	MildTenths     int    `json:"mildTenths" doc:"最轻分值，单位 0.1 分"`
	HarshTenths    int    `json:"harshTenths" doc:"最重分值，单位 0.1 分"`
	ValidityMonths int    `json:"validityMonths" doc:"计分多少个月"`
	Veto           bool   `json:"veto" doc:"一票否决：等级直接为 D"`
	LegalBasis     string `json:"legalBasis" doc:"依据；没有核实的写明待核实"`
	EffectiveFrom  string `json:"effectiveFrom" format:"date" doc:"施行日期"`
	Retired        bool   `json:"retired" doc:"为真表示自施行日期起停用"`
	InForce        bool   `json:"inForce" doc:"为真表示今天施行的版本"`
	SubjectID      string `json:"subjectId" format:"uuid" doc:"提出变更时，以它作为申请的对象"`
	Source         string `json:"source" doc:"由谁定：随程序发布，或者行业主管部门提出并由另一人确认"`
	Demo           bool   `json:"demo" doc:"为真表示示例数据"`
}

func (e Entry) limits() Range { return Range{Mild: Points(e.MildTenths), Harsh: Points(e.HarshTenths)} }

// tableRange is the range as the table has it: from the least number to the greatest.
func (e Entry) tableRange() (from, to int) {
	return min(e.MildTenths, e.HarshTenths), max(e.MildTenths, e.HarshTenths)
}

// same reports whether two versions say the same, whenever they begin.
func (e Entry) same(o Entry) bool {
	return e.Level == o.Level && e.Conduct == o.Conduct && e.MildTenths == o.MildTenths && e.HarshTenths == o.HarshTenths && e.ValidityMonths == o.ValidityMonths &&
		e.Veto == o.Veto && e.LegalBasis == o.LegalBasis && e.Retired == o.Retired
}

var entryID = regexp.MustCompile(`^[A-Z][A-Z0-9-]{1,19}$`)

const (
	maxMonths  = 120
	maxConduct = 200
)

// check names the fields at fault by the names that the form has.
func (e Entry) check() []apperr.Field {
	var bad []apperr.Field
	refuse := func(field, format string, args ...any) {
		bad = append(bad, apperr.Field{Name: field, Message: fmt.Sprintf(format, args...)})
	}
	if !entryID.MatchString(e.ID) {
		refuse("entry", "条目编号应以大写字母开头，由 2 到 20 个大写字母、数字、连字符组成，如 G-AWARD-REFUSED")
	}
	bounds, known := boundsOf(e.Level)
	switch {
	case !known:
		refuse("level", "类别应是轻微、一般、严重、表彰之一")
	case !bounds.holds(Points(e.MildTenths)):
		refuse("mild", "“%s”的分值应在 %s之间", levelLabel(e.Level), bounds.text())
	case !bounds.holds(Points(e.HarshTenths)):
		refuse("harsh", "“%s”的分值应在 %s之间", levelLabel(e.Level), bounds.text())
	case e.Level != honour && e.HarshTenths > e.MildTenths, e.Level == honour && e.HarshTenths < e.MildTenths:
		refuse("harsh", "最多的分值不能少于最少的分值")
	}
	if e.Veto && e.Level != "serious" {
		refuse("veto", "只有严重的行为可以一票否决")
	}
	if e.ValidityMonths < 1 || e.ValidityMonths > maxMonths {
		refuse("validityMonths", "计分时间应在 1 到 %d 个月之间", maxMonths)
	}
	if strings.TrimSpace(e.Conduct) == "" || len([]rune(e.Conduct)) > maxConduct {
		refuse("conduct", "行为应为 1 到 %d 个字", maxConduct)
	}
	if strings.TrimSpace(e.LegalBasis) == "" {
		refuse("legalBasis", "应写明依据；没有核实的写“待核实”")
	}
	return bad
}

// tenthsOf reads points as people write them, with one decimal at most: 6, 6.5.
func tenthsOf(s string) (int, bool) {
	if !regexp.MustCompile(`^\d{1,3}(\.\d)?$`).MatchString(s) {
		return 0, false
	}
	r, ok := new(big.Rat).SetString(s)
	if !ok {
		return 0, false
	}
	n, err := strconv.Atoi(r.Mul(r, big.NewRat(10, 1)).RatString())
	return n, err == nil
}

// magnitude is points without their sign, as the form asks for them.
func magnitude(tenths int) string {
	if tenths < 0 {
		tenths = -tenths
	}
	return strings.TrimSuffix(Points(tenths).Text(), ".0")
}

func parseDay(s string) (time.Time, error) {
	d, err := time.ParseInLocation(time.DateOnly, s, clock.Shanghai)
	if err != nil {
		return d, fmt.Errorf("day: %w", err)
	}
	return d, nil
}

// ParseRubric reads the rubric as it is shipped.
func ParseRubric(b []byte) ([]Entry, error) {
	var list []Entry
	if err := json.Unmarshal(b, &list); err != nil {
		return nil, fmt.Errorf("rubric: %w", err)
	}
	seen := map[string]bool{}
	for _, e := range list {
		if bad := e.check(); len(bad) > 0 {
			return nil, fmt.Errorf("rubric: %s: %s: %s", e.ID, bad[0].Name, bad[0].Message)
		}
		if _, err := parseDay(e.EffectiveFrom); err != nil || seen[e.ID] {
			return nil, fmt.Errorf("rubric: %s: given twice, or no day %q", e.ID, e.EffectiveFrom)
		}
		seen[e.ID] = true
	}
	return list, nil
}

// StoreRubric brings the shipped entries in, each as a version after what is there. What
// officers have decided since stays: a shipped file does not overrule them. The same file
// again changes nothing.
func StoreRubric(ctx context.Context, tx db.Tx, b provenance.Batch, list []Entry) (sum provenance.Summary, err error) {
	for _, e := range list {
		sum.Read++
		last, err := lastVersion(ctx, tx, e.ID)
		switch {
		case err != nil:
			return sum, err
		case last.Version > 0 && (last.decided || last.same(e)):
			sum.Unchanged++
			continue
		}
		e.Version, e.EffectiveFrom, e.Demo = last.Version+1, max(e.EffectiveFrom, last.EffectiveFrom), b.Demo
		if err := insertEntry(ctx, tx, e, origin{batch: &b.ID}); err != nil {
			return sum, err
		}
		if last.Version == 0 {
			sum.Inserted++
		} else {
			sum.Updated++
		}
	}
	return sum, nil
}

// Rubric is every entry's version in force on the day, and those that are to come; all
// also gives those that came before.
func (d *Desk) Rubric(ctx context.Context, all bool) ([]Entry, error) {
	now, err := deskNow(ctx, d.Pool)
	if err != nil {
		return nil, err
	}
	return listEntries(ctx, d.Pool, "", clock.Day(now), all)
}

// RubricEntry is all versions of one entry, the latest first.
func (d *Desk) RubricEntry(ctx context.Context, id string) ([]Entry, error) {
	now, err := deskNow(ctx, d.Pool)
	if err != nil {
		return nil, err
	}
	list, err := listEntries(ctx, d.Pool, id, clock.Day(now), true)
	if err == nil && len(list) == 0 {
		err = apperr.New(apperr.NotFound, "评分标准里没有这个条目")
	}
	return list, err
}

// origin is where a version of an entry comes from.
type origin struct {
	batch                           *uuid.UUID
	submission, proposer, confirmer *uuid.UUID
}
