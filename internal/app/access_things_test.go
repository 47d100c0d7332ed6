package app_test

import (
	"bytes"
	"io"
	"maps"
	"mime/multipart"
	"os"
	"path/filepath"
	"strings"

	"github.com/google/uuid"

	"zjcs/internal/exchange"
	"zjcs/internal/ledger"
	"zjcs/internal/platform/authz"
	"zjcs/internal/platform/db"
	"zjcs/internal/platform/files"
	"zjcs/internal/platform/provenance"
	"zjcs/internal/review"
	"zjcs/internal/testkit"
)

// things are what access.csv says a request is about. What a request may change is made
// anew for each.
var things = map[string]func(s *stage, who string) aim{
	"a department":              func(s *stage, _ string) aim { return s.published("department", "id") },
	"an approval item":          func(s *stage, _ string) aim { return s.published("approval", "code") },
	"a service item":            func(s *stage, _ string) aim { return s.published("item", "code") },
	"an agency":                 func(s *stage, _ string) aim { return s.published("agency", "id") },
	"an expert":                 func(s *stage, _ string) aim { return s.published("expert", "id") },
	"an announcement":           func(s *stage, _ string) aim { return s.published("announcement", "id") },
	"a procurement":             func(s *stage, _ string) aim { return s.procurement() },
	"a result in publicity":     func(s *stage, _ string) aim { return s.result("publicity") },
	"an award":                  func(s *stage, _ string) aim { return s.result("awarded") },
	"an objection to a result":  func(s *stage, _ string) aim { return s.resultObjection("filed") },
	"an accepted objection":     func(s *stage, _ string) aim { return s.resultObjection("accepted") },
	"a procurement that is won": func(s *stage, _ string) aim { return s.awarded() },
	"a draft of a contract":     func(s *stage, who string) aim { return s.contract("drafted", "", who) },
	"a signed contract":         func(s *stage, who string) aim { return s.contract("signed", "", who) },
	"the procurement of a contract": func(s *stage, who string) aim {
		return aim{"id": s.contract("signed", "", who)["procurement"]}
	},
	"a contract":                     func(s *stage, who string) aim { return s.contract("filed", "", who) },
	"an amendment by 本机构":            func(s *stage, who string) aim { return s.contract("filed", "amendment", who) },
	"a stop by 本机构":                  func(s *stage, who string) aim { return s.contract("filed", "stop", who) },
	"a delivery of 本机构":              func(s *stage, who string) aim { return s.contract("filed", "delivery", who) },
	"a payment by 业主企业":              func(s *stage, who string) aim { return s.contract("signed", "payment", who) },
	"an accepted contract":           func(s *stage, who string) aim { return s.evaluation("accepted", who) },
	"an evaluation of 本机构":           func(s *stage, who string) aim { return s.evaluation("published", who) },
	"an appeal by 本机构":               func(s *stage, who string) aim { return s.evaluation("appealed", who) },
	"an evaluation that was struck":  func(s *stage, who string) aim { return s.evaluation("struck", who) },
	"业主企业 itself":                    func(s *stage, who string) aim { return aim{"?": "?organisation=" + s.buyer.String()} },
	"the purchaser of a procurement": func(s *stage, who string) aim { return aim{"id": s.contract("signed", "", who)["procurement"]} },
	"a termination by 本机构":           func(s *stage, who string) aim { return s.contract("filed", "termination", who) },
	"a line": func(s *stage, _ string) aim {
		return s.once("a line of the public log", func() aim {
			var id uuid.UUID
			s.must(db.InTx(s.t.Context(), s.a.Pool, func(tx db.Tx) (err error) {
				id, err = s.a.Ledger.AppendTx(s.t.Context(), tx, ledger.Entry{Kind: "test", Subject: uuid.New(), Region: testkit.County, Body: map[string]string{}})
				return err
			}))
			_, err := s.a.Ledger.Integrate(s.t.Context())
			s.must(err)
			return aim{"key": id.String()}
		})
	},
	"a lottery issue": func(*stage, string) aim { return aim{"issue": strings.ReplaceAll(uuid.NewString(), "-", "")[:20]} },
	"none": func(*stage, string) aim {
		return aim{"id": uuid.NewString(), "key": uuid.NewString(), "number": "SQ0", "token": "x", "grantId": uuid.NewString(), "file": "x.xlsx"}
	},

	// One's own.
	"own session": func(s *stage, who string) aim { s.token(who); return aim{"id": s.session(who)} },
	"another's session": func(s *stage, who string) aim {
		other := s.someone(who)
		s.token(other)
		return aim{"id": s.session(other)}
	},
	"own password": func(s *stage, who string) aim { s.restore(who); return aim{} },
	"own second factor, begun": func(s *stage, who string) aim {
		s.restore(who)
		if p := s.people[who]; p != nil && who != "half" {
			s.exec(`UPDATE person SET totp_secret = $2 WHERE id = $1`, p.Person, s.a.Vault.Seal("person.totp_secret", "JBSWY3DPEHPK3PXP"))
		}
		return aim{}
	},
	"own message":       func(s *stage, who string) aim { return s.message(who) },
	"another's message": func(s *stage, who string) aim { return s.message(s.someone(who)) },
	"own file":          func(s *stage, who string) aim { return s.file(who) },
	"another's file":    func(s *stage, who string) aim { return s.file(s.someone(who)) },
	"an account with a password": func(s *stage, _ string) aim {
		p := s.person("受邀人")
		s.exec(`DELETE FROM sign_in_failure`) // one address plays everyone
		s.exec(`UPDATE person SET password_hash = $2 WHERE id = $1`, p.Person, s.hash)
		return aim{"login": s.ask(`SELECT login FROM person WHERE id = $1`, p.Person)}
	},

	// An organisation's.
	"本机构":  func(s *stage, _ string) aim { return aim{"id": s.agency.String(), "fresh": fresh()} },
	"业主企业": func(s *stage, _ string) aim { return aim{"id": s.buyer.String(), "fresh": fresh()} },
	"某专家":  func(s *stage, _ string) aim { return aim{"id": s.expert.String(), "fresh": fresh()} },
	"无此单位": func(*stage, string) aim {
		return aim{"id": uuid.NewString(), "fresh": fresh(), "grantId": uuid.NewString()}
	},
	"本机构的受托人": func(s *stage, _ string) aim {
		p := s.person("受托人", testkit.In(authz.AgencyAgent, s.agency))
		return aim{"id": s.agency.String(), "grantId": p.Grants[0].ID.String()}
	},
	"别家的受托人，以本机构之名": func(s *stage, _ string) aim {
		p := s.person("受托人", testkit.In(authz.AgencyAgent, s.otherAgency))
		return aim{"id": s.agency.String(), "grantId": p.Grants[0].ID.String()}
	},

	// Accounts and grants of a region.
	"an operator of the county":  func(s *stage, _ string) aim { return s.account(testkit.At(authz.Operator, testkit.County)) },
	"a supervisor of the county": func(s *stage, _ string) aim { return s.account(testkit.At(authz.Supervisor, testkit.County)) },
	"an operator of the city":    func(s *stage, _ string) aim { return s.account(testkit.At(authz.Operator, testkit.City)) },
	"an operator of both counties": func(s *stage, _ string) aim {
		return s.account(testkit.At(authz.Operator, testkit.County), testkit.At(authz.Operator, testkit.OtherCounty))
	},
	"an agent of an agency of the county": func(s *stage, _ string) aim { return s.account(testkit.In(authz.AgencyAgent, s.agency)) },
	"oneself": func(s *stage, who string) aim {
		a := aim{"id": uuid.NewString(), "grantId": uuid.NewString(), "?": "?personId=" + uuid.NewString(), "fresh": fresh()}
		if p := s.people[who]; p != nil {
			a["id"], a["?"] = p.Person.String(), "?personId="+p.Person.String()
		}
		return a
	},
	"one's own grant": func(s *stage, who string) aim {
		if p := s.people[who]; p != nil && len(p.Grants) > 0 {
			return aim{"id": p.Grants[0].ID.String()}
		}
		return aim{"id": uuid.NewString()}
	},
	"the grant of an operator of the county":  func(s *stage, _ string) aim { return s.grant(testkit.At(authz.Operator, testkit.County)) },
	"the grant of a supervisor of the county": func(s *stage, _ string) aim { return s.grant(testkit.At(authz.Supervisor, testkit.County)) },
	"the grant of an operator of the city":    func(s *stage, _ string) aim { return s.grant(testkit.At(authz.Operator, testkit.City)) },
	"the grant of an agent of 本机构":            func(s *stage, _ string) aim { return s.grant(testkit.In(authz.AgencyAgent, s.agency)) },
	"a new operator at the county":            func(*stage, string) aim { return aim{"role": "operator", "region": testkit.County, "fresh": fresh()} },
	"a new operator at the city":              func(*stage, string) aim { return aim{"role": "operator", "region": testkit.City, "fresh": fresh()} },
	"a new supervisor at the county":          func(*stage, string) aim { return aim{"role": "supervisor", "region": testkit.County, "fresh": fresh()} },
	"the county":                              func(*stage, string) aim { return aim{"?": "?region=" + testkit.County} },
	"the city":                                func(*stage, string) aim { return aim{"?": "?region=" + testkit.City} },

	// Submissions: of a purchaser (reviewed by operators), of an expert (also by officers of
	// the sector), of an officer (about an item).
	"业主企业的草稿": func(s *stage, _ string) aim {
		return s.submission("purchaser-verification", "purchaser_admin", s.buyer, review.Draft, testkit.County)
	},
	"业主企业待审核的": func(s *stage, _ string) aim {
		return s.submission("purchaser-verification", "purchaser_admin", s.buyer, review.Submitted, testkit.County)
	},
	"业主企业退回的": func(s *stage, _ string) aim {
		return s.submission("purchaser-verification", "purchaser_admin", s.buyer, review.Returned, testkit.County)
	},
	"某专家的草稿": func(s *stage, _ string) aim {
		return s.submission("expert-admission", "expert", s.expert, review.Draft, testkit.County, "自然资源")
	},
	"某专家待审核的": func(s *stage, _ string) aim {
		return s.submission("expert-admission", "expert", s.expert, review.Submitted, testkit.County, "自然资源")
	},
	"行业主管的草稿": func(s *stage, _ string) aim {
		return s.submission("item-create", "officer", uuid.Nil, review.Draft, testkit.County, "自然资源")
	},
	"行业主管待审核的": func(s *stage, _ string) aim {
		return s.submission("item-create", "officer", uuid.Nil, review.Submitted, testkit.County, "自然资源")
	},
	"an item ready to be handed in": func(s *stage, _ string) aim { return s.item(false) },
	"an item handed in":             func(s *stage, _ string) aim { return s.item(true) },
	"a verification of 业主企业":        func(s *stage, _ string) aim { return s.begun("purchaser-verification", s.buyer) },
	"an admission of 某专家":           func(s *stage, _ string) aim { return s.begun("expert-admission", s.expert) },
	"an admission of 本机构":           func(s *stage, _ string) aim { return s.begun("agency-admission", s.agency) },
	"a removal of an agency of the county": func(s *stage, _ string) aim {
		return aim{"kind": "agency-removal", "org": uuid.NewString(), "subject": s.agencyOfCounty()}
	},
	"a removal that operator proposed": func(s *stage, _ string) aim {
		subject := s.agencyOfCounty()
		a := s.submission("agency-removal", "operator", uuid.Nil, review.Submitted, testkit.County, "自然资源")
		s.exec(`UPDATE submission SET subject_id = $2 WHERE id = $1`, a["id"], subject)
		return a
	},
	"本机构的草稿": func(s *stage, _ string) aim {
		return s.submission("agency-admission", "agency_admin", s.agency, review.Draft, testkit.County, "自然资源")
	},
	"本机构待审核的": func(s *stage, _ string) aim {
		return s.submission("agency-admission", "agency_admin", s.agency, review.Submitted, testkit.County, "自然资源")
	},
	"a former operator of the county": func(s *stage, _ string) aim {
		a := s.account(testkit.At(authz.Operator, testkit.County))
		s.exec(`UPDATE role_grant SET revoked_at = now() WHERE person_id = $1`, a["id"])
		return a
	},
	"a new item": func(*stage, string) aim {
		return aim{"kind": "item-create", "org": uuid.NewString(), "subject": uuid.Nil.String()}
	},
	"业主企业待审核的，里有遮蔽的电话": func(s *stage, _ string) aim {
		a := s.submission("purchaser-verification", "purchaser_admin", s.buyer, review.Submitted, testkit.County)
		ref := uuid.Must(uuid.NewV7())
		s.exec(`UPDATE submission SET content = $2 WHERE id = $1`, a["id"], map[string]any{"contactPhone": map[string]any{"secret": ref.String(), "mask": "138****8000", "tag": "x"}})
		s.exec(`INSERT INTO submission_secret (id, submission_id, sealed) VALUES ($1, $2, $3)`, ref, a["id"], s.a.Vault.Seal("submission.secret", "13800138000"))
		return a
	},
	"an entry of the rubric":       func(*stage, string) aim { return aim{"entry": "G-SUBCONTRACT"} },
	"an agency of the county":      func(s *stage, _ string) aim { id := s.agencyOfCounty(); return aim{"id": id, "subject": id} },
	"a record that was proposed":   func(s *stage, _ string) aim { return s.creditRecord("proposed") },
	"a record told, its time over": func(s *stage, _ string) aim { return s.creditRecord("notified") },
	"a paper of a credit record": func(s *stage, _ string) aim {
		f, err := s.a.Files.Put(s.t.Context(), files.Upload{Name: "证据.pdf", UploadedBy: s.people["operator_city"].Person, Body: strings.NewReader(pdf)})
		s.must(err)
		s.exec(`INSERT INTO credit_record_file (record_id, file_id, kind) VALUES ($1, $2, 'evidence')`, s.creditRecord("notified")["id"], f.ID)
		return aim{"id": f.ID.String()}
	},
	"an appeal against a recusal": func(s *stage, _ string) aim { return s.recusal() },
	"公示中的":                        func(s *stage, _ string) aim { return s.publicity() },
	"公示中的异议": func(s *stage, _ string) aim {
		a := s.publicity()
		id := uuid.Must(uuid.NewV7())
		s.exec(`INSERT INTO objection (id, submission_id, name, contact, text) VALUES ($1, $2, '群众', $3, '异议内容')`, id, a["id"], s.a.Vault.Seal("objection.contact", "13800138000"))
		return aim{"id": id.String()}
	},
	"a paper of 业主企业's draft":        func(s *stage, _ string) aim { return s.paper(review.Draft) },
	"a paper of what 业主企业 handed in": func(s *stage, _ string) aim { return s.paper(review.Submitted) },

	// Deliveries.
	"own delivery": func(s *stage, who string) aim { return s.delivery(who) },
	"another's delivery": func(s *stage, who string) aim {
		if who == "operator_city" {
			return s.delivery("operator")
		}
		return s.delivery("operator_city")
	},
	"the items' template": func(*stage, string) aim { return aim{"file": "items.xlsx"} },
}

