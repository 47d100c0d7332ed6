package identity

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"time"
	"unicode/utf8"
)

// CitizenID is a valid citizen's number (公民身份号码), 18 characters. It is sensitive
// (个人信息保护法 第28条): seal it before storing, never log it.
type CitizenID string

const citizenLength = 18

// GB 11643-1999: Σ aᵢ·wᵢ mod 11 names the check character. 11 is prime and no weight
// is a multiple of it, so every single wrong digit and every exchange of neighbours is caught.
var citizenWeight = [citizenLength - 1]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}

const citizenCheckChars = "10X98765432"

// earliestBirth bounds what can be a living person's number.
const earliestBirth = 1900

// ParseCitizenID reads a number; a birth date after now's is refused. The reason never
// repeats any of the number, nor the check character it should have had.
func ParseCitizenID(raw string, now time.Time) (CitizenID, error) {
	s := normalise(raw)
	if s == "" {
		return "", errors.New("身份证号不能为空，应为 18 位")
	}
	if n := utf8.RuneCountInString(s); n == 15 {
		return "", errors.New("身份证号应为 18 位，15 位的旧号已停用")
	} else if n != citizenLength {
		return "", fmt.Errorf("身份证号应为 18 位，现为 %d 位", n)
	}
	pos := 0
	for _, r := range s {
		pos++
		if r >= '0' && r <= '9' || r == 'X' && pos == citizenLength {
			continue
		}
		if pos == citizenLength {
			return "", errors.New("身份证号第 18 位应是数字或 X")
		}
		return "", fmt.Errorf("身份证号第 %d 位应是数字", pos)
	}
	// The check comes first: a slip in the date is a slip in the number.
	if citizenCheck(s) != s[17] {
		return "", errors.New("身份证号校验码不符，请核对全部 18 位")
	}
	born, err := time.Parse("20060102", s[6:14])
	if err != nil || born.Year() < earliestBirth {
		return "", errors.New("身份证号第 7–14 位应是有效的出生日期（年月日）")
	}
	// Dates compare as the Shanghai calendar writes them.
	if s[6:14] > now.In(shanghai).Format("20060102") {
		return "", errors.New("身份证号第 7–14 位的出生日期不能晚于今天")
	}
	return CitizenID(s), nil
}

var shanghai = time.FixedZone("Asia/Shanghai", 8*60*60)

func citizenCheck(s string) byte {
	sum := 0
	for i, w := range citizenWeight {
		sum += int(s[i]-'0') * w
	}
	return citizenCheckChars[sum%11]
}

// String hides the number wherever it might be printed by mistake.
func (CitizenID) String() string { return "（身份证号）" }

// Reveal is the number itself, for sealing.
func (c CitizenID) Reveal() string { return string(c) }

// NewCitizenID makes a valid number for demonstrations and tests. An area that is
// assigned to no county (ending in 99) makes it nobody's.
func NewCitizenID(r *rand.Rand, area string, born time.Time) CitizenID {
	s := fmt.Sprintf("%s%s%03d", area, born.Format("20060102"), r.IntN(1000))
	if len(s) != citizenLength-1 {
		panic("identity: a citizen's number needs an area of 6 digits and a four-digit year")
	}
	return CitizenID(s + string(citizenCheck(s)))
}
