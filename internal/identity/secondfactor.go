package identity

import (
	"context"
	"encoding/hex"
	"strings"

	"zjcs/internal/identity/credential"
	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/audit"
	"zjcs/internal/platform/authz"
	"zjcs/internal/platform/db"
)

// Proof is a second factor as shown: a code of the authenticator app, or one of the
// recovery codes that stand in for it.
type Proof struct {
	Code         string `json:"code,omitempty" maxLength:"40" doc:"验证器上的 6 位数字"`
	RecoveryCode string `json:"recoveryCode,omitempty" maxLength:"60" doc:"恢复码，手机不在身边时代替验证码；每个只能用一次"`
}

// ShowSecondFactor completes a sign-in. The session goes on under a new token.
func (s *Service) ShowSecondFactor(ctx context.Context, in Proof) (Opened, error) {
	a := authz.From(ctx)
	if a == nil {
		return Opened{}, errNotSignedIn
	}
	if (in.Code == "") == (in.RecoveryCode == "") {
		return Opened{}, apperr.InvalidField("code", "请填写验证器上的 6 位数字，或者一个恢复码")
	}
	var token string
	err := s.proveFactor(ctx, in, func(tx db.Tx) error {
		var err error
		if token, err = renewTx(ctx, tx, a.Session, true); err != nil {
			return err
		}
		how := "用验证器通过二次验证"
		if in.RecoveryCode != "" {
			how = "用恢复码通过二次验证"
		}
		return audit.Record(ctx, tx, audit.Entry{Action: "session:second-factor", Kind: "person", ID: a.Person.String(), Summary: how})
	})
	if err != nil {
		return Opened{}, err
	}
	return s.opened(ctx, token)
}

// proveFactor spends a code of the actor's and, when it is right, runs then in the same
// transaction.
func (s *Service) proveFactor(ctx context.Context, in Proof, then func(db.Tx) error) error {
	a := authz.From(ctx)
	if err := s.countProof(ctx, a.Person); err != nil {
		return err
	}
	field, right := "code", false
	err := db.InTx(ctx, s.pool, func(tx db.Tx) error {
		f, err := lockFactor(ctx, tx, a.Person)
		if err != nil {
			return err
		}
		if !f.confirmed {
			return apperr.New(apperr.Conflict, "您的账号没有设置二次验证")
		}
		if in.RecoveryCode != "" {
			field = "recoveryCode"
			right, err = s.spendRecoveryTx(ctx, tx, f, in.RecoveryCode)
		} else {
			right, err = s.spendCodeTx(ctx, tx, f, in.Code)
		}
		if err != nil || !right {
			return err
		}
		if err := forgiveProofs(ctx, tx, a.Person); err != nil {
			return err
		}
		return then(tx)
	})
	if err != nil || right {
		return err
	}
	if err := s.refusedProof(ctx, "二次验证码不对"); err != nil {
		return err
	}
	return apperr.InvalidField(field, "验证码不对或已用过，请等验证器换出新的一组数字再试")
}

// Prove asks the actor for the second factor once more, for a step that must not rest on an
// open session alone: it spends a code and, when it is right, runs then in the same
// transaction. Where then fails the code is not spent. Errors: Conflict where the actor has
// no second factor; Invalid where the code is wrong, counted like one at sign-in.
func (s *Service) Prove(ctx context.Context, in Proof, then func(db.Tx) error) error {
	if authz.From(ctx) == nil {
		return errNotSignedIn
	}
	if (in.Code == "") == (in.RecoveryCode == "") {
		return apperr.InvalidField("code", "请填写验证器上的 6 位数字，或者一个恢复码")
	}
	return s.proveFactor(ctx, in, then)
}

func (s *Service) spendCodeTx(ctx context.Context, tx db.Tx, f factorRow, code string) (bool, error) {
	secret, err := s.vault.Open(fieldFactor, f.secret)
	if err != nil {
		return false, err
	}
	step, ok := credential.VerifyTOTP(secret, code, s.now(), f.step)
	if !ok {
		return false, nil
	}
	return true, spendStep(ctx, tx, f.person, step)
}

func (s *Service) spendRecoveryTx(ctx context.Context, tx db.Tx, f factorRow, code string) (bool, error) {
	digests := make([][]byte, 0, len(f.recovery))
	for _, stored := range f.recovery {
		d, err := hex.DecodeString(stored)
		if err != nil {
			return false, err
		}
		digests = append(digests, d)
	}
	i, ok := credential.FindRecoveryCode(code, digests)
	if !ok {
		return false, nil
	}
	return true, dropRecoveryCode(ctx, tx, f.person, f.recovery[i])
}

