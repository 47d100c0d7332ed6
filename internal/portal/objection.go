package portal

import (
	"context"

	"github.com/gin-gonic/gin"

	"zjcs/internal/procurement"
	"zjcs/internal/review"
)

// objectionData is what objection.html shows.
type objectionData struct {
	procurement.Detail
	Left  string
	Form  objection
	Filed string // the number of one just filed
}

func (p *Portal) objectionForm(c *gin.Context) (view, error) {
	return p.objectionView(c, objection{}, plain(c.Query("objection")))
}

func (p *Portal) objectionView(c *gin.Context, form objection, filed string) (view, error) {
	got, err := p.Procurement.Get(c.Request.Context(), c.Param("id"))
	if err != nil {
		return view{}, err
	}
	d := objectionData{Detail: got, Form: form, Filed: filed}
	if got.PublicityUntil != nil {
		d.Left = remaining(got.PublicityUntil.Sub(got.Now))
	}
	return view{Template: "objection", Title: "对选取结果提出异议 - " + got.Title, Section: "/procurements", Description: "对" + got.Title + "的选取结果提出异议，不用登录。",
		Crumbs: []link{{"采购公告", "/procurements"}, {got.Number, "/procurements/" + got.ID.String()}}, Data: d}, nil
}

// objectToResult takes the form of objection.html.
func (p *Portal) objectToResult(c *gin.Context) {
	p.takeObjection(c, p.objectionView, func(ctx context.Context, form review.ObjectInput) (string, error) {
		got, err := p.Procurement.Get(ctx, c.Param("id"))
		if err != nil {
			return "", err
		}
		o, err := p.Procurement.Object(ctx, procurement.ObjectInput{Procurement: got.ID, ObjectInput: form})
		return "/procurements/" + got.ID.String() + "/objections/new?objection=" + o.Number, err
	})
}
