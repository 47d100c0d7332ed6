package mail_test

import (
	"context"
	"errors"
	"net"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/emersion/go-smtp"
	"pgregory.net/rapid"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/mail"
	"zjcs/internal/testkit/smtptest"
)

var sentAt = time.Date(2026, 3, 2, 1, 2, 3, 0, time.UTC)

func options(s *smtptest.Server) mail.Options {
	return mail.Options{Addr: s.Addr, From: "运城市网上中介超市 <noreply@zjcs.example.cn>", TLS: mail.None,
		RootCAs: s.RootCAs, Now: func() time.Time { return sentAt }}
}

func sender(t *testing.T, o mail.Options) *mail.Sender {
	t.Helper()
	s, err := mail.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

var letter = mail.Message{To: "clerk@example.com", Subject: "重置密码", Text: "您好：\n\n请在一小时内打开下面的网址。\n.\n..\nFrom here\n"}

func TestDeliveredIsWhatWasSent(t *testing.T) {
	t.Parallel()
	server := smtptest.Start(t)
	s := sender(t, options(server))
	if err := s.Send(t.Context(), letter); err != nil {
		t.Fatal(err)
	}
	got := server.Next()
	if got.From != "noreply@zjcs.example.cn" || len(got.To) != 1 || got.To[0] != letter.To || got.Subject != letter.Subject || got.Text != letter.Text {
		t.Errorf("%+v", got)
	}
	from, err := got.Header.AddressList("From")
	if err != nil || from[0].Name != "运城市网上中介超市" {
		t.Errorf("From: %v, %v", from, err)
	}
	if date, err := got.Header.Date(); err != nil || !date.Equal(sentAt) {
		t.Errorf("Date: %v, %v", date, err)
	}
	if id := got.Header.Get("Message-ID"); !strings.HasSuffix(id, "@zjcs.example.cn>") {
		t.Errorf("Message-ID %s", id)
	}
	if got.Header.Get("Auto-Submitted") != "auto-generated" {
		t.Error("an answering machine would answer")
	}
}

// TestAnyTextArrives, and no subject becomes a header.
func TestAnyTextArrives(t *testing.T) {
	t.Parallel()
	server := smtptest.Start(t)
	s := sender(t, options(server))
	rapid.Check(t, func(t *rapid.T) {
		m := mail.Message{To: letter.To,
			Subject: rapid.OneOf(rapid.String(), rapid.StringMatching(`[关于审核 ]{0,60}(\r\n|\n|\r)(Bcc: x@example\.com|X-Evil: 1)?[ =?a-z中]*`)).Draw(t, "subject"),
			Text:    rapid.OneOf(rapid.String(), rapid.StringMatching(`([^\x00]|[中文\r\n.]){0,400}`)).Draw(t, "text")}
		if err := s.Send(context.Background(), m); err != nil {
			t.Fatal(err)
		}
		got := server.Next()
		if want := lines(m.Text); got.Text != want {
			t.Fatalf("text %q, want %q", got.Text, want)
		}
		for _, name := range []string{"Bcc", "X-Evil"} {
			if got.Header.Get(name) != "" {
				t.Fatalf("the subject became a header: %v", got.Header)
			}
		}
		if len(got.To) != 1 || strings.ContainsFunc(got.Subject, unicode.IsControl) {
			t.Fatalf("%q", got)
		}
		// Folding may move white space; nothing else of a subject may change.
		if letters(got.Subject) != letters(m.Subject) {
			t.Fatalf("subject %q, want %q", got.Subject, m.Subject)
		}
	})
}

func lines(s string) string {
	return strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
}

func letters(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.IsControl(r) {
			return -1
		}
		return r
	}, s)
}

