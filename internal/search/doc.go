// Package search owns the one search box: the index over service items, approval
// items, agencies, procurements, experts, departments, regions and announcements, its queries and
// suggestions. It does not own what it finds: every document is derived from the
// published tables (store_source.go) and the whole index can be rebuilt from them at
// any time ([Service.Reindex]).
//
// Rules:
//
//   - Found is what contains what was typed. Text is compared folded: full-width and
//     upper case count as half-width and lower case, spaces and punctuation do not
//     count at all. The index (GIN over character bigrams) only proposes; a substring
//     test decides, so there are no false hits.
//   - Words are joined by AND. A word also matches by its synonyms (synonyms.csv), by
//     the catalogue words it is made of (房屋鉴定 finds 房屋安全鉴定), by pinyin and by
//     initials. When nothing matches, homophones are tried (侧绘 finds 测绘), then any of
//     the words; the answer says so.
//   - Order: exact title, beginning of the title, in the title, synonym in the title, in
//     the fields that describe the record, elsewhere; items and approvals before a crowd
//     of agencies; then the order of the lists. An agency's introduction is its own
//     advertisement and is not searched: it would be stuffed with words.
//   - Work is bounded. Of each class of documents a query looks at so many at most
//     (plan.go); beyond it totals and facets say "more than".
//   - A change is searchable when it commits ([Service.Changed]); large deliveries are
//     noted in search_outbox in their own transaction and indexed by [Service.Drain].
//
// Tables: search_document, search_outbox, search_state.
package search
