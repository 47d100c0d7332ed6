// Package report keeps what was measured and prints it as one Markdown table. A miss
// is shown as a miss; only what could not be measured makes the run fail.
package report

import (
	"fmt"
	"io"
	"math"
	"strings"
)

// Target is what the row's ratio must hold, or its figure where it has no ratio.
type Target struct {
	Figure bool // the figure is judged, the peer only shown

	AtLeast, AtMost float64 // one of them
	None            bool    // the figure must be 0
	// With nothing set the row is shown and not judged.
}

// Row is one line of the table.
type Row struct {
	Part    string // heading the row stands under
	Subject string
	Figure  float64
	Unit    string
	Peer    string  // what it is held against; empty: nothing
	PeerAt  float64 // the peer's figure, same unit, same run
	Target  Target
	Note    string
	Err     error // could not be measured
}

// Ratio is figure ÷ peer; NaN without a peer.
func (r Row) Ratio() float64 {
	if r.Peer == "" || r.PeerAt == 0 {
		return math.NaN()
	}
	return r.Figure / r.PeerAt
}

// Verdict is the last column.
func (r Row) Verdict() string {
	if r.Err != nil {
		return "未能测量"
	}
	if r.Target == (Target{}) {
		return "—"
	}
	v := r.Ratio()
	if math.IsNaN(v) || r.Target.Figure {
		v = r.Figure
	}
	if r.Target.None && r.Figure != 0 {
		return "**未达到**"
	}
	if (r.Target.AtLeast > 0 && v < r.Target.AtLeast) || (r.Target.AtMost > 0 && v > r.Target.AtMost) {
		return "**未达到**"
	}
	return "达到"
}

func (r Row) target() string {
	kind := ""
	if r.Peer != "" && !r.Target.Figure {
		kind = " ×"
	}
	switch {
	case r.Target.AtLeast > 0:
		return "≥ " + number(r.Target.AtLeast) + kind
	case r.Target.AtMost > 0:
		return "≤ " + number(r.Target.AtMost) + kind
	case r.Target.None:
		return "0"
	}
	return "—"
}

// Report gathers rows in the order they were measured.
type Report struct {
	Rows  []Row
	Notes []string
	Live  io.Writer // each row is also told here as soon as it is known
}

// Add appends a row and tells it.
func (r *Report) Add(row Row) {
	r.Rows = append(r.Rows, row)
	if r.Live == nil {
		return
	}
	if row.Err != nil {
		fmt.Fprintf(r.Live, "  %s：未能测量：%v\n", row.Subject, row.Err)
		return
	}
	line := fmt.Sprintf("  %s：%s %s", row.Subject, number(row.Figure), row.Unit)
	if row.Peer != "" {
		line += fmt.Sprintf("；%s %s，%.2f ×", row.Peer, number(row.PeerAt), row.Ratio())
	}
	fmt.Fprintf(r.Live, "%s  %s\n", line, row.Verdict())
}

// Note adds a remark below the table.
func (r *Report) Note(format string, args ...any) {
	r.Notes = append(r.Notes, fmt.Sprintf(format, args...))
}

// Unmeasured counts the rows that have no figure.
func (r *Report) Unmeasured() (n int) {
	for _, row := range r.Rows {
		if row.Err != nil {
			n++
		}
	}
	return n
}

// Markdown writes the table.
func (r *Report) Markdown(w io.Writer, title string) {
	fmt.Fprintf(w, "# %s\n", title)
	part, met, missed := "", 0, 0
	for _, row := range r.Rows {
		if row.Part != part {
			part = row.Part
			fmt.Fprintf(w, "\n## %s\n\n| 项目 | 实测 | 单位 | 上限或对照 | 对照值 | 比值 | 目标 | 结论 |\n|---|---:|---|---|---:|---:|---|---|\n", part)
		}
		figure, peerAt, ratio := number(row.Figure), "", ""
		if row.Err != nil {
			figure = ""
		} else if row.Peer != "" {
			peerAt = number(row.PeerAt)
			ratio = fmt.Sprintf("%.2f ×", row.Ratio())
		}
		subject := row.Subject
		if row.Note != "" {
			subject += "（" + row.Note + "）"
		}
		if row.Err != nil {
			subject += "：" + strings.ReplaceAll(row.Err.Error(), "\n", " ")
		}
		fmt.Fprintf(w, "| %s | %s | %s | %s | %s | %s | %s | %s |\n",
			cell(subject), figure, row.Unit, cell(row.Peer), peerAt, ratio, row.target(), row.Verdict())
		switch row.Verdict() {
		case "达到":
			met++
		case "**未达到**":
			missed++
		}
	}
	fmt.Fprintf(w, "\n达到 %d 项，未达到 %d 项，未能测量 %d 项。\n", met, missed, r.Unmeasured())
	if len(r.Notes) > 0 {
		fmt.Fprint(w, "\n")
	}
	for _, n := range r.Notes {
		fmt.Fprintf(w, "- %s\n", n)
	}
}

func cell(s string) string { return strings.ReplaceAll(s, "|", "\\|") }

// number keeps three figures that say something.
func number(v float64) string {
	switch a := math.Abs(v); {
	case math.IsNaN(v):
		return "—"
	case a >= 1000:
		return thousands(v)
	case a >= 100 || v == math.Trunc(v):
		return fmt.Sprintf("%.0f", v)
	case a >= 10:
		return fmt.Sprintf("%.1f", v)
	case a >= 1:
		return fmt.Sprintf("%.2f", v)
	}
	return strings.TrimRight(fmt.Sprintf("%.3f", v), "0")
}

func thousands(v float64) string {
	s := fmt.Sprintf("%.0f", v)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
