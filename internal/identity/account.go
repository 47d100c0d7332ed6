package identity

import (
	"context"
	"time"

	"github.com/google/uuid"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/audit"
	"zjcs/internal/platform/authz"
	"zjcs/internal/platform/db"
	"zjcs/internal/platform/page"
)

// PersonState is whether someone may sign in.
type PersonState string

const (
	Active   PersonState = "active"
	Disabled PersonState = "disabled"
	Erased   PersonState = "erased" // what identified them is gone
)

// Account is a person as the administrator of a region sees them.
type Account struct {
	ID         uuid.UUID   `json:"id"`
	Name       string      `json:"name" doc:"姓名"`
	Login      string      `json:"login,omitempty" doc:"登录名"`
	Email      string      `json:"email,omitempty" doc:"邮箱"`
	Phone      string      `json:"phone,omitempty" doc:"电话，中间几位不显示"`
	State      PersonState `json:"state" enum:"active,disabled,erased" doc:"状态：正常、停用、已删除个人信息"`
	Invited    bool        `json:"invited" doc:"为真表示还没有设过密码"`
	HasFactor  bool        `json:"hasSecondFactor" doc:"是否设有二次验证"`
	LastSeenAt *time.Time  `json:"lastSeenAt,omitempty" doc:"最近一次活动"`
	CreatedAt  time.Time   `json:"createdAt" doc:"开通时间"`
	Demo       bool        `json:"demo" doc:"为真表示示例数据"`
	Grants     []Grant     `json:"grants" doc:"您管辖范围内现在有效的授权"`
}

// AccountFilter narrows the list of accounts.
type AccountFilter struct {
	page.Request
	Query  string     // part of a name, a login name or an address
	Region string     // and below
	Role   authz.Role // held there
}

const (
	readAccounts   authz.Permission = "account:read"
	manageAccounts authz.Permission = "account:manage"
)

// Accounts is a page of the people who have a grant within the actor's reach.
func (s *Service) Accounts(ctx context.Context, f AccountFilter) (page.Page[Account], error) {
	var none page.Page[Account]
	if err := s.policy.Require(ctx, readAccounts, authz.Anywhere); err != nil {
		return none, err
	}
	var bad faults
	f.Query = bad.text("q", "查找的文字", f.Query, 0, 100)
	f.Region = bad.text("region", "区划", f.Region, 0, 9)
	if f.Role != "" && !f.Role.Valid() {
		bad.add("role", "没有这个角色")
	}
	if err := bad.err(); err != nil {
		return none, err
	}
	if f.Region != "" {
		if known, err := regionExists(ctx, s.pool, f.Region); err != nil || !known {
			return none, orElse(err, apperr.InvalidField("region", "没有这个区划，请从区划列表中选择"))
		}
	}
	before, given, err := page.Decode[uuid.UUID](f.Cursor)
	if err != nil {
		return none, err
	}
	if !given {
		before = uuid.Max
	}
	reach := s.policy.ReachOf(ctx, readAccounts)
	rows, total, err := s.listAccounts(ctx, f, reach, before)
	if err != nil {
		return none, err
	}
	p := page.Make(rows, f.Size(), total, func(a Account) uuid.UUID { return a.ID })
	ids := make([]uuid.UUID, len(p.Items))
	for i, a := range p.Items {
		ids[i] = a.ID
	}
	grants, err := listGrants(ctx, s.pool, ids, reach, false)
	if err != nil {
		return none, err
	}
	of := map[uuid.UUID][]Grant{}
	for _, g := range grants {
		of[g.PersonID] = append(of[g.PersonID], g)
	}
	for i := range p.Items {
		if p.Items[i].Grants = of[p.Items[i].ID]; p.Items[i].Grants == nil {
			p.Items[i].Grants = []Grant{}
		}
	}
	return p, nil
}

// NewAccount is an official's account with its first role.
type NewAccount struct {
	Name       string     `json:"name" maxLength:"50" doc:"姓名"`
	Login      string     `json:"login,omitempty" maxLength:"32" doc:"登录名；不填则用邮箱登录"`
	Email      string     `json:"email" maxLength:"254" doc:"邮箱：邀请寄到这里"`
	Phone      string     `json:"phone,omitempty" maxLength:"20" doc:"电话"`
	Role       authz.Role `json:"role" enum:"operator,department_officer,supervisor,region_admin,platform_admin" doc:"角色"`
	RegionCode string     `json:"regionCode" maxLength:"9" doc:"管辖区划（含下级）"`
	Sector     string     `json:"sector,omitempty" maxLength:"100" doc:"主管行业；只有行业主管可填，空为全部"`
	ValidUntil *time.Time `json:"validUntil,omitempty" doc:"到期时间；不填则长期"`
	Reason     string     `json:"reason" maxLength:"200" doc:"授权理由"`
}

