package portal

import (
	"context"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"
)

// PublicLog is the Merkle log (domain.md section 7) as far as its page shows it.
type PublicLog interface {
	// Head is the newest signed checkpoint.
	Head(ctx context.Context) (LogHead, error)
	// Latest are the newest lines, the newest first.
	Latest(ctx context.Context, n int) ([]LogLine, error)
}

// LogHead is a checkpoint.
type LogHead struct {
	Size       int64
	At         time.Time // when it was signed; zero: not known
	Checkpoint string    // signed note (C2SP tlog-checkpoint)
	Key        string    // verifier key: name+hash+base64
}

// LogLine is a line of the log.
type LogLine struct {
	Index   int64
	ID      uuid.UUID
	Kind    string
	Subject uuid.UUID
	At      time.Time
}

var lineKinds = map[string]string{
	"procurement-notice": "采购公告", "procurement-amended": "公告更正", "procurement-withdrawn": "公告撤回", "procurement-failed": "流标", "procurement-terminated": "采购终止",
	"bid-pool": "抽取池", "bid-struck": "剔除投标", "draw": "抽取", "draw-source": "改用备用熵源", "draw-void": "抽取无效", "draw-commitment": "抽取承诺", "draw-reveal": "揭示", "shortlist": "入围",
	"result": "选取结果", "objection": "异议", "award": "中选通知书", "award-refused": "中选失效", "credit-record": "信用记录", "credit-rubric": "信用评分标准", "credit-ban": "法定禁业", "credit-grade": "信用等级变化", "credit-effect": "信用措施", "credit-effect-ended": "信用措施结束", "question": "提问答复",
}

// KindLabel is what a line is of.
func (l LogLine) KindLabel() string {
	if w, ok := lineKinds[l.Kind]; ok {
		return w
	}
	return l.Kind
}

// URL is the page of what the line is about, where there is one.
func (l LogLine) URL() string {
	switch l.Kind {
	case "award", "award-refused":
		return "/procurements/" + l.Subject.String() + "/award"
	case "credit-record", "credit-rubric", "credit-ban": // what has no page of its own
		return "/api/v1/ledger/entries/" + l.ID.String()
	case "credit-grade", "credit-effect", "credit-effect-ended":
		return "/credit/" + l.Subject.String()
	}
	return "/procurements/" + l.Subject.String()
}

// ledgerData is what ledger.html shows.
type ledgerData struct {
	Open  bool // there is a log
	Head  LogHead
	Lines []LogLine
	Site  Site
}

const linesShown = 20

// ledger is not kept: it grows with everything that is published.
func (p *Portal) ledger(c *gin.Context) (view, error) {
	d := ledgerData{Site: p.Site}
	if p.Log != nil {
		var err error
		if d.Head, err = p.Log.Head(c.Request.Context()); err != nil {
			return view{}, err
		}
		if d.Lines, err = p.Log.Latest(c.Request.Context(), linesShown); err != nil {
			return view{}, err
		}
		d.Open = true
	}
	return view{Template: "ledger", Title: "公开日志", Description: "平台公布的每一件事都记入公开日志，只增不改，任何人都能验证。", Data: d}, nil
}

// logKey is the log's public key for pages that check signatures; empty without a log.
func (p *Portal) logKey(c *gin.Context) string {
	if p.Log == nil {
		return ""
	}
	head, err := p.Log.Head(c.Request.Context())
	if err != nil {
		p.Logger.WarnContext(c.Request.Context(), "public log", "error", err)
		return "" // the page then asks the visitor for it
	}
	return head.Key
}
