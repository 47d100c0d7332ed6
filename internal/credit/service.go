package credit

import (
	"context"
	"time"

	"github.com/google/uuid"

	"zjcs/internal/agency"
	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/clock"
	"zjcs/internal/platform/db"
)

// Service answers what the public may know of an agency's credit.
type Service struct {
	pool   *db.Pool
	agency *agency.Service
	now    func() time.Time

	Outlets Outlets // set by whoever builds the program
}

// New makes the service.
func New(pool *db.Pool, a *agency.Service, now func() time.Time) *Service {
	return &Service{pool: pool, agency: a, now: now}
}

// ScoresAt are the scores of agencies as they stood at a time; one of which nothing is
// known has 95.0, A, and is new. Every agency asked for is in the answer.
func ScoresAt(ctx context.Context, q db.Querier, agencies []uuid.UUID, at time.Time) (map[uuid.UUID]Score, error) {
	bases, err := loadBases(ctx, q, agencies, at)
	if err != nil {
		return nil, err
	}
	blank := Of(Basis{}) // most agencies, at first
	out := make(map[uuid.UUID]Score, len(agencies))
	for _, id := range agencies {
		if b := bases[id]; b != nil {
			out[id] = Of(*b)
		} else {
			out[id] = blank
		}
	}
	return out, nil
}

// Of is the published score of an agency, by id or unified social credit code, as it
// stood at the end of a day (YYYY-MM-DD); "" is now.
func (s *Service) Of(ctx context.Context, key, day string) (Rating, error) {
	a, err := s.agency.Get(ctx, key)
	if err != nil {
		return Rating{}, err
	}
	at := s.now()
	if day != "" {
		d, err := time.ParseInLocation(time.DateOnly, day, clock.Shanghai)
		if err != nil || day > clock.Day(at) {
			return Rating{}, apperr.InvalidField("on", "日期应形如 2026-01-31，且不晚于今天")
		}
		if day < clock.Day(at) {
			at = d.AddDate(0, 0, 1).Add(-time.Microsecond)
		}
	}
	id, err := uuid.Parse(a.ID)
	if err != nil {
		return Rating{}, err
	}
	scores, err := ScoresAt(ctx, s.pool, []uuid.UUID{id}, at)
	if err != nil {
		return Rating{}, err
	}
	return rate(a, scores[id], clock.Day(at)), nil
}
