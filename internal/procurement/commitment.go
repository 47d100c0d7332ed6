package procurement

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"fmt"

	"github.com/google/uuid"

	"zjcs/internal/draw"
	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/authz"
	"zjcs/internal/platform/clock"
	"zjcs/internal/platform/db"
	"zjcs/internal/review"
)

const permitCommit authz.Permission = "commitment:give"

const fieldPlatform = "draw_commitment.value"

// Parties of a commit–reveal (domain.md section 6). Each commits to a value that the
// others do not know; all commitments stand in the public log before the pool is frozen.
const (
	partyPurchaser  = "purchaser"
	partySupervisor = "supervisor"
	partyPlatform   = "platform"
)

var partyLabels = map[string]string{partyPurchaser: "项目业主", partySupervisor: "监督", partyPlatform: "平台"}

// usesCommit reports whether a draw of the notice may rest on commit–reveal.
func (t Terms) usesCommit() bool { return t.Source.Kind == Commit || t.Fallback.Kind == Commit }

// CommitPlatformTx is the platform's own commitment, made when the notice is published.
// Its value is sealed until the pool is frozen.
func (s *Service) CommitPlatformTx(ctx context.Context, tx db.Tx, p *Procurement) error {
	if !p.Terms.usesCommit() {
		return nil
	}
	value := make([]byte, 32)
	rand.Read(value)
	sum := sha256.Sum256(value)
	sealed := s.Vault.Seal(fieldPlatform, hex.EncodeToString(value))
	entry, err := s.recordTx(ctx, tx, p, p.State, step{Action: committed, By: review.Clock, Note: "平台作出承诺", Kind: "draw-commitment",
		Body: map[string]any{"party": partyPlatform, "commitment": hex.EncodeToString(sum[:])}})
	if err != nil {
		return err
	}
	return insertCommitment(ctx, tx, p.ID, partyPlatform, sum[:], uuid.NullUUID{}, sealed, entry)
}

// party is in what part the actor may commit for p.
func (s *Service) party(ctx context.Context, p Procurement) (string, review.By, error) {
	if s.Policy.May(ctx, permitRun, authz.Scope{Organisation: p.OrgID}) {
		return partyPurchaser, Purchaser, nil
	}
	return partySupervisor, Operator, s.Policy.Require(ctx, permitCommit, authz.Scope{Region: p.Region})
}

// GiveCommitment takes the digest of a value that its giver keeps to himself (hex of
// SHA-256). Until the deadline only, and once.
func (s *Service) GiveCommitment(ctx context.Context, id uuid.UUID, commitment string) error {
	sum, err := hex.DecodeString(commitment)
	if err != nil || len(sum) != sha256.Size {
		return apperr.InvalidField("commitment", "承诺应是随机数的 SHA-256，64 位十六进制")
	}
	return db.InTx(ctx, s.Pool, func(tx db.Tx) error {
		p, err := load(ctx, tx, id, true)
		if err != nil {
			return err
		}
		party, by, err := s.party(ctx, p)
		if err != nil {
			return err
		}
		now, err := dbNow(ctx, tx)
		switch {
		case err != nil:
			return err
		case !p.Terms.usesCommit():
			return apperr.New(apperr.Conflict, "这个项目的抽取不用承诺与揭示")
		case p.State != Open || !now.Before(p.Deadline):
			return apperr.New(apperr.Conflict, "承诺应在报名截止（%s）前作出", clock.Until(p.Deadline))
		}
		entry, err := s.recordTx(ctx, tx, &p, p.State, step{Action: committed, By: by, Note: partyLabels[party] + "作出承诺", Kind: "draw-commitment",
			Body: map[string]any{"party": party, "commitment": hex.EncodeToString(sum)}})
		if err != nil {
			return err
		}
		return insertCommitment(ctx, tx, id, party, sum, uuid.NullUUID{UUID: authz.From(ctx).Person, Valid: true}, nil, entry)
	})
}

// Reveal takes the value behind a commitment (hex, 16 bytes or more), once the pool is frozen.
func (s *Service) Reveal(ctx context.Context, id uuid.UUID, value string) error {
	raw, err := hex.DecodeString(value)
	if err != nil || len(raw) < 16 || len(raw) > 64 {
		return apperr.InvalidField("value", "应是作出承诺时的随机数，32 至 128 位十六进制")
	}
	return db.InTx(ctx, s.Pool, func(tx db.Tx) error {
		p, err := load(ctx, tx, id, true)
		if err != nil {
			return err
		}
		party, by, err := s.party(ctx, p)
		if err != nil {
			return err
		}
		if p.State != Selecting {
			return apperr.New(apperr.Conflict, "揭示应在抽取池固定之后、得出结果之前")
		}
		commitment, revealedAlready, err := loadCommitment(ctx, tx, id, party)
		if err != nil {
			return err
		}
		sum := sha256.Sum256(raw)
		switch {
		case commitment == nil:
			return apperr.New(apperr.Conflict, "%s没有作过承诺", partyLabels[party])
		case revealedAlready:
			return apperr.New(apperr.Conflict, "%s已经揭示", partyLabels[party])
		case subtle.ConstantTimeCompare(sum[:], commitment) != 1:
			return apperr.InvalidField("value", "与作出的承诺不符，请核对保存的随机数")
		}
		return s.revealTx(ctx, tx, &p, party, by, raw)
	})
}

func (s *Service) revealTx(ctx context.Context, tx db.Tx, p *Procurement, party string, by review.By, value []byte) error {
	if err := setRevealed(ctx, tx, p.ID, party, value); err != nil {
		return err
	}
	_, err := s.recordTx(ctx, tx, p, p.State, step{Action: revealed, By: by, Note: partyLabels[party] + "揭示", Kind: "draw-reveal",
		Body: map[string]any{"party": party, "value": hex.EncodeToString(value)}})
	return err
}

// revealPlatformTx reveals the platform's own value after all others have theirs: were it
// first, the last of the others could still decide whether the draw takes place.
func (s *Service) revealPlatformTx(ctx context.Context, tx db.Tx, p *Procurement, d drawRecord) error {
	if EntropyKind(d.taken().Kind) != Commit {
		return nil
	}
	sealed, others, err := platformValue(ctx, tx, p.ID)
	if err != nil || sealed == nil || others < len(draw.Parties)-1 {
		return err
	}
	text, err := s.Vault.Open(fieldPlatform, sealed)
	if err != nil {
		return fmt.Errorf("platform's value: %w", err)
	}
	value, err := hex.DecodeString(text)
	if err != nil {
		return fmt.Errorf("platform's value: %w", err)
	}
	return s.revealTx(ctx, tx, p, partyPlatform, review.Clock, value)
}
