package contract

import (
	"math/rand"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"pgregory.net/rapid"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/calendar"
	"zjcs/internal/platform/clock"
	"zjcs/internal/platform/page"
)

func TestPurchaserRating(t *testing.T) {
	t.Parallel()
	one := uuid.New()
	for name, c := range map[string]struct {
		of   PurchaserBasis
		want int
	}{
		"nothing is known":                 {PurchaserBasis{}, 800},
		"one five":                         {PurchaserBasis{Said: []Said{{one, 500}}}, 817},                 // m = 25/6
		"one one":                          {PurchaserBasis{Said: []Said{{one, 100}}}, 750},                 // m = 21/6
		"ten of one agency count as three": {PurchaserBasis{Said: slicesOf(Said{one, 500}, 10)}, 838},       // m = 35/8
		"all paid in time":                 {PurchaserBasis{Payments: Kept{5, 0}}, 825},                     // 50 × 5/10
		"all late":                         {PurchaserBasis{Payments: Kept{0, 5}, Papers: Kept{0, 5}}, 750}, // −25 −25
		"kept and broken alike":            {PurchaserBasis{Payments: Kept{3, 3}}, 800},
	} {
		if got := RatePurchaser(c.of); got.Tenths != c.want {
			t.Errorf("%s: %d, want %d", name, got.Tenths, c.want)
		}
	}
}

func slicesOf[T any](v T, n int) []T {
	out := make([]T, n)
	for i := range out {
		out[i] = v
	}
	return out
}

// TestPurchaserRatingAddsUp: the parts make the whole, it stays between 40 and 100, the order
// of what is known never matters, and a better evaluation never makes it worse.
func TestPurchaserRatingAddsUp(t *testing.T) {
	t.Parallel()
	agencies := []uuid.UUID{uuid.New(), uuid.New(), uuid.New()}
	rapid.Check(t, func(t *rapid.T) {
		b := PurchaserBasis{Payments: Kept{rapid.IntRange(0, 300).Draw(t, "paid"), rapid.IntRange(0, 300).Draw(t, "late")}, Papers: Kept{rapid.IntRange(0, 300).Draw(t, "given"), rapid.IntRange(0, 300).Draw(t, "missing")}}
		for range rapid.IntRange(0, 30).Draw(t, "n") {
			b.Said = append(b.Said, Said{rapid.SampledFrom(agencies).Draw(t, "agency"), rapid.IntRange(100, 500).Draw(t, "stars")})
		}
		got, sum := RatePurchaser(b), 0
		for _, p := range got.Parts {
			sum += p.Tenths
		}
		if sum != got.Tenths || got.Tenths < 400 || got.Tenths > 1000 {
			t.Fatalf("%+v", got)
		}
		mixed := PurchaserBasis{Said: append([]Said(nil), b.Said...), Payments: b.Payments, Papers: b.Papers}
		rand.New(rand.NewSource(1)).Shuffle(len(mixed.Said), func(i, j int) { mixed.Said[i], mixed.Said[j] = mixed.Said[j], mixed.Said[i] })
		if diff := cmp.Diff(got, RatePurchaser(mixed)); diff != "" {
			t.Fatal(diff)
		}
		if len(b.Said) > 0 {
			i := rapid.IntRange(0, len(b.Said)-1).Draw(t, "which")
			mixed = PurchaserBasis{Said: append([]Said(nil), b.Said...), Payments: b.Payments, Papers: b.Papers}
			mixed.Said[i].Hundredths = 500
			if RatePurchaser(mixed).Tenths < got.Tenths {
				t.Fatal("a better evaluation makes it worse")
			}
		}
	})
}

