package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"zjcs/bench/load"
	"zjcs/bench/proc"
	"zjcs/bench/report"
	"zjcs/internal/identity/credential"
	"zjcs/internal/platform/authz"
)

// The database of the signed-in: 100,000 grants of 50,000 people, 100,000 submissions.
const (
	crowd            = "zjcs_people"
	crowdGrants      = 100_000
	crowdSubmissions = 100_000
	crowdPassword    = "Yancheng-Lake-Salt-7391" // of invented people in a database of the bench's own
	signers          = 64
)

func (b *bench) people(ctx context.Context) error {
	hasher, err := credential.NewHasher(credential.DefaultParams(), 0)
	if err != nil {
		return err
	}
	if err := b.makePeople(ctx, hasher); err != nil {
		return err
	}
	if err := b.authorisation(); err != nil {
		return err
	}
	one, err := b.Serve("people-1", crowd)
	if err != nil {
		return err
	}
	defer one.Stop()
	two, err := b.Serve("people-2", crowd)
	if err != nil {
		return err
	}
	defer two.Stop()
	if err := b.revocation(ctx, one, two); err != nil {
		return err
	}
	if err := b.queue(ctx, one); err != nil {
		return err
	}
	return b.logins(ctx, one, hasher)
}

// makePeople fills the database with plain SQL: what is measured is reading it.
func (b *bench) makePeople(ctx context.Context, hasher *credential.Hasher) error {
	made, err := b.Fingerprint("migrations", "data", "bench/people.go")
	if err != nil {
		return err
	}
	return b.Database(ctx, crowd, made, func() error {
		b.Say("正在生成 %d 项授权、%d 件申请（只在结构变化后）", crowdGrants, crowdSubmissions)
		if _, err := b.Run(ctx, crowd, "migrate"); err != nil {
			return err
		}
		hash, err := hasher.Hash(ctx, crowdPassword)
		if err != nil {
			return err
		}
		conn, err := b.Connect(ctx, crowd)
		if err != nil {
			return err
		}
		defer conn.Close(ctx)
		for _, s := range []struct {
			sql  string
			args []any
		}{
			{`INSERT INTO person (id, name, login) SELECT gen_random_uuid(), '人员' || n, 'p' || n FROM generate_series(1, 50000) n`, nil},
			{`UPDATE person SET password_hash = $1 WHERE login IN (SELECT 'p' || n FROM generate_series(1, $2) n)`, []any{hash, signers}},
			{`INSERT INTO organisation (id, kind, name, region_code)
				SELECT gen_random_uuid(), 'agency', '机构' || n, (ARRAY(SELECT code FROM region ORDER BY code))[1 + n % 19] FROM generate_series(1, 50000) n`, nil},
			{`WITH p AS (SELECT id, row_number() OVER (ORDER BY login) n FROM person), o AS (SELECT id, row_number() OVER (ORDER BY name) n FROM organisation)
				INSERT INTO role_grant (id, person_id, role, org_id) SELECT gen_random_uuid(), p.id, r.role, o.id
				FROM p JOIN o USING (n) CROSS JOIN (VALUES ('agency_admin'), ('agency_agent')) r(role)`, nil},
			{`INSERT INTO submission (id, kind, title, org_id, author, region_code, sectors, state, content, submitted_at, due_at)
				SELECT gen_random_uuid(), (ARRAY['agency-admission','agency-change','expert-admission','purchaser-verification'])[1 + n % 4], '申请' || n, NULL, p.id,
				       (ARRAY(SELECT code FROM region ORDER BY code))[1 + n % 19], ARRAY['水利'],
				       CASE WHEN n % 2 = 0 THEN 'submitted' ELSE 'published' END, '{}', now() - n * interval '1 second', now() + (n % 5000 - 1000) * interval '1 minute'
				FROM (SELECT n, (n % 50000) + 1 AS k FROM generate_series(1, $1) n) g JOIN (SELECT id, row_number() OVER (ORDER BY login) k FROM person) p USING (k)`, []any{crowdSubmissions}},
		} {
			if _, err := conn.Exec(ctx, s.sql, s.args...); err != nil {
				return fmt.Errorf("make people: %w", err)
			}
		}
		return nil
	})
}

