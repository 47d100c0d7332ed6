package procurement

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"
)

// Receipt is what a bidder is handed: with it the bidder can prove what was received and
// when, and that the envelope opened later is the one handed in.
type Receipt struct {
	Procurement uuid.UUID `json:"procurement" doc:"采购项目"`
	Agency      uuid.UUID `json:"agency" doc:"机构"`
	SHA256      string    `json:"sha256" doc:"密封信封的 SHA-256，开标后公布"`
	Revision    int       `json:"revision" doc:"第几次提交"`
	ReceivedAt  time.Time `json:"receivedAt" doc:"收到时间（数据库时间，精确到毫秒）"`
}

// SignedReceipt is a receipt with a signature over its text, byte for byte.
type SignedReceipt struct {
	Receipt   Receipt `json:"receipt"`
	Text      string  `json:"text" doc:"回执原文，签名所覆盖的就是这些字节"`
	Digest    string  `json:"digest" doc:"回执原文的 SHA-256"`
	Signature string  `json:"signature,omitempty" doc:"平台公钥可验证的签名；没有配置签名密钥时为空"`
}

func (s *Service) sign(r Receipt) (SignedReceipt, error) {
	text, err := json.Marshal(r)
	if err != nil {
		return SignedReceipt{}, fmt.Errorf("receipt: %w", err)
	}
	sum := sha256.Sum256(text)
	out := SignedReceipt{Receipt: r, Text: string(text), Digest: hex.EncodeToString(sum[:])}
	if s.Sign != nil {
		if out.Signature, err = s.Sign(text); err != nil {
			return SignedReceipt{}, fmt.Errorf("sign receipt: %w", err)
		}
	}
	return out, nil
}
