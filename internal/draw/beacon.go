package draw

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	bls12381 "github.com/consensys/gnark-crypto/ecc/bls12-381"
)

// Chain is a drand network whose rounds are unchained and signed on G1, such as quicknet
// (scheme bls-unchained-g1-rfc9380).
type Chain struct {
	Hash        string        // hex, names the chain
	PublicKey   string        // hex, compressed point of G2
	GenesisTime int64         // Unix seconds of round 1
	Period      time.Duration // between rounds
	GroupHash   string        // hex, of the group that made the key
	ID          string        // of the beacon: quicknet; "default" counts as none
}

// InfoHash is what a chain's hash is made of. A notice that names the hash thereby names
// the key, the genesis and the period: none can be put in another's place.
func (c Chain) InfoHash() (string, error) {
	pub, err := hex.DecodeString(c.PublicKey)
	if err != nil {
		return "", errors.New("信标公钥应是十六进制")
	}
	group, err := hex.DecodeString(c.GroupHash)
	if err != nil {
		return "", errors.New("信标群组摘要应是十六进制")
	}
	b := binary.BigEndian.AppendUint32(nil, uint32(c.Period/time.Second))
	b = binary.BigEndian.AppendUint64(b, uint64(c.GenesisTime))
	b = append(append(b, pub...), group...)
	if c.ID != "" && c.ID != "default" {
		b = append(b, c.ID...)
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:]), nil
}

// Round is one published value of the beacon.
type Round struct {
	Round      uint64 `json:"round"`
	Randomness string `json:"randomness"` // hex, SHA-256 of the signature
	Signature  string `json:"signature"`  // hex, compressed point of G1
}

// signatureDST is the hash-to-curve domain of the scheme (RFC 9380).
var signatureDST = []byte("BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_")

// FirstAfter is the first round published strictly after t: what a notice names.
func (c Chain) FirstAfter(t time.Time) uint64 {
	since := t.Sub(time.Unix(c.GenesisTime, 0))
	if since < 0 {
		return 1
	}
	return uint64(since/c.Period) + 2
}

// TimeOf is when round n is published.
func (c Chain) TimeOf(n uint64) time.Time {
	return time.Unix(c.GenesisTime, 0).Add(time.Duration(n-1) * c.Period)
}

// Verify accepts a round only with the chain's signature on it; who relays it need not
// be trusted.
func (c Chain) Verify(r Round) error {
	sig, err := hex.DecodeString(r.Signature)
	if err != nil {
		return errors.New("信标签名应是十六进制")
	}
	pub, err := hex.DecodeString(c.PublicKey)
	if err != nil {
		return errors.New("信标公钥应是十六进制")
	}
	var s bls12381.G1Affine
	if n, err := s.SetBytes(sig); err != nil || n != len(sig) || s.IsInfinity() {
		return errors.New("信标签名不是有效的曲线点")
	}
	var p bls12381.G2Affine
	if n, err := p.SetBytes(pub); err != nil || n != len(pub) || p.IsInfinity() {
		return errors.New("信标公钥不是有效的曲线点")
	}
	var number [8]byte
	binary.BigEndian.PutUint64(number[:], r.Round)
	message := sha256.Sum256(number[:])
	m, err := bls12381.HashToG1(message[:], signatureDST)
	if err != nil {
		return fmt.Errorf("hash to curve: %w", err)
	}
	_, _, _, g2 := bls12381.Generators()
	g2.Neg(&g2)
	ok, err := bls12381.PairingCheck([]bls12381.G1Affine{s, m}, []bls12381.G2Affine{g2, p})
	if err != nil {
		return fmt.Errorf("pairing: %w", err)
	}
	if !ok {
		return fmt.Errorf("第 %d 轮信标的签名不符", r.Round)
	}
	if sum := sha256.Sum256(sig); hex.EncodeToString(sum[:]) != r.Randomness {
		return fmt.Errorf("第 %d 轮信标的随机值不是其签名的摘要", r.Round)
	}
	return nil
}