func fresh() string { return strings.ReplaceAll(uuid.NewString(), "-", "")[:16] }

// published is one of the things that everyone may read.
func (s *stage) published(what, as string) aim {
	s.t.Helper()
	all := s.once("published", func() aim {
		s.t.Helper()
		_, err := s.a.Seed(s.t.Context(), 3, 3, 1, nil)
		s.must(err)
		return aim{
			"agency": s.ask(`SELECT id::text FROM agency LIMIT 1`), "expert": s.ask(`SELECT id::text FROM expert LIMIT 1`),
			"department": s.ask(`SELECT id::text FROM department LIMIT 1`), "announcement": s.ask(`SELECT id::text FROM announcement LIMIT 1`),
			"item": s.ask(`SELECT code FROM service_item LIMIT 1`), "approval": s.ask(`SELECT code FROM approval_item LIMIT 1`),
		}
	})
	return aim{as: all[what]}
}

// agencyOfCounty is an admitted agency there, of 自然资源, about which nothing is under way.
func (s *stage) agencyOfCounty() string {
	s.t.Helper()
	id := s.published("agency", "id")["id"]
	s.exec(`UPDATE agency SET region_code = $2 WHERE id = $1`, id, testkit.County)
	s.exec(`DELETE FROM agency_item WHERE agency_id = $1`, id)
	s.exec(`INSERT INTO agency_item (agency_id, item_id) SELECT $1, id FROM service_item WHERE sector = '自然资源' LIMIT 1`, id)
	s.exec(`UPDATE submission SET state = 'withdrawn' WHERE subject_id = $1 AND state IN ('draft','submitted','returned','accepted')`, id)
	return id
}

