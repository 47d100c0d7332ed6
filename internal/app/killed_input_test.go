package app_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"filippo.io/age"
	"github.com/google/uuid"

	"zjcs/internal/app"
	"zjcs/internal/draw"
	"zjcs/internal/platform/authz"
	"zjcs/internal/platform/config"
	"zjcs/internal/procurement"
	"zjcs/internal/testkit"
)

// wreckInput is a database in which many procurements with bids are due at once, and the
// program has not run yet.
type wreckInput struct {
	cfg     config.Config
	experts map[uuid.UUID]*authz.Actor
}

// Of each method so many are due; few panels, since who sat on the last three is left out
// of the next, which would make one panel depend on when another was drawn.
var wreckMethods = []struct {
	n      int
	change func(*procurement.Terms)
}{
	{20, func(t *procurement.Terms) {
		t.Method, t.Pricing, t.PriceFen = procurement.Random, procurement.FixedPrice, 500_000
	}},
	{20, func(t *procurement.Terms) { t.Method = procurement.LowestPrice }},
	{20, func(t *procurement.Terms) { t.Method, t.Algorithm = procurement.ReferencePrice, draw.SM3 }},
	{15, func(t *procurement.Terms) { t.Method, t.Keep, t.Shortlist = procurement.CreditWeighted, 4, 2 }},
	{2, func(t *procurement.Terms) {
		t.Method, t.Experts, t.PriceWeight, t.TechWeight, t.CreditWeight = procurement.Panel, 3, 30, 50, 20
	}},
	{8, func(t *procurement.Terms) {
		t.Method, t.DirectGround, t.DirectReason = procurement.Direct, "non_fiscal", "延续服务"
	}},
	{5, func(t *procurement.Terms) { t.Method, t.Fund = procurement.LowestPrice, procurement.Fiscal }}, // too few bid
}

const wreckFirms = 5

func newWreckInput(t *testing.T) *wreckInput {
	t.Helper()
	cfg := testConfig(t)
	cfg.DrandURLs = []string{relay(t, publishedRound(t))}
	w := &wreckInput{cfg: cfg, experts: map[uuid.UUID]*authz.Actor{}}
	o := options(cfg)
	o.Now = time.Now
	core, err := app.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	defer core.Close() // nobody may be connected to what is copied
	h := &hall{a: &app.App{Core: core}, cast: testkit.NewCast(t, core.Pool)}
	for n := range wreckFirms {
		h.firms = append(h.firms, h.firm(t, n+1))
	}
	for n := range 5 {
		e := h.expert(t, n+1)
		w.experts[e.Person] = e
	}
	h.cast.Person("李审核", testkit.At(authz.Operator, testkit.County))
	h.purchaser(t, "热力公司")
	n := 0
	for _, kind := range wreckMethods {
		for range kind.n {
			w.publish(t, h, n, kind.change)
			n++
		}
	}
	// All deadlines pass at once, a minute before the round that the notices name.
	h.exec(t, `UPDATE procurement SET published_at = $1::timestamptz - interval '3 days', deadline = $1::timestamptz - interval '1 minute', selection_at = $1::timestamptz - interval '1 second'`,
		procurement.Quicknet().TimeOf(hallRound))
	return w
}

