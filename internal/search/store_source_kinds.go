package search

import (
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
)

// realFirst puts real records before 示例数据 of the same kind.
const realFirst = 1 << 20

// today is the day on which a document is made. What of an agency ends by the day is left
// out from then on; the agency's daily job has the document made anew.
const today = `(now() AT TIME ZONE 'Asia/Shanghai')::date`

// maker is how documents of a kind are read: the query, with %s for the condition on t,
// and what is made of a row.
func (s *source) maker(kind Kind) (func(pgx.Rows) (Document, error), string) {
	switch kind {
	case ServiceItem:
		return s.item, `
			SELECT t.id::text, t.code, t.name, t.sector, t.result_document, t.fee_type, t.required_qualification, t.legal_basis,
			       t.fee_reference, t.notes, t.demo,
			       ARRAY(SELECT a.name FROM service_item_approval x JOIN approval_item a ON a.id = x.approval_id WHERE x.item_id = t.id ORDER BY x.ordinal),
			       ARRAY(SELECT d.name FROM service_item_department x JOIN department d ON d.id = x.department_id WHERE x.item_id = t.id ORDER BY x.ordinal)
			FROM service_item t WHERE t.state = 'published' AND %s ORDER BY t.code`
	case ApprovalItem:
		return s.approval, `
			SELECT t.id::text, t.code, t.name, ARRAY(SELECT x.item_id::text FROM service_item_approval x WHERE x.approval_id = t.id)
			FROM approval_item t WHERE %s ORDER BY t.code`
	case Department:
		return s.department, `
			SELECT t.id::text, t.name, t.region_code, ARRAY(SELECT x.item_id::text FROM service_item_department x WHERE x.department_id = t.id)
			FROM department t WHERE %s ORDER BY t.region_code, t.name`
	case Region:
		return s.region, `SELECT t.code FROM region t WHERE %s ORDER BY t.code`
	case Announcement:
		return s.announcement, `
			SELECT t.id::text, t.kind, t.title, t.body, t.region_code, to_char(t.published_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD'),
			       (extract(epoch FROM t.published_at) / 3600)::integer, t.demo
			FROM announcement t WHERE %s ORDER BY t.published_at DESC, t.id DESC`
	case Expert:
		return s.expert, `
			SELECT t.id::text, t.name, t.employer, t.title, t.specialties, coalesce(t.region_code, ''), t.demo
			FROM expert t WHERE t.state = 'listed' AND t.confirmed_until >= (now() AT TIME ZONE 'Asia/Shanghai')::date AND %s ORDER BY t.id DESC`
	case Procurement:
		return s.procurement, `
			SELECT t.id::text, t.number, t.title, CASE o.kind WHEN 'natural_person' THEN '' ELSE t.purchaser END, t.region_code,
			       to_char(t.published_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD'), (extract(epoch FROM t.published_at) / 3600)::integer, t.demo,
			       ARRAY(SELECT x.item_id::text FROM procurement_item x WHERE x.procurement_id = t.id ORDER BY x.ordinal),
			       coalesce(t.project_code, ''), coalesce(t.terms ->> 'scope', ''), coalesce(t.terms ->> 'result', '')
			FROM procurement t JOIN organisation o ON o.id = t.org_id WHERE %s ORDER BY t.published_at DESC, t.id DESC`
	default:
		return s.agency, `
			SELECT t.id::text, t.uscc, t.name, coalesce(t.region_code, ''), t.domicile, t.address, t.legal_representative,
			       t.admitted_on - date '2000-01-01', t.demo,
			       ARRAY(SELECT x.item_id::text FROM agency_item x WHERE x.agency_id = t.id AND (x.carried IS NULL OR x.carried @> ` + today + `)),
			       ARRAY(SELECT DISTINCT x.name || x.level FROM agency_qualification x WHERE x.agency_id = t.id ORDER BY 1)
			FROM agency t WHERE t.state IN ('admitted','restricted','suspended') AND (t.state <> 'suspended' OR t.state_until < ` + today + `) AND %s ORDER BY t.id DESC`
	}
}

func (s *source) item(row pgx.Rows) (Document, error) {
	var result, fee, required, reference, notes, sector string
	var basis, approvals, departments []string
	d := Document{Ref: Ref{Kind: ServiceItem}, Regions: s.tree.root()}
	err := row.Scan(&d.Key, &d.Code, &d.Title, &sector, &result, &fee, &required, &basis, &reference, &notes, &d.Demo, &approvals, &departments)
	d.Address, d.Sectors, d.Rank = d.Code, []string{sector}, codeRank(d.Code)
	d.Subtitle = joined(sector, result)
	d.Fields = []Field{
		strong("服务的审批事项", approvals...), strong("服务成果", result), strong("行业领域", sector), strong("主管部门", departments...),
		weak("设定依据", basis...), weak("资质要求", required), weak("收费文件", reference), weak("收费方式", fee), weak("备注", notes),
	}
	return d, err
}

