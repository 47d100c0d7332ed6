package selection

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/gowebpki/jcs"

	"zjcs/internal/draw"
)

// Evidence is the file that is published: the draw, what the method was given and what it
// found. Input and Outcome are missing for a draw of experts, and for a selection that
// still waits for the purchaser.
type Evidence struct {
	draw.Evidence
	Input    *Input         `json:"selection,omitempty"`
	Outcome  *Outcome       `json:"outcome,omitempty"`
	Digest   string         `json:"digest"`             // SHA-256 of the canonical JSON without digest and receipts; in the public log
	Receipts []draw.Receipt `json:"receipts,omitempty"` // added when the file is served
}

// Names of members in the bodies of log lines that verifiers look for.
const (
	LogPoolHash      = "poolHash"      // of the line that froze the pool
	LogPanelPoolHash = "panelPoolHash" // the same, of the experts' pool
	LogEvidence      = "evidence"      // digest, of the line that published the draw or the result
)

// Assemble makes the evidence of a selection, or with in and out nil of a draw alone, and
// seals it. It refuses what Verify would not accept: a fault must show before it is
// published.
func Assemble(e draw.Evidence, in *Input, out *Outcome) (Evidence, error) {
	e.Version = draw.EvidenceVersion
	e.PoolHash = draw.SeatsHash(e.Procurement, e.Pool)
	if out != nil {
		e.Draws = out.Draws
	}
	if in != nil {
		e.Struck = struckOf(in.Bids)
		sorted := *in
		sorted.Bids = in.sorted()
		in = &sorted
	}
	sealed, err := Evidence{Evidence: e, Input: in, Outcome: out}.Seal()
	if err != nil {
		return Evidence{}, err
	}
	raw, err := json.Marshal(sealed)
	if err != nil {
		return Evidence{}, err
	}
	for _, f := range Verify(raw, "") {
		if f.Status == draw.Wrong {
			return Evidence{}, fmt.Errorf("evidence of %s: %s: %s", e.Number, f.Step, f.Text)
		}
	}
	return sealed, nil
}

func struckOf(bids []Bid) []int {
	var out []int
	for _, b := range bids {
		if b.Struck != "" {
			out = append(out, b.Number)
		}
	}
	slices.Sort(out)
	return out
}

// Seal sets the digest.
func (e Evidence) Seal() (Evidence, error) {
	raw, err := json.Marshal(e)
	if err != nil {
		return Evidence{}, err
	}
	e.Digest, err = DigestOf(raw)
	return e, err
}

// DigestOf is the SHA-256 of a file's canonical JSON (RFC 8785) without its members
// digest and receipts.
func DigestOf(raw []byte) (string, error) {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(raw, &members); err != nil {
		return "", errors.New("不是 JSON 对象")
	}
	delete(members, "digest")
	delete(members, "receipts")
	plain, err := json.Marshal(members)
	if err != nil {
		return "", err
	}
	canonical, err := jcs.Transform(plain)
	if err != nil {
		return "", errors.New("不是规范的 JSON")
	}
	sum := sha256.Sum256(canonical)
	return hex.EncodeToString(sum[:]), nil
}

// decode reads strictly: a member that nobody checks has no place in evidence.
func decode(raw []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return fmt.Errorf("读不懂这个文件：%w", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("文件末尾有多余的内容")
	}
	return nil
}
