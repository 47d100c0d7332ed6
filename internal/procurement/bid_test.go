package procurement

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/authz"
	"zjcs/internal/platform/db"
	"zjcs/internal/platform/secret"
	"zjcs/internal/testkit"
)

func TestABidFromReceiptToOpening(t *testing.T) {
	t.Parallel()
	s := setup(t)
	ours, other := s.firm("", free), s.firm("", free)
	p, _ := s.notice(time.Hour)
	first := s.mustBid(ours, p, 900_000)
	second := s.mustBid(ours, p, 800_000)
	s.mustBid(other, p, 700_000)
	if first.Receipt.Revision != 1 || second.Receipt.Revision != 2 || first.Receipt.SHA256 == second.Receipt.SHA256 || second.Receipt.ReceivedAt.Nanosecond()%int(time.Millisecond) != 0 {
		t.Errorf("%+v, %+v", first, second)
	}
	if sum := sha256.Sum256([]byte(second.Text)); hex.EncodeToString(sum[:]) != second.Digest {
		t.Error("the digest is not that of the receipt's text")
	}
	again, err := s.BidReceipt(testkit.As(t, ours.agent), p.ID, uuid.Nil)
	if err != nil || again.Text != second.Text {
		t.Errorf("%+v, %v", again, err)
	}
	if _, err := s.WithdrawBid(testkit.As(t, other.agent), p.ID, uuid.Nil); err != nil {
		t.Fatal(err)
	}
	list := s.opened(s.Service, p)
	if len(list) != 1 || list[0].Agency != ours.id || *list[0].QuoteFen != 800_000 || list[0].Days != 20 || list[0].State != BidOpened || hex.EncodeToString(list[0].Receipt) != second.Receipt.SHA256 || list[0].Signer != ours.agent.Person {
		t.Fatalf("%+v", list)
	}
	// Bid again after withdrawing: it counts.
	s.mustBid(other, p, 600_000)
	if list := s.opened(s.Service, p); len(list) != 2 {
		t.Errorf("%+v", list)
	}
}

// TestOnlyItsOwn: who acts for no agency, for another, or for two bids for none by accident.
func TestOnlyItsOwn(t *testing.T) {
	t.Parallel()
	s := setup(t)
	ours, other := s.firm("", free), s.firm("", free)
	p, _ := s.notice(time.Hour)
	fen := int64(900_000)
	offer := Offer{QuoteFen: &fen, Days: 20}
	both := s.cast.Person("两家", testkit.In(authz.AgencyAgent, ours.org), testkit.In(authz.AgencyAgent, other.org))
	for name, c := range map[string]struct {
		who    *authz.Actor
		agency uuid.UUID
		want   apperr.Code
	}{
		"nobody": {nil, uuid.Nil, apperr.Unauthenticated}, "the purchaser": {s.buyerPerson, uuid.Nil, apperr.Forbidden}, "for another": {ours.agent, other.id, apperr.NotFound},
		"for one that is not": {ours.agent, uuid.New(), apperr.NotFound}, "of two, unnamed": {both, uuid.Nil, apperr.Invalid},
		"an operator":  {s.cast.Person("审核", testkit.At(authz.Operator, testkit.City)), ours.id, apperr.Forbidden},
		"the platform": {s.cast.Person("平台", testkit.At(authz.PlatformAdmin, testkit.City)), ours.id, apperr.Forbidden},
	} {
		ctx := testkit.As(t, c.who)
		if c.who == nil {
			ctx = t.Context()
		}
		if _, err := s.Submit(ctx, p.ID, c.agency, offer); apperr.CodeOf(err) != c.want {
			t.Errorf("%s submits: %v", name, err)
		}
		if _, err := s.WithdrawBid(ctx, p.ID, c.agency); apperr.CodeOf(err) != c.want {
			t.Errorf("%s withdraws: %v", name, err)
		}
		if _, err := s.BidReceipt(ctx, p.ID, c.agency); apperr.CodeOf(err) != c.want {
			t.Errorf("%s asks for the receipt: %v", name, err)
		}
	}
	if n := len(s.opened(s.Service, p)); n != 0 {
		t.Errorf("%d bids", n)
	}
}

