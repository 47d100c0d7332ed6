package draw

import (
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Source is one public source of entropy: numbers such as a lottery's, or the hex value
// of a beacon. One of the two is set.
type Source struct {
	Numbers []uint64 `json:"numbers,omitempty"`
	Beacon  string   `json:"beacon,omitempty"`
}

// Key is the canonical string of the sources (RFC 3797 section 4.1): the integers of a
// source ascending, each followed by ".", the source closed by "/"; a beacon's value is
// its lower-case hex followed by "./".
func Key(sources []Source) (string, error) {
	if len(sources) == 0 {
		return "", errors.New("没有熵源")
	}
	var b strings.Builder
	for i, s := range sources {
		switch {
		case s.Beacon != "" && s.Numbers != nil:
			return "", fmt.Errorf("第 %d 个熵源既有数字又有信标值", i+1)
		case s.Beacon != "":
			if _, err := hex.DecodeString(s.Beacon); err != nil {
				return "", fmt.Errorf("第 %d 个熵源的信标值应是十六进制", i+1)
			}
			b.WriteString(strings.ToLower(s.Beacon))
			b.WriteByte('.')
		case len(s.Numbers) > 0:
			sorted := slices.Sorted(slices.Values(s.Numbers))
			for _, n := range sorted {
				b.WriteString(strconv.FormatUint(n, 10))
				b.WriteByte('.')
			}
		default:
			return "", fmt.Errorf("第 %d 个熵源是空的", i+1)
		}
		b.WriteByte('/')
	}
	return b.String(), nil
}
