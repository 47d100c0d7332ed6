package files_test

import (
	"archive/zip"
	"bufio"
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/files"
)

// eicar is the harmless text that every scanner is tested with, in two halves so that
// none takes this file for infected.
const eicar = `X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR` + `-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*`

// clamd is ClamAV's own daemon with one signature, as a user that owns nothing here.
type clamd struct {
	socket, port string
	process      *exec.Cmd
}

func startClamd(t *testing.T) clamd {
	t.Helper()
	binary, err := exec.LookPath("clamd")
	if err != nil {
		binary = "/usr/sbin/clamd"
	}
	dir, err := os.MkdirTemp("", "zjcs-clamd-") // not t.TempDir: the daemon's user must be able to enter
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c := clamd{socket: filepath.Join(dir, "clamd.sock"), port: free.Addr().String()}
	free.Close()
	_, port, err := net.SplitHostPort(c.port)
	must(err)
	must(os.MkdirAll(filepath.Join(dir, "db"), 0o755))
	must(os.WriteFile(filepath.Join(dir, "db", "own.ndb"), []byte("Zjcs.Test.EICAR:0:*:"+hex.EncodeToString([]byte(eicar))+"\n"), 0o644))
	conf := filepath.Join(dir, "clamd.conf")
	must(os.WriteFile(conf, fmt.Appendf(nil, "Foreground yes\nDatabaseDirectory %[1]s/db\nTemporaryDirectory %[1]s\nLocalSocket %s\nTCPSocket %s\nTCPAddr 127.0.0.1\nStreamMaxLength 1M\n",
		dir, c.socket, port), 0o644))
	must(os.Chmod(dir, 0o755))
	c.process = exec.Command(binary, "-c", conf)
	if os.Getuid() == 0 {
		const nobody = 65534
		must(os.Chown(dir, nobody, nobody))
		c.process.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	}
	out, err := c.process.StdoutPipe()
	must(err)
	c.process.Stderr = c.process.Stdout
	if err := c.process.Start(); err != nil {
		t.Fatalf("clamd: %v; run deploy/setup.sh test", err)
	}
	t.Cleanup(func() { c.stop() })
	lines := bufio.NewScanner(out)
	var said []string
	for lines.Scan() {
		if said = append(said, lines.Text()); strings.HasPrefix(lines.Text(), "Self checking every") { // the last it says before it serves
			go io.Copy(io.Discard, out) // until it is stopped
			return c
		}
	}
	t.Fatalf("clamd did not start:\n%s", strings.Join(said, "\n"))
	return c
}

func (c clamd) stop() {
	if c.process.ProcessState == nil {
		_ = c.process.Process.Kill()
		_ = c.process.Wait()
	}
}

func scanning(t *testing.T, address string) func(*files.Options) {
	t.Helper()
	scanner, err := files.NewClamd(address)
	if err != nil {
		t.Fatal(err)
	}
	return func(o *files.Options) { o.Scanner = scanner }
}

// TestClamd asks the real daemon, over both kinds of socket.
func TestClamd(t *testing.T) {
	t.Parallel()
	daemon := startClamd(t)
	var last stage
	for _, address := range []string{daemon.socket, "unix://" + daemon.socket, daemon.port, "tcp://" + daemon.port} {
		s := setup(t, scanning(t, address))
		last = s
		clean := s.put(t, "净.pdf", pdfWith(noise(300_000))) // several chunks
		back, err := s.Get(t.Context(), clean.ID)
		if err != nil || back.ScannedAt == nil || !strings.HasPrefix(back.ScanEngine, "ClamAV ") {
			t.Errorf("%s: %+v, %v", address, back, err)
		}
		s.refused(t, "毒.pdf", pdfWith(eicar), apperr.Invalid, "Zjcs.Test.EICAR")
		s.refused(t, "毒在包内.docx", docxOf(member{"word/embeddings/a.bin", eicar, zip.Deflate}), apperr.Invalid, "Zjcs.Test.EICAR")
		// More than the daemon takes is not scanned, so not kept.
		s.refused(t, "大.pdf", pdfWith(noise(2<<20)), apperr.Unavailable, "病毒检查")
	}
	daemon.stop()
	last.refused(t, "净.png", pngOf(4), apperr.Unavailable, "病毒检查")
}

// TestWithoutAVerdictNothingIsKept: whatever goes wrong between us and the daemon.
func TestWithoutAVerdictNothingIsKept(t *testing.T) {
	t.Parallel()
	version := func(c net.Conn, command string) bool {
		if command != "zVERSION\x00" {
			return false
		}
		io.WriteString(c, "ClamAV 1.4.6/27000/Mon Mar  2 09:00:00 2026\x00")
		return true
	}
	answers := map[string]func(c net.Conn, command string){
		"hangs up":               func(net.Conn, string) {},
		"hangs up when streamed": func(c net.Conn, command string) { version(c, command) },
		"is another program":     func(c net.Conn, _ string) { io.WriteString(c, "HTTP/1.1 400 Bad Request\r\n\r\n\x00") },
		"has an error": func(c net.Conn, command string) {
			_ = version(c, command) || say(c, "INSTREAM size limit exceeded. ERROR\x00")
		},
		"is cut off":      func(c net.Conn, command string) { _ = version(c, command) || say(c, "stream: OK") },
		"says odd things": func(c net.Conn, command string) { _ = version(c, command) || say(c, "stream: OK FOUND nothing\x00") },
		"finds no name":   func(c net.Conn, command string) { _ = version(c, command) || say(c, "stream:  FOUND\x00") },
		"never answers":   func(c net.Conn, command string) { _ = version(c, command) || swallow(c) },
	}
	for name, answer := range answers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			defer l.Close()
			go func() {
				for {
					c, err := l.Accept()
					if err != nil {
						return
					}
					command, err := bufio.NewReader(io.LimitReader(c, 9)).ReadString(0)
					if err == nil || command == "zINSTREAM" {
						answer(c, command)
					}
					c.Close()
				}
			}()
			s := setup(t, scanning(t, l.Addr().String()))
			ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
			defer cancel()
			if name != "never answers" {
				ctx = t.Context()
			}
			_, err = s.Put(ctx, upload("净.png", pngOf(4)))
			if apperr.CodeOf(err) != apperr.Unavailable || s.rows(t) != 0 || len(s.contents(t)) != 0 {
				t.Errorf("%v", err)
			}
		})
	}
	for _, address := range []string{"127.0.0.1:1", filepath.Join(t.TempDir(), "none.sock")} {
		setup(t, scanning(t, address)).refused(t, "净.png", pngOf(4), apperr.Unavailable, "病毒检查")
	}
}

func say(c net.Conn, words string) bool {
	_, err := io.WriteString(c, words)
	return err == nil
}

func swallow(c net.Conn) bool {
	_, err := io.Copy(io.Discard, c)
	return err == nil
}

// silent is a scanner that says neither yes nor no.
type silent struct{}

func (silent) Scan(context.Context, io.Reader) (files.Verdict, error) { return files.Verdict{}, nil }

func TestAScannerThatSaysNothingIsNoScanner(t *testing.T) {
	t.Parallel()
	setup(t, func(o *files.Options) { o.Scanner = silent{} }).refused(t, "净.png", pngOf(4), apperr.Unavailable, "病毒检查")
}

func TestNewClamdWantsAnAddress(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{"", "unix://", "localhost", "tcp://", "host:"} {
		if _, err := files.NewClamd(bad); err == nil {
			t.Error(bad)
		}
	}
	if _, err := files.NewClamd("[::1]:3310"); err != nil {
		t.Error(err)
	}
}