// official makes a reviewer of the whole city with a session, and returns its cookie.
func (b *bench) official(ctx context.Context, conn *pgx.Conn) (grant uuid.UUID, cookie string, err error) {
	person, token := uuid.New(), uuid.NewString()
	grant = uuid.New()
	sum := sha256.Sum256([]byte(token))
	var batch pgx.Batch
	batch.Queue(`INSERT INTO person (id, name, login) VALUES ($1, '审核员', $2)`, person, "o"+person.String())
	batch.Queue(`INSERT INTO role_grant (id, person_id, role, region_code) VALUES ($1, $2, 'operator', '140800')`, grant, person)
	batch.Queue(`INSERT INTO session (id, token_digest, person_id, idle, expires_at, second_factor_at, method, remote, agent)
		VALUES (gen_random_uuid(), $1, $2, '1 hour', now() + interval '1 hour', now(), 'password', '127.0.0.1', 'bench')`, sum[:], person)
	return grant, "zjcs=" + token, conn.SendBatch(ctx, &batch).Close()
}

// authorisation times the decision itself: what the actor holds has been read with the
// request (the queue below pays for that), the policy is in memory.
func (b *bench) authorisation() error {
	policy, err := authz.New(nil)
	if err != nil {
		return err
	}
	subtree := make([]string, 19)
	for i := range subtree {
		subtree[i] = fmt.Sprintf("1408%02d", i)
	}
	for _, held := range []int{3, 1000} {
		a := &authz.Actor{Person: uuid.New()}
		for range held - 1 {
			a.Grants = append(a.Grants, authz.Grant{Role: authz.AgencyAgent, Organisation: uuid.New()})
		}
		a.Grants = append(a.Grants, authz.Grant{Role: authz.Operator, Region: "140800", Regions: subtree})
		ctx := authz.With(context.Background(), a)
		scope := authz.Scope{Region: subtree[len(subtree)-1]}
		const n = 200_000
		started := time.Now()
		for range n {
			if err := policy.Require(ctx, "agency-submission:review", scope); err != nil {
				return err
			}
		}
		each := float64(time.Since(started).Nanoseconds()) / n / 1000
		row := report.Row{Part: "账号、权限、审核", Subject: fmt.Sprintf("一次授权判断，本人持有 %d 项授权", held), Figure: each, Unit: "微秒", Target: report.Target{AtMost: 10}}
		if held > 3 {
			row.Note = "远多于任何真人"
		}
		b.report.Add(row)
	}
	return nil
}

// revocation takes a grant back and asks each of two instances at once: a yes to a
// request that began after the commit is a fault.
func (b *bench) revocation(ctx context.Context, instances ...*proc.Process) error {
	conn, err := b.Connect(ctx, crowd)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	rounds := 200
	if b.quick {
		rounds = 20
	}
	stale, asked := 0, 0
	for range rounds {
		grant, cookie, err := b.official(ctx, conn)
		if err != nil {
			return err
		}
		for _, p := range instances { // whatever an instance might keep, it has it now
			if status, err := status(ctx, p.Addr, cookie); err != nil || status != http.StatusOK {
				return fmt.Errorf("before the revocation: %d, %w", status, err)
			}
		}
		if _, err := conn.Exec(ctx, `UPDATE role_grant SET revoked_at = now() WHERE id = $1`, grant); err != nil {
			return err
		}
		for _, p := range instances {
			s, err := status(ctx, p.Addr, cookie)
			if err != nil {
				return err
			}
			asked++
			if s != http.StatusForbidden {
				stale++
			}
		}
	}
	b.report.Add(report.Row{Part: "账号、权限、审核", Subject: "收回的授权在两个实例上仍被放行的请求", Figure: float64(stale), Unit: fmt.Sprintf("次，共问 %d 次", asked), Target: report.Target{None: true},
		Note: fmt.Sprintf("库中 %d 项授权", crowdGrants)})
	return nil
}

func status(ctx context.Context, addr, cookie string) (int, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+addr+"/api/v1/workload", nil)
	if err != nil {
		return 0, err
	}
	req.Header.Set("Cookie", cookie)
	resp, err := plain.Do(req)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	_, err = io.Copy(io.Discard, resp.Body)
	return resp.StatusCode, err
}