// someone is anybody but who.
func (s *stage) someone(who string) string {
	if who == "operator_city" {
		return "agency_admin"
	}
	return "operator_city"
}

func (s *stage) session(who string) string {
	if s.people[who] == nil {
		return uuid.NewString()
	}
	return s.people[who].Session.String()
}

// restore gives somebody their password again.
func (s *stage) restore(who string) {
	if p := s.people[who]; p != nil {
		s.exec(`UPDATE person SET password_hash = $2, failures = 0, failed_at = NULL WHERE id = $1`, p.Person, s.hash)
	}
}

func (s *stage) person(name string, grants ...authz.Grant) *authz.Actor {
	s.t.Helper()
	return s.cast.Person(name, grants...)
}

func (s *stage) account(grants ...authz.Grant) aim {
	s.t.Helper()
	p := s.person("某职员", grants...)
	return aim{"id": p.Person.String(), "?": "?personId=" + p.Person.String(), "fresh": fresh()}
}

func (s *stage) grant(g authz.Grant) aim {
	s.t.Helper()
	return aim{"id": s.person("某职员", g).Grants[0].ID.String()}
}

func (s *stage) message(who string) aim {
	s.t.Helper()
	id := uuid.Must(uuid.NewV7())
	if p := s.people[who]; p != nil {
		s.exec(`INSERT INTO message (id, person_id, kind, title, body, link) VALUES ($1, $2, 'review', '待您审核', '请办理', '')`, id, p.Person)
	}
	return aim{"id": id.String()}
}