// NewFactor is a second factor to put into an authenticator app. It is shown this once.
type NewFactor struct {
	Secret string `json:"secret" doc:"密钥，供手工输入"`
	URL    string `json:"url" doc:"otpauth:// 地址，即二维码的内容"`
	QR     string `json:"qrCode" doc:"二维码图片，data: 地址"`
}

// SetUpFactor makes a second factor for the actor; it counts once a code of it was shown.
func (s *Service) SetUpFactor(ctx context.Context) (NewFactor, error) {
	if err := s.policy.Require(ctx, ownAccount, authz.Anywhere); err != nil {
		return NewFactor{}, err
	}
	a := authz.From(ctx)
	p, err := personByID(ctx, s.pool, a.Person)
	if err != nil {
		return NewFactor{}, err
	}
	account := p.login
	if account == "" {
		account = p.email
	}
	key, err := credential.NewTOTP(s.Site, strings.TrimSpace(account))
	if err != nil {
		return NewFactor{}, err
	}
	qr, err := credential.QRCode(key.URL)
	if err != nil {
		return NewFactor{}, err
	}
	err = db.InTx(ctx, s.pool, func(tx db.Tx) error {
		if err := proposeFactor(ctx, tx, a.Person, s.vault.Seal(fieldFactor, key.Secret)); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{Action: string(ownAccount), Kind: "person", ID: a.Person.String(), Summary: "开始设置二次验证"})
	})
	return NewFactor{Secret: key.Secret, URL: key.URL, QR: qr}, err
}

// RecoveryCodes stand in for a lost authenticator; they are shown this once.
type RecoveryCodes struct {
	Codes []string `json:"recoveryCodes" doc:"10 个恢复码，请抄下保存；每个只能用一次"`
}

// ConfirmFactor puts the actor's new second factor into force. This session has shown it.
func (s *Service) ConfirmFactor(ctx context.Context, code string) (RecoveryCodes, Opened, error) {
	if err := s.policy.Require(ctx, ownAccount, authz.Anywhere); err != nil {
		return RecoveryCodes{}, Opened{}, err
	}
	a := authz.From(ctx)
	if err := s.countProof(ctx, a.Person); err != nil {
		return RecoveryCodes{}, Opened{}, err
	}
	codes, digests := credential.NewRecoveryCodes()
	stored := make([]string, len(digests))
	for i, d := range digests {
		stored[i] = hex.EncodeToString(d)
	}
	var token string
	err := db.InTx(ctx, s.pool, func(tx db.Tx) error {
		f, err := lockFactor(ctx, tx, a.Person)
		if err != nil {
			return err
		}
		if f.confirmed || len(f.secret) == 0 {
			return apperr.New(apperr.Conflict, "请先重新开始设置二次验证")
		}
		right, err := s.spendCodeTx(ctx, tx, f, code)
		if err != nil {
			return err
		}
		if !right {
			return apperr.InvalidField("code", "验证码不对。请确认手机时间准确，再输入验证器上现在的 6 位数字")
		}
		if err := confirmFactor(ctx, tx, a.Person, stored); err != nil {
			return err
		}
		if err := forgiveProofs(ctx, tx, a.Person); err != nil {
			return err
		}
		// Whoever else is signed in as this person has not shown it.
		if err := revokeSessions(ctx, tx, a.Person, a.Session); err != nil {
			return err
		}
		if token, err = renewTx(ctx, tx, a.Session, true); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{Action: string(ownAccount), Kind: "person", ID: a.Person.String(), Summary: "设置了二次验证"})
	})
	if err != nil {
		return RecoveryCodes{}, Opened{}, err
	}
	opened, err := s.opened(ctx, token)
	return RecoveryCodes{Codes: codes}, opened, err
}

// FactorRemoval takes the second factor off: the password and the factor itself.
type FactorRemoval struct {
	Password string `json:"password" maxLength:"512" doc:"现在的密码"`
	Proof
}

// RemoveFactor takes the actor's second factor off. An official needs one, outside the
// demonstration.
func (s *Service) RemoveFactor(ctx context.Context, in FactorRemoval) error {
	if err := s.policy.Require(ctx, ownAccount, authz.Anywhere); err != nil {
		return err
	}
	a := authz.From(ctx)
	if a.Staff() && !s.Demo {
		return apperr.New(apperr.Forbidden, "工作人员必须使用二次验证，不能关闭；换手机请联系区域管理员")
	}
	if _, err := s.provePassword(ctx, "password", in.Password); err != nil {
		return err
	}
	return s.proveFactor(ctx, in.Proof, func(tx db.Tx) error {
		if err := removeFactor(ctx, tx, a.Person); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{Action: string(ownAccount), Kind: "person", ID: a.Person.String(), Summary: "关闭了二次验证"})
	})
}
