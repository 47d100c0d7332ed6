package files

import (
	"path"
	"strings"
	"time"
	"unicode"

	"github.com/google/uuid"
)

// MediaType is one of the accepted kinds of file, as found in its content.
type MediaType string

const (
	PDF  MediaType = "application/pdf"
	OFD  MediaType = "application/ofd" // 版式文档, GB/T 33190
	PNG  MediaType = "image/png"
	JPEG MediaType = "image/jpeg"
	DOCX MediaType = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
	XLSX MediaType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
)

// accepted is how each kind may be named, its usual extension first, and whether a
// browser may show it in place: only what it shows without running anything of ours.
var accepted = map[MediaType]struct {
	extensions []string
	inline     bool
}{
	PDF:  {[]string{".pdf"}, true},
	OFD:  {[]string{".ofd"}, false},
	PNG:  {[]string{".png"}, true},
	JPEG: {[]string{".jpg", ".jpeg"}, true},
	DOCX: {[]string{".docx"}, false},
	XLSX: {[]string{".xlsx"}, false},
}

// acceptedText is what a refusal tells the uploader to use instead.
const acceptedText = "PDF、OFD、PNG、JPEG、DOCX 或 XLSX"

// File is an attachment as it is known; its content is read through Store.Open.
type File struct {
	ID         uuid.UUID
	SHA256     [32]byte
	Size       int64 // bytes
	MediaType  MediaType
	Name       string // fit to be shown and to be saved under; ends in an extension of its kind
	UploadedBy uuid.UUID
	OrgID      uuid.NullUUID
	UploadedAt time.Time
	ScannedAt  *time.Time // nil: virus scanning was off
	ScanEngine string
}

// maxName is in characters.
const maxName = 200

// CleanName makes what a browser sent fit to be shown and to be saved under: the last
// part of a path; nothing invisible, nothing that turns the reading direction (an RTL
// override shows "fdp.exe" as "exe.pdf"), nothing Windows forbids; and an extension of
// the kind the content has, so that a double click opens what was checked.
func CleanName(name string, kind MediaType) string {
	name = strings.ToValidUTF8(name, "_")
	name = name[strings.LastIndexAny(name, `/\`)+1:]
	name = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.In(r, unicode.C, unicode.Zl, unicode.Zp):
			return -1
		case strings.ContainsRune(`<>:"|?*`, r):
			return '_'
		}
		return r
	}, name)
	name = strings.Trim(name, " .")
	extensions := accepted[kind].extensions
	ext := path.Ext(name)
	known := false
	for _, e := range extensions {
		known = known || strings.EqualFold(ext, e)
	}
	if known {
		name = strings.TrimSuffix(name, ext)
	} else if len(extensions) > 0 {
		ext = extensions[0]
	} else {
		ext = ""
	}
	if r := []rune(name); len(r) > maxName-len(ext) {
		name = string(r[:maxName-len(ext)])
	}
	if name = strings.TrimRight(name, " ."); name == "" {
		name = "附件"
	}
	return name + ext
}
