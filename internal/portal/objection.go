package portal

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/web"
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

// objectToResult takes the form; it works without scripts, as object does.
func (p *Portal) objectToResult(c *gin.Context) {
	web.Route(c.Request.Context(), c.FullPath())
	r := c.Request
	if err := p.origin.Check(r); err != nil {
		p.refuse(c.Writer, r, apperr.New(apperr.Forbidden, "这个请求来自别的网站，已拒绝。请在本平台的页面上提交。").Because(err))
		return
	}
	if err := r.ParseForm(); err != nil {
		p.refuse(c.Writer, r, apperr.New(apperr.Invalid, "提交的内容没有收完整，请返回上一页重试").Because(err))
		return
	}
	got, err := p.Procurement.Get(r.Context(), c.Param("id"))
	if err != nil {
		p.refuse(c.Writer, r, err)
		return
	}
	form := objection{Name: r.PostForm.Get("name"), Contact: r.PostForm.Get("contact"), Text: r.PostForm.Get("text")}
	o, err := p.Procurement.Object(r.Context(), procurement.ObjectInput{Procurement: got.ID, ObjectInput: review.ObjectInput{Name: form.Name, Contact: form.Contact, Text: form.Text}})
	if e, refusal := apperr.As(err); refusal && e.Code == apperr.Invalid && len(e.Fields) > 0 {
		form.Faults = map[string]string{}
		for _, f := range e.Fields {
			form.Faults[f.Name] = f.Message
		}
		v, err := p.objectionView(c, form, "")
		if err != nil {
			p.refuse(c.Writer, r, err)
			return
		}
		v.Title = "请检查填写的内容 - " + v.Title
		p.write(c.Writer, r, http.StatusUnprocessableEntity, v)
		return
	}
	if err != nil {
		p.refuse(c.Writer, r, err)
		return
	}
	c.Redirect(http.StatusSeeOther, "/procurements/"+got.ID.String()+"/objections/new?objection="+o.Number)
}
