package credit

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"zjcs/internal/platform/authz"
	"zjcs/internal/platform/clock"
	"zjcs/internal/platform/db"
	"zjcs/internal/review"
)

// life is a row of credit_record with what its agency and its entry say.
type life struct {
	phase
	id, agency                     uuid.UUID
	org                            uuid.UUID // of the agency; uuid.Nil where nobody has claimed it
	agencyName, uscc, region       string
	sectors                        []string
	rubric                         string
	version                        int
	level, conduct, basis          string
	limits                         Range
	months                         int
	points                         Points
	asked                          *Points // as proposed, where it was confirmed at less
	veto                           bool
	facts, source                  string
	authority, documentNo, decided string
	decisionBasis                  string
	proposer, notifier, confirmer  uuid.UUID
	proposedAt                     time.Time
	notifiedAt, defenceUntil       *time.Time
	defenceProvisional             bool
	served                         string
	defence                        string
	defendedAt                     *time.Time
	confirmedAt                    *time.Time
	note                           string
	withdrawnAt                    *time.Time
	reason                         string // of withdrawal
	repairReason, overturnReason   string
	imported, demo                 bool
	now                            time.Time // the database's, when it was read
}

// RecordSummary is a record in a list.
type RecordSummary struct {
	ID           uuid.UUID    `json:"id"`
	AgencyID     uuid.UUID    `json:"agencyId"`
	AgencyName   string       `json:"agencyName" doc:"机构名称"`
	USCC         string       `json:"uscc" doc:"统一社会信用代码"`
	Rubric       string       `json:"rubric" doc:"评分标准条目编号"`
	Version      int          `json:"version" doc:"条目版本"`
	Level        string       `json:"level" enum:"minor,general,serious,honour" doc:"类别"`
	LevelLabel   string       `json:"levelLabel" doc:"类别"`
	Conduct      string       `json:"conduct" doc:"行为"`
	Tenths       int          `json:"tenths" doc:"分值，单位 0.1 分"`
	Veto         bool         `json:"veto" doc:"一票否决"`
	State        review.State `json:"state" enum:"proposed,notified,defended,confirmed,withdrawn,published,expired,repaired,overturned" doc:"状态"`
	StateLabel   string       `json:"stateLabel" doc:"状态"`
	ProposedAt   time.Time    `json:"proposedAt" doc:"提出时间"`
	DefenceUntil *time.Time   `json:"defenceUntil,omitempty" doc:"申辩截止"`
	ExpiresOn    string       `json:"expiresOn,omitempty" doc:"计分至何日（含当日）"`
	Awaits       bool         `json:"awaits" doc:"为真表示现在等当前用户办理"`
	Demo         bool         `json:"demo" doc:"为真表示示例数据"`
}

// RecordDetail is a record with all that a page about it shows.
type RecordDetail struct {
	RecordSummary
	LegalBasis     string     `json:"legalBasis" doc:"条目的依据"`
	MildTenths     int        `json:"mildTenths" doc:"条目允许的最轻分值"`
	HarshTenths    int        `json:"harshTenths" doc:"条目允许的最重分值"`
	ProposedTenths int        `json:"proposedTenths" doc:"提出时的分值"`
	Facts          string     `json:"facts" doc:"事实，认定后公开"`
	Source         string     `json:"source" doc:"来源"`
	Authority      string     `json:"authority,omitempty" doc:"处罚机关"`
	DocumentNo     string     `json:"documentNo,omitempty" doc:"决定书文号"`
	DecidedOn      string     `json:"decidedOn,omitempty" doc:"决定日期"`
	DecisionBasis  string     `json:"decisionBasis,omitempty" doc:"决定的依据"`
	Imported       bool       `json:"imported" doc:"为真表示由归集导入"`
	Served         string     `json:"served,omitempty" doc:"没有账号的机构，怎样告知的"`
	NotifiedAt     *time.Time `json:"notifiedAt,omitempty" doc:"告知时间"`
	Provisional    bool       `json:"defenceProvisional,omitempty" doc:"为真表示申辩截止暂定：所依据的年份日历尚未公布"`
	TimeLeft       string     `json:"timeLeft,omitempty" doc:"申辩还剩多少时间" example:"还剩 3 天 2 小时"`
	Defence        string     `json:"defence,omitempty" doc:"申辩"`
	DefendedAt     *time.Time `json:"defendedAt,omitempty" doc:"申辩时间"`
	ConfirmedAt    *time.Time `json:"confirmedAt,omitempty" doc:"认定时间"`
	Note           string     `json:"note,omitempty" doc:"认定的意见"`
	WithdrawReason string     `json:"withdrawReason,omitempty" doc:"不予认定的理由"`
	RepairedAt     *time.Time `json:"repairedAt,omitempty" doc:"修复时间"`
	RepairReason   string     `json:"repairReason,omitempty" doc:"修复的理由"`
	OverturnedAt   *time.Time `json:"overturnedAt,omitempty" doc:"撤销时间"`
	OverturnReason string     `json:"overturnReason,omitempty" doc:"撤销的理由"`

	AllowedActions []review.Action `json:"allowedActions" doc:"当前用户现在可以做的；repair、overturn 以“信用修复”“信用申诉”申请提出"`
	WhyNot         string          `json:"whyNot,omitempty" doc:"为什么现在不能认定"`
	RepairFrom     string          `json:"repairFrom,omitempty" doc:"最早可以申请修复的日期"`
	AppealUntil    string          `json:"appealUntil,omitempty" doc:"可以申诉至何日（含当日）"`
	Files          []RecordFile    `json:"files" doc:"附件"`
	Course         []RecordEvent   `json:"course" doc:"经过"`
}