func (s *source) approval(row pgx.Rows) (Document, error) {
	var items []string
	d := Document{Ref: Ref{Kind: ApprovalItem}, Regions: s.tree.root()}
	err := row.Scan(&d.Key, &d.Code, &d.Title, &items)
	var names []string
	names, d.Sectors = s.named(items)
	d.Address, d.Rank = d.Code, codeRank(d.Code)
	d.Subtitle = fmt.Sprintf("需要 %d 项中介服务", len(names))
	d.Fields = []Field{strong("需要的中介服务", names...)}
	return d, err
}

func (s *source) department(row pgx.Rows) (Document, error) {
	var region string
	var items []string
	d := Document{Ref: Ref{Kind: Department}}
	err := row.Scan(&d.Key, &d.Title, &region, &items)
	var names []string
	names, d.Sectors = s.named(items)
	d.Address, d.Regions, d.Rank = d.Key, s.tree.path(region), int32(len(names))
	d.Subtitle = joined(strings.Join(s.tree.names(d.Regions[:1]), ""), fmt.Sprintf("主管 %d 项中介服务事项", len(names)))
	d.Fields = []Field{strong("所在区划", s.tree.names(d.Regions)...), weak("主管的中介服务事项", names...)}
	return d, err
}

var regionKinds = map[string]string{"city": "设区的市", "district": "市辖区", "county": "县", "county_level_city": "县级市", "development_zone": "开发区"}

func (s *source) region(row pgx.Rows) (Document, error) {
	d := Document{Ref: Ref{Kind: Region}}
	err := row.Scan(&d.Key)
	r := s.tree[d.Key]
	d.Address, d.Code, d.Title, d.Regions = r.Code, r.Code, r.Name, s.tree.path(r.Code)
	d.Subtitle = joined(regionKinds[r.Kind], strings.Join(s.tree.names(d.Regions[1:]), "，"))
	d.Fields = []Field{strong("类别", regionKinds[r.Kind])}
	return d, err
}

var announcementKinds = map[string]string{"notice": "通知公告", "policy": "政策文件", "guide": "办事指南"}

func (s *source) announcement(row pgx.Rows) (Document, error) {
	var kind, body, region, day string
	d := Document{Ref: Ref{Kind: Announcement}}
	err := row.Scan(&d.Key, &kind, &d.Title, &body, &region, &day, &d.Rank, &d.Demo)
	d.Address, d.Regions = d.Key, s.tree.path(region)
	d.Subtitle = joined(announcementKinds[kind], day)
	d.Fields = []Field{strong("类别", announcementKinds[kind]), weak("正文", paragraphs(body)...)}
	return d, err
}

// expert holds only what is public: telephone and ID number are never read (domain.md section 10).
func (s *source) expert(row pgx.Rows) (Document, error) {
	var employer, title, region string
	d := Document{Ref: Ref{Kind: Expert}}
	err := row.Scan(&d.Key, &d.Title, &employer, &title, &d.Sectors, &region, &d.Demo)
	d.Address, d.Regions = d.Key, s.tree.path(region)
	if !d.Demo {
		d.Rank = realFirst
	}
	d.Subtitle = joined(title, employer)
	d.Fields = []Field{strong("专业领域", d.Sectors...), strong("职称", title), strong("工作单位", employer), strong("所在地", s.tree.names(d.Regions)...)}
	return d, err
}

// procurement is found by what its notice says for good; its state, which the clock moves,
// is on its page. A purchaser who is a natural person is not found by name
// (docs/adr/0006-what-is-public.md).
func (s *source) procurement(row pgx.Rows) (Document, error) {
	var purchaser, region, day, project, scope, result string
	var items []string
	d := Document{Ref: Ref{Kind: Procurement}}
	err := row.Scan(&d.Key, &d.Code, &d.Title, &purchaser, &region, &day, &d.Rank, &d.Demo, &items, &project, &scope, &result)
	d.Address, d.Regions = d.Key, s.tree.path(region)
	var names []string
	names, d.Sectors = s.named(items)
	if !d.Demo {
		d.Rank += realFirst
	}
	place := s.tree.names(d.Regions)
	d.Subtitle = joined(purchaser, place[0], day+" 发布")
	d.Fields = []Field{
		strong("中介服务事项", names...), strong("项目业主", purchaser), strong("所在区划", place...),
		weak("服务内容", paragraphs(scope)...), weak("成果", result), weak("行业领域", d.Sectors...), weak("项目代码", project),
	}
	return d, err
}

func (s *source) agency(row pgx.Rows) (Document, error) {
	var region, domicile, address, representative string
	var items, qualifications []string
	d := Document{Ref: Ref{Kind: Agency}}
	err := row.Scan(&d.Key, &d.Code, &d.Title, &region, &domicile, &address, &representative, &d.Rank, &d.Demo, &items, &qualifications)
	d.Address, d.Regions = d.Key, s.tree.path(region)
	var names []string
	names, d.Sectors = s.named(items)
	if !d.Demo {
		d.Rank += realFirst
	}
	place := s.tree.names(d.Regions)
	if region == "" {
		place = []string{domicile, "市外"}
	}
	d.Subtitle = joined(place[0], fmt.Sprintf("可承接 %d 项", len(names)))
	d.Fields = []Field{
		strong("可承接的事项", names...), strong("资质", qualifications...), strong("登记地", place...),
		weak("住所", address), weak("法定代表人", representative),
	}
	return d, err
}
