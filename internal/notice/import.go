package notice

import "time"

// Imported is one announcement of a delivery.
type Imported struct {
	Kind        Kind
	Title       string
	Body        string // a blank line between paragraphs
	RegionCode  string
	PublishedAt time.Time
}
