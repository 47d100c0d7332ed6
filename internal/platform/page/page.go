// Package page is how every list is cut: keyset pages, so that page 500 costs
// what page 1 costs, and a total that is counted only so far.
package page

import (
	"encoding/base64"
	"encoding/json"

	"zjcs/internal/platform/apperr"
)

const (
	DefaultLimit = 20
	MaxLimit     = 100
	// TotalCap bounds counting: beyond it a total says "more than", because no
	// reader pages through a thousand rows but every reader would wait for the count.
	TotalCap = 500
)

// Request is the part of a list's query that every list has.
type Request struct {
	Limit  int    // 1..MaxLimit; 0 means DefaultLimit
	Cursor string // opaque, from a previous Page; "" is the first page
}

// Size is the page size to use, bounded.
func (r Request) Size() int {
	switch {
	case r.Limit <= 0:
		return DefaultLimit
	case r.Limit > MaxLimit:
		return MaxLimit
	}
	return r.Limit
}

// Page is one page of a list.
type Page[T any] struct {
	Items       []T    `json:"items" doc:"本页各条"`
	NextCursor  string `json:"nextCursor,omitempty" doc:"下一页的游标；没有则已到末页"`
	Total       int    `json:"total" doc:"符合条件的总数；超过 500 时只数到 500"`
	TotalCapped bool   `json:"totalCapped,omitempty" doc:"为真表示总数多于 total"`
}

// Make cuts rows (read with LIMIT size+1) into a page; key gives the cursor value of a row.
func Make[T, K any](rows []T, size, counted int, key func(T) K) Page[T] {
	p := Page[T]{Items: rows, Total: counted}
	if counted > TotalCap {
		p.Total, p.TotalCapped = TotalCap, true
	}
	if len(rows) > size {
		p.Items = rows[:size]
		p.NextCursor = encode(key(rows[size-1]))
	}
	if p.Items == nil {
		p.Items = []T{}
	}
	return p
}

func encode(key any) string {
	b, err := json.Marshal(key)
	if err != nil {
		panic("page: a cursor key is always plain data: " + err.Error())
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

// Decode reads a cursor made by Make. The zero key and false mean the first page.
func Decode[K any](cursor string) (key K, given bool, err error) {
	if cursor == "" {
		return key, false, nil
	}
	b, err := base64.RawURLEncoding.DecodeString(cursor)
	if err == nil {
		err = json.Unmarshal(b, &key)
	}
	if err != nil {
		return key, false, apperr.InvalidField("cursor", "页码游标无效，请从第一页重新翻起").Because(err)
	}
	return key, true, nil
}
