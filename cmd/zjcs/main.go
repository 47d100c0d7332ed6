// Command zjcs is the whole marketplace: the server and the operator's tools.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
	"time"

	"github.com/alecthomas/kong"

	"zjcs/internal/app"
	"zjcs/internal/platform/config"
	"zjcs/internal/platform/embeddedpg"
	"zjcs/internal/platform/log"
)

// version is set by the build (-ldflags -X main.version=…).
var version = "dev"

type commands struct {
	Demo bool `help:"演示模式：自动生成本机密钥，载入示例数据。"`

	Serve     serveCmd     `cmd:"" help:"启动服务。"`
	Admin     adminCmd     `cmd:"" help:"管理员账号。"`
	Migrate   migrateCmd   `cmd:"" help:"更新数据库结构并载入基础数据，然后退出。"`
	Import    importCmd    `cmd:"" help:"导入事项、机构、专家或机构的关联关系（CSV、XLSX）。"`
	Seed      seedCmd      `cmd:"" help:"生成示例市场，全部标为示例数据。"`
	Reindex   reindexCmd   `cmd:"" help:"由数据表重建搜索索引。"`
	Credit    creditCmd    `cmd:"" help:"信用得分。"`
	Rules     rulesCmd     `cmd:"" help:"各区划的规则：时限、公示期、提醒等。"`
	Calendar  calendarCmd  `cmd:"" help:"工作日历。"`
	Secret    secretCmd    `cmd:"" help:"个人信息加密密钥。"`
	Ledger    ledgerCmd    `cmd:"" help:"公开日志的密钥。"`
	Verify    verifyCmd    `cmd:"" help:"核对抽取、中选通知书：不连接数据库，可以离线运行。"`
	OpenAPI   openapiCmd   `cmd:"" name:"openapi" help:"输出接口文档（OpenAPI 3.1）。"`
	Workflows workflowsCmd `cmd:"" help:"把各生命周期的图写到一个目录（docs/workflows）。"`
	Config    configCmd    `cmd:"" help:"列出全部配置项，密钥不显示。"`
	Version   versionCmd   `cmd:"" help:"显示版本。"`

	lines *log.Writer // of the log
}

func main() {
	embeddedpg.MaybeHelper()
	// The live heap is small, a dozen MiB; collecting at twice that would collect
	// hundreds of times a second under load. The limit keeps a large one in bounds.
	debug.SetGCPercent(400)
	debug.SetMemoryLimit(512 << 20)
	os.Exit(run())
}

// run is main with its defers done before the program ends.
func run() int {
	c := commands{lines: log.NewWriter(os.Stderr)}
	defer func() { _ = c.lines.Flush() }() // nothing is left to tell of a log that fails
	parsed := kong.Parse(&c, kong.Name("zjcs"), kong.Description("网上中介超市：审批中介服务的公开市场。"), kong.UsageOnError())
	// The first signal asks for an orderly stop; after it, a second one kills as usual.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	go func() { <-ctx.Done(); stop() }()
	parsed.BindTo(ctx, (*context.Context)(nil))
	if err := parsed.Run(&c); err != nil {
		fmt.Fprintln(os.Stderr, "错误：", err)
		return 1
	}
	return 0
}

// options are the parts every command starts from.
func (c *commands) options() (app.Options, error) {
	cfg, err := config.Load()
	if err != nil {
		return app.Options{}, err
	}
	cfg.Demo = cfg.Demo || c.Demo
	return app.Options{
		Config: cfg, Logger: log.New(c.lines, cfg.LogLevel, cfg.LogFormat),
		Now: time.Now, Progress: os.Stderr, Version: version,
	}, nil
}

// withCore runs a command that needs the database but not the web.
func (c *commands) withCore(ctx context.Context, run func(*app.Core) error) error {
	o, err := c.options()
	if err != nil {
		return err
	}
	core, err := app.Open(ctx, o)
	if err != nil {
		return err
	}
	defer core.Close()
	return run(core)
}
