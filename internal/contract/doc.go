// Package contract is what follows an award (domain.md sections 4, 5 and 8): the contract
// drafted from it and confirmed by both sides, its filing, amendments, the clock of the
// promised days, deliverables, acceptance, payments and termination, and what the two sides
// say of each other afterwards.
//
// It owns what the two sides agreed and what became of it. It moves the procurement by
// procurement.AdvanceTx, along the procurement's own table, and hands measured facts to
// credit.MeasureTx; how a score is made of them is credit's.
//
// Regulations: 招标投标法 第46条 (within thirty days of the award, in keeping with it);
// 优化营商环境条例 第43条 (promised days and price are kept in public);
// 保障中小企业款项支付条例 第9、17条 (payment in 30 days, by contract in 60; late interest).
//
// Tables: contract, contract_version, contract_confirmation, contract_stop,
// contract_delivery, contract_first_pass, contract_payment, contract_termination,
// contract_file, contract_event, contract_reminder, contract_evaluation_term,
// contract_evaluation, contract_evaluation_appeal.
package contract
