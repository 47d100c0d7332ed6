package main

// verifyCmd checks what the marketplace published, without believing it.
type verifyCmd struct {
	Ledger verifyLedgerCmd `cmd:"" help:"由全部条目重算公开日志，核对签名检查点。"`
	Draw   verifyDrawCmd   `cmd:"" help:"重算一次抽取和选取，核对证据文件。"`
	Award  verifyAwardCmd  `cmd:"" help:"核对中选通知书与公共日志。"`
}
