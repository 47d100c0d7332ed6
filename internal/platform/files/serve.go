package files

import (
	"fmt"
	"io"
	"net/http"
	"path"
	"strconv"
	"strings"
)

// Serve answers with a file so that it can do nothing in this site's name: its type is one
// of the accepted ones and not guessed again, it is saved rather than shown unless it is
// a PDF or picture and inline is asked for, and even then it is sandboxed and may load
// nothing. It is not stored by caches: attachments hold personal data and permissions end.
// An error comes after the headers, when all that can be done is to break off and log.
func Serve(w http.ResponseWriter, r *http.Request, f File, body io.Reader, inline bool) error {
	kind, known := accepted[f.MediaType]
	h := w.Header()
	h.Set("Content-Type", string(f.MediaType))
	if !known {
		h.Set("Content-Type", "application/octet-stream")
	}
	h.Set("Content-Length", strconv.FormatInt(f.Size, 10))
	h.Set("Content-Disposition", disposition(f.Name, inline && kind.inline))
	h.Set("Content-Security-Policy", "sandbox; default-src 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cache-Control", "private, no-store")
	w.WriteHeader(http.StatusOK)
	if r.Method == http.MethodHead {
		return nil
	}
	if n, err := io.Copy(w, body); err != nil {
		return fmt.Errorf("serve file %s, %d of %d bytes: %w", f.ID, n, f.Size, err)
	}
	return nil
}

// disposition gives the name in the form of RFC 6266 with RFC 8187, and before it an
// ASCII one for what knows only that.
func disposition(name string, inline bool) string {
	how := "attachment"
	if inline {
		how = "inline"
	}
	plain := "file"
	if ext := path.Ext(name); ext != "" && encode(ext) == ext {
		plain += ext
	}
	return fmt.Sprintf(`%s; filename="%s"; filename*=UTF-8''%s`, how, plain, encode(name))
}

// encode leaves the attr-char of RFC 8187 and writes the other bytes as %XX.
func encode(s string) string {
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("!#$&+-.^_`|~", c) >= 0 {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}
