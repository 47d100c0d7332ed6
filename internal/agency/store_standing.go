package agency

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/clock"
	"zjcs/internal/platform/db"
	"zjcs/internal/platform/page"
	"zjcs/internal/review"
)

// standing is where an agency stands in its life, and where it is served.
type standing struct {
	id         uuid.UUID
	uscc, name string
	state      review.State
	until      string // of its term; "" for none
	reason     string
	org        uuid.UUID // uuid.Nil: imported and not claimed
	orgClosed  bool
	region     string // that serves it: its organisation's, else its own, else the city
	sectors    []string
	demo       bool
}

func (k *standing) on(s review.Submission) review.State { return stateOn(k.state, k.until, s.Now()) }

const standingColumns = `
	SELECT a.id, a.uscc, a.name, a.state, coalesce(a.state_until::text, ''), a.state_reason, a.organisation_id,
	       coalesce(o.state = 'closed', false),
	       coalesce(o.region_code, a.region_code, (SELECT code FROM region WHERE parent IS NULL ORDER BY code LIMIT 1), ''),
	       ARRAY(SELECT DISTINCT i.sector FROM agency_item x JOIN service_item i ON i.id = x.item_id WHERE x.agency_id = a.id ORDER BY 1), a.demo
	FROM agency a LEFT JOIN organisation o ON o.id = a.organisation_id WHERE `

// readStanding is nil where there is no such agency.
func readStanding(ctx context.Context, q db.Querier, cond string, key any) (*standing, error) {
	var k standing
	var org *uuid.UUID
	err := q.QueryRow(ctx, standingColumns+cond, key).Scan(&k.id, &k.uscc, &k.name, &k.state, &k.until, &k.reason, &org, &k.orgClosed, &k.region, &k.sectors, &k.demo)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil //nolint:nilnil // no agency of that code yet is no fault
	}
	if err != nil {
		return nil, fmt.Errorf("agency standing: %w", err)
	}
	if org != nil {
		k.org = *org
	}
	return &k, nil
}

func standingOf(ctx context.Context, q db.Querier, uscc string) (*standing, error) {
	return readStanding(ctx, q, "a.uscc = $1", uscc)
}

func standingOfOrg(ctx context.Context, q db.Querier, org uuid.UUID) (*standing, error) {
	return readStanding(ctx, q, "a.organisation_id = $1", org)
}

// lockStanding holds the agency of that code until the transaction ends.
func lockStanding(ctx context.Context, tx db.Tx, uscc string) (*standing, error) {
	return readStanding(ctx, tx, "a.uscc = $1 FOR UPDATE OF a", uscc)
}

func known(k *standing, err error) (*standing, error) {
	if err == nil && k == nil {
		err = apperr.InvalidField("subjectId", "应写明是哪家机构（机构的标识）")
	}
	return k, err
}

func standingByID(ctx context.Context, q db.Querier, id uuid.UUID) (*standing, error) {
	return known(readStanding(ctx, q, "a.id = $1", id))
}

func lockSubject(ctx context.Context, tx db.Tx, id uuid.UUID) (*standing, error) {
	return known(readStanding(ctx, tx, "a.id = $1 FOR UPDATE OF a", id))
}

// move writes the state that a published submission or the agency's credit leads to; until
// is the last day of a term, "" for none.
func (k *standing) move(ctx context.Context, tx db.Tx, now time.Time, to review.State, until, reason string) error {
	tag, err := tx.Exec(ctx, `
		UPDATE agency SET state = $3, state_since = $4, state_until = nullif($5, '')::date, state_reason = $6, updated_at = now()
		WHERE id = $1 AND state = $2`, k.id, k.state, to, clock.Day(now), until, reason)
	if err != nil {
		return fmt.Errorf("move agency: %w", err)
	}
	if tag.RowsAffected() == 0 {
		return apperr.New(apperr.Conflict, "机构的状态刚有变动，请刷新后查看")
	}
	return nil
}

func insertBar(ctx context.Context, tx db.Tx, uscc, until, reason string, submission uuid.UUID) error {
	_, err := tx.Exec(ctx, `INSERT INTO agency_bar (id, uscc, until, reason, submission_id) VALUES ($1, $2, $3::date, $4, $5)`,
		uuid.Must(uuid.NewV7()), uscc, until, reason, submission)
	if err != nil {
		return fmt.Errorf("bar agency: %w", err)
	}
	return nil
}

// lockForCredit holds the agency until the transaction ends. It lets those by who only refer
// to it: whoever wrote a record of it does, and waits for its standing behind this one.
func lockForCredit(ctx context.Context, tx db.Tx, id uuid.UUID) (*standing, error) {
	return known(readStanding(ctx, tx, "a.id = $1 FOR NO KEY UPDATE OF a", id))
}

// barForCredit bars a code by an effect of its holder's credit; once per effect.
func barForCredit(ctx context.Context, tx db.Tx, uscc, until, reason string, effect uuid.UUID) error {
	_, err := tx.Exec(ctx, `INSERT INTO agency_bar (id, uscc, until, reason, effect_id) VALUES ($1, $2, $3::date, $4, $5) ON CONFLICT (effect_id) DO NOTHING`,
		uuid.Must(uuid.NewV7()), uscc, until, reason, effect)
	if err != nil {
		return fmt.Errorf("bar agency: %w", err)
	}
	return nil
}

