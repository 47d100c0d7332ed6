// Package credit scores agencies (domain.md section 8): base 95, purchasers' evaluations,
// regulators' records and measured facts make a score from 0 to 120 and a grade.
//
// It owns the rubric, the records, the evaluations and the facts, and how a score is made
// of them. It does not own the states that a grade leads to (agency), what they keep an agency
// from (procurement), or where an evaluation or a fact comes from (contract).
//
// A score follows from the rows alone, so that the same rows always give the same score,
// also for a past day. What it comes to today is kept beside (credit_standing), written in
// the transaction of each change and equal to what the rows make: lists are ordered by it.
// A grade that falls leads to measures in the agency's life, and is told to the public log
// and to the agency (docs/adr/0017).
//
// What people decide, the desk keeps: records from proposal to publication, their repair and
// appeal, the rubric's versions, statutory bans, practitioners' records (docs/adr/0018).
//
// Regulations: 优化营商环境条例 第43条 (服务评价); 国办发〔2015〕31号 (信用体系);
// 企业信息公示暂行条例 第17、18条 (an end to what is held against one); 安全生产法 第92条、环境影响评价法 第32条、资产评估法 第47条 (bans).
//
// Tables: credit_rubric, credit_record, credit_evaluation, credit_fact, credit_standing,
// credit_change, credit_effect, credit_news, credit_record_event, credit_record_file, credit_ban,
// credit_practitioner_record.
package credit
