package credit

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/audit"
	"zjcs/internal/platform/authz"
	"zjcs/internal/platform/clock"
	"zjcs/internal/platform/db"
	"zjcs/internal/review"
)

// ProposeInput is what an official proposes against, or in honour of, an agency.
type ProposeInput struct {
	Agency    uuid.UUID
	Rubric    string // id; the version in force today counts
	Tenths    *int   // within the entry's range; nil: the mildest
	Facts     string // in the words that would be published
	Source    string // who found it
	Authority string // of a penalty: who decided, number and date of the decision, what it rests on
	Document  string
	DecidedOn string
	Basis     string
	Served    string // how an agency without an account here was told
	Files     []uuid.UUID
}

// Propose stores a record and tells the agency at once: its term for a defence runs from
// now. Errors: Invalid with the fields at fault.
func (d *Desk) Propose(ctx context.Context, in ProposeInput) (RecordDetail, error) {
	if err := d.Policy.Require(ctx, permitPropose, authz.Anywhere); err != nil {
		return RecordDetail{}, err
	}
	id := uuid.Must(uuid.NewV7())
	err := db.InTx(ctx, d.Pool, func(tx db.Tx) error {
		l, err := loadSubject(ctx, tx, in.Agency)
		if err != nil {
			return err
		}
		if err := d.Policy.Require(ctx, permitPropose, l.scope()); err != nil {
			return err
		}
		l.id, l.proposer, l.proposedAt, l.state = id, authz.From(ctx).Person, l.now, Proposed
		if l.org != uuid.Nil && authz.From(ctx).Of(l.org) {
			return apperr.New(apperr.Forbidden, "不能办理本单位的信用记录，须由他人办理")
		}
		if err := l.fill(ctx, tx, in); err != nil {
			return err
		}
		if err := insertRecord(ctx, tx, l); err != nil {
			return err
		}
		if err := keepRecordFiles(ctx, tx, id, "evidence", in.Files); err != nil {
			return err
		}
		return d.notifyTx(ctx, tx, l, in.Served)
	})
	if err != nil {
		return RecordDetail{}, err
	}
	return d.Record(ctx, id)
}

// fill checks what was proposed against the entry in force.
func (l *life) fill(ctx context.Context, tx db.Tx, in ProposeInput) error {
	e, err := entryOn(ctx, tx, in.Rubric, clock.Day(l.now))
	if err != nil {
		return err
	}
	if e.Retired {
		return apperr.InvalidField("rubric", "条目 %s 已停用，请选现行的条目", in.Rubric)
	}
	l.rubric, l.version, l.level, l.conduct, l.veto, l.limits, l.months = e.ID, e.Version, e.Level, e.Conduct, e.Veto, e.limits(), e.ValidityMonths
	l.points = l.limits.Mild
	if in.Tenths != nil {
		l.points = Points(*in.Tenths)
	}
	var bad []apperr.Field
	note := func(err error) {
		if e, ok := apperr.As(err); ok {
			bad = append(bad, e.Fields...)
		}
	}
	note(l.limits.given("tenths", l.points))
	l.facts, err = publicWords("facts", "事实", in.Facts)
	note(err)
	l.source, err = plainWords("source", "来源", in.Source, 2)
	note(err)
	for _, o := range []struct {
		field, label, value string
		to                  *string
	}{{"authority", "处罚机关", in.Authority, &l.authority}, {"documentNo", "决定书文号", in.Document, &l.documentNo}, {"basis", "决定的依据", in.Basis, &l.decisionBasis}} {
		if o.value != "" {
			*o.to, err = publicWords(o.field, o.label, o.value)
			note(err)
		}
	}
	if in.DecidedOn != "" {
		if _, err := parseDay(in.DecidedOn); err != nil || in.DecidedOn > clock.Day(l.now) {
			bad = append(bad, apperr.Field{Name: "decidedOn", Message: "决定日期应形如 2026-01-31，且不晚于今天"})
		}
		l.decided = in.DecidedOn
	}
	if slices.ContainsFunc(in.Files, func(f uuid.UUID) bool { return f == uuid.Nil }) || len(in.Files) > maxPapers {
		bad = append(bad, apperr.Field{Name: "files", Message: "附件最多 10 个"})
	}
	return apperr.InvalidFields(bad)
}

const maxPapers = 10

// Notify takes up a record that was proposed by the platform or by a delivery: an official
// has looked at it and the agency is told. He may then not confirm it.
func (d *Desk) Notify(ctx context.Context, id uuid.UUID, served string) (RecordDetail, error) {
	err := db.InTx(ctx, d.Pool, func(tx db.Tx) error {
		l, err := d.visible(ctx, tx, id, true)
		if err != nil {
			return err
		}
		return d.notifyTx(ctx, tx, l, served)
	})
	if err != nil {
		return RecordDetail{}, err
	}
	return d.Record(ctx, id)
}

