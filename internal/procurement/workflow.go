package procurement

import "zjcs/internal/review"

// The life of a procurement once its notice is published (domain.md section 4). Until
// then it is a submission under review.
const (
	Open       review.State = "open"      // sign-up; past the deadline it is closed, and only the freezing is awaited
	Selecting  review.State = "selecting" // the pool is frozen, bids are open
	Publicity  review.State = "publicity"
	Suspended  review.State = "suspended" // an accepted objection is examined
	Awarded    review.State = "awarded"
	Contracted review.State = "contracted" // signed, not yet filed
	InService  review.State = "in_service"
	Delivered  review.State = "delivered" // the last result waits for its acceptance
	Accepted   review.State = "accepted"
	Evaluated  review.State = "evaluated"
	Withdrawn  review.State = "withdrawn"
	Failed     review.State = "failed"
	Terminated review.State = "terminated"
)

const (
	Publish    review.Action = "publish"
	Amend      review.Action = "amend"
	Withdraw   review.Action = "withdraw"
	Freeze     review.Action = "freeze" // pool numbered and logged, bids opened
	Fail       review.Action = "fail"
	Draw       review.Action = "draw" // entropy came, a draw was made
	VoidDraw   review.Action = "void-draw"
	FallBack   review.Action = "fall-back" // the named source did not come
	Choose     review.Action = "choose"
	Conclude   review.Action = "conclude"
	Suspend    review.Action = "suspend"
	Resume     review.Action = "resume"
	Reselect   review.Action = "reselect" // an upheld objection struck a bid
	Award      review.Action = "award"
	Substitute review.Action = "substitute" // the winner refused, the first reserve steps in
	Terminate  review.Action = "terminate"

	// What internal/contract takes, by AdvanceTx.
	Contract    review.Action = "contract"
	Serve       review.Action = "serve" // the contract is filed
	Deliver     review.Action = "deliver"
	Revise      review.Action = "revise"
	Accept      review.Action = "accept"
	Evaluate    review.Action = "evaluate"
	EndContract review.Action = "end-contract"
)

// What stands in the course beside the steps: it moves nothing.
const (
	explained      review.Action = "explained"
	committed      review.Action = "committed"
	revealed       review.Action = "revealed"
	panelChanged   review.Action = "panel-changed"
	panelScored    review.Action = "panel-scored"
	lotteryDiffers review.Action = "lottery-differs"
	remindPanel    review.Action = "remind-panel"
	redated        review.Action = "redate"

	objected          review.Action = "object"
	objectionTaken    review.Action = "accept-objection"
	objectionNotTaken review.Action = "decline-objection"
	objectionUpheld   review.Action = "uphold-objection"
	objectionDenied   review.Action = "dismiss-objection"

	ContractAmended review.Action = "amend-contract"
	ReviewPassed    review.Action = "first-pass" // the authority's word on the result

	EvaluationGiven     review.Action = "give-evaluation" // the agency's: the purchaser's moves the procurement (Evaluate)
	EvaluationPublished review.Action = "publish-evaluation"
	EvaluationAppealed  review.Action = "appeal-evaluation"
	EvaluationDecided   review.Action = "decide-evaluation-appeal"
)

// Who takes a step.
const (
	Purchaser review.By = "purchaser"
	Agency    review.By = "agency"
	Operator  review.By = "operator"
	Expert    review.By = "expert"
	Objector  review.By = "objector" // anyone
	Officer   review.By = "officer"  // of the department that reviews the result
)

