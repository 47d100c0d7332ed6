package contract

import (
	"time"

	"github.com/google/uuid"

	"zjcs/internal/review"
)

// Side is a party to a contract.
type Side = review.By

// Contract is a row of table contract.
type Contract struct {
	ID              uuid.UUID
	Number          string
	Procurement     uuid.UUID
	Award           uuid.UUID
	Org             uuid.UUID // the purchaser
	Agency          uuid.UUID
	Region          string
	Sectors         []string // of its items
	Title           string
	State           review.State
	Version         int // the draft's latest, then the one in force
	AwardFen        int64
	AwardDays       int
	PriceFen        int64
	Days            int // promised working days
	SignBy          time.Time
	SignLimit       time.Time
	SignedAt        *time.Time
	StartOn         *time.Time // a date
	FileBy          *time.Time
	FileProvisional bool
	FiledAt         *time.Time
	DeliveredAt     *time.Time
	AcceptedAt      *time.Time
	UsedDays        *int
	TerminatedAt    *time.Time
	EndedReason     string
	LateRatePPM     int // a day
	Demo            bool
	CreatedAt       time.Time

	Void       bool       // a draft whose award has fallen
	AgencyOrg  *uuid.UUID // as whom the agency signs in; nil: it does not
	AgencyName string
	Purchaser  string
	Natural    bool // the purchaser is a natural person: the public sees the surname alone
}

// Late reports whether it was signed, or is still not, later than the award notice asks
// for, and later than the law allows (招标投标法 第46条).
func (c Contract) Late(now time.Time) (late, beyondLaw bool) {
	at := now
	if c.SignedAt != nil {
		at = *c.SignedAt
	}
	return !at.Before(c.SignBy), !at.Before(c.SignLimit)
}

// FiledLate reports the same of its filing.
func (c Contract) FiledLate(now time.Time) bool {
	if c.FileBy == nil {
		return false
	}
	at := now
	if c.FiledAt != nil {
		at = *c.FiledAt
	}
	return !at.Before(*c.FileBy)
}

// PriceKept is the measured fact of domain.md section 8: neither what was agreed in the end
// nor what was paid is above what was awarded.
func (c Contract) PriceKept(paidFen int64) bool {
	return c.PriceFen <= c.AwardFen && paidFen <= c.AwardFen
}

// other is the opposite side.
func other(s Side) Side {
	if s == Purchaser {
		return Agency
	}
	return Purchaser
}
