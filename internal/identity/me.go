package identity

import (
	"context"

	"github.com/google/uuid"

	"zjcs/internal/platform/authz"
)

// Me is the signed-in person as the front end needs to know them; zero for a visitor.
type Me struct {
	SignedIn     bool               `json:"signedIn" doc:"是否已登录"`
	PersonID     string             `json:"personId,omitempty" doc:"本人标识"`
	Name         string             `json:"name,omitempty" doc:"姓名"`
	Login        string             `json:"login,omitempty" doc:"登录名"`
	Email        string             `json:"email,omitempty" doc:"邮箱"`
	PendingEmail string             `json:"pendingEmail,omitempty" doc:"等待验证的邮箱"`
	Phone        string             `json:"phone,omitempty" doc:"电话，中间几位不显示"`
	HasPassword  bool               `json:"hasPassword" doc:"是否设有密码"`
	HasFactor    bool               `json:"hasSecondFactor" doc:"是否设有二次验证"`
	CodesLeft    int                `json:"recoveryCodesLeft" doc:"还没用过的恢复码个数"`
	SecondFactor bool               `json:"secondFactor" doc:"本次会话是否通过二次验证"`
	FactorDue    bool               `json:"secondFactorRequired" doc:"为真表示先要通过二次验证（POST /api/v1/session/second-factor），在此之前什么都不能做"`
	SetUpDue     bool               `json:"secondFactorSetupRequired" doc:"为真表示工作人员先要设置二次验证，在此之前只能管理自己的账号"`
	OIDCName     string             `json:"oidcName,omitempty" doc:"可用来登录的统一身份认证的名称；空为没有"`
	Mail         bool               `json:"mail" doc:"平台能否发邮件（找回密码、验证邮箱、邀请）"`
	Demo         bool               `json:"demo" doc:"是否演示模式"`
	Roles        []HeldRole         `json:"roles" doc:"拥有的角色"`
	Permissions  []authz.Permission `json:"permissions" doc:"至少在一处拥有的权限"`
}

// HeldRole is one grant in words.
type HeldRole struct {
	Role         authz.Role    `json:"role" doc:"角色"`
	Label        string        `json:"label" doc:"角色名称"`
	Organisation *Organisation `json:"organisation,omitempty" doc:"所在单位"`
	RegionCode   string        `json:"regionCode,omitempty" doc:"管辖区划（含下级）"`
	RegionName   string        `json:"regionName,omitempty"`
	Sector       string        `json:"sector,omitempty" doc:"主管行业；空为全部"`
}

// Me tells who is signed in.
func (s *Service) Me(ctx context.Context) (Me, error) {
	me := Me{Roles: []HeldRole{}, Permissions: []authz.Permission{}, Mail: s.Letters.On, Demo: s.Demo}
	if s.Provider != nil {
		me.OIDCName = s.Provider.Name
	}
	a := authz.From(ctx)
	if a == nil {
		return me, nil
	}
	me.SignedIn, me.PersonID, me.Name, me.SecondFactor = true, a.Person.String(), a.Name, !a.SecondFactor.IsZero()
	me.FactorDue, me.SetUpDue = a.Hold == authz.ShowFactor, a.Hold == authz.SetUpFactor
	if me.FactorDue { // whoever has only the password learns nothing more
		return me, nil
	}
	if err := s.loadSelf(ctx, a.Person, &me); err != nil {
		return me, err
	}
	for _, p := range s.policy.Permissions() {
		if s.policy.May(ctx, p, authz.Anywhere) {
			me.Permissions = append(me.Permissions, p)
		}
	}
	var orgs []uuid.UUID
	var regions []string
	for _, g := range a.Grants {
		if g.Role.OfOrganisation() {
			orgs = append(orgs, g.Organisation)
		} else {
			regions = append(regions, g.Region)
		}
	}
	organisations, names, err := loadHeld(ctx, s.pool, orgs, regions)
	if err != nil {
		return me, err
	}
	for _, g := range a.Grants {
		r := HeldRole{Role: g.Role, Label: g.Role.Label(), RegionCode: g.Region, RegionName: names[g.Region], Sector: g.Sector}
		if o, ok := organisations[g.Organisation]; ok {
			r.Organisation = &o
		}
		me.Roles = append(me.Roles, r)
	}
	return me, nil
}
