package procurement

import (
	"context"
	"fmt"

	"zjcs/internal/platform/clock"
	"zjcs/internal/platform/db"
	"zjcs/internal/review"
)

// RedateTx works out anew the time limits that are provisional (暂定), when a year of the
// calendar is taken in (domain.md section 11): when open objections have to be answered,
// and until when results are published. It returns how many it worked out.
func (s *Service) RedateTx(ctx context.Context, tx db.Tx) (int, error) {
	objections, err := s.redateObjections(ctx, tx)
	if err != nil {
		return 0, err
	}
	results, err := s.redatePublicity(ctx, tx)
	return objections + results, err
}

func (s *Service) redateObjections(ctx context.Context, tx db.Tx) (int, error) {
	list, err := lockProvisionalObjections(ctx, tx)
	if err != nil {
		return 0, err
	}
	for _, o := range list {
		n, err := s.Workdays(ctx, tx, ruleObjection, o.Region, o.Filed)
		if err != nil {
			return 0, err
		}
		due, provisional, err := s.Due(ctx, tx, o.Filed, n)
		if err != nil {
			return 0, err
		}
		if err := setObjectionDue(ctx, tx, o.ID, due, provisional); err != nil {
			return 0, err
		}
	}
	return len(list), nil
}

// redatePublicity leaves a publicity alone that an objection has stopped: what is left of
// it after that rests on more than the calendar. A new end is published and logged, like
// the one before.
func (s *Service) redatePublicity(ctx context.Context, tx db.Tx) (int, error) {
	list, err := lockProvisionalPublicity(ctx, tx)
	if err != nil {
		return 0, err
	}
	for _, p := range list {
		n, err := s.Workdays(ctx, tx, rulePublicity, p.Region, p.PublishedAt)
		if err != nil {
			return 0, err
		}
		before := *p.PublicityUntil
		until, provisional, err := s.Due(ctx, tx, *p.ConcludedAt, n)
		if err != nil {
			return 0, err
		}
		if err := setPublicity(ctx, tx, &p, until, provisional); err != nil {
			return 0, err
		}
		if until.Equal(before) {
			continue
		}
		note := fmt.Sprintf("工作日日历公布后，公示截止由暂定的 %s 改为 %s", clock.Until(before), clock.Until(until))
		if _, err := s.recordTx(ctx, tx, &p, p.State, step{Action: redated, By: review.Clock, Note: note, Kind: "publicity-redated", Body: map[string]any{"from": before, "publicityUntil": until}}); err != nil {
			return 0, err
		}
		if err := s.tellBidders(ctx, tx, p, redated, note); err != nil {
			return 0, err
		}
	}
	return len(list), nil
}
