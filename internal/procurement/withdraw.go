package procurement

import (
	"context"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/clock"
	"zjcs/internal/platform/db"
)

// WithdrawNotice ends a procurement before its deadline, with a reason that is published.
// What was bid stays sealed for ever: nobody learns whether there was any.
func (s *Service) WithdrawNotice(ctx context.Context, id uuid.UUID, reason string) error {
	reason = strings.TrimSpace(reason)
	return s.asPurchaser(ctx, id, func(tx db.Tx, p *Procurement, _ time.Time) error {
		if n := utf8.RuneCountInString(reason); n < 10 || n > 1000 || !utf8.ValidString(reason) || strings.ContainsRune(reason, 0) {
			return apperr.InvalidField("reason", "请写明撤回的原因，10 至 1000 字；会公布")
		}
		if err := lockBids(ctx, tx, id, true); err != nil {
			return err
		}
		if now, err := dbNow(ctx, tx); err != nil || p.State == Open && !now.Before(p.Deadline) {
			if err != nil {
				return err
			}
			return apperr.New(apperr.Conflict, "报名已于 %s 截止，不能撤回", clock.Until(p.Deadline))
		}
		if err := setEnded(ctx, tx, id, reason); err != nil {
			return err
		}
		if _, err := s.takeTx(ctx, tx, p, step{Action: Withdraw, By: Purchaser, Note: reason, Kind: "procurement-withdrawn", Body: map[string]any{"reason": reason}}); err != nil {
			return err
		}
		return s.tellEligible(ctx, tx, *p, Withdraw, reason)
	})
}
