package credit_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"zjcs/data"
	"zjcs/internal/agency"
	"zjcs/internal/catalog"
	"zjcs/internal/credit"
	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/authz"
	"zjcs/internal/platform/clock"
	"zjcs/internal/platform/db"
	"zjcs/internal/platform/provenance"
	"zjcs/internal/platform/rules"
	"zjcs/internal/platform/secret"
	"zjcs/internal/review"
	"zjcs/internal/testkit"
)

// desk is the desk of records with the people around it.
type desk struct {
	*credit.Desk
	t      *testing.T
	pool   *db.Pool
	vault  *secret.Vault
	cast   *testkit.Cast
	review *review.Service
	public *credit.Service

	mu   sync.Mutex
	log  []credit.LogLine
	told []credit.Told

	ours, org                       uuid.UUID
	agent, stranger                 *authz.Actor
	officer, other, city, elsewhere *authz.Actor
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	pool := testkit.DB(t)
	d := &desk{t: t, pool: pool, cast: testkit.NewCast(t, pool)}
	var err error
	if d.vault, err = secret.NewVault(secret.NewKey()); err != nil {
		t.Fatal(err)
	}
	policy, err := authz.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	due := func(_ context.Context, _ db.Querier, from time.Time, n int) (time.Time, bool, error) {
		return clock.Midnight(from.AddDate(0, 0, n)), false, nil
	}
	d.Desk = credit.NewDesk(credit.DeskDeps{Pool: pool, Vault: d.vault, Policy: policy, Rule: rules.Int, RuleOf: rules.IntOf, Due: due,
		Log: func(_ context.Context, _ db.Tx, l credit.LogLine) error {
			d.mu.Lock()
			defer d.mu.Unlock()
			d.log = append(d.log, l)
			return nil
		},
		Tell: func(_ context.Context, _ db.Tx, n credit.Told) error {
			d.mu.Lock()
			defer d.mu.Unlock()
			d.told = append(d.told, n)
			return nil
		}})
	d.review = review.New(review.Deps{Pool: pool, Vault: d.vault, Policy: policy, Due: due,
		Workdays: func(_ context.Context, _ db.Querier, rule, _ string, _ time.Time) (int, error) {
			if strings.HasPrefix(rule, "review.publicity") {
				return 0, nil
			}
			return 2, nil
		},
		Announce: func(context.Context, db.Tx, review.Announcement) error { return nil },
	}, d.Kinds()...)
	d.public = credit.New(pool, agency.New(pool, catalog.New(pool), time.Now), time.Now)
	d.exec(`INSERT INTO service_item (id, code, name, sector, legal_basis, basis_strength, required_qualification, result_document, entrusting_parties, self_prepare,
			fee_type, fee_reference, time_limit, notes, unverified_fields, batch_id)
		VALUES (gen_random_uuid(), 'ZJ0011', '土地勘测定界', '自然资源', '{}', 'direct', '', '', '{applicant}', 'no', '', '', '', '', '{}', (SELECT id FROM import_batch LIMIT 1))`)
	d.loadRubric()
	d.ours, d.org = d.agency("河东测绘有限公司", uscc)
	_, otherOrg := d.agency("别家测绘有限公司", "91140800MA0GTXXX5F")
	d.agent = d.cast.Person("王经办", testkit.In(authz.AgencyAgent, d.org))
	d.stranger = d.cast.Person("别家的人", testkit.In(authz.AgencyAdmin, otherOrg))
	d.officer = d.cast.Person("周主管", testkit.Of("自然资源", testkit.County))
	d.other = d.cast.Person("孙审核", testkit.At(authz.Operator, testkit.County))
	d.city = d.cast.Person("市里的主管", testkit.Of("自然资源", testkit.City))
	d.elsewhere = d.cast.Person("邻县审核", testkit.At(authz.Operator, testkit.OtherCounty))
	return d
}

func (d *desk) exec(sql string, args ...any) {
	d.t.Helper()
	if _, err := d.pool.Exec(d.t.Context(), sql, args...); err != nil {
		d.t.Fatalf("%s: %v", sql, err)
	}
}

func ask[T any](d *desk, sql string, args ...any) (v T) {
	d.t.Helper()
	if err := d.pool.QueryRow(d.t.Context(), sql, args...).Scan(&v); err != nil {
		d.t.Fatalf("%s: %v", sql, err)
	}
	return v
}

// loadRubric stores what the program ships.
func (d *desk) loadRubric() provenance.Summary {
	d.t.Helper()
	doc, err := data.FS.ReadFile(data.Rubric)
	if err != nil {
		d.t.Fatal(err)
	}
	list, err := credit.ParseRubric(doc)
	if err != nil {
		d.t.Fatal(err)
	}
	b := provenance.Batch{ID: uuid.Must(uuid.NewV7()), Kind: provenance.Rubric, Source: "测试", FileName: data.Rubric, SHA256: "x"}
	var sum provenance.Summary
	err = db.InTx(d.t.Context(), d.pool, func(tx db.Tx) error {
		if err := provenance.Begin(d.t.Context(), tx, b); err != nil {
			return err
		}
		var err error
		sum, err = credit.StoreRubric(d.t.Context(), tx, b, list)
		return err
	})
	if err != nil {
		d.t.Fatal(err)
	}
	return sum
}

