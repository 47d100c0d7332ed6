package ledger

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"zjcs/internal/platform/db"
)

const fieldSigner = "ledger_key.signer"

// key signs checkpoints; its public half is what everyone knows the log by.
type key struct {
	signer   note.Signer
	verifier string // C2SP signed-note
}

// NewKey makes a key for a log of that name, in the form that ZJCS_LEDGER_KEY takes.
func NewKey(name string) (secret, verifier string, err error) {
	if secret, verifier, err = note.GenerateKey(rand.Reader, name); err != nil {
		return "", "", fmt.Errorf("make a key: %w", err)
	}
	if _, err := note.NewSigner(secret); err != nil {
		return "", "", errors.New("日志的名称不能为空，不能有空格和加号，应如 zjcs.example.gov.cn/ledger")
	}
	return secret, verifier, nil
}

// Prepare finds the log's key, or makes it: there is no default. given is the operator's
// own, "" for none; then one is made at the first start and kept sealed in the database. A
// log that has a key is opened with no other: its readers would no longer know it. The
// empty log has a checkpoint too, so that from the first day there is something to keep.
func (l *Log) Prepare(ctx context.Context, given string) error {
	l.given = given
	return db.InTx(ctx, l.pool, func(tx db.Tx) error {
		k, err := l.keyTx(ctx, tx)
		if err != nil {
			return err
		}
		if err := lockKey(ctx, tx); err != nil {
			return err
		}
		signed, err := anyCheckpoint(ctx, tx)
		if err != nil || signed {
			return err
		}
		root := tlog.Hash(sha256.Sum256(nil)) // RFC 6962 section 2.1
		text, err := note.Sign(&note.Note{Text: checkpointText(k.signer.Name(), 0, root)}, k.signer)
		if err != nil {
			return fmt.Errorf("sign checkpoint: %w", err)
		}
		return putCheckpoint(ctx, tx, 0, root, string(text))
	})
}

// checkpointText is C2SP tlog-checkpoint without its signatures.
func checkpointText(origin string, size int64, root tlog.Hash) string {
	return fmt.Sprintf("%s\n%d\n%s\n", origin, size, base64.StdEncoding.EncodeToString(root[:]))
}

// keyTx is the log's key; once found it stays the same, and costs no connection.
func (l *Log) keyTx(ctx context.Context, tx db.Tx) (*key, error) {
	if k := l.key.Load(); k != nil {
		return k, nil
	}
	if err := lockKey(ctx, tx); err != nil { // of those who find none, one makes it
		return nil, err
	}
	sealed, verifier, found, err := loadKey(ctx, tx)
	if err != nil {
		return nil, err
	}
	secret := l.given
	switch {
	case secret != "":
	case found && sealed == nil:
		return nil, errors.New("公开日志用的是 ZJCS_LEDGER_KEY 给出的密钥，请设置它")
	case found:
		if secret, err = l.vault.Open(fieldSigner, sealed); err != nil {
			return nil, fmt.Errorf("公开日志的签名密钥打不开：它不是用现在的 ZJCS_SECRET_KEY 加密的，以前的密钥应放在 ZJCS_SECRET_KEY_PREVIOUS: %w", err)
		}
	default:
		if secret, _, err = NewKey(l.name); err != nil {
			return nil, fmt.Errorf("make the log's key: %w", err)
		}
		sealed = l.vault.Seal(fieldSigner, secret)
	}
	k, err := readKey(secret)
	if err != nil {
		return nil, err
	}
	if !found { // kept in memory when it is found again: then it has committed
		return k, insertKey(ctx, tx, k.verifier, sealed)
	}
	if k.verifier != verifier {
		return nil, fmt.Errorf("公开日志的公钥是 %s，ZJCS_LEDGER_KEY 给出的是 %s 的密钥：换了密钥，读者就不再认得这份日志", verifier, k.verifier)
	}
	l.key.Store(k)
	return k, nil
}

// readKey reads a secret key of golang.org/x/mod/sumdb/note: PRIVATE+KEY+name+hash+base64.
func readKey(secret string) (*key, error) {
	signer, err := note.NewSigner(secret)
	if err != nil {
		return nil, errors.New("ZJCS_LEDGER_KEY 应是 zjcs ledger key 生成的那一行（PRIVATE+KEY+…）")
	}
	parts := strings.SplitN(secret, "+", 5) // base64 may hold a + of its own
	raw, err := base64.StdEncoding.DecodeString(parts[len(parts)-1])
	if err != nil || len(raw) != 1+ed25519.SeedSize { // NewSigner has seen to it
		return nil, errors.New("ledger: not an Ed25519 key")
	}
	public, ok := ed25519.NewKeyFromSeed(raw[1:]).Public().(ed25519.PublicKey)
	if !ok {
		return nil, errors.New("ledger: not an Ed25519 key")
	}
	verifier, err := note.NewEd25519VerifierKey(signer.Name(), public)
	return &key{signer, verifier}, err
}

// Sign signs a text with the log's key, as a C2SP signed note: receipts of bids bear it.
// What begins like a checkpoint of this log is refused: a signature must mean one thing.
func (l *Log) Sign(text []byte) (string, error) {
	k := l.key.Load()
	if k == nil {
		ctx, cancel := context.WithTimeout(context.Background(), signTimeout)
		defer cancel()
		for range 2 { // the one who makes it finds it again
			err := db.InTx(ctx, l.pool, func(tx db.Tx) (err error) {
				k, err = l.keyTx(ctx, tx)
				return err
			})
			if err != nil {
				return "", err
			}
		}
	}
	if strings.HasPrefix(string(text), k.signer.Name()+"\n") {
		return "", errors.New("ledger: a text that begins like a checkpoint is not signed")
	}
	out, err := note.Sign(&note.Note{Text: string(text) + "\n"}, k.signer)
	if err != nil {
		return "", fmt.Errorf("ledger: sign: %w", err)
	}
	return string(out), nil
}

const signTimeout = 10 * time.Second
