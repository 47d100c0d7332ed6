package portal

import (
	"github.com/gin-gonic/gin"

	"zjcs/internal/draw"
	"zjcs/internal/procurement"
)

// drawData is what draw.html shows, and its stage anew with each step.
type drawData struct {
	procurement.Detail
	Standing  *procurement.Drawing
	Panel     *procurement.Drawing
	Voided    []procurement.Drawing
	Left      string
	Waiting   bool // something is still to come
	Live      bool
	Seats     map[int]procurement.PublicBid
	Concluded []procurement.PublicBid
}

// refreshSeconds is how often a page without scripts asks again while it waits.
const refreshSeconds = 20

func (p *Portal) drawOf(got procurement.Detail) drawData {
	d := drawData{Detail: got, Standing: got.Drawing(draw.OfSelection), Panel: got.Drawing(draw.OfPanel), Live: p.Watch != nil, Seats: map[int]procurement.PublicBid{}}
	for _, x := range got.Draws {
		if x.VoidedAt != nil {
			d.Voided = append(d.Voided, x)
		}
	}
	for _, b := range got.Bids {
		if b.Number > 0 {
			d.Seats[b.Number] = b
		}
		if b.Place > 0 {
			d.Concluded = append(d.Concluded, b)
		}
	}
	sortPlaces(d.Concluded)
	switch got.State {
	case procurement.Open:
		d.Waiting, d.Left = true, remaining(got.Deadline.Sub(got.Now))
	case procurement.Closed:
		d.Waiting = true
	case procurement.Selecting:
		d.Waiting, d.Left = true, remaining(got.SelectionAt.Sub(got.Now))
	default: // nothing is waited for
	}
	return d
}

// Due reports whether the time of the selection has come.
func (d drawData) Due() bool { return !d.SelectionAt.After(d.Now) }

func (p *Portal) draw(c *gin.Context) (view, error) {
	got, err := p.read(c)
	if err != nil {
		return view{}, err
	}
	d := p.drawOf(got)
	v := view{Template: "draw", Title: "抽取现场 - " + got.Title, Section: "/procurements", Description: got.Title + "的抽取：名单、熵源、每一步的结果。",
		Crumbs: []link{{"采购公告", "/procurements"}, {got.Number, "/procurements/" + got.ID.String()}}, Data: d}
	if d.Waiting && (d.State != procurement.Open) {
		v.Refresh = refreshSeconds
	}
	return v, nil
}

// verifyData is what verify.html shows.
type verifyData struct {
	*procurement.Detail
	Standing *procurement.Drawing
	Kind     string // draw | award
	Evidence string // where the file is; "" lets the visitor choose one
	Key      string // of the public log
	Award    string // number
}

func (p *Portal) verifyDraw(c *gin.Context) (view, error) {
	got, err := p.Procurement.Get(c.Request.Context(), c.Param("id"))
	if err != nil {
		return view{}, err
	}
	d := verifyData{Detail: &got, Standing: got.Drawing(draw.OfSelection), Kind: "draw", Key: p.logKey(c)}
	if d.Standing != nil {
		d.Evidence = d.Standing.EvidenceURL
	}
	return view{Template: "verify", Title: "重新计算抽取 - " + got.Title, Section: "/procurements", Recomputes: d.Evidence != "",
		Description: "在您的浏览器里重新计算这次抽取，核对公开日志的证明。", Crumbs: []link{{"采购公告", "/procurements"}, {got.Number, "/procurements/" + got.ID.String()}}, Data: d}, nil
}

func (p *Portal) verifyFile(c *gin.Context) (view, error) {
	kind := "draw"
	if text(c.Request.URL.Query(), "kind") == "award" {
		kind = "award"
	}
	return view{Template: "verify", Title: "验证抽取和中选通知书", Section: "/procurements", Recomputes: true,
		Description: "选择下载的证据文件，在您的浏览器里重新计算；文件不上传。", Data: verifyData{Kind: kind, Key: p.logKey(c)}}, nil
}
