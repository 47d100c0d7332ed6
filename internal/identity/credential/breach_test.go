package credential

import (
	"bytes"
	"crypto/sha1"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestTheShippedListIsWhatTheSearchNeeds(t *testing.T) {
	t.Parallel()
	if len(breachedZstd) >= 1_500_000 {
		t.Errorf("%d bytes", len(breachedZstd))
	}
	l, err := NewBreachList()
	if err != nil {
		t.Fatal(err)
	}
	if l.Len() < 100_000 {
		t.Errorf("only %d passwords", l.Len())
	}
	previous := ""
	for line := range bytes.Lines(l.lines) {
		word := string(bytes.TrimSuffix(line, []byte("\n")))
		normal, err := Normalise(word)
		if err != nil || normal != word || strings.ToLower(word) != word || utf8.RuneCountInString(word) < MinLength || word <= previous {
			t.Fatalf("%q after %q: %v", word, previous, err)
		}
		if strings.Trim(word, "0123456789") == "" || facts[0].re.MatchString(word) && len(word) == 11 {
			t.Errorf("%q could be somebody's number", word)
		}
		if !l.Contains(word) || !l.Contains(strings.ToUpper(word)) && strings.ToLower(strings.ToUpper(word)) == word {
			t.Fatalf("%q is not found", word)
		}
		previous = word
	}
	for _, s := range []string{"", "\n", "zzzzzzzzzzzzzzzzzzzzzzy\u00ff", "\x00", "tuesday violin marble", "woaini1314\n", previous + "x", previous[:len(previous)-1]} {
		if l.Contains(s) {
			t.Errorf("%q is found", s)
		}
	}
	for _, s := range []string{"woaini1314", "Password123", "1qaz2wsx3edc", "qwertyuiop"} {
		if !l.Contains(s) {
			t.Errorf("%q is not found", s)
		}
	}
}

// breachFile writes the digests of passwords with their counts, ordered, ended by eol;
// change may spoil the lines.
func breachFile(t testing.TB, n int, eol string, change func([]string) []byte) (path string, lines []string) {
	t.Helper()
	for i := range n {
		lines = append(lines, fmt.Sprintf("%X:%d", sha1.Sum([]byte(word(i))), i+1))
	}
	slices.Sort(lines)
	content := []byte(strings.Join(lines, eol) + eol)
	if change != nil {
		content = change(slices.Clone(lines))
	}
	path = filepath.Join(t.TempDir(), "pwned.txt")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path, lines
}

func word(i int) string { return fmt.Sprintf("breached %d", i) }

func openBreachFile(t testing.TB, path string) *BreachFile {
	t.Helper()
	b, err := OpenBreachFile(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	})
	return b
}

func TestAnOperatorsListIsSearchedFromItsFirstToItsLastLine(t *testing.T) {
	t.Parallel()
	const n = 100_000
	for name, eol := range map[string]string{"LF": "\n", "CRLF": "\r\n"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path, lines := breachFile(t, n, eol, nil)
			b := openBreachFile(t, path)
			ends := map[string]bool{}
			for _, l := range append(slices.Clone(lines[:100]), lines[n-100:]...) {
				ends[l] = true
			}
			for i := range n {
				if i%5 != 0 && !ends[fmt.Sprintf("%X:%d", sha1.Sum([]byte(word(i))), i+1)] {
					continue
				}
				if got, err := b.Count(word(i)); err != nil || got != int64(i+1) {
					t.Fatalf("%s: %d, %v", word(i), got, err)
				}
			}
			for i := range 5_000 { // before the first, after the last, and all between
				if got, err := b.Count(word(n + i)); err != nil || got != 0 {
					t.Fatalf("%s is not listed: %d, %v", word(n+i), got, err)
				}
			}
		})
	}
}

func TestSmallListsHaveNoBlindSpot(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		n := rapid.IntRange(1, 300).Draw(rt, "lines")
		eol := rapid.SampledFrom([]string{"\n", "\r\n"}).Draw(rt, "eol")
		path, _ := breachFile(t, n, eol, func(lines []string) []byte {
			text := strings.Join(lines, eol)
			if rapid.Bool().Draw(rt, "ended") {
				text += eol
			}
			if rapid.Bool().Draw(rt, "lower") {
				text = strings.ToLower(text)
			}
			return []byte(text)
		})
		b, err := OpenBreachFile(path)
		if err != nil {
			rt.Fatal(err)
		}
		defer b.Close()
		for i := range 2 * n {
			want := int64(0)
			if i < n {
				want = int64(i + 1)
			}
			if got, err := b.Count(word(i)); err != nil || got != want {
				rt.Fatalf("%s of %d: %d, %v", word(i), n, got, err)
			}
		}
	})
}