// TestTheDeadlinePassesInFlight: bids go on from all sides while the deadline passes and a
// freezer waits for it. What was acknowledged is in, what was refused is not, and nothing
// is written once the freezer has its lock.
func TestTheDeadlinePassesInFlight(t *testing.T) {
	t.Parallel()
	s := setup(t)
	const n = 12
	firms := make([]firm, n)
	for i := range firms {
		firms[i] = s.firm("", free)
	}
	p, _ := s.notice(1500 * time.Millisecond)
	var mu sync.Mutex
	last := map[uuid.UUID]SignedReceipt{}
	late := 0
	var wg sync.WaitGroup
	for _, f := range firms {
		wg.Go(func() {
			for i := int64(0); ; i++ {
				r, err := s.bid(f, p, 500_000+i)
				if err != nil {
					if e, ok := apperr.As(err); !ok || e.Code != apperr.Conflict || !strings.Contains(e.Message, "截止") || !strings.Contains(e.Message, "数据库时间") {
						t.Error(err)
					}
					mu.Lock()
					late++
					mu.Unlock()
					return
				}
				mu.Lock()
				last[f.id] = r
				mu.Unlock()
			}
		})
	}
	var frozen []Bid
	err := db.InTx(t.Context(), s.pool, func(tx db.Tx) error {
		for { // wait until the database's clock says so, without the lock
			now, err := dbNow(t.Context(), s.pool)
			if err != nil {
				return err
			}
			if !now.Before(p.Deadline) {
				break
			}
		}
		if err := lockBids(t.Context(), tx, p.ID, true); err != nil {
			return err
		}
		var err error
		frozen, err = s.unsealAll(t.Context(), tx, p)
		return err
	})
	wg.Wait()
	if err != nil {
		t.Fatal(err)
	}
	if late != n || len(frozen) != len(last) || len(last) == 0 {
		t.Fatalf("%d late, %d frozen, %d acknowledged", late, len(frozen), len(last))
	}
	for _, b := range frozen {
		r := last[b.Agency].Receipt
		if r.SHA256 != hex.EncodeToString(b.Receipt) || !r.ReceivedAt.Before(p.Deadline) || !r.ReceivedAt.Equal(b.ReceivedAt) {
			t.Errorf("acknowledged %+v, frozen %x at %v", r, b.Receipt, b.ReceivedAt)
		}
	}
	if after := s.opened(s.Service, p); len(after) != len(frozen) {
		t.Errorf("%d bids after the freezing", len(after))
	}
}

// TestTwoOfOneAgency: two people of one agency at once leave one bid.
func TestTwoOfOneAgency(t *testing.T) {
	t.Parallel()
	s := setup(t)
	ours := s.firm("", free)
	mate := firm{id: ours.id, org: ours.org, agent: s.cast.Person("同事", testkit.In(authz.AgencyAdmin, ours.org))}
	p, _ := s.notice(time.Hour)
	var wg sync.WaitGroup
	var mu sync.Mutex
	revisions := map[int]string{}
	for i := range 10 {
		for _, f := range []firm{ours, mate} {
			wg.Go(func() {
				r, err := s.bid(f, p, int64(100_000+i))
				mu.Lock()
				defer mu.Unlock()
				if err != nil || revisions[r.Receipt.Revision] != "" {
					t.Error(r, err)
				}
				revisions[r.Receipt.Revision] = r.Receipt.SHA256
			})
		}
	}
	wg.Wait()
	list := s.opened(s.Service, p)
	if len(list) != 1 || hex.EncodeToString(list[0].Receipt) != revisions[20] {
		t.Errorf("%d bids, %d revisions", len(list), len(revisions))
	}
}

