package procurement

import (
	"context"
	"io"
	"slices"
	"time"

	"github.com/google/uuid"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/authz"
	"zjcs/internal/platform/files"
)

// OpenedBid is a bid as those see it who have to compare: the purchaser, the operators,
// and experts who have declared.
type OpenedBid struct {
	Number       int          `json:"number" doc:"编号；0 表示没有进入抽取池"`
	AgencyID     uuid.UUID    `json:"agencyId"`
	AgencyName   string       `json:"agencyName"`
	State        BidState     `json:"state" enum:"opened,valid,disqualified,selected,reserve,not_selected,withdrawn" doc:"状态"`
	Reason       string       `json:"reason,omitempty" doc:"无效或者落选的原因"`
	QuoteFen     *int64       `json:"quoteFen,omitempty" doc:"报价（分）"`
	DiscountBP   *int         `json:"discountBp,omitempty" doc:"下浮率，万分之一"`
	Days         int          `json:"days" doc:"承诺的工作日数"`
	CreditTenths *int         `json:"creditTenths,omitempty" doc:"开标时的信用得分 × 10"`
	Text         string       `json:"text,omitempty" doc:"响应方案"`
	Staff        []string     `json:"staff" doc:"执业人员，姓名和资格"`
	Files        []SealedName `json:"files" doc:"附件"`
	Explanation  string       `json:"explanation,omitempty" doc:"对低报价的说明"`
	ExplainUntil *time.Time   `json:"explainUntil,omitempty" doc:"说明的期限"`
	Verdict      string       `json:"verdict,omitempty" enum:",accepted,rejected" doc:"项目业主对说明的判断"`
	Opinion      string       `json:"opinion,omitempty"`
}

// SealedName is an attachment of an opened bid.
type SealedName struct {
	ID   uuid.UUID `json:"id"`
	Name string    `json:"name"`
	Size int64     `json:"size"`
}

// Comparison is all opened bids side by side.
type Comparison struct {
	Method      Method      `json:"method"`
	ChoiceUntil *time.Time  `json:"choiceUntil,omitempty" doc:"选定或评分的期限"`
	Shortlist   []int       `json:"shortlist" doc:"信用择优抽出的入围编号"`
	Bids        []OpenedBid `json:"bids"`
}

// Comparison shows the opened bids. Before the opening there is nothing to see, for anyone.
func (s *Service) Comparison(ctx context.Context, id uuid.UUID) (Comparison, error) {
	p, err := s.comparable(ctx, id)
	if err != nil {
		return Comparison{}, err
	}
	out := Comparison{Method: p.Method, ChoiceUntil: p.ChoiceUntil, Shortlist: []int{}, Bids: []OpenedBid{}}
	bids, err := loadBids(ctx, s.Pool, id)
	if err != nil {
		return out, err
	}
	staff, err := staffNames(ctx, s.Pool, bids)
	if err != nil {
		return out, err
	}
	for _, b := range bids {
		o := OpenedBid{Number: b.Number, AgencyID: b.Agency, AgencyName: b.AgencyName, State: b.State, Reason: b.Reason, QuoteFen: b.QuoteFen, DiscountBP: b.DiscountBP, Days: b.Days,
			CreditTenths: b.CreditTenths, Text: b.Proposal.Text, Staff: []string{}, Files: []SealedName{}, Explanation: b.Explanation, ExplainUntil: b.ExplainUntil, Verdict: b.Verdict, Opinion: b.Opinion}
		for _, person := range b.Proposal.Practitioners {
			if name := staff[person]; name != "" {
				o.Staff = append(o.Staff, name)
			}
		}
		for _, f := range b.Proposal.Files {
			in, body, err := s.openFile(ctx, p, f)
			if err != nil {
				o.Files = append(o.Files, SealedName{ID: f, Name: "无法打开的附件"})
				continue
			}
			if err := body.Close(); err != nil {
				return out, err
			}
			o.Files = append(o.Files, SealedName{ID: f, Name: in.Name, Size: in.Size})
		}
		out.Bids = append(out.Bids, o)
	}
	if p.Method == CreditWeighted && p.ChoiceUntil != nil {
		out.Shortlist, err = shortlisted(ctx, s.Pool, id)
	}
	return out, err
}

// comparable is a procurement whose bids the actor may see, opened.
func (s *Service) comparable(ctx context.Context, id uuid.UUID) (Procurement, error) {
	p, err := load(ctx, s.Pool, id, false)
	if err != nil {
		return p, err
	}
	may := s.Policy.May(ctx, permitRun, authz.Scope{Organisation: p.OrgID}) || s.Policy.May(ctx, permitOperate, authz.Scope{Region: p.Region})
	if !may && s.Policy.May(ctx, permitScore, authz.Anywhere) {
		m, found, err := memberOf(ctx, s.Pool, id, s.Policy.ReachOf(ctx, permitScore).Organisations)
		if err != nil {
			return p, err
		}
		if found && m.State == memberDrawn {
			return p, apperr.New(apperr.Conflict, "请先声明有无利害关系，再查看投标")
		}
		may = found && (m.State == memberDeclared || m.State == memberScored)
	}
	switch {
	case !may:
		return p, errNotFound
	case p.FrozenAt == nil:
		return p, apperr.New(apperr.Conflict, "开标之前谁也不能查看投标")
	}
	return p, nil
}

func (s *Service) openFile(ctx context.Context, p Procurement, id uuid.UUID) (files.Inside, io.ReadCloser, error) {
	identity, err := s.identityOf(ctx, s.Pool, p.ID)
	if err != nil {
		return files.Inside{}, nil, err
	}
	f, err := s.Files.Get(ctx, id)
	if err != nil {
		return files.Inside{}, nil, err
	}
	in, body, err := s.Files.OpenSealed(ctx, f, identity)
	if err == nil && in.Subject != p.ID {
		err = errNotFound
		if closeErr := body.Close(); closeErr != nil {
			err = closeErr
		}
	}
	return in, body, err
}

// BidFile is an attachment of an opened bid, for those who may compare.
func (s *Service) BidFile(ctx context.Context, id uuid.UUID, number int, file uuid.UUID) (files.Inside, io.ReadCloser, error) {
	p, err := s.comparable(ctx, id)
	if err != nil {
		return files.Inside{}, nil, err
	}
	bids, err := loadBids(ctx, s.Pool, id)
	if err != nil {
		return files.Inside{}, nil, err
	}
	for _, b := range bids {
		if b.Number == number && number > 0 && slices.Contains(b.Proposal.Files, file) {
			return s.openFile(ctx, p, file)
		}
	}
	return files.Inside{}, nil, apperr.New(apperr.NotFound, "没有这个附件")
}
