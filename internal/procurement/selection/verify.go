package selection

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"zjcs/internal/draw"
)

// Verify recomputes an evidence file from its own bytes: the digest, the draw, the method
// and the receipts. vkey is the log's public key; without it signatures stay unchecked.
func Verify(raw []byte, vkey string) []draw.Finding {
	var e Evidence
	if err := decode(raw, &e); err != nil {
		return []draw.Finding{{Step: "文件", Status: draw.Wrong, Text: err.Error()}}
	}
	out := []draw.Finding{draw.Check("文件摘要", func() (string, error) {
		want, err := DigestOf(raw)
		if err == nil && want != e.Digest {
			err = fmt.Errorf("由内容得出的摘要是 %s，文件所载是 %s：内容被改过", want, e.Digest)
		}
		return want, err
	})}
	out = append(out, draw.Verify(e.Evidence)...)
	out = append(out, e.verifyMethod()...)
	return append(out, e.verifyReceipts(vkey)...)
}

// verifyMethod applies the method again to the published inputs.
func (e Evidence) verifyMethod() []draw.Finding {
	const step = "选取结果"
	switch {
	case e.Purpose == draw.OfPanel && e.Input == nil && e.Outcome == nil:
		return nil
	case e.Input == nil && e.Outcome == nil:
		return []draw.Finding{{Step: step, Status: draw.Unchecked, Text: "文件只有抽取，还没有选取结果"}}
	case e.Input == nil || e.Outcome == nil || e.Purpose == draw.OfPanel:
		return []draw.Finding{{Step: step, Status: draw.Wrong, Text: "选取的依据和结果应当都有"}}
	}
	return []draw.Finding{
		draw.Check("参与选取的响应", func() (string, error) {
			if len(e.Input.Bids) != len(e.Pool) {
				return "", fmt.Errorf("响应有 %d 家，抽取池有 %d 家", len(e.Input.Bids), len(e.Pool))
			}
			if struck := struckOf(e.Input.Bids); !slices.Equal(struck, e.Struck) {
				return "", fmt.Errorf("取消资格的是 %v，抽取时剔除的是 %v", struck, e.Struck)
			}
			return fmt.Sprintf("%d 家，与抽取池一致", len(e.Pool)), nil
		}),
		draw.Check(step, func() (string, error) {
			in := *e.Input
			in.Algorithm, in.Key = e.Algorithm, e.Key
			got, err := Conclude(in)
			if err != nil {
				return "", err
			}
			return e.compare(got)
		}),
	}
}

func (e Evidence) compare(want Outcome) (string, error) {
	if len(want.Draws) != len(e.Draws) {
		return "", fmt.Errorf("应有 %d 张抽取表，文件有 %d 张", len(want.Draws), len(e.Draws))
	}
	for i, t := range want.Draws {
		if !sameJSON(t, e.Draws[i]) {
			return "", fmt.Errorf("抽取表“%s”与重算的不符", t.Purpose.Label())
		}
	}
	if len(want.Places) != len(e.Outcome.Places) {
		return "", fmt.Errorf("应有 %d 家的结果，文件有 %d 家", len(want.Places), len(e.Outcome.Places))
	}
	for i, p := range want.Places {
		if got := e.Outcome.Places[i]; got != p {
			return "", fmt.Errorf("第 %d 行应是 %d 号 %s（%s），文件所载是 %d 号 %s（%s）", i+1, p.Number, p.Result, p.Reason, got.Number, got.Result, got.Reason)
		}
	}
	if !sameJSON(want, *e.Outcome) {
		return "", errors.New("演算步骤、入围名单或失败原因与重算的不符")
	}
	if want.Failure != "" {
		return "选取失败：" + want.Failure, nil
	}
	return fmt.Sprintf("重算相符，中选的是 %d 号", want.Winner()), nil
}

func sameJSON(a, b any) bool {
	x, errX := json.Marshal(a)
	y, errY := json.Marshal(b)
	return errX == nil && errY == nil && bytes.Equal(x, y)
}

// verifyReceipts wants the pool's hash and the file's digest in lines of the public log
// about this procurement.
func (e Evidence) verifyReceipts(vkey string) []draw.Finding {
	const pool, digest = "公共日志：抽取池", "公共日志：本文件"
	if len(e.Receipts) == 0 {
		return []draw.Finding{{Step: "公共日志", Status: draw.Unchecked, Text: "文件没有日志回执，只核对了计算，没有核对它是否就是当时公布的那一份"}}
	}
	var out []draw.Finding
	var poolAt, digestAt int64 = -1, -1
	for i, r := range e.Receipts {
		line, err := r.Line()
		if err == nil && line.Subject != "" && line.Subject != e.Procurement {
			err = errors.New("日志条目说的是另一个采购")
		}
		if err != nil {
			out = append(out, draw.Finding{Step: fmt.Sprintf("日志回执 %d", i+1), Status: draw.Wrong, Text: err.Error()})
			continue
		}
		out = append(out, receiptFinding(fmt.Sprintf("日志回执 %d（第 %d 条）", i+1, r.Index), r, vkey))
		var body map[string]json.RawMessage
		if json.Unmarshal(line.Body, &body) != nil {
			continue
		}
		says := func(name, hash string) bool { return string(body[name]) == `"`+hash+`"` }
		// Of several lines the earliest tells when it was published.
		if (says(LogPoolHash, e.PoolHash) || e.Purpose == draw.OfPanel && says(LogPanelPoolHash, e.PoolHash)) && (poolAt < 0 || r.Index < poolAt) {
			poolAt = r.Index
		}
		if says(LogEvidence, e.Digest) && (digestAt < 0 || r.Index < digestAt) {
			digestAt = r.Index
		}
	}
	out = append(out, found(pool, poolAt, "抽取池的摘要"), found(digest, digestAt, "文件的摘要"))
	if poolAt >= 0 && digestAt >= 0 && poolAt >= digestAt {
		out = append(out, draw.Finding{Step: pool, Status: draw.Wrong, Text: "抽取池不是在抽取之前写入日志的"})
	}
	return out
}

func found(step string, at int64, what string) draw.Finding {
	if at < 0 {
		return draw.Finding{Step: step, Status: draw.Wrong, Text: "所附的日志条目里没有" + what}
	}
	return draw.Finding{Step: step, Status: draw.OK, Text: fmt.Sprintf("%s在第 %d 条", what, at)}
}

func receiptFinding(step string, r draw.Receipt, vkey string) draw.Finding {
	err := r.Verify(vkey)
	switch {
	case err == nil:
		return draw.Finding{Step: step, Status: draw.OK, Text: "包含证明和检查点签名有效"}
	case errors.Is(err, draw.ErrNoKey), errors.Is(err, draw.ErrNoProof):
		return draw.Finding{Step: step, Status: draw.Unchecked, Text: err.Error()}
	}
	return draw.Finding{Step: step, Status: draw.Wrong, Text: err.Error()}
}
