// Package mail sends e-mail through the operator's SMTP server: short plain texts to
// one person each, such as a password reset or a notice of a decision.
package mail

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/mail"
	"strconv"
	"strings"
	"time"
	"unicode"

	gomail "github.com/wneessen/go-mail"

	"zjcs/internal/platform/apperr"
)

// defaultTimeout bounds one message: a server that keeps silent holds no job for ever.
const defaultTimeout = 30 * time.Second

// Message is one e-mail to one person.
type Message struct {
	To      string // a bare address, clerk@example.com
	Subject string // control characters, line breaks among them, become spaces
	Text    string // plain text, any line breaks
}

// Sender sends through one server. It keeps no connection between messages.
type Sender struct {
	o    Options
	from *mail.Address
	host string
	port int
}

// New checks the options. With an empty Addr the sender is off.
func New(o Options) (*Sender, error) {
	if err := o.Validate(); err != nil || o.Addr == "" {
		return &Sender{}, err
	}
	if o.Timeout == 0 {
		o.Timeout = defaultTimeout
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	from, err := mail.ParseAddress(o.From)
	if err != nil {
		return nil, fmt.Errorf("mail: %w", err)
	}
	host, portText, err := net.SplitHostPort(o.Addr)
	if err != nil {
		return nil, fmt.Errorf("mail: %w", err)
	}
	port, err := strconv.Atoi(portText)
	if err != nil {
		return nil, fmt.Errorf("mail: %w", err)
	}
	return &Sender{o: o, from: from, host: host, port: port}, nil
}

// On reports whether e-mail is configured; what needs it asks before it promises a letter.
func (s *Sender) On() bool { return s.o.Addr != "" }

// Send returns once the server has taken the message over. It ends with ctx, and at
// the latest after the configured timeout. Errors: apperr.Unavailable when e-mail is
// off, apperr.Invalid for an address that is none, anything else from the server or
// the way to it (see Permanent).
func (s *Sender) Send(ctx context.Context, m Message) error {
	if !s.On() {
		return apperr.New(apperr.Unavailable, "本平台没有配置邮件服务，请联系管理员")
	}
	msg, err := s.compose(m)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, s.o.Timeout)
	defer cancel()
	if err := s.deliver(ctx, msg); err != nil {
		// A connection that was cut off because ctx ended reports the cut, not the reason.
		return fmt.Errorf("mail: %w", errors.Join(context.Cause(ctx), err))
	}
	return nil
}

// Permanent reports whether the server refused a message for good (reply 5xx), so that
// sending it again is of no use.
func Permanent(err error) bool {
	var refusal *gomail.SendError
	if errors.As(err, &refusal) {
		return !refusal.IsTemp() && refusal.ErrorCode() >= 500
	}
	return apperr.CodeOf(err) == apperr.Invalid
}

func (s *Sender) compose(m Message) (*gomail.Msg, error) {
	to, err := mail.ParseAddress(m.To)
	if err != nil || to.Address != m.To || strings.ContainsFunc(m.To, unicode.IsControl) {
		return nil, apperr.InvalidField("to", "应是一个邮箱地址，如 name@example.com")
	}
	_, domain, _ := strings.Cut(s.from.Address, "@")
	msg := gomail.NewMsg(gomail.WithEncoding(gomail.EncodingB64), gomail.WithNoDefaultUserAgent())
	msg.FromMailAddress(s.from)
	msg.ToMailAddress(to)
	msg.Subject(oneLine(m.Subject))
	msg.SetDateWithValue(s.o.Now())
	msg.SetMessageIDWithValue(rand.Text() + "@" + domain) // not this machine's name, which go-mail would tell
	// RFC 3834: keeps holiday notices and other programs from answering.
	msg.SetGenHeader("Auto-Submitted", "auto-generated")
	msg.SetBodyString(gomail.TypeTextPlain, canonical(m.Text))
	return msg, nil
}

func (s *Sender) deliver(ctx context.Context, msg *gomail.Msg) error {
	secure := &tls.Config{ServerName: s.host, RootCAs: s.o.RootCAs, MinVersion: tls.VersionTLS12}
	options := []gomail.Option{
		gomail.WithPort(s.port), gomail.WithTLSConfig(secure),
		gomail.WithTimeout(2 * s.o.Timeout),        // never the first to end: ctx does, and says why
		gomail.WithoutNoop(), gomail.WithoutRset(), // one message a connection: nothing to check or to clear
		gomail.WithDialContextFunc(func(dialling context.Context, network, addr string) (net.Conn, error) {
			conn, err := (&net.Dialer{}).DialContext(dialling, network, addr)
			if err != nil {
				return nil, err
			}
			// go-mail heeds a context while dialling only. Closing the connection ends
			// whatever it waits for later, and leaves none open when it gives up.
			context.AfterFunc(ctx, func() { _ = conn.Close() })
			if s.o.TLS != TLS {
				return conn, nil
			}
			client := tls.Client(conn, secure)
			return client, client.HandshakeContext(dialling)
		}),
	}
	switch s.o.TLS {
	case StartTLS:
		options = append(options, gomail.WithTLSPolicy(gomail.TLSMandatory))
	case TLS:
		options = append(options, gomail.WithSSL())
	case None:
		options = append(options, gomail.WithTLSPolicy(gomail.NoTLS))
	}
	if s.o.Username != "" {
		mechanisms := []gomail.SMTPAuthType{gomail.SMTPAuthSCRAMSHA256, gomail.SMTPAuthPlain, gomail.SMTPAuthLogin}
		if s.o.TLS == None { // this machine only, see Validate
			mechanisms = []gomail.SMTPAuthType{gomail.SMTPAuthSCRAMSHA256, gomail.SMTPAuthPlainNoEnc, gomail.SMTPAuthLoginNoEnc}
		}
		options = append(options, gomail.WithOpportunisticSMTPAuth(mechanisms...),
			gomail.WithUsername(s.o.Username), gomail.WithPassword(s.o.Password))
	}
	client, err := gomail.NewClient(s.host, options...)
	if err != nil {
		return err
	}
	conn, err := client.DialToSMTPClientWithContext(ctx)
	if err != nil {
		return err
	}
	if err := client.SendWithSMTPClient(conn, msg); err != nil {
		return err
	}
	// The server has the message. A farewell that fails must not look like a failed
	// delivery, or the person would get the letter twice.
	_ = client.CloseWithSMTPClient(conn)
	return nil
}

// oneLine leaves nothing that could begin a header of its own.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
}

// canonical is text as mail carries it: UTF-8 with CRLF (RFC 2046 section 4.1.1).
func canonical(s string) string {
	s = strings.NewReplacer("\r\n", "\r\n", "\r", "\r\n", "\n", "\r\n").Replace(s)
	return strings.ToValidUTF8(s, "\uFFFD")
}