const pdf = "%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\nstartxref\n9\n%%EOF\n"

func (s *stage) file(who string) aim {
	s.t.Helper()
	if s.people[who] == nil {
		return aim{"id": uuid.NewString()}
	}
	return s.once("file of "+who, func() aim {
		f, err := s.a.Files.Put(s.t.Context(), files.Upload{Name: "材料.pdf", UploadedBy: s.people[who].Person, Body: strings.NewReader(pdf)})
		s.must(err)
		return aim{"id": f.ID.String()}
	})
}

// paper is a file that a submission of the purchaser names; its admin uploaded it.
func (s *stage) paper(state review.State) aim {
	s.t.Helper()
	f, err := s.a.Files.Put(s.t.Context(), files.Upload{Name: "执照.pdf", UploadedBy: s.people["purchaser_admin"].Person, Body: strings.NewReader(pdf)})
	s.must(err)
	a := s.submission("purchaser-verification", "purchaser_admin", s.buyer, state, testkit.County)
	s.exec(`INSERT INTO submission_file (submission_id, file_id) VALUES ($1, $2)`, a["id"], f.ID)
	return aim{"id": f.ID.String()}
}

// recusal is what an agency of the county says against a recusal in a procurement there.
func (s *stage) recusal() aim {
	s.t.Helper()
	ids := s.once("a procurement", func() aim {
		buyer := s.cast.Organisation("enterprise", "有采购的业主", testkit.County)
		a := s.submission("procurement-notice", "operator_city", buyer, review.Published, testkit.County)
		s.exec(`INSERT INTO purchaser (organisation_id, kind, legal_representative, budget_unit, supervisor, address, contact_name, contact_phone, contact_email, agent_name, papers, verified_at, submission_id)
			VALUES ($1, 'enterprise', '业主', false, '', '', '', $2, '', '', '{}', now(), $3)`, buyer, s.a.Vault.Seal("purchaser.contact_phone", "13800138000"), a["id"])
		id, firm := uuid.Must(uuid.NewV7()), uuid.Must(uuid.NewV7())
		s.exec(`INSERT INTO procurement (id, org_id, purchaser, region_code, title, method, fiscal, terms, state, published_at, deadline, selection_at, recipient, submission_id)
			VALUES ($1, $2, '有采购的业主', $3, '项目', 'random', false, '{}', 'open', now(), now() + interval '1 day', now() + interval '2 days', 'x', $4)`, id, buyer, testkit.County, a["id"])
		s.exec(`INSERT INTO agency (id, uscc, name, kind, legal_representative, domicile, address, phone, introduction, admitted_on, batch_id)
			SELECT $1, $2, '应回避的机构', 'enterprise', '', '', '', '', '', '2024-01-01', id FROM import_batch LIMIT 1`, firm, newUSCC())
		return aim{"procurement": id.String(), "firm": firm.String()}
	})
	id := uuid.Must(uuid.NewV7())
	s.exec(`DELETE FROM recusal_appeal WHERE procurement_id = $1`, ids["procurement"])
	s.exec(`INSERT INTO recusal_appeal (id, procurement_id, agency_id, code, reason, filed_by) VALUES ($1, $2, $3, 'phone', '电话不同', $4)`, id, ids["procurement"], ids["firm"], s.people["agency_agent"].Person)
	return aim{"id": id.String()}
}

