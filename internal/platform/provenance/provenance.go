// Package provenance remembers where each value came from: the delivery (batch)
// that brought a row, and, where a later delivery changed one value, that one.
package provenance

import (
	"time"

	"github.com/google/uuid"
)

// Kind is what a delivery carries.
type Kind string

const (
	Regions       Kind = "regions"
	Items         Kind = "items"
	FeeStandards  Kind = "fee-standards"
	Agencies      Kind = "agencies"
	Experts       Kind = "experts"
	Announcements Kind = "announcements"
	Affiliations  Kind = "affiliations"
	Rubric        Kind = "rubric"
	Penalties     Kind = "penalties"
	Procurements  Kind = "procurements" // published one by one, never delivered
)

// Batch is one delivery of data.
type Batch struct {
	ID       uuid.UUID
	Kind     Kind
	Source   string // who delivered it: 运城市行政审批服务管理局
	FileName string
	SHA256   string // hex, of the file as delivered
	Demo     bool   // invented data, shown as 示例数据
}

// Summary is what a delivery did. Read = Inserted + Updated + Unchanged + Failed.
type Summary struct {
	Read, Inserted, Updated, Unchanged, Failed int64
}

// Add counts another part of the same delivery.
func (s *Summary) Add(o Summary) {
	s.Read += o.Read
	s.Inserted += o.Inserted
	s.Updated += o.Updated
	s.Unchanged += o.Unchanged
	s.Failed += o.Failed
}

// RowError is one fault of one row: its line in the file, its column, and what would be right.
type RowError struct {
	Line   int64
	Column string
	Reason string
}

// Source is what a reader is told about where a record came from.
type Source struct {
	Name     string    `json:"name" doc:"提供单位或来源"`
	LoadedAt time.Time `json:"loadedAt" doc:"载入时间"`
	Demo     bool      `json:"demo" doc:"为真表示示例数据"`
}
