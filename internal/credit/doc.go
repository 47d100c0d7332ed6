// Package credit scores agencies (domain.md section 8): base 95, purchasers' evaluations,
// regulators' records and measured facts make a score from 0 to 120 and a grade.
//
// It owns the rubric, the records, the evaluations and the facts, and how a score is made
// of them. It does not own what a grade leads to (agency's states, procurement's methods)
// or where an evaluation or a fact comes from (contract).
//
// A score is worked out from the rows each time and kept nowhere, so that the same rows
// always give the same score, also for a past day.
//
// Regulations: 优化营商环境条例 第43条 (服务评价); 国办发〔2015〕31号 (信用体系);
// 企业信息公示暂行条例 第17、18条 (an end to what is held against one).
//
// Tables: credit_rubric, credit_record, credit_evaluation, credit_fact.
package credit
