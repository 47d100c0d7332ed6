package credit

import (
	"context"
	"strconv"
	"time"

	"github.com/google/uuid"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/audit"
	"zjcs/internal/platform/clock"
	"zjcs/internal/platform/db"
	"zjcs/internal/review"
)

// Kinds are what is proposed by one and decided by another: changes of the rubric, repairs
// of and appeals against records, statutory bans, and conduct of practitioners.
func (d *Desk) Kinds() []review.Kind {
	return []review.Kind{d.rubricKind(), d.repairKind(), d.appealKind(), d.banKind(), d.liftingKind(), d.practitionerKind()}
}

// remedyForm shows the record and asks for what its agency has to say.
func remedyForm(title string, fields ...review.Field) review.Form {
	return review.Form{Sections: []review.Section{
		{Title: "信用记录", Fields: []review.Field{
			{Name: "entry", Label: "条目", Type: review.Text, Required: true, Max: 30, ReadOnly: true},
			{Name: "conduct", Label: "行为", Type: review.Paragraph, Required: true, Max: maxConduct, ReadOnly: true},
			{Name: "facts", Label: "事实", Type: review.Paragraph, Required: true, ReadOnly: true},
			{Name: "points", Label: "分值", Type: review.Text, Required: true, Max: 10, ReadOnly: true},
			{Name: "confirmedOn", Label: "认定日期", Type: review.Date, Required: true, ReadOnly: true},
		}}, {Title: title, Fields: fields}}}
}

// remedy is what both forms have.
type remedy struct {
	Entry     string `json:"entry"`
	Facts     string `json:"facts"`
	Measures  string `json:"measures"`
	MadeGood  string `json:"madeGoodOn"`
	Reason    string `json:"reason"`
	Committed bool   `json:"committed"`
}

// repairKind is how an agency makes good what a record holds against it (信用修复).
func (d *Desk) repairKind() review.Kind {
	k := d.remedyKind("credit-repair", "信用修复", "被记录的机构在整改后申请修复；通过后不再计分，记录仍可查", Repair)
	k.Form = remedyForm("整改",
		review.Field{Name: "measures", Label: "怎样整改的", Type: review.Paragraph, Required: true, Max: 2000, Help: "会公开，不写个人姓名和证号"},
		review.Field{Name: "madeGoodOn", Label: "整改完成日期", Type: review.Date, Required: true},
		review.Field{Name: "proof", Label: "整改证明", Type: review.File, Required: true},
		review.Field{Name: "proof2", Label: "其他材料", Type: review.File},
		review.Field{Name: "committed", Label: "承诺所述属实，不再发生同类行为", Type: review.Flag, Required: true})
	return k
}

// appealKind is how an agency asks for another decision on a record. It may be decided, and
// won, after the record has expired or was repaired.
func (d *Desk) appealKind() review.Kind {
	k := d.remedyKind("credit-appeal", "信用申诉", "被记录的机构对已公布的信用记录申诉；由没有参与认定的人办理。理由成立的，记录自决定之日起撤销", Overturn)
	k.Form = remedyForm("申诉",
		review.Field{Name: "reason", Label: "申诉的理由", Type: review.Paragraph, Required: true, Max: 4000, Help: "哪些事实不对，或者为什么不应这样认定"},
		review.Field{Name: "proof", Label: "证据", Type: review.File},
		review.Field{Name: "proof2", Label: "其他材料", Type: review.File})
	return k
}

func (d *Desk) remedyKind(name, label, help string, action review.Action) review.Kind {
	r := remedyDoor{d, action}
	return review.Kind{Name: name, Label: label, Help: help, Prepare: permitAnswer, Review: permitConfirm, ForOrganisation: true, Subject: "credit-record",
		Begin: r.begin, Place: r.place, Judge: r.judge, Barred: r.barred, Facts: remedyFacts, Publish: r.publish}
}

// remedyDoor publishes one of the two.
type remedyDoor struct {
	*Desk
	action review.Action
}

