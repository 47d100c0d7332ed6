package procurement

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"zjcs/internal/draw"
	"zjcs/internal/platform/db"
	"zjcs/internal/platform/page"
)

// mineCursor is where a page of one's own list ended: what waits for someone stands first.
type mineCursor struct {
	Weight int
	At     time.Time
	ID     uuid.UUID
}

type mineKey struct {
	MineFilter
	orgs    []uuid.UUID
	regions []string
	agency  uuid.UUID
	after   mineCursor
	later   bool
}

type mineRow struct {
	Mine
	weight int
	at     time.Time
}

func (r mineRow) cursor() mineCursor { return mineCursor{r.weight, r.at, r.ID} }

// What makes a procurement wait for someone: the same rules by which bindMe offers the acts.
// Each is true or false, never unknown: a notice may name no source, and have no term yet.
const (
	openObjections = `(SELECT count(*) FROM procurement_objection o WHERE o.procurement_id = p.id AND o.state IN ('filed','accepted'))`
	openAppeals    = `(SELECT count(*) FROM recusal_appeal x WHERE x.procurement_id = p.id AND x.state = 'filed')`
	unanswered     = `(CASE WHEN p.state = 'open' AND p.deadline > now() THEN (SELECT count(*) FROM procurement_question q WHERE q.procurement_id = p.id AND q.answer IS NULL) ELSE 0 END)`
	lateSelection  = `(p.state = 'selecting' AND p.selection_at < now() - interval '1 hour' AND p.choice_until IS NULL)`
	awaitsChoice   = `(p.state = 'selecting' AND coalesce(p.choice_until > now(), false) AND p.method IN ('credit_weighted', 'proposal'))`
	awaitsVerdict  = `(p.state = 'selecting' AND EXISTS (SELECT FROM bid b WHERE b.procurement_id = p.id AND b.explained_at IS NOT NULL AND coalesce(b.verdict, '') = ''))`
	// of the party that %[1]s names
	awaitsCommit = `coalesce(p.state = 'open' AND p.deadline > now() AND 'commit' IN (p.terms #>> '{source,kind}', p.terms #>> '{fallback,kind}')
		AND NOT EXISTS (SELECT FROM draw_commitment c WHERE c.procurement_id = p.id AND c.party = '%[1]s'), false)`
	awaitsReveal = `(p.state = 'selecting' AND EXISTS (SELECT FROM draw_commitment c WHERE c.procurement_id = p.id AND c.party = '%[1]s' AND c.revealed_at IS NULL)
		AND EXISTS (SELECT FROM draw d WHERE d.procurement_id = p.id AND d.purpose = 'selection' AND d.voided_at IS NULL AND d.drawn_at IS NULL
			AND (d.source_used = 1 OR p.terms #>> '{source,kind}' = 'commit')))`
)

// waits is when a procurement of the view waits for whoever asks. agency and orgs are
// placeholders that the view's own condition names too.
func (k mineKey) waits(agency, orgs string) string {
	switch k.View {
	case ViewPurchaser:
		return fmt.Sprintf("(%s > 0 OR %s OR %s OR %s OR %s)", unanswered, awaitsChoice, awaitsVerdict, k.awaits(awaitsCommit), k.awaits(awaitsReveal))
	case ViewCommit:
		return fmt.Sprintf("(%s OR %s)", k.awaits(awaitsCommit), k.awaits(awaitsReveal))
	case ViewBids:
		return fmt.Sprintf(`(p.state = 'selecting' AND EXISTS (SELECT FROM bid b WHERE b.procurement_id = p.id AND b.agency_id = %s
			AND b.explain_until > now() AND b.explained_at IS NULL))`, agency)
	case ViewPanel:
		return fmt.Sprintf(`(p.state = 'selecting' AND EXISTS (SELECT FROM panel_member m JOIN expert e ON e.id = m.expert_id WHERE m.procurement_id = p.id
			AND m.state IN ('drawn', 'declared') AND e.org_id = ANY (%s)))`, orgs)
	case ViewOperator:
		return fmt.Sprintf("(%s > 0 OR %s > 0 OR %s)", openObjections, openAppeals, lateSelection)
	default:
		return "false"
	}
}