// creditRecord is one about an agency of the county, proposed by someone of another.
func (s *stage) creditRecord(state string) aim {
	s.t.Helper()
	proposer := s.once("someone who proposes records", func() aim {
		return aim{"id": s.person("提出人", testkit.At(authz.Operator, testkit.County)).Person.String()}
	})
	id := uuid.NewString()
	s.exec(`INSERT INTO credit_record (id, agency_id, rubric_id, rubric_version, points, facts, source, state, proposer, proposed_at, notified_at, notifier, defence_until)
		SELECT $1, $2, 'M-CONDUCT', 1, -20, '服务不规范', '检查', $3, $4, now(), CASE $3 WHEN 'notified' THEN now() END, CASE $3 WHEN 'notified' THEN $4::uuid END, CASE $3 WHEN 'notified' THEN now() END`,
		id, s.agencyOfCounty(), state, proposer["id"])
	return aim{"id": id}
}

// procurement is an open one of 业主企业, with a question about it.
func (s *stage) procurement() aim {
	s.t.Helper()
	a := s.once("业主企业 has published", func() aim {
		return s.submission("procurement-notice", "operator_city", s.buyer, review.Published, testkit.County)
	})
	s.exec(`INSERT INTO purchaser (organisation_id, kind, legal_representative, budget_unit, supervisor, address, contact_name, contact_phone, contact_email, agent_name, papers, verified_at, submission_id)
		VALUES ($1, 'enterprise', '业主', false, '', '', '', $2, '', '', '{}', now(), $3) ON CONFLICT DO NOTHING`, s.buyer, s.a.Vault.Seal("purchaser.contact_phone", "13800138000"), a["id"])
	id, question := uuid.Must(uuid.NewV7()), uuid.Must(uuid.NewV7())
	s.exec(`INSERT INTO procurement (id, org_id, purchaser, region_code, title, method, fiscal, terms, state, published_at, deadline, selection_at, recipient, submission_id)
		VALUES ($1, $2, '业主企业', $3, '项目', 'random', false, '{"items": ["ZJ0001"]}', 'open', now(), now() + interval '1 day', now() + interval '2 days', 'x', $4)`, id, s.buyer, testkit.County, a["id"])
	s.exec(`INSERT INTO procurement_question (id, procurement_id, org_id, asked_by, question) VALUES ($1, $2, $3, $4, '成果要几份？')`, question, id, s.agency, s.people["agency_agent"].Person)
	return aim{"id": id.String(), "question": question.String(), "number": "1", "purpose": "selection", "file": uuid.NewString()}
}

// result is 业主企业's procurement with a bid selected, in publicity or with its award issued.
func (s *stage) result(state string) aim {
	s.t.Helper()
	a := s.procurement()
	firm := s.once("a firm that is selected", func() aim {
		id := uuid.Must(uuid.NewV7())
		s.exec(`INSERT INTO agency (id, uscc, name, kind, legal_representative, domicile, address, phone, introduction, admitted_on, batch_id)
			SELECT $1, $2, '中选的机构', 'enterprise', '', '', '', '', '', '2024-01-01', id FROM import_batch LIMIT 1`, id, newUSCC())
		return aim{"id": id.String()}
	})
	s.exec(`DELETE FROM objection_address`) // one address plays everyone
	s.exec(`UPDATE procurement SET state = $2, deadline = published_at + interval '1 second', selection_at = published_at + interval '1 second', frozen_at = now(), concluded_at = now(), publicity_until = now() + interval '3 days' WHERE id = $1`, a["id"], state)
	bid, award := uuid.NewString(), uuid.NewString()
	s.exec(`INSERT INTO bid (id, procurement_id, agency_id, uscc, agency_name, number, received_at, receipt, state, place, days) SELECT $1, $2, id, uscc, name, 1, now(), '\x00', 'selected', 1, 10 FROM agency WHERE id = $3`, bid, a["id"], firm["id"])
	s.exec(`INSERT INTO draw (id, procurement_id, purpose, algorithm, sources, pool, pool_hash, frozen_at)
		VALUES (gen_random_uuid(), $1, 'selection', 'sha256', '{"named": {"kind": "commit"}, "fallback": {"kind": "commit"}, "hours": 24}', '[{"number": 1, "uscc": "x"}]', 'x', now())`, a["id"])
	if state == "awarded" {
		a["number"] = "ZX" + award[:18]
		s.exec(`INSERT INTO award (id, number, procurement_id, seq, bid_id, body, issued_at) VALUES ($1, $2, $3, 1, $4, jsonb_build_object('number', $2::text, 'verifyUrl', 'https://example.com/', 'issuedAt', now(), 'signBy', now()), now())`, award, a["number"], a["id"], bid)
	}
	return a
}

