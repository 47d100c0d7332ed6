package credential

import (
	"bytes"
	"crypto/sha1" //nolint:gosec // the format of the list, not a protection
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
)

const (
	hashDigits = 2 * sha1.Size
	// longestLine: the digest, a colon, a count of up to 19 digits and CR LF, with room to spare.
	longestLine = 80
	breachBlock = 4096 // bytes read at once: where halving ends and reading line by line begins
	samples     = 256  // places looked at on opening
)

// BreachFile is an operator's list of breached passwords in the "SHA-1, ordered by hash"
// text format of Have I Been Pwned: one "<40 hexadecimal digits>:<count>" a line, ascending,
// LF or CR LF. Tens of gigabytes are searched where they lie, some 35 short reads a
// password; nothing is loaded and nothing leaves the machine. Safe for concurrent use.
type BreachFile struct {
	f    *os.File
	size int64
}

// OpenBreachFile opens the list at path and looks at 256 places of it, first and last
// lines included: whatever is not of the format, is out of order there or ends in the
// middle of a line is refused, since a search through it would silently find nothing. A
// disorder between those places can pass unseen.
func OpenBreachFile(path string) (*BreachFile, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("credential: list of breached passwords: %w", err)
	}
	b := &BreachFile{f: f}
	if err := b.inspect(); err != nil {
		f.Close()
		return nil, fmt.Errorf("credential: list of breached passwords %s: %w", path, err)
	}
	return b, nil
}

// Close closes the file; a Count under way then fails.
func (b *BreachFile) Close() error { return b.f.Close() }

// Count is how often password (as Normalise gives it) was seen in breaches, 0 when the
// list does not have it. An error means that the file could not be read or is damaged
// where the password would stand.
func (b *BreachFile) Count(password string) (int64, error) {
	sum := sha1.Sum([]byte(password)) //nolint:gosec // the list's digest
	want := hex.EncodeToString(sum[:])
	// low is the start of a line, and no line before it is the wanted one; the wanted
	// one starts before high.
	low, high := int64(0), b.size
	for high-low > breachBlock {
		middle := low + (high-low)/2
		start, digest, _, err := b.lineAfter(middle)
		if err != nil {
			return 0, err
		}
		switch {
		case start >= high || digest > want:
			high = middle // no line starts between middle and start
		case digest < want:
			low = start
		default:
			low, high = start, start+1
		}
	}
	block := make([]byte, high-low+longestLine)
	block, err := b.read(block, low)
	if err != nil {
		return 0, err
	}
	for at := int64(0); low+at < high && len(block) > 0; {
		line, rest, next := cutLine(block)
		digest, count, err := parseBreachLine(line)
		if err != nil {
			return 0, fmt.Errorf("at byte %d: %w", low+at, err)
		}
		if digest == want {
			return count, nil
		}
		if digest > want {
			break
		}
		block, at = rest, at+next
	}
	return 0, nil
}

// lineAfter is the first line that starts at or after offset, or after the last one the
// file's end.
func (b *BreachFile) lineAfter(offset int64) (start int64, digest string, end int64, err error) {
	from := max(offset-1, 0) // a line that starts at offset follows a line feed just before
	block, err := b.read(make([]byte, 2*longestLine+1), from)
	if err != nil {
		return 0, "", 0, err
	}
	skip := 0
	if offset > 0 {
		i := bytes.IndexByte(block, '\n')
		if i < 0 && from+int64(len(block)) < b.size {
			return 0, "", 0, fmt.Errorf("at byte %d: a line is longer than %d bytes", offset, longestLine)
		}
		if i < 0 || from+int64(i)+1 >= b.size {
			return b.size, "", b.size, nil
		}
		skip = i + 1
	}
	line, _, next := cutLine(block[skip:])
	start = from + int64(skip)
	if digest, _, err = parseBreachLine(line); err != nil {
		return 0, "", 0, fmt.Errorf("at byte %d: %w", start, err)
	}
	return start, digest, start + next, nil
}

func (b *BreachFile) read(block []byte, at int64) ([]byte, error) {
	n, err := b.f.ReadAt(block, at)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	return block[:n], nil
}

// cutLine takes the first line off block; next is how many bytes it took.
func cutLine(block []byte) (line, rest []byte, next int64) {
	line, rest, found := bytes.Cut(block, []byte{'\n'})
	next = int64(len(line))
	if found {
		next++
	}
	return bytes.TrimSuffix(line, []byte{'\r'}), rest, next
}

// parseBreachLine gives the digest in lower case.
func parseBreachLine(line []byte) (digest string, count int64, err error) {
	if len(line) < hashDigits+2 || line[hashDigits] != ':' {
		return "", 0, errors.New("a line is not of the form <40 hexadecimal digits>:<count>")
	}
	low := bytes.ToLower(line[:hashDigits])
	if _, err := hex.Decode(make([]byte, sha1.Size), low); err != nil {
		return "", 0, errors.New("a line does not begin with 40 hexadecimal digits (the SHA-1 list is needed, not the NTLM one)")
	}
	count, err = strconv.ParseInt(string(line[hashDigits+1:]), 10, 64)
	if err != nil || count < 0 {
		return "", 0, errors.New("a line does not end in a count")
	}
	return string(low), count, nil
}

// inspect reads pairs of neighbouring lines at even distances and the last line.
func (b *BreachFile) inspect() error {
	info, err := b.f.Stat()
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return errors.New("is not a file")
	}
	if b.size = info.Size(); b.size == 0 {
		return errors.New("is empty")
	}
	previous, seen := "", int64(-1)
	look := func(offset int64) (end int64, err error) {
		start, digest, end, err := b.lineAfter(offset)
		if err != nil || start >= b.size || start <= seen {
			return end, err
		}
		if previous != "" && digest <= previous {
			return 0, fmt.Errorf("at byte %d: not in ascending order of the hash (the list ordered by hash is needed)", start)
		}
		previous, seen = digest, start
		return end, nil
	}
	for i := range int64(samples) {
		end, err := look(b.size / samples * i)
		if err != nil {
			return err
		}
		if _, err := look(end); err != nil {
			return err
		}
	}
	// The end: every line that begins in the last bytes, so that a cut one is noticed.
	for at := max(b.size-2*longestLine, 0); at < b.size; {
		if at, err = look(at); err != nil {
			return err
		}
	}
	return nil
}
