package agency

import (
	"bytes"
	"crypto/rand"
	"encoding/binary"
	"encoding/json"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgtype"

	"zjcs/internal/platform/clock"
	"zjcs/internal/platform/provenance"
)

// writes gathers what a part of a delivery changes, one list a statement.
type writes struct {
	batch  provenance.Batch
	now    time.Time
	random []byte // not yet used for ids; read in bulk
	ids    uint64

	agencies       []newAgency
	updates        []map[string]any
	items          []newItem
	qualifications []newQualification
	practitioners  []newPractitioner

	itemsGone             []newItem
	qualificationsGone    []uuid.UUID
	practitionersGone     []uuid.UUID
	qualificationsChanged []map[string]any
	practitionersChanged  []map[string]any

	carried map[uuid.UUID]string // the certificate that carries an item, where it asks for one
	recarry []uuid.UUID          // known agencies whose items or certificates changed
}

type newAgency struct {
	id uuid.UUID
	*Imported
}

type newItem struct {
	item, agency uuid.UUID
	carried      pgtype.Multirange[pgtype.Range[pgtype.Date]]
}

// carriedBy is the days on which certificates of that name hold, as refresh_carried
// works them out: an imported certificate has an end and no beginning. NULL, every day,
// where none is needed or none of that name is held.
func carriedBy(name string, list []importedQualification) pgtype.Multirange[pgtype.Range[pgtype.Date]] {
	var last time.Time
	held := false
	for i := range list {
		if name == "" || list[i].name != name {
			continue
		}
		if list[i].validTo.IsZero() {
			return pgtype.Multirange[pgtype.Range[pgtype.Date]]{{LowerType: pgtype.Unbounded, UpperType: pgtype.Unbounded, Valid: true}}
		}
		if held = true; list[i].validTo.After(last) {
			last = list[i].validTo
		}
	}
	if !held {
		return nil
	}
	return pgtype.Multirange[pgtype.Range[pgtype.Date]]{{LowerType: pgtype.Unbounded, Upper: pgtype.Date{Time: last.AddDate(0, 0, 1), Valid: true}, UpperType: pgtype.Exclusive, Valid: true}}
}

type newQualification struct {
	id, agency uuid.UUID
	*importedQualification
}

type newPractitioner struct {
	id, agency uuid.UUID
	*importedPractitioner
}

func newWrites(b provenance.Batch, now time.Time) *writes {
	return &writes{batch: b, now: now}
}

// idAt is a UUIDv7 of that moment; those made for the same moment sort as they were made.
func (w *writes) idAt(t time.Time) uuid.UUID {
	if len(w.random) == 0 {
		w.random = make([]byte, 8<<10)
		rand.Read(w.random)
	}
	chance := binary.BigEndian.Uint64(w.random)
	w.random = w.random[8:]
	var id uuid.UUID
	ms := uint64(t.UnixMilli())
	w.ids++
	binary.BigEndian.PutUint64(id[:8], ms<<16|0x7000|w.ids>>20&0xfff)
	binary.BigEndian.PutUint64(id[8:], 1<<63|(w.ids&0xfffff)<<42|chance>>22)
	return id
}

// admissionID: the order of ids is the order of admission, which lists are in. An
// agency admitted today comes after all that were admitted before.
func (w *writes) admissionID(admittedOn time.Time) uuid.UUID {
	if clock.Day(w.now) == admittedOn.Format(time.DateOnly) {
		return w.idAt(w.now)
	}
	y, m, d := admittedOn.Date()
	return w.idAt(time.Date(y, m, d, 0, 0, 0, 0, clock.Shanghai))
}

func (w *writes) insert(r *Imported) uuid.UUID {
	id := w.admissionID(r.admittedOn)
	w.agencies = append(w.agencies, newAgency{id, r})
	for _, item := range r.items {
		w.items = append(w.items, newItem{item, id, carriedBy(w.carried[item], r.qualifications)})
	}
	for i := range r.qualifications {
		w.qualifications = append(w.qualifications, newQualification{w.idAt(w.now), id, &r.qualifications[i]})
	}
	for i := range r.practitioners {
		w.practitioners = append(w.practitioners, newPractitioner{w.idAt(w.now), id, &r.practitioners[i]})
	}
	return id
}

