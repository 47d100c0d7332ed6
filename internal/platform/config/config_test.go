package config_test

import (
	"strings"
	"testing"

	"zjcs/internal/platform/config"
)

// TestMailFaultsNameTheirVariable: whoever mends a setting must know which.
func TestMailFaultsNameTheirVariable(t *testing.T) {
	t.Setenv("ZJCS_SMTP_ADDR", "smtp.example.gov.cn:25")
	t.Setenv("ZJCS_SMTP_FROM", "noreply@example.gov.cn")
	t.Setenv("ZJCS_SMTP_PASSWORD", "")
	cfg, err := config.Load()
	if err != nil || cfg.Mail().TLS != "starttls" {
		t.Fatalf("%v, TLS %s", err, cfg.Mail().TLS)
	}
	for _, c := range []struct{ variable, value, says string }{
		{"ZJCS_SMTP_TLS", "none", "只能用于本机"},
		{"ZJCS_SMTP_ADDR", "smtp.example.gov.cn", "主机:端口"},
		{"ZJCS_SMTP_FROM", "nobody", "发件邮箱"},
		{"ZJCS_SMTP_PASSWORD", "p4ss-w0rd", "同时设置"},
	} {
		t.Run(c.variable, func(t *testing.T) {
			t.Setenv(c.variable, c.value)
			_, err := config.Load()
			if err == nil || !strings.HasPrefix(err.Error(), c.variable+" ") || !strings.Contains(err.Error(), c.says) {
				t.Errorf("%v", err)
			}
			if err != nil && strings.Contains(err.Error(), "p4ss") {
				t.Error("the fault prints the secret")
			}
		})
	}
}

// TestSecretsAreNotPrinted: `zjcs config` says only whether one is set.
func TestSecretsAreNotPrinted(t *testing.T) {
	t.Parallel()
	for _, s := range (config.Config{SMTPPassword: "p4ss-w0rd", SMTPUsername: "u"}).Redacted() {
		if strings.Contains(s.Value, "p4ss") {
			t.Errorf("%s prints %s", s.Name, s.Value)
		}
	}
}
