package credit

import (
	"fmt"
	"math/big"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"zjcs/internal/agency"
	"zjcs/internal/platform/clock"
)

// Rating is a score as it is published: the parts add up to it.
type Rating struct {
	AgencyID   string       `json:"agencyId" format:"uuid"`
	AgencyName string       `json:"agencyName" doc:"机构名称"`
	USCC       string       `json:"uscc" doc:"统一社会信用代码"`
	State      agency.State `json:"state" enum:"admitted,restricted,suspended,exited,removed" doc:"机构今天的状态"`
	StateLabel string       `json:"stateLabel" doc:"状态名称"`
	On         string       `json:"on" format:"date" doc:"哪一天的得分"`
	Tenths     int          `json:"tenths" doc:"得分，单位 0.1 分：950 即 95.0 分"`
	Text       string       `json:"text" doc:"得分" example:"95.0"`
	Grade      Grade        `json:"grade" enum:"AAA,AA,A,B,C,D" doc:"等级"`
	GradedOn   string       `json:"gradedOn" format:"date" doc:"自哪一天起是这个等级"`
	New        bool         `json:"new" doc:"评价不足 3 次，标明为新机构"`
	Veto       bool         `json:"veto" doc:"有一票否决的记录，等级为 D"`
	Demo       bool         `json:"demo" doc:"为真表示示例数据"`
	Sampling   int          `json:"samplingPercent" doc:"双随机检查时抽取的比例，%"`
	Note       string       `json:"note" doc:"这一天的得分是按什么算的"`

	Parts       []Part            `json:"parts" doc:"得分的组成，相加等于得分"`
	Records     []ShownRecord     `json:"records" doc:"计入得分的信用记录"`
	Evaluations []ShownEvaluation `json:"evaluations" doc:"计入得分的业主评价，新的在前；各条的分值相加，四舍五入到 0.1 分，等于业主评价一项"`
	Facts       []ShownFact       `json:"facts" doc:"客观记录，各类的分值相加等于客观记录一项"`
	Effects     []ShownEffect     `json:"effects" doc:"这一天适用的措施"`
	Ban         *Ban              `json:"ban,omitempty" doc:"这一天有效的法定禁业"`
	Trend       []Point           `json:"trend" doc:"两年来每月末和这一天的得分，都是当时的"`
	Changes     []ShownChange     `json:"changes" doc:"最近的变化，新的在前，最多 20 条"`
}

// Part is one addend of a score.
type Part struct {
	Name   string `json:"name" enum:"base,evaluations,records,facts,clamp" doc:"组成部分"`
	Label  string `json:"label" doc:"名称"`
	Tenths int    `json:"tenths" doc:"分值，单位 0.1 分"`
	Text   string `json:"text" doc:"分值"`
	Why    string `json:"why" doc:"怎么算出来的"`
}

// ShownRecord is a record that counts, with the rule and version it rests on.
type ShownRecord struct {
	ID          string `json:"id" format:"uuid"`
	Rubric      string `json:"rubric" doc:"评分标准条目编号"`
	Version     int    `json:"version" doc:"条目版本"`
	Level       string `json:"level" enum:"minor,general,serious,honour" doc:"类别"`
	LevelLabel  string `json:"levelLabel" doc:"类别名称"`
	Conduct     string `json:"conduct" doc:"行为"`
	LegalBasis  string `json:"legalBasis" doc:"依据"`
	Facts       string `json:"facts" doc:"事实；尚未公布的为空"`
	Tenths      int    `json:"tenths" doc:"分值，单位 0.1 分"`
	Text        string `json:"text" doc:"分值"`
	Veto        bool   `json:"veto" doc:"一票否决"`
	ConfirmedOn string `json:"confirmedOn" format:"date" doc:"自哪一天起计分"`
	ExpiresOn   string `json:"expiresOn" format:"date" doc:"计分至何日（含当日）"`
	Later       string `json:"later,omitempty" doc:"这一天之后的变化：后来修复或者撤销"`
	Index       *int64 `json:"-"` // of its line in the public log
}

