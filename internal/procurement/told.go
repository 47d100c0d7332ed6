package procurement

import "zjcs/internal/review"

// What is told beside the steps of Workflow.
const (
	ToldExplainNeeded     review.Action = "explain-needed" // a low quote, to its bidder
	ToldChooseNeeded      review.Action = "choose-needed"  // to the purchaser
	ToldQuestion          review.Action = "question"
	ToldAnswer            review.Action = "answer"
	ToldPanelDrawn        review.Action = "panel-drawn" // to the experts drawn
	ToldEntropyNeeded     review.Action = "entropy-needed"
	ToldObjection         review.Action = "objection"
	ToldObjectionLate     review.Action = "objection-late" // to those who should have answered
	ToldObjectionAnswered review.Action = "objection-answered"
	ToldStanding          review.Action = "standing" // to those who were not selected
	ToldAwardRefused      review.Action = "award-refused"
	ToldCreditDue         review.Action = "credit-due" // a refusal that no rubric entry covers: to the operators
)
