package procurement

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"zjcs/internal/draw"
	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/audit"
	"zjcs/internal/platform/authz"
	"zjcs/internal/platform/db"
	"zjcs/internal/review"
	"zjcs/internal/testkit"
)

// shown is a procurement whose result stands in publicity: the first of its firms is
// selected, the next two are reserves.
type shown struct {
	Procurement
	firms []firm
}

// results is the engine with a market of firms and an operator.
type results struct {
	*engine
	operator  *authz.Actor
	firms     []firm
	telling   sync.Mutex
	proposals []CreditProposal
}

func newResults(t testing.TB, firms int) *results {
	e := newEngine(t)
	r := &results{engine: e, operator: e.cast.Person("李审核", testkit.At(authz.Operator, testkit.County))}
	tell := r.Tell
	r.Tell = func(ctx context.Context, tx db.Tx, a Announcement) error {
		r.telling.Lock()
		defer r.telling.Unlock()
		return tell(ctx, tx, a)
	}
	r.ProposeCredit = func(_ context.Context, _ db.Tx, c CreditProposal) (bool, error) {
		r.telling.Lock()
		defer r.telling.Unlock()
		r.proposals = append(r.proposals, c)
		return true, nil
	}
	r.PublicURL = "https://market.example"
	r.firms = r.engine.firms(firms)
	return r
}

// show puts a result into publicity that ends so long from now.
func (r *results) show(left time.Duration, change ...func(*Terms)) shown {
	r.t.Helper()
	p, _ := r.notice(time.Hour, change...)
	now := `date_trunc('milliseconds', clock_timestamp())`
	r.exec(`UPDATE procurement SET state = 'publicity', deadline = now() - interval '2 days', selection_at = now() - interval '1 day', published_at = now() - interval '5 days', frozen_at = now() - interval '2 days',
		concluded_at = now() - interval '1 day', publicity_until = `+now+` + $2 * interval '1 microsecond' WHERE id = $1`, p.ID, left.Microseconds())
	for i, f := range r.firms {
		state, place := BidNotSelected, (*int)(nil)
		if i <= Reserves {
			n := i + 1
			place = &n
			if state = BidReserve; i == 0 {
				state = BidSelected
			}
		}
		r.exec(`INSERT INTO bid (id, procurement_id, agency_id, uscc, agency_name, number, received_at, receipt, state, place, reason, quote_fen, days, credit_tenths)
			VALUES ($1, $2, $3, $4, (SELECT name FROM agency WHERE id = $3), $5, now(), '\x00', $6, $7, $8, $9, 20, 950)`,
			uuid.Must(uuid.NewV7()), p.ID, f.id, f.uscc, i+1, string(state), place, fmt.Sprintf("第 %d 家的理由", i+1), 800_000+int64(i)*1000)
	}
	r.exec(`INSERT INTO draw (id, procurement_id, purpose, algorithm, sources, pool, pool_hash, frozen_at, evidence, drawn_at) VALUES (gen_random_uuid(), $1, 'selection', 'sha256', '{}', '[]', 'aa11', now(), '{"digest": "bb22"}', now())`, p.ID)
	r.exec(`INSERT INTO procurement_event (procurement_id, seq, action, from_state, to_state, side, note, entry_id) VALUES ($1, 1, 'conclude', 'selecting', 'publicity', 'clock', '', gen_random_uuid())`, p.ID)
	return shown{r.load(p.ID), r.firms}
}

// end lets the publicity of p be over.
func (r *results) end(p shown) {
	r.t.Helper()
	r.exec(`UPDATE procurement SET publicity_until = clock_timestamp() - interval '1 millisecond' WHERE id = $1`, p.ID)
}

// awarded is a procurement with its award issued.
func (r *results) awarded() (shown, award) {
	r.t.Helper()
	p := r.show(time.Hour)
	r.end(p)
	r.award()
	return shown{r.load(p.ID), p.firms}, r.standing(p.ID)
}

func (r *results) award() {
	r.t.Helper()
	if err := r.awardDue(r.t.Context()); err != nil {
		r.t.Fatal(err)
	}
}

func (r *results) standing(id uuid.UUID) award {
	r.t.Helper()
	a, err := oneAward(r.t.Context(), r.pool, `procurement_id = $1 AND refused_at IS NULL`, id)
	if err != nil {
		r.t.Fatal(err)
	}
	return a
}

const (
	objectorName    = "赵不服"
	objectorContact = "0359-8765432 转 12"
	objectorText    = "中选机构的资质证书是借用的，附有照片为证。"
)

func from(ctx context.Context, address string) context.Context {
	return audit.WithClient(ctx, audit.Client{Remote: address})
}

func (r *results) object(ctx context.Context, id uuid.UUID) (ResultObjection, error) {
	return r.Object(ctx, ObjectInput{Procurement: id, ObjectInput: review.ObjectInput{Name: objectorName, Contact: objectorContact, Text: objectorText}})
}

var addresses struct {
	sync.Mutex
	n int
}

// someone is a visitor from an address of his own.
func someone(t testing.TB) context.Context {
	addresses.Lock()
	defer addresses.Unlock()
	addresses.n++
	return from(t.Context(), fmt.Sprintf("10.%d.%d.1", addresses.n/250, addresses.n%250))
}

func (r *results) filed(id uuid.UUID) ResultObjection {
	r.t.Helper()
	o, err := r.object(someone(r.t), id)
	if err != nil {
		r.t.Fatal(err)
	}
	return o
}

func (r *results) accepted(id uuid.UUID) ResultObjection {
	r.t.Helper()
	o, err := r.AcceptObjection(testkit.As(r.t, r.operator), AcceptInput{ID: r.filed(id).ID, Accept: true, Reason: "有具体的事实和证据，予以受理"})
	if err != nil {
		r.t.Fatal(err)
	}
	return o
}

func wants(t testing.TB, err error, code apperr.Code) {
	t.Helper()
	if err == nil || apperr.CodeOf(err) != code {
		t.Errorf("got %v, want %s", err, code)
	}
}

// receiptOf makes the receipt of a line as the log would write it.
func receiptOf(t testing.TB, entry uuid.UUID, en Entry) draw.Receipt {
	t.Helper()
	body, err := json.Marshal(en.Body)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := json.Marshal(draw.Leaf{ID: entry.String(), Kind: en.Kind, Subject: en.Subject.String(), Body: body})
	if err != nil {
		t.Fatal(err)
	}
	return lineReceipt(entry, raw)
}
