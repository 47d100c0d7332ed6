// Package draw is the verifiable draw (domain.md section 6): who operates it cannot
// choose the winner, and need not be believed. It follows RFC 3797 in shape: a pool frozen
// and numbered before the entropy exists, public entropy named in advance, and a rule
// that anyone can compute again from the evidence.
//
// Pure: no tables, no I/O, no clock, no chance of its own.
package draw
