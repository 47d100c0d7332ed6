package procurement

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/ledongthuc/pdf"
	"golang.org/x/mod/sumdb/tlog"

	"zjcs/internal/draw"
	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/db"
	"zjcs/internal/procurement/selection"
	"zjcs/internal/testkit"
)

func lineReceipt(entry uuid.UUID, raw []byte) draw.Receipt {
	h := tlog.RecordHash(raw)
	return draw.Receipt{Entry: entry.String(), Leaf: base64.StdEncoding.EncodeToString(raw), LeafHash: hex.EncodeToString(h[:])}
}

func TestAnAwardFollowsItsPublicity(t *testing.T) {
	t.Parallel()
	r := newResults(t, 4)
	lines := map[uuid.UUID]Entry{}
	log := r.Log
	r.Log = func(ctx context.Context, tx db.Tx, e Entry) (uuid.UUID, error) {
		id, err := log(ctx, tx, e)
		lines[id] = e
		return id, err
	}
	r.Receipt = func(_ context.Context, entry uuid.UUID) (draw.Receipt, error) {
		return receiptOf(t, entry, lines[entry]), nil
	}
	p := r.show(time.Hour)
	r.award()
	if got := r.load(p.ID).State; got != Publicity {
		t.Fatalf("awarded before its publicity was over: %s", got)
	}
	if _, err := r.AwardPaper(t.Context(), p.ID, ""); apperr.CodeOf(err) != apperr.NotFound {
		t.Errorf("the paper of no award: %v", err)
	}
	r.end(p)
	r.told = nil
	r.award()
	r.award() // and nothing more
	if got := r.load(p.ID).State; got != Awarded {
		t.Fatal(got)
	}
	if got := r.actions(p.ID); got != "conclude award" {
		t.Errorf("course: %s", got)
	}
	a := r.standing(p.ID)
	var b AwardBody
	if err := json.Unmarshal(a.Body, &b); err != nil {
		t.Fatal(err)
	}
	w := p.firms[0]
	if b.Agency.USCC != w.uscc || b.PriceFen != 800_000 || b.PriceWords != "人民币捌仟元整" || b.Days != 20 || b.BidNumber != 1 || b.Purchaser.Name != "盐湖热力有限公司" ||
		len(b.Items) != 1 || b.Items[0].Code != free || b.Draw == nil || b.Draw.Evidence != "bb22" || b.ResultEntry == nil || b.Number != a.Number ||
		b.VerifyURL != "https://market.example/procurements/"+p.ID.String()+"/award?number="+a.Number || !b.SignBy.After(b.IssuedAt) {
		t.Errorf("the notice says %+v", b)
	}
	ev, err := r.AwardEvidence(t.Context(), p.ID, a.Number)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := json.Marshal(ev)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range selection.VerifyAward(raw, "") {
		if f.Status == draw.Wrong {
			t.Errorf("%s: %s", f.Step, f.Text)
		}
	}
	for _, f := range selection.VerifyAward(bytes.Replace(raw, []byte(`"priceFen":800000`), []byte(`"priceFen":900000`), 1), "") {
		if f.Step == "通知书内容" && f.Status != draw.Wrong {
			t.Error("another sum than the log's passes")
		}
	}
	var winnerTold bool
	for _, x := range r.told {
		winnerTold = winnerTold || x.Action == Award && len(x.Agencies) == 1 && x.Agencies[0] == w.id && strings.Contains(x.Note, a.Number)
	}
	if !winnerTold {
		t.Errorf("told: %+v", r.told)
	}
}

func TestThePaperSaysWhatTheAwardSays(t *testing.T) {
	t.Parallel()
	r := newResults(t, 3)
	p, a := r.awarded()
	print := func() []byte {
		raw, err := r.AwardPaper(t.Context(), p.ID, a.Number)
		if err != nil {
			t.Fatal(err)
		}
		return raw
	}
	text := func(raw []byte) string {
		doc, err := pdf.NewReader(bytes.NewReader(raw), int64(len(raw)))
		if err != nil {
			t.Fatal(err)
		}
		words, err := doc.GetPlainText()
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if _, err := b.ReadFrom(words); err != nil {
			t.Fatal(err)
		}
		return strings.Join(strings.Fields(b.String()), "")
	}
	first := print()
	if !bytes.Equal(first, print()) {
		t.Error("two prints of one award differ")
	}
	for _, want := range []string{a.Number, "中选通知书", "第1设计院", "盐湖热力有限公司", "人民币捌仟元整（¥8,000.00）", "20个工作日", "竞价选取", a.Entry.String(), "节能报告编制"} {
		if !strings.Contains(text(first), want) {
			t.Errorf("no %s in the paper", want)
		}
	}
	if err := r.RefuseAward(testkit.As(t, r.buyerPerson), RefuseInput{Procurement: p.ID, Number: a.Number, How: RefusedToSign, Reason: "书面表示拒绝签订合同"}); err != nil {
		t.Fatal(err)
	}
	if got := text(print()); !strings.Contains(got, "此通知书已失效：中选机构拒绝签订合同") {
		t.Error("the paper of a refused award does not say so")
	}
	if _, err := r.AwardPaper(t.Context(), p.ID, "ZX00000000"); apperr.CodeOf(err) != apperr.NotFound {
		t.Errorf("a made-up number: %v", err)
	}
	other := r.show(time.Hour)
	if _, err := r.AwardPaper(t.Context(), other.ID, a.Number); apperr.CodeOf(err) != apperr.NotFound {
		t.Errorf("another procurement's number: %v", err)
	}
}

// A fault of one procurement holds up no other, and is told.
func TestAFaultyResultStopsNoOther(t *testing.T) {
	t.Parallel()
	r := newResults(t, 3)
	broken, good := r.show(time.Hour), r.show(time.Hour)
	r.exec(`UPDATE bid SET state = 'not_selected' WHERE procurement_id = $1`, broken.ID)
	r.exec(`UPDATE procurement SET publicity_until = clock_timestamp() - interval '1 hour' WHERE id = $1`, broken.ID)
	r.end(good)
	if err := r.awardDue(t.Context()); err == nil || !strings.Contains(err.Error(), broken.ID.String()) {
		t.Errorf("got %v", err)
	}
	if got := r.load(good.ID).State; got != Awarded {
		t.Error(got)
	}
}

// Many instances at once, and one whose transaction is lost at its end, issue one award.
func TestAnAwardIsIssuedOnce(t *testing.T) {
	t.Parallel()
	r := newResults(t, 3)
	p := r.show(time.Hour)
	r.end(p)
	killed := *r.Service
	killed.Tell = func(context.Context, db.Tx, Announcement) error { return errors.New("killed") }
	if err := killed.awardDue(t.Context()); err == nil {
		t.Fatal("it was not killed")
	}
	if got := r.load(p.ID).State; got != Publicity {
		t.Fatalf("half an award: %s", got)
	}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if err := r.awardDue(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	var awards, events int
	r.scan(`SELECT (SELECT count(*) FROM award WHERE procurement_id = $1), (SELECT count(*) FROM procurement_event WHERE procurement_id = $1 AND action = 'award')`, []any{p.ID}, &awards, &events)
	if awards != 1 || events != 1 {
		t.Errorf("%d awards, %d events", awards, events)
	}
}
