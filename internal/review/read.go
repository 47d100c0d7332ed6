package review

import (
	"context"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/audit"
	"zjcs/internal/platform/authz"
	"zjcs/internal/platform/db"
	"zjcs/internal/platform/page"
)

// Get is a submission with its history, what differs from what is published, and what
// the actor may do with it now.
func (s *Service) Get(ctx context.Context, id uuid.UUID) (Detail, error) {
	sub, k, err := s.visible(ctx, s.Pool, id, false)
	if err != nil {
		return Detail{}, err
	}
	d := Detail{Submission: sub, AllowedActions: []Action{}, Missing: []Fault{}, Cautions: []Caution{}, Changes: []Change{}}
	if s.prepares(ctx, k, sub) {
		d.AllowedActions = append(d.AllowedActions, Workflow.Allowed(sub.State, Author)...)
		d.MayEdit = sub.State == Draft || sub.State == Returned
	}
	if d.WhyNot = s.why(ctx, k, sub); d.WhyNot == "" {
		if d.WhyNot, err = barred(ctx, s.Pool, k, sub); err != nil {
			return d, err
		}
	}
	if d.WhyNot == "" {
		for _, a := range Workflow.Allowed(sub.State, Reviewer) {
			if a != Overturn { // the answer to an objection, not a step of its own
				d.AllowedActions = append(d.AllowedActions, a)
			}
		}
	}
	d.MayReveal = s.Policy.May(ctx, "personal-data:reveal", authz.Scope{Region: sub.RegionCode, Sectors: sub.Sectors})
	base := sub.base
	if sub.State == Draft || sub.State == Submitted || sub.State == Returned {
		bad, cautions, _, err := s.judge(ctx, s.Pool, k, sub)
		if err != nil {
			return d, err
		}
		d.Missing, d.Cautions = faults(bad), append(d.Cautions, cautions...)
		if base, err = s.published(ctx, s.Pool, k, sub); err != nil {
			return d, err
		}
	}
	if base != nil {
		d.Changes = k.Form.Diff(base, sub.Content)
	}
	if d.Files, err = listFiles(ctx, s.Pool, id); err != nil {
		return d, err
	}
	nameFiles(d.Changes, d.Files)
	if d.History, err = listEvents(ctx, s.Pool, id); err != nil {
		return d, err
	}
	for i := range d.History {
		e := &d.History[i]
		e.ActionLabel, e.ToLabel = Workflow.Labels[e.Action], Workflow.States[e.To]
	}
	d.Objections, err = listObjections(ctx, s.Pool, id)
	return d, err
}

// nameFiles puts the names of files where a difference has their ids.
func nameFiles(changes []Change, files []FileRef) {
	for _, f := range files {
		for i := range changes {
			c := &changes[i]
			c.Before, c.After = strings.ReplaceAll(c.Before, f.ID.String(), f.Name), strings.ReplaceAll(c.After, f.ID.String(), f.Name)
		}
	}
}

// judge asks the form and then the domain about the whole content.
func (s *Service) judge(ctx context.Context, q db.Querier, k Kind, sub Submission) ([]apperr.Field, []Caution, Content, error) {
	bad := k.Form.Check(sub.Content, sub.now, true)
	content, err := s.opened(ctx, q, k, sub)
	if err != nil || k.Judge == nil {
		return bad, nil, content, err
	}
	j, err := k.Judge(ctx, q, sub, content)
	return append(bad, j.Faults...), j.Cautions, content, err
}

// opened is the content with its secrets in the clear, and without what conditions hide.
func (s *Service) opened(ctx context.Context, q db.Querier, k Kind, sub Submission) (Content, error) {
	refs := k.Form.refs(sub.Content)
	values := map[uuid.UUID]string{}
	if len(refs) > 0 {
		sealed, err := loadSecrets(ctx, q, sub.ID)
		if err != nil {
			return nil, err
		}
		for id := range refs {
			v, err := s.Vault.Open(sealField, sealed[id])
			if err != nil {
				return nil, err
			}
			values[id] = v
		}
	}
	return k.Form.open(sub.Content, values), nil
}

// published is what is published now, its secrets masked and tagged for comparing.
func (s *Service) published(ctx context.Context, q db.Querier, k Kind, sub Submission) (Content, error) {
	if k.Published == nil {
		return nil, nil
	}
	c, err := k.Published(ctx, q, sub)
	if err != nil || c == nil {
		return nil, err
	}
	tidied, _, _ := k.Form.tidy(c, s.Vault, sub.now, nil)
	return tidied, nil
}

