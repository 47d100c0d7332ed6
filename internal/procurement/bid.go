package procurement

import (
	"time"

	"github.com/google/uuid"
)

// BidState is where a bid stands after opening (domain.md section 4).
type BidState string

const (
	BidOpened       BidState = "opened"
	BidValid        BidState = "valid"
	BidDisqualified BidState = "disqualified"
	BidSelected     BidState = "selected"
	BidReserve      BidState = "reserve"
	BidNotSelected  BidState = "not_selected"
	BidWithdrawn    BidState = "withdrawn" // by the bidder, after an amendment or an award
)

// SealedBid is what an envelope holds: an agency's bid for a procurement. It is read by
// nobody before the opening, whatever the role (domain.md section 3).
type SealedBid struct {
	Procurement  uuid.UUID `json:"procurement"`
	Agency       uuid.UUID `json:"agency"`
	Person       uuid.UUID `json:"person"` // who signed it
	Withdrawn    bool      `json:"withdrawn,omitempty"`
	QuoteFen     *int64    `json:"quoteFen,omitempty"`
	DiscountBP   *int      `json:"discountBp,omitempty"` // 1/10000
	Days         int       `json:"days"`                 // promised working days
	Proposal     Proposal  `json:"proposal"`
	TermsVersion int       `json:"termsVersion"` // of the notice it answers
}

// Proposal is the response beside the quote.
type Proposal struct {
	Text          string      `json:"text,omitempty"`
	Practitioners []uuid.UUID `json:"practitioners,omitempty"`
	Files         []uuid.UUID `json:"files,omitempty"` // sealed uploads
}

// Bid is a row of table bid: a bid after opening.
type Bid struct {
	ID           uuid.UUID
	Procurement  uuid.UUID
	Agency       uuid.UUID
	USCC         string
	AgencyName   string
	Number       int // in the frozen pool; 0: not in it
	ReceivedAt   time.Time
	Receipt      []byte
	State        BidState
	Reason       string
	Place        int
	QuoteFen     *int64
	DiscountBP   *int
	Days         int
	Proposal     Proposal
	CreditTenths *int
	TermsVersion int       // of the notice it answers; known only while it is opened
	Signer       uuid.UUID // who signed it; as TermsVersion
	Explanation  string
	ExplainedAt  *time.Time
	ExplainUntil *time.Time // of a low quote
	Verdict      string     // accepted, rejected; "" not yet judged
	Opinion      string
	Struck       string // why it was struck after the freezing
}