func (d *Desk) notifyTx(ctx context.Context, tx db.Tx, l *life, served string) error {
	to, _, err := d.step(ctx, l, Notify)
	if err != nil {
		return err
	}
	if l.org == uuid.Nil {
		if served, err = plainWords("served", "送达方式", served, 2); err != nil {
			return apperr.InvalidField("served", "这家机构在平台没有账号，请写明怎样告知的，如 邮寄送达及日期").Because(err)
		}
	} else {
		served = ""
	}
	days, err := d.Rule(ctx, tx, ruleDefence, l.region, l.now)
	if err != nil {
		return err
	}
	until, provisional, err := d.Due(ctx, tx, l.now, days)
	if err != nil {
		return err
	}
	actor := authz.From(ctx).Person
	err = moveRecord(ctx, tx, l.id, l.state, to, `notifier = $4, proposer = coalesce(proposer, $4), notified_at = $5, served = $6, defence_until = $7, defence_provisional = $8`,
		actor, l.now, served, until, provisional)
	if err != nil {
		return err
	}
	note := served
	if l.level != honour {
		note = "申辩截止 " + clock.Until(until)
		if served != "" {
			note += "；送达方式：" + served
		}
	}
	if err := d.keepStep(ctx, tx, l, Notify, to, note, permitPropose); err != nil {
		return err
	}
	return d.tellTx(ctx, tx, l, Notify, l.conduct+"。"+note)
}

// keepStep adds a step to the record's course and the audit log.
func (d *Desk) keepStep(ctx context.Context, tx db.Tx, l *life, action review.Action, to review.State, note string, perm authz.Permission) error {
	if err := insertRecordEvent(ctx, tx, l.id, action, l.on(l.now), to, note); err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Entry{Action: string(perm), Kind: logRecord, ID: l.id.String(), Organisation: l.org, Region: l.region,
		Summary: l.title() + "：" + Workflow.Labels[action]})
}

// DefendInput is an agency's word against a record.
type DefendInput struct {
	ID    uuid.UUID
	Text  string
	Files []uuid.UUID
}

// Defend is heard until the term ends, once. Errors: Invalid (text, files), Conflict after
// the end.
func (d *Desk) Defend(ctx context.Context, in DefendInput) (RecordDetail, error) {
	if err := d.Policy.Require(ctx, permitAnswer, authz.Anywhere); err != nil {
		return RecordDetail{}, err
	}
	err := db.InTx(ctx, d.Pool, func(tx db.Tx) error {
		l, err := d.visible(ctx, tx, in.ID, true)
		if err != nil {
			return err
		}
		to, _, err := d.step(ctx, l, Defend)
		if err != nil {
			return err
		}
		switch {
		case l.level == honour:
			return apperr.New(apperr.Conflict, "表彰不需要申辩")
		case l.heard():
			return apperr.New(apperr.Conflict, "申辩期已于 %s 截止", clock.Until(*l.defenceUntil))
		}
		text, err := plainWords("text", "申辩", in.Text, 5)
		if err != nil {
			return err
		}
		if len(in.Files) > maxPapers {
			return apperr.InvalidField("files", "附件最多 %d 个", maxPapers)
		}
		if err := moveRecord(ctx, tx, l.id, l.state, to, `defence = $4, defended_at = $5`, text, l.now); err != nil {
			return err
		}
		if err := keepRecordFiles(ctx, tx, l.id, "defence", in.Files); err != nil {
			return err
		}
		if err := d.keepStep(ctx, tx, l, Defend, to, "", permitAnswer); err != nil {
			return err
		}
		return d.tellTx(ctx, tx, l, Defend, "")
	})
	if err != nil {
		return RecordDetail{}, err
	}
	return d.Record(ctx, in.ID)
}

// ConfirmInput confirms a record, as proposed or milder.
type ConfirmInput struct {
	ID     uuid.UUID
	Tenths *int // nil: as proposed
	Note   string
}

