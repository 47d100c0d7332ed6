package procurement

import (
	"strings"
	"time"

	"zjcs/internal/draw"
)

// Method is how one bid is selected (domain.md section 5).
type Method string

const (
	Random         Method = "random"
	LowestPrice    Method = "lowest_price"
	ReferencePrice Method = "reference_price"
	CreditWeighted Method = "credit_weighted"
	ProposalChoice Method = "proposal"
	Panel          Method = "panel"
	Direct         Method = "direct"
)

// Methods in the order a page lists them.
var Methods = []Method{Random, LowestPrice, ReferencePrice, CreditWeighted, ProposalChoice, Panel, Direct}

// Label is the method in Chinese.
func (m Method) Label() string {
	return map[Method]string{Random: "随机选取", LowestPrice: "竞价选取", ReferencePrice: "均价选取", CreditWeighted: "信用择优",
		ProposalChoice: "方案择优", Panel: "综合评审", Direct: "直接选取"}[m]
}

// Fund is where the money comes from.
type Fund string

const (
	Fiscal Fund = "fiscal" // all of it fiscal
	Mixed  Fund = "mixed"  // a share of it, FiscalPercent
	Own    Fund = "own"
)

// Pricing is what a bidder quotes.
type Pricing string

const (
	FixedPrice Pricing = "fixed"    // the notice names the price; nothing is quoted
	Quoted     Pricing = "quoted"   // a sum, within floor and ceiling where they are named
	Discount   Pricing = "discount" // 下浮率 on the ceiling
)

// EntropyKind is a kind of public source (domain.md section 6).
type EntropyKind string

const (
	Drand   EntropyKind = "drand"   // the first round after the selection time
	Lottery EntropyKind = "lottery" // a public lottery's issue
	Commit  EntropyKind = "commit"  // commit–reveal by purchaser, supervisor and platform
)

// EntropySource names a source and its exact future edition.
type EntropySource struct {
	Kind  EntropyKind `json:"kind"`
	Chain string      `json:"chain,omitempty"` // drand: hash of the chain
	Round uint64      `json:"round,omitempty"` // drand: first after the selection time, worked out at publication
	Game  string      `json:"game,omitempty"`  // lottery: 双色球
	Issue string      `json:"issue,omitempty"` // lottery: 2026138
	Date  string      `json:"date,omitempty"`  // lottery: day of the result, YYYY-MM-DD
}

// Terms are what a notice says, by the names of its form's fields; stored as published.
// Money is integer fen, percent whole, times RFC 3339.
type Terms struct {
	Items          []string `json:"items"`              // service item codes
	Approval       string   `json:"approval,omitempty"` // code of the approval it is wanted for
	ProjectName    string   `json:"projectName"`
	ProjectCode    string   `json:"projectCode,omitempty"` // of an investment project
	Region         string   `json:"region"`                // whose operators review it
	Fund           Fund     `json:"fund"`
	FiscalPercent  int      `json:"fiscalPercent,omitempty"` // of a mixed fund
	Contact        string   `json:"contact"`
	ContactPhone   string   `json:"contactPhone"`
	ComplaintPhone string   `json:"complaintPhone"`

	Scope       string `json:"scope"`       // 服务内容与规模
	Result      string `json:"result"`      // 应交付的成果
	DaysCeiling int    `json:"daysCeiling"` // promised working days at most
	Delivery    string `json:"delivery"`    // 交付方式
	Payment     string `json:"payment"`     // 付款条件

	Pricing    Pricing `json:"pricing"`
	PriceFen   int64   `json:"priceFen,omitempty"`   // fixed
	CeilingFen int64   `json:"ceilingFen,omitempty"` // 最高限价; of a discount, the sum it is taken off
	FloorFen   int64   `json:"floorFen,omitempty"`

	QualificationRule string          `json:"qualificationRule,omitempty"` // any | all; empty: the items' own conditions alone
	Qualifications    []Qualification `json:"qualifications,omitempty"`
	Practitioners     string          `json:"practitioners,omitempty"` // 对执业人员的要求
	FewReason         string          `json:"fewReason,omitempty"`     // why go on with fewer than 3 eligible agencies
	Recusals          []Recusal       `json:"recusals,omitempty"`
	Witness           string          `json:"witness,omitempty"` // 现场见证

	Method       Method `json:"method"`
	Urgent       bool   `json:"urgent,omitempty"`
	UrgentBasis  string `json:"urgentBasis,omitempty"`
	Keep         int    `json:"keep,omitempty"`        // credit-weighted: n₁
	Shortlist    int    `json:"shortlist,omitempty"`   // credit-weighted: n₂
	Experts      int    `json:"experts,omitempty"`     // panel: odd, 3 or more
	PriceWeight  int    `json:"priceWeight,omitempty"` // panel: 20–60, the three make 100
	TechWeight   int    `json:"techWeight,omitempty"`
	CreditWeight int    `json:"creditWeight,omitempty"`
	DirectUSCC   string `json:"directUscc,omitempty"`   // direct: the agency
	DirectGround string `json:"directGround,omitempty"` // direct: non_fiscal | urgent | failed_twice
	DirectReason string `json:"directReason,omitempty"`

	Deadline    time.Time `json:"deadline"`    // of sign-up
	SelectionAt time.Time `json:"selectionAt"` // not before the deadline

	Algorithm     draw.Algorithm `json:"algorithm"` // sha256 or sm3
	Source        EntropySource  `json:"source"`
	Fallback      EntropySource  `json:"fallback"`      // of another kind than Source
	FallbackHours int            `json:"fallbackHours"` // after how many hours without the source

	Attachments []Attachment `json:"attachments,omitempty"`
	Previous    string       `json:"previous,omitempty"` // id of the failed procurement this one repeats
}

// Qualification is a certificate that a bidder must hold.
type Qualification struct {
	RowID string `json:"rowId,omitempty"`
	Name  string `json:"name"`
	Level string `json:"level,omitempty"` // empty: any
}

// Recusal names an agency that may not bid, and why.
type Recusal struct {
	RowID  string `json:"rowId,omitempty"`
	USCC   string `json:"uscc"`
	Reason string `json:"reason"`
}

// Attachment is a file of the notice.
type Attachment struct {
	RowID string `json:"rowId,omitempty"`
	Name  string `json:"name"`
	File  string `json:"file"` // its id
}

// Picks and reserves of a draw. With every method two reserves stand behind the winner.
const Reserves = 2

// IsFiscal reports whether any of the money is fiscal.
func (t Terms) IsFiscal() bool { return t.Fund == Fiscal || t.Fund == Mixed && t.FiscalPercent > 0 }

// minimumRule is the entry of rule procurement.minimum_bids: how many valid bids the
// method needs (domain.md section 5); fiscal money needs more with two of them.
func (t Terms) minimumRule() string {
	name := strings.ReplaceAll(string(t.Method), "_", "-")
	if t.IsFiscal() && (t.Method == Random || t.Method == LowestPrice) {
		name += "-fiscal"
	}
	return name
}
