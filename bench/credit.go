package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"zjcs/bench/report"
	"zjcs/internal/agency"
	"zjcs/internal/catalog"
	"zjcs/internal/credit"
	"zjcs/internal/platform/db"
	paging "zjcs/internal/platform/page"
)

const (
	creditDB       = "zjcs_credit"
	creditPart     = "信用重算"
	creditAgencies = 100_000
	creditUpdates  = 1000
)

// credit recomputes every standing of 100,000 agencies from 5,000,000 rows, a fifth of them
// records, the rest evaluations and facts, lying in the tables in no order of agencies; then
// times what one more evaluation costs, a transaction and a commit of its own.
func (b *bench) credit(ctx context.Context) error {
	if err := b.Empty(ctx, creditDB); err != nil {
		return err
	}
	pool, err := db.Open(ctx, b.URL(creditDB), 8)
	if err != nil {
		return err
	}
	defer pool.Close()
	if err := db.Migrate(ctx, pool); err != nil {
		return err
	}
	agencies := creditAgencies
	if b.quick {
		agencies /= 20
	}
	b.Say("正在生成 %d 家机构的 %d 条记录、评价和客观记录", agencies, 50*agencies)
	conn, err := b.Connect(ctx, creditDB)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	if err := fillCredit(ctx, conn, agencies); err != nil {
		return err
	}
	if err := b.Checkpoint(ctx); err != nil {
		return err
	}
	svc := credit.New(pool, agency.New(pool, catalog.New(pool), time.Now), time.Now)
	for _, c := range []struct {
		subject string
		wrong   bool
	}{{"全部重算，每一家都要改正", true}, {"全部重算，没有要改正的", false}} {
		started := time.Now()
		n, err := svc.Recompute(ctx)
		if err != nil {
			return err
		}
		took := time.Since(started)
		if n.Agencies != agencies || !c.wrong && n.Corrected > agencies/1000 { // what time alone changed meanwhile
			return fmt.Errorf("recomputed %+v of %d", n, agencies)
		}
		b.report.Add(report.Row{Part: creditPart, Subject: c.subject, Figure: took.Seconds(), Unit: "秒", Target: report.Target{AtMost: 60},
			Note: fmt.Sprintf("%d 家，%d 条；改正 %d 家", n.Agencies, 50*agencies, n.Corrected)})
	}
	return b.creditUpdates(ctx, pool, svc)
}

// creditUpdates gives single agencies one more evaluation each.
func (b *bench) creditUpdates(ctx context.Context, pool *db.Pool, svc *credit.Service) error {
	var ids, orgs []uuid.UUID
	if err := pool.QueryRow(ctx, `SELECT (SELECT array_agg(id) FROM agency), (SELECT array_agg(id) FROM organisation)`).Scan(&ids, &orgs); err != nil {
		return err
	}
	var by uuid.UUID
	if err := pool.QueryRow(ctx, `INSERT INTO person (id, name) VALUES (gen_random_uuid(), '评价人') RETURNING id`).Scan(&by); err != nil {
		return err
	}
	took := make([]time.Duration, creditUpdates)
	for i := range took {
		star := 1 + rand.IntN(5)
		started := time.Now()
		err := db.InTx(ctx, pool, func(tx db.Tx) error {
			return credit.EvaluateTx(ctx, tx, credit.Given{ID: uuid.New(), Agency: ids[rand.IntN(len(ids))], Contract: uuid.New(), By: by, At: time.Now(),
				Evaluation: credit.Evaluation{Org: orgs[rand.IntN(len(orgs))], Quality: star, Timeliness: star, Fee: star, Conduct: star, Attitude: star}})
		})
		if err != nil {
			return err
		}
		took[i] = time.Since(started)
	}
	slices.Sort(took)
	b.report.Add(report.Row{Part: creditPart, Subject: "一次评价，连同得分、等级和措施，p99", Figure: ms(took[len(took)*99/100]), Unit: "毫秒", Target: report.Target{AtMost: 20},
		Note: fmt.Sprintf("p50 %.1f ms，最慢 %.1f ms；每次一个事务、一次落盘", ms(took[len(took)/2]), ms(took[len(took)-1]))})
	lists := make([]time.Duration, 200)
	for i := range lists {
		f := credit.Filter{Request: paging.Request{Limit: 20}}
		if i%2 == 1 {
			f.Region = "140821"
		}
		started := time.Now()
		if _, err := svc.List(ctx, f); err != nil {
			return err
		}
		lists[i] = time.Since(started)
	}
	slices.Sort(lists)
	b.report.Add(report.Row{Part: creditPart, Subject: "信用等级列表一页，p99", Figure: ms(lists[len(lists)*99/100]), Unit: "毫秒", Note: fmt.Sprintf("p50 %.1f ms；一半只看一个县；直接调用，不经 HTTP", ms(lists[len(lists)/2]))})
	return nil
}

