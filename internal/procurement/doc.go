// Package procurement is the heart of the marketplace: a purchaser's need is published,
// bids are sealed until the deadline, one agency is selected by the method the notice
// named, and everyone can check how (domain.md sections 5 and 6).
//
// It owns the notice and its questions, amendments and withdrawal; eligibility and
// recusal; sealed bids and their opening; selection, panels and entropy; the result, its
// objections and the award. It does not own who may bid at all (agency), how credit is
// scored (credit), how a draw is computed (draw), or what follows the award (contract).
//
// Regulations: 优化营商环境条例 第43条; 招标投标法 第12条; 招标投标法实施条例 第34、39、40条
// (who may not bid beside whom); 公平竞争审查条例 第8、9条 (what a notice may not ask for).
//
// Tables: procurement, procurement_item, procurement_event, procurement_question,
// recusal_appeal, sealed_bid, sealed_bid_file, bid, bid_file, draw, drand_round, lottery_result,
// draw_commitment, panel_member, panel_score, procurement_objection, award.
package procurement