// OpenAccount makes an official's account; a letter invites them to set a password.
func (s *Service) OpenAccount(ctx context.Context, in NewAccount) (Grant, error) {
	if err := s.policy.Require(ctx, manageAccounts, authz.Anywhere); err != nil {
		return Grant{}, err
	}
	if !in.Role.Staff() {
		return Grant{}, apperr.InvalidField("role", "这里只开通工作人员的账号")
	}
	g, err := s.judgeAward(ctx, Award{Role: in.Role, RegionCode: in.RegionCode, Sector: in.Sector, ValidUntil: in.ValidUntil, Reason: in.Reason})
	if err != nil {
		return Grant{}, err
	}
	if err := s.policy.Require(ctx, manageAccounts, authz.Scope{Region: g.region}); err != nil {
		return Grant{}, err
	}
	var grant uuid.UUID
	err = db.InTx(ctx, s.pool, func(tx db.Tx) error {
		inv := invitation{Name: in.Name, Login: in.Login, Email: in.Email, Phone: in.Phone, as: g.role.Label()}
		if g.person, err = s.inviteTx(ctx, tx, inv, false); err != nil {
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

// SetState disables an account, which ends its sessions, or enables it again.
func (s *Service) SetState(ctx context.Context, id string, to PersonState, reason string) error {
	var f faults
	reason = f.text("reason", "理由", reason, 2, 200)
	if to != Active && to != Disabled {
		f.add("state", "应是 active（启用）或 disabled（停用）")
	}
	if err := f.err(); err != nil {
		return err
	}
	return s.manageTx(ctx, id, func(tx db.Tx, person uuid.UUID) error {
		from, err := setState(ctx, tx, person, to)
		if err != nil {
			return err
		}
		what := "启用账号："
		if to == Disabled {
			what = "停用账号，结束其全部会话："
			if err := revokeSessions(ctx, tx, person, uuid.Nil); err != nil {
				return err
			}
		}
		return audit.Record(ctx, tx, audit.Entry{
			Action: string(manageAccounts), Kind: "person", ID: id, Summary: what + reason, Change: map[string]audit.Change{"state": {from, to}},
		})
	})
}

// ResetFactor takes off the second factor of someone who lost it. Their sessions end; an
// official sets up a new one before their grants count again.
func (s *Service) ResetFactor(ctx context.Context, id, reason string) error {
	var f faults
	reason = f.text("reason", "理由", reason, 2, 200)
	if err := f.err(); err != nil {
		return err
	}
	return s.manageTx(ctx, id, func(tx db.Tx, person uuid.UUID) error {
		if err := removeFactor(ctx, tx, person); err != nil {
			return err
		}
		if err := revokeSessions(ctx, tx, person, uuid.Nil); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{Action: string(manageAccounts), Kind: "person", ID: id, Summary: "清除二次验证：" + reason})
	})
}

// manageTx does something to an account whose every grant is in the actor's hands: an
// administrator of a county shuts out nobody who also works for the city.
func (s *Service) manageTx(ctx context.Context, id string, do func(db.Tx, uuid.UUID) error) error {
	return s.onPersonTx(ctx, manageAccounts, id, do)
}

func (s *Service) onPersonTx(ctx context.Context, perm authz.Permission, id string, do func(db.Tx, uuid.UUID) error) error {
	if err := s.policy.Require(ctx, perm, authz.Anywhere); err != nil {
		return err
	}
	person, err := uuid.Parse(id)
	if err != nil {
		return errNoPerson
	}
	if person == authz.From(ctx).Person {
		return apperr.New(apperr.Forbidden, "不能改动自己的账号，请由另一位管理员办理")
	}
	return s.settled(ctx, db.InTx(ctx, s.pool, func(tx db.Tx) error {
		reach := s.policy.ReachOf(ctx, perm)
		seen, err := personInReach(ctx, tx, person, reach)
		if err == nil && !seen && perm == erase { // whoever never had a grant has the same right to be forgotten
			seen, err = ungrantedInReach(ctx, tx, person, reach)
		}
		if err != nil || !seen {
			return orElse(err, errNoPerson)
		}
		held, err := liveGrantsOf(ctx, tx, person)
		if err != nil {
			return err
		}
		for _, g := range held {
			scope := authz.Scope{Region: g.region}
			if !s.policy.May(ctx, perm, scope) {
				return apperr.New(apperr.Forbidden, "这个账号在您管辖的范围之外还有授权，请上级管理员办理")
			}
			if g.role.Staff() {
				if err := s.mayTx(ctx, give(g.role), scope); err != nil {
					return err
				}
			}
		}
		return do(tx, person)
	}))
}
