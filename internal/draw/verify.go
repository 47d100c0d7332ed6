package draw

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"time"
)

// Status of one thing that was checked.
type Status string

const (
	OK        Status = "ok"
	Wrong     Status = "wrong"
	Unchecked Status = "unchecked" // what it takes to check it was not given
)

// Finding is one step of a verification, in the order a person would go through it.
type Finding struct {
	Step   string // what was checked, in Chinese
	Status Status
	Text   string // what was found; of a fault, which line is wrong
}

// Faulty reports whether anything is wrong. What is unchecked is not.
func Faulty(findings []Finding) bool {
	return slices.ContainsFunc(findings, func(f Finding) bool { return f.Status == Wrong })
}

// Check runs one step: the text of a success, or the fault.
func Check(step string, run func() (string, error)) Finding {
	text, err := run()
	if err != nil {
		return Finding{step, Wrong, err.Error()}
	}
	return Finding{step, OK, text}
}

// Verify recomputes the draws of an evidence file: the source is the one named and its
// value genuine, the key is that value's, the pool is numbered as the rule says, and every
// row follows. What the method made of the draws is selection.Verify's.
func Verify(e Evidence) []Finding {
	out := []Finding{
		Check("文件格式", func() (string, error) {
			return fmt.Sprintf("第 %d 版，算法 %s", e.Version, e.Algorithm), e.format()
		}),
		Check("熵源", e.checkEntropy),
		e.sequence(),
		Check("密钥串", func() (string, error) {
			key, err := Key(e.Entropy.Sources())
			if err == nil && key != e.Key {
				err = fmt.Errorf("由熵源得出的密钥串是 %s，文件所载是 %s", key, e.Key)
			}
			return e.Key, err
		}),
		Check("抽取池编号", func() (string, error) {
			return fmt.Sprintf("%d 个编号的次序与摘要的次序相符", len(e.Pool)), e.numbering()
		}),
		Check("抽取池摘要", func() (string, error) {
			if want := SeatsHash(e.Procurement, e.Pool); want != e.PoolHash {
				return "", fmt.Errorf("由名单得出的摘要是 %s，文件所载是 %s", want, e.PoolHash)
			}
			return e.PoolHash, nil
		}),
	}
	for _, t := range e.Draws {
		out = append(out, Check("抽取表："+t.Purpose.Label(), func() (string, error) { return e.checkTable(t) }))
	}
	return out
}

// Label is the purpose in Chinese.
func (p Purpose) Label() string {
	return map[Purpose]string{ForWinner: "中选与候补", ForOrder: "并列次序", ForBase: "基准价系数", ForTickets: "按签抽取", ForPanel: "评审专家"}[p]
}

func (e Evidence) format() error {
	switch {
	case e.Version != EvidenceVersion:
		return fmt.Errorf("文件格式是第 %d 版，这里只认第 %d 版", e.Version, EvidenceVersion)
	case e.Algorithm != SHA256 && e.Algorithm != SM3:
		return fmt.Errorf("抽取算法是 %q，应是 sha256 或 sm3", string(e.Algorithm))
	case e.Purpose != OfSelection && e.Purpose != OfPanel:
		return fmt.Errorf("用途是 %q，应是 selection 或 panel", e.Purpose)
	case e.Procurement == "" || e.Number == "" || e.Attempt < 1:
		return errors.New("缺少采购的标识、编号或抽取次数")
	case len(e.Pool) == 0 || len(e.Draws) == 0:
		return errors.New("没有抽取池或抽取表")
	case e.FrozenAt.IsZero() || e.SelectionAt.IsZero():
		return errors.New("缺少抽取池固定的时间或选取时间")
	case e.UsedFallback && e.Fallback == nil:
		return errors.New("用了备用熵源，公告却没有指定备用熵源")
	}
	for i, n := range e.Struck {
		if n < 1 || n > len(e.Pool) || i > 0 && n <= e.Struck[i-1] {
			return fmt.Errorf("剔除的编号 %d 不在抽取池中或次序不对", n)
		}
	}
	return nil
}

