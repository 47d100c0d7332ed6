package main

import (
	"context"
	"fmt"
	"os"

	"zjcs/internal/app"
	"zjcs/internal/platform/secret"
)

type secretCmd struct {
	Rotate rotateCmd `cmd:"" help:"把全部加密的个人信息改用现在的 ZJCS_SECRET_KEY；以前的密钥放在 ZJCS_SECRET_KEY_PREVIOUS。服务可以不停，中断后重新运行即可。"`
}

type rotateCmd struct{}

func (rotateCmd) Run(ctx context.Context, c *commands) error {
	return c.withCore(ctx, func(core *app.Core) error {
		bar := newBar("轮换密钥")
		done, err := core.RotateSecrets(ctx, func(r secret.Rotated) {
			bar.Describe(r.Column.String())
			bar.ChangeMax64(max(r.Total, 1))
			_ = bar.Set64(min(r.Read, r.Total))
		})
		_ = bar.Exit()
		for _, r := range done {
			fmt.Fprintf(os.Stderr, "%s：%d 个值，改用新密钥 %d 个\n", r.Column, r.Read, r.Changed)
		}
		if err != nil {
			return err
		}
		fmt.Fprintln(os.Stderr, "全部个人信息都已用现在的密钥加密。确认所有实例都已改用它以后，可以去掉 ZJCS_SECRET_KEY_PREVIOUS；只要还留着轮换前的备份，就要留着旧密钥")
		return nil
	})
}
