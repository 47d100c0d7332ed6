package procurement

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"filippo.io/age"
	"github.com/google/uuid"

	"zjcs/internal/credit"
	"zjcs/internal/draw"
	"zjcs/internal/platform/clock"
	"zjcs/internal/platform/db"
	"zjcs/internal/platform/money"
	"zjcs/internal/procurement/selection"
	"zjcs/internal/review"
)

// Sample is an invented procurement with its whole course up to a state. Its selection is
// computed by the methods that every other's is, and its evidence checks like any other;
// its times alone are made up (示例数据).
type Sample struct {
	ID          uuid.UUID
	Org         uuid.UUID
	Purchaser   string
	Terms       Terms // whose entropy is by commitment where anything is drawn
	PublishedAt time.Time
	State       review.State
	Bidders     int
	Skip        int   // of the agencies that offer the items, how many to pass over
	Quotes      []int // per mille of the ceiling; discount: of 10000
	Values      [3][]byte
	Publicity   time.Time // when it ends
	Reason      string    // withdrawal, failure, termination, or the purchaser's choice
	Questions   []Answered
	Objection   string // answer of one that was filed, or "" for none
}

// sampling is the making of one.
type sampling struct {
	s     *Service
	tx    db.Tx
	p     Procurement
	in    Sample
	bids  []Bid
	draw  drawRecord
	given draw.Entropy
}

// StoreSample writes one. The agencies and experts of the market must be there.
func (s *Service) StoreSample(ctx context.Context, tx db.Tx, in Sample) error {
	identity, err := age.GenerateX25519Identity()
	if err != nil {
		return fmt.Errorf("sample procurement: %w", err)
	}
	if in.Terms.Source.Kind == Drand && in.Terms.Source.Round == 0 {
		in.Terms.Source.Chain, in.Terms.Source.Round = quicknet.Hash, quicknet.FirstAfter(in.Terms.SelectionAt)
	}
	m := &sampling{s: s, tx: tx, in: in, p: Procurement{ID: in.ID, OrgID: in.Org, Purchaser: in.Purchaser, Region: in.Terms.Region, Title: in.Terms.ProjectName, Method: in.Terms.Method,
		Fiscal: in.Terms.IsFiscal(), Terms: in.Terms, TermsVersion: 1, AnswerVersion: 1, State: Open, Round: 1, PublishedAt: in.PublishedAt, Deadline: in.Terms.Deadline,
		SelectionAt: in.Terms.SelectionAt, Recipient: identity.Recipient().String(), Demo: true}}
	if m.p.Number, err = insertSample(ctx, tx, m.p, s.Vault.Seal(FieldIdentity, identity.String())); err != nil {
		return err
	}
	if err := m.course(ctx); err != nil {
		return fmt.Errorf("sample %s: %w", in.Terms.ProjectName, err)
	}
	if err := updateSample(ctx, tx, m.p); err != nil {
		return err
	}
	if s.Changed != nil {
		return s.Changed(ctx, tx, []uuid.UUID{m.p.ID})
	}
	return nil
}

// course takes the steps one after the other until the wanted state.
func (m *sampling) course(ctx context.Context) error {
	if err := m.step(ctx, Publish, Open, Purchaser, m.in.PublishedAt, "发布公告", "procurement-notice", map[string]any{"title": m.p.Title, "terms": m.p.Terms}); err != nil {
		return err
	}
	if err := insertSampleQuestions(ctx, m.tx, m.p.ID, m.in.Org, m.in.Questions); err != nil {
		return err
	}
	if err := m.commit(ctx); err != nil || m.in.State == Open {
		return err
	}
	if m.in.State == Withdrawn {
		m.p.EndedReason = m.in.Reason
		return m.step(ctx, Withdraw, Withdrawn, Purchaser, m.p.Deadline.Add(-20*time.Hour), m.in.Reason, "procurement-withdrawn", map[string]any{"reason": m.in.Reason})
	}
	if err := m.freeze(ctx); err != nil || m.p.State == Failed {
		return err
	}
	if m.in.State == Terminated {
		m.p.EndedReason = m.in.Reason
		return m.step(ctx, Terminate, Terminated, Operator, m.p.SelectionAt.Add(3*time.Hour), m.in.Reason, "procurement-terminated", map[string]any{"reason": m.in.Reason})
	}
	if m.p.SelectionAt.After(m.s.Now()) {
		return nil // it waits for its time
	}
	if err := m.selects(ctx); err != nil || m.p.State == Selecting || m.in.State == Publicity {
		return err
	}
	if m.in.Objection != "" || m.in.State == Suspended {
		if err := m.object(ctx); err != nil || m.in.State == Suspended {
			return err
		}
	}
	return m.award(ctx)
}

