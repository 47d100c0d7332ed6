// Package smtptest is a real SMTP server for tests: what a program sends arrives,
// decoded, on a channel.
package smtptest

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log"
	"net"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// patience is how long Next waits before it says that no message came.
const patience = 20 * time.Second

// Server takes every message for every address.
type Server struct {
	Addr    string         // host:port on loopback
	RootCAs *x509.CertPool // trusts the certificate of a server with StartTLS or TLS

	t        testing.TB
	o        options
	arrivals chan struct{} // at least one came since it was last read; nobody waits to put it there
	mu       sync.Mutex
	all      []Message
	returned int // how many of all Next has returned
}

type options struct {
	secure             string
	username, password string
	judge              func(to string) error
	onData             func()
}

// Option changes how the server behaves.
type Option func(*options)

// StartTLS makes the server offer STARTTLS with a certificate for 127.0.0.1.
func StartTLS() Option { return func(o *options) { o.secure = "starttls" } }

// TLS makes the server speak TLS from the first byte.
func TLS() Option { return func(o *options) { o.secure = "tls" } }

// Auth makes the server take messages only after AUTH PLAIN with these.
func Auth(username, password string) Option {
	return func(o *options) { o.username, o.password = username, password }
}

// Judge is asked for each recipient; its error, usually an smtp.SMTPError, is the answer.
func Judge(judge func(to string) error) Option { return func(o *options) { o.judge = judge } }

// OnData is called when a message begins to arrive; the server answers when it returns.
func OnData(f func()) Option { return func(o *options) { o.onData = f } }

// Start runs a server until the test ends.
func Start(t testing.TB, opts ...Option) *Server {
	t.Helper()
	s := &Server{t: t, arrivals: make(chan struct{}, 1)}
	for _, o := range opts {
		o(&s.o)
	}
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.Addr = l.Addr().String()

	server := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return &session{s: s}, nil }))
	server.Domain = "localhost"
	server.AllowInsecureAuth = s.o.secure == ""
	server.ErrorLog = log.New(io.Discard, "", 0) // clients that break off are part of the tests
	if s.o.secure != "" {
		server.TLSConfig = s.certificate()
	}
	if s.o.secure == "tls" {
		l = tls.NewListener(l, server.TLSConfig)
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve(l) }()
	t.Cleanup(func() {
		l.Close() // a server closed before it began to serve would not know of it
		if err := server.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
			t.Errorf("smtptest: %v", err)
		}
		if err := <-served; err != nil && !errors.Is(err, net.ErrClosed) {
			t.Errorf("smtptest: %v", err)
		}
	})
	return s
}

// certificate is httptest's own, made for 127.0.0.1 and trusted by nobody but RootCAs.
func (s *Server) certificate() *tls.Config {
	web := httptest.NewTLSServer(nil)
	defer web.Close()
	s.RootCAs = x509.NewCertPool()
	s.RootCAs.AddCert(web.Certificate())
	return &tls.Config{Certificates: web.TLS.Certificates, MinVersion: tls.VersionTLS12}
}

// Next waits for the next message that no Next has returned yet.
func (s *Server) Next() Message {
	s.t.Helper()
	late := time.After(patience)
	for {
		if m, ok := s.take(); ok {
			return m
		}
		select {
		case <-s.arrivals:
			continue
		case <-s.t.Context().Done():
		case <-late:
		}
		s.t.Fatal("smtptest: no message came")
	}
}

func (s *Server) take() (m Message, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.returned == len(s.all) {
		return m, false
	}
	s.returned++
	return s.all[s.returned-1], true
}

// Messages are all that have arrived, whether Next returned them or not.
func (s *Server) Messages() []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Message(nil), s.all...)
}

func (s *Server) keep(m Message) {
	s.mu.Lock()
	s.all = append(s.all, m)
	s.mu.Unlock()
	select {
	case s.arrivals <- struct{}{}:
	default: // who waits will find this one too
	}
}

// session is one connection.
type session struct {
	s             *Server
	authenticated bool
	from          string
	to            []string
}

var _ smtp.AuthSession = (*session)(nil)

func (c *session) AuthMechanisms() []string {
	if c.s.o.username == "" {
		return nil
	}
	return []string{sasl.Plain}
}

func (c *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, username, password string) error {
		if username != c.s.o.username || password != c.s.o.password {
			return smtp.ErrAuthFailed
		}
		c.authenticated = true
		return nil
	}), nil
}

func (c *session) Mail(from string, _ *smtp.MailOptions) error {
	if c.s.o.username != "" && !c.authenticated {
		return smtp.ErrAuthRequired
	}
	c.from = from
	return nil
}

func (c *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	if c.s.o.judge != nil {
		if err := c.s.o.judge(to); err != nil {
			return err
		}
	}
	c.to = append(c.to, to)
	return nil
}

func (c *session) Data(r io.Reader) error {
	if c.s.o.onData != nil {
		c.s.o.onData()
	}
	m, err := decode(r)
	if err != nil {
		return err
	}
	m.From, m.To = c.from, c.to
	c.s.keep(m)
	return nil
}

func (c *session) Reset()        { c.from, c.to = "", nil }
func (c *session) Logout() error { return nil }
