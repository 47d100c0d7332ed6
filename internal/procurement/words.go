package procurement

import (
	"fmt"
	"strings"
	"time"

	"zjcs/internal/platform/clock"
)

// minute is an instant as people write it.
func minute(t time.Time) string { return t.In(clock.Shanghai).Format("2006-01-02 15:04") }

// numbered is a list of bids by their numbers.
func numbered(numbers []int) string {
	parts := make([]string, len(numbers))
	for i, n := range numbers {
		parts[i] = fmt.Sprintf("%d 号", n)
	}
	return strings.Join(parts, "、")
}
