package procurement

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"zjcs/internal/draw"
	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/authz"
	"zjcs/internal/platform/db"
	"zjcs/internal/testkit"
)

func TestSourceThatDoesNotCome(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	forged := published(t)
	forged.Randomness = strings.Repeat("ab", 32)
	e.Beacon = func(context.Context, draw.Chain, uint64) (draw.Round, error) { return forged, nil }
	p, _ := e.notice(time.Minute, withDrand)
	for _, f := range e.firms(3) {
		e.mustBid(f, p, 900_000)
	}
	e.atRound(&p)
	e.exec(`UPDATE procurement SET terms = jsonb_set(terms, '{fallbackHours}', '1000000')`)
	if err := e.Tick(t.Context()); err == nil {
		t.Error("a forged round was taken in silence")
	}
	var rounds int
	e.scan(`SELECT count(*) FROM drand_round`, nil, &rounds)
	if got := e.load(p.ID); got.State != Selecting || rounds != 0 || e.actions(p.ID) != "freeze" {
		t.Fatalf("%s, %d rounds, %s", got.State, rounds, e.actions(p.ID))
	}
	e.exec(`UPDATE draw SET sources = jsonb_set(sources, '{hours}', '24'), frozen_at = $1`, p.Deadline) // as if it had been frozen then
	_ = e.Tick(t.Context())                                                                             // the beacon still lies
	if got := e.actions(p.ID); got != "freeze fall-back" {
		t.Fatal(got)
	}

	one, two := e.cast.Person("录入甲", testkit.At(authz.Operator, testkit.County)), e.cast.Person("录入乙", testkit.At(authz.Operator, testkit.County))
	entry := LotteryEntry{Game: "双色球", Issue: "2023099", Date: "2023-08-24", Numbers: []int64{9, 1, 5, 33}, Where: "中国福利彩票网站"}
	wrong := entry
	wrong.Numbers = []int64{9, 1, 5, 32}
	if st, err := e.EnterLottery(testkit.As(t, one), entry); err != nil || st.Confirmed {
		t.Fatalf("%+v, %v", st, err)
	}
	if st, err := e.EnterLottery(testkit.As(t, one), entry); err != nil || st.Confirmed {
		t.Fatalf("one person confirmed himself: %+v, %v", st, err)
	}
	if st, err := e.EnterLottery(testkit.As(t, two), wrong); err != nil || st.Confirmed || !st.Differs {
		t.Fatalf("%+v, %v", st, err)
	}
	e.tick()
	if e.load(p.ID).State != Selecting {
		t.Fatal("drawn from numbers that differ")
	}
	entry.Numbers = []int64{33, 9, 5, 1}
	if st, err := e.EnterLottery(testkit.As(t, two), entry); err != nil || !st.Confirmed {
		t.Fatalf("%+v, %v", st, err)
	}
	if _, err := e.EnterLottery(testkit.As(t, one), wrong); apperr.CodeOf(err) != apperr.Conflict {
		t.Errorf("changed after it counted: %v", err)
	}
	if _, err := e.EnterLottery(testkit.As(t, e.buyerPerson), entry); apperr.CodeOf(err) != apperr.Forbidden {
		t.Errorf("a purchaser entered: %v", err)
	}
	e.tick()
	if ev := e.evidenceHolds(p.ID); !ev.UsedFallback || ev.Key != "1.5.9.33./" {
		t.Errorf("%v %s", ev.UsedFallback, ev.Key)
	}
	e.winner(p.ID)
}