// awaits is a condition on the commitment of the party that asks.
func (k mineKey) awaits(cond string) string {
	if k.View == ViewCommit {
		return fmt.Sprintf(cond, partySupervisor)
	}
	return fmt.Sprintf(cond, partyPurchaser)
}

// of are the rows of a view, and what puts some of them first.
func (k mineKey) of(w *db.Where) (weight string) {
	agency, orgs := "", ""
	switch k.View {
	case ViewPurchaser:
		w.Add("p.org_id = ANY (?)", k.orgs)
	case ViewBids:
		agency = w.Arg(k.agency)
		w.Add("EXISTS (SELECT FROM bid b WHERE b.procurement_id = p.id AND b.agency_id = " + agency + ")")
	case ViewOpen:
		w.Add(`p.state = 'open' AND p.deadline > now() AND NOT EXISTS (SELECT FROM procurement_item x WHERE x.procurement_id = p.id
			AND NOT EXISTS (SELECT FROM agency_item ai WHERE ai.agency_id = ? AND ai.item_id = x.item_id))`, k.agency)
	case ViewOperator:
		w.Add("p.region_code = ANY (?)", k.regions)
	case ViewCommit:
		w.Add("p.region_code = ANY (?) AND 'commit' IN (p.terms #>> '{source,kind}', p.terms #>> '{fallback,kind}')", k.regions)
	case ViewPanel:
		orgs = w.Arg(k.orgs)
		w.Add("EXISTS (SELECT FROM panel_member m JOIN expert e ON e.id = m.expert_id WHERE m.procurement_id = p.id AND m.state <> 'reserve' AND e.org_id = ANY (" + orgs + "))")
	}
	waits := k.waits(agency, orgs)
	if k.Waiting {
		w.Add(waits)
	}
	switch k.State {
	case "":
	case Open:
		w.Add("p.state = 'open' AND p.deadline > now()")
	case Closed:
		w.Add("p.state = 'open' AND p.deadline <= now()")
	default:
		w.Add("p.state = ?", string(k.State))
	}
	if k.Query != "" {
		like := "%" + db.EscapeLike(strings.ToLower(k.Query)) + "%"
		w.Add("(lower(p.title) LIKE ? OR lower(p.number) LIKE ?)", like, like)
	}
	return waits + "::integer"
}

func listMine(ctx context.Context, q db.Querier, k mineKey) (list []mineRow, total int, err error) {
	w := &db.Where{}
	weight := k.of(w)
	count := db.CountUpTo(page.TotalCap, "procurement p", w)
	if k.later {
		w.Add(fmt.Sprintf("(%s, p.published_at, p.id) < (?, ?, ?)", weight), k.after.Weight, k.after.At, k.after.ID)
	}
	found := fmt.Sprintf(`SELECT p.id, %[1]s AS weight, p.published_at AS sorted FROM procurement p WHERE %[2]s ORDER BY weight DESC, sorted DESC, p.id DESC LIMIT %[3]s`,
		weight, w.SQL(), w.Arg(k.Size()+1))
	agency, orgs := w.Arg(k.agency), w.Arg(k.orgs)
	sql := `SELECT ` + summaryColumns + fmt.Sprintf(`, found.weight, found.sorted, %s, %s, %s, %s, %s, %s, %s, %s, p.choice_until,
		coalesce((SELECT m.state FROM panel_member m JOIN expert e ON e.id = m.expert_id WHERE m.procurement_id = p.id AND e.org_id = ANY (%s) LIMIT 1), ''),
		(SELECT b.id FROM bid b WHERE b.procurement_id = p.id AND b.agency_id = %s)`,
		openObjections, openAppeals, unanswered, lateSelection, awaitsChoice, awaitsVerdict, k.awaits(awaitsCommit), k.awaits(awaitsReveal), orgs, agency) + summaryFrom(found) + " ORDER BY found.weight DESC, found.sorted DESC, p.id DESC"
	var b pgx.Batch
	b.Queue(count.SQL, count.Args...).QueryRow(func(row pgx.Row) error { return row.Scan(&total) })
	owns := map[uuid.UUID]uuid.UUID{} // bid → procurement
	b.Queue(sql, w.Args...).Query(func(rows pgx.Rows) error {
		list, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (mineRow, error) {
			r, own, err := k.scan(row)
			if own != nil && k.View == ViewBids {
				owns[*own] = r.ID
			}
			return r, err
		})
		return err
	})
	if err := q.SendBatch(ctx, &b).Close(); err != nil {
		return nil, 0, fmt.Errorf("own procurements: %w", err)
	}
	return list, total, addOwn(ctx, q, list, owns)
}

