package portal

import (
	"encoding/json"

	"github.com/gin-gonic/gin"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/procurement"
	"zjcs/internal/procurement/selection"
)

// awardData is what award.html shows: what a paper says, whether it holds, and what the
// public log has of it.
type awardData struct {
	procurement.Detail
	Asked    string // the serial on the paper
	Found    bool
	Body     procurement.AwardBody
	Line     procurement.AwardLine
	Evidence selection.AwardEvidence
	Logged   bool // its line is proven to be in the public log
	Others   []procurement.AwardLine
	Key      string
}

// award is the page that a notice's QR code opens. A number that was never issued is
// answered in words: whoever holds a forged paper must learn it at a glance.
func (p *Portal) award(c *gin.Context) (view, error) {
	ctx := c.Request.Context()
	got, err := p.Procurement.Get(ctx, c.Param("id"))
	if err != nil {
		return view{}, err
	}
	d := awardData{Detail: got, Asked: text(c.Request.URL.Query(), "number"), Key: p.logKey(c)}
	v := view{Template: "award", Title: "核验中选通知书", Section: "/procurements", Description: "中选通知书是否由本平台发出、现在是否有效。",
		Crumbs: []link{{"采购公告", "/procurements"}, {got.Number, "/procurements/" + got.ID.String()}}}
	d.Asked = plain(d.Asked)
	if d.Asked == "" && text(c.Request.URL.Query(), "number") != "" {
		d.Asked = "所填编号"
	}
	number := d.Asked
	if number == "" && len(got.Awards) > 0 {
		number = got.Awards[len(got.Awards)-1].Number
	}
	for _, a := range got.Awards {
		if a.Number == number {
			d.Line, d.Found = a, true
		} else {
			d.Others = append(d.Others, a)
		}
	}
	if d.Found {
		if d.Evidence, err = p.Procurement.AwardEvidence(ctx, got.ID, number); err != nil && apperr.CodeOf(err) != apperr.NotFound {
			return view{}, err
		}
		if err := json.Unmarshal(d.Evidence.Award, &d.Body); err != nil {
			return view{}, err
		}
		d.Logged = d.Evidence.Receipt.Leaf != ""
		v.Recomputes = d.Logged
	}
	v.Data = d
	return v, nil
}
