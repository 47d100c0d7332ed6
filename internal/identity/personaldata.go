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
	"zjcs/internal/platform/page"
)

// Holding is what another domain keeps about persons. Its functions run in one
// transaction with the rest; any may be nil.
type Holding struct {
	Name string // of its part of an export

	// Export is all it keeps about the person, as JSON will show it.
	Export func(ctx context.Context, tx db.Tx, person uuid.UUID) (any, error)
	// Keeps names what stands in the way of erasing: what the law or an open matter needs
	// the person for.
	Keeps func(ctx context.Context, tx db.Tx, person uuid.UUID) ([]string, error)
	// Erase removes what nothing needs.
	Erase func(ctx context.Context, tx db.Tx, person uuid.UUID) error
}

// PersonalData is everything stored about a person (个人信息保护法 第45条), except what
// only opens the account: the password's hash and the second factor's key.
type PersonalData struct {
	ExportedAt time.Time      `json:"exportedAt" doc:"导出时间"`
	Person     PersonRecord   `json:"person" doc:"账号"`
	Sessions   []Session      `json:"sessions" doc:"登录会话，包括已结束的"`
	Grants     []Grant        `json:"grants" doc:"授权，包括已收回的"`
	Identities []Link         `json:"identities" doc:"关联的统一身份"`
	Parts      map[string]any `json:"parts" doc:"各业务中的信息"`
}

// PersonRecord is the account, its personal numbers in the clear.
type PersonRecord struct {
	ID                uuid.UUID   `json:"id"`
	Name              string      `json:"name" doc:"姓名"`
	Login             string      `json:"login,omitempty" doc:"登录名"`
	Email             string      `json:"email,omitempty" doc:"邮箱"`
	EmailVerifiedAt   *time.Time  `json:"emailVerifiedAt,omitempty" doc:"邮箱验证时间"`
	Phone             string      `json:"phone,omitempty" doc:"电话"`
	IDNumber          string      `json:"idNumber,omitempty" doc:"身份证号"`
	PasswordChangedAt *time.Time  `json:"passwordChangedAt,omitempty" doc:"最近一次设置密码的时间"`
	SecondFactorAt    *time.Time  `json:"secondFactorAt,omitempty" doc:"设置二次验证的时间"`
	State             PersonState `json:"state" enum:"active,disabled,erased" doc:"状态"`
	CreatedAt         time.Time   `json:"createdAt" doc:"注册时间"`
	UpdatedAt         time.Time   `json:"updatedAt" doc:"最近改动"`
}

var errNobody = apperr.New(apperr.Unauthenticated, "请先登录")

// ExportOwn gives the signed-in person all that is stored about them. It is logged: the
// numbers in it are in the clear.
func (s *Service) ExportOwn(ctx context.Context) (PersonalData, error) {
	a := authz.From(ctx)
	if a == nil {
		return PersonalData{}, errNobody
	}
	if err := s.policy.Require(ctx, ownAccount, authz.Scope{Person: a.Person}); err != nil {
		return PersonalData{}, err
	}
	out := PersonalData{ExportedAt: s.now(), Parts: map[string]any{}}
	err := db.InTx(ctx, s.pool, func(tx db.Tx) error {
		var err error
		if out.Person, err = s.personRecord(ctx, tx, a.Person); err != nil {
			return err
		}
		if out.Sessions, err = allSessions(ctx, tx, a.Person); err != nil {
			return err
		}
		if out.Grants, err = allGrants(ctx, tx, a.Person); err != nil {
			return err
		}
		if out.Identities, err = listSubjects(ctx, tx, a.Person); err != nil {
			return err
		}
		for _, h := range s.Holdings() {
			if h.Export == nil {
				continue
			}
			if out.Parts[h.Name], err = h.Export(ctx, tx, a.Person); err != nil {
				return err
			}
		}
		return audit.Record(ctx, tx, audit.Entry{
			Outcome: audit.Read, Action: string(ownAccount), Kind: "person", ID: a.Person.String(), Summary: "导出本人全部个人信息",
		})
	})
	return out, err
}

const erase authz.Permission = "personal-data:erase"