// ShownEvaluation is a purchaser's evaluation with what it weighs.
type ShownEvaluation struct {
	ID         string `json:"id" format:"uuid"`
	On         string `json:"on" format:"date" doc:"评价日期"`
	Purchaser  string `json:"purchaser" doc:"项目业主；自然人的姓名已遮蔽"`
	Quality    int    `json:"quality" doc:"质量，1 至 5 星"`
	Timeliness int    `json:"timeliness" doc:"时效"`
	Fee        int    `json:"fee" doc:"收费"`
	Conduct    int    `json:"conduct" doc:"规范"`
	Attitude   int    `json:"attitude" doc:"态度"`
	Stars      string `json:"stars" doc:"加权后的星数" example:"4.65"`
	Weight     string `json:"weight" doc:"计为几次：同一业主最多计 3 次，超过的平分" example:"3/5"`
	Points     string `json:"points" doc:"对得分的影响，分，保留三位小数" example:"0.813"`
	Comment    string `json:"comment" doc:"评语"`
	Later      string `json:"later,omitempty" doc:"这一天之后的变化：后来认定不实"`
}

// ShownFact is what the platform measured of one kind.
type ShownFact struct {
	Kind   FactKind `json:"kind" enum:"on_time,first_pass,price_kept,answered" doc:"哪一类"`
	Label  string   `json:"label" doc:"名称"`
	Kept   int      `json:"kept" doc:"做到的次数"`
	Told   int      `json:"told" doc:"一共几次"`
	Tenths int      `json:"tenths" doc:"分值，单位 0.1 分"`
	Text   string   `json:"text" doc:"分值"`
}

// ShownEffect is a measure that follows from a grade.
type ShownEffect struct {
	Measure string `json:"measure" enum:"restricted,suspended,removed" doc:"措施"`
	Label   string `json:"label" doc:"措施名称"`
	From    string `json:"from" format:"date" doc:"自哪一天起"`
	Until   string `json:"until" format:"date" doc:"至哪一天（含当日）"`
	Reason  string `json:"reason" doc:"原因"`
	Waits   bool   `json:"waits,omitempty" doc:"为真表示机构正受更严或者更长的措施，这一项随后适用"`
}

// ShownChange is a change of the score.
type ShownChange struct {
	At    time.Time  `json:"at" doc:"时间"`
	From  string     `json:"from" doc:"原来的得分"`
	To    string     `json:"to" doc:"后来的得分"`
	Old   Grade      `json:"fromGrade" doc:"原来的等级"`
	New   Grade      `json:"toGrade" doc:"后来的等级"`
	Why   string     `json:"why" doc:"哪一部分变了多少"`
	Entry *uuid.UUID `json:"logEntry,omitempty" format:"uuid" doc:"等级变化在公开日志中的条目"`
	Index *int64     `json:"-"` // its position, which follows the line by a moment
}

var levelLabels = map[string]string{"minor": "轻微", "general": "一般", "serious": "严重", "honour": "表彰"}

// MeasureLabel is what a state that follows from a grade means for the agency.
func MeasureLabel(s agency.State) string {
	return map[agency.State]string{agency.Restricted: "限制参加随机选取", agency.Suspended: "暂停承接业务", agency.Removed: "清退，不得再次入驻"}[s]
}

const maxEvaluationsShown = 500

// signed is a figure with its sign, as one writes an addend.
func signed(p Points) string {
	if p > 0 {
		return "+" + p.Text()
	}
	return p.Text()
}

// parts say how a score adds up.
func parts(s Score) []Part {
	why := fmt.Sprintf("表彰 %s 分", s.Honours.Text())
	if s.HonourCut < 0 {
		why += fmt.Sprintf("（表彰合计以 %s 分为限，超出的 %s 分不计）", maxHonours.Text(), (-s.HonourCut).Text())
	}
	why += fmt.Sprintf("，扣分 %s 分，共 %d 条记录", (s.Records - s.Honours).Text(), len(s.Counted))
	var facts []string
	for _, t := range s.Tallies {
		facts = append(facts, fmt.Sprintf("%s %d/%d 次，%s 分", t.Kind.Label(), t.Kept, t.Told, t.Points.Text()))
	}
	list := []Part{
		{"base", "基础分", int(s.Base), "", "每家机构都从 95 分起"},
		{"evaluations", "业主评价", int(s.Evaluations), "", fmt.Sprintf("24 个月内 %d 次评价，计为 %s 次（同一业主最多计 3 次）；与 5 次 4 星合并后平均 %s 星，(平均 − 4) × 10", s.Evaluated, s.Weight, s.Mean)},
		{"records", "监管记录", int(s.Records), "", why},
		{"facts", "客观记录", int(s.Facts), "", strings.Join(facts, "；")},
		{"clamp", "限于 0 至 120 分", int(s.Clamp), "", "超出上下限的部分"},
	}
	for i := range list {
		if list[i].Text = signed(Points(list[i].Tenths)); i == 0 {
			list[i].Text = s.Base.Text()
		}
	}
	return list
}