// RecordFile is a paper of a record.
type RecordFile struct {
	ID   uuid.UUID `json:"id"`
	Kind string    `json:"kind" enum:"evidence,defence" doc:"evidence 提出的证据；defence 申辩的附件"`
	Name string    `json:"name" doc:"文件名"`
	Size int64     `json:"size" doc:"字节数"`
}

// RecordEvent is one step of a record's life.
type RecordEvent struct {
	Action      review.Action `json:"action" doc:"动作"`
	ActionLabel string        `json:"actionLabel" doc:"动作名称"`
	ToLabel     string        `json:"toLabel" doc:"之后的状态"`
	By          string        `json:"by" doc:"办理人；机构看不到办理人的姓名"`
	At          time.Time     `json:"at" doc:"时间"`
	Note        string        `json:"note,omitempty" doc:"意见"`
}

func (l *life) summary() RecordSummary {
	state := l.on(l.now)
	return RecordSummary{ID: l.id, AgencyID: l.agency, AgencyName: l.agencyName, USCC: l.uscc, Rubric: l.rubric, Version: l.version, Level: l.level,
		LevelLabel: levelLabel(l.level), Conduct: l.conduct, Tenths: int(l.points), Veto: l.veto, State: state, StateLabel: Workflow.States[state],
		ProposedAt: l.proposedAt, DefenceUntil: l.defenceUntil, ExpiresOn: l.expiresOn, Demo: l.demo}
}

// heard reports that the agency had its say, or let its term pass. Against an honour there
// is nothing to say.
func (l *life) heard() bool {
	return l.level == honour || l.state == Defended || l.defenceUntil == nil || !l.now.Before(*l.defenceUntil)
}

// Record is one record, its papers and its course, with what the actor may do now.
func (d *Desk) Record(ctx context.Context, id uuid.UUID) (RecordDetail, error) {
	l, err := d.visible(ctx, d.Pool, id, false)
	if err != nil {
		return RecordDetail{}, err
	}
	return d.detail(ctx, d.Pool, l)
}

func (d *Desk) detail(ctx context.Context, q db.Querier, l *life) (RecordDetail, error) {
	out := RecordDetail{RecordSummary: l.summary(), LegalBasis: l.basis, MildTenths: int(l.limits.Mild), HarshTenths: int(l.limits.Harsh), ProposedTenths: int(l.points),
		Facts: l.facts, Source: l.source, Authority: l.authority, DocumentNo: l.documentNo, DecidedOn: l.decided, DecisionBasis: l.decisionBasis, Imported: l.imported,
		Served: l.served, NotifiedAt: l.notifiedAt, Provisional: l.defenceProvisional, Defence: l.defence, DefendedAt: l.defendedAt, ConfirmedAt: l.confirmedAt, Note: l.note,
		WithdrawReason: l.reason, RepairedAt: l.repairedAt, RepairReason: l.repairReason, OverturnedAt: l.overturnedAt, OverturnReason: l.overturnReason}
	if l.asked != nil {
		out.ProposedTenths = int(*l.asked)
	}
	out.AllowedActions, out.WhyNot = d.allowed(ctx, l)
	out.Awaits = awaits(out.AllowedActions)
	if l.state == Notified && l.defenceUntil != nil && l.level != honour {
		out.TimeLeft = remaining(*l.defenceUntil, l.now)
	}
	if l.confirmedAt != nil {
		var err error
		if out.RepairFrom, err = d.repairFrom(ctx, q, l); err != nil {
			return out, err
		}
		if out.AppealUntil, err = d.appealUntil(ctx, q, l); err != nil {
			return out, err
		}
	}
	sides := d.sides(ctx, l)
	if _, agencySide := sides[ByAgency]; agencySide && sides[ByAgency] {
		out.AllowedActions = append(out.AllowedActions, openTo(out, l)...)
	}
	var err error
	if out.Files, err = listRecordFiles(ctx, q, l.id); err != nil {
		return out, err
	}
	out.Course, err = listRecordEvents(ctx, q, l.id)
	for i := range out.Course {
		e := &out.Course[i]
		e.ActionLabel, e.ToLabel = Workflow.Labels[e.Action], Workflow.States[review.State(e.ToLabel)]
		if _, agencySide := sides[ByAgency]; agencySide && e.Action != Defend {
			e.By = "" // who decides is not told to whom it concerns: decisions are the authority's
		}
	}
	return out, err
}