// AskErasure notes that the signed-in person wants to be forgotten (个人信息保护法
// 第47条), and tells those who carry it out. Asked twice it is one request.
func (s *Service) AskErasure(ctx context.Context, why string) error {
	a := authz.From(ctx)
	if a == nil {
		return errNobody
	}
	if err := s.policy.Require(ctx, ownAccount, authz.Scope{Person: a.Person}); err != nil {
		return err
	}
	var f faults
	why = f.text("note", "说明", why, 0, 500)
	if err := f.err(); err != nil {
		return err
	}
	return db.InTx(ctx, s.pool, func(tx db.Tx) error {
		asked, err := insertErasureRequest(ctx, tx, newID(), a.Person, why)
		if err != nil || !asked {
			return err
		}
		if err := s.ErasureAsked(ctx, tx, a.Person); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{Action: string(ownAccount), Kind: "person", ID: a.Person.String(), Summary: "申请注销账号、删除个人信息"})
	})
}

// ErasureRequest is someone's wish to be forgotten.
type ErasureRequest struct {
	ID         uuid.UUID `json:"id"`
	PersonID   uuid.UUID `json:"personId" doc:"申请人"`
	PersonName string    `json:"personName" doc:"姓名"`
	AskedAt    time.Time `json:"askedAt" doc:"申请时间"`
	Note       string    `json:"note" doc:"说明"`
}

// ErasureRequests are those not yet decided of people in the actor's reach, the oldest first.
func (s *Service) ErasureRequests(ctx context.Context, r page.Request) (page.Page[ErasureRequest], error) {
	var none page.Page[ErasureRequest]
	if err := s.policy.Require(ctx, erase, authz.Anywhere); err != nil {
		return none, err
	}
	after, _, err := page.Decode[uuid.UUID](r.Cursor)
	if err != nil {
		return none, err
	}
	rows, total, err := listErasureRequests(ctx, s.pool, s.policy.ReachOf(ctx, erase), after, r.Size())
	if err != nil {
		return none, err
	}
	return page.Make(rows, r.Size(), total, func(e ErasureRequest) uuid.UUID { return e.ID }), nil
}

// Erasure is what came of erasing someone.
type Erasure struct {
	PersonID uuid.UUID   `json:"personId"`
	State    PersonState `json:"state" enum:"erased" doc:"状态"`
	Again    bool        `json:"again" doc:"为真表示以前已经删除，这次没有改动"`
}

// ErasePerson makes someone unrecognisable: name, login, address, numbers and password are
// gone, sessions and grants end. What the law keeps stays (个人信息保护法 第47条 第二款):
// decided submissions and the log of who did what. While a matter or a post still needs
// the person it is refused, with each reason.
func (s *Service) ErasePerson(ctx context.Context, id, reason string) (Erasure, error) {
	var f faults
	reason = f.text("reason", "理由", reason, 2, 200)
	if err := f.err(); err != nil {
		return Erasure{}, err
	}
	var out Erasure
	err := s.onPersonTx(ctx, erase, id, func(tx db.Tx, person uuid.UUID) error {
		out = Erasure{PersonID: person, State: Erased}
		state, err := lockPerson(ctx, tx, person)
		if err != nil {
			return err
		}
		if out.Again = state == Erased; out.Again {
			return nil
		}
		if err := s.keptTx(ctx, tx, person); err != nil {
			return err
		}
		for _, h := range s.Holdings() {
			if h.Erase == nil {
				continue
			}
			if err := h.Erase(ctx, tx, person); err != nil {
				return err
			}
		}
		if err := erasePerson(ctx, tx, person, authz.From(ctx).Person, reason); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{
			Action: string(erase), Kind: "person", ID: person.String(), Summary: "删除个人信息、注销账号：" + reason, Change: map[string]audit.Change{"state": {state, Erased}},
		})
	})
	return out, err
}

// keptTx refuses while the person is still needed.
func (s *Service) keptTx(ctx context.Context, tx db.Tx, person uuid.UUID) error {
	var reasons []string
	held, err := liveGrantsOf(ctx, tx, person)
	if err != nil {
		return err
	}
	for _, g := range held {
		// An agent's role is an organisation's to give again; the others answer for something.
		if g.role.Staff() || g.role == authz.AgencyAdmin || g.role == authz.PurchaserAdmin || g.role == authz.Expert {
			reasons = append(reasons, "仍是"+g.role.Label()+"，须先交接并收回授权")
		}
	}
	for _, h := range s.Holdings() {
		if h.Keeps == nil {
			continue
		}
		more, err := h.Keeps(ctx, tx, person)
		if err != nil {
			return err
		}
		reasons = append(reasons, more...)
	}
	if len(reasons) > 0 {
		return apperr.New(apperr.Conflict, "现在还不能删除：%s", strings.Join(reasons, "；"))
	}
	return nil
}
