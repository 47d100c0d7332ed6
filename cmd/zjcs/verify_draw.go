package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"zjcs/internal/draw"
	"zjcs/internal/procurement/selection"
)

// verifyDrawCmd and verifyAwardCmd need neither database nor settings: they run on any
// machine, and on a file without any network.
type verifyDrawCmd struct {
	From string `arg:"" name:"文件或网址" help:"抽取的证据文件（JSON），或它的网址。"`
	Key  string `help:"公共日志的公钥（名称+摘要+公钥）。不给出就不核对检查点的签名。"`
}

type verifyAwardCmd struct {
	From string `arg:"" name:"文件或网址" help:"中选通知书的证据文件（JSON），或它的网址。"`
	Key  string `required:"" help:"公共日志的公钥（名称+摘要+公钥）。"`
}

func (c verifyDrawCmd) Run(ctx context.Context) error {
	raw, err := readEvidence(ctx, c.From)
	if err != nil {
		return err
	}
	return tellFindings(os.Stdout, selection.Verify(raw, c.Key))
}

func (c verifyAwardCmd) Run(ctx context.Context) error {
	raw, err := readEvidence(ctx, c.From)
	if err != nil {
		return err
	}
	return tellFindings(os.Stdout, selection.VerifyAward(raw, c.Key))
}

// maxEvidence bounds what a stranger's address can make the program hold: a draw of
// 2,000 bids is under 2 MiB.
const maxEvidence = 64 << 20

func readEvidence(ctx context.Context, from string) ([]byte, error) {
	var body io.ReadCloser
	if strings.HasPrefix(from, "https://") || strings.HasPrefix(from, "http://") {
		ctx, cancel := context.WithTimeout(ctx, time.Minute)
		defer cancel()
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, from, http.NoBody)
		if err != nil {
			return nil, fmt.Errorf("网址 %s 写得不对", from)
		}
		req.Header.Set("Accept", "application/json")
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			return nil, fmt.Errorf("取不到 %s：%w", from, err)
		}
		if res.StatusCode != http.StatusOK {
			res.Body.Close()
			return nil, fmt.Errorf("取不到 %s：%s", from, res.Status)
		}
		body = res.Body
	} else {
		f, err := os.Open(from)
		if err != nil {
			return nil, fmt.Errorf("打不开证据文件：%w", err)
		}
		body = f
	}
	defer body.Close()
	raw, err := io.ReadAll(io.LimitReader(body, maxEvidence+1))
	if err != nil {
		return nil, fmt.Errorf("读不完 %s：%w", from, err)
	}
	if len(raw) > maxEvidence {
		return nil, fmt.Errorf("%s 超过 %d MiB，不是证据文件", from, maxEvidence>>20)
	}
	return raw, nil
}

// errNotAsPublished makes the program end with a failure: a script that asks must be told
// as clearly as a person who reads.
var errNotAsPublished = errors.New("核对不符")

func tellFindings(w io.Writer, findings []draw.Finding) error {
	wrong, unchecked := 0, 0
	for _, f := range findings {
		mark := "✓"
		switch f.Status {
		case draw.OK:
		case draw.Wrong:
			mark = "✗"
			wrong++
		case draw.Unchecked:
			mark = "－"
			unchecked++
		}
		fmt.Fprintf(w, "%s %s：%s\n", mark, f.Step, f.Text)
	}
	if wrong > 0 {
		return fmt.Errorf("%w：%d 步中有 %d 步不符", errNotAsPublished, len(findings), wrong)
	}
	fmt.Fprintf(w, "核对相符：%d 步", len(findings)-unchecked)
	if unchecked > 0 {
		fmt.Fprintf(w, "，另有 %d 步没有核对", unchecked)
	}
	fmt.Fprintln(w)
	return nil
}
