// Package config is everything an operator can set, in one struct. Each value
// has a visible default, except secrets: those have none outside --demo.
package config

import (
	"encoding/base64"
	"fmt"
	"net/netip"
	"net/url"
	"reflect"
	"strings"
	"time"

	"github.com/caarlos0/env/v11"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/mail"
)

// Config is read from ZJCS_* variables. A field tagged secret:"true" is never printed.
type Config struct {
	Addr        string `env:"ADDR" envDefault:"127.0.0.1:8080" help:"监听地址"`
	MetricsAddr string `env:"METRICS_ADDR" envDefault:"127.0.0.1:9180" help:"指标监听地址（不对外）；off 则不开"`
	PublicURL   string `env:"PUBLIC_URL" envDefault:"http://127.0.0.1:8080" help:"对外网址，用于站点地图和绝对链接"`

	DatabaseURL      string `env:"DATABASE_URL" secret:"true" help:"已有 PostgreSQL 的连接串；留空则在数据目录下自带一个"`
	DatabaseOwnerURL string `env:"DATABASE_OWNER_URL" secret:"true" help:"同一数据库另一用户的连接串（超级用户，或程序用户所属的上级）：启动时把操作日志收归其名下，程序的用户对日志只能读和添加；自带的数据库不需要"`
	DataDir          string `env:"DATA_DIR" envDefault:"var" help:"数据目录"`
	MaxConns         int32  `env:"DB_MAX_CONNS" envDefault:"16" help:"数据库连接数上限"`

	SecretKey string `env:"SECRET_KEY" secret:"true" help:"个人信息加密密钥，32 字节的 base64；演示模式下自动生成并存入数据目录"`
	Demo      bool   `env:"DEMO" envDefault:"false" help:"演示模式：载入示例数据，放宽密钥要求"`

	SecretKeyPrevious string `env:"SECRET_KEY_PREVIOUS" secret:"true" help:"以前的加密密钥，逗号分隔：仍能打开旧数据；用 zjcs secret rotate 轮换后去掉"`

	LedgerKey string `env:"LEDGER_KEY" secret:"true" help:"公开日志的签名密钥，用 zjcs ledger key 生成；留空则首次启动时生成一把，加密存入数据库。日志有了密钥就不能再换"`

	SiteName         string `env:"SITE_NAME" envDefault:"运城市网上中介超市" help:"站点名称"`
	OperatorName     string `env:"OPERATOR_NAME" envDefault:"运城市行政审批服务管理局" help:"主办单位"`
	SupervisionPhone string `env:"SUPERVISION_PHONE" help:"监督电话；留空显示待核实"`

	SMTPAddr     string `env:"SMTP_ADDR" help:"发邮件的服务器，主机:端口；留空则不发邮件"`
	SMTPUsername string `env:"SMTP_USERNAME" help:"邮件服务器用户名；留空则不登录"`
	SMTPPassword string `env:"SMTP_PASSWORD" secret:"true" help:"邮件服务器密码"`
	SMTPFrom     string `env:"SMTP_FROM" help:"发件人，如 网上中介超市 <noreply@example.gov.cn>"`
	SMTPTLS      string `env:"SMTP_TLS" envDefault:"starttls" help:"邮件加密 starttls|tls|none；none 只能用于本机的邮件服务器"`

	OIDCIssuer       string `env:"OIDC_ISSUER" help:"统一身份认证（OpenID Connect）的地址；留空则只用密码登录"`
	OIDCClientID     string `env:"OIDC_CLIENT_ID" help:"在统一身份认证登记的客户端编号"`
	OIDCClientSecret string `env:"OIDC_CLIENT_SECRET" secret:"true" help:"在统一身份认证登记的客户端密钥"`
	OIDCName         string `env:"OIDC_NAME" envDefault:"统一身份认证" help:"统一身份认证的名称，显示在登录按钮上"`

	TrustedProxies []netip.Prefix `env:"TRUSTED_PROXIES" help:"反向代理的地址段，逗号分隔，如 10.0.0.0/8；只有从这里来的 X-Forwarded-For 才算数"`
	BreachedFile   string         `env:"BREACHED_PASSWORDS_FILE" help:"已泄露密码的散列文件（Have I Been Pwned 格式），留空则用自带的短表"`
	DemoPassword   string         `env:"DEMO_PASSWORD" secret:"true" help:"示例账号的密码，只在演示模式下有效；留空则每台机器随机生成"`

	DrandURLs []string `env:"DRAND_URLS" envDefault:"https://api.drand.sh,https://api2.drand.sh,https://drand.cloudflare.com" help:"drand 随机信标的中继地址，逗号分隔，依次询问；不必可信，每个值都核对签名"`

	LogLevel  string `env:"LOG_LEVEL" envDefault:"info" help:"日志级别 debug|info|warn|error"`
	LogFormat string `env:"LOG_FORMAT" envDefault:"json" help:"日志格式 json|text"`

	CacheBytes      uint64        `env:"CACHE_BYTES" envDefault:"33554432" help:"公开内容缓存上限，字节；0 关闭"`
	MaxBodyBytes    int64         `env:"MAX_BODY_BYTES" envDefault:"1048576" help:"请求正文上限，字节"`
	UploadMaxBytes  int64         `env:"UPLOAD_MAX_BYTES" envDefault:"33554432" help:"上传待导入的表的上限，字节"`
	RequestTimeout  time.Duration `env:"REQUEST_TIMEOUT" envDefault:"10s" help:"单个请求的时限"`
	ShutdownTimeout time.Duration `env:"SHUTDOWN_TIMEOUT" envDefault:"15s" help:"停机时等待在办请求的时限"`

	ImportMaxCSVBytes  int64 `env:"IMPORT_MAX_CSV_BYTES" envDefault:"536870912" help:"导入 CSV 文件上限，字节"`
	ImportMaxXLSXBytes int64 `env:"IMPORT_MAX_XLSX_BYTES" envDefault:"33554432" help:"导入 XLSX 文件上限，字节（压缩后）"`
	ImportMaxXLSXRaw   int64 `env:"IMPORT_MAX_XLSX_RAW_BYTES" envDefault:"268435456" help:"导入 XLSX 解压后上限，字节"`

	FilesURL      string `env:"FILES_URL" help:"附件存放处：file:///目录 或 s3://桶名?region=区域（密钥由 AWS_* 环境变量提供）；留空则在数据目录下的 files"`
	FilesMaxBytes int64  `env:"FILES_MAX_BYTES" envDefault:"20971520" help:"单个附件上限，字节"`
	ClamdAddr     string `env:"CLAMD_ADDR" help:"ClamAV 的 clamd 地址，如 127.0.0.1:3310 或 /run/clamav/clamd.ctl，其 StreamMaxLength 应不小于单个附件上限；留空不查病毒，设了而连不上则不收附件"`
}

