// Package selection holds the seven methods of selection (domain.md section 5) as pure
// functions: the frozen bids and the key of the draw go in, every bid's place and the
// working that shows it come out. No tables, no I/O, no clock, no chance of its own, so
// that anyone who has the evidence file computes the same again (Verify).
//
// Ties go to the draw alone: draw.Run over the whole pool, and the order in which the
// numbers come decides (purpose "order"). All draws of one procurement use one key.
//
// Regulations: 招标投标法实施条例 第42、51条 (what disqualifies a bid, doubtful low quotes);
// 评标委员会和评标方法暂行规定 第21条 (a quote below cost must be explained).
package selection
