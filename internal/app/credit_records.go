package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"

	"github.com/google/uuid"

	"zjcs/data"
	"zjcs/internal/agency"
	"zjcs/internal/credit"
	"zjcs/internal/exchange"
	"zjcs/internal/ledger"
	"zjcs/internal/notice"
	"zjcs/internal/platform/authz"
	"zjcs/internal/platform/db"
	"zjcs/internal/platform/provenance"
	"zjcs/internal/platform/rules"
	"zjcs/internal/review"
)

// newRecords builds the desk of the rubric, the records and the bans.
func (c *Core) newRecords() *credit.Desk {
	return credit.NewDesk(credit.DeskDeps{
		Pool: c.Pool, Vault: c.Vault, Policy: c.Policy, Tell: c.tellRecord, Rule: rules.Int, RuleOf: rules.IntOf, Due: due,
		Log: func(ctx context.Context, tx db.Tx, l credit.LogLine) error {
			_, err := c.Ledger.AppendTx(ctx, tx, ledger.Entry{Kind: l.Kind, Subject: l.Subject, Region: l.Region, Body: l.Body})
			return err
		},
	})
}

// loadRubric brings the rubric to what this program ships; what officers decided stays.
func (c *Core) loadRubric(ctx context.Context) error {
	doc, err := data.FS.ReadFile(data.Rubric)
	if err != nil {
		return err
	}
	list, err := credit.ParseRubric(doc)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(doc)
	b := provenance.Batch{ID: uuid.Must(uuid.NewV7()), Kind: provenance.Rubric, Source: "随程序发布的默认标准", FileName: data.Rubric, SHA256: hex.EncodeToString(sum[:])}
	return exchange.Once(ctx, c.Pool, b, func(tx db.Tx) (provenance.Summary, []uuid.UUID, error) {
		sum, err := credit.StoreRubric(ctx, tx, b, list)
		return sum, nil, err
	}, nil)
}

// banned is what the law forbids an agency on a day, in words.
func banned(ctx context.Context, q db.Querier, uscc, day string) (string, error) {
	b, err := credit.BanOf(ctx, q, uscc, day)
	if err != nil || b.ID == "" {
		return "", err
	}
	return b.Words(), nil
}

// bannedPerson is the same of a practitioner.
func (c *Core) bannedPerson(ctx context.Context, q db.Querier, number, day string) (string, error) {
	b, err := credit.BanOfPerson(ctx, q, c.Vault.Digests(agency.FieldPersonDigest, number), day)
	if err != nil || b.ID == "" {
		return "", err
	}
	return b.Words(), nil
}

// recordWords are what an agency, and what officials are told of a step of a record.
var recordWords = map[review.Action]struct{ agency, officials words }{
	credit.Notify:   {agency: words{"拟记入信用记录，您可以申辩", "请在截止时间前申辩；逾期未申辩的，工作人员可以直接认定。"}},
	credit.Defend:   {officials: words{"机构已申辩，待认定", ""}},
	credit.Publish:  {agency: words{"信用记录已认定并公布", "对认定不服的可以申诉；整改后可以申请修复。"}},
	credit.Withdraw: {agency: words{"信用记录不予认定", ""}},
}

// tellRecord tells those concerned of a step of a record, in its transaction.
func (c *Core) tellRecord(ctx context.Context, tx db.Tx, t credit.Told) error {
	w := recordWords[t.Action]
	var except []uuid.UUID
	if actor := authz.From(ctx); actor != nil {
		except = []uuid.UUID{actor.Person}
	}
	send := func(to notice.To, w words) error {
		if w.title == "" {
			return nil
		}
		to.Except = except
		return c.Messages.SendTx(ctx, tx, to, notice.Message{Topic: notice.AboutCredit, Title: w.title + "：" + t.AgencyName, Body: joined(w.body, t.Note), Link: "/workspace/credit-records/" + t.Record.String()})
	}
	if t.Organisation != uuid.Nil {
		to := notice.To{Organisations: []uuid.UUID{t.Organisation}, In: []authz.Role{authz.AgencyAdmin, authz.AgencyAgent}}
		if err := send(to, w.agency); err != nil {
			return err
		}
	}
	return send(notice.To{Region: t.Region, Sectors: t.Sectors, Permission: "credit-record:confirm", NotOfOrg: t.Organisation}, w.officials)
}