func TestAddressesThatAreNone(t *testing.T) {
	t.Parallel()
	server := smtptest.Start(t)
	s := sender(t, options(server))
	for _, to := range []string{"", "clerk", "a@b.cn, c@d.cn", "王 <a@b.cn>", "a@b.cn\r\nBcc: x@y.cn", "a@b.cn\n", "<a@b.cn>", "a@b.cn> NOTIFY=NEVER <c@d.cn", "\"a\r\nb\"@c.cn"} {
		err := s.Send(t.Context(), mail.Message{To: to, Subject: "x", Text: "x"})
		if apperr.CodeOf(err) != apperr.Invalid || !mail.Permanent(err) {
			t.Errorf("%q: %v", to, err)
		}
	}
	if n := len(server.Messages()); n != 0 {
		t.Errorf("%d messages went out", n)
	}
}

func TestEncryptionAndLogin(t *testing.T) {
	t.Parallel()
	const user, password = "zjcs", "不外传"
	for mode, option := range map[string]smtptest.Option{mail.StartTLS: smtptest.StartTLS(), mail.TLS: smtptest.TLS()} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			server := smtptest.Start(t, option, smtptest.Auth(user, password))
			o := options(server)
			o.TLS, o.Username, o.Password = mode, user, password
			if err := sender(t, o).Send(t.Context(), letter); err != nil {
				t.Fatal(err)
			}
			if got := server.Next(); got.Text != letter.Text {
				t.Errorf("%+v", got)
			}

			wrong := o
			wrong.Password = "猜的"
			err := sender(t, wrong).Send(t.Context(), letter)
			if err == nil || strings.Contains(err.Error(), wrong.Password) {
				t.Errorf("a wrong password: %v", err)
			}
			stranger := o
			stranger.RootCAs = nil
			if err := sender(t, stranger).Send(t.Context(), letter); err == nil || !strings.Contains(err.Error(), "certificate") {
				t.Errorf("a certificate nobody vouches for: %v", err)
			}
			if n := len(server.Messages()); n != 1 {
				t.Errorf("%d messages arrived, want 1", n)
			}
		})
	}
	t.Run("a server that cannot encrypt gets nothing", func(t *testing.T) {
		t.Parallel()
		server := smtptest.Start(t)
		o := options(server)
		o.TLS = mail.StartTLS
		if err := sender(t, o).Send(t.Context(), letter); err == nil || len(server.Messages()) != 0 {
			t.Errorf("%v", err)
		}
	})
	t.Run("login on this machine without encryption", func(t *testing.T) {
		t.Parallel()
		server := smtptest.Start(t, smtptest.Auth(user, password))
		o := options(server)
		o.Username, o.Password = user, password
		if err := sender(t, o).Send(t.Context(), letter); err != nil {
			t.Fatal(err)
		}
		server.Next()
	})
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	server := smtptest.Start(t, smtptest.Judge(func(to string) error {
		switch to {
		case "gone@example.com":
			return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no such user"}
		case "full@example.com":
			return &smtp.SMTPError{Code: 452, EnhancedCode: smtp.EnhancedCode{4, 2, 2}, Message: "mailbox full"}
		}
		return nil
	}))
	s := sender(t, options(server))
	for to, permanent := range map[string]bool{"gone@example.com": true, "full@example.com": false} {
		err := s.Send(t.Context(), mail.Message{To: to, Subject: "x", Text: "x"})
		if err == nil || mail.Permanent(err) != permanent {
			t.Errorf("%s: %v, permanent %v", to, err, mail.Permanent(err))
		}
	}
}

func TestUnreachable(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	l.Close()
	s := sender(t, mail.Options{Addr: addr, From: "a@b.cn", TLS: mail.None})
	if err := s.Send(t.Context(), letter); err == nil || mail.Permanent(err) {
		t.Errorf("%v", err)
	}
}

