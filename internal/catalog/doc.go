// Package catalog owns what may be asked of an applicant: the service items (中介服务
// 事项), the approval items (审批事项) they serve, the departments (行业主管部门) that
// decide those, and the regions (区划).
//
// It does not own who provides an item (agency) nor what it may cost (fee).
//
// Tables: region, department, approval_item, service_item, service_item_approval,
// service_item_department. Rule: an item without legal basis cannot be demanded of an
// applicant (优化营商环境条例 第43条).
package catalog
