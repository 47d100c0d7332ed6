package app

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"zjcs/internal/agency"
	"zjcs/internal/credit"
	"zjcs/internal/ledger"
	"zjcs/internal/notice"
	"zjcs/internal/platform/authz"
	"zjcs/internal/platform/db"
	"zjcs/internal/platform/page"
	"zjcs/internal/platform/provenance"
)

// creditOutlets are whom a change of grade and what follows from it is told to.
func (c *Core) creditOutlets() credit.Outlets {
	return credit.Outlets{
		Log: c.logCredit, Tell: c.tellCredit, Indexes: c.logIndexes, Published: c.recordLines,
		Changed: func(ctx context.Context, tx db.Tx, agencies []uuid.UUID) error {
			return c.changed(ctx, tx, provenance.Agencies, agencies)
		},
	}
}

// recordLines finds the first line of each record: that of its publication.
func (c *Core) recordLines(ctx context.Context, records []uuid.UUID) (map[uuid.UUID]int64, error) {
	out := map[uuid.UUID]int64{}
	for _, id := range records {
		list, err := c.Ledger.List(ctx, ledger.Filter{Request: page.Request{Limit: page.MaxLimit}, Kind: "credit-record", Subject: id})
		if err != nil {
			return nil, err
		}
		if n := len(list.Items); n > 0 && list.Items[n-1].Index != nil {
			out[id] = *list.Items[n-1].Index
		}
	}
	return out, nil
}

// logCredit writes a line into the public log. What is invented has none.
func (c *Core) logCredit(ctx context.Context, tx db.Tx, n credit.News) (uuid.UUID, error) {
	if n.Demo {
		return uuid.Nil, nil
	}
	return c.Ledger.AppendTx(ctx, tx, ledger.Entry{Kind: n.Kind, Subject: n.Agency, Region: n.Region, Body: n.Body})
}

// tellCredit tells the agency's people; of one that nobody has claimed there are none.
func (c *Core) tellCredit(ctx context.Context, tx db.Tx, n credit.News) error {
	orgs, err := agency.OrganisationsOf(ctx, tx, []uuid.UUID{n.Agency})
	if err != nil || len(orgs) == 0 {
		return err
	}
	to := notice.To{Organisations: orgs, In: []authz.Role{authz.AgencyAdmin, authz.AgencyAgent}}
	return c.Messages.SendTx(ctx, tx, to, creditMessage(n))
}

func creditMessage(n credit.News) notice.Message {
	m := notice.Message{Topic: notice.AboutCredit, Link: "/credit/" + n.Agency.String()}
	if g := n.Grade; g != nil {
		m.Title = fmt.Sprintf("信用等级由 %s 变为 %s", g.From.Grade, g.To.Grade)
		m.Body = fmt.Sprintf("得分由 %s 变为 %s。每一分的来历见信用页面。", g.From.Tenths.Text(), g.To.Tenths.Text())
		if g.To.Veto && !g.From.Veto {
			m.Title = "信用等级为 D：有一票否决的记录"
		}
		return m
	}
	e := n.Effect
	what := credit.MeasureLabel(agency.State(e.Measure))
	if e.Ended != "" {
		m.Title, m.Body = "不再"+what, e.Ended+"。"
		return m
	}
	m.Title = what + "至 " + e.Until
	m.Body = e.Reason + "。对导致它的信用记录不服的，可以申诉；记录撤销后随即解除。"
	return m
}