// TestHangingServer: the caller's context, and failing that the timeout, ends the wait
// wherever the server falls silent; the connection is not left open.
func TestHangingServer(t *testing.T) {
	t.Parallel()
	t.Run("before the greeting", func(t *testing.T) {
		t.Parallel()
		for _, mode := range []string{mail.None, mail.TLS} {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			defer l.Close()
			ctx, cancel := context.WithCancel(t.Context())
			closed := make(chan error, 1)
			go func() {
				conn, err := l.Accept()
				if err != nil {
					closed <- err
					return
				}
				cancel()
				buf := make([]byte, 4096)
				for err == nil {
					_, err = conn.Read(buf) // until the sender hangs up
				}
				closed <- nil
			}()
			err = sender(t, mail.Options{Addr: l.Addr().String(), From: "a@b.cn", TLS: mode}).Send(ctx, letter)
			if !errors.Is(err, context.Canceled) {
				t.Errorf("%s: %v", mode, err)
			}
			if err := <-closed; err != nil {
				t.Error(err)
			}
		}
	})
	t.Run("within the message", func(t *testing.T) {
		t.Parallel()
		ctx, cancel := context.WithCancel(t.Context())
		release := make(chan struct{})
		server := smtptest.Start(t, smtptest.OnData(func() { cancel(); <-release }))
		err := sender(t, options(server)).Send(ctx, letter)
		close(release)
		if !errors.Is(err, context.Canceled) || mail.Permanent(err) {
			t.Errorf("%v", err)
		}
	})
	t.Run("timeout", func(t *testing.T) {
		t.Parallel()
		release := make(chan struct{})
		server := smtptest.Start(t, smtptest.OnData(func() { <-release }))
		o := options(server)
		o.Timeout = 200 * time.Millisecond
		err := sender(t, o).Send(t.Context(), letter)
		close(release)
		if !errors.Is(err, context.DeadlineExceeded) || mail.Permanent(err) {
			t.Errorf("%v", err)
		}
	})
}

func TestOff(t *testing.T) {
	t.Parallel()
	s := sender(t, mail.Options{TLS: "whatever"})
	if s.On() {
		t.Error("on without a server")
	}
	if err := s.Send(t.Context(), letter); apperr.CodeOf(err) != apperr.Unavailable {
		t.Error(err)
	}
}

func TestOptionsAreChecked(t *testing.T) {
	t.Parallel()
	right := mail.Options{Addr: "smtp.example.gov.cn:587", From: "a@b.cn", TLS: mail.StartTLS}
	for name, c := range map[string]struct {
		change func(*mail.Options)
		field  string
	}{
		"right":                     {func(*mail.Options) {}, ""},
		"no port":                   {func(o *mail.Options) { o.Addr = "smtp.example.gov.cn" }, "addr"},
		"no host":                   {func(o *mail.Options) { o.Addr = ":25" }, "addr"},
		"port that is none":         {func(o *mail.Options) { o.Addr = "smtp.example.gov.cn:99999" }, "addr"},
		"port 0":                    {func(o *mail.Options) { o.Addr = "smtp.example.gov.cn:0" }, "addr"},
		"user without password":     {func(o *mail.Options) { o.Username = "u" }, "password"},
		"password without user":     {func(o *mail.Options) { o.Password = "p" }, "password"},
		"from nobody":               {func(o *mail.Options) { o.From = "" }, "from"},
		"from two":                  {func(o *mail.Options) { o.From = "a@b.cn, c@d.cn" }, "from"},
		"unknown encryption":        {func(o *mail.Options) { o.TLS = "ssl3" }, "tls"},
		"in the clear, elsewhere":   {func(o *mail.Options) { o.TLS = mail.None }, "tls"},
		"in the clear, near":        {func(o *mail.Options) { o.TLS, o.Addr = mail.None, "10.0.0.1:25" }, "tls"},
		"in the clear, like local":  {func(o *mail.Options) { o.TLS, o.Addr = mail.None, "localhost.example.cn:25" }, "tls"},
		"in the clear, localhost":   {func(o *mail.Options) { o.TLS, o.Addr = mail.None, "localhost:25" }, ""},
		"in the clear, 127.0.0.1":   {func(o *mail.Options) { o.TLS, o.Addr = mail.None, "127.0.0.1:25" }, ""},
		"in the clear, IPv6 itself": {func(o *mail.Options) { o.TLS, o.Addr = mail.None, "[::1]:25" }, ""},
	} {
		o := right
		c.change(&o)
		_, err := mail.New(o)
		if c.field == "" {
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		if e, ok := apperr.As(err); !ok || len(e.Fields) != 1 || e.Fields[0].Name != c.field {
			t.Errorf("%s: %v, want a fault of %s", name, err, c.field)
		}
	}
}
