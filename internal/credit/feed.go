package credit

import (
	"context"
	"time"

	"github.com/google/uuid"

	"zjcs/internal/platform/db"
)

// Given is a purchaser's evaluation of a finished service as it enters the score.
type Given struct {
	Evaluation
	ID       uuid.UUID // of the evaluation, the same in the contract's own papers
	Agency   uuid.UUID
	Contract uuid.UUID
	Comment  string
	By       uuid.UUID
	At       time.Time
}

// Measured is a fact that the platform measured by itself; it counts once per kind and
// subject, until it is struck.
type Measured struct {
	Agency  uuid.UUID
	Kind    FactKind
	Kept    bool
	Subject uuid.UUID // the contract, deliverable, question or alert it was measured on
	At      time.Time
}

// EvaluateTx lets an evaluation count from At on. Errors: a Conflict where the contract
// has one that counts already.
func (s *Service) EvaluateTx(ctx context.Context, tx db.Tx, e Given) error {
	if err := insertEvaluation(ctx, tx, e); err != nil {
		return err
	}
	return s.refreshTx(ctx, tx, e.Agency, e.At)
}

// StrikeEvaluationTx ends an evaluation that was found to be untrue: from at on it counts
// for nothing, while what was scored before stays as it was. A corrected one follows by
// EvaluateTx. Errors: NotFound where none of that id counts.
func (s *Service) StrikeEvaluationTx(ctx context.Context, tx db.Tx, id uuid.UUID, reason string, at time.Time) error {
	agency, err := strikeEvaluation(ctx, tx, id, reason, at)
	if err != nil {
		return err
	}
	return s.refreshTx(ctx, tx, agency, at)
}

// MeasureTx lets a fact count from At on. Measured again on the same subject it changes
// nothing.
func (s *Service) MeasureTx(ctx context.Context, tx db.Tx, f Measured) error {
	if err := insertFact(ctx, tx, f); err != nil {
		return err
	}
	return s.refreshTx(ctx, tx, f.Agency, f.At)
}

// StrikeFactTx ends a fact that was measured wrongly, of a kind and on a subject; where
// none counts it does nothing.
func (s *Service) StrikeFactTx(ctx context.Context, tx db.Tx, kind FactKind, subject uuid.UUID, at time.Time) error {
	agency, err := strikeFact(ctx, tx, kind, subject, at)
	if err != nil || agency == uuid.Nil {
		return err
	}
	return s.refreshTx(ctx, tx, agency, at)
}