// TestTamperedEnvelopes: each disqualifies that bid alone, with the reason.
func TestTamperedEnvelopes(t *testing.T) {
	t.Parallel()
	s := setup(t)
	firms := []firm{s.firm("", free), s.firm("", free), s.firm("", free), s.firm("", free), s.firm("", free), s.firm("", free)}
	p, _ := s.notice(time.Hour)
	q, _ := s.notice(time.Hour)
	for _, f := range firms {
		s.mustBid(f, p, 500_000)
	}
	s.mustBid(firms[1], q, 400_000)
	at := func(p Procurement, f firm) []byte { return s.Vault.Digest(fieldAddress, subjectOf(p.ID, f.id)) }
	// 1: one byte. 2: the envelope of another procurement put in its place, whole.
	// 3: another agency's envelope of the same. 4: a new one made with the public key alone,
	// with its receipt. 5: rubbish that is sealed as if it were ours.
	s.exec(`UPDATE sealed_bid SET body = set_byte(body, length(body) - 1, get_byte(body, length(body) - 1) # 1) WHERE address = $1`, at(p, firms[0]))
	s.exec(`UPDATE sealed_bid b SET body = o.body, seal = o.seal, receipt = o.receipt FROM sealed_bid o WHERE b.address = $1 AND o.address = $2`, at(p, firms[1]), at(q, firms[1]))
	s.exec(`UPDATE sealed_bid b SET body = o.body, seal = o.seal, receipt = o.receipt FROM sealed_bid o WHERE b.address = $1 AND o.address = $2`, at(p, firms[2]), at(p, firms[5]))
	fen := int64(1)
	forged, err := sealBid(SealedBid{Procurement: p.ID, Agency: firms[3].id, QuoteFen: &fen, Days: 1}, p.Recipient)
	if err != nil {
		t.Fatal(err)
	}
	s.exec(`UPDATE sealed_bid SET body = $2, receipt = sha256($2) WHERE address = $1`, at(p, firms[3]), forged)
	rubbish := []byte("age-encryption.org/v1\nnonsense")
	sum := sha256.Sum256(rubbish)
	s.exec(`UPDATE sealed_bid SET body = $2, receipt = sha256($2), seal = $3 WHERE address = $1`, at(p, firms[4]), rubbish, s.Vault.Seal(fieldSeal, hex.EncodeToString(sum[:])))
	got := map[uuid.UUID]Bid{}
	for _, b := range s.opened(s.Service, p) {
		got[b.Agency] = b
	}
	want := []string{reasonForged, reasonDamaged, reasonMoved, reasonForged, reasonDamaged, ""}
	for i, f := range firms {
		b, there := got[f.id]
		state := BidDisqualified
		if want[i] == "" {
			state = BidOpened
		}
		if !there || b.Reason != want[i] || b.State != state || b.QuoteFen != nil && want[i] != "" {
			t.Errorf("bid %d: %+v, want %q", i, b, want[i])
		}
	}
	if list := s.opened(s.Service, q); len(list) != 1 || list[0].State != BidOpened {
		t.Errorf("the other procurement: %+v", list)
	}
}