// of loads the record of a submission; one of another organisation is as if it were not
// there.
func (r remedyDoor) of(ctx context.Context, q db.Querier, s review.Submission, lock bool) (*life, error) {
	l, err := loadLife(ctx, q, s.Subject(), lock)
	if apperr.CodeOf(err) == apperr.NotFound || err == nil && (l.org != s.Org() || l.notifiedAt == nil) {
		return nil, apperr.InvalidField("subjectId", "应写明是本机构的哪条信用记录")
	}
	return l, err
}

func (r remedyDoor) begin(ctx context.Context, tx db.Tx, s review.Submission) (uuid.UUID, review.Content, error) {
	l, err := r.of(ctx, tx, s, false)
	if err != nil {
		return uuid.Nil, nil, err
	}
	if why, err := r.early(ctx, tx, l, s); err != nil || why != "" {
		if err == nil {
			err = apperr.New(apperr.Conflict, "%s", why)
		}
		return uuid.Nil, nil, err
	}
	return l.id, review.Content{"entry": l.rubric + " 第 " + strconv.Itoa(l.version) + " 版", "conduct": l.conduct, "facts": l.facts, "points": l.points.Text(),
		"confirmedOn": clock.Day(*l.confirmedAt)}, nil
}

// early says why the record cannot be repaired, or appealed against, by a submission that
// was not yet handed in; "" where it can. What was handed in in time stays in time.
func (r remedyDoor) early(ctx context.Context, q db.Querier, l *life, s review.Submission) (string, error) {
	if _, err := Workflow.Next(l.on(s.Now()), r.action, ByConfirmer); err != nil {
		e, ok := apperr.As(err)
		if !ok {
			return "", err
		}
		return e.Message, nil
	}
	today := clock.Day(s.Now())
	if r.action == Repair {
		if l.level == honour {
			return "表彰不需要修复", nil
		}
		from, err := r.repairFrom(ctx, q, l)
		if err != nil || today >= from {
			return "", err
		}
		return levelLabel(l.level) + "的记录最早可以在 " + from + " 申请修复", nil
	}
	if s.SubmittedAt != nil {
		return "", nil
	}
	until, err := r.appealUntil(ctx, q, l)
	if err != nil || today <= until {
		return "", err
	}
	return "申诉期已于 " + until + " 截止", nil
}

func (r remedyDoor) place(ctx context.Context, q db.Querier, s review.Submission, _ review.Content) (review.Place, error) {
	l, err := r.of(ctx, q, s, false)
	if err != nil {
		return review.Place{}, err
	}
	return review.Place{Title: l.title(), Region: l.region, Sectors: l.sectors}, nil
}

func (r remedyDoor) judge(ctx context.Context, q db.Querier, s review.Submission, c review.Content) (review.Judgement, error) {
	var j review.Judgement
	in, err := review.Decode[remedy](c)
	if err != nil {
		return j, err
	}
	l, err := r.of(ctx, q, s, false)
	if err != nil {
		return j, err
	}
	why, err := r.early(ctx, q, l, s)
	if err != nil {
		return j, err
	}
	if why != "" {
		j.Faults = append(j.Faults, apperr.Field{Name: "entry", Message: why})
	}
	if in.MadeGood != "" && in.MadeGood > clock.Day(s.Now()) {
		j.Faults = append(j.Faults, apperr.Field{Name: "madeGoodOn", Message: "整改完成后才能申请修复，日期不能晚于今天"})
	}
	if r.action == Repair && named.MatchString(in.Measures) {
		j.Faults = append(j.Faults, apperr.Field{Name: "measures", Message: "会公开，请去掉其中的电话、身份证号和邮箱"})
	}
	if l.veto {
		j.Cautions = append(j.Cautions, review.Caution{Field: "entry", Message: "这是一票否决的记录：修复或撤销后，机构的等级按得分重新确定"})
	}
	return j, nil
}

// barred: another decides than proposed, had told or confirmed the record. A city's
// officials reach every county, so that there always is another.
func (r remedyDoor) barred(ctx context.Context, q db.Querier, s review.Submission, person uuid.UUID) (string, error) {
	l, err := r.of(ctx, q, s, false)
	if err != nil {
		return "", err
	}
	if person == l.proposer || person == l.notifier || person == l.confirmer {
		return "提出、告知或者认定这条记录的人不能办理，须由他人办理", nil
	}
	return "", nil
}