// Confirm makes a record count and publishes it, once its agency was heard. Whoever
// confirms may be milder than the proposal, within the entry's range, and never harsher:
// the agency defended itself against what was proposed. Errors: Invalid (tenths, note),
// Conflict for the loser of two at once and before the defence's term is over.
func (d *Desk) Confirm(ctx context.Context, in ConfirmInput) (RecordDetail, error) {
	if err := d.Policy.Require(ctx, permitConfirm, authz.Anywhere); err != nil {
		return RecordDetail{}, err
	}
	err := db.InTx(ctx, d.Pool, func(tx db.Tx) error {
		l, err := d.visible(ctx, tx, in.ID, true)
		if err != nil {
			return err
		}
		to, _, err := d.step(ctx, l, Confirm)
		if err != nil {
			return err
		}
		if !l.heard() {
			return apperr.New(apperr.Conflict, "申辩期到 %s 截止，机构申辩后或者截止后才能认定", clock.Until(*l.defenceUntil))
		}
		note, err := publicWords("note", "认定的意见", in.Note)
		if err != nil {
			return err
		}
		asked := l.points
		if in.Tenths != nil {
			l.points = Points(*in.Tenths)
		}
		if err := (Range{Mild: l.limits.Mild, Harsh: asked}).given("tenths", l.points); err != nil {
			return apperr.InvalidField("tenths", "认定的分值可以比提出的轻，不能更重：应在 %s 至 %s 分之间", l.limits.Mild.Text(), asked.Text()).Because(err)
		}
		l.expiresOn = lastDay(l.now, l.months)
		err = moveRecord(ctx, tx, l.id, l.state, to, `confirmer = $4, confirmed_at = $5, expires_on = $6::date, points = $7, proposed_points = nullif($8::int, $7), confirm_note = $9`,
			authz.From(ctx).Person, l.now, l.expiresOn, l.points, asked, note)
		if err != nil {
			return err
		}
		if err := d.keepStep(ctx, tx, l, Confirm, to, note, permitConfirm); err != nil {
			return err
		}
		return d.publishTx(ctx, tx, l, to)
	})
	if err != nil {
		return RecordDetail{}, err
	}
	return d.Record(ctx, in.ID)
}

// publishTx puts a confirmed record into the public log, and into the score.
func (d *Desk) publishTx(ctx context.Context, tx db.Tx, l *life, from review.State) error {
	to, err := Workflow.Next(from, Publish, review.Clock)
	if err != nil {
		return err
	}
	if err := moveRecord(ctx, tx, l.id, from, to, `published_at = $4`, l.now); err != nil {
		return err
	}
	if err := insertRecordEvent(ctx, tx, l.id, Publish, from, to, "计分至 "+l.expiresOn); err != nil {
		return err
	}
	if err := d.logTx(ctx, tx, l, to, "", "", l.now); err != nil {
		return err
	}
	if err := refreshTx(ctx, tx, l.agency, l.now); err != nil {
		return err
	}
	return d.tellTx(ctx, tx, l, Publish, l.conduct+"："+l.points.Text()+" 分，计分至 "+l.expiresOn)
}

// Withdraw ends a record that is not to count: its proposer takes it back, or whoever
// could confirm it finds otherwise.
func (d *Desk) Withdraw(ctx context.Context, id uuid.UUID, reason string) (RecordDetail, error) {
	err := db.InTx(ctx, d.Pool, func(tx db.Tx) error {
		l, err := d.visible(ctx, tx, id, true)
		if err != nil {
			return err
		}
		to, by, err := d.step(ctx, l, Withdraw)
		if err != nil {
			return err
		}
		if reason, err = plainWords("reason", "理由", reason, 5); err != nil {
			return err
		}
		if err := moveRecord(ctx, tx, l.id, l.state, to, `withdrawn_at = $4, withdraw_reason = $5`, l.now, reason); err != nil {
			return err
		}
		perm := permitPropose
		if by == ByConfirmer {
			perm = permitConfirm
		}
		if err := d.keepStep(ctx, tx, l, Withdraw, to, reason, perm); err != nil {
			return err
		}
		if err := refreshTx(ctx, tx, l.agency, l.now); err != nil {
			return err
		}
		if l.notifiedAt == nil { // the agency never heard of it
			return nil
		}
		return d.tellTx(ctx, tx, l, Withdraw, reason)
	})
	if err != nil {
		return RecordDetail{}, err
	}
	return d.Record(ctx, id)
}

// ReadFile lets the actor see a paper of a record. An official's look is logged.
func (d *Desk) ReadFile(ctx context.Context, file uuid.UUID, name string) error {
	ids, err := recordsNaming(ctx, d.Pool, file)
	if err != nil {
		return err
	}
	for _, id := range ids {
		l, err := d.visible(ctx, d.Pool, id, false)
		if apperr.CodeOf(err) == apperr.NotFound {
			continue
		}
		if err != nil || !authz.From(ctx).Staff() {
			return err
		}
		return audit.Record(ctx, d.Pool, audit.Entry{Outcome: audit.Read, Action: string(permitRead), Kind: "file", ID: file.String(), Organisation: l.org, Region: l.region,
			Summary: "查看附件 " + name + "（" + l.title() + "）"})
	}
	return apperr.New(apperr.NotFound, "没有这个附件，或者它不在您的查看范围内")
}
