package portal

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"

	"zjcs/internal/draw"
	"zjcs/internal/platform/authz"
	"zjcs/internal/platform/db"
	"zjcs/internal/platform/rules"
	"zjcs/internal/platform/secret"
	"zjcs/internal/procurement"
	"zjcs/internal/review"
)

// trade is the procurements of a fixture.
type trade struct {
	*procurement.Service
	t    testing.TB
	pool *db.Pool
	org  uuid.UUID
	n    int
}

// buying is the service over pool as the program builds it, without a public log.
func buying(t testing.TB, pool *db.Pool, vault *secret.Vault) *procurement.Service {
	t.Helper()
	policy, err := authz.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return procurement.New(procurement.Deps{Pool: pool, Vault: vault, Policy: policy, Now: time.Now, PublicURL: "https://zjcs.example",
		Workdays: rules.Int,
		Due: func(_ context.Context, _ db.Querier, from time.Time, n int) (time.Time, bool, error) {
			return from.AddDate(0, 0, n), false, nil
		}})
}

// newTrade needs the market's agencies and catalogue.
func newTrade(t testing.TB, pool *db.Pool) *trade {
	t.Helper()
	vault, err := secret.NewVault(secret.NewKey())
	if err != nil {
		t.Fatal(err)
	}
	d := &trade{Service: buying(t, pool, vault), t: t, pool: pool}
	d.org = d.buyer("enterprise", "盐湖示例热力有限公司")
	if _, err := pool.Exec(t.Context(), `INSERT INTO person (id, name) VALUES ($1, '经办人')`, uuid.Must(uuid.NewV7())); err != nil {
		t.Fatal(err)
	}
	return d
}

func (d *trade) buyer(kind, name string) uuid.UUID {
	d.t.Helper()
	id := uuid.Must(uuid.NewV7())
	for _, sql := range []string{
		`INSERT INTO organisation (id, kind, name, region_code, state, demo) VALUES ($1, $2, $3, '140802', 'verified', true)`,
		`INSERT INTO purchaser (organisation_id, kind, legal_representative, budget_unit, supervisor, address, contact_name, contact_phone, contact_email, agent_name, papers, verified_at, demo, id_number, id_digest)
		 VALUES ($1, $2, $3, false, '', '', '', '\x01', '', '', '{}', now(), true, CASE WHEN $2 = 'natural_person' THEN '\x01'::bytea END, CASE WHEN $2 = 'natural_person' THEN $1::uuid::text::bytea END)`,
	} {
		if _, err := d.pool.Exec(d.t.Context(), sql, id, kind, name); err != nil {
			d.t.Fatal(err)
		}
	}
	return id
}

// sample stores a procurement that has come to state; change may alter it.
func (d *trade) sample(state review.State, change ...func(*procurement.Sample)) procurement.Sample {
	d.t.Helper()
	d.n++
	now := time.Now().Truncate(time.Second)
	ends := now.AddDate(0, 0, -6)
	if state == procurement.Open {
		ends = now.AddDate(0, 0, 3).Add(time.Duration(d.n) * time.Minute)
	}
	s := procurement.Sample{ID: uuid.Must(uuid.NewV7()), Org: d.org, Purchaser: "盐湖示例热力有限公司", PublishedAt: ends.AddDate(0, 0, -5), State: state, Bidders: 5, Quotes: []int{905, 880, 921, 890, 936},
		Publicity: now.AddDate(0, 0, 2), Reason: "示例的原因，写得足够长。",
		Terms: procurement.Terms{Items: []string{"ZJ0049"}, ProjectName: fmt.Sprintf("示例项目第%d号环境影响报告书", d.n), Region: "140802", Fund: procurement.Own, Contact: "王联系", ContactPhone: "0359-0111111", ComplaintPhone: "0359-0222222",
			Scope: "编制报告书。", Result: "报告书", DaysCeiling: 20, Delivery: "当面", Payment: "一次付清", Pricing: procurement.Quoted, CeilingFen: 10_000_000, Method: procurement.LowestPrice,
			Deadline: ends, SelectionAt: ends.Add(16 * time.Hour), Algorithm: draw.SHA256, Source: procurement.EntropySource{Kind: procurement.Commit},
			Fallback: procurement.EntropySource{Kind: procurement.Lottery, Game: "示例彩票", Issue: "2026301", Date: "2027-01-01"}, FallbackHours: 48}}
	if state == procurement.Awarded {
		s.Publicity = now.AddDate(0, 0, -2)
	}
	for i := range s.Values {
		s.Values[i] = make([]byte, 32)
		s.Values[i][0], s.Values[i][1] = byte(d.n), byte(i)
	}
	for _, c := range change {
		c(&s)
	}
	if err := db.InTx(d.t.Context(), d.pool, func(tx db.Tx) error { return d.StoreSample(d.t.Context(), tx, s) }); err != nil {
		d.t.Fatal(err)
	}
	return s
}

// deals are one in each state.
func (d *trade) deals() map[review.State]string {
	out := map[review.State]string{}
	for _, state := range []review.State{procurement.Open, procurement.Selecting, procurement.Publicity, procurement.Suspended, procurement.Awarded, procurement.Failed, procurement.Withdrawn, procurement.Terminated} {
		s := d.sample(state, func(s *procurement.Sample) {
			if state == procurement.Selecting {
				s.Terms.Method = procurement.ProposalChoice
			}
		})
		out[state] = s.ID.String()
	}
	return out
}
