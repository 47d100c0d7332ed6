package mail

import (
	"crypto/x509"
	"net"
	"net/mail"
	"strconv"
	"time"

	"zjcs/internal/platform/apperr"
)

// The ways a connection is protected.
const (
	StartTLS = "starttls" // begins in the clear, must turn to TLS before anything is said
	TLS      = "tls"      // TLS from the first byte, usually port 465
	None     = "none"     // in the clear: only to this machine
)

// Options say which server sends the mail, and as whom.
type Options struct {
	Addr     string // host:port; empty: e-mail is off
	Username string // empty: no authentication
	Password string
	From     string // noreply@example.gov.cn, or with a name: 网上中介超市 <noreply@example.gov.cn>
	TLS      string // StartTLS, TLS or None

	Timeout time.Duration    // for one message from dialling to acceptance; 0: 30 seconds
	RootCAs *x509.CertPool   // nil: the system's
	Now     func() time.Time // nil: time.Now
}

// Validate names every fault by its option, in lower case (addr, username, …). Options
// without Addr are right whatever else they say: e-mail is off.
func (o Options) Validate() error {
	if o.Addr == "" {
		return nil
	}
	var faults []apperr.Field
	fault := func(name, message string) { faults = append(faults, apperr.Field{Name: name, Message: message}) }

	host, port, err := net.SplitHostPort(o.Addr)
	n, numErr := strconv.ParseUint(port, 10, 16)
	if err != nil || numErr != nil || host == "" || n == 0 {
		fault("addr", "应是邮件服务器的 主机:端口，如 smtp.example.gov.cn:587")
	}
	if (o.Username == "") != (o.Password == "") {
		fault("password", "用户名和密码应同时设置，或同时留空")
	}
	if _, err := mail.ParseAddress(o.From); err != nil {
		fault("from", "应是发件邮箱，如 noreply@example.gov.cn，或 网上中介超市 <noreply@example.gov.cn>")
	}
	switch o.TLS {
	case StartTLS, TLS:
	case None:
		// A message carries password-reset links and the connection the password itself.
		if !loopback(host) {
			fault("tls", "none（不加密）只能用于本机的邮件服务器（127.0.0.1、::1、localhost），其他地址应是 starttls 或 tls")
		}
	default:
		fault("tls", "应是 starttls、tls、none 之一")
	}
	return apperr.InvalidFields(faults)
}

// loopback takes localhost at its word: RFC 6761 section 6.3 keeps it on this machine.
func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
