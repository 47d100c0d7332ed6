package search

import (
	"net/url"
	"strings"
)

// Kind is what sort of record a document stands for.
type Kind string

const (
	ServiceItem  Kind = "service_item"
	ApprovalItem Kind = "approval_item"
	Department   Kind = "department"
	Region       Kind = "region"
	Announcement Kind = "announcement"
	Expert       Kind = "expert"
	Agency       Kind = "agency"
	Procurement  Kind = "procurement"
)

// Kinds are all kinds in the order in which a reader is offered them.
var Kinds = []Kind{ServiceItem, ApprovalItem, Agency, Procurement, Expert, Department, Region, Announcement}

// numbers is one more than the highest number of a kind.
const numbers = 9

type kindFacts struct {
	number int16  // in the table; part of the index's identity, never reused
	label  string // on screen
	word   string // what people type to mean the kind: 环保 专家
	path   string // where its page is
	boost  int    // keeps a few hundred items visible among 100,000 agencies
}

var kinds = map[Kind]kindFacts{
	ServiceItem:  {1, "中介服务事项", "事项", "/service-items/", 150},
	ApprovalItem: {2, "审批事项", "审批", "/approval-items/", 120},
	Department:   {3, "主管部门", "部门", "/departments/", 110},
	Region:       {4, "区划", "区划", "/regions#", 140},
	Announcement: {5, "公告", "公告", "/announcements/", 40},
	Expert:       {6, "专家", "专家", "/experts/", 10},
	Agency:       {7, "中介机构", "机构", "/agencies/", 0},
	Procurement:  {8, "采购公告", "采购", "/procurements/", 5},
}

// Label is the kind in Chinese.
func (k Kind) Label() string { return kinds[k].label }

func (k Kind) valid() bool { return kinds[k].number != 0 }

func kindOf(number int16) Kind {
	for k, f := range kinds {
		if f.number == number {
			return k
		}
	}
	return ""
}

// Outside is the region of what is registered outside the city.
const Outside = "outside"

// Ref names a document: Key is the record's own identity (a region's code, else a UUID).
type Ref struct {
	Kind Kind
	Key  string
}

// Field is a searched part of a document beside its title.
type Field struct {
	Label  string // shown before an excerpt; "" is searched but never shown
	Values []string
	Strong bool // describes the record itself, so it weighs more
}

// Document is what is searched and shown of one record. It holds only what is public.
type Document struct {
	Ref
	Address  string // what its page's address ends in: a code or an id
	Title    string
	Subtitle string
	Fields   []Field
	Code     string   // looked up by prefix, upper case: item code, USCC, a procurement's number
	Regions  []string // from its own region up to the city; or just Outside
	Sectors  []string
	Rank     int32 // order among equals, higher first
	Demo     bool
}

// URL is the path of the record's page.
func (d Document) URL() string { return address(d.Kind, d.Address) }

func address(k Kind, ref string) string {
	return kinds[k].path + url.PathEscape(ref)
}

// keys are the folded texts that a query is compared with. Lines keep apart values
// that must not be read as one word.
func (d Document) keys() (title, strong, weak string) {
	var s, w []string
	for _, f := range d.Fields {
		for _, v := range f.Values {
			if v = Fold(v); v == "" {
				continue
			}
			if f.Strong {
				s = append(s, v)
			} else {
				w = append(w, v)
			}
		}
	}
	w = append(w, kinds[d.Kind].word)
	return Fold(d.Title), strings.Join(s, "\n"), strings.Join(w, "\n")
}