func TestCommitReveal(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	commit := func(t *Terms) {
		withDrand(t)
		t.Source, t.Fallback = EntropySource{Kind: Commit}, t.Source
	}
	supervisor := testkit.As(t, e.cast.Person("监督", testkit.At(authz.Supervisor, testkit.County)))
	buyer := testkit.As(t, e.buyerPerson)
	digest := func(v string) string { return hex.EncodeToString(sha(v)) }
	a, b := strings.Repeat("aa", 16), strings.Repeat("bb", 32)

	p, _ := e.notice(time.Minute, commit)
	for _, f := range e.firms(3) {
		e.mustBid(f, p, 900_000)
	}
	err := db.InTx(t.Context(), e.pool, func(tx db.Tx) error { return e.CommitPlatformTx(t.Context(), tx, &p) })
	if err != nil {
		t.Fatal(err)
	}
	asked := func(want ...string) {
		t.Helper()
		if got := e.asked(buyer, ViewPurchaser); !slices.Equal(got, want) {
			t.Errorf("the purchaser is asked %v, want %v", got, want)
		}
		if got := e.asked(supervisor, ViewCommit); len(want) > 0 && !slices.Equal(got, want) {
			t.Errorf("the supervisor is asked %v, want %v", got, want)
		}
		d, err := e.MyProcurement(buyer, p.ID.String())
		if err != nil {
			t.Fatal(err)
		}
		if offered := slices.ContainsFunc(d.AllowedActions, func(a Allowed) bool { return a.Action == DoCommit || a.Action == DoReveal }); offered != (len(want) > 0) {
			t.Errorf("offered %v while asked %v", d.AllowedActions, want)
		}
	}
	asked("等您作出抽取的承诺")
	for _, ctx := range []context.Context{buyer, supervisor} {
		if err := e.GiveCommitment(ctx, p.ID, "xyz"); apperr.CodeOf(err) != apperr.Invalid {
			t.Error(err)
		}
	}
	for ctx, v := range map[context.Context]string{buyer: a, supervisor: b} {
		if err := e.GiveCommitment(ctx, p.ID, digest(v)); err != nil {
			t.Fatal(err)
		}
		if err := e.GiveCommitment(ctx, p.ID, digest(v)); apperr.CodeOf(err) != apperr.Conflict {
			t.Errorf("committed twice: %v", err)
		}
		if err := e.Reveal(ctx, p.ID, v); apperr.CodeOf(err) != apperr.Conflict {
			t.Errorf("revealed before the pool is frozen: %v", err)
		}
	}
	asked()
	e.atRound(&p)
	e.exec(`UPDATE draw_commitment SET committed_at = '2023-01-01'`)
	e.exec(`UPDATE procurement SET terms = jsonb_set(terms, '{fallbackHours}', '1000000')`)
	e.tick()
	if err := e.Reveal(buyer, p.ID, b); apperr.CodeOf(err) != apperr.Invalid {
		t.Errorf("another's value: %v", err)
	}
	asked("等您揭示承诺的随机数")
	if err := e.Reveal(buyer, p.ID, a); err != nil {
		t.Fatal(err)
	}
	asked()
	e.tick()
	var platform *string
	e.scan(`SELECT encode(value, 'hex') FROM draw_commitment WHERE party = 'platform'`, nil, &platform)
	if platform != nil || e.load(p.ID).State != Selecting {
		t.Fatal("the platform revealed before the others")
	}
	if err := e.Reveal(supervisor, p.ID, b); err != nil {
		t.Fatal(err)
	}
	e.tick()
	e.scan(`SELECT encode(value, 'hex') FROM draw_commitment WHERE party = 'platform'`, nil, &platform)
	if ev := e.evidenceHolds(p.ID); platform == nil || ev.Key != a+"./"+b+"./"+*platform+"./" {
		t.Errorf("key %s", ev.Key)
	}

	p, _ = e.notice(time.Minute, commit) // nobody commits
	for _, f := range e.firms(3) {
		e.mustBid(f, p, 900_000)
	}
	e.atRound(&p)
	e.tick()
	if got := e.actions(p.ID); got != "freeze fall-back draw conclude" {
		t.Error(got)
	}
	if ev := e.evidenceHolds(p.ID); !ev.UsedFallback || ev.Entropy.Drand == nil {
		t.Errorf("%+v", ev.Entropy)
	}
}

func sha(hexValue string) []byte {
	sum := sha256.Sum256(must(hex.DecodeString(hexValue)))
	return sum[:]
}

func TestVoidDraw(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	e.Beacon = func(context.Context, draw.Chain, uint64) (draw.Round, error) { return draw.Round{}, errors.New("down") }
	p, _ := e.notice(time.Minute, withDrand)
	for _, f := range e.firms(3) {
		e.mustBid(f, p, 900_000)
	}
	e.atRound(&p)
	e.exec(`UPDATE procurement SET terms = jsonb_set(terms, '{fallbackHours}', '1000000')`)
	_ = e.Tick(t.Context()) // the beacon is down
	v := VoidInput{Reason: "信标网络长时间中断，无法取得", Decision: "运营字〔2026〕1号", Source: EntropySource{Kind: Drand}}
	for name, ctx := range map[string]context.Context{
		"purchaser": testkit.As(t, e.buyerPerson),
		"elsewhere": testkit.As(t, e.cast.Person("外县运营", testkit.At(authz.Operator, testkit.OtherCounty))),
		"his own":   testkit.As(t, e.cast.Person("两顶帽子", testkit.At(authz.Operator, testkit.County), testkit.In(authz.PurchaserAgent, e.buyer))),
	} {
		if err := e.VoidDraw(ctx, p.ID, v); apperr.CodeOf(err) != apperr.Forbidden && apperr.CodeOf(err) != apperr.NotFound {
			t.Errorf("%s: %v", name, err)
		}
	}
	operator := testkit.As(t, e.cast.Person("运营", testkit.At(authz.Operator, testkit.County)))
	for field, bad := range map[string]VoidInput{
		"reason": {Reason: "坏了", Decision: v.Decision, Source: v.Source}, "decision": {Reason: v.Reason, Source: v.Source},
		"source": {Reason: v.Reason, Decision: v.Decision, Source: EntropySource{Kind: Lottery, Game: "双色球", Issue: "2023099", Date: "2023-08-24"}},
	} {
		if err := e.VoidDraw(operator, p.ID, bad); len(fieldsOf(err)) != 1 || fieldsOf(err)[0].Name != field {
			t.Errorf("%s: %v", field, err)
		}
	}
	if err := e.VoidDraw(operator, p.ID, v); err != nil {
		t.Fatal(err)
	}
	var attempts, hashes int
	var round uint64
	e.scan(`SELECT count(*), count(DISTINCT pool_hash), max((sources -> 'named' ->> 'round')::bigint) FROM draw WHERE procurement_id = $1`, []any{p.ID}, &attempts, &hashes, &round)
	if attempts != 2 || hashes != 1 || !quicknet.TimeOf(round).After(time.Now()) {
		t.Errorf("%d attempts on %d pools, round %d", attempts, hashes, round)
	}
	if got := e.actions(p.ID); got != "freeze void-draw" {
		t.Error(got)
	}
}
