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

// Service answers what the public may know of an agency's credit, and brings it through
// the days.
type Service struct {
	pool   *db.Pool
	agency *agency.Service
	now    func() time.Time

	Outlets   Outlets // set by whoever builds the program, as is
	PublicURL string  // the site's address, for the codes on reports
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
	return s.rate(ctx, a, id, at)
}

func (s *Service) rate(ctx context.Context, a agency.Agency, id uuid.UUID, at time.Time) (Rating, error) {
	h, err := loadHistory(ctx, s.pool, id)
	if err != nil {
		return Rating{}, err
	}
	t, err := loadTold(ctx, s.pool, id, at)
	if err != nil {
		return Rating{}, err
	}
	admitted, err := time.ParseInLocation(time.DateOnly, a.AdmittedOn, clock.Shanghai)
	if err != nil {
		return Rating{}, err
	}
	score := Of(h.basis(at))
	r := Rating{
		AgencyID: a.ID, AgencyName: a.Name, USCC: a.USCC, State: a.State, StateLabel: a.StateLabel, On: clock.Day(at), Demo: a.Demo,
		Tenths: int(score.Tenths), Text: score.Tenths.Text(), Grade: score.Grade, GradedOn: a.AdmittedOn, New: score.New, Veto: score.Veto, Note: asKnown(at, s.now()),
		Parts: parts(score), Records: shownRecords(score.Counted, h), Evaluations: shownEvaluations(t.evaluations, at), Facts: shownFacts(score.Tallies),
		Effects: t.effects, Trend: h.trend(at, admitted), Changes: t.changes,
	}
	for i := range r.Effects {
		r.Effects[i].Label = MeasureLabel(agency.State(r.Effects[i].Measure))
	}
	if t.gradedAt != nil {
		r.GradedOn = clock.Day(*t.gradedAt)
	}
	w, err := readWho(ctx, s.pool, id)
	if err != nil {
		return Rating{}, err
	}
	sampled := r.Grade
	for _, e := range r.Effects { // always, as long as the measure lasts
		if e.Measure == string(agency.Restricted) && sampled < C {
			sampled = C
		}
	}
	if r.Sampling, err = SamplingPercent(ctx, s.pool, sampled, w.region, at); err != nil {
		return Rating{}, err
	}
	ban, err := BanOf(ctx, s.pool, a.USCC, clock.Day(at))
	if err != nil {
		return Rating{}, err
	}
	if ban.ID != "" {
		r.Ban = &ban
	}
	if err := s.published(ctx, r.Records); err != nil {
		return Rating{}, err
	}
	return r, s.place(ctx, r.Changes)
}

// place says where in the public log the changes of grade stand.
func (s *Service) place(ctx context.Context, changes []ShownChange) error {
	var ids []uuid.UUID
	for _, c := range changes {
		if c.Entry != nil {
			ids = append(ids, *c.Entry)
		}
	}
	if s.Outlets.Indexes == nil || len(ids) == 0 {
		return nil
	}
	found, err := s.Outlets.Indexes(ctx, ids)
	if err != nil {
		return err
	}
	for i, c := range changes {
		if c.Entry == nil {
			continue
		}
		if n, ok := found[*c.Entry]; ok {
			changes[i].Index = &n
		}
	}
	return nil
}

// published says where in the public log the records stand.
func (s *Service) published(ctx context.Context, records []ShownRecord) error {
	if s.Outlets.Published == nil || len(records) == 0 {
		return nil
	}
	ids := make([]uuid.UUID, len(records))
	for i, r := range records {
		ids[i] = uuid.MustParse(r.ID)
	}
	found, err := s.Outlets.Published(ctx, ids)
	for i, id := range ids {
		if n, ok := found[id]; ok {
			records[i].Index = &n
		}
	}
	return err
}

func asKnown(at, now time.Time) string {
	if clock.Day(at) == clock.Day(now) {
		return "按今天已知的记录、评价和客观记录计算。"
	}
	return "按 " + clock.Day(at) + " 结束时已知的记录、评价和客观记录计算；后来的修复、撤销和更正不改变那一天的得分。"
}
