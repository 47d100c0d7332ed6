package procurement

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"filippo.io/age"
	"github.com/google/uuid"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/audit"
	"zjcs/internal/platform/authz"
	"zjcs/internal/platform/clock"
	"zjcs/internal/platform/db"
	"zjcs/internal/platform/files"
)

// Offer is what a bidder fills in.
type Offer struct {
	QuoteFen   *int64   `json:"quoteFen,omitempty" minimum:"0" doc:"报价（分）；按公告的报价方式填"`
	DiscountBP *int     `json:"discountBp,omitempty" doc:"下浮率，单位万分之一：500 即 5%"`
	Days       int      `json:"days" doc:"承诺的工作日数，不超过公告的上限"`
	Proposal   Proposal `json:"proposal,omitempty" doc:"响应方案"`
}

const (
	maxText      = 20_000 // characters of a proposal
	maxPeople    = 50
	maxBidFiles  = 20
	millisecond  = "2006-01-02 15:04:05.000"
	bidSummary   = "提交、变更或撤回密封投标" // never which: a withdrawal must not be told from a bid
	auditSealed  = "sealed-bid"
	discountUnit = 10_000
)

// Validate judges an offer by the notice alone.
func (o Offer) Validate(t Terms) error {
	var bad []apperr.Field
	add := func(name, format string, args ...any) {
		bad = append(bad, apperr.Field{Name: name, Message: fmt.Sprintf(format, args...)})
	}
	switch {
	case t.Pricing == Quoted && o.QuoteFen == nil:
		add("quoteFen", "请填写报价（分）")
	case t.Pricing != Quoted && o.QuoteFen != nil:
		add("quoteFen", "本项目不报总价，请留空")
	case o.QuoteFen != nil && (*o.QuoteFen <= 0 || *o.QuoteFen < t.FloorFen || t.CeilingFen > 0 && *o.QuoteFen > t.CeilingFen):
		add("quoteFen", "报价应%s", span(t.FloorFen, t.CeilingFen))
	}
	switch {
	case t.Pricing == Discount && o.DiscountBP == nil:
		add("discountBp", "请填写下浮率（万分之一）")
	case t.Pricing != Discount && o.DiscountBP != nil:
		add("discountBp", "本项目不报下浮率，请留空")
	case o.DiscountBP != nil && (*o.DiscountBP < 0 || *o.DiscountBP >= discountUnit):
		add("discountBp", "下浮率应在 0 与 9999（99.99%%）之间")
	case o.DiscountBP != nil && t.FloorFen > 0 && t.CeilingFen*int64(discountUnit-*o.DiscountBP) < t.FloorFen*discountUnit:
		add("discountBp", "下浮后的价格应%s", span(t.FloorFen, t.CeilingFen))
	}
	if o.Days < 1 || o.Days > t.DaysCeiling {
		add("days", "承诺的工作日应在 1 与公告的上限 %d 之间", t.DaysCeiling)
	}
	p := o.Proposal
	if n := utf8.RuneCountInString(p.Text); n > maxText || !utf8.ValidString(p.Text) || strings.ContainsRune(p.Text, 0) {
		add("proposal.text", "响应方案应是不超过 %d 字的文字", maxText)
	}
	if (t.Method == ProposalChoice || t.Method == Panel) && strings.TrimSpace(p.Text) == "" && len(p.Files) == 0 {
		add("proposal.text", "本项目比较方案，请写明响应方案或上传附件")
	}
	if len(p.Practitioners) > maxPeople || repeats(p.Practitioners) {
		add("proposal.practitioners", "执业人员应不超过 %d 人，且不重复", maxPeople)
	} else if t.Practitioners != "" && len(p.Practitioners) == 0 {
		add("proposal.practitioners", "公告对执业人员有要求（%s），请至少选择一人", t.Practitioners)
	}
	if len(p.Files) > maxBidFiles || repeats(p.Files) {
		add("proposal.files", "附件应不超过 %d 个，且不重复", maxBidFiles)
	}
	return apperr.InvalidFields(bad)
}

