// Package clock turns instants into the days people count by. The marketplace's
// day is Asia/Shanghai's; times are stored in UTC.
package clock

import "time"

// Shanghai has had one offset and no summer time since 1991, so the zone needs no
// database on the machine.
var Shanghai = time.FixedZone("Asia/Shanghai", 8*60*60)

// Day is t's date in Shanghai as YYYY-MM-DD, which also sorts as text.
func Day(t time.Time) string { return t.In(Shanghai).Format(time.DateOnly) }

// DayAfter is the date n days after t's.
func DayAfter(t time.Time, n int) string { return Day(t.In(Shanghai).AddDate(0, 0, n)) }

// Midnight is the instant at which t's Shanghai date ends.
func Midnight(t time.Time) time.Time {
	y, m, d := t.In(Shanghai).Date()
	return time.Date(y, m, d+1, 0, 0, 0, 0, Shanghai)
}

// Until is the end of a term as people write it, to the minute; the end of a day is 24:00 of
// that day, not 00:00 of the next (民法典 第203条).
func Until(t time.Time) string {
	if t.Equal(Midnight(t.Add(-time.Nanosecond))) {
		return Day(t.Add(-time.Nanosecond)) + " 24:00"
	}
	return t.In(Shanghai).Format("2006-01-02 15:04")
}
