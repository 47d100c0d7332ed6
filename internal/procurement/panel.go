package procurement

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"zjcs/internal/draw"
	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/authz"
	"zjcs/internal/platform/clock"
	"zjcs/internal/platform/db"
	"zjcs/internal/procurement/selection"
	"zjcs/internal/review"
)

const permitScore authz.Permission = "panel:score"

// Rules of the expert pool (domain.md section 10): who has been in the last inARow panels
// is left out of the next, and an interest counts for interestYears after it ended.
const (
	inARow        = 3
	interestYears = 3
)

// freezeExperts fixes the pool that the panel is drawn from, together with the bids': all
// experts of the items' sectors without a reason to recuse themselves. Experts are shown
// as digests; who was drawn is told when the scores are.
func (s *Service) freezeExperts(ctx context.Context, tx db.Tx, p *Procurement, bids []Bid, now time.Time) (drawRecord, error) {
	names := []string{p.Purchaser}
	usccs := []string{}
	for _, b := range bids {
		names, usccs = append(names, b.AgencyName), append(usccs, b.USCC)
	}
	experts, err := listExperts(ctx, tx, p.ID, names, usccs, inARow, interestYears)
	if err != nil {
		return drawRecord{}, err
	}
	ids := make([]string, len(experts))
	for i, id := range experts {
		ids[i] = id.String()
	}
	seats, _, err := draw.FreezeHidden(p.ID.String(), ids)
	if err != nil {
		return drawRecord{}, err
	}
	if seats == nil { // nobody may be drawn: told when the panel is
		seats = []draw.Seat{}
	}
	d := drawRecord{ID: uuid.Must(uuid.NewV7()), Procurement: p.ID, Purpose: draw.OfPanel, Attempt: 1, Algorithm: p.Terms.Algorithm, Sources: p.Terms.sources(),
		Pool: seats, PoolHash: draw.SeatsHash(p.ID.String(), seats), FrozenAt: now}
	return d, insertDrawing(ctx, tx, d)
}

// panelTx draws the panel, replaces who cannot sit, and returns the scores once every
// seat has handed them in; nil while any is awaited.
func (s *Service) panelTx(ctx context.Context, tx db.Tx, p *Procurement, given draw.Entropy, now time.Time) (moved bool, scores []selection.Score, err error) {
	d, found, err := loadDrawing(ctx, tx, p.ID, draw.OfPanel, true)
	if err != nil || !found {
		return false, nil, err
	}
	if d.DrawnAt == nil {
		return true, nil, s.drawPanel(ctx, tx, p, &d, given, now)
	}
	members, err := loadPanel(ctx, tx, p.ID)
	if err != nil {
		return false, nil, err
	}
	if p.ChoiceUntil != nil && !now.Before(*p.ChoiceUntil) {
		late := 0
		for i := range members {
			if m := &members[i]; m.sits() && m.State != memberScored {
				if err := setMember(ctx, tx, p.ID, m.Expert, memberAbsent, "没有在期限内评分"); err != nil {
					return false, nil, err
				}
				m.State = memberAbsent
				late++
			}
		}
		if late > 0 {
			return true, nil, s.reseat(ctx, tx, p, members, fmt.Sprintf("%d 位专家没有在期限内评分，由候补替补", late), now)
		}
	}
	var sitting []member
	for _, m := range members {
		if m.sits() {
			sitting = append(sitting, m)
		}
	}
	if len(sitting) < p.Terms.Experts {
		return false, nil, s.remindOnce(ctx, tx, p, remindPanel, "到会专家不足，候补也已用完，请运营审核处理")
	}
	for _, m := range sitting {
		if m.State != memberScored {
			return false, nil, setWake(ctx, tx, p.ID, p.ChoiceUntil)
		}
	}
	scores, err = loadScores(ctx, tx, p.ID, sitting)
	return false, scores, err
}