// fillCredit writes the market with foreign keys unchecked: they would take longer than
// what is measured.
func fillCredit(ctx context.Context, conn *pgx.Conn, agencies int) error {
	for _, sql := range []string{
		`SET session_replication_role = replica`,
		`INSERT INTO import_batch (id, kind, source, file_name, sha256) VALUES (gen_random_uuid(), 'agencies', '性能测试', '', '')`,
		`INSERT INTO region (code, name, kind, parent, batch_id) SELECT c, c, k, p, (SELECT id FROM import_batch) FROM (VALUES ('140800', 'city', NULL), ('140821', 'county', '140800'), ('140824', 'county', '140800')) r(c, k, p)`,
		`INSERT INTO organisation (id, kind, name, region_code) SELECT gen_random_uuid(), 'enterprise', '业主' || n, '140821' FROM generate_series(1, 2000) n`,
		`INSERT INTO credit_rubric VALUES ('G-01', 1, 'general', '逾期交付', -150, -60, 12, false, '测试', '2020-01-01'), ('H-01', 1, 'honour', '表彰', 10, 50, 12, false, '测试', '2020-01-01')`,
		fmt.Sprintf(`INSERT INTO agency (id, uscc, name, kind, legal_representative, region_code, domicile, address, phone, introduction, admitted_on, batch_id)
			SELECT gen_random_uuid(), upper(lpad(to_hex(n), 18, '0')), '机构' || n, 'enterprise', '某', CASE n %% 20 WHEN 0 THEN '140821' WHEN 1 THEN '140824' END, '', '', '', '', '2020-01-01', (SELECT id FROM import_batch)
			FROM generate_series(1, %d) n`, agencies),
		`INSERT INTO credit_standing (agency_id) SELECT id FROM agency`,
		`CREATE TEMP TABLE a AS SELECT id, row_number() OVER (ORDER BY random()) - 1 AS n FROM agency; CREATE UNIQUE INDEX ON a (n); ANALYZE a`,
		`CREATE TEMP TABLE o AS SELECT id, row_number() OVER () - 1 AS n FROM organisation; CREATE UNIQUE INDEX ON o (n); ANALYZE o`,
		fmt.Sprintf(`INSERT INTO credit_record (id, agency_id, rubric_id, rubric_version, points, facts, source, state, proposed_at, confirmed_at, expires_on, repaired_at, published_at, demo)
			SELECT gen_random_uuid(), a.id, CASE WHEN k < 0.3 THEN 'H-01' ELSE 'G-01' END, 1, CASE WHEN k < 0.3 THEN 20 ELSE -60 END, '交付比约定的日期晚，经两次催告后完成。', '合同履约', 'published',
			       at, at, (at + interval '12 months')::date, CASE WHEN k > 0.8 THEN at + interval '4 months' END, at, true
			FROM (SELECT n, random() AS k, now() - random() * interval '48 months' AS at FROM generate_series(0, %d) n) x JOIN a ON a.n = x.n %% %d ORDER BY x.n`, 10*agencies-1, agencies),
		fmt.Sprintf(`INSERT INTO credit_evaluation (id, agency_id, org_id, quality, timeliness, fee, conduct, attitude, comment, evaluated_at, demo)
			SELECT gen_random_uuid(), a.id, o.id, 3 + random() * 2, 3 + random() * 2, 2 + random() * 3, 3 + random() * 2, 3 + random() * 2, '按时交付。', at, true
			FROM (SELECT n, (random() * 1999)::int AS k, now() - random() * interval '36 months' AS at FROM generate_series(0, %d) n) x JOIN a ON a.n = x.n %% %d JOIN o ON o.n = x.k ORDER BY x.n`, 20*agencies-1, agencies),
		fmt.Sprintf(`INSERT INTO credit_fact (id, agency_id, kind, kept, measured_at, demo)
			SELECT gen_random_uuid(), a.id, (ARRAY['on_time','first_pass','price_kept','answered'])[1 + (random() * 3)::int], random() < 0.8, now() - random() * interval '36 months', true
			FROM generate_series(0, %d) x(n) JOIN a ON a.n = x.n %% %d ORDER BY x.n`, 20*agencies-1, agencies),
		`SET session_replication_role = DEFAULT`,
		`VACUUM ANALYZE agency, credit_standing, credit_record, credit_evaluation, credit_fact`,
	} {
		if _, err := conn.Exec(ctx, sql); err != nil {
			return fmt.Errorf("%.60s: %w", sql, err)
		}
	}
	return nil
}
