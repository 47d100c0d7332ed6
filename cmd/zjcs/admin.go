package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"zjcs/internal/app"
	"zjcs/internal/identity"
)

type adminCmd struct {
	Create adminCreateCmd `cmd:"" help:"创建平台管理员。第一位只能这样创建：平台没有默认账号和默认密码。"`
}

type adminCreateCmd struct {
	Login         string `required:"" help:"登录名：4–32 位，以字母开头，只用字母、数字和 . _ -"`
	Name          string `required:"" help:"姓名。"`
	Email         string `required:"" help:"邮箱，用来找回密码。"`
	Region        string `help:"管辖区划，默认最上级。" placeholder:"CODE"`
	PasswordStdin bool   `name:"password-stdin" help:"从标准输入读密码（一行），不在终端上询问。"`
}

func (a adminCreateCmd) Run(ctx context.Context, c *commands) error {
	password, err := a.password()
	if err != nil {
		return err
	}
	return c.withCore(ctx, func(core *app.Core) error {
		err := core.CreateAdmin(ctx, identity.Founder{Name: a.Name, Login: a.Login, Email: a.Email, Password: password, Region: a.Region})
		if err != nil {
			return err
		}
		fmt.Fprintf(os.Stderr, "已创建平台管理员 %s。首次登录后需要设置二次验证。\n", a.Login)
		return nil
	})
}

// password is never an argument: those stand in the process list and the shell's history.
func (a adminCreateCmd) password() (string, error) {
	if a.PasswordStdin {
		line, err := bufio.NewReader(io.LimitReader(os.Stdin, 4096)).ReadString('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return "", fmt.Errorf("读取密码: %w", err)
		}
		return strings.TrimRight(line, "\r\n"), nil
	}
	in := int(os.Stdin.Fd())
	if !term.IsTerminal(in) {
		return "", errors.New("没有终端可以询问密码，请加 --password-stdin 并从标准输入给出")
	}
	first, err := ask(in, "密码（至少 10 个字符，不显示）：")
	if err != nil {
		return "", err
	}
	again, err := ask(in, "再输一次：")
	if err != nil {
		return "", err
	}
	if first != again {
		return "", errors.New("两次输入的密码不一样，请重新运行")
	}
	return first, nil
}

func ask(terminal int, prompt string) (string, error) {
	fmt.Fprint(os.Stderr, prompt)
	b, err := term.ReadPassword(terminal)
	fmt.Fprintln(os.Stderr)
	if err != nil {
		return "", fmt.Errorf("读取密码: %w", err)
	}
	return string(b), nil
}
