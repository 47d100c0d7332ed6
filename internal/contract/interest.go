package contract

import (
	"cmp"
	"math/big"
	"slices"

	"zjcs/internal/platform/calendar"
)

// Due is a sum and the last day on which it is paid in time.
type Due struct {
	On  calendar.Day
	Fen int64
}

// Paid is a payment.
type Paid struct {
	On  calendar.Day
	Fen int64
}

// Lateness is what is overdue at the end of a day, and what it has cost.
type Lateness struct {
	OverdueFen  int64 `json:"overdueFen" doc:"到期未付（分）"`
	FenDays     int64 `json:"fenDays" doc:"逾期金额乘以逾期天数之和（分·日），利息的依据"`
	InterestFen int64 `json:"interestFen" doc:"逾期利息（分），四舍五入到分"`
}

const million = 1_000_000

// Late works out the late interest until asOf, that day included (保障中小企业款项支付条例
// 第17条). What is paid goes to what was due first; a sum due on day D and paid on day P is
// late for P − D days. The rate is millionths a day; rounding happens once, at the end.
func Late(dues []Due, paid []Paid, ratePPM int, asOf calendar.Day) Lateness {
	type change struct {
		from calendar.Day // the first day on which it bears
		fen  int64
	}
	changes := make([]change, 0, len(dues)+len(paid))
	for _, d := range dues {
		changes = append(changes, change{d.On + 1, d.Fen})
	}
	for _, p := range paid {
		changes = append(changes, change{p.On + 1, -p.Fen}) // the day of payment is the last late one
	}
	slices.SortFunc(changes, func(a, b change) int { return cmp.Compare(a.from, b.from) })
	var out Lateness
	var balance int64
	for i, c := range changes {
		if c.from > asOf {
			break
		}
		balance += c.fen
		next := asOf + 1
		if i+1 < len(changes) {
			next = min(next, changes[i+1].from)
		}
		out.FenDays += max(balance, 0) * int64(next-c.from)
	}
	out.OverdueFen = overdue(dues, paid, asOf)
	out.InterestFen = interest(out.FenDays, ratePPM)
	return out
}

// overdue is what should have been paid by asOf and was not.
func overdue(dues []Due, paid []Paid, asOf calendar.Day) int64 {
	var sum int64
	for _, d := range dues {
		if d.On < asOf {
			sum += d.Fen
		}
	}
	for _, p := range paid {
		if p.On <= asOf {
			sum -= p.Fen
		}
	}
	return max(sum, 0)
}

// interest is exact until its one rounding, half a fen up.
func interest(fenDays int64, ratePPM int) int64 {
	n := new(big.Int).Mul(big.NewInt(fenDays), big.NewInt(int64(ratePPM)))
	n.Add(n, big.NewInt(million/2))
	return n.Quo(n, big.NewInt(million)).Int64()
}