func (m *sampling) step(ctx context.Context, a review.Action, to review.State, by review.By, at time.Time, note, kind string, body any) error {
	_, err := m.record(ctx, a, to, by, at, note, kind, body)
	return err
}

func (m *sampling) record(ctx context.Context, a review.Action, to review.State, by review.By, at time.Time, note, kind string, body any) (entry *uuid.UUID, err error) {
	if kind != "" && m.s.Log != nil {
		id, err := m.s.Log(ctx, m.tx, Entry{Kind: kind, Subject: m.p.ID, Region: m.p.Region, Body: body})
		if err != nil {
			return nil, err
		}
		entry = &id
	}
	from := m.p.State
	m.p.State = to
	return entry, insertSampleEvent(ctx, m.tx, event{Procurement: m.p.ID, Action: a, From: from, To: to, Side: by, Note: note, Entry: entry}, body, at)
}

// commit lets the three parties commit before the pool is frozen.
func (m *sampling) commit(ctx context.Context) error {
	if !m.p.Terms.usesCommit() {
		return nil
	}
	for i, party := range draw.Parties {
		sum := sha256.Sum256(m.in.Values[i])
		at := m.in.PublishedAt.Add(time.Duration(i+1) * time.Hour)
		by := map[string]review.By{partyPurchaser: Purchaser, partySupervisor: Operator, partyPlatform: review.Clock}[party]
		entry, err := m.record(ctx, committed, m.p.State, by, at, partyLabels[party]+"作出承诺", "draw-commitment", map[string]any{"party": party, "commitment": hex.EncodeToString(sum[:])})
		if err != nil {
			return err
		}
		var revealed *time.Time
		value := m.in.Values[i]
		if m.in.State == Open || m.p.SelectionAt.After(m.s.Now()) { // sealed until the draw
			value = nil
		} else {
			revealed = &m.p.SelectionAt
		}
		if err := insertSampleCommitment(ctx, m.tx, m.p.ID, party, sum[:], value, at, revealed, entry, m.s.Vault.Seal(fieldPlatform, hex.EncodeToString(m.in.Values[i]))); err != nil {
			return err
		}
	}
	return nil
}

// freeze opens the bids that agencies of the market would have made.
func (m *sampling) freeze(ctx context.Context) error {
	at := m.p.Deadline.Add(2 * time.Second)
	agencies, err := listSampleBidders(ctx, m.tx, m.p.ID, m.p.Terms.DirectUSCC, m.in.Bidders, m.in.Skip)
	if err != nil {
		return err
	}
	ids := make([]uuid.UUID, len(agencies))
	for i, a := range agencies {
		ids[i] = a.id
	}
	scores, err := credit.ScoresAt(ctx, m.tx, ids, at)
	if err != nil {
		return err
	}
	for i, a := range agencies {
		tenths := int(scores[a.id].Tenths)
		receipt := sha256.Sum256([]byte("示例" + m.p.ID.String() + a.uscc))
		b := Bid{ID: uuid.Must(uuid.NewV7()), Procurement: m.p.ID, Agency: a.id, USCC: a.uscc, AgencyName: a.name, ReceivedAt: m.p.Deadline.Add(-time.Duration(i*7+1) * time.Hour),
			Receipt: receipt[:], State: BidOpened, Days: max(1, m.p.Terms.DaysCeiling-i%5*2), CreditTenths: &tenths}
		m.quote(&b, i)
		m.bids = append(m.bids, b)
	}
	pool, err := number(m.p.ID, m.bids)
	if err != nil {
		return err
	}
	if err := insertBids(ctx, m.tx, m.bids); err != nil {
		return err
	}
	hash := draw.PoolHash(m.p.ID.String(), pool)
	m.p.FrozenAt, m.p.PoolHash = &at, hash
	if err := m.step(ctx, Freeze, Selecting, review.Clock, at, fmt.Sprintf("收到有效报名 %d 家，抽取池已编号固定", len(pool)), "bid-pool", map[string]any{
		selection.LogPoolHash: hash, "pool": pool, "algorithm": m.p.Terms.Algorithm, "sources": m.p.Terms.sources(), "receipts": receipts(m.bids), "termsVersion": 1}); err != nil {
		return err
	}
	if m.in.State == Failed {
		m.p.EndedReason = m.in.Reason
		return m.step(ctx, Fail, Failed, review.Clock, at, m.in.Reason, "procurement-failed", map[string]any{"reason": m.in.Reason, "round": 1})
	}
	if m.p.Method == Direct {
		return nil
	}
	m.draw = drawRecord{ID: uuid.Must(uuid.NewV7()), Procurement: m.p.ID, Purpose: draw.OfSelection, Attempt: 1, Algorithm: m.p.Terms.Algorithm,
		Sources: m.p.Terms.sources(), Pool: draw.Seats(pool), PoolHash: hash, FrozenAt: at}
	return insertDrawing(ctx, m.tx, m.draw)
}

