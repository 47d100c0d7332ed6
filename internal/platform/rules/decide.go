package rules

import (
	"context"
	"encoding/json"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/clock"
	"zjcs/internal/platform/db"
)

// Decision sets a rule for a region and all below it that have not decided themselves.
type Decision struct {
	Name          string
	Region        string
	Base          int    // the version the decider saw of this very region; 0: none
	EffectiveFrom string // YYYY-MM-DD, today or later: what held yesterday stays what held
	Value         json.RawMessage
	Reason        string
	By            uuid.NullUUID
	At            time.Time
}

const maxReason = 500

// Set appends the decision as version Base+1. Errors: apperr.Invalid with the fields
// at fault (name, region, effectiveFrom, value, reason); apperr.Conflict when someone
// decided after the version the decider saw.
func Set(ctx context.Context, pool *db.Pool, d Decision) (Value, error) {
	var v Value
	err := db.InTx(ctx, pool, func(tx db.Tx) error {
		var err error
		v, err = SetTx(ctx, tx, d)
		return err
	})
	return v, err
}

// SetTx is Set within the caller's transaction, which holds the record of who did it.
func SetTx(ctx context.Context, tx db.Tx, d Decision) (Value, error) {
	v, err := d.check()
	if err != nil {
		return Value{}, err
	}
	return v, insert(ctx, tx, v)
}

func (d Decision) check() (Value, error) {
	var faults []apperr.Field
	fault := func(name, message string) { faults = append(faults, apperr.Field{Name: name, Message: message}) }

	rule, known := shipped()[d.Name]
	if !known {
		fault("name", "没有这个规则项")
	} else if wrong := rule.Check(d.Value); wrong != "" {
		fault("value", rule.Label+wrong)
	}
	if d.Region == "" {
		fault("region", "应指明区域，如 140800")
	}
	from, err := time.Parse(time.DateOnly, d.EffectiveFrom)
	switch {
	case err != nil:
		fault("effectiveFrom", "生效日期应是日期，如 2027-01-01")
	case d.EffectiveFrom < clock.Day(d.At):
		fault("effectiveFrom", "生效日期应不早于今天（"+clock.Day(d.At)+"），已经适用过的规则不能改变")
	case from.Year() > d.At.Year()+maxYearsAhead:
		fault("effectiveFrom", "生效日期应在十年以内")
	}
	reason := strings.TrimSpace(d.Reason)
	switch {
	case reason == "":
		fault("reason", "应写明调整的理由")
	case utf8.RuneCountInString(reason) > maxReason || !utf8.ValidString(reason) || strings.ContainsRune(reason, 0):
		fault("reason", "理由应是不超过 500 字的文字")
	}
	if err := apperr.InvalidFields(faults); err != nil {
		return Value{}, err
	}
	return Value{Rule: rule, JSON: d.Value, Region: d.Region, Version: d.Base + 1,
		EffectiveFrom: from, Reason: reason, DecidedBy: d.By, DecidedAt: d.At}, nil
}

// maxYearsAhead catches a mistyped year.
const maxYearsAhead = 10
