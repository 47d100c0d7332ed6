package contract

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"zjcs/internal/credit"
	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/authz"
	"zjcs/internal/platform/db"
	"zjcs/internal/platform/page"
	"zjcs/internal/platform/secret"
	"zjcs/internal/procurement"
	"zjcs/internal/purchaser"
	"zjcs/internal/review"
	"zjcs/internal/testkit"
)

// rated is a stage on which the two sides can be compared, with a second operator.
type rated struct {
	*stage
	operator2 *authz.Actor
}

func evaluating(t testing.TB) *rated {
	t.Helper()
	r := &rated{stage: setup(t)}
	vault, err := secret.NewVault(secret.NewKey())
	if err != nil {
		t.Fatal(err)
	}
	r.exec(`UPDATE purchaser SET contact_phone = $2 WHERE organisation_id = $1`, r.buyer, vault.Seal(purchaser.FieldPhone, "13600000001"))
	r.Procurement = procurement.New(procurement.Deps{Pool: r.pool, Vault: vault, Policy: r.Policy, Now: time.Now, Log: func(_ context.Context, _ db.Tx, e procurement.Entry) (uuid.UUID, error) {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.lines = append(r.lines, e)
		return uuid.Must(uuid.NewV7()), nil
	}})
	r.operator2 = r.cast.Person("周审核", testkit.At(authz.Operator, testkit.County))
	return r
}

func good(side Side, stars int) Opinion {
	o := Opinion{Stars: map[string]int{}, Reasons: map[string]string{}, Comment: "合作顺利"}
	for _, d := range DimensionsBy(side) {
		o.Stars[d.Key] = stars
		if stars < lowBelow {
			o.Reasons[d.Key] = "多次催促仍没有按约定完成"
		}
	}
	return o
}

func (r *rated) say(a *authz.Actor, contract uuid.UUID, o Opinion) (EvaluationBoard, error) {
	return r.Evaluate(r.as(a), EvaluateInput{Contract: contract, Opinion: o})
}

func (r *rated) sayBoth(contract uuid.UUID, purchasers, agencys int) EvaluationBoard {
	r.t.Helper()
	if _, err := r.say(r.firmAgent, contract, good(Agency, agencys)); err != nil {
		r.t.Fatal(err)
	}
	b, err := r.say(r.buyerAgent, contract, good(Purchaser, purchasers))
	return must(r.t, b, err)
}

// pass lets the term of evaluation have ended, by the database's clock.
func (r *rated) pass(contract uuid.UUID) {
	r.t.Helper()
	r.exec(`UPDATE contract_evaluation_term SET accepted_at = accepted_at - interval '60 days', until = clock_timestamp() - interval '1 second' WHERE contract_id = $1`, contract)
}

func (r *rated) mean() string {
	r.t.Helper()
	scores, err := credit.ScoresAt(r.t.Context(), r.pool, []uuid.UUID{r.agency}, time.Now().Add(time.Minute))
	if err != nil {
		r.t.Fatal(err)
	}
	return fmt.Sprintf("%s/%d", scores[r.agency].Mean, scores[r.agency].Evaluated)
}

func (b EvaluationBoard) by(side Side) []EvaluationView {
	return slices.DeleteFunc(slices.Clone(b.Evaluations), func(e EvaluationView) bool { return e.Side != side })
}

func (b EvaluationBoard) may(a review.Action) bool {
	return slices.ContainsFunc(b.AllowedActions, func(x EvaluationAllowed) bool { return x.Action == a })
}

