package identity

import (
	"context"
	"strings"

	"github.com/google/uuid"

	"zjcs/internal/identity/credential"
	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/audit"
	"zjcs/internal/platform/authz"
	"zjcs/internal/platform/db"
)

// Registration is what a visitor gives to open an account.
type Registration struct {
	Kind         OrganisationKind `json:"kind" enum:"enterprise,public_body,village,natural_person,agency,expert" doc:"类别：企业、机关事业单位、村集体、自然人、中介机构、专家"`
	Organisation RegisteringOrg   `json:"organisation" doc:"所代表的单位"`
	Person       RegisteringSelf  `json:"person" doc:"办理注册的人，即单位的管理人"`
	Captcha      string           `json:"captcha" maxLength:"1024" doc:"验证码的解答（GET /api/v1/captcha）"`
	Consent      bool             `json:"consent" doc:"已阅读并同意用户协议和个人信息处理规则，应为 true"`
}

// RegisteringOrg is the organisation of a registration.
type RegisteringOrg struct {
	Name       string `json:"name,omitempty" maxLength:"100" doc:"单位名称；自然人和专家不填"`
	USCC       string `json:"uscc,omitempty" maxLength:"40" doc:"统一社会信用代码；自然人和专家不填"`
	RegionCode string `json:"regionCode" maxLength:"9" doc:"受理区划代码"`
}

// RegisteringSelf is the person of a registration.
type RegisteringSelf struct {
	Name     string `json:"name" maxLength:"50" doc:"姓名"`
	Login    string `json:"login" maxLength:"32" doc:"登录名：4–32 位，以字母开头，只用字母、数字和 . _ -"`
	Email    string `json:"email" maxLength:"254" doc:"邮箱；验证后可用来登录和找回密码"`
	Phone    string `json:"phone" maxLength:"20" doc:"手机号，或带区号的座机号"`
	Password string `json:"password" maxLength:"512" doc:"密码：10–128 个字符，不能是常见或已泄露的密码"`
	IDNumber string `json:"idNumber,omitempty" maxLength:"40" doc:"身份证号，可不填"`
}

// checked is the registration in the form it is stored in.
func (r Registration) checked(s *Service) (organisationRow, personRow, error) {
	var f faults
	o := organisationRow{id: newID(), kind: r.Kind, state: Registered}
	p := personRow{id: newID()}
	if !r.Consent {
		f.add("consent", "请阅读并同意用户协议和个人信息处理规则")
	}
	if !r.Kind.Valid() {
		f.add("kind", "请选择类别")
	}
	p.name = f.text("person.name", "姓名", r.Person.Name, 2, 50)
	p.login = f.login("person.login", r.Person.Login)
	p.pending = f.email("person.email", r.Person.Email)
	p.phone = f.phone("person.phone", r.Person.Phone)
	if p.phone == "" {
		f.add("person.phone", "请填写电话")
	}
	if r.Person.IDNumber != "" {
		id, err := ParseCitizenID(r.Person.IDNumber, s.now())
		if err != nil {
			f.add("person.idNumber", err.Error())
		}
		p.idNumber = id.Reveal()
	}
	o.region = f.text("organisation.regionCode", "受理区划", r.Organisation.RegionCode, 1, 9)
	if r.Kind.NumberedByUSCC() {
		o.name = f.text("organisation.name", "单位名称", r.Organisation.Name, 2, 100)
		code, err := ParseUSCC(r.Organisation.USCC)
		if err != nil {
			f.add("organisation.uscc", err.Error())
		}
		o.uscc = string(code)
	} else {
		o.name = p.name
		if strings.TrimSpace(r.Organisation.USCC) != "" {
			f.add("organisation.uscc", r.Kind.Label()+"没有统一社会信用代码，请留空")
		}
	}
	known := credential.Known{
		Name: p.name, Login: p.login, Phone: p.phone, Email: p.pending, IDNumber: p.idNumber, Organisation: o.name, Site: s.Site,
	}
	if err := s.Passwords.Check(r.Person.Password, known); err != nil {
		refusal, ok := apperr.As(err)
		if !ok || refusal.Code != apperr.Invalid {
			return o, p, err
		}
		f.add("person.password", refusal.Message)
	}
	return o, p, f.err()
}

// Register opens an account for an organisation and the person who manages it, and
// signs that person in. previous is the token of the session the browser had, which ends.
func (s *Service) Register(ctx context.Context, r Registration, previous string) (Opened, error) {
	org, person, err := r.checked(s)
	if err != nil {
		return Opened{}, err
	}
	if err := s.spendCaptcha(ctx, r.Captcha); err != nil {
		return Opened{}, err
	}
	terms, err := s.Terms(ctx)
	if err != nil {
		return Opened{}, err
	}
	if person.passwordHash, err = s.Hasher.Hash(ctx, r.Person.Password); err != nil {
		return Opened{}, err
	}
	var opened Opened
	err = db.InTx(ctx, s.pool, func(tx db.Tx) error {
		if err := insertOrganisation(ctx, tx, org); err != nil {
			return err
		}
		if err := s.insertPersonTx(ctx, tx, person); err != nil {
			return registrationField(err)
		}
		as := asPerson(ctx, person.id, person.name)
		if err := insertGrant(as, tx, grantRow{person: person.id, role: org.kind.AdminRole(), org: org.id, reason: "注册"}); err != nil {
			return err
		}
		if err := s.verifyLetterTx(ctx, tx, person.id, person.name, person.pending, terms); err != nil {
			return err
		}
		if err := audit.Record(as, tx, audit.Entry{
			Action: "registration:open", Kind: "organisation", ID: org.id.String(), Organisation: org.id, Region: org.region,
			Summary: "注册" + org.kind.Label() + "“" + org.name + "”，同意用户协议和个人信息处理规则",
		}); err != nil {
			return err
		}
		opened.Token, err = s.signInTx(as, tx, person.id, ByPassword, terms, previous)
		return err
	})
	if err != nil {
		return Opened{}, err
	}
	return s.opened(ctx, opened.Token)
}

// registrationField names a person's fields as a registration spells them.
func registrationField(err error) error {
	refusal, ok := apperr.As(err)
	if !ok {
		return err
	}
	moved := *refusal
	moved.Fields = nil
	for _, f := range refusal.Fields {
		moved.Fields = append(moved.Fields, apperr.Field{Name: "person." + f.Name, Message: f.Message})
	}
	return &moved
}

// asPerson is ctx in which a person who is only now getting in acts.
func asPerson(ctx context.Context, id uuid.UUID, name string) context.Context {
	c := audit.ClientOf(ctx)
	return authz.With(ctx, &authz.Actor{Person: id, Name: name, Remote: c.Remote, Agent: c.Agent})
}

func newID() uuid.UUID { return uuid.Must(uuid.NewV7()) }
