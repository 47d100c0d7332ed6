package draw

// Table is one draw as it is published: what for, from how many numbers, and every row.
type Table struct {
	Purpose Purpose  `json:"purpose"`
	Pool    int      `json:"pool"`
	Tickets []Ticket `json:"tickets,omitempty"` // whose the numbers are, where a bid has more than one
	Picks   []Pick   `json:"picks"`
}

// Purpose of a table of draws.
type Purpose string

const (
	ForWinner  Purpose = "winner"  // random: the winner, then the reserves
	ForOrder   Purpose = "order"   // the whole pool: the order that decides every tie
	ForBase    Purpose = "base"    // reference price: which percent
	ForTickets Purpose = "tickets" // credit-weighted: over ticket numbers
	ForPanel   Purpose = "panel"   // experts
)

// Ticket is the run of ticket numbers that belongs to one bid.
type Ticket struct {
	Number int `json:"number"` // of the bid
	First  int `json:"first"`
	Last   int `json:"last"`
}