// TestBlindExchange: what one side gave is nobody's to read, and does not move the score,
// until the other has given its own; then both are open at once.
func TestBlindExchange(t *testing.T) {
	t.Parallel()
	r := evaluating(t)
	d := r.completed()
	before := r.mean()
	b, err := r.say(r.buyerAgent, d.ID, good(Purchaser, 5))
	if err != nil || len(b.by(Purchaser)) != 1 || b.by(Purchaser)[0].State != EvaluationGiven || b.by(Purchaser)[0].Nonce != "" || b.may(Evaluate) {
		t.Fatalf("%v %+v", err, b)
	}
	if r.state() != "evaluated" || r.logged("evaluation-given") != 1 || r.mean() != before {
		t.Errorf("procurement %s, score %s", r.state(), r.mean())
	}
	for _, who := range []*authz.Actor{r.firmAgent, r.firmAdmin, r.operator, r.supervisor} {
		b, err := r.EvaluationsOf(r.as(who), d.ID)
		if err != nil || len(b.Evaluations) != 0 || b.Standing[0].State != EvaluationGiven {
			t.Errorf("%s reads %+v, %v", who.Name, b.Evaluations, err)
		}
	}
	for _, who := range r.strangers {
		_, err := r.EvaluationsOf(r.as(who), d.ID)
		wants(t, err, apperr.NotFound)
	}
	list, err := r.AgencyEvaluations(t.Context(), r.agency, page.Request{})
	if err != nil || len(list.Items) != 0 {
		t.Errorf("the public reads %+v, %v", list.Items, err)
	}
	for _, l := range r.lines {
		if l.Kind == "evaluation-given" && (strings.Contains(bodyText(l.Body), "stars") || strings.Contains(bodyText(l.Body), "合作顺利")) {
			t.Errorf("the log tells %v", l.Body)
		}
	}
	_, err = r.say(r.buyerAdmin, d.ID, good(Purchaser, 1))
	wants(t, err, apperr.Conflict)
	b = must2b(t)(r.say(r.firmAgent, d.ID, good(Agency, 4)))
	if len(b.Evaluations) != 2 || b.by(Purchaser)[0].State != EvaluationPublished || b.by(Agency)[0].State != EvaluationPublished || r.logged("evaluation-published") != 2 {
		t.Fatalf("%+v", b.Evaluations)
	}
	if r.mean() != "4.167/1" { // (5 × 4 + 5)/6
		t.Errorf("score %s", r.mean())
	}
	digest, err := good(Purchaser, 5).Digest(b.by(Purchaser)[0].Nonce, d.Number, Purchaser)
	if err != nil || digest != b.by(Purchaser)[0].Digest {
		t.Error("what was published is not what the log bound")
	}
	list = mustPage(t)(r.AgencyEvaluations(t.Context(), r.agency, page.Request{}))
	if len(list.Items) != 1 || list.Items[0].Mean != "5.00" || !list.Items[0].Counts || list.Items[0].Purchaser != "盐湖热力有限公司" {
		t.Errorf("%+v", list.Items)
	}
}

func bodyText(body any) string {
	if raw, ok := body.(json.RawMessage); ok {
		return string(raw)
	}
	return fmt.Sprint(body)
}