// resultObjection is one to a result of 业主企业's procurement.
func (s *stage) resultObjection(state string) aim {
	s.t.Helper()
	a, id := s.result(map[string]string{"filed": "publicity", "accepted": "suspended"}[state]), uuid.NewString()
	if state == "accepted" {
		s.exec(`INSERT INTO procurement_event (procurement_id, seq, action, from_state, to_state, side, note) VALUES ($1, 1, 'suspend', 'publicity', 'suspended', 'operator', '')`, a["id"])
	}
	s.exec(`INSERT INTO procurement_objection (id, procurement_id, name, contact, text, state, due_at, accepted_at) VALUES ($1, $2, '群众', $3, '中选机构的资质有问题', $4, now() + interval '1 day', CASE $4 WHEN 'accepted' THEN now() END)`,
		id, a["id"], s.a.Vault.Seal("procurement_objection.contact", "13800138000"), state)
	return aim{"id": id}
}

// publicity is a submission of the expert's that has passed and stands open to objection.
func (s *stage) publicity() aim {
	s.t.Helper()
	a := s.submission("expert-admission", "expert", s.expert, review.Accepted, testkit.County, "自然资源")
	s.exec(`UPDATE submission SET publicity_until = now() + interval '3 days' WHERE id = $1`, a["id"])
	s.exec(`DELETE FROM objection_address`) // one address plays everyone
	return a
}

// begun is what starts a submission of the organisation's; what is under way makes room.
func (s *stage) begun(kind string, org uuid.UUID) aim {
	s.t.Helper()
	s.exec(`UPDATE submission SET state = 'withdrawn' WHERE org_id = $1 AND state IN ('draft','submitted','returned','accepted')`, org)
	if kind == "purchaser-verification" {
		s.exec(`DELETE FROM purchaser WHERE organisation_id = $1`, org)
	}
	return aim{"kind": kind, "org": org.String(), "subject": uuid.Nil.String()}
}

// item is an officer's submission of a new item in which nothing is missing.
func (s *stage) item(handedIn bool) aim {
	s.t.Helper()
	ctx := testkit.As(s.t, s.people["officer"])
	d, err := s.a.Review.Start(ctx, review.StartInput{Kind: "item-create"})
	s.must(err)
	maps.Copy(d.Content, review.Content{
		"name": "宗地测绘" + fresh(), "sector": "自然资源", "approvals": []any{map[string]any{"name": "不动产登记"}}, "departments": []any{map[string]any{"name": "自然资源"}},
		"legalBasis":    []any{map[string]any{"document": "《不动产登记暂行条例》", "article": "第十六条", "quote": "不动产界址、空间界限、面积等材料"}},
		"basisStrength": "indirect", "requiredQualification": "测绘资质", "resultDocument": "宗地图", "entrustingParties": []any{"applicant"}, "selfPrepare": "yes",
		"feeType": "市场调节价", "timeLimit": "20", "unverifiedFields": []any{"fee_type"},
	})
	d, err = s.a.Review.Save(ctx, review.SaveInput{ID: d.ID, Version: d.Version, Content: d.Content})
	s.must(err)
	if handedIn {
		d, err = s.a.Review.Act(ctx, review.ActInput{ID: d.ID, Version: d.Version, Action: review.Submit})
		s.must(err)
	}
	return aim{"id": d.ID.String(), "version": string(rune('0' + d.Version))}
}

const itemTable = "事项编码,事项名称,行业领域,设定依据,依据强度,委托方,自行编制,收费方式\nZJ0901,新事项,水利,《水法》第七条,间接,申请人,可以,市场调节价\n"

// delivery is a table that somebody handed in and nobody has confirmed. Who may not hand
// one in is given another's.
func (s *stage) delivery(who string) aim {
	s.t.Helper()
	p := s.people[who]
	if p == nil || !policy.May(authz.With(s.t.Context(), p), "delivery:prepare", authz.Anywhere) {
		p = s.people["operator_city"]
	}
	path := filepath.Join(s.t.TempDir(), "items.csv")
	s.must(os.WriteFile(path, []byte(itemTable), 0o600))
	d, err := s.a.Deliveries.HandIn(authz.With(s.t.Context(), p), exchange.HandInput{Kind: provenance.Items, Source: "某局", FileName: "items.csv", File: path})
	s.must(err)
	return aim{"id": d.ID.String()}
}