// openTo are what an agency may hand in now about its record.
func openTo(d RecordDetail, l *life) (out []review.Action) {
	state, today := l.on(l.now), clock.Day(l.now)
	if state == Published && d.RepairFrom != "" && d.RepairFrom <= today && l.level != honour {
		out = append(out, Repair)
	}
	if (state == Published || state == Expired || state == Repaired) && today <= d.AppealUntil {
		out = append(out, Overturn)
	}
	return out
}

// allowed are the actor's steps now, and why the record may not be confirmed where that is
// what would come next.
func (d *Desk) allowed(ctx context.Context, l *life) (list []review.Action, whyNot string) {
	list = []review.Action{}
	sides, state := d.sides(ctx, l), l.on(l.now)
	seen := map[review.Action]bool{}
	for _, by := range []review.By{ByProposer, ByConfirmer, ByAgency} {
		if !sides[by] {
			continue
		}
		for _, a := range Workflow.Allowed(state, by) {
			switch {
			case seen[a], a == Repair, a == Overturn: // these are published by a submission
				continue
			case a == Confirm && !l.heard():
				whyNot = "申辩期到 " + clock.Until(*l.defenceUntil) + " 截止，机构申辩后或者截止后才能认定"
				continue
			case a == Defend && (l.level == honour || l.heard()):
				continue
			}
			seen[a] = true
			list = append(list, a)
		}
	}
	a := authz.From(ctx)
	if (state == Notified || state == Defended) && a != nil && (a.Person == l.proposer || a.Person == l.notifier) {
		whyNot = "提出、告知的人不能认定，须由他人办理"
	}
	return list, whyNot
}

// awaits reports that a step is due that only such a person takes. To withdraw is no duty.
func awaits(list []review.Action) bool {
	for _, a := range list {
		if a == Notify || a == Confirm || a == Defend {
			return true
		}
	}
	return false
}

// line is what the public log has of a record.
type recordLine struct {
	Agency     string       `json:"agency"`
	USCC       string       `json:"uscc"`
	Rubric     string       `json:"rubric"`
	Version    int          `json:"version"`
	Tenths     int          `json:"tenths"`
	Veto       bool         `json:"veto,omitempty"`
	Facts      string       `json:"facts,omitempty"`
	State      review.State `json:"state"`
	Reason     string       `json:"reason,omitempty"`
	ExpiresOn  string       `json:"expiresOn"`
	At         time.Time    `json:"at"`
	Submission string       `json:"submission,omitempty"` // number of the repair or the appeal
}

// logTx puts a step of a confirmed record into the public log.
func (d *Desk) logTx(ctx context.Context, tx db.Tx, l *life, state review.State, reason, submission string, at time.Time) error {
	line := recordLine{Agency: l.agencyName, USCC: l.uscc, Rubric: l.rubric, Version: l.version, Tenths: int(l.points), Veto: l.veto, State: state, Reason: reason,
		ExpiresOn: l.expiresOn, At: at.UTC(), Submission: submission}
	if state == Published {
		line.Facts = l.facts
	}
	return d.Log(ctx, tx, LogLine{Kind: logRecord, Subject: l.id, Region: l.region, Body: line})
}

func (d *Desk) tellTx(ctx context.Context, tx db.Tx, l *life, action review.Action, note string) error {
	return d.Tell(ctx, tx, Told{Action: action, Record: l.id, Agency: l.agency, AgencyName: l.agencyName, Organisation: l.org, Region: l.region, Sectors: l.sectors, Note: note})
}

func (l *life) title() string {
	return fmt.Sprintf("%s：%s（%s）", l.agencyName, l.conduct, l.rubric)
}