func must2b(t testing.TB) func(EvaluationBoard, error) EvaluationBoard {
	return func(b EvaluationBoard, err error) EvaluationBoard {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
}

func mustPage(t testing.TB) func(page.Page[PublicEvaluation], error) page.Page[PublicEvaluation] {
	return func(p page.Page[PublicEvaluation], err error) page.Page[PublicEvaluation] {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
}

// TestWhoEvaluates: the two sides of an accepted contract, and nobody else.
func TestWhoEvaluates(t *testing.T) {
	t.Parallel()
	r := evaluating(t)
	d := r.delivered()
	_, err := r.say(r.buyerAgent, d.ID, good(Purchaser, 5))
	wants(t, err, apperr.Conflict) // not accepted yet
	d = must2(t)(r.Accept(r.as(r.buyerAgent), AnswerDeliveryInput{Contract: d.ID, Delivery: d.latest(1)}))
	for _, who := range []*authz.Actor{r.operator, r.supervisor, r.officer} {
		_, err := r.say(who, d.ID, good(Purchaser, 5))
		wants(t, err, apperr.Forbidden)
	}
	_, err = r.say(r.strangers[0], d.ID, good(Agency, 5))
	wants(t, err, apperr.NotFound)
	_, err = r.Evaluate(t.Context(), EvaluateInput{Contract: d.ID, Opinion: good(Purchaser, 5)})
	wants(t, err, apperr.Unauthenticated)
	both := r.cast.Person("两头办", testkit.In(authz.PurchaserAgent, r.buyer), testkit.In(authz.AgencyAgent, r.firmOrg))
	_, err = r.say(both, d.ID, good(Purchaser, 5))
	wants(t, err, apperr.Forbidden)
	_, err = r.say(r.buyerAgent, d.ID, good(Agency, 5)) // the other side's dimensions
	wants(t, err, apperr.Invalid)
}

// TestTheTerm: by the database's clock; when it is over nobody evaluates, what was given
// opens, and the procurement goes on without the purchaser's.
func TestTheTerm(t *testing.T) {
	t.Parallel()
	r := evaluating(t)
	d := r.completed()
	var days int
	r.scan(`SELECT (until AT TIME ZONE 'Asia/Shanghai')::date - (accepted_at AT TIME ZONE 'Asia/Shanghai')::date FROM contract_evaluation_term WHERE contract_id = $1`, []any{d.ID}, &days)
	if days < 13 { // ten working days and their weekends
		t.Errorf("the term has %d days", days)
	}
	r.exec(`UPDATE contract_evaluation_term SET until = clock_timestamp() + interval '4 days' WHERE contract_id = $1`, d.ID)
	tick(t, r)
	tick(t, r)
	if n := r.toldOf("evaluate-due"); n != 2 { // both sides, once
		t.Errorf("%d reminders", n)
	}
	r.exec(`UPDATE contract_evaluation_term SET until = clock_timestamp() + interval '20 hours' WHERE contract_id = $1`, d.ID)
	if _, err := r.say(r.firmAgent, d.ID, good(Agency, 2)); err != nil {
		t.Fatal(err)
	}
	tick(t, r)
	if n := r.toldOf("evaluate-due"); n != 3 {
		t.Errorf("%d reminders: who has given his own needs none", n)
	}
	r.pass(d.ID)
	_, err := r.say(r.buyerAgent, d.ID, good(Purchaser, 5)) // before any job has looked
	wants(t, err, apperr.Conflict)
	if err == nil || !strings.Contains(err.Error(), "客观记录") {
		t.Error(err)
	}
	var wg sync.WaitGroup
	for range 3 { // instances
		wg.Go(func() {
			if err := r.TickEvaluations(context.WithoutCancel(t.Context())); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	b := must2b(t)(r.EvaluationsOf(r.as(r.buyerAgent), d.ID))
	if r.state() != "evaluated" || r.logged("evaluation-lapsed") != 1 || r.logged("evaluation-published") != 1 || len(b.by(Agency)) != 1 || b.Standing[0].State != EvaluationLapsed {
		t.Errorf("%s %+v", r.state(), b)
	}
	if b.may(Evaluate) || !b.may(ReplyEvaluation) {
		t.Errorf("%+v", b.AllowedActions)
	}
	if r.mean() != "4.000/0" {
		t.Error(r.mean())
	}
}

func tick(t *testing.T, r *rated) {
	t.Helper()
	if err := r.TickEvaluations(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// TestFewStarsNeedTheirReason, and nothing in the words that must not be published.
func TestFewStarsNeedTheirReason(t *testing.T) {
	t.Parallel()
	r := evaluating(t)
	d := r.completed()
	for field, change := range map[string]func(*Opinion){
		"reasons.quality":  func(o *Opinion) { o.Stars["quality"] = 2 },
		"reasons.attitude": func(o *Opinion) { o.Stars["attitude"], o.Reasons["attitude"] = 1, "态度很差" },
		"stars.fee":        func(o *Opinion) { o.Stars["fee"] = 6 },
		"stars.conduct":    func(o *Opinion) { delete(o.Stars, "conduct") },
		"stars":            func(o *Opinion) { o.Stars["taste"] = 5 },
		"comment":          func(o *Opinion) { o.Comment = "请找小王 13812345678" },
		"reasons.fee":      func(o *Opinion) { o.Reasons["fee"] = "王" + strings.Repeat("长", maxReasonText) },
		"reasons.conduct":  func(o *Opinion) { o.Reasons["conduct"] = "a@b.cn" },
	} {
		o := good(Purchaser, 4)
		change(&o)
		_, err := r.say(r.buyerAgent, d.ID, o)
		wants(t, err, apperr.Invalid, field)
	}
	o := good(Purchaser, 3)
	o.Stars["fee"], o.Reasons["fee"], o.Comment = 2, "另外收了打印费和交通费，合同里没有", ""
	if _, err := r.say(r.buyerAgent, d.ID, o); err != nil {
		t.Error(err)
	}
}

// TestTwoAtOnce: of two colleagues who evaluate at the same moment one is heard; of the two
// sides both are, and both are published once.
func TestTwoAtOnce(t *testing.T) {
	t.Parallel()
	r := evaluating(t)
	d := r.completed()
	said := []struct {
		who *authz.Actor
		o   Opinion
	}{{r.buyerAgent, good(Purchaser, 5)}, {r.buyerAdmin, good(Purchaser, 1)}, {r.firmAgent, good(Agency, 5)}, {r.firmAdmin, good(Agency, 1)}}
	results := make([]error, len(said))
	var wg sync.WaitGroup
	for i, s := range said {
		ctx := r.as(s.who)
		wg.Go(func() { _, results[i] = r.Evaluate(ctx, EvaluateInput{Contract: d.ID, Opinion: s.o}) })
	}
	wg.Wait()
	refused := 0
	for _, err := range results {
		if apperr.CodeOf(err) == apperr.Conflict {
			refused++
		} else if err != nil {
			t.Error(err)
		}
	}
	if refused != 2 || r.logged("evaluation-published") != 2 {
		t.Errorf("%v: %d refused, %d published", errors.Join(results...), refused, r.logged("evaluation-published"))
	}
	var n int
	r.scan(`SELECT count(*) FROM credit_evaluation WHERE agency_id = $1`, []any{r.agency}, &n)
	if n != 1 {
		t.Errorf("%d count", n)
	}
}

// TestReply: once, by the evaluated side alone, and in public.
func TestReply(t *testing.T) {
	t.Parallel()
	r := evaluating(t)
	d := r.completed()
	b := r.sayBoth(d.ID, 2, 5)
	id := b.by(Purchaser)[0].ID
	_, err := r.Reply(r.as(r.buyerAgent), id, "我们自己说的")
	wants(t, err, apperr.Conflict)
	_, err = r.Reply(r.as(r.strangers[0]), id, "路过看看，说两句")
	wants(t, err, apperr.NotFound)
	_, err = r.Reply(r.as(r.firmAgent), id, "电话联系 13812345678")
	wants(t, err, apperr.Invalid, "text")
	must2b(t)(r.Reply(r.as(r.firmAgent), id, "资料晚到了两周，已向业主说明"))
	_, err = r.Reply(r.as(r.firmAdmin), id, "再补充一句也不行")
	wants(t, err, apperr.Conflict)
	list := mustPage(t)(r.AgencyEvaluations(t.Context(), r.agency, page.Request{}))
	byID, err := r.Published(t.Context(), []uuid.UUID{id, b.by(Agency)[0].ID, uuid.New()})
	if err != nil || len(byID) != 1 || byID[id].Reply == "" { // what the agency said of the purchaser is not among them
		t.Errorf("%+v %v", byID, err)
	}
	if list.Items[0].Reply != "资料晚到了两周，已向业主说明" || list.Items[0].Stars[0].Reason == "" {
		t.Errorf("%+v", list.Items[0])
	}
}

// TestAppealUpheldThenCorrected: the struck one counts no longer, its author says it anew,
// that counts, and all of it stays in the history.
func TestAppealUpheldThenCorrected(t *testing.T) {
	t.Parallel()
	r := evaluating(t)
	d := r.completed()
	b := r.sayBoth(d.ID, 1, 5)
	if r.mean() != "3.500/1" { // (20 + 1)/6
		t.Fatal(r.mean())
	}
	id := b.by(Purchaser)[0].ID
	_, err := r.Appeal(r.as(r.buyerAgent), AppealInput{Evaluation: id, Reason: "自己申诉自己的评价"})
	wants(t, err, apperr.Conflict)
	b = must2b(t)(r.Appeal(r.as(r.firmAgent), AppealInput{Evaluation: id, Reason: "成果按期交付，有签收单为证", Files: []uuid.UUID{r.upload(r.firmAgent)}}))
	a := b.by(Purchaser)[0].Appeal
	if a == nil || len(a.Files) != 1 || r.mean() != "3.500/1" || !b.may(WithdrawAppeal) || b.may(AppealEvaluation) {
		t.Fatalf("%+v", b)
	}
	_, err = r.Appeal(r.as(r.firmAdmin), AppealInput{Evaluation: id, Reason: "再申诉一次看看"})
	wants(t, err, apperr.Conflict)
	desk, err := r.OpenAppeals(r.as(r.operator), page.Request{})
	if err != nil || len(desk.Items) != 1 || len(desk.Items[0].Appeal.Files) != 1 || desk.Items[0].ContractNumber != d.Number {
		t.Fatalf("%+v %v", desk, err)
	}
	other, err := r.OpenAppeals(r.as(r.strangers[1]), page.Request{})
	if err != nil || len(other.Items) != 0 {
		t.Errorf("another county's operator sees %+v, %v", other.Items, err)
	}
	in := DecideAppealInput{Appeal: a.ID, Upheld: true, Answer: "签收单证明按期交付，评价与事实不符"}
	for who, code := range map[*authz.Actor]apperr.Code{r.supervisor: apperr.Forbidden, r.strangers[1]: apperr.NotFound, r.buyerAgent: apperr.Forbidden, r.firmAgent: apperr.Forbidden} {
		_, err := r.DecideAppeal(r.as(who), in)
		wants(t, err, code)
	}
	hats := r.cast.Person("两顶帽子", testkit.At(authz.Operator, testkit.County), testkit.In(authz.AgencyAgent, r.firmOrg))
	_, err = r.DecideAppeal(r.as(hats), in)
	wants(t, err, apperr.Forbidden)
	_, err = r.DecideAppeal(r.as(r.operator), DecideAppealInput{Appeal: a.ID, Upheld: true, Answer: "是"})
	wants(t, err, apperr.Invalid, "answer")
	results := make([]error, 2) // two operators at once
	var wg sync.WaitGroup
	for i, who := range []*authz.Actor{r.operator, r.operator2} {
		ctx := r.as(who)
		wg.Go(func() { _, results[i] = r.DecideAppeal(ctx, in) })
	}
	wg.Wait()
	if (results[0] == nil) == (results[1] == nil) {
		t.Fatalf("%v", results)
	}
	if r.mean() != "4.000/0" || r.logged("evaluation-appeal-decided") != 1 {
		t.Errorf("score %s", r.mean())
	}
	list := mustPage(t)(r.AgencyEvaluations(t.Context(), r.agency, page.Request{}))
	if e := list.Items[0]; e.State != EvaluationStruck || e.Comment != "" || len(e.Stars) != 0 || !strings.Contains(e.WhyNot, "与事实不符") || e.Counts {
		t.Errorf("%+v", e)
	}
	_, err = r.Correct(r.as(r.firmAgent), CorrectInput{Evaluation: id, Opinion: good(Purchaser, 5)})
	wants(t, err, apperr.Conflict)
	b = must2b(t)(r.Correct(r.as(r.buyerAgent), CorrectInput{Evaluation: id, Opinion: good(Purchaser, 4)}))
	if got := b.by(Purchaser); len(got) != 2 || got[0].State != EvaluationCorrected || got[0].Comment == "" || got[1].Corrects == nil || *got[1].Corrects != id || r.mean() != "4.000/1" {
		t.Fatalf("%s %+v", r.mean(), got)
	}
	_, err = r.Correct(r.as(r.buyerAgent), CorrectInput{Evaluation: id, Opinion: good(Purchaser, 1)})
	wants(t, err, apperr.Conflict)
	var past string // what was scored before stays as it was
	scores, err := credit.ScoresAt(t.Context(), r.pool, []uuid.UUID{r.agency}, *b.by(Purchaser)[0].PublishedAt)
	if err != nil {
		t.Fatal(err)
	}
	if past = scores[r.agency].Mean; past != "3.500" {
		t.Errorf("the past now says %s", past)
	}
	// A corrected one can be appealed against too; struck again it is not corrected again.
	second := b.by(Purchaser)[1].ID
	b = must2b(t)(r.Appeal(r.as(r.firmAgent), AppealInput{Evaluation: second, Reason: "更正后的仍然与事实不符"}))
	again := b.by(Purchaser)[1].Appeal.ID
	must2b(t)(r.DecideAppeal(r.as(r.operator), DecideAppealInput{Appeal: again, Upheld: true, Answer: "更正后的评价仍与签收单不符"}))
	_, err = r.Correct(r.as(r.buyerAgent), CorrectInput{Evaluation: second, Opinion: good(Purchaser, 5)})
	wants(t, err, apperr.Conflict)
	if r.mean() != "4.000/0" {
		t.Error(r.mean())
	}
}

// TestAppealDismissedLateAndWithdrawn: what is dismissed or withdrawn leaves the evaluation
// as it was; each term is the database's.
func TestAppealDismissedLateAndWithdrawn(t *testing.T) {
	t.Parallel()
	r := evaluating(t)
	d := r.completed()
	b := r.sayBoth(d.ID, 2, 2)
	theirs, own := b.by(Agency)[0].ID, b.by(Purchaser)[0].ID
	b = must2b(t)(r.Appeal(r.as(r.buyerAgent), AppealInput{Evaluation: theirs, Reason: "付款凭证证明按时付款"}))
	appeal := b.by(Agency)[0].Appeal.ID
	r.exec(`UPDATE contract_evaluation_appeal SET due_at = clock_timestamp() - interval '1 second'`)
	tick(t, r)
	tick(t, r)
	if r.toldOf("evaluation-appeal-late") != 1 {
		t.Errorf("told %d times", r.toldOf("evaluation-appeal-late"))
	}
	must2b(t)(r.DecideAppeal(r.as(r.operator), DecideAppealInput{Appeal: appeal, Answer: "凭证的日期晚于约定，评价属实"}))
	_, err := r.DecideAppeal(r.as(r.operator2), DecideAppealInput{Appeal: appeal, Upheld: true, Answer: "换个人再来审一次"})
	wants(t, err, apperr.Conflict)
	b = must2b(t)(r.Appeal(r.as(r.firmAgent), AppealInput{Evaluation: own, Reason: "先提出来，再考虑一下"}))
	id := b.by(Purchaser)[0].Appeal.ID
	_, err = r.WithdrawAppeal(r.as(r.buyerAgent), id)
	wants(t, err, apperr.Conflict)
	b = must2b(t)(r.WithdrawAppeal(r.as(r.firmAgent), id))
	if b.by(Purchaser)[0].State != EvaluationPublished || b.by(Purchaser)[0].Appeal.State != AppealWithdrawn || b.may(AppealEvaluation) {
		t.Errorf("%+v", b)
	}
	r2 := evaluating(t)
	d2 := r2.completed()
	late := r2.sayBoth(d2.ID, 2, 2)
	r2.exec(`UPDATE contract_evaluation SET published_at = published_at - interval '40 days'`)
	_, err = r2.Appeal(r2.as(r2.firmAgent), AppealInput{Evaluation: late.by(Purchaser)[0].ID, Reason: "过了期限才想起来"})
	wants(t, err, apperr.Conflict)
}

// TestSelfDealing: of a purchaser and an agency that are one, what they say is kept and
// shown, says why it does not count, and never enters a score.
func TestSelfDealing(t *testing.T) {
	t.Parallel()
	r := evaluating(t)
	d := r.completed()
	r.exec(`UPDATE agency SET legal_representative = '郑业主' WHERE id = $1`, r.agency)
	b := r.sayBoth(d.ID, 5, 5)
	for _, e := range b.Evaluations {
		if e.Counts || !strings.Contains(e.WhyNot, "法定代表人") {
			t.Errorf("%+v", e)
		}
	}
	if r.mean() != "4.000/0" {
		t.Error(r.mean())
	}
	rating, err := r.RatingOf(r.as(r.firmAgent), r.procurement)
	if err != nil || rating.Score.N != 0 || len(rating.Said) != 1 {
		t.Errorf("%+v %v", rating, err)
	}
	list := mustPage(t)(r.AgencyEvaluations(t.Context(), r.agency, page.Request{}))
	if len(list.Items) != 1 || list.Items[0].Counts || list.Items[0].WhyNot == "" {
		t.Errorf("%+v", list.Items)
	}
	// An appeal against one that never counted changes no score either.
	b = must2b(t)(r.Appeal(r.as(r.firmAgent), AppealInput{Evaluation: b.by(Purchaser)[0].ID, Reason: "这条评价不是本单位人员所写"}))
	must2b(t)(r.DecideAppeal(r.as(r.operator), DecideAppealInput{Appeal: b.by(Purchaser)[0].Appeal.ID, Upheld: true, Answer: "查明不是业主人员所写"}))
}

// TestANaturalPersonIsMasked in what the public and agencies read.
func TestANaturalPersonIsMasked(t *testing.T) {
	t.Parallel()
	r := evaluating(t)
	d := r.completed()
	r.exec(`UPDATE organisation SET kind = 'natural_person', name = '欧阳建国' WHERE id = $1`, r.buyer)
	r.exec(`UPDATE procurement SET purchaser = '欧阳建国' WHERE id = $1`, r.procurement)
	if _, err := r.say(r.firmAgent, d.ID, Opinion{Stars: good(Agency, 5).Stars, Comment: "欧阳建国付款及时"}); err != nil {
		t.Fatal(err)
	}
	b := must2b(t)(r.say(r.buyerAgent, d.ID, Opinion{Stars: good(Purchaser, 5).Stars, Comment: "我是欧阳建国，满意"}))
	must2b(t)(r.Reply(r.as(r.firmAgent), b.by(Purchaser)[0].ID, "感谢欧阳建国的肯定"))
	list := mustPage(t)(r.AgencyEvaluations(t.Context(), r.agency, page.Request{}))
	rating, err := r.RatingOf(r.as(r.strangers[0]), r.procurement) // another agency
	if err != nil {
		t.Fatal(err)
	}
	if shown := fmt.Sprintf("%+v %+v", list, rating); strings.Contains(shown, "欧阳建国") || !strings.Contains(shown, "欧**国") {
		t.Error(shown)
	}
}

// TestOpinionsAreExact: the weights of each side make a whole, and all stars the same are
// that many.
func TestOpinionsAreExact(t *testing.T) {
	t.Parallel()
	for _, side := range []Side{Purchaser, Agency} {
		for n := 1; n <= 5; n++ {
			if got := good(side, n).Hundredths(side); got != n*100 {
				t.Errorf("%s %d stars: %d", side, n, got)
			}
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		o := Opinion{Stars: map[string]int{}}
		for _, d := range ofAgency {
			o.Stars[d.Key] = rapid.IntRange(1, 5).Draw(t, d.Key)
		}
		s := credit.Of(credit.Basis{Evaluations: []credit.Evaluation{o.forCredit(uuid.New())}})
		want := fmt.Sprintf("%.3f", float64(2000+o.Hundredths(Purchaser))/600)
		if diff := s.Mean != want; diff && !strings.HasSuffix(fmt.Sprintf("%.4f", float64(2000+o.Hundredths(Purchaser))/600), "5") {
			t.Fatalf("%v: %s, want %s", o.Stars, s.Mean, want)
		}
	})
}