// bodies are good ones: what is refused is refused for who asks, not for what was asked.
var bodies = map[string]string{
	"PATCH /api/v1/me":                                         `{"phone":"13800138000"}`,
	"PUT /api/v1/me/password":                                  `{"current":"` + goodPassword + `","new":"` + otherPassword + `"}`,
	"PUT /api/v1/me/totp":                                      `{"code":"123456"}`,
	"DELETE /api/v1/me/totp":                                   `{"password":"` + goodPassword + `","code":"123456"}`,
	"PUT /api/v1/me/notifications":                             `{"items":[{"kind":"review","mail":false}]}`,
	"POST /api/v1/registrations":                               `{"kind":"natural_person","organisation":{"regionCode":"140821"},"person":{"name":"张某","login":"zhang.mou","email":"zhang@example.com","phone":"13800138000","password":"` + goodPassword + `"},"captcha":"unsolved","consent":true}`,
	"POST /api/v1/session":                                     `{"login":"<login>","password":"` + goodPassword + `"}`,
	"POST /api/v1/session/second-factor":                       `{"code":"123456"}`,
	"POST /api/v1/password-resets":                             `{"email":"someone@example.com","captcha":"unsolved"}`,
	"PUT /api/v1/password-resets/{token}":                      `{"password":"` + goodPassword + `"}`,
	"POST /api/v1/organisations/{id}/members":                  `{"name":"新受托人","email":"<fresh>@example.com"}`,
	"POST /api/v1/accounts":                                    `{"name":"新职员","email":"<fresh>@example.com","role":"<role>","regionCode":"<region>","reason":"岗位需要"}`,
	"PUT /api/v1/accounts/{id}/state":                          `{"state":"disabled","reason":"离职"}`,
	"DELETE /api/v1/accounts/{id}/totp":                        `{"reason":"手机丢失"}`,
	"POST /api/v1/grants":                                      `{"personId":"<id>","role":"department_officer","sector":"<fresh>","regionCode":"140821","reason":"兼任"}`,
	"DELETE /api/v1/grants/{id}":                               `{"reason":"调离"}`,
	"POST /api/v1/submissions":                                 `{"kind":"<kind>","organisationId":"<org>","subjectId":"<subject>"}`,
	"POST /api/v1/me/erasure":                                  `{}`,
	"PUT /api/v1/persons/{id}/erasure":                         `{"reason":"本人申请"}`,
	"PUT /api/v1/submissions/{id}/content":                     `{"version":1,"content":{}}`,
	"PUT /api/v1/submissions/{id}/assignee":                    `{"version":1,"personId":"<assignee>"}`,
	"POST /api/v1/submissions/{id}/reveals":                    `{"field":"contactPhone","reason":"电话核实"}`,
	"POST /api/v1/objections/{id}/answer":                      `{"upheld":true,"answer":"经查属实，退回修改"}`,
	"POST /api/v1/publicity/{number}/objections":               `{"name":"群众","contact":"13800138000","text":"该专家的职称证书与公示的不符"}`,
	"PUT /api/v1/procurements/{id}/my-bid":                     `{"days":10}`,
	"POST /api/v1/procurements/{id}/recusal-appeals":           `{"code":"phone","reason":"电话并不相同"}`,
	"POST /api/v1/procurements/{id}/withdrawal":                `{"reason":"项目取消，不再需要委托"}`,
	"POST /api/v1/procurements/{id}/questions":                 `{"question":"成果需要几份？"}`,
	"PUT /api/v1/procurements/{id}/questions/{question}":       `{"answer":"纸质的三份"}`,
	"POST /api/v1/procurements/{id}/explanation":               `{"text":"人员和设备都是现成的，成本主要是差旅和印刷，因此能够低于平均报价"}`,
	"PUT /api/v1/procurements/{id}/explanations/{number}":      `{"accept":true,"opinion":"成本构成清楚"}`,
	"POST /api/v1/procurements/{id}/choice":                    `{"number":1,"reason":"离项目近，承诺的时间短"}`,
	"POST /api/v1/procurements/{id}/panel/declaration":         `{"conflict":false}`,
	"POST /api/v1/procurements/{id}/panel/scores":              `{"sheets":[{"number":1,"price":700,"technical":700,"credit":700}]}`,
	"POST /api/v1/procurements/{id}/commitment":                `{"commitment":"0000000000000000000000000000000000000000000000000000000000000000"}`,
	"POST /api/v1/procurements/{id}/reveal":                    `{"value":"00000000000000000000000000000000"}`,
	"POST /api/v1/procurements/{id}/void-draw":                 `{"reason":"信标长时间没有公布随机数","decision":"运营〔2026〕1 号","source":{"kind":"drand"}}`,
	"POST /api/v1/lottery-results":                             `{"game":"双色球","issue":"<issue>","date":"2026-01-01","numbers":[1,2,3],"where":"官方网站"}`,
	"POST /api/v1/procurements/{id}/objections":                `{"name":"群众","contact":"13800138000","text":"中选机构的资质证书与公示的不符"}`,
	"POST /api/v1/procurements/{id}/award/refusals":            `{"number":"<number>","how":"refused_to_sign","reason":"书面表示拒绝签订合同"}`,
	"POST /api/v1/procurement-objections/{id}/acceptance":      `{"accept":true,"reason":"有具体的事实，予以受理"}`,
	"POST /api/v1/procurement-objections/{id}/answer":          `{"upheld":true,"answer":"经查属实，异议成立","remedy":"terminate"}`,
	"POST /api/v1/procurement-objections/{id}/reveals":         `{"reason":"告知答复"}`,
	"PUT /api/v1/contracts/{id}/draft":                         `{"version":1,"terms":<terms>}`,
	"POST /api/v1/contracts/{id}/confirmations":                `{"version":1,"hash":"<hash>","code":"<code>"}`,
	"POST /api/v1/contracts/{id}/filing":                       `{"files":["<file>"]}`,
	"POST /api/v1/contracts/{id}/amendments":                   `{"terms":<terms>,"reason":"补充约定一条","code":"<code>"}`,
	"POST /api/v1/contracts/{id}/amendments/{version}/actions": `{"action":"decline-amendment","reason":"没有必要补充"}`,
	"POST /api/v1/contracts/{id}/stops":                        `{"kind":"owner_papers","reason":"资料没有提供","from":"<today>"}`,
	"POST /api/v1/contracts/{id}/stops/{part}/actions":         `{"action":"confirm-stop"}`,
	"POST /api/v1/contracts/{id}/deliveries":                   `{"milestone":1,"files":["<file>"]}`,
	"POST /api/v1/contracts/{id}/deliveries/{part}/actions":    `{"action":"accept"}`,
	"POST /api/v1/contracts/{id}/first-pass":                   `{"passed":true,"authority":"县自然资源局","on":"<today>"}`,
	"POST /api/v1/contracts/{id}/payments":                     `{"amountFen":100,"on":"<today>"}`,
	"POST /api/v1/contracts/{id}/payments/{part}/actions":      `{"action":"confirm-payment"}`,
	"POST /api/v1/contracts/{id}/terminations":                 `{"how":"agreement","reason":"项目停建了","code":"<code>"}`,
	"POST /api/v1/contracts/{id}/terminations/{part}/actions":  `{"action":"decline-termination","reason":"请继续履行合同"}`,
	"POST /api/v1/contracts/{id}/evaluations":                  `{"stars":{"quality":4,"timeliness":4,"fee":4,"conduct":4,"attitude":4},"reasons":{}}`,
	"POST /api/v1/evaluations/{id}/reply":                      `{"text":"感谢您的评价"}`,
	"POST /api/v1/evaluations/{id}/appeals":                    `{"reason":"评价与事实不符"}`,
	"POST /api/v1/evaluations/{id}/correction":                 `{"stars":{"quality":5,"timeliness":5,"fee":5,"conduct":5,"attitude":5},"reasons":{}}`,
	"POST /api/v1/evaluation-appeals/{id}/withdrawal":          ``,
	"POST /api/v1/evaluation-appeals/{id}/decision":            `{"upheld":false,"answer":"评价属实，予以维持"}`,
	"POST /api/v1/contracts/{id}/decision":                     `{"document":"县法院 2026 民初 1 号","reason":"判决解除合同","files":["<file>"]}`,
	"PUT /api/v1/recusal-appeals/{id}":                         `{"upheld":true,"answer":"查明不是同一人"}`,
	"POST /api/v1/submission-actions":                          `{"items":[{"id":"<id>","version":1,"action":"return","note":"请补正"}]}`,
	"POST /api/v1/credit-records":                              `{"agencyId":"<subject>","rubric":"M-CONDUCT","tenths":-25,"facts":"服务不规范，经提醒仍未改正","source":"日常检查","served":"邮寄送达"}`,
	"POST /api/v1/credit-records/{id}/notice":                  `{"served":"邮寄送达"}`,
	"POST /api/v1/credit-records/{id}/defence":                 `{"text":"已经改正，并向业主说明"}`,
	"POST /api/v1/credit-records/{id}/confirmation":            `{"note":"事实清楚，予以认定"}`,
	"POST /api/v1/credit-records/{id}/withdrawal":              `{"reason":"查明不是这家机构所为"}`,
}

