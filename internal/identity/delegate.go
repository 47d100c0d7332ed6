package identity

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/audit"
	"zjcs/internal/platform/authz"
	"zjcs/internal/platform/db"
	"zjcs/internal/platform/mail"
)

// Delegation lets someone act for an organisation.
type Delegation struct {
	Name       string     `json:"name" maxLength:"50" doc:"姓名"`
	Login      string     `json:"login,omitempty" maxLength:"32" doc:"登录名；不填则用邮箱登录"`
	Email      string     `json:"email" maxLength:"254" doc:"邮箱：邀请寄到这里；已有账号的填账号的邮箱"`
	Phone      string     `json:"phone,omitempty" maxLength:"20" doc:"电话"`
	Role       authz.Role `json:"role,omitempty" enum:"purchaser_admin,purchaser_agent,agency_admin,agency_agent" doc:"角色：管理人或受托人（业务授权人）；不填为后者"`
	ValidUntil *time.Time `json:"validUntil,omitempty" doc:"到期时间；不填则长期"`
}

const (
	readOrganisation   authz.Permission = "organisation:read-own"
	manageOrganisation authz.Permission = "organisation:manage-own"
)

// Members lists who acts for an organisation of the actor's.
func (s *Service) Members(ctx context.Context, orgID string) ([]Grant, error) {
	org, err := s.ownOrganisation(ctx, readOrganisation, orgID)
	if err != nil {
		return nil, err
	}
	return membersOf(ctx, s.pool, org)
}

// ownOrganisation refuses an organisation that is not the actor's, and one that does not
// exist, in the same words.
func (s *Service) ownOrganisation(ctx context.Context, perm authz.Permission, id string) (uuid.UUID, error) {
	org, err := uuid.Parse(id)
	if err != nil {
		org = uuid.Nil // covered by no grant
	}
	return org, s.policy.Require(ctx, perm, authz.Scope{Organisation: org})
}

// Delegate lets someone act for the actor's organisation: a person known by the address,
// or a new one, who is invited by letter to set a password.
func (s *Service) Delegate(ctx context.Context, orgID string, in Delegation) (Grant, error) {
	id, err := s.ownOrganisation(ctx, manageOrganisation, orgID)
	if err != nil {
		return Grant{}, err
	}
	var grant uuid.UUID
	err = db.InTx(ctx, s.pool, func(tx db.Tx) error {
		org, err := organisationByID(ctx, tx, id)
		if err != nil {
			return err
		}
		if org.Kind.AgentRole() == "" {
			return apperr.New(apperr.Conflict, "%s只由本人使用，不能授权他人", org.Kind.Label())
		}
		g := grantRow{org: id, role: in.Role, validUntil: in.ValidUntil, reason: "单位授权"}
		if g.role == "" {
			g.role = org.Kind.AgentRole()
		}
		if g.role != org.Kind.AgentRole() && g.role != org.Kind.AdminRole() {
			return apperr.InvalidField("role", "%s不能授予这个角色", org.Kind.Label())
		}
		if in.ValidUntil != nil && !in.ValidUntil.After(s.now()) {
			return apperr.InvalidField("validUntil", "到期时间应在将来")
		}
		inv := invitation{Name: in.Name, Login: in.Login, Email: in.Email, Phone: in.Phone, as: "“" + org.Name + "”的" + g.role.Label()}
		if g.person, err = s.inviteTx(ctx, tx, inv, true); err != nil {
			return err
		}
		grant, err = s.awardTx(ctx, tx, g)
		return err
	})
	if err != nil {
		return Grant{}, err
	}
	return grantByID(ctx, s.pool, grant)
}

// Dismiss ends what someone may do for the actor's organisation. The last admin stays:
// an organisation that nobody manages could not be helped by anyone in it.
func (s *Service) Dismiss(ctx context.Context, orgID, grantID string) error {
	id, err := s.ownOrganisation(ctx, manageOrganisation, orgID)
	if err != nil {
		return err
	}
	grant, err := uuid.Parse(grantID)
	if err != nil {
		return errNoGrant
	}
	return db.InTx(ctx, s.pool, func(tx db.Tx) error {
		if err := lockOrganisation(ctx, tx, id); err != nil {
			return err
		}
		g, err := lockGrant(ctx, tx, grant)
		if err != nil {
			return err
		}
		if g.org != id {
			return errNoGrant
		}
		org, err := organisationByID(ctx, tx, id)
		if err != nil {
			return err
		}
		if g.role == org.Kind.AdminRole() {
			others, err := otherAdmins(ctx, tx, id, g.role, grant)
			if err != nil {
				return err
			}
			if others == 0 {
				return apperr.New(apperr.Conflict, "这是单位最后一位管理人，不能移除；请先授权另一位并等其登录")
			}
		}
		return s.withdrawTx(ctx, tx, g, "单位收回授权")
	})
}

// invitation is someone to be let in by someone else.
type invitation struct {
	Name, Login, Email, Phone string
	as                        string // what they become, for the letter
}

// inviteTx is the person at an address: one who has it already, where known allows that,
// or a new one with a letter to set a password.
func (s *Service) inviteTx(ctx context.Context, tx db.Tx, in invitation, known bool) (uuid.UUID, error) {
	var f faults
	p := personRow{id: newID()}
	p.name = f.text("name", "姓名", in.Name, 2, 50)
	if strings.TrimSpace(in.Login) != "" {
		p.login = f.login("login", in.Login)
	}
	p.email = f.email("email", in.Email)
	p.phone = f.phone("phone", in.Phone)
	if err := f.err(); err != nil {
		return p.id, err
	}
	if !s.Letters.On {
		return p.id, errMailOff
	}
	terms, err := s.Terms(ctx)
	if err != nil {
		return p.id, err
	}
	present, found, err := personByEmail(ctx, tx, p.email)
	if err != nil {
		return p.id, err
	}
	letter := mail.Message{To: p.email, Subject: "邀请您使用" + s.Site}
	greeting := p.name + "，您好：\n\n" + authz.From(ctx).Name + "把您设为" + s.Site + "上" + in.as + "。"
	switch {
	case found && (!known || present.state != Active):
		return p.id, apperr.InvalidField("email", "这个邮箱已用于另一个账号")
	case found && present.name != p.name:
		return p.id, apperr.InvalidField("name", "和这个邮箱的账号上的姓名不一致，请核对")
	case found && present.passwordHash != "":
		letter.Text = greeting + "请用您已有的账号登录：\n\n" + strings.TrimSuffix(s.PublicURL, "/") + "/workspace\n"
		return present.id, s.Letters.Send(ctx, tx, letter)
	case found: // invited before and did not come yet
		p = present
	default:
		if err := s.insertPersonTx(ctx, tx, p); err != nil {
			return p.id, err
		}
		if err := audit.Record(ctx, tx, audit.Entry{Action: "account:open", Kind: "person", ID: p.id.String(), Summary: "开通账号并发出邀请"}); err != nil {
			return p.id, err
		}
	}
	token, err := tokenTx(ctx, tx, p.id, resetPassword, p.email, terms.InvitationLife)
	if err != nil {
		return p.id, err
	}
	letter.Text = greeting + "请打开下面的网址设置密码：\n\n" + s.link(resetPassword, token) + "\n\n网址 " + inWords(terms.InvitationLife) +
		"内有效，只能用一次。设好后用" + loginWords(p) + "登录。\n"
	return p.id, s.Letters.Send(ctx, tx, letter)
}

func loginWords(p personRow) string {
	if p.login != "" {
		return "登录名 " + p.login + " 或本邮箱"
	}
	return "本邮箱"
}
