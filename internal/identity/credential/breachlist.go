package credential

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"sort"
	"strings"
	"sync"

	"github.com/klauspost/compress/zstd"
)

// breached.txt.zst is made by breachwords; breached.md says from what, and under which licence.
//
//go:embed breached.txt.zst
var breachedZstd []byte

// BreachList is the shipped list: passwords of ten characters and more that are known to
// have leaked, in lower case. It works without a network and without any set-up.
type BreachList struct {
	lines []byte // ascending, each ended by \n
	count int
}

// The list is unpacked once for the whole program: 3 MB that never change.
var unpacked = sync.OnceValues(func() (*BreachList, error) {
	r, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1))
	if err != nil {
		return nil, err
	}
	defer r.Close()
	lines, err := r.DecodeAll(breachedZstd, nil)
	if err != nil {
		return nil, err
	}
	if len(lines) == 0 || lines[len(lines)-1] != '\n' {
		return nil, errors.New("no lines")
	}
	return &BreachList{lines: lines, count: bytes.Count(lines, []byte{'\n'})}, nil
})

// NewBreachList unpacks the shipped list.
func NewBreachList() (*BreachList, error) {
	l, err := unpacked()
	if err != nil {
		return nil, fmt.Errorf("credential: the shipped list of breached passwords: %w", err)
	}
	return l, nil
}

// Len is the number of passwords on the list.
func (l *BreachList) Len() int { return l.count }

// Contains reports whether password (as Normalise gives it) is on the list in any
// capitals: Password2015 is as well known as password2015.
func (l *BreachList) Contains(password string) bool {
	want := strings.ToLower(password)
	// The first line that is not before want, found by halving the bytes.
	at := sort.Search(len(l.lines), func(i int) bool { return string(l.lineAt(i)) >= want })
	return at < len(l.lines) && string(l.lineAt(at)) == want
}

// lineAt is the line to which byte i belongs.
func (l *BreachList) lineAt(i int) []byte {
	from := bytes.LastIndexByte(l.lines[:i], '\n') + 1
	return l.lines[from : i+bytes.IndexByte(l.lines[i:], '\n')]
}