// checkEntropy wants the very edition that the notice named.
func (e Evidence) checkEntropy() (string, error) {
	set := 0
	for _, there := range []bool{e.Entropy.Drand != nil, e.Entropy.Lottery != nil, e.Entropy.Commit != nil} {
		if there {
			set++
		}
	}
	if set != 1 {
		return "", fmt.Errorf("应有且只有一种熵源的值，现有 %d 种", set)
	}
	ed, which := e.Named, "公告指定的熵源"
	if e.UsedFallback && e.Fallback != nil {
		ed, which = *e.Fallback, "公告指定的备用熵源"
	}
	var text string
	var err error
	switch {
	case ed.Kind == "drand" && e.Entropy.Drand != nil:
		text, err = e.checkDrand(ed, *e.Entropy.Drand)
	case ed.Kind == "lottery" && e.Entropy.Lottery != nil:
		text, err = e.checkLottery(ed, *e.Entropy.Lottery)
	case ed.Kind == "commit" && e.Entropy.Commit != nil:
		text, err = checkReveals(e.Entropy.Commit)
	default:
		err = fmt.Errorf("%s是 %q，文件给出的是另一种", which, ed.Kind)
	}
	return which + "：" + text, err
}

func (e Evidence) checkDrand(ed Edition, v DrandValue) (string, error) {
	if v.Chain != ed.Chain {
		return "", fmt.Errorf("信标链是 %s，公告指定的是 %s", v.Chain, ed.Chain)
	}
	if v.Period < 1 || v.Period > 1<<31 {
		return "", fmt.Errorf("信标周期 %d 秒不可能", v.Period)
	}
	c := v.chain()
	hash, err := c.InfoHash()
	if err != nil {
		return "", err
	}
	if hash != v.Chain {
		return "", fmt.Errorf("由公钥、起点和周期得出的链摘要是 %s，不是公告指定的 %s", hash, v.Chain)
	}
	if ed.Round != 0 && ed.Round != v.Round.Round {
		return "", fmt.Errorf("用的是第 %d 轮，公告指定的是第 %d 轮", v.Round.Round, ed.Round)
	}
	if err := e.checkRound(ed, v.Round.Round, c); err != nil {
		return "", err
	}
	if err := c.Verify(v.Round); err != nil {
		return "", err
	}
	return fmt.Sprintf("drand 链 %.16s… 第 %d 轮，是选取时间之后公布的，签名有效", v.Chain, v.Round.Round), nil
}

// sequence says whether the pool was fixed before the beacon's value could be known. A
// pool frozen late, by a program that was down at the deadline, is no fault of the draw:
// its numbers follow from the names alone. But the reader is told.
func (e Evidence) sequence() Finding {
	const step = "先后次序"
	v := e.Entropy.Drand
	if v == nil || v.Period < 1 || v.Period > 1<<31 {
		return Finding{step, OK, "抽取池固定于 " + e.FrozenAt.Format(time.RFC3339)}
	}
	at := v.chain().TimeOf(v.Round.Round)
	if !e.FrozenAt.Before(at) {
		return Finding{step, Unchecked, fmt.Sprintf("抽取池固定于 %s，不早于该轮公布的 %s，请核对名单是否在截止时已经确定", e.FrozenAt.Format(time.RFC3339), at.In(shanghai).Format(time.RFC3339))}
	}
	return Finding{step, OK, "抽取池在该轮信标公布之前固定"}
}

// checkRound wants the first round after the selection time. A fallback may wait until its
// hours are over, so that nobody can compare the two; after a void draw the decision
// names the round, and it must still lie ahead.
func (e Evidence) checkRound(ed Edition, round uint64, c Chain) error {
	first := c.FirstAfter(e.SelectionAt)
	late := c.FirstAfter(e.SelectionAt.Add(time.Duration(e.FallbackHours) * time.Hour))
	switch {
	case round == first:
	case e.UsedFallback && round == late:
	case e.Attempt > 1 && ed.Round == round && round > first:
	default:
		return fmt.Errorf("用的是第 %d 轮，选取时间之后的第一轮是第 %d 轮", round, first)
	}
	return nil
}

var shanghai = time.FixedZone("UTC+8", 8*60*60)

