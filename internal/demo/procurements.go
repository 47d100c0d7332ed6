package demo

import (
	"context"
	"encoding/binary"
	"fmt"
	"time"

	"github.com/google/uuid"

	"zjcs/internal/draw"
	"zjcs/internal/identity"
	"zjcs/internal/platform/clock"
	"zjcs/internal/platform/db"
	"zjcs/internal/platform/secret"
	"zjcs/internal/procurement"
	"zjcs/internal/purchaser"
)

// Procurements are what the invented market buys: some in every state, with bids, draws
// that anyone can recompute, and results. The agencies and experts must be there.
type Procurements struct {
	Procurement *procurement.Service
	Pool        *db.Pool
	Vault       *secret.Vault
	Seed        uint64
	Now         time.Time
}

// buyer is an invented purchaser. Its name says 示例.
type buyer struct{ name, kind, region, contact, address string }

var buyers = []buyer{
	{"运城示例城市建设投资有限公司", "enterprise", "140800", "尚晓东", "山西省运城市盐湖区示例大道 100 号"},
	{"盐湖区示例水务有限公司", "enterprise", "140802", "程丽娟", "山西省运城市盐湖区示例街 8 号"},
	{"闻喜县示例第三中学", "public_body", "140823", "段志刚", "山西省运城市闻喜县示例路 3 号"},
	{"河津市示例工业园区服务中心", "public_body", "140882", "薛亚宁", "山西省河津市示例园区 1 号"},
	{"临猗县示例果业有限公司", "enterprise", "140821", "谢文静", "山西省运城市临猗县示例街 66 号"},
	{"永济市示例中医院", "public_body", "140881", "屈国庆", "山西省永济市示例大街 20 号"},
}

// Store writes them, once: a market that has some is left as it is.
func (d Procurements) Store(ctx context.Context) error {
	return db.InTx(ctx, d.Pool, func(tx db.Tx) error {
		found, err := d.Procurement.HasSamples(ctx, tx)
		if err != nil || found {
			return err
		}
		c := newChance(d.Seed, 60)
		orgs := make([]uuid.UUID, len(buyers))
		for i, b := range buyers {
			orgs[i] = at(c, d.Now.AddDate(0, -6, 0))
			class := map[string]string{"public_body": "12"}[b.kind]
			if class == "" {
				class = "91"
			}
			phone := d.Vault.Seal(purchaser.FieldPhone, "1990000"+c.digits(4))
			if err := storePurchaser(ctx, tx, orgs[i], b, string(identity.NewUSCC(c.Rand, class, "140899")), phone, d.Now); err != nil {
				return err
			}
		}
		if err := d.reputations(ctx, tx, orgs); err != nil { // before they bid: a bid has the score of its day
			return err
		}
		for i, n := range needs {
			s, err := d.sample(ctx, tx, c, n, i)
			if err != nil {
				return err
			}
			s.Org, s.Purchaser = orgs[n.buyer], buyers[n.buyer].name
			if err := d.Procurement.StoreSample(ctx, tx, s); err != nil {
				return err
			}
		}
		return nil
	})
}

// at is an id of a moment: of the same seed the same.
func at(c chance, t time.Time) uuid.UUID {
	var id uuid.UUID
	ms := uint64(t.UnixMilli())
	binary.BigEndian.PutUint64(id[:8], ms<<16|uint64(c.IntN(1<<12))|0x7000)
	binary.BigEndian.PutUint64(id[8:], c.Uint64())
	id[8] = id[8]&0x3f | 0x80
	return id
}

// clockOf is a time of day in Shanghai, so many days from today.
func (d Procurements) clockOf(days, hour int) time.Time {
	y, m, day := d.Now.In(clock.Shanghai).Date()
	return time.Date(y, m, day+days, hour, 0, 0, 0, clock.Shanghai)
}

func (d Procurements) sample(ctx context.Context, tx db.Tx, c chance, n need, i int) (procurement.Sample, error) {
	published := d.clockOf(n.published, 9).Add(time.Duration(c.IntN(480)) * time.Minute)
	if !published.Before(d.Now) {
		published = d.Now.Add(-time.Duration(40+7*i) * time.Minute)
	}
	b := buyers[n.buyer]
	t := procurement.Terms{
		Items: n.items, ProjectName: n.project, Region: b.region, Fund: n.fund, FiscalPercent: n.percent, Contact: b.contact, ContactPhone: "0359-0" + c.digits(6), ComplaintPhone: "0359-0" + c.digits(6),
		Scope: n.scope, Result: n.result, DaysCeiling: n.days, Delivery: "纸质成果 4 份，电子文件 1 份，送到项目业主办公地址。", Payment: "成果经审批部门受理后 15 日内付 60%，取得批复后 30 日内付清。",
		Pricing: n.pricing, Method: n.method, Deadline: d.clockOf(n.deadline, 18), SelectionAt: d.clockOf(n.deadline+1+n.wait, 10), Algorithm: draw.SHA256,
		Source:   procurement.EntropySource{Kind: procurement.Commit},
		Fallback: procurement.EntropySource{Kind: procurement.Lottery, Game: "示例彩票", Issue: fmt.Sprintf("%04d%03d", d.Now.Year(), 300+i), Date: clock.DayAfter(d.Now, n.deadline+1+n.wait)}, FallbackHours: 48,
		Keep: n.keep, Shortlist: n.shortlist, Experts: n.experts, PriceWeight: 30, TechWeight: 50, CreditWeight: 20,
	}
	if n.experts == 0 {
		t.PriceWeight, t.TechWeight, t.CreditWeight = 0, 0, 0
	}
	if n.pricing == procurement.FixedPrice {
		t.PriceFen = n.yuan * 100
	} else {
		t.CeilingFen = n.yuan * 100
	}
	if n.drand { // its round lies ahead
		t.Source, t.Fallback = procurement.EntropySource{Kind: procurement.Drand}, procurement.EntropySource{Kind: procurement.Commit}
	}
	if n.project == "临猗县示例果业冷库锅炉煤改电节能报告" {
		t.Algorithm = draw.SM3
	}
	if n.method == procurement.Direct {
		uscc, err := d.Procurement.SampleAgency(ctx, tx, n.items[0])
		if err != nil {
			return procurement.Sample{}, err
		}
		t.DirectUSCC, t.DirectGround, t.DirectReason = uscc, "non_fiscal", n.reason
	}
	s := procurement.Sample{ID: at(c, published), Terms: t, PublishedAt: published, State: n.state, Bidders: n.bidders, Skip: n.skip, Quotes: n.quotes, Reason: n.reason,
		Publicity: d.clockOf(n.deadline+1+n.publicity, 24), Objection: n.objection}
	for v := range s.Values {
		s.Values[v] = make([]byte, 32)
		for j := range s.Values[v] {
			s.Values[v][j] = byte(c.IntN(256))
		}
	}
	if n.question != "" {
		s.Questions = []procurement.Answered{{Question: n.question, AskedAt: published.Add(20 * time.Minute), Answer: n.answer, AnsweredAt: published.Add(35 * time.Minute)}}
	}
	return s, nil
}
