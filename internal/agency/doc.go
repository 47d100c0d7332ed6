// Package agency owns the intermediary agencies (中介机构): who they are, which items
// they provide, their qualifications (资质) and practitioners (执业人员).
//
// It does not own what an item is (catalog) nor how an agency has performed (credit).
//
// Tables: agency, agency_item, agency_qualification, practitioner. Entry is open to
// agencies from anywhere in the country (公平竞争审查条例 第8、9条): a region says where an
// agency is registered, never where it may work. Practitioners are shown masked
// (个人信息保护法 第28条).
package agency