func shownRecords(counted []Record, h history) []ShownRecord {
	out := make([]ShownRecord, 0, len(counted))
	for _, c := range counted {
		shown := ShownRecord{ID: c.ID.String(), Rubric: c.Rubric, Version: c.Version, Level: c.Level, LevelLabel: levelLabels[c.Level], Conduct: c.Conduct, LegalBasis: c.LegalBasis,
			Tenths: int(c.Points), Text: signed(c.Points), Veto: c.Veto, ConfirmedOn: clock.Day(c.ConfirmedAt), ExpiresOn: c.ExpiresOn}
		if c.Published {
			shown.Facts = c.Facts
		}
		for _, r := range h.records { // it counts on this day: what ended it came later
			switch {
			case r.ID != c.ID:
			case r.OverturnedAt != nil:
				shown.Later = "后于 " + clock.Day(*r.OverturnedAt) + " 撤销"
			case r.RepairedAt != nil:
				shown.Later = "后于 " + clock.Day(*r.RepairedAt) + " 修复"
			}
		}
		out = append(out, shown)
	}
	slices.SortFunc(out, func(x, y ShownRecord) int {
		return strings.Compare(y.ConfirmedOn+y.ID, x.ConfirmedOn+x.ID)
	})
	return out
}

// spoken is an evaluation as it is kept, with who gave it.
type spoken struct {
	evaluated
	ID        uuid.UUID
	Purchaser string
	Comment   string
}

// shownEvaluations are those that count at a time. What one is worth: E is 10 (m − 4), and
// the 5 evaluations of 4 stars that everyone is given add nothing to that, so each adds
// 10 (stars − 4) × weight ÷ (5 + n), and together they are E.
func shownEvaluations(all []spoken, at time.Time) []ShownEvaluation {
	since := windowFrom(at)
	var list []spoken
	of := map[uuid.UUID]int64{}
	for _, e := range all {
		if e.known(at) && !e.At.Before(since) {
			list = append(list, e)
			of[e.Org]++
		}
	}
	n := int64(prior)
	for _, k := range of {
		n += min(k, perOrg)
	}
	out := make([]ShownEvaluation, 0, min(len(list), maxEvaluationsShown))
	for _, e := range slices.Backward(list) {
		if len(out) == maxEvaluationsShown {
			break
		}
		w := weight(of[e.Org])
		points := new(big.Rat).Mul(big.NewRat((e.stars()-priorStars)*10, 100*n), w)
		shown := ShownEvaluation{ID: e.ID.String(), On: clock.Day(e.At), Purchaser: e.Purchaser, Quality: e.Quality, Timeliness: e.Timeliness, Fee: e.Fee,
			Conduct: e.Conduct, Attitude: e.Attitude, Stars: big.NewRat(e.stars(), 100).FloatString(2), Weight: w.RatString(), Points: points.FloatString(3), Comment: e.Comment}
		if e.Struck != nil {
			shown.Later = "后于 " + clock.Day(*e.Struck) + " 认定不实，不再计分"
		}
		out = append(out, shown)
	}
	return out
}

func shownFacts(tallies []Tally) []ShownFact {
	out := make([]ShownFact, 0, len(tallies))
	for _, t := range tallies {
		out = append(out, ShownFact{t.Kind, t.Kind.Label(), t.Kept, t.Told, int(t.Points), signed(t.Points)})
	}
	return out
}
