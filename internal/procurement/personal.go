package procurement

import (
	"context"

	"github.com/google/uuid"

	"zjcs/internal/identity"
	"zjcs/internal/platform/db"
)

// forgotten stands where a name was.
const forgotten = "（已删除）"

// PersonalData is what procurements keep about persons beyond the organisations they act
// for: the objections they filed. An open one needs who filed it.
func (s *Service) PersonalData() identity.Holding {
	return identity.Holding{Name: "objections",
		Export: func(ctx context.Context, tx db.Tx, person uuid.UUID) (any, error) {
			list, err := objectionsOf(ctx, tx, person)
			if err != nil {
				return nil, err
			}
			for i := range list {
				if list[i].Contact, err = s.Vault.Open(fieldContact, list[i].sealed); err != nil {
					return nil, err
				}
			}
			return list, nil
		},
		Keeps: func(ctx context.Context, tx db.Tx, person uuid.UUID) ([]string, error) {
			list, err := objectionsOf(ctx, tx, person)
			var out []string
			for _, o := range list {
				if state := ObjectionState(o.State); (ResultObjection{State: state}).Open() {
					out = append(out, "异议 "+o.Number+" 还在办理（"+objectionLabels[state]+"）")
				}
			}
			return out, err
		},
		Erase: func(ctx context.Context, tx db.Tx, person uuid.UUID) error {
			return forgetObjector(ctx, tx, person, forgotten, s.Vault.Seal(fieldContact, forgotten))
		},
	}
}