func span(floor, ceiling int64) string {
	switch {
	case floor > 0 && ceiling > 0:
		return "在 " + yuan(floor) + " 与 " + yuan(ceiling) + " 之间"
	case floor > 0:
		return "不低于 " + yuan(floor)
	case ceiling > 0:
		return "大于 0，不超过 " + yuan(ceiling)
	}
	return "大于 0"
}

func repeats(ids []uuid.UUID) bool {
	seen := map[uuid.UUID]bool{}
	for _, id := range ids {
		if seen[id] {
			return true
		}
		seen[id] = true
	}
	return false
}

// Submit hands in the bid of the actor's agency, or changes it. Errors: Invalid with every
// fault of the offer, every condition not met and every block; Conflict past the deadline,
// with it and the database's time, and where the notice was amended meanwhile.
func (s *Service) Submit(ctx context.Context, id, agency uuid.UUID, o Offer) (SignedReceipt, error) {
	b, p, err := s.open(ctx, id, agency)
	if err != nil {
		return SignedReceipt{}, err
	}
	if err := o.Validate(p.Terms); err != nil {
		return SignedReceipt{}, err
	}
	e, err := s.eligibility(ctx, s.Pool, p, b)
	if err != nil {
		return SignedReceipt{}, err
	}
	if err := e.refusal(); err != nil {
		return SignedReceipt{}, err
	}
	if err := checkOwn(ctx, s.Pool, b, o.Proposal); err != nil {
		return SignedReceipt{}, err
	}
	return s.put(ctx, p, b, SealedBid{QuoteFen: o.QuoteFen, DiscountBP: o.DiscountBP, Days: o.Days, Proposal: o.Proposal})
}

// WithdrawBid takes the bid of the actor's agency back: a sealed word takes its place, so
// that nobody sees that there is one less. Without a bid it does the same.
func (s *Service) WithdrawBid(ctx context.Context, id, agency uuid.UUID) (SignedReceipt, error) {
	b, p, err := s.open(ctx, id, agency)
	if err != nil {
		return SignedReceipt{}, err
	}
	return s.put(ctx, p, b, SealedBid{Withdrawn: true})
}

// BidReceipt is what the actor's agency handed in last, as far as anyone may know of it:
// its digest, its revision and its time. What is in it nobody reads, the bidder included.
func (s *Service) BidReceipt(ctx context.Context, id, agency uuid.UUID) (SignedReceipt, error) {
	b, err := s.bidder(ctx, s.Pool, agency)
	if err != nil {
		return SignedReceipt{}, err
	}
	e, found, err := loadEnvelope(ctx, s.Pool, s.Vault.Digests(fieldAddress, subjectOf(id, b.id)))
	if err != nil {
		return SignedReceipt{}, err
	}
	if !found {
		return SignedReceipt{}, apperr.New(apperr.NotFound, "本机构在这个项目没有提交过投标")
	}
	return s.sign(Receipt{Procurement: id, Agency: b.id, SHA256: hex.EncodeToString(e.receipt), Revision: e.revision, ReceivedAt: e.receivedAt.UTC()})
}

// open is the actor's agency and the procurement, while it takes bids. The deadline is
// judged again where it counts.
func (s *Service) open(ctx context.Context, id, agency uuid.UUID) (bidder, Procurement, error) {
	b, err := s.bidder(ctx, s.Pool, agency)
	if err != nil {
		return b, Procurement{}, err
	}
	p, err := load(ctx, s.Pool, id, false)
	if err != nil {
		return b, p, err
	}
	now, err := dbNow(ctx, s.Pool)
	if err != nil {
		return b, p, err
	}
	return b, p, takes(p, now)
}