// drawPanel draws the whole pool in order: the first sit, the others replace them.
func (s *Service) drawPanel(ctx context.Context, tx db.Tx, p *Procurement, d *drawRecord, given draw.Entropy, now time.Time) error {
	if len(d.Pool) < p.Terms.Experts {
		return s.failTx(ctx, tx, p, review.Clock, fmt.Sprintf("可以抽取的专家只有 %d 位，不足 %d 位", len(d.Pool), p.Terms.Experts))
	}
	key, err := keyOf(given)
	if err != nil {
		return err
	}
	picks, err := draw.Run(d.Algorithm, key, len(d.Pool), len(d.Pool), nil)
	if err != nil {
		return err
	}
	e := s.evidence(*p, *d, given)
	e.Picks, e.Reserves = p.Terms.Experts, len(d.Pool)-p.Terms.Experts
	e.Draws = []draw.Table{{Purpose: draw.ForPanel, Pool: len(d.Pool), Picks: picks}}
	ev, err := selection.Assemble(e, nil, nil)
	if err != nil {
		return err
	}
	if err := keepEvidence(ctx, tx, d.ID, given, ev); err != nil {
		return err
	}
	if err := s.recordDraw(ctx, tx, p, d, given, ev); err != nil {
		return err
	}
	if err := insertPanel(ctx, tx, p.ID, d.Pool, draw.Drawn(picks)); err != nil {
		return err
	}
	members, err := loadPanel(ctx, tx, p.ID)
	if err != nil {
		return err
	}
	return s.reseat(ctx, tx, p, members, fmt.Sprintf("抽出 %d 位专家", p.Terms.Experts), now)
}

// reseat fills the empty seats with the next in drawn order and gives everyone time.
func (s *Service) reseat(ctx context.Context, tx db.Tx, p *Procurement, members []member, note string, now time.Time) error {
	free := p.Terms.Experts
	var called []uuid.UUID
	for _, m := range members {
		if m.sits() {
			free--
		}
	}
	for i := range members {
		if m := &members[i]; free > 0 && m.State == memberReserve {
			if err := setMember(ctx, tx, p.ID, m.Expert, memberDrawn, ""); err != nil {
				return err
			}
			m.State = memberDrawn
			called = append(called, m.Person)
			free--
		}
	}
	if len(called) > 0 {
		until, err := s.dueIn(ctx, tx, *p, "procurement.panel_workdays", now)
		if err != nil {
			return err
		}
		if err := setChoiceUntil(ctx, tx, p, until); err != nil {
			return err
		}
		note += "，请在 " + clock.Until(until) + " 前声明有无利害关系并评分"
	}
	if err := setWake(ctx, tx, p.ID, nil); err != nil {
		return err
	}
	if _, err := s.recordTx(ctx, tx, p, p.State, step{Action: panelChanged, By: review.Clock, Note: note, Kind: "panel", Body: map[string]any{"called": len(called)}}); err != nil {
		return err
	}
	return s.tell(ctx, tx, Announcement{Procurement: *p, Action: ToldPanelDrawn, Persons: slices.DeleteFunc(called, func(id uuid.UUID) bool { return id == uuid.Nil }), Note: note})
}

// Declare is an expert's word, before any bid is seen: no interest, or a reason to step
// back, and then the next in drawn order is called.
func (s *Service) Declare(ctx context.Context, id uuid.UUID, conflict bool, note string) error {
	note = strings.TrimSpace(note)
	return s.asMember(ctx, id, func(tx db.Tx, p *Procurement, m member, now time.Time) error {
		if m.State != memberDrawn {
			return apperr.New(apperr.Conflict, "您已经声明过")
		}
		if !conflict {
			return setMember(ctx, tx, id, m.Expert, memberDeclared, "")
		}
		if n := utf8.RuneCountInString(note); n < 4 || n > 1000 || strings.ContainsRune(note, 0) {
			return apperr.InvalidField("note", "请写明回避的原因，4 至 1000 字；不公开")
		}
		if err := setMember(ctx, tx, id, m.Expert, memberRecused, note); err != nil {
			return err
		}
		members, err := loadPanel(ctx, tx, id)
		if err != nil {
			return err
		}
		return s.reseat(ctx, tx, p, members, "一位专家回避，由候补替补", now)
	})
}

