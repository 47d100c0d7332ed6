package agency

import (
	"context"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"zjcs/internal/catalog"
	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/clock"
	"zjcs/internal/platform/db"
	"zjcs/internal/platform/page"
	"zjcs/internal/platform/secret"
)

// Service answers what the public may know of agencies.
type Service struct {
	pool    *db.Pool
	catalog *catalog.Service
	now     func() time.Time
	pages   *db.Loader[pageKey, db.Listed[Summary]]
	byID    *db.Loader[uuid.UUID, Agency]
	byUSCC  *db.Loader[string, Agency]
}

// New makes the service on pool.
func New(pool *db.Pool, c *catalog.Service, now func() time.Time) *Service {
	s := &Service{pool: pool, catalog: c, now: now}
	s.pages = db.NewListLoader(pool, pageKey.listing, scanSummary)
	s.byID = db.NewLoader(func(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]Agency, error) {
		return publish(ctx, s, byID, ids, func(a Agency) uuid.UUID { return uuid.MustParse(a.ID) })
	})
	s.byUSCC = db.NewLoader(func(ctx context.Context, usccs []string) (map[string]Agency, error) {
		return publish(ctx, s, byUSCC, usccs, func(a Agency) string { return a.USCC })
	})
	return s
}

// publish reads agencies and makes them fit to be shown: certificates judged by the
// day, practitioners masked.
func publish[K comparable](ctx context.Context, s *Service, by keyed, keys []K, key func(Agency) K) (map[K]Agency, error) {
	list, err := getAgencies(ctx, s.pool, by, keys)
	if err != nil {
		return nil, err
	}
	now := s.now()
	out := make(map[K]Agency, len(list))
	for _, a := range list {
		for i := range a.Qualifications {
			q := &a.Qualifications[i]
			q.Validity = ValidityOn(q.ValidTo, now)
		}
		a.stand(now)
		for i := range a.Practitioners {
			p := &a.Practitioners[i]
			p.Name, p.CertificateNo = secret.MaskName(p.Name), secret.MaskNumber(p.CertificateNo)
			p.Validity = ValidityOn(p.ValidTo, now)
		}
		out[key(*a)] = *a
	}
	return out, nil
}

// List is a page of admitted agencies, the latest admitted first.
func (s *Service) List(ctx context.Context, f Filter) (page.Page[Summary], error) {
	var none page.Page[Summary]
	var subtree []string
	if f.Region != "" {
		regions, err := s.catalog.Regions(ctx)
		if err != nil {
			return none, err
		}
		if err := f.Validate(regions); err != nil {
			return none, err
		}
		subtree = regions.Subtree(f.Region)
	} else if err := f.Validate(nil); err != nil {
		return none, err
	}
	before, given, err := page.Decode[uuid.UUID](f.Cursor)
	if err != nil {
		return none, err
	}
	if !given {
		before = uuid.Max
	}
	f.Cursor = ""
	found, _, err := s.pages.Get(ctx, pageKey{Filter: f, subtree: strings.Join(subtree, ","), before: before, day: clock.Day(s.now())})
	if err != nil {
		return none, err
	}
	return page.Make(found.Rows, f.Size(), found.Total, func(a Summary) string { return a.ID }), nil
}

// Get is an agency by id or by unified social credit code.
func (s *Service) Get(ctx context.Context, key string) (Agency, error) {
	var a Agency
	var found bool
	var err error
	if id, bad := uuid.Parse(key); bad == nil {
		a, found, err = s.byID.Get(ctx, id)
	} else if len(key) == 18 && plain(key) {
		a, found, err = s.byUSCC.Get(ctx, strings.ToUpper(key))
	}
	if err == nil && !found {
		err = errNoAgency
	}
	return a, err
}

// Counts are the figures of the whole market.
type Counts struct {
	Admitted int // all that may work today
	Outside  int // of these registered outside the city
	ByRegion map[string]int
	Demo     int // invented ones among them
}

// Counts counts every agency that may work today, exactly: for pages that are cached.
func (s *Service) Counts(ctx context.Context) (Counts, error) {
	return countAgencies(ctx, s.pool, clock.Day(s.now()))
}

// CountsByItem counts the agencies that may take each item on today, by item code, exactly.
func (s *Service) CountsByItem(ctx context.Context) (map[string]int, error) {
	return countByItem(ctx, s.pool, clock.Day(s.now()))
}

// QualificationNames are the names in use, for a filter's choices.
func (s *Service) QualificationNames(ctx context.Context) ([]string, error) {
	return qualificationNames(ctx, s.pool)
}

var errNoAgency = apperr.New(apperr.NotFound, "没有这家中介机构")

// plain is text that PostgreSQL can hold and a person would type.
func plain(s string) bool {
	return utf8.ValidString(s) && utf8.RuneCountInString(s) <= 100 && !strings.ContainsRune(s, 0)
}