func (e Evidence) checkLottery(ed Edition, v LotteryValue) (string, error) {
	if v.Game != ed.Game || v.Issue != ed.Issue || v.Date != ed.Date {
		return "", fmt.Errorf("用的是%s %s 期（%s），公告指定的是%s %s 期（%s）", v.Game, v.Issue, v.Date, ed.Game, ed.Issue, ed.Date)
	}
	day, err := time.ParseInLocation(time.DateOnly, v.Date, shanghai)
	if err != nil {
		return "", fmt.Errorf("开奖日期 %q 应写作 2026-01-02", v.Date)
	}
	if day.AddDate(0, 0, 1).Before(e.FrozenAt) {
		return "", fmt.Errorf("%s 开奖时抽取池还没有固定", v.Date)
	}
	if len(v.Numbers) == 0 {
		return "", errors.New("没有开奖号码")
	}
	return fmt.Sprintf("%s %s 期，号码 %v；请与公布的开奖结果核对", v.Game, v.Issue, v.Numbers), nil
}

func checkReveals(reveals []Reveal) (string, error) {
	if len(reveals) != len(Parties) {
		return "", fmt.Errorf("应有 %d 方的承诺，现有 %d 方", len(Parties), len(reveals))
	}
	for i, r := range reveals {
		if r.Party != Parties[i] {
			return "", fmt.Errorf("第 %d 方是 %q，应是 %q", i+1, r.Party, Parties[i])
		}
		value, err := hex.DecodeString(r.Value)
		if err != nil || len(value) < 16 {
			return "", fmt.Errorf("%s 揭示的值应是至少 16 字节的十六进制", r.Party)
		}
		if sum := sha256.Sum256(value); hex.EncodeToString(sum[:]) != r.Commitment {
			return "", fmt.Errorf("%s 揭示的值与事先的承诺不符", r.Party)
		}
	}
	return "三方揭示的值都与事先的承诺相符", nil
}

// checkTable recomputes each row. Which rows are skipped is checked here where the
// evidence's own list decides it; in the others selection.Verify does.
func (e Evidence) checkTable(t Table) (string, error) {
	if (t.Purpose == ForOrder || t.Purpose == ForWinner || t.Purpose == ForPanel) && t.Pool != len(e.Pool) {
		return "", fmt.Errorf("池有 %d 个编号，名单有 %d 个", t.Pool, len(e.Pool))
	}
	if (t.Purpose == ForPanel) != (e.Purpose == OfPanel) {
		return "", fmt.Errorf("用途 %q 的文件不应有这张表", e.Purpose)
	}
	if len(t.Picks) > t.Pool {
		return "", fmt.Errorf("抽了 %d 次，池只有 %d 个编号", len(t.Picks), t.Pool)
	}
	if len(t.Picks) == 0 {
		return "只有一家，不需要抽取", nil
	}
	rows, err := Run(e.Algorithm, e.Key, t.Pool, len(t.Picks), nil)
	if err != nil {
		return "", err
	}
	for i, want := range rows {
		got := t.Picks[i]
		want.Struck = got.Struck
		if got != want {
			return "", fmt.Errorf("第 %d 行应是：摘要 %s，%d 个中取余 %d，编号 %d；文件所载是：%s，%d，%d，%d", i, want.Hash, want.Remaining, want.Remainder, want.Number, got.Hash, got.Remaining, got.Remainder, got.Number)
		}
	}
	if e.Purpose == OfPanel {
		rows, err := Run(e.Algorithm, e.Key, t.Pool, e.Picks+e.Reserves, e.struckSet())
		if err != nil {
			return "", err
		}
		if !slices.Equal(rows, t.Picks) {
			return "", errors.New("剔除的编号或抽取的个数与文件所载的不符")
		}
	}
	return fmt.Sprintf("%d 行全部重算相符，抽出 %v", len(t.Picks), Drawn(t.Picks)), nil
}

func (e Evidence) struckSet() map[int]bool {
	out := make(map[int]bool, len(e.Struck))
	for _, n := range e.Struck {
		out[n] = true
	}
	return out
}
