package credit

import (
	"context"
	"time"

	"github.com/google/uuid"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/authz"
	"zjcs/internal/platform/page"
	"zjcs/internal/review"
)

// What a list of records is of.
const (
	RecordsQueue = "queue" // what waits for the actor, the most urgent first
	RecordsAll   = "all"   // all in the actor's reach as an official
	RecordsOurs  = "ours"  // those about the actor's own agencies
)

// RecordFilter narrows a list of records.
type RecordFilter struct {
	page.Request
	View   string
	State  review.State
	Agency uuid.UUID
	Level  string
}

// recordKey is where a page of records ends.
type recordKey struct {
	At time.Time `json:"at"`
	ID uuid.UUID `json:"id"`
}

// recordQuery is what the SQL needs of the actor.
type recordQuery struct {
	RecordFilter
	person                 uuid.UUID
	orgs                   []uuid.UUID
	propose, confirm, read authz.Reach
	after                  recordKey
	given                  bool
}

// Records is a page of them.
func (d *Desk) Records(ctx context.Context, f RecordFilter) (page.Page[RecordSummary], error) {
	var none page.Page[RecordSummary]
	a := authz.From(ctx)
	if a == nil {
		return none, apperr.New(apperr.Unauthenticated, "请先登录")
	}
	if err := f.validate(); err != nil {
		return none, err
	}
	q := recordQuery{RecordFilter: f, person: a.Person, orgs: []uuid.UUID{}, propose: d.Policy.ReachOf(ctx, permitPropose), confirm: d.Policy.ReachOf(ctx, permitConfirm),
		read: d.Policy.ReachOf(ctx, permitRead)}
	for _, g := range a.Grants {
		if g.Organisation != uuid.Nil && d.Policy.May(ctx, permitAnswer, authz.Scope{Organisation: g.Organisation}) {
			q.orgs = append(q.orgs, g.Organisation)
		}
	}
	var err error
	if q.after, q.given, err = page.Decode[recordKey](f.Cursor); err != nil {
		return none, err
	}
	rows, total, err := listRecords(ctx, d.Pool, q)
	if err != nil {
		return none, err
	}
	out := make([]RecordSummary, len(rows))
	for i, l := range rows {
		out[i] = l.summary()
		allowed, _ := d.allowed(ctx, l)
		out[i].Awaits = awaits(allowed)
	}
	return page.Make(out, f.Size(), total, func(s RecordSummary) recordKey { return recordKey{s.ProposedAt, s.ID} }), nil
}

func (f RecordFilter) validate() error {
	var bad []apperr.Field
	switch f.View {
	case RecordsQueue, RecordsAll, RecordsOurs:
	default:
		bad = append(bad, apperr.Field{Name: "view", Message: "应是 queue（待我办理）、all（管辖范围内全部）、ours（关于本机构的）"})
	}
	if _, ok := Workflow.States[f.State]; f.State != "" && !ok {
		bad = append(bad, apperr.Field{Name: "state", Message: "没有这个状态"})
	}
	if _, ok := boundsOf(f.Level); f.Level != "" && !ok {
		bad = append(bad, apperr.Field{Name: "level", Message: "应是 minor（轻微）、general（一般）、serious（严重）、honour（表彰）"})
	}
	return apperr.InvalidFields(bad)
}
