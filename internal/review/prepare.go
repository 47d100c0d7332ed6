package review

import (
	"context"
	"strings"

	"github.com/google/uuid"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/audit"
	"zjcs/internal/platform/authz"
	"zjcs/internal/platform/db"
)

// StartInput begins a submission.
type StartInput struct {
	Kind         string
	Organisation uuid.UUID // uuid.Nil: the one the actor acts for, when there is just one
	Subject      uuid.UUID // what is to be changed; uuid.Nil for something new
}

// Start makes a draft, filled with what is published already. Where one is under way it
// is returned instead: a matter is under way once.
func (s *Service) Start(ctx context.Context, in StartInput) (Detail, error) {
	k, err := s.kind(in.Kind)
	if err != nil {
		return Detail{}, err
	}
	sub := Submission{Summary: Summary{ID: uuid.Must(uuid.NewV7()), Kind: k.Name, KindLabel: k.Label, State: Draft}, Version: 1}
	if err := s.author(ctx, k, in, &sub); err != nil {
		return Detail{}, err
	}
	err = db.InTx(ctx, s.Pool, func(tx db.Tx) error {
		if k, err = k.current(ctx, tx); err != nil {
			return err
		}
		if in.Subject != uuid.Nil {
			sub.SubjectID = &in.Subject
		}
		if found, err := s.underWay(ctx, tx, k, &sub); found || err != nil {
			return err
		}
		var err error
		if sub.now, err = dbNow(ctx, tx); err != nil {
			return err
		}
		subject, content, err := k.Begin(ctx, tx, sub)
		if err != nil {
			return err
		}
		if subject != uuid.Nil && subject != sub.Subject() {
			sub.SubjectID = &subject
			if found, err := s.underWay(ctx, tx, k, &sub); found || err != nil {
				return err
			}
		}
		var secrets []sealedValue
		var bad []apperr.Field
		if sub.Content, secrets, bad = k.Form.tidy(content, s.Vault, sub.now, nil); len(bad) > 0 {
			return apperr.InvalidFields(bad)
		}
		if err := s.place(ctx, tx, k, &sub, content); err != nil {
			return err
		}
		if err := insertSubmission(ctx, tx, &sub); err != nil {
			return err
		}
		// What is published already names files that a colleague may have uploaded.
		if err := adoptFiles(ctx, tx, sub.ID, k.Form.files(sub.Content)); err != nil {
			return err
		}
		if err := s.keepParts(ctx, tx, k, sub, secrets); err != nil {
			return err
		}
		return record(ctx, tx, sub, audit.Done, string(k.Prepare), "新建草稿")
	})
	if err != nil {
		return Detail{}, err
	}
	return s.Get(ctx, sub.ID)
}

// underWay turns sub into the matter that is under way for the same object, if one is.
// Hidden from the actor it is still a conflict, told without its content.
func (s *Service) underWay(ctx context.Context, tx db.Tx, k Kind, sub *Submission) (bool, error) {
	open, err := findOpen(ctx, tx, k.Name, sub.SubjectID, sub.OrgID)
	if err != nil || open == uuid.Nil {
		return false, err
	}
	if *sub, _, err = s.visible(ctx, tx, open, false); err != nil {
		return true, apperr.New(apperr.Conflict, "这个对象已有一件“%s”在办理，办结后才能再提", k.Label)
	}
	return true, nil
}

// author settles for whom the submission is, and that the actor may prepare it.
func (s *Service) author(ctx context.Context, k Kind, in StartInput, sub *Submission) error {
	if err := s.Policy.Require(ctx, k.Prepare, authz.Anywhere); err != nil {
		return err
	}
	a := authz.From(ctx)
	sub.Author = a.Person
	if !k.ForOrganisation {
		return nil
	}
	org := in.Organisation
	if org == uuid.Nil {
		reach := s.Policy.ReachOf(ctx, k.Prepare)
		if len(reach.Organisations) != 1 {
			return apperr.InvalidField("organisationId", "您代表不止一个单位，请写明为哪个单位提交")
		}
		org = reach.Organisations[0]
	}
	sub.OrgID = &org
	return s.Policy.Require(ctx, k.Prepare, authz.Scope{Organisation: org})
}

