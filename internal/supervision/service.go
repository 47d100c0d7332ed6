package supervision

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strconv"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/audit"
	"zjcs/internal/platform/authz"
	"zjcs/internal/platform/clock"
	"zjcs/internal/platform/db"
	"zjcs/internal/platform/page"
	"zjcs/internal/platform/sheet"
)

// Service is what supervisors do.
type Service struct {
	pool   *db.Pool
	policy *authz.Policy
}

// New makes the service on pool.
func New(pool *db.Pool, policy *authz.Policy) *Service { return &Service{pool, policy} }

const readLog authz.Permission = "audit:read"

// MaxExport bounds an export: a table that a person can still look through, and that is
// made before the first byte of it is sent.
const MaxExport = 10_000

// SearchLog is a page of the log within the actor's regions, the latest first. What
// belongs to no region is shown only to who supervises the whole city.
func (s *Service) SearchLog(ctx context.Context, f LogFilter) (page.Page[Line], error) {
	var out page.Page[Line]
	before, given, err := page.Decode[int64](f.Cursor)
	if err != nil {
		return out, err
	}
	err = s.look(ctx, f, "查询", func(tx db.Tx, q logQuery) error {
		if given {
			q.before = before
		}
		rows, total, err := listLines(ctx, tx, q, f.Size()+1, page.TotalCap)
		if err == nil {
			out = page.Make(rows, f.Size(), total, func(l Line) int64 { return l.ID })
		}
		return err
	})
	return out, err
}

// ExportLog writes what SearchLog would list as CSV, whole or not at all.
func (s *Service) ExportLog(ctx context.Context, f LogFilter, w io.Writer) error {
	var lines []Line
	err := s.look(ctx, f, "导出", func(tx db.Tx, q logQuery) (err error) {
		lines, _, err = listLines(ctx, tx, q, MaxExport+1, 0)
		if err == nil && len(lines) > MaxExport {
			err = apperr.New(apperr.TooLarge, "符合条件的超过 %d 条，请缩小时间或其他条件后再导出", MaxExport)
		}
		return err
	})
	if err != nil {
		return err
	}
	return writeLines(w, lines)
}

// look lets read see what the actor may see, and logs that it was seen, or nothing is.
func (s *Service) look(ctx context.Context, f LogFilter, how string, read func(db.Tx, logQuery) error) error {
	if err := s.policy.Require(ctx, readLog, authz.Anywhere); err != nil {
		return err
	}
	if err := f.Validate(); err != nil {
		return err
	}
	q := logQuery{LogFilter: f, regions: s.policy.ReachOf(ctx, readLog).Regions}
	if f.Region != "" {
		if err := s.policy.Require(ctx, readLog, authz.Scope{Region: f.Region}); err != nil {
			return err
		}
	}
	return db.InTx(ctx, s.pool, func(tx db.Tx) error {
		if err := read(tx, q); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{
			Outcome: audit.Read, Action: string(readLog), Kind: "audit-log", Region: s.seat(ctx, f.Region), Summary: how + "操作日志：" + f.words(),
		})
	})
}

// seat is where a look belongs: at the region asked for, else where the actor supervises.
func (s *Service) seat(ctx context.Context, region string) string {
	if region != "" {
		return region
	}
	at := slices.IndexFunc(authz.From(ctx).Grants, func(g authz.Grant) bool { return s.policy.Allows(g.Role, readLog) })
	if at < 0 {
		return ""
	}
	return authz.From(ctx).Grants[at].Region
}

var exportHead = []string{"序号", "时间", "结果", "操作", "操作人", "操作人标识", "涉及单位", "来源地址", "客户端", "请求编号", "对象类别", "对象标识", "区划代码", "区划", "做了什么", "字段改动"}

// writeLines begins with a byte order mark, by which Excel knows UTF-8; no cell can be
// taken for a formula.
func writeLines(w io.Writer, lines []Line) error {
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return fmt.Errorf("export log: %w", err)
	}
	out := csv.NewWriter(w)
	out.UseCRLF = true
	write := func(cells []string) error {
		for i := range cells {
			cells[i] = sheet.Escape(cells[i])
		}
		return out.Write(cells)
	}
	if err := write(slices.Clone(exportHead)); err != nil {
		return fmt.Errorf("export log: %w", err)
	}
	for _, l := range lines {
		person := ""
		if l.PersonID != nil {
			person = l.PersonID.String()
		}
		err := write([]string{strconv.FormatInt(l.ID, 10), l.At.In(clock.Shanghai).Format("2006-01-02 15:04:05"), l.OutcomeLabel, l.Action, l.PersonName, person,
			l.Organisation, l.Remote, l.Agent, l.RequestID, l.SubjectKind, l.SubjectID, l.RegionCode, l.RegionName, l.Summary, string(l.Change)})
		if err != nil {
			return fmt.Errorf("export log: %w", err)
		}
	}
	out.Flush()
	return out.Error()
}

// logQuery is a filter with what its asker may see.
type logQuery struct {
	LogFilter
	regions []string
	before  int64 // 0: from the latest
}
