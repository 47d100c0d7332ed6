package db

import (
	"fmt"
	"strings"
)

// Where gathers the conditions of a list with their arguments, so that a value
// never becomes SQL text.
type Where struct {
	conds []string
	Args  []any
}

// Add appends a condition; each ? stands for the next value.
func (w *Where) Add(cond string, values ...any) {
	for _, v := range values {
		w.Args = append(w.Args, v)
		cond = strings.Replace(cond, "?", fmt.Sprintf("$%d", len(w.Args)), 1)
	}
	w.conds = append(w.conds, cond)
}

// Arg appends a value and returns its placeholder.
func (w *Where) Arg(v any) string {
	w.Args = append(w.Args, v)
	return fmt.Sprintf("$%d", len(w.Args))
}

// SQL is the conditions joined by AND; TRUE when there is none.
func (w *Where) SQL() string {
	if len(w.conds) == 0 {
		return "TRUE"
	}
	return strings.Join(w.conds, " AND ")
}

// EscapeLike makes s match itself inside a LIKE pattern.
func EscapeLike(s string) string {
	return strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(s)
}