// Load reads the environment and checks what can be checked without opening anything.
func Load() (Config, error) {
	var c Config
	if err := env.ParseWithOptions(&c, env.Options{Prefix: "ZJCS_"}); err != nil {
		return c, fmt.Errorf("配置有误: %w", err)
	}
	return c, c.Validate()
}

// Validate names every fault by its variable.
func (c Config) Validate() error {
	if c.Addr == "" {
		return fmt.Errorf("ZJCS_ADDR 不能为空，应如 127.0.0.1:8080")
	}
	if u, err := url.Parse(c.PublicURL); err != nil || u.Scheme == "" || u.Host == "" {
		return fmt.Errorf("ZJCS_PUBLIC_URL 应是完整网址，如 https://zjcs.example.gov.cn")
	}
	if c.SecretKey != "" {
		if k, err := base64.StdEncoding.DecodeString(c.SecretKey); err != nil || len(k) != 32 {
			return fmt.Errorf("ZJCS_SECRET_KEY 应是 32 字节随机数的 base64，可用 openssl rand -base64 32 生成")
		}
	}
	for _, key := range c.PreviousKeys() {
		if k, err := base64.StdEncoding.DecodeString(key); err != nil || len(k) != 32 {
			return fmt.Errorf("ZJCS_SECRET_KEY_PREVIOUS 应是以前用过的 ZJCS_SECRET_KEY，多个用逗号分隔")
		}
	}
	if c.MaxConns < 4 {
		return fmt.Errorf("ZJCS_DB_MAX_CONNS 应不小于 4")
	}
	if u, err := url.Parse(c.FilesURL); c.FilesURL != "" && (err != nil || u.Scheme != "file" && u.Scheme != "s3") {
		return fmt.Errorf("ZJCS_FILES_URL 应如 file:///srv/zjcs/files 或 s3://桶名?region=区域")
	}
	if c.FilesMaxBytes < 1 {
		return fmt.Errorf("ZJCS_FILES_MAX_BYTES 应不小于 1")
	}
	if err := c.Mail().Validate(); err != nil {
		if refusal, ok := apperr.As(err); ok {
			f := refusal.Fields[0]
			return fmt.Errorf("ZJCS_SMTP_%s %s", strings.ToUpper(f.Name), f.Message)
		}
		return err
	}
	if c.OIDCIssuer != "" {
		if u, err := url.Parse(c.OIDCIssuer); err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
			return fmt.Errorf("ZJCS_OIDC_ISSUER 应是统一身份认证的完整网址，如 https://sso.example.gov.cn")
		}
		if c.OIDCClientID == "" || c.OIDCClientSecret == "" {
			return fmt.Errorf("设置了 ZJCS_OIDC_ISSUER，就应同时设置 ZJCS_OIDC_CLIENT_ID 和 ZJCS_OIDC_CLIENT_SECRET")
		}
	}
	switch strings.ToLower(c.LogLevel) {
	case "debug", "info", "warn", "error":
	default:
		return fmt.Errorf("ZJCS_LOG_LEVEL 应是 debug、info、warn、error 之一")
	}
	return nil
}

// PreviousKeys are the keys that were current before.
func (c Config) PreviousKeys() []string {
	return strings.FieldsFunc(c.SecretKeyPrevious, func(r rune) bool { return r == ',' || r == ' ' })
}

// Mail is the e-mail part, as platform/mail takes it.
func (c Config) Mail() mail.Options {
	return mail.Options{Addr: c.SMTPAddr, Username: c.SMTPUsername, Password: c.SMTPPassword, From: c.SMTPFrom, TLS: c.SMTPTLS}
}

// Setting is one line of `zjcs config`.
type Setting struct{ Name, Value, Help string }

// Redacted lists every setting with its value; a secret shows only whether it is set.
func (c Config) Redacted() []Setting {
	v, t := reflect.ValueOf(c), reflect.TypeFor[Config]()
	out := make([]Setting, 0, t.NumField())
	for i := range t.NumField() {
		f := t.Field(i)
		s := Setting{Name: "ZJCS_" + f.Tag.Get("env"), Value: fmt.Sprint(v.Field(i).Interface()), Help: f.Tag.Get("help")}
		if f.Tag.Get("secret") == "true" {
			s.Value = "（未设）"
			if v.Field(i).String() != "" {
				s.Value = "（已设，不显示）"
			}
		}
		out = append(out, s)
	}
	return out
}
