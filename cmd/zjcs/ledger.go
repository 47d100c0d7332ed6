package main

import (
	"fmt"
	"os"

	"zjcs/internal/ledger"
)

type ledgerCmd struct {
	Key ledgerKeyCmd `cmd:"" help:"生成一把签名密钥，供 ZJCS_LEDGER_KEY 使用。"`
}

type ledgerKeyCmd struct {
	Name string `arg:"" help:"日志的名称，如 zjcs.example.gov.cn/ledger；不能有空格和加号。"`
}

func (c ledgerKeyCmd) Run() error {
	secret, verifier, err := ledger.NewKey(c.Name)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(os.Stdout, "%s\n", secret); err != nil {
		return err
	}
	fmt.Fprintf(os.Stderr, "上面一行是密钥，请妥善保管，不要公开。公钥（请公布）：\n%s\n", verifier)
	return nil
}
