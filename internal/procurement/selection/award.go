package selection

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strconv"

	"zjcs/internal/draw"
)

// AwardEvidence is an award notice with its line in the public log.
type AwardEvidence struct {
	Version     int               `json:"version"` // 1
	Number      string            `json:"number"`  // 中选通知书编号
	Procurement string            `json:"procurement"`
	Award       json.RawMessage   `json:"award"` // what the paper says
	Receipt     draw.Receipt      `json:"receipt"`
	Salts       map[string]string `json:"salts,omitempty"` // path → hex, of personal data that the line has as a digest
}

// LogAward is the member of the award's log line that may hold what the paper says; where
// it is missing, the body is what the paper says.
const LogAward = "award"

// VerifyAward checks that the award is what the public log has, word for word.
func VerifyAward(raw []byte, vkey string) []draw.Finding {
	var a AwardEvidence
	if err := decode(raw, &a); err != nil {
		return []draw.Finding{{Step: "文件", Status: draw.Wrong, Text: err.Error()}}
	}
	return []draw.Finding{
		draw.Check("文件格式", func() (string, error) {
			if a.Version != 1 || a.Number == "" || a.Procurement == "" || len(a.Award) == 0 {
				return "", errors.New("应是第 1 版，并有编号、采购标识和通知书内容")
			}
			return "通知书 " + a.Number, nil
		}),
		a.said(),
		receiptFinding(fmt.Sprintf("日志回执（第 %d 条）", a.Receipt.Index), a.Receipt, vkey),
	}
}

// said compares the paper with the line. Personal data that the line has only as a salted
// digest is checked with its salt, and without one the reader is told.
func (a AwardEvidence) said() draw.Finding {
	const step = "通知书内容"
	m := matching{salts: a.Salts}
	if err := m.paper(a); err != nil {
		return draw.Finding{Step: step, Status: draw.Wrong, Text: err.Error()}
	}
	if m.hidden > 0 {
		return draw.Finding{Step: step, Status: draw.Unchecked, Text: fmt.Sprintf("与日志条目相符，但有 %d 处个人信息在日志中只有加盐的摘要，没有盐，未核对", m.hidden)}
	}
	return draw.Finding{Step: step, Status: draw.OK, Text: "与日志条目逐字相符"}
}

// matching compares a document with the form that the log gives it.
type matching struct {
	salts  map[string]string
	hidden int // salted digests whose salt was not given
}

func (m *matching) paper(a AwardEvidence) error {
	line, err := a.Receipt.Line()
	if err != nil {
		return err
	}
	if line.Subject != a.Procurement {
		return errors.New("日志条目说的是另一个采购")
	}
	said, at := line.Body, ""
	var body, paper map[string]json.RawMessage
	if err := json.Unmarshal(line.Body, &body); err != nil || body == nil {
		return errors.New("日志条目没有内容")
	}
	if inner, ok := body[LogAward]; ok {
		said, at, body = inner, "/"+LogAward, nil
		if err := json.Unmarshal(inner, &body); err != nil || body == nil {
			return errors.New("日志条目没有内容")
		}
	}
	if err := json.Unmarshal(a.Award, &paper); err != nil || paper == nil {
		return errors.New("通知书内容应是 JSON 对象")
	}
	if string(paper["number"]) != strconv.Quote(a.Number) {
		return fmt.Errorf("通知书内容里的编号不是 %s", a.Number)
	}
	if sameLong(paper, body) {
		if said, err = json.Marshal(body); err != nil {
			return err
		}
	}
	given, err := plain(a.Award)
	if err != nil {
		return err
	}
	logged, err := plain(said)
	if err != nil {
		return err
	}
	return m.same(given, logged, at)
}

// sameLong puts the paper's own member where the line has, for its length, the digest of
// that very member. It reports whether it did so anywhere.
func sameLong(paper, line map[string]json.RawMessage) (any bool) {
	for name, l := range line {
		var short struct {
			SHA256 string `json:"sha256"`
			Bytes  int    `json:"bytes"`
		}
		p, ok := paper[name]
		if !ok || json.Unmarshal(l, &short) != nil || short.SHA256 == "" {
			continue
		}
		for _, spelling := range spellings(p) {
			sum := sha256.Sum256(spelling)
			if len(spelling) == short.Bytes && hex.EncodeToString(sum[:]) == short.SHA256 {
				line[name], any = p, true
			}
		}
	}
	return any
}

// spellings of a member that the log may have digested: as given, and with sorted members.
func spellings(raw json.RawMessage) (out [][]byte) {
	var given bytes.Buffer
	if json.Compact(&given, raw) == nil {
		var escaped bytes.Buffer
		json.HTMLEscape(&escaped, given.Bytes())
		out = append(out, escaped.Bytes())
	}
	if v, err := plain(raw); err == nil {
		if sorted, err := json.Marshal(v); err == nil {
			out = append(out, sorted)
		}
	}
	return out
}

func plain(raw []byte) (v any, err error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		return nil, errors.New("不是 JSON")
	}
	return v, nil
}

var saltedDigest = regexp.MustCompile(`^salted-sha256:[0-9a-f]{64}$`)

func (m *matching) same(paper, line any, at string) error {
	differs := fmt.Errorf("通知书内容与日志条目不同：%s", at)
	switch l := line.(type) {
	case map[string]any:
		p, ok := paper.(map[string]any)
		if !ok || len(p) != len(l) {
			return differs
		}
		for name, v := range l {
			if _, ok := p[name]; !ok {
				return fmt.Errorf("%w/%s", differs, name)
			}
			if err := m.same(p[name], v, at+"/"+name); err != nil {
				return err
			}
		}
		return nil
	case []any:
		p, ok := paper.([]any)
		if !ok || len(p) != len(l) {
			return differs
		}
		for i, v := range l {
			if err := m.same(p[i], v, at+"/"+strconv.Itoa(i)); err != nil {
				return err
			}
		}
		return nil
	case string:
		if p, ok := paper.(string); ok && p != l && saltedDigest.MatchString(l) {
			return m.salted(p, l, at, differs)
		}
	}
	if paper != line {
		return differs
	}
	return nil
}

func (m *matching) salted(paper, digest, at string, differs error) error {
	text, ok := m.salts[at]
	if !ok {
		m.hidden++
		return nil
	}
	salt, err := hex.DecodeString(text)
	if err != nil {
		return fmt.Errorf("%s 的盐应是十六进制", at)
	}
	if sum := sha256.Sum256(append(salt, paper...)); "salted-sha256:"+hex.EncodeToString(sum[:]) != digest {
		return differs
	}
	return nil
}
