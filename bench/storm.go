package main

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"filippo.io/age"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"zjcs/bench/report"
	"zjcs/internal/platform/secret"
	"zjcs/internal/procurement"
	"zjcs/internal/purchaser"
)

const (
	storm        = "zjcs_storm"
	stormBidders = 2000
	stormConns   = 128
	stormPart    = "截止前一秒的报名"
)

// bidAnswer is what one request of the storm was told.
type bidAnswer struct {
	agency  int
	status  int
	text    string
	took    time.Duration
	quote   int64
	receipt procurement.SignedReceipt
}

// storm lets 2,000 agencies bid on one notice in its last second over HTTP, every tenth of
// them twice at once, and looks for each acknowledged bid in the database, and after the
// opening in the pool that everyone may fetch.
func (b *bench) storm(ctx context.Context) error {
	if err := b.makeStorm(ctx); err != nil {
		return err
	}
	p, err := b.Serve("storm", storm)
	if err != nil {
		return err
	}
	defer p.Stop()
	conn, err := b.Connect(ctx, storm)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	id, deadline, err := b.stormNotice(ctx, conn)
	if err != nil {
		return err
	}
	var before int
	if err := conn.QueryRow(ctx, `SELECT count(*) FROM sealed_bid`).Scan(&before); err != nil {
		return err
	}
	// The last second by the database's clock, which is this machine's.
	timer := time.NewTimer(time.Until(deadline.Add(-time.Second)))
	select {
	case <-timer.C:
	case <-ctx.Done():
		return ctx.Err()
	}
	answers, err := bidAll(ctx, p.Addr, id)
	if err != nil {
		return err
	}
	if err := b.countStorm(ctx, conn, id, deadline, before, answers); err != nil {
		return err
	}
	return b.countPool(ctx, conn, p.Addr, id, answers)
}

// makeStorm fills the database with agencies that share nothing, each with one who bids.
func (b *bench) makeStorm(ctx context.Context) error {
	made, err := b.Fingerprint("migrations", "data", "bench/storm.go")
	if err != nil {
		return err
	}
	return b.Database(ctx, storm, made, func() error {
		if _, err := b.Run(ctx, storm, "migrate"); err != nil {
			return err
		}
		conn, err := b.Connect(ctx, storm)
		if err != nil {
			return err
		}
		defer conn.Close(ctx)
		vault, err := b.Vault()
		if err != nil {
			return err
		}
		const region = "140821"
		buyer, author, submission := uuid.New(), uuid.New(), uuid.New()
		for _, s := range []struct {
			sql  string
			args []any
		}{
			{`INSERT INTO organisation (id, kind, name, region_code) SELECT gen_random_uuid(), 'agency', '风暴机构' || n, $2 FROM generate_series(1, $1) n`, []any{stormBidders, region}},
			{`INSERT INTO agency (id, uscc, name, kind, legal_representative, domicile, address, phone, introduction, admitted_on, batch_id, organisation_id)
				SELECT gen_random_uuid(), 'A' || lpad(substr(name, 5), 17, '0'), name, 'enterprise', '负责人' || substr(name, 5), '', '运城市某路第' || substr(name, 5) || '号院', '0359-' || (3000000 + substr(name, 5)::int), '',
				'2024-01-01', (SELECT id FROM import_batch LIMIT 1), id FROM organisation WHERE name LIKE '风暴机构%'`, nil},
			{`INSERT INTO agency_item (item_id, agency_id) SELECT i.id, a.id FROM service_item i, agency a WHERE i.code = 'ZJ0005'`, nil},
			{`INSERT INTO person (id, name, login) SELECT gen_random_uuid(), '业务员' || n, 'b' || n FROM generate_series(1, $1) n`, []any{stormBidders}},
			{`INSERT INTO role_grant (id, person_id, role, org_id) SELECT gen_random_uuid(), p.id, 'agency_agent', o.id FROM person p JOIN organisation o ON o.name = '风暴机构' || substr(p.login, 2)`, nil},
			{`INSERT INTO organisation (id, kind, name, region_code) VALUES ($1, 'enterprise', '风暴业主', $2)`, []any{buyer, region}},
			{`INSERT INTO person (id, name, login) VALUES ($1, '采购人', 'buyer')`, []any{author}},
			{`INSERT INTO submission (id, kind, title, org_id, author, region_code, state, content) VALUES ($1, 'procurement-notice', '公告', $2, $3, $4, 'published', '{}')`, []any{submission, buyer, author, region}},
			{`INSERT INTO purchaser (organisation_id, kind, legal_representative, budget_unit, supervisor, address, contact_name, contact_phone, contact_email, agent_name, papers, verified_at, submission_id)
				VALUES ($1, 'enterprise', '业主负责人', false, '', '某处', '采购人', $2, 'buyer@example.com', '', '{}', now(), $3)`, []any{buyer, vault.Seal(purchaser.FieldPhone, "13600000001"), submission}},
		} {
			if _, err := conn.Exec(ctx, s.sql, s.args...); err != nil {
				return fmt.Errorf("make storm: %w", err)
			}
		}
		return nil
	})
}

