package credential

import (
	"context"
	"errors"
	"fmt"
	"runtime"

	"github.com/alexedwards/argon2id"
	"golang.org/x/sync/semaphore"

	"zjcs/internal/platform/apperr"
)

// Params is the cost of one argon2id hash (RFC 9106).
type Params struct {
	MemoryKiB   uint32 // held while one password is hashed
	Iterations  uint32 // passes over that memory
	Parallelism uint8  // lanes; each may keep one core busy
}

// DefaultParams are the second choice of the OWASP Password Storage Cheat Sheet, 19 MiB
// in two passes on one lane. RFC 9106 section 4 would take 64 MiB and more for a hash,
// which a few people logging in at once would turn into a gigabyte; OWASP counts 19 MiB
// × 2 as equally strong to 46 MiB × 1, and one lane lets the number of hashings at once,
// not each hash, decide how many cores are busy.
func DefaultParams() Params { return Params{MemoryKiB: 19 * 1024, Iterations: 2, Parallelism: 1} }

const (
	saltLength = 16 // bytes, RFC 9106 section 3.1
	keyLength  = 32 // bytes

	// A stored hash says itself what it costs to check. Whoever could write one must not
	// be able to make a login take all the memory: beyond these it is refused unhashed.
	maxMemoryKiB  = 256 * 1024
	maxIterations = 16
	maxLanes      = 16
)

// Hasher hashes and checks passwords, a bounded number at once. Safe for concurrent use.
type Hasher struct {
	params argon2id.Params
	slots  *semaphore.Weighted
	nobody string
}

// NewHasher bounds the memory in use to atOnce × p.MemoryKiB however many people log in
// (freed memory that is not yet collected may double it); the others wait for their turn
// in order. atOnce < 1 means runtime.GOMAXPROCS: more
// hashings than cores only make each slower.
func NewHasher(p Params, atOnce int) (*Hasher, error) {
	if atOnce < 1 {
		atOnce = runtime.GOMAXPROCS(0)
	}
	h := &Hasher{
		params: argon2id.Params{Memory: p.MemoryKiB, Iterations: p.Iterations, Parallelism: p.Parallelism, SaltLength: saltLength, KeyLength: keyLength},
		slots:  semaphore.NewWeighted(int64(atOnce)),
	}
	if err := affordable(&h.params); err != nil {
		return nil, err
	}
	// Nobody's password is 32 random bytes that are forgotten at once.
	secret, _ := NewToken()
	nobody, err := argon2id.CreateHash(secret, &h.params)
	if err != nil {
		return nil, fmt.Errorf("credential: %w", err)
	}
	h.nobody = nobody
	return h, nil
}

// Hash gives the string to store: PHC format, "$argon2id$v=19$m=…,t=…,p=…$salt$key",
// under 120 bytes. Errors: Invalid (field "password") for what Normalise refuses,
// Unavailable when ctx ends while waiting for a turn.
func (h *Hasher) Hash(ctx context.Context, password string) (string, error) {
	normal, err := Normalise(password)
	if err != nil {
		return "", err
	}
	if err := h.enter(ctx); err != nil {
		return "", err
	}
	defer h.slots.Release(1)
	encoded, err := argon2id.CreateHash(normal, &h.params)
	if err != nil {
		return "", fmt.Errorf("credential: %w", err)
	}
	return encoded, nil
}

// Verify reports whether encoded is the hash of password, whatever its parameters. A
// password that Normalise refuses is simply wrong. Errors: Unavailable when ctx ends
// while waiting; anything else means that the stored hash is damaged.
func (h *Hasher) Verify(ctx context.Context, password, encoded string) (bool, error) {
	p, salt, key, err := argon2id.DecodeHash(encoded)
	if err != nil {
		return false, fmt.Errorf("credential: stored hash: %w", err)
	}
	// An empty key would equal every empty key.
	if len(salt) < 8 || len(key) < 16 || len(key) > 128 {
		return false, errors.New("credential: stored hash: salt or key has a wrong length")
	}
	if err := affordable(p); err != nil {
		return false, fmt.Errorf("credential: stored hash: %w", err)
	}
	normal, err := Normalise(password)
	if err != nil {
		return false, nil // no account can have it: wrong, not broken
	}
	if err := h.enter(ctx); err != nil {
		return false, err
	}
	defer h.slots.Release(1)
	ok, err := argon2id.ComparePasswordAndHash(normal, encoded)
	if err != nil {
		return false, fmt.Errorf("credential: stored hash: %w", err)
	}
	return ok, nil
}

// VerifyNobody takes the place of Verify when no account has the name: it costs the
// same and never succeeds, so that the time of an answer does not tell which names exist.
// Its only error is Unavailable.
func (h *Hasher) VerifyNobody(ctx context.Context, password string) error {
	_, err := h.Verify(ctx, password, h.nobody)
	return err
}

// NeedsRehash reports whether encoded was made with other parameters than the present
// ones, or cannot be read: after the next successful Verify, store Hash's result instead.
func (h *Hasher) NeedsRehash(encoded string) bool {
	p, _, _, err := argon2id.DecodeHash(encoded)
	return err != nil || *p != h.params
}

func (h *Hasher) enter(ctx context.Context) error {
	// An ended context must not win a free slot.
	err := ctx.Err()
	if err == nil {
		err = h.slots.Acquire(ctx, 1)
	}
	if err != nil {
		return apperr.New(apperr.Unavailable, "现在登录的人太多，请稍后再试").Because(err)
	}
	return nil
}

func affordable(p *argon2id.Params) error {
	switch {
	case p.Parallelism < 1 || p.Parallelism > maxLanes:
		return fmt.Errorf("credential: argon2id parallelism must be 1–%d", maxLanes)
	case p.Iterations < 1 || p.Iterations > maxIterations:
		return fmt.Errorf("credential: argon2id iterations must be 1–%d", maxIterations)
	case p.Memory < 8*uint32(p.Parallelism) || p.Memory > maxMemoryKiB: // RFC 9106 section 3.1
		return fmt.Errorf("credential: argon2id memory must be 8 KiB a lane to %d KiB", maxMemoryKiB)
	}
	return nil
}
