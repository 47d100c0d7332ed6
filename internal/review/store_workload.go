package review

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"zjcs/internal/platform/authz"
	"zjcs/internal/platform/db"
)

const inReach = `EXISTS (SELECT FROM unnest($1::text[], $2::text[]) AS g(region, sector)
	WHERE g.region = s.region_code AND (g.sector = '' OR g.sector = ANY (s.sectors)))`

func workloads(ctx context.Context, q db.Querier, r authz.Reach) (Workloads, error) {
	w := Workloads{}
	var b pgx.Batch
	b.Queue(`
		SELECT s.kind, s.region_code, r.name,
		       count(*) FILTER (WHERE s.state = 'submitted'),
		       count(*) FILTER (WHERE s.state = 'submitted' AND s.due_at < now()),
		       count(*) FILTER (WHERE s.decided_at > now() - interval '30 days'),
		       coalesce(percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM s.decided_at - s.submitted_at) / 3600)
		                FILTER (WHERE s.decided_at > now() - interval '30 days'), 0)
		FROM submission s JOIN region r ON r.code = s.region_code
		WHERE (s.state = 'submitted' OR s.decided_at > now() - interval '30 days') AND `+inReach+`
		GROUP BY s.kind, s.region_code, r.name ORDER BY 5 DESC, 4 DESC, s.kind, s.region_code`, r.Regions, r.Sectors).Query(func(rows pgx.Rows) (err error) {
		w.Matters, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (m Workload, err error) {
			err = row.Scan(&m.Kind, &m.RegionCode, &m.RegionName, &m.Waiting, &m.Overdue, &m.Decided, &m.MedianHours)
			return m, err
		})
		return err
	})
	b.Queue(`
		SELECT p.id, p.name, count(*) FILTER (WHERE s.state = 'submitted'), count(*) FILTER (WHERE s.state = 'submitted' AND s.due_at < now()),
		       count(*) FILTER (WHERE s.decided_at > now() - interval '30 days' AND s.state <> 'submitted')
		FROM submission s JOIN person p ON p.id = CASE WHEN s.state = 'submitted' THEN s.assignee ELSE s.decided_by END
		WHERE (s.state = 'submitted' OR s.decided_at > now() - interval '30 days') AND `+inReach+`
		GROUP BY p.id, p.name ORDER BY 4 DESC, 3 DESC, p.name LIMIT 200`, r.Regions, r.Sectors).Query(func(rows pgx.Rows) (err error) {
		w.Reviewers, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (l ReviewerLoad, err error) {
			err = row.Scan(&l.PersonID, &l.Name, &l.Holding, &l.Overdue, &l.Decided)
			return l, err
		})
		return err
	})
	if err := q.SendBatch(ctx, &b).Close(); err != nil {
		return w, fmt.Errorf("workload: %w", err)
	}
	return w, nil
}

// mayReview reports whether the person holds one of the roles over the submission.
func mayReview(ctx context.Context, q db.Querier, person uuid.UUID, s Submission, roles []authz.Role) (able bool, err error) {
	err = q.QueryRow(ctx, `
		SELECT EXISTS (SELECT FROM role_grant g JOIN person p ON p.id = g.person_id
			WHERE g.person_id = $1 AND p.state = 'active' AND g.role = ANY ($2) AND g.revoked_at IS NULL
			  AND (g.valid_until IS NULL OR g.valid_until > now())
			  AND $3 = ANY (region_subtree(g.region_code)) AND (g.sector = '' OR g.sector = ANY ($4)))
		   AND $1 <> $5`, person, roles, s.RegionCode, s.Sectors, s.Author).Scan(&able)
	if err != nil {
		err = fmt.Errorf("may review: %w", err)
	}
	return able, err
}

func setAssignee(ctx context.Context, q db.Querier, id, person uuid.UUID) error {
	_, err := q.Exec(ctx, `
		UPDATE submission SET assignee = nullif($2, '00000000-0000-0000-0000-000000000000'::uuid), version = version + 1, updated_at = now() WHERE id = $1`, id, person)
	if err != nil {
		return fmt.Errorf("assign submission: %w", err)
	}
	return nil
}

// provisional is a time limit that rests on a calendar not yet published.
type provisional struct {
	id          uuid.UUID
	kind        string
	region      string
	submittedAt time.Time
}

func lockProvisional(ctx context.Context, q db.Querier) ([]provisional, error) {
	rows, err := q.Query(ctx, `
		SELECT id, kind, region_code, submitted_at FROM submission WHERE state = 'submitted' AND due_provisional ORDER BY id FOR UPDATE`)
	if err != nil {
		return nil, fmt.Errorf("lock provisional limits: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (p provisional, err error) {
		err = row.Scan(&p.id, &p.kind, &p.region, &p.submittedAt)
		return p, err
	})
	if err != nil {
		return nil, fmt.Errorf("lock provisional limits: %w", err)
	}
	return list, nil
}

func setDue(ctx context.Context, q db.Querier, id uuid.UUID, due time.Time, provisional bool) error {
	if _, err := q.Exec(ctx, `UPDATE submission SET due_at = $2, due_provisional = $3 WHERE id = $1`, id, due, provisional); err != nil {
		return fmt.Errorf("set time limit: %w", err)
	}
	return nil
}