// place asks the domain where the content belongs. An official's submission must belong
// where he may prepare it.
func (s *Service) place(ctx context.Context, tx db.Tx, k Kind, sub *Submission, content Content) error {
	p, err := k.Place(ctx, tx, *sub, content)
	if err != nil {
		return err
	}
	sub.Title, sub.RegionCode, sub.Sectors = strings.TrimSpace(p.Title), p.Region, p.Sectors
	if sub.Title == "" {
		sub.Title = k.Label
	}
	if sub.Sectors == nil {
		sub.Sectors = []string{}
	}
	known, err := regionExists(ctx, tx, sub.RegionCode)
	if err != nil {
		return err
	}
	if !known {
		return apperr.InvalidField("regionCode", "受理区划应从区划列表中选择")
	}
	// A draft elsewhere would hold up those who may submit there: a matter is under way once.
	if k.ForOrganisation {
		return nil
	}
	return s.Policy.Require(ctx, k.Prepare, authz.Scope{Region: sub.RegionCode, Sectors: sub.Sectors})
}

// SaveInput replaces what was filled in.
type SaveInput struct {
	ID      uuid.UUID
	Version int // as read: someone else's newer one is not overwritten
	Content Content
}

// Save keeps a draft as far as it is filled in; what cannot be is refused whole, by field.
func (s *Service) Save(ctx context.Context, in SaveInput) (Detail, error) {
	err := db.InTx(ctx, s.Pool, func(tx db.Tx) error {
		sub, k, err := s.visible(ctx, tx, in.ID, true)
		if err != nil {
			return err
		}
		if !s.prepares(ctx, k, sub) {
			return apperr.New(apperr.Forbidden, "只有提交方可以修改内容")
		}
		if sub.State != Draft && sub.State != Returned {
			return apperr.New(apperr.Conflict, "当前状态是“%s”，内容不能修改；待审核的可以先撤回", Workflow.States[sub.State])
		}
		if err := fresh(ctx, tx, sub, in.Version); err != nil {
			return err
		}
		if err := apperr.InvalidFields(prefixed(k.Form.Check(in.Content, sub.now, false))); err != nil {
			return err
		}
		var secrets []sealedValue
		var bad []apperr.Field
		if sub.Content, secrets, bad = k.Form.tidy(in.Content, s.Vault, sub.now, k.Form.refs(sub.Content)); len(bad) > 0 {
			return apperr.InvalidFields(prefixed(bad))
		}
		if err := s.place(ctx, tx, k, &sub, sub.Content); err != nil {
			return err
		}
		if err := updateContent(ctx, tx, sub); err != nil {
			return err
		}
		return s.keepParts(ctx, tx, k, sub, secrets)
	})
	if err != nil {
		return Detail{}, err
	}
	return s.Get(ctx, in.ID)
}

// keepParts stores what stands beside the content: sealed secrets and named files. A
// file must be the actor's own or already this submission's.
func (s *Service) keepParts(ctx context.Context, tx db.Tx, k Kind, sub Submission, secrets []sealedValue) error {
	if err := insertSecrets(ctx, tx, sub.ID, secrets); err != nil {
		return err
	}
	unknown, err := linkFiles(ctx, tx, sub.ID, authz.From(ctx).Person, k.Form.files(sub.Content))
	if err != nil {
		return err
	}
	if len(unknown) == 0 {
		return nil
	}
	var bad []apperr.Field
	walk(k.Form.Fields(), sub.Content, func(path string, f Field, v any) {
		if text, ok := v.(string); ok && f.Type == File {
			for _, id := range unknown {
				if text == id.String() {
					bad = append(bad, apperr.Field{Name: "content." + path, Message: "没有这个文件，请重新上传"})
				}
			}
		}
	})
	return apperr.InvalidFields(bad)
}

// prefixed names fields as the API's body spells them.
func prefixed(list []apperr.Field) []apperr.Field {
	out := make([]apperr.Field, len(list))
	for i, f := range list {
		out[i] = apperr.Field{Name: "content." + f.Name, Message: f.Message}
	}
	return out
}

// fresh refuses an action on a version that is no longer the latest, and tells who was
// first.
func fresh(ctx context.Context, q db.Querier, sub Submission, version int) error {
	if version == sub.Version {
		return nil
	}
	who, what, err := lastEvent(ctx, q, sub.ID)
	if err != nil {
		return err
	}
	if who == "" {
		return apperr.New(apperr.Conflict, "内容已在别处被修改（版本 %d），请刷新后再改", sub.Version)
	}
	return apperr.New(apperr.Conflict, "这件刚由%s“%s”，现在是“%s”。请刷新后查看。", who, Workflow.Labels[what], Workflow.States[sub.State])
}
