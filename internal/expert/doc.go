// Package expert owns the expert pool (专家库). Public is a name, an employer, a title
// and specialties; telephone and ID number never are (domain.md section 10): they are
// sealed before they are stored and this package's read side never selects them.
//
// An expert acts for himself through an organisation of one; he is shown and drawn while
// his annual confirmation holds.
//
// Tables: expert, expert_certificate, expert_reminder.
package expert