// Workflow is the table that every procurement follows.
var Workflow = review.Machine{
	Name: "采购",
	States: map[review.State]string{
		Open: "报名中", Selecting: "选取中", Publicity: "结果公示", Suspended: "中止", Awarded: "已中选",
		Contracted: "已签合同", InService: "服务中", Delivered: "已交付", Accepted: "已验收", Evaluated: "已评价",
		Withdrawn: "已撤回", Failed: "流标", Terminated: "已终止",
	},
	Labels: map[review.Action]string{
		Publish: "发布公告", Amend: "更正", Withdraw: "撤回", Freeze: "截止开标", Fail: "流标", Draw: "抽取", VoidDraw: "宣布抽取无效", FallBack: "改用备用熵源",
		Choose: "选定", Conclude: "得出结果", Suspend: "中止", Resume: "恢复", Reselect: "重新选取", Award: "中选", Substitute: "候补递补", Terminate: "终止",
		ToldExplainNeeded: "请说明报价", explained: "说明报价", ToldChooseNeeded: "请选定", committed: "作出承诺", revealed: "揭示", ToldPanelDrawn: "抽取专家", panelChanged: "专家替补",
		panelScored: "专家评分", ToldEntropyNeeded: "熵源没有取得", remindPanel: "专家不足", lotteryDiffers: "开奖结果不一致", redated: "公示期限重新计算", ToldAnswer: "答复提问",
		Contract: "签订合同", Serve: "合同备案", Deliver: "交付成果", Revise: "要求修改成果", Accept: "验收", Evaluate: "评价", EndContract: "合同终止",
		ContractAmended: "合同变更", ReviewPassed: "登记审查结果",
		EvaluationGiven: "机构评价业主", EvaluationPublished: "评价公开", EvaluationAppealed: "对评价提出申诉", EvaluationDecided: "评价申诉有了结论",
		objected: "提出异议", objectionTaken: "受理异议", objectionNotTaken: "不予受理异议", objectionUpheld: "异议成立", objectionDenied: "异议不成立",
	},
	Sides: map[review.By]string{Purchaser: "项目业主", Agency: "中介机构", Operator: "运营审核", Expert: "专家", Objector: "异议人", Officer: "行业主管", review.Clock: "到时"},
	Steps: []review.Step{
		{From: Open, Action: Amend, To: Open, By: Purchaser},
		{From: Open, Action: Withdraw, To: Withdrawn, By: Purchaser},
		{From: Open, Action: Freeze, To: Selecting, By: review.Clock},
		{From: Open, Action: Fail, To: Failed, By: review.Clock},
		{From: Selecting, Action: Draw, To: Selecting, By: review.Clock},
		{From: Selecting, Action: FallBack, To: Selecting, By: review.Clock},
		{From: Selecting, Action: VoidDraw, To: Selecting, By: Operator},
		{From: Selecting, Action: Choose, To: Publicity, By: Purchaser},
		{From: Selecting, Action: Conclude, To: Publicity, By: review.Clock},
		{From: Selecting, Action: Fail, To: Failed, By: review.Clock},
		{From: Selecting, Action: Terminate, To: Terminated, By: Operator},
		{From: Publicity, Action: Suspend, To: Suspended, By: Operator},
		{From: Publicity, Action: Award, To: Awarded, By: review.Clock},
		{From: Suspended, Action: Resume, To: Publicity, By: Operator},
		{From: Suspended, Action: Reselect, To: Selecting, By: Operator},
		{From: Suspended, Action: Terminate, To: Terminated, By: Operator},
		{From: Awarded, Action: Substitute, To: Awarded, By: Agency},
		{From: Awarded, Action: Substitute, To: Awarded, By: Purchaser},
		{From: Awarded, Action: Fail, To: Failed, By: Agency},
		{From: Awarded, Action: Fail, To: Failed, By: Purchaser},
		{From: Awarded, Action: Terminate, To: Terminated, By: Operator},
		{From: Awarded, Action: Contract, To: Contracted, By: Purchaser},
		{From: Awarded, Action: Contract, To: Contracted, By: Agency},
		{From: Contracted, Action: Serve, To: InService, By: Purchaser},
		{From: Contracted, Action: Serve, To: InService, By: Agency},
		{From: InService, Action: Deliver, To: Delivered, By: Agency},
		{From: Delivered, Action: Revise, To: InService, By: Purchaser},
		{From: Delivered, Action: Accept, To: Accepted, By: Purchaser},
		{From: Accepted, Action: Evaluate, To: Evaluated, By: Purchaser},
		{From: Accepted, Action: Evaluate, To: Evaluated, By: review.Clock},
		{From: Contracted, Action: EndContract, To: Terminated, By: Purchaser},
		{From: Contracted, Action: EndContract, To: Terminated, By: Agency},
		{From: Contracted, Action: EndContract, To: Terminated, By: Operator},
		{From: Contracted, Action: EndContract, To: Terminated, By: review.Clock},
		{From: InService, Action: EndContract, To: Terminated, By: Purchaser},
		{From: InService, Action: EndContract, To: Terminated, By: Agency},
		{From: InService, Action: EndContract, To: Terminated, By: Operator},
		{From: InService, Action: EndContract, To: Terminated, By: review.Clock},
		{From: Delivered, Action: EndContract, To: Terminated, By: Purchaser},
		{From: Delivered, Action: EndContract, To: Terminated, By: Agency},
		{From: Delivered, Action: EndContract, To: Terminated, By: Operator},
		{From: Delivered, Action: EndContract, To: Terminated, By: review.Clock},
	},
}