func TestPunctual(t *testing.T) {
	t.Parallel()
	const today = calendar.Day(1000)
	for name, c := range map[string]struct {
		due     []Due
		paid    []Paid
		want    Kept
		longest int
	}{
		"not due yet":                        {[]Due{{1000, 100}}, nil, Kept{}, 0},
		"paid on the last day":               {[]Due{{900, 100}}, []Paid{{900, 100}}, Kept{1, 0}, 0},
		"paid three days late":               {[]Due{{900, 100}}, []Paid{{903, 100}}, Kept{0, 1}, 3},
		"not paid":                           {[]Due{{900, 100}}, nil, Kept{0, 1}, 100},
		"half of it":                         {[]Due{{900, 100}}, []Paid{{890, 50}, {910, 50}}, Kept{0, 1}, 10},
		"the second with the first's":        {[]Due{{900, 100}, {950, 100}}, []Paid{{895, 200}}, Kept{2, 0}, 0},
		"the first late, the second in time": {[]Due{{900, 100}, {950, 100}}, []Paid{{905, 100}, {950, 100}}, Kept{1, 1}, 5},
	} {
		if k, longest := punctual(c.due, c.paid, today); k != c.want || longest != c.longest {
			t.Errorf("%s: %+v %d, want %+v %d", name, k, longest, c.want, c.longest)
		}
	}
}

// TestRatingIsForWhoBids: an agency reads it before it bids, the purchaser its own; the
// public and other purchasers do not. It rests on what agencies said and on the contracts.
func TestRatingIsForWhoBids(t *testing.T) {
	t.Parallel()
	r := evaluating(t)
	d := r.filed()
	d = must2(t)(r.ProposeStop(r.as(r.firmAgent), StopInput{Contract: d.ID, Kind: OwnerPapers, Reason: "缺用地批复，无法继续", From: clock.Day(time.Now())}))
	d = must2(t)(r.ConfirmStop(r.as(r.buyerAgent), AnswerStopInput{Contract: d.ID, Stop: d.Stops[0].ID}))
	d = must2(t)(r.Deliver(r.as(r.firmAgent), DeliverInput{Contract: d.ID, Milestone: 1, Files: []uuid.UUID{r.upload(r.firmAgent)}}))
	d = must2(t)(r.Accept(r.as(r.buyerAgent), AnswerDeliveryInput{Contract: d.ID, Delivery: d.latest(1)}))
	r.exec(`UPDATE contract_delivery SET submitted_at = submitted_at - interval '60 days', answered_at = answered_at - interval '59 days'`) // due a month ago, and not paid
	r.sayBoth(d.ID, 5, 2)
	rating, err := r.RatingOf(r.as(r.strangers[0]), r.procurement)
	if err != nil {
		t.Fatal(err)
	}
	if s := rating.Score; s.N != 1 || !s.New || s.Mean != "3.667" || s.Parts[2].Tenths != -8 || s.Parts[3].Tenths != -8 || rating.OverdueFen != awardFen || rating.LateDays < 28 || rating.Contracts != 1 {
		t.Errorf("%+v", rating)
	}
	if rating.Stars[1].Mean != "2.00" || len(rating.Said) != 1 {
		t.Errorf("%+v", rating.Stars)
	}
	_, err = r.RatingOf(r.as(r.buyerAgent), r.procurement)
	must(t, 0, err)
	_, err = r.MyRating(r.as(r.buyerAgent), r.buyer)
	must(t, 0, err)
	_, err = r.RatingOf(r.as(r.operator), r.procurement)
	must(t, 0, err)
	_, err = r.RatingOf(t.Context(), r.procurement)
	wants(t, err, apperr.Unauthenticated)
	_, err = r.RatingOf(r.as(r.otherOfficer), r.procurement)
	wants(t, err, apperr.Forbidden)
	_, err = r.MyRating(r.as(r.firmAgent), r.buyer)
	wants(t, err, apperr.Forbidden)
	_, err = r.RatingOf(r.as(r.firmAgent), uuid.New())
	wants(t, err, apperr.NotFound)

	mine, err := r.MyEvaluations(r.as(r.firmAgent), EvaluationFilter{View: ViewAgency, Which: EvaluateGot})
	if err != nil || len(mine.Items) != 1 || mine.Items[0].OthersMean != "5.00" || mine.Items[0].Other != "盐湖热力有限公司" {
		t.Errorf("%+v %v", mine, err)
	}
	none, err := r.MyEvaluations(r.as(r.strangers[0]), EvaluationFilter{View: ViewAgency, Which: EvaluateGot, Request: page.Request{Limit: 5}})
	if err != nil || len(none.Items) != 0 {
		t.Errorf("another agency's list: %+v %v", none.Items, err)
	}
}
