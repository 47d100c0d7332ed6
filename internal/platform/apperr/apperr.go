// Package apperr is the one error type that leaves a use case: a code the
// program decides by, a sentence for people in Chinese, and the fields at fault.
package apperr

import (
	"errors"
	"fmt"
)

// Code says what kind of refusal an error is; httpapi maps each to one status.
type Code string

const (
	Invalid     Code = "invalid"     // the input breaks a rule; Fields name which
	NotFound    Code = "not_found"   // absent, or hidden from this actor: never told apart
	Conflict    Code = "conflict"    // someone else was first
	Forbidden   Code = "forbidden"   // known actor, no permission
	TooLarge    Code = "too_large"   // over a stated limit
	TooMany     Code = "too_many"    // too often; the message says when again
	Unavailable Code = "unavailable" // a part the answer rests on does not answer; try again
	Internal    Code = "internal"    // a bug; its text never leaves the program

	Unauthenticated Code = "unauthenticated"        // nobody is signed in
	SecondFactor    Code = "second_factor_required" // signed in, but this wants the second factor shown
)

// Field is one fault in the input: where, and what would be right.
type Field struct {
	Name    string // as the caller spelled it: a query parameter, a JSON path
	Message string // Chinese, says what would be right
}

// Error is a refusal. Its message is meant for people; the wrapped cause is for the log.
type Error struct {
	Code    Code
	Message string
	Fields  []Field
	cause   error
}

func (e *Error) Error() string {
	if e.cause != nil {
		return fmt.Sprintf("%s: %s: %v", e.Code, e.Message, e.cause)
	}
	return fmt.Sprintf("%s: %s", e.Code, e.Message)
}

func (e *Error) Unwrap() error { return e.cause }

// New makes a refusal of the given code.
func New(code Code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// InvalidField refuses an input for one field.
func InvalidField(name, format string, args ...any) *Error {
	msg := fmt.Sprintf(format, args...)
	return &Error{Code: Invalid, Message: msg, Fields: []Field{{Name: name, Message: msg}}}
}

// InvalidFields refuses an input for several fields at once, so that a person
// mends them in one go. Nil when there is no fault.
func InvalidFields(fields []Field) error {
	if len(fields) == 0 {
		return nil
	}
	return &Error{Code: Invalid, Message: fields[0].Message, Fields: fields}
}

// Because attaches the cause, for the log only.
func (e *Error) Because(cause error) *Error {
	e.cause = cause
	return e
}

// CodeOf is the code of the first Error in err's chain; Internal when there is none.
func CodeOf(err error) Code {
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return Internal
}

// As finds the refusal in err's chain.
func As(err error) (*Error, bool) {
	var e *Error
	ok := errors.As(err, &e)
	return e, ok
}
