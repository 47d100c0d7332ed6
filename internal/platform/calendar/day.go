package calendar

import (
	"time"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/clock"
)

// Day is a date, counted in days from 1970-01-01. Days can be compared and added to.
type Day int32

const secondsADay = 24 * 60 * 60

// DayOf is t's date in Shanghai. A date column of the database, read as midnight UTC,
// is the same date in Shanghai.
func DayOf(t time.Time) Day {
	y, m, d := t.In(clock.Shanghai).Date()
	return date(y, m, d)
}

// ParseDay reads YYYY-MM-DD.
func ParseDay(s string) (Day, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return 0, apperr.New(apperr.Invalid, "应是日期，如 2027-01-01")
	}
	return DayOf(t), nil
}

func date(y int, m time.Month, d int) Day {
	return Day(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / secondsADay)
}

func (d Day) utc() time.Time { return time.Unix(int64(d)*secondsADay, 0).UTC() }

// Year is the year the day is in.
func (d Day) Year() int { return d.utc().Year() }

// Weekend reports Saturday or Sunday.
func (d Day) Weekend() bool {
	w := d.utc().Weekday()
	return w == time.Saturday || w == time.Sunday
}

// End is 24:00 of the day in Shanghai, the first instant that is too late (民法典
// 第203条 第二款: 期间的最后一日的截止时间为二十四时).
func (d Day) End() time.Time {
	y, m, dd := d.utc().Date()
	return time.Date(y, m, dd+1, 0, 0, 0, 0, clock.Shanghai)
}

func (d Day) String() string { return d.utc().Format(time.DateOnly) }

// MarshalText writes YYYY-MM-DD.
func (d Day) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText is ParseDay.
func (d *Day) UnmarshalText(text []byte) (err error) {
	*d, err = ParseDay(string(text))
	return err
}