// update gathers what r changes of old; false when that is nothing. Each changed
// column is remembered as brought by this delivery.
func (w *writes) update(old *storedAgency, r *Imported) bool {
	taken := false
	take := func(column string, same bool) bool {
		if same || r.absent[column] {
			return false
		}
		old.batches[column] = w.batch.ID
		taken = true
		return true
	}
	for _, c := range []struct {
		column   string
		was, now *string
	}{
		{"name", &old.name, &r.name}, {"kind", &old.kind, &r.kind}, {"legal_representative", &old.legalRep, &r.legalRep},
		{"region_code", &old.region, &r.region}, {"domicile", &old.domicile, &r.domicile}, {"address", &old.address, &r.address},
		{"phone", &old.phone, &r.phone}, {"introduction", &old.introduction, &r.introduction},
	} {
		if take(c.column, *c.was == *c.now) {
			*c.was = *c.now
		}
	}
	if take("founded_on", old.foundedOn.Equal(r.foundedOn)) {
		old.foundedOn = r.foundedOn
	}
	if take("admitted_on", r.admittedOn.IsZero() || old.admittedOn.Equal(r.admittedOn)) {
		old.admittedOn = r.admittedOn
	}
	recarry := false
	if take("items", slices.Equal(old.items, r.items)) {
		w.relink(old, r)
		recarry = true
	}
	if !r.absent["qualifications"] {
		recarry = take("qualifications", !w.requalify(old, r)) || recarry
	}
	if recarry {
		w.recarry = append(w.recarry, old.id)
	}
	if !r.absent["practitioners"] {
		take("practitioners", !w.restaff(old, r))
	}
	if old.demo && !w.batch.Demo {
		old.demo, taken = false, true
	}
	if taken {
		w.updates = append(w.updates, map[string]any{
			"id": old.id, "name": old.name, "kind": old.kind, "legal_representative": old.legalRep, "region_code": orNull(old.region),
			"domicile": old.domicile, "address": old.address, "phone": old.phone, "introduction": old.introduction,
			"founded_on": date(old.foundedOn), "admitted_on": date(old.admittedOn), "demo": old.demo, "field_batches": old.batches,
		})
	}
	return taken
}

func (w *writes) relink(old *storedAgency, r *Imported) {
	for _, item := range old.items {
		if !slices.Contains(r.items, item) {
			w.itemsGone = append(w.itemsGone, newItem{item: item, agency: old.id})
		}
	}
	for _, item := range r.items {
		if !slices.Contains(old.items, item) {
			w.items = append(w.items, newItem{item: item, agency: old.id})
		}
	}
}

// requalify matches certificates by name and number; true when anything differs.
func (w *writes) requalify(old *storedAgency, r *Imported) (differs bool) {
	kept := make([]bool, len(old.qualifications))
	for i := range r.qualifications {
		q := &r.qualifications[i]
		at := slices.IndexFunc(old.qualifications, func(o importedQualification) bool {
			return o.name == q.name && o.certificateNo == q.certificateNo
		})
		if at < 0 {
			w.qualifications = append(w.qualifications, newQualification{w.idAt(w.now), old.id, q})
			differs = true
			continue
		}
		kept[at] = true
		if o := old.qualifications[at]; o.level != q.level || o.issuer != q.issuer || !o.validTo.Equal(q.validTo) {
			w.qualificationsChanged = append(w.qualificationsChanged, map[string]any{
				"id": old.qualificationID[at], "level": q.level, "issuer": q.issuer, "valid_to": date(q.validTo)})
			differs = true
		}
	}
	for at, k := range kept {
		if !k {
			w.qualificationsGone = append(w.qualificationsGone, old.qualificationID[at])
			differs = true
		}
	}
	return differs
}

// restaff matches persons by specialty and certificate. A row without an ID number
// says nothing about it: the one that is known stays.
func (w *writes) restaff(old *storedAgency, r *Imported) (differs bool) {
	at := make(map[[2]string]int, len(old.practitioners))
	for i, o := range old.practitioners {
		at[[2]string{o.specialty, o.certificateNo}] = i
	}
	for i := range r.practitioners {
		p := &r.practitioners[i]
		key := [2]string{p.specialty, p.certificateNo}
		known, ok := at[key]
		if !ok {
			w.practitioners = append(w.practitioners, newPractitioner{w.idAt(w.now), old.id, p})
			differs = true
			continue
		}
		delete(at, key)
		o := old.practitioners[known]
		newID := p.idDigest != nil && !p.hasDigest(o.idDigest)
		if newID || o.name != p.name || !o.validTo.Equal(p.validTo) {
			change := map[string]any{"id": old.practitionerID[known], "name": p.name, "valid_to": date(p.validTo)}
			if newID {
				change["id_number"], change["id_digest"] = hexBytes(p.idNumber), hexBytes(p.idDigest)
			}
			w.practitionersChanged = append(w.practitionersChanged, change)
			differs = true
		}
	}
	for _, i := range at {
		w.practitionersGone = append(w.practitionersGone, old.practitionerID[i])
		differs = true
	}
	return differs
}

// hasDigest reports whether a known digest is of p's number, under any key.
func (p *importedPractitioner) hasDigest(known []byte) bool {
	return bytes.Equal(p.idDigest, known) || slices.ContainsFunc(p.oldDigests, func(d []byte) bool { return bytes.Equal(d, known) })
}

// hexBytes is bytea as JSON carries it.
type hexBytes []byte

func (b hexBytes) MarshalJSON() ([]byte, error) {
	const digits = "0123456789abcdef"
	out := make([]byte, 0, 2*len(b)+5)
	out = append(out, `"\\x`...)
	for _, c := range b {
		out = append(out, digits[c>>4], digits[c&15])
	}
	return append(out, '"'), nil
}

var _ json.Marshaler = hexBytes(nil)

func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// date is a day for JSON and for COPY; nil where there is none.
func date(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.Format(time.DateOnly)
}