// publish makes the nth notice and lets the firms bid on it.
func (w *wreckInput) publish(t *testing.T, h *hall, n int, change func(*procurement.Terms)) {
	t.Helper()
	terms := procurement.Terms{Items: []string{hallItem}, ProjectName: fmt.Sprintf("热力站改造第%d期", n), Region: testkit.County, Fund: procurement.Own, DaysCeiling: 30, Pricing: procurement.Quoted, CeilingFen: 1_000_000,
		Algorithm: draw.SHA256, Source: procurement.EntropySource{Kind: procurement.Drand, Chain: procurement.Quicknet().Hash, Round: hallRound},
		Fallback: procurement.EntropySource{Kind: procurement.Lottery, Game: "双色球", Issue: "2023099", Date: "2023-08-24"}, FallbackHours: 24}
	change(&terms)
	firms := h.firms
	switch {
	case terms.Method == procurement.Direct:
		firms = firms[n%len(firms):][:1]
		terms.DirectUSCC = firms[0].uscc
	case terms.IsFiscal():
		firms = firms[:2]
	}
	identity, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	doc, err := json.Marshal(terms)
	if err != nil {
		t.Fatal(err)
	}
	id := uuid.Must(uuid.NewV7())
	h.exec(t, `INSERT INTO procurement (id, org_id, purchaser, region_code, title, method, fiscal, terms, state, published_at, deadline, selection_at, recipient, identity, submission_id)
		SELECT $1, p.organisation_id, o.name, $2, $3, $4, $5, $6, 'open', now(), date_trunc('milliseconds', now()) + interval '1 hour', now() + interval '2 hours', $7, $8, p.submission_id
		FROM purchaser p JOIN organisation o ON o.id = p.organisation_id`,
		id, testkit.County, terms.ProjectName, terms.Method, terms.IsFiscal(), doc, identity.Recipient().String(), h.a.Vault.Seal(procurement.FieldIdentity, identity.String()))
	h.exec(t, `INSERT INTO procurement_item (procurement_id, item_id, ordinal) SELECT $1, id, 0 FROM service_item WHERE code = $2`, id, hallItem)
	for i, f := range firms {
		offer := procurement.Offer{Days: 10 + i, Proposal: procurement.Proposal{Text: "方案"}}
		if terms.Pricing == procurement.Quoted {
			fen := int64(950_000 - 10_000*i - 100*(n*7%23))
			if i == 3 && n%3 == 0 { // doubtfully low, and nobody explains it
				fen = 300_000
			}
			offer.QuoteFen = &fen
		}
		if _, err := h.a.Procurement.Submit(testkit.As(t, f.agent), id, uuid.Nil, offer); err != nil {
			t.Fatal(err)
		}
	}
}

// lane is a copy of the input.
func (w *wreckInput) lane(t *testing.T) *wreckLane {
	t.Helper()
	l := &wreckLane{cfg: w.cfg, experts: w.experts}
	l.cfg.DatabaseURL, l.cfg.DataDir, l.cfg.MaxConns = testkit.CloneURL(t, w.cfg.DatabaseURL), t.TempDir(), 4
	o := options(l.cfg)
	o.Now = time.Now
	var err error
	if l.Core, err = app.Open(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Close)
	return l
}

// people do what people do between two turns of the clock, each once, whoever is killed
// meanwhile: experts score as soon as they are drawn. Of the rest the time passes:
// publicity ends, nobody explains a low quote or chooses.
func (l *wreckLane) people(t *testing.T) {
	t.Helper()
	l.exec(t, `UPDATE procurement SET publicity_until = clock_timestamp() WHERE state = 'publicity' AND publicity_until > clock_timestamp()`)
	l.exec(t, `UPDATE bid SET explain_until = clock_timestamp() WHERE explain_until > clock_timestamp()`)
	l.exec(t, `UPDATE procurement SET choice_until = CASE WHEN method = 'panel' THEN choice_until ELSE clock_timestamp() END, wake_at = NULL WHERE state = 'selecting' AND wake_at > clock_timestamp()`)
	rows, err := l.Pool.Query(t.Context(), `SELECT m.procurement_id, e.person_id FROM panel_member m JOIN expert e ON e.id = m.expert_id WHERE m.state IN ('drawn', 'declared') ORDER BY m.procurement_id, m.ordinal`)
	if err != nil {
		t.Fatal(err)
	}
	type seat struct{ procurement, person uuid.UUID }
	var seats []seat
	for rows.Next() {
		var s seat
		if err := rows.Scan(&s.procurement, &s.person); err != nil {
			t.Fatal(err)
		}
		seats = append(seats, s)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	for _, s := range seats {
		ctx := testkit.As(t, l.experts[s.person])
		if err := l.Procurement.Declare(ctx, s.procurement, false, ""); err != nil {
			t.Fatal(err)
		}
		var sheets []procurement.Sheet
		for n := 1; n <= wreckFirms; n++ {
			sheets = append(sheets, procurement.Sheet{Number: n, Price: 600 + 10*n, Technical: 900 - 40*n, Credit: 800})
		}
		if err := l.Procurement.Score(ctx, s.procurement, sheets); err != nil {
			t.Fatal(err)
		}
	}
}