// endCreditBar ends a bar with the day before: until then it held.
func endCreditBar(ctx context.Context, tx db.Tx, effect uuid.UUID, now time.Time) error {
	_, err := tx.Exec(ctx, `UPDATE agency_bar SET until = least(until, $2::date) WHERE effect_id = $1`, effect, clock.DayAfter(now, -1))
	if err != nil {
		return fmt.Errorf("end bar of agency: %w", err)
	}
	return nil
}

// barOf is the longest bar on a code that holds on the day.
func barOf(ctx context.Context, q db.Querier, uscc, today string) (b bar, err error) {
	err = q.QueryRow(ctx, `SELECT until::text, reason FROM agency_bar WHERE uscc = $1 AND until >= $2::date ORDER BY until DESC LIMIT 1`, uscc, today).Scan(&b.until, &b.reason)
	if errors.Is(err, pgx.ErrNoRows) {
		return bar{}, nil
	}
	if err != nil {
		err = fmt.Errorf("bar of agency: %w", err)
	}
	return b, err
}

// insertListing names who proposed and who confirmed; the table refuses one person for both.
func insertListing(ctx context.Context, tx db.Tx, k *standing, list List, in decision, s review.Submission) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO agency_listing (id, agency_id, list, reason, basis, listed_from, listed_until, proposer, confirmer, submission_id, demo)
		VALUES ($1, $2, $3, $4, $5, $6::date, $7::date, $8, $9, $10, $11)`,
		uuid.Must(uuid.NewV7()), k.id, list, in.Reason, in.Basis, in.From, in.Until, s.Author, s.DecidedBy, s.ID, k.demo)
	if err != nil {
		return fmt.Errorf("list agency: %w", err)
	}
	return nil
}

// SampleListing is an invented entry of a list, for the demonstration market.
type SampleListing struct {
	USCC                       string
	List                       List
	Reason, Basis, From, Until string
}

// StoreSampleListings lists invented agencies, marked 示例数据; any other is left out.
func StoreSampleListings(ctx context.Context, tx db.Tx, list []SampleListing) (stored int64, err error) {
	for _, l := range list {
		tag, err := tx.Exec(ctx, `
			INSERT INTO agency_listing (id, agency_id, list, reason, basis, listed_from, listed_until, demo)
			SELECT $1, id, $3, $4, $5, $6::date, $7::date, true FROM agency WHERE uscc = $2 AND demo`,
			uuid.Must(uuid.NewV7()), l.USCC, l.List, l.Reason, l.Basis, l.From, l.Until)
		if err != nil {
			return stored, fmt.Errorf("list sample: %w", err)
		}
		stored += tag.RowsAffected()
	}
	return stored, nil
}

func listListings(ctx context.Context, q db.Querier, f ListingFilter, before uuid.UUID, today string) ([]Listing, int, error) {
	w := &db.Where{}
	if f.List != "" {
		w.Add("l.list = ?", f.List)
	}
	if !f.Past {
		w.Add("l.listed_until >= ?::date", today)
	}
	var total int
	c := db.CountUpTo(page.TotalCap, "agency_listing l", w)
	if err := q.QueryRow(ctx, c.SQL, c.Args...).Scan(&total); err != nil {
		return nil, 0, fmt.Errorf("count listings: %w", err)
	}
	w.Add("l.id < ?", before)
	rows, err := q.Query(ctx, fmt.Sprintf(`SELECT %s FROM agency_listing l JOIN agency a ON a.id = l.agency_id WHERE %s ORDER BY l.id DESC LIMIT %s`,
		listingColumns(w.Arg(today)), w.SQL(), w.Arg(f.Size()+1)), w.Args...)
	if err != nil {
		return nil, 0, fmt.Errorf("list listings: %w", err)
	}
	out, err := pgx.CollectRows(rows, scanListing)
	if err != nil {
		return nil, 0, fmt.Errorf("list listings: %w", err)
	}
	return out, total, nil
}

func listingColumns(today string) string {
	return `l.id::text, l.list, l.agency_id::text, a.name, a.uscc, l.reason, l.basis, l.listed_from::text, l.listed_until::text,
		` + today + `::date BETWEEN l.listed_from AND l.listed_until, l.demo`
}

func scanListing(row pgx.CollectableRow) (Listing, error) {
	var l Listing
	err := row.Scan(l.targets()...)
	return l, err
}

func (l *Listing) targets() []any {
	return []any{&l.ID, &l.List, &l.AgencyID, &l.AgencyName, &l.USCC, &l.Reason, &l.Basis, &l.From, &l.Until, &l.InForce, &l.Demo}
}

// OrganisationsOf are the organisations whose people act for agencies; one that nobody has
// claimed has none.
func OrganisationsOf(ctx context.Context, q db.Querier, agencies []uuid.UUID) ([]uuid.UUID, error) {
	rows, err := q.Query(ctx, `
		SELECT a.organisation_id FROM (SELECT DISTINCT unnest($1::uuid[]) AS id) i JOIN agency a ON a.id = i.id
		WHERE a.organisation_id IS NOT NULL ORDER BY 1`, agencies)
	if err != nil {
		return nil, fmt.Errorf("organisations of agencies: %w", err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if err != nil {
		return nil, fmt.Errorf("organisations of agencies: %w", err)
	}
	return out, nil
}
