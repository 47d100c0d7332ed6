package files

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"
)

// Verdict is what a scanner found. A clean file has no Finding.
type Verdict struct {
	Finding string // the signature's name
	Engine  string // the scanner, its version and that of its signatures
}

// Scanner looks for viruses. An error means not scanned, and such a file is not kept.
type Scanner interface {
	Scan(ctx context.Context, content io.Reader) (Verdict, error)
}

// Clamd asks ClamAV's daemon, by the protocol of clamd(8). Its StreamMaxLength must be at
// least the size limit of files, else it refuses the large ones; with AlertExceedsMax it
// also reports what it could not look into to the end.
type Clamd struct{ network, address string }

const (
	clamdTimeout = 2 * time.Minute // clamd's own MaxScanTime
	clamdChunk   = 64 << 10
)

// NewClamd takes an address such as 127.0.0.1:3310, tcp://host:3310, /run/clamav/clamd.ctl
// or unix:///run/clamav/clamd.ctl. It does not connect.
func NewClamd(address string) (*Clamd, error) {
	if p, ok := strings.CutPrefix(address, "unix://"); ok || strings.HasPrefix(address, "/") {
		if p == "" {
			return nil, fmt.Errorf("clamd address %q has no path", address)
		}
		return &Clamd{"unix", strings.TrimPrefix(address, "unix://")}, nil
	}
	host := strings.TrimPrefix(address, "tcp://")
	if _, port, err := net.SplitHostPort(host); err != nil || port == "" {
		return nil, fmt.Errorf("clamd address %q should be host:port or the path of a socket", address)
	}
	return &Clamd{"tcp", host}, nil
}

// Scan sends content to the daemon and waits for its verdict.
func (c *Clamd) Scan(ctx context.Context, content io.Reader) (Verdict, error) {
	ctx, cancel := context.WithTimeout(ctx, clamdTimeout)
	defer cancel()
	engine, err := c.ask(ctx, "VERSION", nil)
	if err != nil {
		return Verdict{}, err
	}
	if !strings.HasPrefix(engine, "ClamAV") {
		return Verdict{}, fmt.Errorf("clamd: unexpected version %q", engine)
	}
	answer, err := c.ask(ctx, "INSTREAM", content)
	if err != nil {
		return Verdict{}, err
	}
	v := Verdict{Engine: engine}
	if answer == "stream: OK" {
		return v, nil
	}
	finding, ok := strings.CutSuffix(answer, " FOUND")
	if v.Finding = strings.TrimPrefix(finding, "stream: "); !ok || v.Finding == "" {
		return Verdict{}, fmt.Errorf("clamd: %s", answer)
	}
	return v, nil
}

// ask sends one command in the z form (ended by NUL, answered by text ended by NUL), and
// after it content in chunks, each with its length before it, a length of zero at the end.
func (c *Clamd) ask(ctx context.Context, command string, content io.Reader) (string, error) {
	conn, err := (&net.Dialer{Timeout: 5 * time.Second}).DialContext(ctx, c.network, c.address)
	if err != nil {
		return "", fmt.Errorf("clamd: %w", err)
	}
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	defer stop()
	_, sent := io.WriteString(conn, "z"+command+"\x00")
	if content != nil && sent == nil {
		if sent, err = stream(conn, content); err != nil {
			return "", err
		}
	}
	// A daemon that has had enough says why and hangs up: its answer tells more than
	// the failed write.
	answer, err := bufio.NewReader(io.LimitReader(conn, 4096)).ReadString(0)
	if err != nil {
		return "", fmt.Errorf("clamd: %w", errors.Join(ctx.Err(), sent, err))
	}
	return strings.TrimSuffix(answer, "\x00"), nil
}

// stream keeps apart what could not be sent and what could not be read.
func stream(conn io.Writer, content io.Reader) (sent, read error) {
	buf := make([]byte, 4+clamdChunk)
	for {
		n, err := io.ReadFull(content, buf[4:])
		if n > 0 {
			binary.BigEndian.PutUint32(buf, uint32(n))
			if _, err := conn.Write(buf[:4+n]); err != nil {
				return err, nil
			}
		}
		switch {
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
			_, err := conn.Write([]byte{0, 0, 0, 0})
			return err, nil
		case err != nil:
			return nil, fmt.Errorf("read upload: %w", err)
		}
	}
}
