package credential

import (
	"strings"
	"unicode/utf8"

	"zjcs/internal/platform/apperr"
)

// passingGuesses is zxcvbn's score 3: safely unguessable while argon2id stands before
// the stored hash, and out of reach of attempts at the door.
const passingGuesses = 1e8

// Policy decides which passwords may be chosen. Safe for concurrent use.
type Policy struct {
	shipped *BreachList
	file    *BreachFile
}

// NewPolicy judges by the shipped list of breached passwords and, when file is not nil,
// by the operator's larger one, which stays the caller's to close.
func NewPolicy(file *BreachFile) (*Policy, error) {
	shipped, err := NewBreachList()
	if err != nil {
		return nil, err
	}
	return &Policy{shipped: shipped, file: file}, nil
}

// Check refuses a password that is too short or long (10 to 128 characters), breached or
// easily guessed by someone who knows k. The refusal is Invalid on field "password" and
// says in Chinese what is wrong and what would be right, without repeating the password.
// Unavailable means that the operator's list could not be read.
func (p *Policy) Check(password string, k Known) error {
	normal, err := Normalise(password)
	if err != nil {
		return err
	}
	if n := utf8.RuneCountInString(normal); n < MinLength {
		return apperr.InvalidField(Field, "密码至少 %d 个字符，现为 %d 个。%s", MinLength, n, advice)
	}
	if strings.Trim(normal, "0123456789 -.") == "" {
		return apperr.InvalidField(Field, "%s。%s", onlyDigitsFault, advice)
	}
	if p.shipped.Contains(normal) {
		return apperr.InvalidField(Field, "%s。%s", breachedFault, advice)
	}
	words := k.words()
	if n, seq := guesses(normal, words); n < passingGuesses {
		return apperr.InvalidField(Field, "%s。%s", fault(seq, words), advice)
	}
	if p.file != nil {
		n, err := p.file.Count(normal)
		if err != nil {
			return apperr.New(apperr.Unavailable, "暂时无法核对密码是否已泄露，请稍后再试").Because(err)
		}
		if n > 0 {
			return apperr.InvalidField(Field, "%s。%s", breachedFault, advice)
		}
	}
	return nil
}
