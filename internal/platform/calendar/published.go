package calendar

import (
	"fmt"
	"sync"
	"time"

	"github.com/6tail/lunar-go/HolidayUtil"
	lunar "github.com/6tail/lunar-go/calendar"
	"github.com/google/uuid"
)

// Kind is what a notice makes of a day.
type Kind string

const (
	Holiday Kind = "holiday" // 放假
	Workday Kind = "workday" // a Saturday or Sunday worked in exchange: 调休上班
)

// Year is one year's notice: the days it names, in that year and in the last three of
// the December before. All others are as the week has them.
type Year struct {
	Year     int
	Document string // 国办发明电〔2024〕12号
	Days     map[Day]Kind
	LoadedBy uuid.NullUUID // who loaded it; not valid: the library, or by command
	LoadedAt time.Time     // zero: the library
}

// libraryDocument is what is told of a year that came with the program.
const libraryDocument = "国务院办公厅节假日安排（随程序发布）"

// library is what lunar-go carries: every notice from 2002 on, up to its release. An
// entry names the festival it belongs to, and so the year of the notice.
var library = sync.OnceValue(func() map[int]Year {
	years := map[int]Year{}
	for written := 2001; ; written++ {
		found := HolidayUtil.GetHolidaysByYear(written)
		if found.Len() == 0 {
			return years
		}
		for e := found.Front(); e != nil; e = e.Next() {
			h, ok := e.Value.(*HolidayUtil.Holiday)
			if !ok {
				panic(fmt.Sprintf("calendar: lunar-go lists a %T", e.Value))
			}
			day, err := ParseDay(h.GetDay())
			festival, err2 := ParseDay(h.GetTarget())
			if err != nil || err2 != nil {
				panic(fmt.Sprintf("calendar: lunar-go has %q for %q", h.GetDay(), h.GetTarget()))
			}
			y, known := years[festival.Year()]
			if !known {
				y = Year{Year: festival.Year(), Document: libraryDocument, Days: map[Day]Kind{}}
				years[y.Year] = y
			}
			y.Days[day] = Holiday
			if h.IsWork() {
				y.Days[day] = Workday
			}
		}
	}
})

// statutory are the days that the law itself makes holidays, with their names:
// 全国年节及纪念日放假办法 第二条, as revised by 国务院令 第795号, in force since
// 2025-01-01. Which further days are moved around them is the yearly notice's.
func statutory(year int) map[Day]string {
	if known, ok := statutoryYears.Load(year); ok {
		return known.(map[Day]string)
	}
	days := map[Day]string{
		date(year, time.January, 1): "元旦",
		date(year, time.May, 1):     "劳动节", date(year, time.May, 2): "劳动节",
		date(year, time.October, 1): "国庆节", date(year, time.October, 2): "国庆节", date(year, time.October, 3): "国庆节",
	}
	if year >= firstYear && year <= lastYear { // beyond, nobody has reckoned the moon
		newYear := solar(lunar.NewLunarFromYmd(year, 1, 1).GetSolar())
		days[newYear-1] = "除夕"
		for i := range Day(3) {
			days[newYear+i] = "春节"
		}
		days[solar(lunar.NewLunarFromYmd(year, 1, 1).GetJieQiTable()["清明"])] = "清明节"
		days[solar(lunar.NewLunarFromYmd(year, 5, 5).GetSolar())] = "端午节"
		days[solar(lunar.NewLunarFromYmd(year, 8, 15).GetSolar())] = "中秋节"
	}
	statutoryYears.Store(year, days)
	return days
}

// statutoryYears keeps what statutory has reckoned: the same for ever.
var statutoryYears sync.Map

// The years this calendar deals in; calendar_year has the same bounds.
const (
	firstYear = 2000
	lastYear  = 2200
)

func solar(s *lunar.Solar) Day {
	return date(s.GetYear(), time.Month(s.GetMonth()), s.GetDay())
}
