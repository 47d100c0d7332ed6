// Command breachwords makes breached.txt.zst, the list that the program ships, from the
// word lists that ../breached.md names:
//
//	go run ./internal/identity/credential/breachwords RANKED ALL > internal/identity/credential/breached.txt.zst
//
// RANKED is taken; from ALL what people here write: love words by sound, a family name and
// a given name with figures. What could point at a person stays out (mobile and citizen's
// numbers, e-mail addresses), and so do bare numbers: Policy refuses them without a list.
package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/klauspost/compress/zstd"

	"zjcs/internal/identity/credential"
)

const syllable = `(?:(?:[bpmfdtnlgkhjqxrzcsyw]|zh|ch|sh)(?:[aeiouv]|ai|ei|ao|ou|ang?|eng?|ong|i[ae]|iao|iu|ian|ing?|iang|iong|u[aoi]|uai|uang?|ue|ve)|an|ai|en|er|ou)`

var here = []*regexp.Regexp{
	regexp.MustCompile(`woaini|(?:^|[^a-z])aini|(?:^|\D)1314(?:\D|$)|5201314|1314520|5211314|7758521|7758258|woshi|mima(?:[^a-z]|$)|zhongguo|laogong|laopo`),
	regexp.MustCompile(`^(?:wang|li|zhang|liu|chen|yang|huang|zhao|wu|zhou|xu|sun|zhu|hu|guo|he|gao|luo|zheng|liang|xie|song|tang|deng|han|feng|cao|peng|zeng|xiao|tian|dong|pan|yuan|cai|jiang|yu|du|ye|cheng|wei|su|ren|yao|shen|zhong|cui|fan|jia|xia|fang|zou|xiong|meng|qin|qiu|hou|yin|xue|yan|lei|long|shao|qian|xing|niu|ning)` + syllable + `{1,2}\d{3,5}$`),
}

var leftOut = regexp.MustCompile(`^\d+$|1[3-9]\d{9}|\d{6}(?:19|20)\d{6}|@[^@]+\.[a-z]{2,}$`)

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "breachwords:", err)
		os.Exit(1)
	}
}

func run(args []string, out io.Writer) error {
	if len(args) != 2 {
		return fmt.Errorf("needs two files, RANKED and ALL")
	}
	words := map[string]bool{}
	for i, name := range args {
		err := eachLine(name, func(line string) {
			normal, err := credential.Normalise(line)
			if err != nil || utf8.RuneCountInString(normal) < credential.MinLength {
				return
			}
			word := strings.ToLower(normal)
			if leftOut.MatchString(word) {
				return
			}
			if i == 0 || slices.ContainsFunc(here, func(re *regexp.Regexp) bool { return re.MatchString(word) }) {
				words[word] = true
			}
		})
		if err != nil {
			return err
		}
	}
	sorted := make([]string, 0, len(words))
	for w := range words {
		sorted = append(sorted, w)
	}
	slices.Sort(sorted)
	z, err := zstd.NewWriter(out, zstd.WithEncoderLevel(zstd.SpeedBestCompression))
	if err != nil {
		return err
	}
	for _, w := range sorted {
		if _, err := io.WriteString(z, w+"\n"); err != nil {
			return err
		}
	}
	if err := z.Close(); err != nil {
		return err
	}
	fmt.Fprintln(os.Stderr, len(sorted), "words")
	return nil
}

func eachLine(name string, take func(string)) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	s := bufio.NewScanner(f)
	for s.Scan() {
		take(strings.TrimSuffix(s.Text(), "\r"))
	}
	return s.Err()
}
