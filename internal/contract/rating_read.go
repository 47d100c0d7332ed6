package contract

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/authz"
	"zjcs/internal/platform/calendar"
	"zjcs/internal/platform/db"
	"zjcs/internal/platform/secret"
)

const (
	permitBid     authz.Permission = "bid:submit"
	permitOperate authz.Permission = "procurement:operate"
)

// PurchaserRating is what an agency learns of a purchaser before it bids.
type PurchaserRating struct {
	Purchaser   string           `json:"purchaser" doc:"项目业主"`
	Score       PurchaserScore   `json:"score" doc:"得分"`
	Stars       []StarMean       `json:"stars" doc:"机构评价各维度的平均星"`
	LateDays    int              `json:"lateDays" doc:"24 个月内签订的合同，付款最长逾期的天数"`
	OverdueFen  int64            `json:"overdueFen" doc:"现在到期未付的（分）"`
	StoppedDays int              `json:"stoppedDays" doc:"因业主资料迟交停计的工作日之和"`
	Contracts   int              `json:"contracts" doc:"依据了几份合同：24 个月内签订的，最多取最近 500 份"`
	Said        []SaidOfPurchase `json:"said" doc:"最近的评价，不显示是哪家机构"`
}

// StarMean is the mean of one dimension.
type StarMean struct {
	Dimension
	Mean string `json:"mean" doc:"平均的星，两位小数；没有评价的是空"`
	N    int    `json:"n" doc:"几次评价"`
}

// SaidOfPurchase is one agency's evaluation, without its name: who bids again with a
// purchaser shall not fear to have spoken.
type SaidOfPurchase struct {
	PublishedAt time.Time  `json:"publishedAt" doc:"公开时间"`
	Stars       []StarLine `json:"stars" doc:"各维度的星"`
	Mean        string     `json:"mean" doc:"加权平均的星"`
	Comment     string     `json:"comment,omitempty" doc:"总的评价"`
	Reply       string     `json:"reply,omitempty" doc:"项目业主的回复"`
}

// RatingOf is the rating of the purchaser of a procurement that was published: for whoever
// may bid for an agency, the purchaser's own people and the officials of the region.
func (s *Service) RatingOf(ctx context.Context, procurement uuid.UUID) (PurchaserRating, error) {
	if authz.From(ctx) == nil {
		return PurchaserRating{}, apperr.New(apperr.Unauthenticated, "请先登录")
	}
	b, err := buyerOf(ctx, s.Pool, procurement)
	if err != nil {
		return PurchaserRating{}, err
	}
	own := authz.From(ctx).Of(b.org)
	if !own && !s.Policy.May(ctx, permitBid, authz.Anywhere) && !s.Policy.May(ctx, permitOperate, authz.Scope{Region: b.region}) {
		return PurchaserRating{}, apperr.New(apperr.Forbidden, "项目业主的得分供中介机构报名前参考，也可以由本单位和辖区的运营审核查看")
	}
	r, err := s.rate(ctx, b)
	if b.natural && !own {
		r.Purchaser = secret.MaskName(r.Purchaser)
	}
	return r, err
}

// MyRating is the rating of the actor's own organisation.
func (s *Service) MyRating(ctx context.Context, org uuid.UUID) (PurchaserRating, error) {
	if err := s.Policy.Require(ctx, permitRun, authz.Scope{Organisation: org}); err != nil {
		return PurchaserRating{}, err
	}
	b, err := purchaserNamed(ctx, s.Pool, org)
	if err != nil {
		return PurchaserRating{}, err
	}
	return s.rate(ctx, b)
}

// buyer is a purchaser to be rated.
type buyer struct {
	org     uuid.UUID
	name    string
	natural bool
	region  string
}

const (
	ratingContracts = 500
	ratingShown     = 10
)

