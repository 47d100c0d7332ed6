// Package expert owns the expert pool (专家库). Public is a name, an employer, a title
// and specialties; telephone and ID number never are (domain.md section 10): they are
// sealed before they are stored and this package's read side never selects them.
//
// Table: expert.
package expert
