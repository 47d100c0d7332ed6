package demo

import (
	"bytes"
	"fmt"
	"regexp"
	"strconv"
	"testing"
)

// A reader that is strict finds every object where the table says.
func TestPapersAreWholePDFs(t *testing.T) {
	t.Parallel()
	b := paper("营业执照")
	if !bytes.Equal(b, paper("营业执照")) || bytes.Equal(b, paper("承诺书")) {
		t.Error("a paper is its title and nothing else")
	}
	at, err := strconv.Atoi(string(regexp.MustCompile(`startxref\n(\d+)\n%%EOF\n$`).FindSubmatch(b)[1]))
	if err != nil || !bytes.HasPrefix(b[at:], []byte("xref\n")) {
		t.Fatalf("no table at %d", at)
	}
	entries := regexp.MustCompile(`(\d{10}) 00000 n \n`).FindAllSubmatch(b[at:], -1)
	if len(entries) != 7 {
		t.Fatalf("%d objects", len(entries))
	}
	for i, e := range entries {
		offset, err := strconv.Atoi(string(e[1]))
		if err != nil || !bytes.HasPrefix(b[offset:], fmt.Appendf(nil, "%d 0 obj", i+1)) {
			t.Errorf("object %d is not at %d", i+1, offset)
		}
	}
}
