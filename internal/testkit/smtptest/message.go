package smtptest

import (
	"encoding/base64"
	"fmt"
	"io"
	"mime"
	"mime/quotedprintable"
	"net/mail"
	"strings"
)

// Message is what arrived, decoded: RFC 2047 words in headers, transfer encoding and
// CRLF in the text.
type Message struct {
	From    string   // the envelope's sender
	To      []string // the envelope's recipients
	Subject string
	Text    string // line breaks are \n
	Header  mail.Header
}

func decode(r io.Reader) (Message, error) {
	raw, err := mail.ReadMessage(r)
	if err != nil {
		return Message{}, fmt.Errorf("smtptest: %w", err)
	}
	m := Message{Header: raw.Header}
	if m.Subject, err = new(mime.WordDecoder).DecodeHeader(raw.Header.Get("Subject")); err != nil {
		return m, fmt.Errorf("smtptest: subject: %w", err)
	}
	kind, params, err := mime.ParseMediaType(raw.Header.Get("Content-Type"))
	if err != nil || kind != "text/plain" || !strings.EqualFold(params["charset"], "utf-8") {
		return m, fmt.Errorf("smtptest: content type %q, want text/plain in UTF-8", raw.Header.Get("Content-Type"))
	}
	body := raw.Body
	switch encoding := strings.ToLower(raw.Header.Get("Content-Transfer-Encoding")); encoding {
	case "base64":
		body = base64.NewDecoder(base64.StdEncoding, body) // skips the line breaks itself
	case "quoted-printable":
		body = quotedprintable.NewReader(body)
	case "", "7bit", "8bit":
	default:
		return m, fmt.Errorf("smtptest: transfer encoding %q", encoding)
	}
	text, err := io.ReadAll(body)
	if err != nil {
		return m, fmt.Errorf("smtptest: text: %w", err)
	}
	m.Text = strings.ReplaceAll(string(text), "\r\n", "\n")
	return m, nil
}