// body is what a route is sent.
func (s *stage) body(route string, to aim) (kind, text string) {
	s.t.Helper()
	switch route {
	case "POST /api/v1/files", "POST /api/v1/procurements/{id}/bid-files":
		return formOf(s, map[string]string{"file": pdf}, "材料.pdf")
	case "POST /api/v1/deliveries":
		return formOf(s, map[string]string{"kind": "items", "source": "某局", "file": itemTable}, "items.csv")
	case "POST /api/v1/submissions/{id}/actions":
		text = `{"version":` + orOne(to["version"]) + `,"action":"` + to["action"] + `","note":"请补正"}`
	default:
		text = bodies[route]
	}
	if text == "" {
		return "", ""
	}
	return "application/json", to.fill(text, "<", ">")
}

func orOne(version string) string {
	if version == "" {
		return "1"
	}
	return version
}

func formOf(s *stage, parts map[string]string, name string) (kind, text string) {
	s.t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for _, field := range sortedKeys(parts) {
		var part io.Writer
		var err error
		if field == "file" {
			part, err = w.CreateFormFile(field, name)
		} else {
			part, err = w.CreateFormField(field)
		}
		s.must(err)
		_, err = io.WriteString(part, parts[field])
		s.must(err)
	}
	s.must(w.Close())
	return w.FormDataContentType(), b.String()
}