func (s *Service) rate(ctx context.Context, b buyer) (PurchaserRating, error) {
	r := PurchaserRating{Purchaser: b.name, Said: []SaidOfPurchase{}}
	now, err := dbNow(ctx, s.Pool)
	if err != nil {
		return r, err
	}
	since := now.AddDate(0, -ratingMonths, 0)
	said, err := saidOf(ctx, s.Pool, b.org, since)
	if err != nil {
		return r, err
	}
	basis := PurchaserBasis{}
	sums, counted := map[string]int{}, 0
	for _, e := range said {
		if e.Counts {
			basis.Said = append(basis.Said, Said{e.agency, e.Opinion.Hundredths(Agency)})
			counted++
			for k, n := range e.Opinion.Stars {
				sums[k] += n
			}
		}
		if len(r.Said) < ratingShown {
			v := e.public(b.natural, b.name)
			r.Said = append(r.Said, SaidOfPurchase{v.PublishedAt, v.Stars, v.Mean, v.Comment, v.Reply})
		}
	}
	for _, d := range ofPurchaser {
		m := StarMean{Dimension: d, N: counted}
		if counted > 0 {
			m.Mean = starText((sums[d.Key]*100 + counted/2) / counted)
		}
		r.Stars = append(r.Stars, m)
	}
	if err := s.measure(ctx, b.org, since, now, &basis, &r); err != nil {
		return r, err
	}
	r.Score = RatePurchaser(basis)
	return r, nil
}

// measure reads what the purchaser's contracts show of its payments and papers.
func (s *Service) measure(ctx context.Context, org uuid.UUID, since, now time.Time, basis *PurchaserBasis, r *PurchaserRating) error {
	contracts, err := signedSince(ctx, s.Pool, org, since, ratingContracts)
	if err != nil || len(contracts) == 0 {
		return err
	}
	cal, err := calendar.Load(ctx, s.Pool)
	if err != nil {
		return err
	}
	ids := make([]uuid.UUID, len(contracts))
	for i, c := range contracts {
		ids[i] = c.ID
	}
	all, err := loadParts(ctx, s.Pool, ids, false)
	if err != nil {
		return err
	}
	today := calendar.DayOf(now)
	r.Contracts = len(contracts)
	for _, c := range contracts {
		p := all[c.ID]
		due, paid := certain(dues(c, p)), p.paidOn()
		k, longest := punctual(due, paid, today)
		basis.Payments.Kept, basis.Payments.Broken = basis.Payments.Kept+k.Kept, basis.Payments.Broken+k.Broken
		r.LateDays = max(r.LateDays, longest)
		r.OverdueFen += overdue(due, paid, today)
		if c.FiledAt == nil {
			continue // no service has begun that papers could be late for
		}
		var spans []Span
		for _, st := range p.stops {
			if st.Kind == OwnerPapers {
				spans = append(spans, countedStops([]Stop{st}, nil)...)
			}
		}
		if len(spans) == 0 {
			basis.Papers.Kept++
			continue
		}
		basis.Papers.Broken++
		end := today
		if c.DeliveredAt != nil {
			end = min(end, calendar.DayOf(*c.DeliveredAt))
		}
		r.StoppedDays += Measure(cal, calendar.DayOf(*c.StartOn), end, spans).Stopped
	}
	return nil
}

// punctual counts the sums that fell due before today: one is paid in time when by the end
// of its day all that was due by then is paid. longest is for how many days any was open.
func punctual(due []Due, paid []Paid, today calendar.Day) (k Kept, longest int) {
	upTo := func(d calendar.Day) (fen int64) {
		for _, p := range paid {
			if p.On <= d {
				fen += p.Fen
			}
		}
		return fen
	}
	for _, d := range due {
		if d.On >= today {
			continue
		}
		var owed int64
		for _, x := range due {
			if x.On <= d.On {
				owed += x.Fen
			}
		}
		if upTo(d.On) >= owed {
			k.Kept++
			continue
		}
		k.Broken++
		settled := today // the day on which it was at last paid
		for _, p := range paid {
			if p.On > d.On && p.On < settled && upTo(p.On) >= owed {
				settled = p.On
			}
		}
		longest = max(longest, int(settled-d.On))
	}
	return k, longest
}

// saidBy is an agency's evaluation.
type saidBy struct {
	Evaluation
	agency uuid.UUID
}

func saidOf(ctx context.Context, q db.Querier, org uuid.UUID, since time.Time) ([]saidBy, error) {
	list, err := listSaid(ctx, q, org, since)
	return slices.DeleteFunc(list, func(e saidBy) bool { return e.State != EvaluationPublished }), err
}
