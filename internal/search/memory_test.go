package search

import (
	"context"
	"slices"
	"strings"
	"sync"

	"zjcs/internal/platform/db"
)

// memory is the engine as plainly as it can be said: every document is looked at, none
// is left out for speed. PostgreSQL must find the same in the same order.
type memory struct {
	vocab *Vocabulary
	mu    sync.Mutex
	docs  []entry
}

// entry is a document with what it is judged by.
type entry struct {
	Document
	card
	regions, sectors []byte
}

func entryOf(d Document) entry {
	title, strong, weak := d.keys()
	return entry{
		d, card{kinds[d.Kind].number, []byte(strings.ToUpper(d.Code)), []byte(title), []byte(strong), []byte(weak), []byte(pinyinKey(readingsOf(title, d.Kind == Expert)))},
		[]byte(strings.Join(d.Regions, listSeparator)), []byte(strings.Join(d.Sectors, listSeparator)),
	}
}

func newMemory(v *Vocabulary) *memory { return &memory{vocab: v} }

func (*memory) Transactional() bool { return true }

func (m *memory) Search(_ context.Context, q Query, places map[string]bool) (Results, error) {
	return search(m.vocab, q, places, func(p plan) (answer, error) { return m.ask(p, q) })
}

func (m *memory) Suggest(_ context.Context, text string, limit int) ([]Suggestion, error) {
	p := m.vocab.plan(text, nil)
	out := []Suggestion{}
	if len(p.terms) == 0 {
		return out, nil
	}
	for _, d := range m.documents(m.collected(p, Query{}, true).page(0, 2*limit)) {
		out = appendSuggestion(out, d, limit)
	}
	return out, nil
}

func (m *memory) WriteTx(_ context.Context, _ db.Tx, put []Document, gone []Ref) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, d := range put {
		if i := slices.IndexFunc(m.docs, func(h entry) bool { return h.Ref == d.Ref }); i >= 0 {
			m.docs[i] = entryOf(d)
		} else {
			m.docs = append(m.docs, entryOf(d))
		}
	}
	m.docs = slices.DeleteFunc(m.docs, func(h entry) bool { return slices.Contains(gone, h.Ref) })
	return nil
}

type memoryRebuild struct {
	of   *memory
	docs []entry
}

func (m *memory) Rebuild(context.Context) (Rebuild, error) { return &memoryRebuild{of: m}, nil }

func (r *memoryRebuild) Add(_ context.Context, docs []Document) error {
	for _, d := range docs {
		r.docs = append(r.docs, entryOf(d))
	}
	return nil
}
func (*memoryRebuild) Ready(context.Context) error   { return nil }
func (*memoryRebuild) Discard(context.Context) error { return nil }

func (r *memoryRebuild) SwapTx(ctx context.Context, tx db.Tx, put []Document, gone []Ref) error {
	r.of.mu.Lock()
	r.of.docs = r.docs
	r.of.mu.Unlock()
	return r.of.WriteTx(ctx, tx, put, gone)
}

// collected takes every document in: no index, no caps but the collector's.
func (m *memory) collected(p plan, q Query, titles bool) *collector {
	m.mu.Lock()
	defer m.mu.Unlock()
	c := newCollector(p)
	for i, d := range m.docs {
		if q.Kind != "" && d.Kind != q.Kind || q.Region != "" && !slices.Contains(d.Regions, q.Region) || q.Sector != "" && !slices.Contains(d.Sectors, q.Sector) {
			continue
		}
		k := d.card
		if titles {
			k.strong, k.weak = nil, nil
		}
		c.add(int64(i), d.Rank, &k, d.regions, d.sectors)
	}
	return c
}

func (m *memory) documents(page []candidate) []Document {
	out := make([]Document, len(page))
	for i, c := range page {
		out[i] = m.docs[c.id].Document
		// What is not shown is not stored.
		out[i].Fields = slices.DeleteFunc(slices.Clone(out[i].Fields), func(f Field) bool { return f.Label == "" || len(f.Values) == 0 })
	}
	return out
}

func (m *memory) ask(p plan, q Query) (answer, error) {
	offset, err := q.offset()
	if err != nil {
		return answer{}, err
	}
	c := m.collected(p, q, false)
	a := answer{total: len(c.kept), capped: c.capped(), hits: m.documents(c.page(offset, q.Size()))}
	a.kinds = m.collected(p, q.without(byKind), false).byKind()
	a.regions = values(m.collected(p, q.without(byRegion), false).regions)
	a.sectors = values(m.collected(p, q.without(bySector), false).sectors)
	return a, nil
}
