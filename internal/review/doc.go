// Package review is the reviewed door: whatever wants to be published is submitted by
// someone accountable, checked by someone entitled who is not the same, and keeps its
// whole history (domain.md sections 3 and 4).
//
// A domain describes what can be submitted as a Kind: a form, who may prepare and who
// may review, what is published now, and how it is published. The engine owns drafts,
// the two-working-day clock, reasons per field, publicity and objections; it knows no
// agency, item or expert.
//
// Tables: submission, submission_event, submission_secret, submission_file, objection.
package review
