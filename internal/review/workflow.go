package review

// The life of a submission (domain.md section 4).
const (
	Draft     State = "draft"
	Submitted State = "submitted"
	Returned  State = "returned"
	Rejected  State = "rejected"
	Accepted  State = "accepted" // passed; in publicity until it is published
	Published State = "published"
	Withdrawn State = "withdrawn"
)

const (
	Submit   Action = "submit"
	Withdraw Action = "withdraw" // taken back by the author: to be changed, or for good
	Discard  Action = "discard"
	Accept   Action = "accept"
	Return   Action = "return"
	Reject   Action = "reject"
	Publish  Action = "publish"
	Overturn Action = "overturn" // an objection was upheld
)

// Workflow is the table that every submission follows.
var Workflow = Machine{
	Name: "审核",
	States: map[State]string{
		Draft: "草稿", Submitted: "待审核", Returned: "退回修改", Rejected: "不予通过", Accepted: "公示中", Published: "已发布", Withdrawn: "已撤销",
	},
	Labels: map[Action]string{
		Submit: "提交", Withdraw: "撤回", Discard: "放弃", Accept: "通过", Return: "退回", Reject: "不予通过", Publish: "发布", Overturn: "因异议成立撤销",
	},
	Steps: []Step{
		{Draft, Submit, Submitted, Author},
		{Draft, Discard, Withdrawn, Author},
		{Submitted, Withdraw, Draft, Author},
		{Submitted, Accept, Accepted, Reviewer},
		{Submitted, Return, Returned, Reviewer},
		{Submitted, Reject, Rejected, Reviewer},
		{Returned, Submit, Submitted, Author},
		{Returned, Discard, Withdrawn, Author},
		{Accepted, Overturn, Returned, Reviewer},
		{Accepted, Publish, Published, Clock},
		{Accepted, Overturn, Returned, Clock}, // what was true when it passed is no longer
	},
}