// agency stores one of the county with its organisation, offering the item.
func (d *desk) agency(name, code string) (id, org uuid.UUID) {
	d.t.Helper()
	id, org = uuid.Must(uuid.NewV7()), d.cast.Organisation("agency", name, testkit.County)
	d.exec(`INSERT INTO agency (id, uscc, name, kind, legal_representative, domicile, address, phone, introduction, admitted_on, batch_id, organisation_id, region_code)
		SELECT $1, $2, $3, 'enterprise', '李四', '', '', '', '', '2024-01-01', id, $4, $5 FROM import_batch LIMIT 1`, id, code, name, org, testkit.County)
	d.exec(`INSERT INTO agency_item (agency_id, item_id) SELECT $1, id FROM service_item`, id)
	return id, org
}

func (d *desk) as(a *authz.Actor) context.Context { return testkit.As(d.t, a) }

func (d *desk) must(r credit.RecordDetail, err error) credit.RecordDetail {
	d.t.Helper()
	if err != nil {
		if e, ok := apperr.As(err); ok {
			d.t.Fatalf("%v %+v", err, e.Fields)
		}
		d.t.Fatal(err)
	}
	return r
}

func (d *desk) propose(by *authz.Actor, entry string) credit.RecordDetail {
	d.t.Helper()
	return d.must(d.Propose(d.as(by), credit.ProposeInput{Agency: d.ours, Rubric: entry, Facts: "查明的事实若干", Source: "日常检查"}))
}

// endTerm lets the time for a defence have passed.
func (d *desk) endTerm(id uuid.UUID) {
	d.t.Helper()
	d.exec(`UPDATE credit_record SET defence_until = now() - interval '1 minute' WHERE id = $1`, id)
}

// published is a record of that entry, confirmed so many days ago.
func (d *desk) published(entry string, daysAgo int) credit.RecordDetail {
	d.t.Helper()
	r := d.propose(d.officer, entry)
	d.endTerm(r.ID)
	r = d.must(d.Confirm(d.as(d.other), credit.ConfirmInput{ID: r.ID, Note: "事实清楚，予以认定"}))
	if daysAgo > 0 {
		d.exec(`UPDATE credit_record SET confirmed_at = confirmed_at - make_interval(days => $2), published_at = published_at - make_interval(days => $2), expires_on = expires_on - $2::int WHERE id = $1`, r.ID, daysAgo)
	}
	return d.must(d.Record(d.as(d.other), r.ID))
}

func (d *desk) tenths() credit.Points {
	d.t.Helper()
	got, err := credit.ScoresAt(d.t.Context(), d.pool, []uuid.UUID{d.ours}, ask[time.Time](d, `SELECT clock_timestamp()`))
	if err != nil {
		d.t.Fatal(err)
	}
	return got[d.ours].Tenths
}

func (d *desk) file(by *authz.Actor) uuid.UUID {
	d.t.Helper()
	id := uuid.Must(uuid.NewV7())
	d.exec(`INSERT INTO file (id, sha256, size, media_type, name, uploaded_by, uploaded_at) VALUES ($1, sha256('x'), 1, 'application/pdf', 'a.pdf', $2, now())`, id, by.Person)
	return id
}

// submitted is a submission of that kind, handed in.
func (d *desk) submitted(by *authz.Actor, kind string, subject uuid.UUID, c review.Content) review.Detail {
	d.t.Helper()
	s := d.drafted(by, kind, subject, c)
	s, err := d.review.Act(d.as(by), review.ActInput{ID: s.ID, Version: s.Version, Action: review.Submit})
	if err != nil {
		e, _ := apperr.As(err)
		d.t.Fatalf("%v %+v", err, e.Fields)
	}
	return s
}

func (d *desk) drafted(by *authz.Actor, kind string, subject uuid.UUID, c review.Content) review.Detail {
	d.t.Helper()
	s, err := d.review.Start(d.as(by), review.StartInput{Kind: kind, Subject: subject})
	if err != nil {
		d.t.Fatal(err)
	}
	for k, v := range c {
		s.Content[k] = v
	}
	s, err = d.review.Save(d.as(by), review.SaveInput{ID: s.ID, Version: s.Version, Content: s.Content})
	if err != nil {
		e, _ := apperr.As(err)
		d.t.Fatalf("%v %+v", err, e.Fields)
	}
	return s
}

func (d *desk) decide(by *authz.Actor, s review.Detail, action review.Action) error {
	_, err := d.review.Act(d.as(by), review.ActInput{ID: s.ID, Version: s.Version, Action: action, Note: "已核对事实和材料"})
	return err
}

// refused is the message that submitting s gets for a field.
func (d *desk) refused(by *authz.Actor, s review.Detail, field string) string {
	d.t.Helper()
	_, err := d.review.Act(d.as(by), review.ActInput{ID: s.ID, Version: s.Version, Action: review.Submit})
	e, ok := apperr.As(err)
	if !ok || e.Code != apperr.Invalid {
		d.t.Fatalf("want %s refused, got %v", field, err)
	}
	at := slices.IndexFunc(e.Fields, func(f apperr.Field) bool { return f.Name == "content."+field })
	if at < 0 {
		d.t.Fatalf("want %s refused, got %+v", field, e.Fields)
	}
	return e.Fields[at].Message
}

func fieldsOf(err error) (out []string) {
	if e, ok := apperr.As(err); ok {
		for _, f := range e.Fields {
			out = append(out, f.Name)
		}
	}
	return out
}

func code(err error) apperr.Code { return apperr.CodeOf(err) }

// now is the database's time.
func (d *desk) now() time.Time { return ask[time.Time](d, `SELECT clock_timestamp()`) }

// officer2 is a department officer of the city, who may propose a change of the rubric.
func (d *desk) officer2() *authz.Actor {
	return d.cast.Person("另一位主管", testkit.Of("自然资源", testkit.City))
}
