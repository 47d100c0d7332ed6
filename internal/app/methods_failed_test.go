package app_test

import (
	"strings"
	"testing"

	"github.com/google/uuid"

	"zjcs/internal/procurement"
	"zjcs/internal/procurement/selection"
)

// failTwice: too few bids fail a procurement with the reason; repeated once it keeps its
// method; after the second failure, and not before, an agency may be named.
func (h *hall) failTwice(t *testing.T) {
	r := &deal{hall: h, t: t, method: method{name: "两次流标", terms: m{"method": "lowest_price", "fund": "fiscal", "ceilingFen": 1_000_000}, source: procurement.Drand}, said: map[int]selection.Explanation{}}
	r.buyer = h.purchaser(t, "流标业主")
	r.owner = h.as(t, r.buyer)
	named := m{"method": "direct", "fund": "fiscal", "ceilingFen": 1_000_000, "directGround": "failed_twice", "directReason": "两次公告都不足三家报名", "directUscc": h.firms[1].uscc}
	r.id = r.publish(r.notice(r.terms), nil)
	r.quotes = []int64{900_000, 880_000}
	var first uuid.UUID
	for round := 1; round <= 2; round++ {
		r.bid(h.firms[:round]...)
		r.passDeadline()
		d := h.until(t, r.id, "failed", func(d procurement.Detail) bool { return d.State == procurement.Failed })
		if d.Round != round || !strings.Contains(d.EndedReason, "3 家") || len(d.Bids) != round {
			t.Errorf("round %d: %d bids, %s", d.Round, len(d.Bids), d.EndedReason)
		}
		for _, b := range d.Bids {
			if b.State == procurement.BidSelected || b.Place != 0 {
				t.Errorf("of a failed procurement %s is %s", b.Agency, b.State)
			}
		}
		if round == 1 {
			first = r.id
			path, version := r.draft(r.notice(named), &first)
			if a := r.owner.do("POST", path+"/actions", m{"version": version, "action": "submit"}); !a.blames("content.directGround") {
				t.Errorf("direct after one failure: %d %s", a.status, a.text)
			}
			r.id = r.publish(r.notice(r.terms), &first)
		}
	}
	second := r.id
	r.id = r.publish(r.notice(named), &second)
	r.bid(h.firms[1])
	r.terms = named
	r.passDeadline()
	d := h.until(t, r.id, "in publicity", func(d procurement.Detail) bool { return d.State == procurement.Publicity })
	if d.Round != 3 || d.PreviousNumber == "" {
		t.Errorf("round %d after %q", d.Round, d.PreviousNumber)
	}
	r.number(d, h.firms[1:2])
	r.checkResult(d, h.firms[1:2])
}