func (m *sampling) quote(b *Bid, i int) {
	if len(m.in.Quotes) == 0 {
		return
	}
	q := m.in.Quotes[i%len(m.in.Quotes)]
	switch m.p.Terms.Pricing {
	case Quoted:
		fen := m.p.Terms.CeilingFen / 1000 * int64(q) / 100 * 100
		b.QuoteFen = &fen
	case Discount:
		b.DiscountBP = &q
	case FixedPrice: // nothing is quoted
	}
}

// selects runs the method on the pool, as the clock would have.
func (m *sampling) selects(ctx context.Context) error {
	at := m.p.SelectionAt.Add(4 * time.Second)
	in, err := m.s.inputOf(ctx, m.tx, m.p, m.bids)
	if err != nil {
		return err
	}
	if m.p.Method == Direct {
		m.p.Choice = directChoice(m.p, m.bids)
		in.Choice = m.p.Choice
		out, err := selection.Conclude(in)
		if err != nil {
			return err
		}
		return m.conclude(ctx, in, out, at, review.Clock)
	}
	for i, party := range draw.Parties {
		sum := sha256.Sum256(m.in.Values[i])
		m.given.Commit = append(m.given.Commit, revealOf(party, sum[:], m.in.Values[i]))
	}
	if in.Key, err = keyOf(m.given); err != nil {
		return err
	}
	by := review.Clock
	if m.p.Method == CreditWeighted || m.p.Method == ProposalChoice {
		until := at.AddDate(0, 0, 2)
		m.p.ChoiceUntil = &until
		numbers, err := m.shortlist(ctx, in, at, until)
		if err != nil || m.in.State == Selecting {
			return err
		}
		by, at = Purchaser, at.Add(20*time.Hour)
		in.Choice = &selection.Choice{Number: numbers[len(numbers)-1], Reason: m.in.Reason}
		m.p.Choice = in.Choice
	}
	if m.p.Method == Panel {
		if in.Scores, err = m.panel(ctx, in, at); err != nil {
			return err
		}
		at = at.AddDate(0, 0, 1)
	}
	out, err := selection.Conclude(in)
	if err != nil {
		return err
	}
	return m.conclude(ctx, in, out, at, by)
}

// shortlist publishes among whom the purchaser is to choose.
func (m *sampling) shortlist(ctx context.Context, in selection.Input, at, until time.Time) ([]int, error) {
	if m.p.Method == ProposalChoice {
		screened, err := selection.Screen(in)
		if err != nil {
			return nil, err
		}
		return screened.Valid, m.step(ctx, ToldChooseNeeded, Selecting, review.Clock, at, "请项目业主在 "+clock.Until(until)+" 前比较全部有效投标并选定", "", map[string]any{"until": until})
	}
	numbers, tables, steps, err := selection.Shortlist(in)
	if err != nil {
		return nil, err
	}
	e := m.s.evidence(m.p, m.draw, m.given)
	e.Draws = tables
	ev, err := selection.Assemble(e, nil, nil)
	if err != nil {
		return nil, err
	}
	if err := m.drawn(ctx, &m.draw, ev, at); err != nil {
		return nil, err
	}
	return numbers, m.step(ctx, ToldChooseNeeded, Selecting, review.Clock, at, fmt.Sprintf("抽出入围 %s，请项目业主在 %s 前选定一家", numbered(numbers), clock.Until(until)), "shortlist",
		map[string]any{"numbers": numbers, "steps": steps, "until": until})
}

