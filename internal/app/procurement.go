package app

import (
	"context"
	"net/http"

	"github.com/google/uuid"

	"zjcs/internal/credit"
	"zjcs/internal/platform/db"
	"zjcs/internal/platform/provenance"
	"zjcs/internal/platform/rules"
	"zjcs/internal/procurement"
)

// newProcurement builds the heart of the marketplace with what it needs of the rest.
func (c *Core) newProcurement() *procurement.Service {
	return procurement.New(procurement.Deps{
		Pool: c.Pool, Vault: c.Vault, Policy: c.Policy, Log: c.logProcurement, Receipt: c.receipt, LogIndexes: c.logIndexes, Tell: c.tellProcurement, Changed: c.procurementChanged, Sign: c.Ledger.Sign,
		Confirmed: func(ctx context.Context, tx db.Tx, award uuid.UUID) (bool, error) {
			return c.Contract.AgencyConfirmedTx(ctx, tx, award)
		},
		Workdays: rules.Int, Due: due, ProposeCredit: c.proposeCredit, Beacon: newBeacon(c.Config.DrandURLs, http.DefaultTransport), PublicURL: c.Config.PublicURL, Now: c.Now,
	})
}

// procurementChanged keeps the search index with a notice.
func (c *Core) procurementChanged(ctx context.Context, tx db.Tx, ids []uuid.UUID) error {
	return c.changed(ctx, tx, provenance.Procurements, ids)
}

// proposeCredit proposes a record for an award that was let fall.
func (c *Core) proposeCredit(ctx context.Context, tx db.Tx, p procurement.CreditProposal) (bool, error) {
	return credit.ProposeTx(ctx, tx, credit.Proposal{Agency: p.Agency, Proposer: p.Proposer, Rubric: credit.AwardRefused, Facts: p.Facts, Source: p.Source, At: c.Now()})
}
