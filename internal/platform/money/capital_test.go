package money

import (
	"math"
	"math/big"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestCapitalAsThePaperRulesWriteIt(t *testing.T) {
	for fen, want := range map[int64]string{
		0: "零元整", 5: "伍分", 30: "叁角整", 37: "叁角柒分", 100: "壹元整", 105: "壹元零伍分", 1_000: "壹拾元整", 1_050: "壹拾元零伍角整",
		140_950: "壹仟肆佰零玖元伍角整", 600_714: "陆仟零柒元壹角肆分", 168_032: "壹仟陆佰捌拾元零叁角贰分", 10_700_053: "壹拾万柒仟元零伍角叁分",
		1_640_902: "壹万陆仟肆佰零玖元零贰分", 100_000_000: "壹佰万元整", 1_000_000_001_00: "壹拾亿零壹元整", 1_0001_0000_00: "壹亿零壹万元整",
		1_0000_0000_0000_00: "壹万亿元整", 2_0100_0000_00: "贰亿零壹佰万元整", 2_1000_0000_00: "贰亿壹仟万元整", -250: "负贰元伍角整",
	} {
		if got := Capital(fen); got != want {
			t.Errorf("%d fen: got %s, want %s", fen, got, want)
		}
	}
	if got := Yuan(123456708); got != "1,234,567.08" {
		t.Error(got)
	}
	if got := Yuan(math.MinInt64); got != "-92,233,720,368,547,758.08" {
		t.Error(got)
	}
}

// TestYuanOfAFraction: a mean is written like any sum, and a whole one word for word so.
func TestYuanOfAFraction(t *testing.T) {
	for want, fen := range map[string]*big.Rat{
		"7,966.67": big.NewRat(2_390_000, 3), "1,234,567.01": big.NewRat(246_913_401, 2), "0.00": big.NewRat(1, 3), "999.99": big.NewRat(99_999, 1),
		"1,000.00": big.NewRat(199_999, 2), "-12,345.68": big.NewRat(-3_703_703, 3),
	} {
		if got := YuanOf(fen); got != want {
			t.Errorf("%s fen: got %s, want %s", fen, got, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		fen := rapid.Int64().Draw(t, "fen")
		if got, want := YuanOf(new(big.Rat).SetInt64(fen)), Yuan(fen); got != want {
			t.Fatalf("%d: %s and %s", fen, got, want)
		}
	})
}

// read is the inverse, by the meaning of each sign alone.
func read(s string) int64 {
	var total, section, digit int64
	var fen int64
	sign := int64(1)
	for _, r := range s {
		switch r {
		case '负':
			sign = -1
		case '零', '整':
		case '拾', '佰', '仟':
			section += digit * map[rune]int64{'拾': 10, '佰': 100, '仟': 1000}[r]
			digit = 0
		case '万':
			section, digit = section+digit, 0
			total, section = total+section*10_000, 0
		case '亿':
			section, digit = section+digit, 0
			total, section = (total+section)*100_000_000, 0
		case '元':
			fen = (total + section + digit) * 100
			total, section, digit = 0, 0, 0
		case '角':
			fen, digit = fen+digit*10, 0
		case '分':
			fen, digit = fen+digit, 0
		default:
			digit = int64(strings.IndexRune(digits, r) / len(zero))
		}
	}
	return sign * fen
}

func TestCapitalIsReadBackAsTheSameSum(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		fen := rapid.Int64Range(-999_999_999_999_99, 999_999_999_999_99).Draw(t, "fen")
		s := Capital(fen)
		if got := read(s); got != fen {
			t.Fatalf("%d → %s → %d", fen, s, got)
		}
		if strings.Contains(s, "零零") || strings.Contains(s, "零元") && fen != 0 {
			t.Fatalf("%d → %s", fen, s)
		}
	})
}
