// Package money writes sums as papers must have them. A sum is integer fen everywhere.
package money

import (
	"fmt"
	"math/big"
	"strings"
)

const (
	digits = "零壹贰叁肆伍陆柒捌玖"
	zero   = "零"
)

var (
	places = []string{"", "拾", "佰", "仟"}
	groups = []string{"", "万", "亿", "万亿", "亿亿"}
)

// Yuan is a sum in figures, to the fen, in groups of three: 1,234,567.08.
func Yuan(fen int64) string {
	sign := ""
	n := uint64(fen)
	if fen < 0 {
		sign, n = "-", -n
	}
	return sign + grouped(fmt.Sprint(n/100)) + fmt.Sprintf(".%02d", n%100)
}

// YuanOf is Yuan of a sum that need not be whole fen, such as a mean: rounded to the fen,
// halves away from zero, for the eye only.
func YuanOf(fen *big.Rat) string {
	text, sign := new(big.Rat).Quo(fen, big.NewRat(100, 1)).FloatString(2), ""
	if rest, negative := strings.CutPrefix(text, "-"); negative {
		text, sign = rest, "-"
	}
	whole, cents, _ := strings.Cut(text, ".")
	return sign + grouped(whole) + "." + cents
}

func grouped(whole string) string {
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	return whole
}

// Capital is a sum in capital Chinese numerals, as 《会计基础工作规范》第52条 and 《支付结算办法》
// 附一 write it: 壹万零贰佰元零伍分, 叁拾元整. A negative one begins with 负.
func Capital(fen int64) string {
	var b strings.Builder
	n := uint64(fen)
	if fen < 0 {
		b.WriteString("负")
		n = -n
	}
	yuan, jiao, cents := n/100, n/10%10, n%10
	if yuan > 0 {
		b.WriteString(whole(yuan))
		b.WriteString("元")
	}
	switch {
	case jiao == 0 && cents == 0:
		if yuan == 0 {
			b.WriteString("零元")
		}
		b.WriteString("整")
	case jiao == 0:
		if yuan > 0 {
			b.WriteString(zero)
		}
		b.WriteString(digit(cents) + "分")
	default:
		if yuan > 0 && yuan%10 == 0 {
			b.WriteString(zero)
		}
		b.WriteString(digit(jiao) + "角")
		if cents == 0 {
			b.WriteString("整")
		} else {
			b.WriteString(digit(cents) + "分")
		}
	}
	return b.String()
}

// whole writes a positive integer: groups of four digits, a gap of zeros as one 零.
func whole(n uint64) string {
	var parts []uint64
	for ; n > 0; n /= 10_000 {
		parts = append(parts, n%10_000)
	}
	var b strings.Builder
	gap := false
	for i := len(parts) - 1; i >= 0; i-- {
		g := parts[i]
		if g == 0 {
			gap = true
			continue
		}
		if b.Len() > 0 && (gap || g < 1000) {
			b.WriteString(zero)
		}
		b.WriteString(group(g) + groups[i])
		gap = false
	}
	return b.String()
}

// group writes 1 to 9999; its own leading zeros are the caller's.
func group(g uint64) string {
	out, gap := "", false
	for i, unit := 3, uint64(1000); i >= 0; i, unit = i-1, unit/10 {
		d := g / unit % 10
		if d == 0 {
			gap = out != ""
			continue
		}
		if gap {
			out += zero
		}
		out += digit(d) + places[i]
		gap = false
	}
	return out
}

func digit(d uint64) string { return string([]rune(digits)[d]) }
