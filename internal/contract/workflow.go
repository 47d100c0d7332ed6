package contract

import "zjcs/internal/review"

// The life of a contract (domain.md section 4).
const (
	Drafted    review.State = "drafted"
	Signed     review.State = "signed"
	Filed      review.State = "filed" // and in service
	Completed  review.State = "completed"
	Terminated review.State = "terminated"
)

// What is done to a contract, and to what hangs on it.
const (
	Draft    review.Action = "draft" // its beginning: no step leads from anywhere to it
	Edit     review.Action = "edit"
	Confirm  review.Action = "confirm"
	Sign     review.Action = "sign" // the second of two confirmations
	File     review.Action = "file"
	Amend    review.Action = "amend" // proposes; in force when the other side confirms it
	Amended  review.Action = "amended"
	NotAmend review.Action = "decline-amendment"
	UnAmend  review.Action = "withdraw-amendment"

	ProposeStop   review.Action = "propose-stop"
	ConfirmStop   review.Action = "confirm-stop"
	DeclineStop   review.Action = "decline-stop"
	WithdrawStop  review.Action = "withdraw-stop"
	ProposeResume review.Action = "propose-resume"
	ConfirmResume review.Action = "confirm-resume"
	DeclineResume review.Action = "decline-resume"

	Deliver  review.Action = "deliver"
	Revise   review.Action = "request-revision"
	Accept   review.Action = "accept"   // a milestone's result
	Complete review.Action = "complete" // the last of them is accepted, and with it the service

	FirstPass review.Action = "record-first-pass"

	Pay            review.Action = "pay"
	ConfirmPayment review.Action = "confirm-payment"
	DisputePayment review.Action = "dispute-payment"
	VoidPayment    review.Action = "void-payment"

	ProposeEnd  review.Action = "propose-termination" // by agreement
	GiveNotice  review.Action = "give-notice"         // by one side, with its basis
	DeclineEnd  review.Action = "decline-termination"
	WithdrawEnd review.Action = "withdraw-termination"
	DisputeEnd  review.Action = "dispute-termination"
	Terminate   review.Action = "terminate"
)

// Who takes a step.
const (
	Purchaser Side = "purchaser"
	Agency    Side = "agency"
	Operator  Side = "operator"
	Officer   Side = "officer"
)

// SideLabels in Chinese.
var SideLabels = map[Side]string{Purchaser: "项目业主", Agency: "中介机构", Operator: "运营审核", Officer: "行业主管", review.Clock: "到时"}

// Workflow is the table that every contract follows. A step that both sides may take stands
// twice.
var Workflow = review.Machine{
	Name:   "合同",
	States: map[review.State]string{Drafted: "起草中", Signed: "已签订", Filed: "履行中", Completed: "已完成", Terminated: "已终止"},
	Labels: map[review.Action]string{
		Draft: "起草合同", Edit: "修改", Confirm: "确认", Sign: "签订", File: "备案", Amend: "提出变更", Amended: "变更生效", NotAmend: "不同意变更", UnAmend: "撤回变更",
		ProposeStop: "提出停计", ConfirmStop: "确认停计", DeclineStop: "不同意停计", WithdrawStop: "撤回停计", ProposeResume: "提出恢复计时", ConfirmResume: "确认恢复计时", DeclineResume: "不同意恢复日期",
		Deliver: "提交成果", Revise: "要求修改", Accept: "验收", Complete: "验收完成", FirstPass: "登记审查结果",
		Pay: "登记付款", ConfirmPayment: "确认收款", DisputePayment: "对付款有异议", VoidPayment: "作废付款登记",
		ProposeEnd: "提议协商终止", GiveNotice: "通知终止", DeclineEnd: "不同意终止", WithdrawEnd: "撤回终止", DisputeEnd: "对终止有异议", Terminate: "终止",
	},
	Sides: SideLabels,
	Steps: rows(),
}

// rows writes the table: what either side may do stands for both.
func rows() []review.Step {
	var out []review.Step
	add := func(from, to review.State, by []Side, actions ...review.Action) {
		for _, a := range actions {
			for _, b := range by {
				out = append(out, review.Step{From: from, Action: a, To: to, By: b})
			}
		}
	}
	both, buyer, seller, operator, officer := []Side{Purchaser, Agency}, []Side{Purchaser}, []Side{Agency}, []Side{Operator}, []Side{Officer}
	add(Drafted, Drafted, both, Edit, Confirm)
	add(Drafted, Signed, both, Sign)
	add(Signed, Filed, both, File)
	for _, in := range []review.State{Signed, Filed} {
		add(in, in, both, Amend, Amended, NotAmend, UnAmend)
		add(in, in, both, ProposeStop, ConfirmStop, DeclineStop, WithdrawStop, ProposeResume, ConfirmResume, DeclineResume)
	}
	add(Filed, Filed, seller, Deliver)
	add(Filed, Filed, buyer, Revise, Accept)
	add(Filed, Completed, buyer, Complete)
	for _, in := range []review.State{Filed, Completed} {
		add(in, in, officer, FirstPass)
	}
	for _, in := range []review.State{Signed, Filed, Completed, Terminated} {
		add(in, in, buyer, Pay, VoidPayment)
		add(in, in, seller, ConfirmPayment, DisputePayment)
	}
	for _, in := range []review.State{Signed, Filed} {
		add(in, in, both, ProposeEnd, GiveNotice, DeclineEnd, DisputeEnd, WithdrawEnd)
		add(in, Terminated, both, Terminate)
		add(in, Terminated, operator, Terminate)
		add(in, Terminated, []Side{review.Clock}, Terminate)
	}
	return out
}