// scan reads a row of listMine: a Summary's columns, then its own.
func (k mineKey) scan(row pgx.CollectableRow) (r mineRow, own *uuid.UUID, err error) {
	var objections, appeals, questions int
	var late, choice, verdict, commit, reveal bool
	r.Summary, err = scanSummary(more{row, []any{&r.weight, &r.at, &objections, &appeals, &questions, &late, &choice, &verdict, &commit, &reveal, &r.ChoiceUntil, &r.Member, &own}})
	say := func(when bool, words string) {
		if when {
			r.Waiting = append(r.Waiting, words)
		}
	}
	switch k.View {
	case ViewPurchaser:
		r.Questions = questions
		say(questions > 0, fmt.Sprintf("%d 个提问等您答复", questions))
		say(choice, "等您选定一家")
		say(verdict, "等您判断偏低报价的说明")
		say(commit, "等您作出抽取的承诺")
		say(reveal, "等您揭示承诺的随机数")
	case ViewCommit:
		say(commit, "等您作出抽取的承诺")
		say(reveal, "等您揭示承诺的随机数")
	case ViewOperator:
		say(objections > 0, fmt.Sprintf("%d 件异议等待办理", objections))
		say(appeals > 0, fmt.Sprintf("%d 件对回避的异议等待处理", appeals))
		say(late, "选取时间已过，还没有结果")
	case ViewBids:
		say(r.weight > 0, "报价偏低，等您说明成本构成")
	case ViewPanel:
		say(r.weight > 0 && r.Member == "drawn", "等您声明有无利害关系")
		say(r.weight > 0 && r.Member == "declared", "等您评分")
	}
	if k.View != ViewPanel {
		r.Member = ""
	}
	if k.View == ViewOpen || k.View == ViewBids || k.View == ViewCommit {
		r.ChoiceUntil = nil
	}
	return r, own, err
}

// more lets scanSummary read a row that has further columns.
type more struct {
	pgx.CollectableRow
	into []any
}

func (m more) Scan(dest ...any) error {
	return m.CollectableRow.Scan(append(slices.Clone(dest), m.into...)...)
}

func addOwn(ctx context.Context, q db.Querier, list []mineRow, owns map[uuid.UUID]uuid.UUID) error {
	for bid, id := range owns {
		bids, err := loadBids(ctx, q, id)
		if err != nil {
			return err
		}
		for _, b := range bids {
			if b.ID != bid {
				continue
			}
			public := publicBid(b)
			i := slices.IndexFunc(list, func(r mineRow) bool { return r.ID == id })
			list[i].Own = &public
		}
	}
	return nil
}

func listAsked(ctx context.Context, q db.Querier, id uuid.UUID) ([]Asked, error) {
	rows, err := q.Query(ctx, `SELECT id, question, asked_at FROM procurement_question WHERE procurement_id = $1 AND answer IS NULL ORDER BY asked_at, id`, id)
	if err != nil {
		return nil, fmt.Errorf("waiting questions: %w", err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Asked])
	if err != nil {
		return nil, fmt.Errorf("waiting questions: %w", err)
	}
	return out, nil
}

func listUndertakings(ctx context.Context, q db.Querier, id uuid.UUID) ([]Undertaking, error) {
	rows, err := q.Query(ctx, `
		SELECT x.party, c.committed_at, c.revealed_at FROM unnest($2::text[]) WITH ORDINALITY x(party, n)
		LEFT JOIN draw_commitment c ON c.procurement_id = $1 AND c.party = x.party ORDER BY x.n`, id, draw.Parties)
	if err != nil {
		return nil, fmt.Errorf("commitments: %w", err)
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (u Undertaking, err error) {
		err = row.Scan(&u.Party, &u.Committed, &u.Revealed)
		u.PartyLabel = partyLabels[u.Party]
		return u, err
	})
	if err != nil {
		return nil, fmt.Errorf("commitments: %w", err)
	}
	return out, nil
}
