package httpapi

import (
	"context"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"zjcs/internal/ledger"
	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/page"
	"zjcs/internal/platform/web"
)

var ledgerScopes = []string{"ledger"}

// ledgerRoutes are the public log: for programs that read it, and at the C2SP paths for
// those that check it.
func (a *API) ledgerRoutes() {
	const tag = "公开日志"
	get(a, "/api/v1/ledger", "ledger", tag, "公开日志的现状：条目数、根、签名检查点、公钥", ledgerScopes, a.ledgerHead)
	get(a, "/api/v1/ledger/entries", "ledger-entries", tag, "公开日志的条目，新的在前", ledgerScopes, a.ledgerEntries)
	get(a, "/api/v1/ledger/entries/{key}", "ledger-entry", tag, "一个条目和它的包含证明", ledgerScopes, a.ledgerEntry)
	get(a, "/api/v1/ledger/proofs/inclusion", "ledger-inclusion", tag, "一个条目在某个检查点中的包含证明", ledgerScopes, a.ledgerInclusion)
	get(a, "/api/v1/ledger/proofs/consistency", "ledger-consistency", tag, "两个大小之间的一致性证明", ledgerScopes, a.ledgerConsistency)

	a.engine.GET("/ledger/checkpoint", a.ledgerText(func(h ledger.Head) string { return h.Checkpoint }))
	a.engine.GET("/ledger/key", a.ledgerText(func(h ledger.Head) string { return h.Key + "\n" }))
	a.engine.GET("/ledger/tile/*path", a.ledgerTile)
}

func (a *API) ledgerHead(ctx context.Context, _ *struct{}) (ledger.Head, error) {
	return a.Ledger.Head(ctx)
}

type ledgerQuery struct {
	Paging
	Subject string `query:"subject" maxLength:"36" doc:"对象的标识"`
	Kind    string `query:"kind" maxLength:"60" doc:"类别"`
}

func (a *API) ledgerEntries(ctx context.Context, in *ledgerQuery) (page.Page[ledger.Entered], error) {
	f := ledger.Filter{Request: in.request(), Kind: in.Kind}
	if !utf8.ValidString(in.Kind) || strings.ContainsRune(in.Kind, 0) {
		return page.Page[ledger.Entered]{}, apperr.InvalidField("kind", "应是类别的名称，如 procurement-notice")
	}
	if in.Subject != "" {
		id, err := uuid.Parse(in.Subject)
		if err != nil {
			return page.Page[ledger.Entered]{}, apperr.InvalidField("subject", "应是对象的标识（UUID）")
		}
		f.Subject = id
	}
	return a.Ledger.List(ctx, f)
}

// LedgerKey names a line.
type LedgerKey struct {
	Key string `path:"key" maxLength:"36" doc:"条目的标识，或它的序号"`
}

func (a *API) ledgerEntry(ctx context.Context, in *LedgerKey) (ledger.Inclusion, error) {
	return a.Ledger.Prove(ctx, in.Key, 0)
}

type inclusionQuery struct {
	Index string `query:"index" required:"true" maxLength:"36" doc:"条目的序号，或它的标识"`
	Size  int64  `query:"size" minimum:"0" doc:"检查点的条目数；0 为最新"`
}

func (a *API) ledgerInclusion(ctx context.Context, in *inclusionQuery) (ledger.Inclusion, error) {
	return a.Ledger.Prove(ctx, in.Index, in.Size)
}

type consistencyQuery struct {
	Old int64 `query:"old" required:"true" minimum:"1" doc:"以前的条目数"`
	New int64 `query:"new" required:"true" minimum:"1" doc:"以后的条目数"`
}

func (a *API) ledgerConsistency(ctx context.Context, in *consistencyQuery) (ledger.Consistency, error) {
	return a.Ledger.Consistent(ctx, in.Old, in.New)
}

// ledgerText answers with a part of the head. It is never kept: a checkpoint must not be
// older than what its reader has seen.
func (a *API) ledgerText(of func(ledger.Head) string) gin.HandlerFunc {
	return func(c *gin.Context) {
		ctx := c.Request.Context()
		web.Route(ctx, c.FullPath())
		h, err := a.Ledger.Head(ctx)
		if err != nil {
			writeProblem(c.Writer, problemOf(ctx, a.Logger, err))
			return
		}
		c.Header("Cache-Control", "no-store")
		c.Data(http.StatusOK, "text/plain; charset=utf-8", []byte(of(h)))
	}
}

func (a *API) ledgerTile(c *gin.Context) {
	ctx := c.Request.Context()
	web.Route(ctx, c.FullPath())
	t, err := a.Ledger.Tile(ctx, c.Param("path")[1:])
	if err != nil {
		writeProblem(c.Writer, problemOf(ctx, a.Logger, err))
		return
	}
	c.Header("Cache-Control", "no-store")
	if t.Full {
		c.Header("Cache-Control", "public, max-age=31536000, immutable")
	}
	c.Data(http.StatusOK, "application/octet-stream", t.Data)
}