// queue asks for a reviewer's queue, first page and a later one, session and grants read
// from the database each time.
func (b *bench) queue(ctx context.Context, p *proc.Process) error {
	conn, err := b.Connect(ctx, crowd)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	_, cookie, err := b.official(ctx, conn)
	if err != nil {
		return err
	}
	const first = "/api/v1/submissions?view=queue"
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+p.Addr+first, nil)
	if err != nil {
		return err
	}
	req.Header.Set("Cookie", cookie)
	resp, err := plain.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	var page struct {
		Items      []json.RawMessage
		NextCursor string
	}
	if err := json.NewDecoder(resp.Body).Decode(&page); err != nil {
		return err
	}
	if len(page.Items) != 20 || page.NextCursor == "" {
		return fmt.Errorf("the queue shows %d", len(page.Items))
	}
	generator, err := load.Start()
	if err != nil {
		return err
	}
	defer generator.Stop()
	rounds, each := b.rounds(5, 1500*time.Millisecond)
	var p50, p99 []float64
	for range rounds {
		r, err := generator.Run(load.Round{Addr: p.Addr, Paths: []string{first, first + "&cursor=" + page.NextCursor, first + "&kind=agency-admission"}, Conns: 4, For: each, Cookie: cookie})
		if err != nil {
			return err
		}
		p50, p99 = append(p50, ms(r.P50)), append(p99, ms(r.P99))
	}
	b.report.Add(report.Row{Part: "账号、权限、审核", Subject: fmt.Sprintf("%d 件申请中的审核队列，p99", crowdSubmissions), Figure: load.Median(p99), Unit: "毫秒",
		Note: fmt.Sprintf("p50 %.1f ms；4 连接；含会话和授权的读取", load.Median(p50)), Target: report.Target{AtMost: 50}})
	return nil
}

// logins signs people in over HTTP, in turns with the bare comparison of a password.
func (b *bench) logins(ctx context.Context, p *proc.Process, hasher *credential.Hasher) error {
	hash, err := hasher.Hash(ctx, crowdPassword)
	if err != nil {
		return err
	}
	rounds, each := b.rounds(5, 2*time.Second)
	var site, alone []float64
	var next atomic.Int64
	for range rounds {
		n, err := together(ctx, each, func() error { return b.signIn(ctx, p.Addr, int(next.Add(1)%signers)+1) })
		if err != nil {
			return err
		}
		site = append(site, n)
		n, err = together(ctx, each, func() error {
			ok, err := hasher.Verify(ctx, crowdPassword, hash)
			if err == nil && !ok {
				err = fmt.Errorf("argon2id does not know the password")
			}
			return err
		})
		if err != nil {
			return err
		}
		alone = append(alone, n)
	}
	b.report.Add(report.Row{Part: "账号、权限、审核", Subject: "登录", Figure: load.Median(site), Unit: "次/秒", Peer: "仅 argon2id", PeerAt: load.Median(alone),
		Target: report.Target{AtLeast: 0.8}, Note: "19 MiB、2 轮；会话、审计均已写入"})
	return nil
}

// together calls do from as many goroutines as there are processors, and tells how often
// a second it was done.
func together(ctx context.Context, lasting time.Duration, do func() error) (float64, error) {
	ctx, cancel := context.WithTimeout(ctx, lasting)
	defer cancel()
	var done atomic.Int64
	var wg sync.WaitGroup
	failed := make(chan error, runtime.NumCPU()*2)
	started := time.Now()
	for range runtime.NumCPU() * 2 {
		wg.Go(func() {
			for ctx.Err() == nil {
				if err := do(); err != nil {
					failed <- err
					return
				}
				done.Add(1)
			}
		})
	}
	wg.Wait()
	close(failed)
	return float64(done.Load()) / time.Since(started).Seconds(), <-failed
}

func (b *bench) signIn(ctx context.Context, addr string, n int) error {
	body, err := json.Marshal(map[string]string{"login": fmt.Sprintf("p%d", n), "password": crowdPassword})
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+addr+"/api/v1/session", bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := plain.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("sign-in: %s %.200s", resp.Status, text)
	}
	return err
}
