package app

import (
	"context"

	"github.com/google/uuid"

	"zjcs/internal/agency"
	"zjcs/internal/expert"
	"zjcs/internal/identity"
	"zjcs/internal/notice"
	"zjcs/internal/platform/audit"
	"zjcs/internal/platform/db"
)

// holdings are all parts of the program that keep something about persons; an export or an
// erasure reaches what is listed here.
func (c *Core) holdings() []identity.Holding {
	return []identity.Holding{
		c.Review.PersonalData(), c.Messages.PersonalData(), c.Procurement.PersonalData(), agency.PersonalData(), expert.PersonalData(c.Vault),
		{Name: "operations", Export: func(ctx context.Context, tx db.Tx, person uuid.UUID) (any, error) {
			return audit.OfPerson(ctx, tx, person)
		}},
	}
}

// erasureAsked tells those who may carry it out. The request names nobody: what is asked is
// that the name be forgotten.
func (c *Core) erasureAsked(ctx context.Context, tx db.Tx, _ uuid.UUID) error {
	root, err := c.rootRegion(ctx)
	if err != nil {
		return err
	}
	return c.Messages.SendTx(ctx, tx, notice.To{Region: root, Permission: "personal-data:erase"}, notice.Message{
		Topic: notice.AboutAccount, Title: "收到一件删除个人信息的申请", Body: "请在“个人信息”中查看并办理。", Link: "/workspace/erasure-requests",
	})
}