// stormNotice opens a session for each bidder and publishes a notice that ends in a few
// seconds.
func (b *bench) stormNotice(ctx context.Context, conn *pgx.Conn) (id uuid.UUID, deadline time.Time, err error) {
	vault, err := b.Vault()
	if err != nil {
		return id, deadline, err
	}
	terms := procurement.Terms{Items: []string{"ZJ0005"}, ProjectName: "风暴", Region: "140821", Method: procurement.LowestPrice, Pricing: procurement.Quoted, CeilingFen: 1_000_000, DaysCeiling: 30, Algorithm: "sha256"}
	terms.Fund, terms.Source, terms.FallbackHours = procurement.Own, lotteryOf(time.Now()), 24
	terms.Fallback = terms.Source
	id = uuid.Must(uuid.NewV7())
	var batch pgx.Batch
	queueLottery(&batch, terms.Source)
	batch.Queue(`DELETE FROM session`)
	batch.Queue(`INSERT INTO session (id, token_digest, person_id, idle, expires_at, second_factor_at, method, remote, agent)
		SELECT gen_random_uuid(), sha256(('storm' || substr(login, 2))::bytea), id, '1 hour', now() + interval '1 hour', now(), 'password', '127.0.0.1', 'bench' FROM person WHERE login ~ '^b[0-9]+$'`)
	if err := queueNotice(&batch, vault, id, terms, 4*time.Second, &deadline); err != nil {
		return id, deadline, err
	}
	return id, deadline, conn.SendBatch(ctx, &batch).Close()
}

// queueNotice publishes a notice that takes bids for that long.
func queueNotice(batch *pgx.Batch, vault *secret.Vault, id uuid.UUID, t procurement.Terms, open time.Duration, deadline *time.Time) error {
	identity, err := age.GenerateX25519Identity()
	if err != nil {
		return err
	}
	terms, err := json.Marshal(t)
	if err != nil {
		return err
	}
	batch.Queue(`INSERT INTO procurement (id, org_id, purchaser, region_code, title, method, fiscal, terms, state, published_at, deadline, selection_at, recipient, identity, submission_id)
		SELECT $1, u.organisation_id, '风暴业主', '140821', '风暴', $5, false, $2, 'open', now() - interval '1 day', d, d + interval '1 hour', $3, $4, u.submission_id
		FROM purchaser u, (SELECT date_trunc('milliseconds', clock_timestamp()) + $6 * interval '1 microsecond' AS d) x RETURNING deadline`,
		id, terms, identity.Recipient().String(), vault.Seal(procurement.FieldIdentity, identity.String()), t.Method, open.Microseconds()).QueryRow(func(row pgx.Row) error { return row.Scan(deadline) })
	batch.Queue(`INSERT INTO procurement_item (procurement_id, item_id, ordinal) SELECT $1, id, 0 FROM service_item WHERE code = 'ZJ0005'`, id)
	return nil
}

