package demo

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"zjcs/internal/identity"
	"zjcs/internal/platform/authz"
)

// Where the sample officials work, and what the one for a sector looks after.
const (
	sampleRegion = "140800"
	sampleCounty = "140802"
	sampleSector = "生态环境"
)

// samples are one account per role. The organisations' codes are of an area that is
// assigned to no county: they are nobody's.
func samples(password string) []identity.Sample {
	c := newChance(1, 20)
	list := []identity.Sample{
		{Login: "purchaser", Name: "示例业主", Role: authz.PurchaserAdmin, Kind: identity.Enterprise, Organisation: "示例置业有限公司",
			USCC: string(identity.NewUSCC(c.Rand, "91", "140899")), Region: sampleCounty},
		{Login: "agency", Name: "示例机构管理员", Role: authz.AgencyAdmin, Kind: identity.AgencyOrg, Organisation: "示例工程咨询有限公司",
			USCC: string(identity.NewUSCC(c.Rand, "91", "140899")), Region: sampleCounty},
		{Login: "expert", Name: "示例专家", Role: authz.Expert, Kind: identity.ExpertOrg, Organisation: "示例专家", Region: sampleRegion},
		{Login: "operator", Name: "示例审核员", Role: authz.Operator, Region: sampleRegion},
		{Login: "officer", Name: "示例行业主管", Role: authz.DepartmentOfficer, Region: sampleRegion, Sector: sampleSector},
		{Login: "supervisor", Name: "示例监督员", Role: authz.Supervisor, Region: sampleRegion},
		{Login: "region-admin", Name: "示例区域管理员", Role: authz.RegionAdmin, Region: sampleRegion},
		{Login: "platform-admin", Name: "示例平台管理员", Role: authz.PlatformAdmin, Region: sampleRegion},
	}
	for i := range list {
		list[i].Password = password
	}
	return list
}

// Login is a sample account in words.
type Login struct{ Role, Login string }

// Accounts makes the sample accounts and tells their logins and their one password: the
// given one, or one made at random on this machine at the first start and kept in a file
// that only its owner can read.
func Accounts(ctx context.Context, s *identity.Service, dir, password string) ([]Login, string, error) {
	if password == "" {
		var err error
		if password, err = ownPassword(dir); err != nil {
			return nil, "", err
		}
	}
	list := samples(password)
	if err := s.SeedSamples(ctx, list); err != nil {
		return nil, "", fmt.Errorf("示例账号: %w", err)
	}
	logins := make([]Login, len(list))
	for i, a := range list {
		logins[i] = Login{Role: a.Role.Label(), Login: a.Login}
	}
	return logins, password, nil
}

const accountsFile = "demo-accounts.txt"

// ownPassword is this machine's, made when it is first asked for.
func ownPassword(dir string) (string, error) {
	path := filepath.Join(dir, accountsFile)
	b, err := os.ReadFile(path)
	if err == nil {
		for line := range strings.Lines(string(b)) {
			if password, ok := strings.CutPrefix(strings.TrimSpace(line), passwordLine); ok && password != "" {
				return password, nil
			}
		}
		return "", fmt.Errorf("%s 里没有“%s…”一行，请删除这个文件后重新启动", path, passwordLine)
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("示例账号: %w", err)
	}
	random := strings.ToLower(rand.Text())
	password := random[:5] + "-" + random[5:10] + "-" + random[10:15]
	var text strings.Builder
	fmt.Fprintf(&text, "示例账号，只在演示模式下有效\n%s%s\n登录名：\n", passwordLine, password)
	for _, a := range samples("") {
		fmt.Fprintf(&text, "%s\t%s\n", a.Login, a.Role.Label())
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", fmt.Errorf("示例账号: %w", err)
	}
	if err := os.WriteFile(path, []byte(text.String()), 0o600); err != nil {
		return "", fmt.Errorf("示例账号: %w", err)
	}
	return password, nil
}

const passwordLine = "密码："
