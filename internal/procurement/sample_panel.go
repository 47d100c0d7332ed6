package procurement

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"zjcs/internal/draw"
	"zjcs/internal/procurement/selection"
	"zjcs/internal/review"
)

// panel draws experts of the market and lets them score.
func (m *sampling) panel(ctx context.Context, in selection.Input, at time.Time) ([]selection.Score, error) {
	experts, err := listSampleExperts(ctx, m.tx, m.p.ID)
	if err != nil {
		return nil, err
	}
	seats, _, err := draw.FreezeHidden(m.p.ID.String(), experts)
	if err != nil {
		return nil, err
	}
	d := drawRecord{ID: uuid.Must(uuid.NewV7()), Procurement: m.p.ID, Purpose: draw.OfPanel, Attempt: 1, Algorithm: m.p.Terms.Algorithm, Sources: m.p.Terms.sources(),
		Pool: seats, PoolHash: draw.SeatsHash(m.p.ID.String(), seats), FrozenAt: *m.p.FrozenAt}
	if err := insertDrawing(ctx, m.tx, d); err != nil {
		return nil, err
	}
	if len(d.Pool) < m.p.Terms.Experts {
		return nil, fmt.Errorf("only %d experts", len(d.Pool))
	}
	picks, err := draw.Run(d.Algorithm, in.Key, len(d.Pool), len(d.Pool), nil)
	if err != nil {
		return nil, err
	}
	e := m.s.evidence(m.p, d, m.given)
	e.Picks, e.Reserves = m.p.Terms.Experts, len(d.Pool)-m.p.Terms.Experts
	e.Draws = []draw.Table{{Purpose: draw.ForPanel, Pool: len(d.Pool), Picks: picks}}
	ev, err := selection.Assemble(e, nil, nil)
	if err != nil {
		return nil, err
	}
	if err := m.drawn(ctx, &d, ev, at); err != nil {
		return nil, err
	}
	if err := insertPanel(ctx, m.tx, m.p.ID, d.Pool, draw.Drawn(picks)); err != nil {
		return nil, err
	}
	members, err := loadPanel(ctx, m.tx, m.p.ID)
	if err != nil {
		return nil, err
	}
	if err := m.step(ctx, ToldPanelDrawn, Selecting, review.Clock, at, fmt.Sprintf("抽出 %d 位专家", m.p.Terms.Experts), "", nil); err != nil {
		return nil, err
	}
	var scores []selection.Score
	for i, member := range members[:m.p.Terms.Experts] {
		by := map[int]uuid.UUID{}
		var sheets []Sheet
		for j, b := range m.bids {
			by[b.Number] = b.ID
			s := Sheet{Number: b.Number, Price: 820 + (j*37+i*5)%150, Technical: 760 + (j*53+i*31)%200, Credit: 880 + j*17%100}
			sheets = append(sheets, s)
			scores = append(scores, selection.Score{Expert: i + 1, Number: b.Number, Price: s.Price, Technical: s.Technical, Credit: s.Credit})
		}
		if err := insertScores(ctx, m.tx, m.p.ID, member.Expert, sheets, by); err != nil {
			return nil, err
		}
		if err := setMember(ctx, m.tx, m.p.ID, member.Expert, memberScored, ""); err != nil {
			return nil, err
		}
		if err := m.step(ctx, panelScored, Selecting, Expert, at.Add(time.Duration(i+3)*time.Hour), fmt.Sprintf("第 %d 位专家交来评分", i+1), "", nil); err != nil {
			return nil, err
		}
	}
	return scores, nil
}

// object files an objection to the result and, unless it is still examined, answers it.
func (m *sampling) object(ctx context.Context) error {
	at := m.p.ConcludedAt.Add(26 * time.Hour)
	number, err := insertSampleObjection(ctx, m.tx, m.p.ID, m.s.Vault.Seal(fieldContact, "0359-0000000"), at, m.in.Objection)
	if err != nil {
		return err
	}
	if err := m.step(ctx, objected, Publicity, Objector, at, "收到异议 "+number, kindObjection, map[string]any{"number": number}); err != nil {
		return err
	}
	if err := m.step(ctx, Suspend, Suspended, Operator, at.Add(3*time.Hour), "受理异议 "+number+"，审查期间中止", kindObjection, map[string]any{"number": number, "state": ObjectionAccepted}); err != nil || m.in.State == Suspended {
		return err
	}
	return m.step(ctx, Resume, Publicity, Operator, at.Add(27*time.Hour), "异议 "+number+" 不成立："+m.in.Objection, kindObjection, map[string]any{"number": number, "state": ObjectionDismissed, "answer": m.in.Objection})
}
