// Package supervision owns what supervisors (监督) look through: so far the log of who did
// what (操作日志), searched within the regions where a grant holds. A look at it is itself
// logged: it shows persons, addresses and what they did (个人信息保护法 第28条).
//
// It owns no table; it reads audit_log, which platform/audit writes and nobody changes.
package supervision
