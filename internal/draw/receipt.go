package draw

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Receipt shows that a line is in the public log: the line's exact bytes, where it
// stands, and how it leads to a signed checkpoint (RFC 6962; C2SP tlog-checkpoint).
type Receipt struct {
	Entry      string   `json:"entry"`                // id of the line
	Index      int64    `json:"index"`                // from 0
	Leaf       string   `json:"leaf"`                 // base64 of its bytes
	LeafHash   string   `json:"leafHash"`             // hex, SHA-256(0x00 ‖ bytes)
	Proof      []string `json:"proof,omitempty"`      // base64, RFC 6962 audit path from the leaf up
	Checkpoint string   `json:"checkpoint,omitempty"` // signed note
}

// strictBase64 has one spelling for a value: a changed character must never go unseen.
var strictBase64 = base64.StdEncoding.Strict()

// Leaf is a line of the public log as far as a verifier reads it.
type Leaf struct {
	ID      string          `json:"id"`
	Kind    string          `json:"kind"`
	Subject string          `json:"subject"`
	Body    json.RawMessage `json:"body"`
}

// Line reads the receipt's line after checking its hash.
func (r Receipt) Line() (Leaf, error) {
	raw, err := strictBase64.DecodeString(r.Leaf)
	if err != nil {
		return Leaf{}, errors.New("日志条目应是 base64")
	}
	if h := tlog.RecordHash(raw); hex.EncodeToString(h[:]) != r.LeafHash {
		return Leaf{}, fmt.Errorf("日志条目的摘要是 %x，回执所载是 %s", h[:], r.LeafHash)
	}
	var l Leaf
	if err := json.Unmarshal(raw, &l); err != nil {
		return Leaf{}, errors.New("日志条目不是 JSON")
	}
	if l.ID != "" && l.ID != r.Entry {
		return Leaf{}, fmt.Errorf("日志条目的标识是 %s，回执所载是 %s", l.ID, r.Entry)
	}
	return l, nil
}

// ErrNoProof says that a receipt has no proof to check.
var ErrNoProof = errors.New("回执没有包含证明和签名检查点")

// ErrNoKey says that the log's public key was not given.
var ErrNoKey = errors.New("没有给出日志公钥，未核对检查点的签名")

// Verify follows the proof to the checkpoint and checks its signature with the log's
// public key (C2SP signed-note: name+hash+base64). The proof is checked even without a
// key; ErrNoKey then says what is missing.
func (r Receipt) Verify(vkey string) error {
	raw, err := strictBase64.DecodeString(r.Leaf)
	if err != nil {
		return errors.New("日志条目应是 base64")
	}
	if r.Checkpoint == "" {
		return ErrNoProof
	}
	text := r.Checkpoint
	if vkey != "" {
		verifier, err := note.NewVerifier(vkey)
		if err != nil {
			return errors.New("日志公钥应是 名称+摘要+公钥 的形式")
		}
		signed, err := note.Open([]byte(r.Checkpoint), note.VerifierList(verifier))
		if err != nil {
			return errors.New("检查点的签名不是这个公钥的")
		}
		if origin, _, _ := strings.Cut(signed.Text, "\n"); origin != verifier.Name() {
			return fmt.Errorf("检查点是日志 %q 的，公钥是 %q 的", origin, verifier.Name())
		}
		text = signed.Text
	}
	size, root, err := parseCheckpoint(text)
	if err != nil {
		return err
	}
	if r.Index < 0 || r.Index >= size {
		return fmt.Errorf("条目序号 %d 不在检查点的 %d 条之内", r.Index, size)
	}
	proof := make(tlog.RecordProof, len(r.Proof))
	for i, p := range r.Proof {
		h, err := strictBase64.DecodeString(p)
		if err != nil || copy(proof[i][:], h) != len(h) || len(h) != tlog.HashSize {
			return fmt.Errorf("包含证明第 %d 项应是 base64 的摘要", i+1)
		}
	}
	if err := tlog.CheckRecord(proof, size, root, r.Index, tlog.RecordHash(raw)); err != nil {
		return fmt.Errorf("包含证明不能从第 %d 条推到检查点的根", r.Index)
	}
	if vkey == "" {
		return ErrNoKey
	}
	return nil
}

// parseCheckpoint reads origin, size and root of a C2SP checkpoint.
func parseCheckpoint(text string) (int64, tlog.Hash, error) {
	lines := strings.Split(text, "\n")
	if len(lines) < 3 {
		return 0, tlog.Hash{}, errors.New("检查点应有来源、条数和根三行")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || size < 0 || strconv.FormatInt(size, 10) != lines[1] {
		return 0, tlog.Hash{}, fmt.Errorf("检查点的条数 %q 不是整数", lines[1])
	}
	root, err := tlog.ParseHash(lines[2])
	if err != nil {
		return 0, tlog.Hash{}, errors.New("检查点的根不是 base64 的摘要")
	}
	return size, root, nil
}