func TestAListThatWouldFindNothingIsRefusedOnOpening(t *testing.T) {
	t.Parallel()
	join := func(lines []string) []byte { return []byte(strings.Join(lines, "\r\n") + "\r\n") }
	for name, c := range map[string]struct {
		change func([]string) []byte
		reason string
	}{
		"empty":    {func([]string) []byte { return nil }, "empty"},
		"cut hash": {func(l []string) []byte { return append(join(l[:len(l)-1]), l[len(l)-1][:25]...) }, "form"},
		"cut count": {func(l []string) []byte {
			return append(join(l[:len(l)-1]), l[len(l)-1][:41]...)
		}, "form"},
		"by count": {func(l []string) []byte {
			rand.New(rand.NewPCG(1, 2)).Shuffle(len(l), func(i, j int) { l[i], l[j] = l[j], l[i] })
			return join(l)
		}, "ascending"},
		"descending": {func(l []string) []byte { slices.Reverse(l); return join(l) }, "ascending"},
		"halves exchanged": {func(l []string) []byte {
			return join(append(slices.Clone(l[len(l)/2:]), l[:len(l)/2]...))
		}, "ascending"},
		"last two exchanged": {func(l []string) []byte {
			n := len(l)
			l[n-1], l[n-2] = l[n-2], l[n-1]
			return join(l)
		}, "ascending"},
		"first two exchanged": {func(l []string) []byte { l[0], l[1] = l[1], l[0]; return join(l) }, "ascending"},
		"doubled": {func(l []string) []byte {
			var d []string
			for _, s := range l {
				d = append(d, s, s)
			}
			return join(d)
		}, "ascending"},
		"NTLM": {func(l []string) []byte {
			for i, s := range l {
				l[i] = s[8:]
			}
			return join(l)
		}, "form"},
		"plain words": {func([]string) []byte { return []byte(strings.Repeat("password\n", 10_000)) }, "form"},
		"no counts": {func(l []string) []byte {
			for i, s := range l {
				l[i] = s[:40]
			}
			return join(l)
		}, "form"},
		"not hexadecimal": {func(l []string) []byte { return bytes.ReplaceAll(join(l), []byte("A"), []byte("G")) }, "hexadecimal"},
		"negative":        {func(l []string) []byte { return bytes.ReplaceAll(join(l), []byte(":"), []byte(":-")) }, "count"},
		"no line ends":    {func(l []string) []byte { return []byte(strings.Join(l, "")) }, "co"},
		"byte order mark": {func(l []string) []byte { return append([]byte("\ufeff"), join(l)...) }, "form"},
		"zeros":           {func([]string) []byte { return make([]byte, 1<<20) }, ""},
		"blank end":       {func(l []string) []byte { return append(join(l), "\r\n\r\n"...) }, "form"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path, _ := breachFile(t, 20_000, "\r\n", c.change)
			b, err := OpenBreachFile(path)
			if err == nil {
				b.Close()
				t.Fatal("taken")
			}
			if !strings.Contains(err.Error(), c.reason) {
				t.Errorf("%v, want %s", err, c.reason)
			}
		})
	}
	if _, err := OpenBreachFile(filepath.Join(t.TempDir(), "absent")); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
	if _, err := OpenBreachFile(t.TempDir()); err == nil {
		t.Error("a folder was taken")
	}
}

// Damage that sampling cannot see is an error where it is met, never a silent "not listed".
func TestDamageBetweenTheSamplesIsAnErrorNotAnAnswer(t *testing.T) {
	t.Parallel()
	var hit string
	path, lines := breachFile(t, 100_000, "\n", func(lines []string) []byte {
		hit = lines[50_123]
		lines[50_123] = strings.Repeat("?", len(hit))
		return []byte(strings.Join(lines, "\n") + "\n")
	})
	b := openBreachFile(t, path)
	var i int
	if _, err := fmt.Sscanf(lines[50_123][41:], "%d", &i); err != nil {
		t.Fatal(err)
	}
	if n, err := b.Count(word(i - 1)); err == nil {
		t.Errorf("%d from a damaged place", n)
	}
}

func TestThePolicyAsksTheOperatorsListToo(t *testing.T) {
	t.Parallel()
	path, _ := breachFile(t, 0, "\n", func([]string) []byte {
		return []byte(fmt.Sprintf("%X:7\n", sha1.Sum([]byte("tuesday violin marble"))))
	})
	b, err := OpenBreachFile(path)
	if err != nil {
		t.Fatal(err)
	}
	p, err := NewPolicy(b)
	if err != nil {
		t.Fatal(err)
	}
	if got := refused(t, p, "ｔuesday violin　marble", Known{}); !strings.Contains(got, "泄露") {
		t.Errorf("%q", got)
	}
	if got := refused(t, p, "tuesday violin cactus", Known{}); got != "" {
		t.Error(got)
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	if err := p.Check("tuesday violin cactus", Known{}); err == nil || !strings.Contains(err.Error(), "暂时无法核对") {
		t.Errorf("a list that cannot be read: %v", err)
	}
}

func TestManyReadOneList(t *testing.T) {
	t.Parallel()
	path, _ := breachFile(t, 5000, "\r\n", nil)
	b := openBreachFile(t, path)
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			for i := g; i < 5000; i += 8 {
				if n, err := b.Count(word(i)); err != nil || n != int64(i+1) {
					t.Errorf("%s: %d, %v", word(i), n, err)
				}
			}
		})
	}
	wg.Wait()
}

func BenchmarkBreachFile(b *testing.B) {
	path, _ := breachFile(b, 100_000, "\r\n", nil)
	f := openBreachFile(b, path)
	for i := 0; b.Loop(); i++ {
		if _, err := f.Count(word(i % 200_000)); err != nil {
			b.Fatal(err)
		}
	}
}