// drawn publishes a draw, once.
func (m *sampling) drawn(ctx context.Context, d *drawRecord, ev selection.Evidence, at time.Time) error {
	if err := keepSampleEvidence(ctx, m.tx, d.ID, m.given, ev, at); err != nil || d.DrawnAt != nil {
		return err
	}
	d.DrawnAt = &at
	return m.step(ctx, Draw, Selecting, review.Clock, at, "取得熵源："+editionWords(d.taken()), "draw", map[string]any{
		"purpose": d.Purpose, "attempt": d.Attempt, "entropy": m.given, "key": ev.Key, selection.LogPoolHash: d.PoolHash, selection.LogEvidence: ev.Digest})
}

func (m *sampling) conclude(ctx context.Context, in selection.Input, out selection.Outcome, at time.Time, by review.By) error {
	if out.Failure != "" {
		return fmt.Errorf("it fails: %s", out.Failure)
	}
	result := map[string]any{"method": m.p.Method, "places": out.Places, "steps": out.Steps}
	if m.p.Method != Direct {
		ev, err := selection.Assemble(m.s.evidence(m.p, m.draw, m.given), &in, &out)
		if err != nil {
			return err
		}
		if err := m.drawn(ctx, &m.draw, ev, at); err != nil {
			return err
		}
		result[selection.LogEvidence] = ev.Digest
	}
	if err := placeBids(ctx, m.tx, m.p.ID, out.Places); err != nil {
		return err
	}
	m.p.ConcludedAt, m.p.PublicityUntil = &at, &m.in.Publicity
	action, note := Conclude, fmt.Sprintf("%s，中选 %d 号", m.p.Method.Label(), out.Winner())
	if by == Purchaser {
		action, note = Choose, fmt.Sprintf("选定 %d 号。理由：%s", out.Winner(), m.in.Reason)
	}
	result["publicityUntil"] = m.in.Publicity
	return m.step(ctx, action, Publicity, by, at, note, "result", result)
}

// award issues what the paper says; its number is taken in turn.
func (m *sampling) award(ctx context.Context) error {
	bids, err := loadBids(ctx, m.tx, m.p.ID)
	if err != nil {
		return err
	}
	winner := selectedOf(bids)
	if winner == nil {
		return fmt.Errorf("no bid is selected")
	}
	if err := updateSample(ctx, m.tx, m.p); err != nil {
		return err
	}
	f, err := loadAwardFacts(ctx, m.tx, m.p.ID)
	if err != nil {
		return err
	}
	at := m.in.Publicity.Add(3 * time.Second)
	price := PriceOf(m.p.Terms, *winner)
	body := AwardBody{Number: f.number, Procurement: m.p.ID, ProcurementNumber: m.p.Number, Title: m.p.Title, Region: m.p.Region, RegionName: f.region,
		Purchaser: Party{m.p.Purchaser, f.purchaserUSCC}, Agency: Party{winner.AgencyName, winner.USCC}, Items: f.items, Method: m.p.Method, MethodLabel: m.p.Method.Label(),
		BidNumber: winner.Number, PriceFen: price, PriceWords: "人民币" + money.Capital(price), DiscountBP: winner.DiscountBP, Days: winner.Days,
		PublicityFrom: m.p.ConcludedAt.UTC(), PublicityUntil: m.p.PublicityUntil.UTC(), Draw: f.draw, ResultEntry: f.resultEntry,
		IssuedAt: at.UTC(), SignBy: clock.Midnight(at.AddDate(0, 0, 13)).UTC(), VerifyURL: m.s.PublicURL + fmt.Sprintf(verifyPages, m.p.ID, f.number)}
	if err := insertAward(ctx, m.tx, winner.ID, body); err != nil {
		return err
	}
	st := awardStep(body)
	entry, err := m.record(ctx, Award, Awarded, review.Clock, at, st.Note, st.Kind, body)
	if err != nil || entry == nil {
		return err
	}
	return setAwardEntry(ctx, m.tx, body.Number, *entry)
}