// List is a page of submissions.
func (s *Service) List(ctx context.Context, f Filter) (page.Page[Summary], error) {
	var none page.Page[Summary]
	if authz.From(ctx) == nil {
		return none, apperr.New(apperr.Unauthenticated, "请先登录")
	}
	if err := f.validate(s.kinds); err != nil {
		return none, err
	}
	q := listQuery{Filter: f, person: authz.From(ctx).Person, kinds: []string{}, orgs: []uuid.UUID{}, lanes: []lane{}}
	for _, name := range s.order {
		k := s.kinds[name]
		if f.Kind != "" && f.Kind != name {
			continue
		}
		q.kinds = append(q.kinds, name)
		q.addReach(name, s.Policy.ReachOf(ctx, k.Review))
	}
	for _, g := range authz.From(ctx).Grants {
		if g.Role.OfOrganisation() {
			q.orgs = append(q.orgs, g.Organisation)
		}
	}
	q.reach = s.Policy.ReachOf(ctx, "submission:read")
	rows, total, err := q.run(ctx, s.Pool)
	if err != nil {
		return none, err
	}
	for i := range rows {
		rows[i].KindLabel, rows[i].StateLabel = s.kinds[rows[i].Kind].Label, Workflow.States[rows[i].State]
	}
	return page.Make(rows, f.Size(), total, f.cursorOf), nil
}

func (f Filter) validate(kinds map[string]Kind) error {
	var bad []apperr.Field
	if _, ok := kinds[f.Kind]; f.Kind != "" && !ok {
		bad = append(bad, apperr.Field{Name: "kind", Message: "没有这类申请"})
	}
	if _, ok := Workflow.States[f.State]; f.State != "" && !ok {
		bad = append(bad, apperr.Field{Name: "state", Message: "没有这个状态"})
	}
	switch f.View {
	case ViewMine, ViewQueue, ViewAll:
	default:
		bad = append(bad, apperr.Field{Name: "view", Message: "应是 mine（我的）、queue（待我审核）、all（管辖范围内全部）"})
	}
	if strings.ContainsRune(f.Query, 0) {
		bad = append(bad, apperr.Field{Name: "q", Message: "含有不能识别的字符"})
	}
	return apperr.InvalidFields(bad)
}

// Reveal shows one masked value in full, to someone who needs it, for a reason that is
// kept (个人信息保护法 第28条; domain.md section 11).
func (s *Service) Reveal(ctx context.Context, id uuid.UUID, path, reason string) (string, error) {
	if n := len([]rune(strings.TrimSpace(reason))); n < 4 || n > 200 || strings.ContainsRune(reason, 0) {
		return "", apperr.InvalidField("reason", "须写明查看理由，4 到 200 个字")
	}
	var value string
	err := db.InTx(ctx, s.Pool, func(tx db.Tx) error {
		sub, k, err := s.visible(ctx, tx, id, false)
		if err != nil {
			return err
		}
		if err := s.Policy.Require(ctx, "personal-data:reveal", authz.Scope{Region: sub.RegionCode, Sectors: sub.Sectors}); err != nil {
			return err
		}
		var ref uuid.UUID
		walk(k.Form.Fields(), sub.Content, func(at string, _ Field, v any) {
			if found, ok := secretRef(v); ok && at == path {
				ref = found
			}
		})
		if ref == uuid.Nil {
			return apperr.InvalidField("field", "这个字段没有遮蔽的信息")
		}
		sealed, err := loadSecrets(ctx, tx, id)
		if err != nil {
			return err
		}
		if value, err = s.Vault.Open(sealField, sealed[ref]); err != nil {
			return err
		}
		return record(ctx, tx, sub, audit.Read, "personal-data:reveal", "查看 "+path+"，理由："+strings.TrimSpace(reason))
	})
	return value, err
}

// has reports whether path names a field of the form, as qualifications[1].validTo.
func (f Form) has(path string) bool {
	fields := f.Fields()
	parts := strings.Split(path, ".")
	for i, part := range parts {
		name, index, rows := strings.Cut(part, "[")
		if rows {
			if n, err := strconv.Atoi(strings.TrimSuffix(index, "]")); err != nil || n < 0 {
				return false
			}
		}
		at := -1
		for j := range fields {
			if fields[j].Name == name {
				at = j
			}
		}
		if at < 0 || rows && fields[at].Type != Rows {
			return false
		}
		if i == len(parts)-1 {
			return true
		}
		fields = fields[at].Fields
	}
	return false
}

func itoa(i int) string { return strconv.Itoa(i) }