// takes refuses when p takes no bids at a time of the database's clock.
func takes(p Procurement, now time.Time) error {
	switch now = now.Truncate(time.Millisecond); {
	case p.State == Open && now.Before(p.Deadline):
		return nil
	case p.State == Open || p.FrozenAt != nil:
		return apperr.New(apperr.Conflict, "报名已于 %s 截止，现在的数据库时间是 %s，没有收下",
			p.Deadline.In(clock.Shanghai).Format(millisecond), now.In(clock.Shanghai).Format(millisecond))
	}
	return apperr.New(apperr.Conflict, "这个项目现在不接受报名（%s），没有收下", Workflow.States[p.State])
}

// put seals and stores. The envelope is made before the transaction; in it the lock comes
// first, then the clock is read, then is written: whoever freezes waits for what was
// judged to be in time, and nothing is judged while the freezing goes on.
func (s *Service) put(ctx context.Context, p Procurement, b bidder, bid SealedBid) (SignedReceipt, error) {
	bid.Procurement, bid.Agency, bid.Person, bid.TermsVersion = p.ID, b.id, authz.From(ctx).Person, p.TermsVersion
	body, err := sealBid(bid, p.Recipient)
	if err != nil {
		return SignedReceipt{}, err
	}
	sum := sha256.Sum256(body)
	subject := subjectOf(p.ID, b.id)
	row := envelope{
		body: body, receipt: sum[:], files: bid.Proposal.Files,
		address: s.Vault.Digest(fieldAddress, subject), subject: s.Vault.Seal(fieldSubject, subject), seal: s.Vault.Seal(fieldSeal, hex.EncodeToString(sum[:])),
	}
	err = db.InTx(ctx, s.Pool, func(tx db.Tx) error {
		if err := lockBids(ctx, tx, p.ID, false); err != nil {
			return err
		}
		now, err := stillOpen(ctx, tx, p)
		if err != nil {
			return err
		}
		row.receivedAt = now
		if err := writeEnvelope(ctx, tx, s.Vault.Digests(fieldAddress, subject), &row); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{Action: string(permitBid), Kind: auditSealed, ID: uuid.NewString(), Organisation: b.org, Summary: bidSummary})
	})
	if err != nil {
		return SignedReceipt{}, err
	}
	return s.sign(Receipt{Procurement: p.ID, Agency: b.id, SHA256: hex.EncodeToString(row.receipt), Revision: row.revision, ReceivedAt: row.receivedAt.UTC()})
}

// stillOpen judges, under the lock, that p takes bids and is the notice that was answered.
// It is the clock of the receipt.
func stillOpen(ctx context.Context, tx db.Tx, answered Procurement) (time.Time, error) {
	p, err := load(ctx, tx, answered.ID, false)
	if err != nil {
		return time.Time{}, err
	}
	now, err := dbNow(ctx, tx)
	if err != nil {
		return now, err
	}
	if err := takes(p, now); err != nil {
		return now, err
	}
	if p.TermsVersion != answered.TermsVersion {
		return now, apperr.New(apperr.Conflict, "公告刚刚有了更正，请看过更正后再提交")
	}
	return now.Truncate(time.Millisecond), nil
}

// UploadSealed takes an attachment of a bid to come: checked, then encrypted to the
// procurement's recipient; nobody reads it before the opening.
func (s *Service) UploadSealed(ctx context.Context, id, agency uuid.UUID, name string, body io.Reader) (files.File, error) {
	b, p, err := s.open(ctx, id, agency)
	if err != nil {
		return files.File{}, err
	}
	to, err := age.ParseX25519Recipient(p.Recipient)
	if err != nil {
		return files.File{}, fmt.Errorf("recipient: %w", err)
	}
	f, err := s.Files.PutSealed(ctx, files.Upload{Name: name, UploadedBy: authz.From(ctx).Person, OrgID: uuid.NullUUID{UUID: b.org, Valid: true}, Body: body}, p.ID, to)
	if err != nil {
		return f, err
	}
	return f, audit.Record(ctx, s.Pool, audit.Entry{Action: string(permitBid), Kind: auditSealed, ID: uuid.NewString(), Organisation: b.org, Summary: bidSummary})
}
