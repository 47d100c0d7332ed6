// Package identity owns who acts: persons, the organisations they act for, the grants
// that say in which role and where, and the sessions they are signed in by
// (domain.md section 3). It also knows the national numbers by which organisations,
// people and investment projects are told apart: the 统一社会信用代码 (GB 32100-2015),
// the 公民身份号码 (GB 11643-1999) and the 投资项目代码.
//
// It does not own what an organisation is in the market: an agency's papers are
// agency's, a purchaser's verification is purchaser's.
//
// Tables: organisation, person, person_identity, role_grant, session, mail_token,
// captcha_used. Personal numbers are sealed (个人信息保护法 第28条, platform/secret).
package identity