// TestTheKeyChangesWhileBidsAreSealed: bids from before, during and after are found under
// the new key alone, one for each agency.
func TestTheKeyChangesWhileBidsAreSealed(t *testing.T) {
	t.Parallel()
	s := setup(t)
	before, during, again, twice := s.firm("", free), s.firm("", free), s.firm("", free), s.firm("", free)
	p, _ := s.notice(time.Hour)
	for _, f := range []firm{before, again, twice} {
		s.mustBid(f, p, 500_000)
	}
	fresh := secret.NewKey()
	old := *s.Service
	both, alone := *s.Service, *s.Service
	both.Vault, alone.Vault = newVault(t, fresh, s.key), newVault(t, fresh)
	submit := func(svc *Service, f firm, fen int64) SignedReceipt {
		r, err := svc.Submit(testkit.As(t, f.agent), p.ID, uuid.Nil, Offer{QuoteFen: &fen, Days: 20})
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	submit(&both, during, 400_000)
	if r := submit(&both, again, 300_000); r.Receipt.Revision != 2 {
		t.Errorf("revision %d across the keys", r.Receipt.Revision)
	}
	submit(&both, twice, 200_000)
	submit(&old, twice, 100_000) // an instance that was not restarted: the latest is the bid
	check := func(svc *Service) {
		t.Helper()
		quotes := map[uuid.UUID]int64{}
		list := s.opened(svc, p)
		for _, b := range list {
			if b.State != BidOpened {
				t.Fatalf("%+v", b)
			}
			quotes[b.Agency] = *b.QuoteFen
		}
		if len(list) != 4 || quotes[before.id] != 500_000 || quotes[during.id] != 400_000 || quotes[again.id] != 300_000 || quotes[twice.id] != 100_000 {
			t.Errorf("%v", quotes)
		}
	}
	check(&both)
	s.exec(`DELETE FROM sealed_bid WHERE address = $1`, both.Vault.Digest(fieldAddress, subjectOf(p.ID, twice.id))) // as writing anew under both keys does
	mine := append(SealedColumns(), secret.Column{Table: "purchaser", Key: "organisation_id", Sealed: "contact_phone", Field: "purchaser.contact_phone"})
	if _, err := secret.Rotate(t.Context(), s.pool, both.Vault, mine, nil); err != nil {
		t.Fatal(err)
	}
	check(&alone)
	submit(&alone, before, 500_000)
	check(&alone)
}

// TestNothingTells: after bids, no table holds an agency beside the procurement, a quote or
// a count, and a withdrawal is as long as a bid.
func TestNothingTells(t *testing.T) {
	t.Parallel()
	s := setup(t)
	ours, other := s.firm("", free), s.firm("", free)
	p, _ := s.notice(time.Hour)
	before := s.everything()
	fen := int64(777_777)
	f, err := s.UploadSealed(testkit.As(t, ours.agent), p.ID, uuid.Nil, "报价777777.pdf", strings.NewReader("%PDF-1.7\n1 0 obj\nendobj\nstartxref\n0\n%%EOF"))
	if err != nil {
		t.Fatal(err)
	}
	_, err = s.Submit(testkit.As(t, ours.agent), p.ID, uuid.Nil, Offer{QuoteFen: &fen, Days: 17, Proposal: Proposal{Text: "秘密方案", Files: []uuid.UUID{f.ID}}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Submit(testkit.As(t, other.agent), p.ID, uuid.Nil, Offer{QuoteFen: &fen, Days: 17, Proposal: Proposal{Files: []uuid.UUID{f.ID}}}); apperr.CodeOf(err) != apperr.Invalid {
		t.Errorf("another's attachment: %v", err)
	}
	if _, err := s.WithdrawBid(testkit.As(t, other.agent), p.ID, uuid.Nil); err != nil {
		t.Fatal(err)
	}
	for table, rows := range s.everything() {
		for row := range rows {
			if before[table][row] {
				continue
			}
			for _, word := range []string{p.ID.String(), hex.EncodeToString(p.ID[:]), "777777", "秘密方案", "报价", p.Recipient, hex.EncodeToString(ours.id[:]), ours.id.String()} {
				if strings.Contains(row, word) {
					t.Errorf("%s tells %q: %s", table, word, row)
				}
			}
			if table != "sealed_bid" && table != "sealed_bid_file" && table != "audit_log" && table != "file" {
				t.Errorf("%s grew: %s", table, row)
			}
		}
	}
	var lengths, summaries int
	s.scan(`SELECT count(DISTINCT length(body)), (SELECT count(DISTINCT summary) FROM audit_log WHERE subject_kind = 'sealed-bid') FROM sealed_bid`, nil, &lengths, &summaries)
	if lengths != 1 || summaries != 1 {
		t.Errorf("bids can be told apart: %d lengths, %d summaries", lengths, summaries)
	}
	if len(s.told) != 0 {
		t.Errorf("told: %+v", s.told)
	}
}

// everything is each row of each table as text.
func (s *stage) everything() map[string]map[string]bool {
	s.t.Helper()
	rows, err := s.pool.Query(s.t.Context(), `SELECT c.relname FROM pg_class c WHERE c.relkind IN ('r','p') AND c.relnamespace = 'public'::regnamespace AND NOT c.relispartition`)
	if err != nil {
		s.t.Fatal(err)
	}
	tables, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		s.t.Fatal(err)
	}
	out := map[string]map[string]bool{}
	for _, table := range tables {
		rows, err := s.pool.Query(s.t.Context(), `SELECT x::text FROM `+pgx.Identifier{table}.Sanitize()+` x`)
		if err != nil {
			s.t.Fatal(err)
		}
		list, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			s.t.Fatal(err)
		}
		out[table] = map[string]bool{}
		for _, row := range list {
			out[table][row] = true
		}
	}
	return out
}

func TestAmendedMeanwhile(t *testing.T) {
	t.Parallel()
	s := setup(t)
	ours := s.firm("", free)
	p, _ := s.notice(time.Hour)
	b := bidder{id: ours.id, org: ours.org}
	s.exec(`UPDATE procurement SET terms_version = 2 WHERE id = $1`, p.ID)
	if _, err := s.put(testkit.As(t, ours.agent), p, b, SealedBid{Days: 1}); apperr.CodeOf(err) != apperr.Conflict {
		t.Error(err)
	}
	s.exec(`UPDATE procurement SET state = 'withdrawn' WHERE id = $1`, p.ID)
	if _, err := s.bid(ours, p, 500_000); apperr.CodeOf(err) != apperr.Conflict || strings.Contains(err.Error(), "截止") {
		t.Error(err)
	}
}

func TestOffers(t *testing.T) {
	t.Parallel()
	fen := func(n int64) *int64 { return &n }
	bp := func(n int) *int { return &n }
	quoted := Terms{Pricing: Quoted, FloorFen: 100, CeilingFen: 1000, DaysCeiling: 10}
	discount := Terms{Pricing: Discount, CeilingFen: 1000, FloorFen: 800, DaysCeiling: 10}
	twice := uuid.New()
	for name, c := range map[string]struct {
		t     Terms
		o     Offer
		field string
	}{
		"good": {quoted, Offer{QuoteFen: fen(100), Days: 10}, ""}, "at the ceiling": {quoted, Offer{QuoteFen: fen(1000), Days: 1}, ""},
		"below": {quoted, Offer{QuoteFen: fen(99), Days: 1}, "quoteFen"}, "above": {quoted, Offer{QuoteFen: fen(1001), Days: 1}, "quoteFen"}, "none": {quoted, Offer{Days: 1}, "quoteFen"},
		"negative": {Terms{Pricing: Quoted, DaysCeiling: 9}, Offer{QuoteFen: fen(-1), Days: 1}, "quoteFen"}, "not asked": {Terms{Pricing: FixedPrice, DaysCeiling: 9}, Offer{QuoteFen: fen(1), Days: 1}, "quoteFen"},
		"discount": {discount, Offer{DiscountBP: bp(2000), Days: 1}, ""}, "too deep": {discount, Offer{DiscountBP: bp(2001), Days: 1}, "discountBp"}, "all off": {Terms{Pricing: Discount, CeilingFen: 5, DaysCeiling: 9}, Offer{DiscountBP: bp(10_000), Days: 1}, "discountBp"},
		"too long": {quoted, Offer{QuoteFen: fen(100), Days: 11}, "days"}, "no days": {quoted, Offer{QuoteFen: fen(100)}, "days"},
		"no proposal":    {Terms{Pricing: FixedPrice, Method: Panel, DaysCeiling: 9}, Offer{Days: 1}, "proposal.text"},
		"a person twice": {quoted, Offer{QuoteFen: fen(100), Days: 1, Proposal: Proposal{Practitioners: []uuid.UUID{twice, twice}}}, "proposal.practitioners"},
	} {
		err := c.o.Validate(c.t)
		var e *apperr.Error
		if (err == nil) != (c.field == "") || err != nil && (!errors.As(err, &e) || e.Fields[0].Name != c.field) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestLengthsTellLittle: an envelope's length is the same for all short bids.
func TestLengthsTellLittle(t *testing.T) {
	t.Parallel()
	s := setup(t)
	p, id := s.notice(time.Hour)
	for _, text := range []string{"", "短", strings.Repeat("方案", 500)} {
		body, err := sealBid(SealedBid{Procurement: p.ID, Days: 1, Proposal: Proposal{Text: text}}, p.Recipient)
		if err != nil {
			t.Fatal(err)
		}
		empty, err := sealBid(SealedBid{Withdrawn: true}, p.Recipient)
		if err != nil || len(body) != len(empty) {
			t.Errorf("%d and %d bytes, %v", len(body), len(empty), err)
		}
		if bytes.Contains(body, []byte("方案")) {
			t.Error("in the clear")
		}
		if back, err := openBid(body, id); err != nil || back.Proposal.Text != text {
			t.Error(back, err)
		}
	}
}

// TestFreezingWaitsForWhatIsInFlight: a bid judged to be in time and not yet committed when
// the deadline passes is in the pool; one that comes while the pool is frozen is refused.
func TestFreezingWaitsForWhatIsInFlight(t *testing.T) {
	t.Parallel()
	s := setup(t)
	ours, other := s.firm("", free), s.firm("", free)
	p, _ := s.notice(time.Hour)
	waiting := func() { // until somebody waits for the lock
		for n := 0; n == 0; {
			s.scan(`SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`, nil, &n)
		}
	}
	fen := int64(500_000)
	body, err := sealBid(SealedBid{Procurement: p.ID, Agency: ours.id, QuoteFen: &fen, Days: 5}, p.Recipient)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(body)
	subject := subjectOf(p.ID, ours.id)
	e := envelope{body: body, receipt: sum[:], address: s.Vault.Digest(fieldAddress, subject), subject: s.Vault.Seal(fieldSubject, subject), seal: s.Vault.Seal(fieldSeal, hex.EncodeToString(sum[:]))}
	frozen, refused := make(chan []Bid, 1), make(chan error, 1)
	err = db.InTx(t.Context(), s.pool, func(tx db.Tx) error {
		if err := lockBids(t.Context(), tx, p.ID, false); err != nil {
			return err
		}
		if e.receivedAt, err = stillOpen(t.Context(), tx, p); err != nil {
			return err
		}
		go func() {
			var list []Bid
			err := db.InTx(t.Context(), s.pool, func(tx db.Tx) error {
				if err := lockBids(t.Context(), tx, p.ID, true); err != nil {
					return err
				}
				go func() {
					_, err := s.bid(other, p, 400_000)
					refused <- err
				}()
				waiting()
				var err error
				if list, err = s.unsealAll(t.Context(), tx, p); err != nil {
					return err
				}
				_, err = tx.Exec(t.Context(), `UPDATE procurement SET state = 'selecting', frozen_at = now(), deadline = clock_timestamp() - interval '1 second' WHERE id = $1`, p.ID)
				return err
			})
			if err != nil {
				t.Error(err)
			}
			frozen <- list
		}()
		waiting()
		return writeEnvelope(t.Context(), tx, [][]byte{e.address}, &e)
	})
	if err != nil {
		t.Fatal(err)
	}
	if list := <-frozen; len(list) != 1 || list[0].Agency != ours.id {
		t.Errorf("frozen: %+v", list)
	}
	if err := <-refused; apperr.CodeOf(err) != apperr.Conflict || !strings.Contains(err.Error(), "截止") {
		t.Errorf("while freezing: %v", err)
	}
	if list := s.opened(s.Service, p); len(list) != 1 {
		t.Errorf("%d bids afterwards", len(list))
	}
}