// Sheet is an expert's score of one bid: points × 10, of 100.
type Sheet struct {
	Number    int    `json:"number" doc:"投标编号"`
	Price     int    `json:"price" minimum:"0" maximum:"1000" doc:"价格分 × 10"`
	Technical int    `json:"technical" minimum:"0" maximum:"1000" doc:"技术分 × 10"`
	Credit    int    `json:"credit" minimum:"0" maximum:"1000" doc:"信用分 × 10"`
	Comment   string `json:"comment,omitempty" maxLength:"2000" doc:"评语"`
}

// Score hands in all sheets of one expert, once. No expert sees another's before all are in.
func (s *Service) Score(ctx context.Context, id uuid.UUID, sheets []Sheet) error {
	return s.asMember(ctx, id, func(tx db.Tx, p *Procurement, m member, now time.Time) error {
		switch m.State {
		case memberDrawn:
			return apperr.New(apperr.Conflict, "请先声明有无利害关系")
		case memberScored:
			return apperr.New(apperr.Conflict, "您已经提交评分，不能修改")
		}
		bids, err := loadBids(ctx, tx, id)
		if err != nil {
			return err
		}
		byNumber := map[int]uuid.UUID{}
		for _, b := range bids {
			if b.Number > 0 && b.Struck == "" {
				byNumber[b.Number] = b.ID
			}
		}
		var bad []apperr.Field
		seen := map[int]bool{}
		for i, sh := range sheets {
			at := fmt.Sprintf("sheets[%d].", i)
			if _, there := byNumber[sh.Number]; !there || seen[sh.Number] {
				bad = append(bad, apperr.Field{Name: at + "number", Message: "应是有效投标的编号，且不重复"})
			}
			seen[sh.Number] = true
			for _, v := range []struct {
				name, label string
				points      int
			}{{"price", "价格分", sh.Price}, {"technical", "技术分", sh.Technical}, {"credit", "信用分", sh.Credit}} {
				if v.points < 0 || v.points > 1000 {
					bad = append(bad, apperr.Field{Name: at + v.name, Message: v.label + "应在 0 与 100 之间，一位小数"})
				}
			}
			if utf8.RuneCountInString(sh.Comment) > 2000 || strings.ContainsRune(sh.Comment, 0) {
				bad = append(bad, apperr.Field{Name: at + "comment", Message: "评语不超过 2000 字"})
			}
		}
		for n := range byNumber {
			if !seen[n] {
				bad = append(bad, apperr.Field{Name: "sheets", Message: fmt.Sprintf("%d 号没有评分，每份投标都要评", n)})
			}
		}
		if err := apperr.InvalidFields(bad); err != nil {
			return err
		}
		if err := insertScores(ctx, tx, id, m.Expert, sheets, byNumber); err != nil {
			return err
		}
		if err := setMember(ctx, tx, id, m.Expert, memberScored, ""); err != nil {
			return err
		}
		if _, err := s.recordTx(ctx, tx, p, p.State, step{Action: panelScored, By: Expert, Note: "一位专家提交了评分"}); err != nil {
			return err
		}
		if err := setWake(ctx, tx, id, nil); err != nil {
			return err
		}
		_, err = s.selectTx(ctx, tx, p, now, nil)
		return err
	})
}

// asMember runs fn for an expert who sits on the panel of a procurement.
func (s *Service) asMember(ctx context.Context, id uuid.UUID, fn func(tx db.Tx, p *Procurement, m member, now time.Time) error) error {
	if err := s.Policy.Require(ctx, permitScore, authz.Anywhere); err != nil {
		return err
	}
	orgs := s.Policy.ReachOf(ctx, permitScore).Organisations
	return db.InTx(ctx, s.Pool, func(tx db.Tx) error {
		p, err := load(ctx, tx, id, true)
		if err != nil {
			return err
		}
		m, found, err := memberOf(ctx, tx, id, orgs)
		if err != nil {
			return err
		}
		if !found || !m.sits() {
			return errNotFound
		}
		now, err := dbNow(ctx, tx)
		if err != nil {
			return err
		}
		if p.State != Selecting || p.ChoiceUntil == nil || !now.Before(*p.ChoiceUntil) {
			return apperr.New(apperr.Conflict, "评审的期限已过")
		}
		return fn(tx, &p, m, now)
	})
}
