package review

import (
	"context"

	"github.com/google/uuid"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/audit"
	"zjcs/internal/platform/authz"
)

// SeesFile reports whether the actor may see a submission that names the file, and which:
// the one decided least long ago.
func (s *Service) SeesFile(ctx context.Context, file uuid.UUID) (Submission, bool, error) {
	ids, err := submissionsNaming(ctx, s.Pool, file)
	if err != nil {
		return Submission{}, false, err
	}
	for _, id := range ids {
		sub, _, err := s.visible(ctx, s.Pool, id, false)
		if err == nil {
			return sub, true, nil
		}
		if apperr.CodeOf(err) != apperr.NotFound {
			return Submission{}, false, err
		}
	}
	return Submission{}, false, nil
}

var errNoFile = apperr.New(apperr.NotFound, "没有这个附件，或者它不在您的查看范围内")

// ReadFile lets the actor see a file another uploaded. An official's look is logged: an
// attachment shows persons (个人信息保护法 第28条).
func (s *Service) ReadFile(ctx context.Context, file uuid.UUID, name string) error {
	sub, sees, err := s.SeesFile(ctx, file)
	if err != nil {
		return err
	}
	if !sees {
		return errNoFile
	}
	if !authz.From(ctx).Staff() {
		return nil
	}
	return audit.Record(ctx, s.Pool, audit.Entry{
		Outcome: audit.Read, Action: "submission:read", Kind: "file", ID: file.String(), Organisation: sub.Org(), Region: sub.RegionCode,
		Summary: "查看附件 " + name + "（" + sub.Title + "，" + sub.Number + "）",
	})
}

// Uploaded logs that the actor handed in a file.
func (s *Service) Uploaded(ctx context.Context, file uuid.UUID, name string) error {
	return audit.Record(ctx, s.Pool, audit.Entry{Action: "file:upload", Kind: "file", ID: file.String(), Summary: "上传附件 " + name})
}
