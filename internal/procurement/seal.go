package procurement

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"filippo.io/age"
	"github.com/google/uuid"

	"zjcs/internal/platform/db"
	"zjcs/internal/platform/files"
	"zjcs/internal/platform/secret"
)

// Names under which what belongs to sealed bids is sealed and digested.
const (
	FieldIdentity = "procurement.identity" // private key of a procurement's recipient
	fieldAddress  = "procurement.bid"      // digest of subject: where a bid lies
	fieldSubject  = "procurement.bid.subject"
	fieldContact  = "procurement_objection.contact"
	fieldSeal     = "procurement.bid.seal" // SHA-256 of the body, in hexadecimal
)

// SealedColumns are what a change of key must reach.
func SealedColumns() []secret.Column {
	return []secret.Column{
		{Table: "procurement", Key: "id", Sealed: "identity", Field: FieldIdentity},
		{Table: "sealed_bid", Key: "id", Sealed: "subject", Field: fieldSubject, DigestColumn: "address", DigestField: fieldAddress},
		{Table: "sealed_bid", Key: "id", Sealed: "seal", Field: fieldSeal},
		{Table: "draw_commitment", Key: "id", Sealed: "sealed_value", Field: fieldPlatform},
		{Table: "procurement_objection", Key: "id", Sealed: "contact", Field: fieldContact},
	}
}

// subjectOf is what the address of a bid is the digest of.
func subjectOf(procurement, agency uuid.UUID) string {
	return procurement.String() + "/" + agency.String()
}

// maxBid bounds what an envelope holds, far above any proposal's text.
const maxBid = 256 << 10

// sealBid encrypts b to the recipient, padded so that a length tells only its order of
// magnitude: a withdrawal is as long as most bids.
func sealBid(b SealedBid, recipient string) ([]byte, error) {
	to, err := age.ParseX25519Recipient(recipient)
	if err != nil {
		return nil, fmt.Errorf("recipient: %w", err)
	}
	plain, err := json.Marshal(b)
	if err != nil {
		return nil, fmt.Errorf("seal bid: %w", err)
	}
	plain = append(plain, bytes.Repeat([]byte(" "), int(files.PaddedSize(int64(len(plain))))-len(plain))...)
	if len(plain) > maxBid {
		return nil, fmt.Errorf("seal bid: %d bytes", len(plain))
	}
	var out bytes.Buffer
	w, err := age.Encrypt(&out, to)
	if err != nil {
		return nil, fmt.Errorf("seal bid: %w", err)
	}
	if _, err := w.Write(plain); err != nil {
		return nil, fmt.Errorf("seal bid: %w", err)
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("seal bid: %w", err)
	}
	return out.Bytes(), nil
}

// openBid decrypts an envelope.
func openBid(body []byte, by age.Identity) (SealedBid, error) {
	var b SealedBid
	r, err := age.Decrypt(bytes.NewReader(body), by)
	if err != nil {
		return b, fmt.Errorf("open bid: %w", err)
	}
	plain, err := io.ReadAll(io.LimitReader(r, maxBid+1))
	if err != nil {
		return b, fmt.Errorf("open bid: %w", err)
	}
	if len(plain) > maxBid {
		return b, errors.New("open bid: too long")
	}
	if err := json.Unmarshal(plain, &b); err != nil {
		return b, fmt.Errorf("open bid: %w", err)
	}
	return b, nil
}

// Why a bid is disqualified at its opening, whatever it says.
const (
	reasonDamaged = "投标信封已损坏，无法打开"
	reasonForged  = "投标信封与收到时的不一致，已被改动"
	reasonMoved   = "投标信封内写明的采购项目或机构与存放位置不符"
)

// unsealAll opens the bids of p, in no order that matters, and judges nothing but the
// envelopes: a withdrawn bid is left out; one that is damaged, altered or of elsewhere is
// disqualified by itself and never stops the others. The caller holds the lock that
// keeps bids out (lockBids) and the deadline has passed.
func (s *Service) unsealAll(ctx context.Context, tx db.Tx, p Procurement) ([]Bid, error) {
	identity, err := s.identityOf(ctx, tx, p.ID)
	if err != nil {
		return nil, err
	}
	// The latest of the addresses under several keys is the bid: until a change of key has
	// ended, two instances may each have written under its own.
	envelopes, err := s.envelopesOf(ctx, tx, p.ID)
	if err != nil {
		return nil, err
	}
	out := make([]Bid, 0, len(envelopes))
	for _, e := range envelopes {
		b := Bid{ID: uuid.Must(uuid.NewV7()), Procurement: p.ID, Agency: e.agency, USCC: e.uscc, AgencyName: e.name, ReceivedAt: e.receivedAt, Receipt: e.receipt, State: BidOpened}
		in, reason := s.unseal(e, p.ID, identity)
		switch {
		case reason != "":
			b.State, b.Reason = BidDisqualified, reason
		case in.Withdrawn:
			continue
		default:
			b.QuoteFen, b.DiscountBP, b.Days, b.Proposal, b.TermsVersion, b.Signer = in.QuoteFen, in.DiscountBP, in.Days, in.Proposal, in.TermsVersion, in.Person
		}
		out = append(out, b)
	}
	return out, nil
}

// unseal opens one envelope, or says why it cannot count.
func (s *Service) unseal(e envelope, procurement uuid.UUID, by age.Identity) (in SealedBid, reason string) {
	sum := sha256.Sum256(e.body)
	seal, err := s.Vault.Open(fieldSeal, e.seal)
	if err != nil || seal != hex.EncodeToString(sum[:]) || !bytes.Equal(sum[:], e.receipt) {
		return in, reasonForged
	}
	in, err = openBid(e.body, by)
	switch {
	case err != nil:
		return in, reasonDamaged
	case in.Procurement != procurement || in.Agency != e.agency:
		return in, reasonMoved
	case !in.Withdrawn && in.Days < 1:
		return in, reasonDamaged
	}
	return in, ""
}

// identityOf is the private key of a procurement.
func (s *Service) identityOf(ctx context.Context, q db.Querier, id uuid.UUID) (age.Identity, error) {
	sealed, err := loadIdentity(ctx, q, id)
	if err != nil {
		return nil, err
	}
	text, err := s.Vault.Open(FieldIdentity, sealed)
	if err != nil {
		return nil, fmt.Errorf("identity of procurement: %w", err)
	}
	identity, err := age.ParseX25519Identity(text)
	if err != nil {
		return nil, fmt.Errorf("identity of procurement: %w", err)
	}
	return identity, nil
}
