package main

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"net/http"
	"os"
	"strings"

	"zjcs/internal/ledger"
)

// verifyLedgerCmd needs neither database nor settings.
type verifyLedgerCmd struct {
	From    string `arg:"" name:"文件或网址" help:"公开日志的存档，或站点的网址。"`
	Key     string `help:"您信任的日志公钥（名称+摘要+公钥）。不给出就用存档自带的，只能证明各部分互相相符。"`
	Earlier string `aliases:"from" placeholder:"FILE" help:"以前保存的检查点或存档：还核对从那时起只增不改。"`
	Save    string `placeholder:"FILE" help:"把取得的日志存成文件，以后可以离线核对。"`
}

func (c verifyLedgerCmd) Run(ctx context.Context) error {
	a, err := c.archive(ctx)
	if err != nil {
		return err
	}
	earlier, before := "", ledger.Archive{}
	if c.Earlier != "" {
		raw, err := os.ReadFile(c.Earlier)
		if err != nil {
			return fmt.Errorf("读不了 %s：%w", c.Earlier, err)
		}
		earlier = string(raw)
		if bytes.HasPrefix(raw, []byte("{")) { // an archive, by which a changed line can be named
			if before, err = ledger.ReadArchive(bytes.NewReader(raw)); err != nil {
				return fmt.Errorf("读不了 %s：%w", c.Earlier, err)
			}
			earlier = before.Checkpoint
		}
	}
	if c.Save != "" {
		f, err := os.Create(c.Save)
		if err != nil {
			return fmt.Errorf("存不了 %s：%w", c.Save, err)
		}
		if err := a.Write(f); err != nil {
			return fmt.Errorf("存不了 %s：%w", c.Save, err)
		}
		if err := f.Close(); err != nil {
			return fmt.Errorf("存不了 %s：%w", c.Save, err)
		}
	}
	size, err := a.Verify(c.Key, earlier)
	if at := a.Differs(before); at >= 0 {
		return fmt.Errorf("核对不通过：第 %d 条与以前存档的不同：%w", at, cmp.Or(err, errNotAsPublished))
	}
	if err != nil {
		return fmt.Errorf("核对不通过：%w", err)
	}
	fmt.Fprintf(os.Stdout, "核对通过：%d 条，由条目重算的根与签名的检查点相符\n", size)
	if c.Key == "" {
		fmt.Fprintf(os.Stdout, "没有给出公钥，用的是存档自带的 %s；请与另外取得的公钥比较\n", a.Key)
	}
	return nil
}

func (c verifyLedgerCmd) archive(ctx context.Context) (ledger.Archive, error) {
	if strings.HasPrefix(c.From, "http://") || strings.HasPrefix(c.From, "https://") {
		return ledger.Fetch(ctx, http.DefaultClient, c.From)
	}
	f, err := os.Open(c.From)
	if err != nil {
		return ledger.Archive{}, fmt.Errorf("读不了 %s：%w", c.From, err)
	}
	defer f.Close()
	return ledger.ReadArchive(f)
}