func remedyFacts(c review.Content) []review.Fact {
	in, err := review.Decode[remedy](c)
	if err != nil {
		return nil
	}
	out := []review.Fact{{Label: "条目", Value: in.Entry}}
	if in.Measures != "" {
		out = append(out, review.Fact{Label: "整改", Value: in.Measures})
	}
	return out
}

// publish ends the record from now on: what was scored before stays as it was.
func (r remedyDoor) publish(ctx context.Context, tx db.Tx, s review.Submission, c review.Content) (uuid.UUID, error) {
	in, err := review.Decode[remedy](c)
	if err != nil {
		return uuid.Nil, err
	}
	l, err := r.of(ctx, tx, s, true)
	if err != nil {
		return uuid.Nil, err
	}
	from := l.on(l.now)
	to, err := Workflow.Next(from, r.action, ByConfirmer)
	if err != nil {
		return uuid.Nil, err
	}
	reason := "申诉成立（" + s.Number + "）"
	if r.action == Repair {
		reason = in.Measures
	}
	if err := endRecord(ctx, tx, l.id, r.action, l.now, reason); err != nil {
		return uuid.Nil, err
	}
	if err := insertRecordEvent(ctx, tx, l.id, r.action, from, to, "申请 "+s.Number); err != nil {
		return uuid.Nil, err
	}
	if err := audit.Record(ctx, tx, audit.Entry{Action: string(permitConfirm), Kind: logRecord, ID: l.id.String(), Organisation: l.org, Region: l.region,
		Summary: l.title() + "：" + Workflow.Labels[r.action] + "，申请 " + s.Number}); err != nil {
		return uuid.Nil, err
	}
	if err := r.logTx(ctx, tx, l, to, reason, s.Number, l.now); err != nil {
		return uuid.Nil, err
	}
	if err := refreshTx(ctx, tx, l.agency, l.now); err != nil {
		return uuid.Nil, err
	}
	return l.id, nil
}

// repairFrom is the first day on which a repair may be asked for: so many months after the
// record was confirmed, and after a veto not before the agency may come back.
func (d *Desk) repairFrom(ctx context.Context, q db.Querier, l *life) (string, error) {
	months, err := d.RuleOf(ctx, q, ruleRepair, l.level, l.region, *l.confirmedAt)
	if err != nil {
		return "", err
	}
	from := firstDayAfter(*l.confirmedAt, months)
	if !l.veto {
		return from, nil
	}
	barred, err := barredUntil(ctx, q, l.uscc)
	if err != nil || barred < from {
		return from, err
	}
	end, err := parseDay(barred)
	if err != nil {
		return "", err
	}
	return clock.DayAfter(end, 1), nil
}

// appealUntil is the last day on which an appeal may be handed in.
func (d *Desk) appealUntil(ctx context.Context, q db.Querier, l *life) (string, error) {
	days, err := d.Rule(ctx, q, ruleAppeal, l.region, *l.confirmedAt)
	if err != nil {
		return "", err
	}
	return clock.DayAfter(*l.confirmedAt, days), nil
}

// RedateTx works out anew every term for a defence that is provisional (暂定), when a year
// of the calendar has been loaded in tx, and tells how many there were.
func (d *Desk) RedateTx(ctx context.Context, tx db.Tx) (int, error) {
	list, err := lockProvisionalTerms(ctx, tx)
	if err != nil {
		return 0, err
	}
	for _, p := range list {
		days, err := d.Rule(ctx, tx, ruleDefence, p.Region, p.From)
		if err != nil {
			return 0, err
		}
		until, provisional, err := d.Due(ctx, tx, p.From, days)
		if err != nil {
			return 0, err
		}
		if err := setDefenceTerm(ctx, tx, p.ID, until, provisional); err != nil {
			return 0, err
		}
	}
	return len(list), nil
}

// provisionalTerm is an open one that rests on a calendar not yet published.
type provisionalTerm struct {
	ID     uuid.UUID
	From   time.Time
	Region string
}
