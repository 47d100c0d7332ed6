package app

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"strings"
	"time"

	"github.com/google/uuid"

	"zjcs/internal/draw"
	"zjcs/internal/ledger"
	"zjcs/internal/platform/db"
	"zjcs/internal/platform/page"
	"zjcs/internal/portal"
	"zjcs/internal/procurement"
	"zjcs/internal/review"
)

// ledgerTurn is how often lines get their positions: a receipt is there within a second.
const ledgerTurn = 250 * time.Millisecond

// newLedger builds the public log. Its origin is the site's address without the scheme.
func (c *Core) newLedger() *ledger.Log {
	name := "zjcs/ledger"
	if u, err := url.Parse(c.Config.PublicURL); err == nil && u.Host != "" {
		name = u.Host + "/ledger"
	}
	return ledger.New(c.Pool, c.Vault, name, c.Now)
}

// personsOfTerms are the members of a notice's terms that name a person.
var personsOfTerms = []string{"contact"}

// logProcurement writes a procurement's step into the public log, in its transaction.
func (c *Core) logProcurement(ctx context.Context, tx db.Tx, e procurement.Entry) (uuid.UUID, error) {
	return c.Ledger.AppendTx(ctx, tx, ledger.Entry{Kind: e.Kind, Subject: e.Subject, Region: e.Region, Body: e.Body, Persons: personsOfTerms})
}

// published is a line about something that passed review: what it is, and a digest of what
// was published, in the words that the public was shown.
type published struct {
	Number  string        `json:"number"`
	Label   string        `json:"label"`
	Title   string        `json:"title,omitempty"`
	Facts   string        `json:"factsSha256,omitempty"` // of what officials decide, as JSON
	Content ledger.Salted `json:"content,omitempty"`     // where persons are named in it
}

// logPublished writes what a submission published into the public log. A procurement tells
// its own steps; what a purchaser is verified by is not public, and an expert's name does
// not belong where nothing can be taken back (个人信息保护法 第47条).
func (c *Core) logPublished(ctx context.Context, tx db.Tx, a review.Announcement) error {
	s := a.Submission
	if a.Action != review.Publish || s.SubjectID == nil || strings.HasPrefix(s.Kind, "procurement-") || strings.HasPrefix(s.Kind, "purchaser-") {
		return nil
	}
	p := published{Number: s.Number, Label: s.KindLabel, Title: s.Title}
	if strings.HasPrefix(s.Kind, "expert-") {
		p.Title = ""
	}
	if a.Kind.Facts != nil { // never the content itself: it has sealed values in it
		doc, err := json.Marshal(a.Kind.Facts(s.Content))
		if err != nil {
			return err
		}
		if a.Kind.ForOrganisation {
			p.Content = ledger.Salted(doc)
		} else {
			sum := sha256.Sum256(doc)
			p.Facts = hex.EncodeToString(sum[:])
		}
	}
	_, err := c.Ledger.AppendTx(ctx, tx, ledger.Entry{Kind: s.Kind, Subject: *s.SubjectID, Region: s.RegionCode, Body: p})
	return err
}

// recoverLedger finds lines that were left out of the log.
func (a *App) recoverLedger(ctx context.Context) error {
	n, err := a.Ledger.Recover(ctx)
	if n > 0 {
		a.Logger.ErrorContext(ctx, "lines were left out of the public log and wait again", "lines", n)
	}
	return err
}

// runLedger gives lines their positions until the function returned is called.
func (a *App) runLedger(ctx context.Context) (end func()) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	done := make(chan struct{})
	go func() {
		defer close(done)
		a.Ledger.Run(ctx, ledgerTurn, func(err error) { a.Logger.ErrorContext(ctx, "public log", "error", err) })
	}()
	return func() {
		cancel()
		<-done
	}
}

// receipt is where a line stands in the log, with its proof as far as it has one: it
// follows within a second.
func (c *Core) receipt(ctx context.Context, entry uuid.UUID) (draw.Receipt, error) {
	p, err := c.Ledger.Prove(ctx, entry.String(), 0)
	if err != nil {
		return draw.Receipt{}, err
	}
	return draw.Receipt{Entry: p.ID.String(), Index: *p.Index, Leaf: p.Leaf, LeafHash: p.LeafHash, Proof: p.Proof, Checkpoint: p.Checkpoint}, nil
}

// logIndexes says where lines stand in the log, as far as they have a position.
func (c *Core) logIndexes(ctx context.Context, entries []uuid.UUID) (map[uuid.UUID]int64, error) {
	found, err := c.Ledger.Lookup(ctx, entries)
	if err != nil {
		return nil, err
	}
	out := make(map[uuid.UUID]int64, len(found))
	for id, e := range found {
		if e.Index != nil {
			out[id] = *e.Index
		}
	}
	return out, nil
}

// publicLog is the log as the portal shows it.
type publicLog struct{ *ledger.Log }

// Head as portal.PublicLog.
func (l publicLog) Head(ctx context.Context) (portal.LogHead, error) {
	h, err := l.Log.Head(ctx)
	return portal.LogHead{Size: h.Size, At: h.SignedAt, Checkpoint: h.Checkpoint, Key: h.Key}, err
}

// Latest as portal.PublicLog.
func (l publicLog) Latest(ctx context.Context, n int) ([]portal.LogLine, error) {
	list, err := l.List(ctx, ledger.Filter{Request: page.Request{Limit: n}})
	if err != nil {
		return nil, err
	}
	var out []portal.LogLine
	for _, e := range list.Items {
		if e.Index == nil {
			continue
		}
		line := portal.LogLine{Index: *e.Index, ID: e.ID, Kind: e.Kind, Subject: e.Subject}
		if raw, err := base64.StdEncoding.DecodeString(e.Leaf); err == nil {
			var said ledger.Line
			if json.Unmarshal(raw, &said) == nil {
				line.At = said.At
			}
		}
		out = append(out, line)
	}
	return out, nil
}
