// Package agency owns the intermediary agencies (中介机构): who they are, which items
// they provide, their qualifications (资质) and practitioners (执业人员).
//
// It does not own what an item is (catalog) nor how an agency has performed (credit).
//
// They get in, change and leave through the reviewed door (door.go), and officials
// restrict, suspend, remove and list them there, one proposing, another confirming. A
// certificate that ends suspends just the items it carries, a term that ends lifts the
// measure: both by the day on which someone reads, with no job between (docs/adr/0009).
//
// Tables: agency, agency_item, agency_qualification, agency_qualification_item,
// practitioner, agency_agent, agency_file, agency_affiliation, agency_listing,
// agency_bar, certificate_notice, agency_day. Entry is open to
// agencies from anywhere in the country (公平竞争审查条例 第8、9条): a region says where an
// agency is registered, never where it may work. Practitioners are shown masked
// (个人信息保护法 第28条).
package agency
