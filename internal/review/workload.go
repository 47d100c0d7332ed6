package review

import (
	"context"

	"github.com/google/uuid"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/audit"
	"zjcs/internal/platform/authz"
	"zjcs/internal/platform/db"
)

// Workload is how much waits at a region, of each kind, and how fast it moves.
type Workload struct {
	Kind        string  `json:"kind"`
	KindLabel   string  `json:"kindLabel" doc:"类别"`
	RegionCode  string  `json:"regionCode"`
	RegionName  string  `json:"regionName" doc:"受理区划"`
	Waiting     int     `json:"waiting" doc:"待审核件数"`
	Overdue     int     `json:"overdue" doc:"其中已超期"`
	Decided     int     `json:"decided30" doc:"近 30 天办结件数"`
	MedianHours float64 `json:"medianHours30" doc:"近 30 天从提交到办结的中位时长，小时"`
}

// ReviewerLoad is what one reviewer has done and holds.
type ReviewerLoad struct {
	PersonID uuid.UUID `json:"personId"`
	Name     string    `json:"name" doc:"审核人"`
	Holding  int       `json:"holding" doc:"承办中的件数"`
	Overdue  int       `json:"overdue" doc:"其中已超期"`
	Decided  int       `json:"decided30" doc:"近 30 天办结件数"`
}

// Workloads are the figures of the actor's regions.
type Workloads struct {
	Matters   []Workload     `json:"matters" doc:"按类别和区划"`
	Reviewers []ReviewerLoad `json:"reviewers" doc:"按审核人"`
}

// Workload counts what waits and what was decided, within the actor's reach.
func (s *Service) Workload(ctx context.Context) (Workloads, error) {
	if err := s.Policy.Require(ctx, "workload:read", authz.Anywhere); err != nil {
		return Workloads{}, err
	}
	w, err := workloads(ctx, s.Pool, s.Policy.ReachOf(ctx, "workload:read"))
	for i := range w.Matters {
		w.Matters[i].KindLabel = s.kinds[w.Matters[i].Kind].Label
	}
	return w, err
}

// Assign gives a submission that waits to a reviewer: a reviewer takes it himself, a
// region's admin gives it to whom he likes; to uuid.Nil it is given back.
func (s *Service) Assign(ctx context.Context, id, person uuid.UUID, version int) (Detail, error) {
	err := db.InTx(ctx, s.Pool, func(tx db.Tx) error {
		sub, k, err := s.visible(ctx, tx, id, true)
		if err != nil {
			return err
		}
		scope := authz.Scope{Region: sub.RegionCode, Sectors: sub.Sectors}
		self := authz.From(ctx).Person == person || person == uuid.Nil && sub.AssigneeID != nil && *sub.AssigneeID == authz.From(ctx).Person
		if !self || s.why(ctx, k, sub) != "" {
			if err := s.Policy.Require(ctx, "submission:assign", scope); err != nil {
				return err
			}
		}
		if sub.State != Submitted {
			return apperr.New(apperr.Conflict, "当前状态是“%s”，只有待审核的可以分派", Workflow.States[sub.State])
		}
		if err := fresh(ctx, tx, sub, version); err != nil {
			return err
		}
		if person != uuid.Nil {
			able, err := mayReview(ctx, tx, person, sub, s.reviewRoles(k))
			if err != nil {
				return err
			}
			if !able {
				return apperr.InvalidField("personId", "这个人没有审核本件的权限，请另选一位")
			}
		}
		if err := setAssignee(ctx, tx, id, person); err != nil {
			return err
		}
		if err := record(ctx, tx, sub, audit.Done, "submission:assign", "分派承办人"); err != nil {
			return err
		}
		if self || person == uuid.Nil { // whoever takes a matter knows of it
			return nil
		}
		sub.AssigneeID = &person
		return s.Announce(ctx, tx, Announcement{Submission: sub, Kind: k, Action: Assign})
	})
	if err != nil {
		return Detail{}, err
	}
	return s.Get(ctx, id)
}

// reviewRoles are the roles that may review the kind.
func (s *Service) reviewRoles(k Kind) []authz.Role {
	var out []authz.Role
	for _, r := range authz.Roles {
		if s.Policy.Allows(r, k.Review) {
			out = append(out, r)
		}
	}
	return out
}
