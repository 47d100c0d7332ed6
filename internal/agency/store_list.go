package agency

import (
	"fmt"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"zjcs/internal/platform/db"
	"zjcs/internal/platform/page"
)

// pageKey asks for one page of a list.
type pageKey struct {
	Filter
	subtree string    // the region's codes, joined by commas
	before  uuid.UUID // the last id of the page before
	day     string    // on which it is asked: certificates and terms end by the day
}

// Conditions of the three filters; of two that stand in one list, one is the list's
// drive and the other is asked of each row. Who may not work on the day is not listed,
// nor under an item whoever no certificate carries it for.
const (
	ofItem          = "ai.item_id = (SELECT id FROM service_item WHERE code = ?)"
	ofQualification = "q.name = ?"
	holdsIt         = "EXISTS (SELECT FROM agency_qualification q WHERE q.name = ? AND q.agency_id = a.id)"
	notGone         = "NOT EXISTS (SELECT FROM agency x WHERE x.id = %s AND x.state <> 'admitted' AND NOT (x.state = 'restricted' OR x.state = 'suspended' AND x.state_until < ?::date))"
	carried         = "(ai.carried IS NULL OR ai.carried @> ?::date)"
	working         = "a.state IN ('admitted','restricted','suspended') AND (a.state <> 'suspended' OR a.state_until < ?::date)"
)

// listing reads a page and its count by an index that stands in the order of the list
// and tells who is admitted: they cost the same in a market of a thousand agencies and
// of a hundred thousand. Two filters together are asked row by row.
func (k pageKey) listing() db.Listing {
	switch {
	case k.Item != "" && k.Region == "" && k.Qualification == "":
		return k.offering()
	case k.Item != "":
		w := k.where()
		w.Add(ofItem, k.Item)
		w.Add(carried, k.day)
		return k.driven("agency_item ai JOIN agency a ON a.id = ai.agency_id", "a.id", w)
	case k.Region != "" && k.Region != Outside:
		return k.inPlaces()
	case k.Qualification != "" && k.Region == "":
		return k.holding()
	default:
		return k.driven("agency a", "a.id", k.where())
	}
}

// where are the conditions on agency a, without the item.
func (k pageKey) where() *db.Where {
	w := &db.Where{}
	w.Add(working, k.day)
	switch {
	case k.Region == Outside:
		w.Add("a.region_code IS NULL")
	case k.Region != "":
		w.Add("a.region_code = ANY (?)", k.places())
	}
	if k.Qualification != "" {
		w.Add(holdsIt, k.Qualification)
	}
	return w
}

func (k pageKey) places() []string { return strings.Split(k.subtree, ",") }

// driven is a list that is read from one stream of agencies a, ordered by key.
func (k pageKey) driven(from, key string, w *db.Where) db.Listing {
	count := db.CountUpTo(page.TotalCap, from, w)
	w.Add(key+" < ?", k.before)
	return db.Listing{Count: count, Rows: k.summaries(w, fmt.Sprintf(
		`SELECT a.* FROM %s WHERE %s ORDER BY %s DESC LIMIT %s`, from, w.SQL(), key, w.Arg(k.Size()+1)))}
}

// offering lists those who offer an item: its key is in the order of the list.
func (k pageKey) offering() db.Listing {
	w := &db.Where{}
	w.Add(ofItem, k.Item)
	w.Add(carried, k.day)
	w.Add(fmt.Sprintf(notGone, "ai.agency_id"), k.day)
	count := db.CountUpTo(page.TotalCap, "agency_item ai", w)
	w.Add("ai.agency_id < ?", k.before)
	return db.Listing{Count: count, Rows: k.summaries(w, fmt.Sprintf(`
		SELECT a.* FROM (SELECT ai.agency_id FROM agency_item ai WHERE %s ORDER BY ai.agency_id DESC LIMIT %s) ai
		JOIN agency a ON a.id = ai.agency_id`, w.SQL(), w.Arg(k.Size()+1)))}
}

// holding lists those who hold a qualification; who has two certificates of it is one.
func (k pageKey) holding() db.Listing {
	w := &db.Where{}
	w.Add(ofQualification, k.Qualification)
	w.Add(fmt.Sprintf(notGone, "q.agency_id"), k.day)
	count := db.CountUpTo(page.TotalCap, fmt.Sprintf("(SELECT DISTINCT q.agency_id FROM agency_qualification q WHERE %s) q", w.SQL()), &db.Where{Args: w.Args})
	w.Add("q.agency_id < ?", k.before)
	return db.Listing{Count: count, Rows: k.summaries(w, fmt.Sprintf(`
		SELECT a.* FROM (SELECT DISTINCT q.agency_id FROM agency_qualification q WHERE %s ORDER BY q.agency_id DESC LIMIT %s) q
		JOIN agency a ON a.id = q.agency_id`, w.SQL(), w.Arg(k.Size()+1)))}
}

// inPlaces takes a page of each place of the subtree and keeps the latest of all: an
// index by place has no order across places, and reading all agencies from the latest
// on until twenty of a small county have come takes thousands.
func (k pageKey) inPlaces() db.Listing {
	count := db.CountUpTo(page.TotalCap, "agency a", k.where())
	each := k
	each.Region = ""
	w := each.where()
	w.Add("a.region_code = place.code")
	w.Add("a.id < ?", k.before)
	size := w.Arg(k.Size() + 1)
	return db.Listing{Count: count, Rows: k.summaries(w, fmt.Sprintf(`
		SELECT a.* FROM unnest(%[1]s::text[]) AS place(code)
		CROSS JOIN LATERAL (SELECT a.* FROM agency a WHERE %[2]s ORDER BY a.id DESC LIMIT %[3]s) a
		ORDER BY a.id DESC LIMIT %[3]s`, w.Arg(k.places()), w.SQL(), size))}
}

// summaries are the rows of a page, given the statement that finds its agencies.
func (k pageKey) summaries(w *db.Where, found string) db.Statement {
	day := w.Arg(k.day)
	return db.Statement{SQL: fmt.Sprintf(`
		SELECT a.id, a.uscc, a.name, a.kind, coalesce(a.region_code, ''), coalesce(r.name, a.domicile), a.admitted_on::text, a.demo,
		       (SELECT count(*) FROM agency_item x WHERE x.agency_id = a.id AND (x.carried IS NULL OR x.carried @> %s::date)),
		       ARRAY(SELECT x.name FROM agency_qualification x WHERE x.agency_id = a.id ORDER BY x.name)
		FROM (%s) a
		LEFT JOIN region r ON r.code = a.region_code
		ORDER BY a.id DESC`, day, found), Args: w.Args}
}

func scanSummary(row pgx.CollectableRow) (Summary, error) {
	var a Summary
	var id uuid.UUID
	err := row.Scan(&id, &a.USCC, &a.Name, &a.Kind, &a.RegionCode, &a.RegionName, &a.AdmittedOn, &a.Demo, &a.ItemCount, &a.Qualifications)
	a.ID = id.String()
	return a, err
}