// bidAll sends every bid as fast as the connections carry them.
func bidAll(ctx context.Context, addr string, id uuid.UUID) ([]bidAnswer, error) {
	client := &http.Client{Timeout: time.Minute, Transport: &http.Transport{MaxConnsPerHost: stormConns, MaxIdleConnsPerHost: stormConns}}
	defer client.CloseIdleConnections()
	var mu sync.Mutex
	var answers []bidAnswer
	var failures []error
	var wg sync.WaitGroup
	send := func(n int, quote int64) {
		a, err := bidOnce(ctx, client, addr, id, n, quote)
		mu.Lock()
		defer mu.Unlock()
		answers = append(answers, a)
		if err != nil {
			failures = append(failures, err)
		}
	}
	for n := 1; n <= stormBidders; n++ {
		wg.Go(func() { send(n, 500_000+int64(n)) })
		if n%10 == 0 {
			wg.Go(func() { send(n, 600_000+int64(n)) })
		}
	}
	wg.Wait()
	return answers, errors.Join(failures...)
}

func bidOnce(ctx context.Context, client *http.Client, addr string, id uuid.UUID, n int, quote int64) (bidAnswer, error) {
	a := bidAnswer{agency: n, quote: quote}
	body := fmt.Sprintf(`{"quoteFen":%d,"days":%d}`, quote, 1+n%30)
	req, err := http.NewRequestWithContext(ctx, http.MethodPut, "http://"+addr+"/api/v1/procurements/"+id.String()+"/my-bid", strings.NewReader(body))
	if err != nil {
		return a, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Cookie", fmt.Sprintf("zjcs=storm%d", n))
	started := time.Now()
	resp, err := client.Do(req)
	if err != nil {
		return a, err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	a.took, a.status, a.text = time.Since(started), resp.StatusCode, string(text)
	if err == nil && a.status == http.StatusOK {
		err = json.Unmarshal(text, &a.receipt)
	}
	return a, err
}

// countStorm holds the answers against the tables: sealed, or already opened.
func (b *bench) countStorm(ctx context.Context, conn *pgx.Conn, id uuid.UUID, deadline time.Time, before int, answers []bidAnswer) error {
	rows, err := conn.Query(ctx, `SELECT receipt FROM sealed_bid UNION SELECT receipt FROM bid WHERE procurement_id = $1`, id)
	if err != nil {
		return err
	}
	kept, err := pgx.CollectRows(rows, pgx.RowTo[[]byte])
	if err != nil {
		return err
	}
	there := map[string]bool{}
	for _, r := range kept {
		there[hex.EncodeToString(r)] = true
	}
	last := map[int]procurement.Receipt{}
	accepted, late, odd, lost, wrong := 0, 0, 0, 0, 0
	var took []time.Duration
	for _, a := range answers {
		took = append(took, a.took)
		switch r := a.receipt.Receipt; {
		case a.status == http.StatusOK:
			accepted++
			if !r.ReceivedAt.Before(deadline) {
				wrong++
			}
			if r.Revision > last[a.agency].Revision {
				last[a.agency] = r
			}
		case a.status == http.StatusConflict && strings.Contains(a.text, "截止") && strings.Contains(a.text, "数据库时间"):
			late++
		default:
			odd++
			b.Say("意外的回答 %d：%.300s", a.status, a.text)
		}
	}
	for _, r := range last {
		if !there[r.SHA256] {
			lost++
		}
	}
	slices.Sort(took)
	p99 := took[len(took)*99/100]
	note := fmt.Sprintf("%d 家、%d 次请求，收下 %d 次（%d 家），过时拒绝 %d 次", stormBidders, len(answers), accepted, len(last), late)
	for _, row := range []report.Row{
		{Subject: "收下却不在箱中的投标", Figure: float64(lost), Unit: "件", Note: note, Target: report.Target{None: true}},
		{Subject: "箱中多出的投标（一家两件，或拒绝了却收下）", Figure: float64(len(kept) - before - len(last)), Unit: "件", Target: report.Target{None: true}},
		{Subject: "回执时间不早于截止的投标", Figure: float64(wrong), Unit: "件", Target: report.Target{None: true}},
		{Subject: "既没收下也没说明截止的回答", Figure: float64(odd), Unit: "次", Target: report.Target{None: true}},
		{Subject: "每次回答的 p99", Figure: ms(p99), Unit: "毫秒", Note: fmt.Sprintf("p50 %.0f ms；%d 连接", ms(took[len(took)/2]), stormConns)},
	} {
		row.Part = stormPart
		b.report.Add(row)
	}
	if accepted == 0 {
		return errors.New("the storm came too late: nothing was accepted")
	}
	return nil
}
