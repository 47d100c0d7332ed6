package procurement

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/audit"
	"zjcs/internal/platform/authz"
	"zjcs/internal/platform/clock"
	"zjcs/internal/platform/db"
)

const permitLottery authz.Permission = "lottery:enter"

// LotteryEntry is a public lottery's result as one official reads it from where it is
// published. It counts once a second official, who does not see the first's, has typed
// the same (domain.md section 6).
type LotteryEntry struct {
	Game    string  `json:"game" minLength:"2" maxLength:"40" doc:"彩票，如 双色球"`
	Issue   string  `json:"issue" minLength:"4" maxLength:"20" doc:"期号，如 2026138"`
	Date    string  `json:"date" format:"date" doc:"开奖日期"`
	Numbers []int64 `json:"numbers" minItems:"1" maxItems:"40" doc:"开奖号码，次序不限"`
	Where   string  `json:"where" minLength:"4" maxLength:"300" doc:"公布的地方，如官方网站的页面"`
}

// LotteryState is how an entry stands.
type LotteryState struct {
	Game      string `json:"game"`
	Issue     string `json:"issue"`
	Confirmed bool   `json:"confirmed" doc:"为真表示两人录入一致，已生效"`
	Differs   bool   `json:"differs" doc:"为真表示与另一人录入的不一致，两人都要核对重录"`
	Entries   int    `json:"entries" doc:"已有几人录入"`
}

func (e LotteryEntry) validate(today string) error {
	var bad []apperr.Field
	add := func(name, message string) { bad = append(bad, apperr.Field{Name: name, Message: message}) }
	plain := func(name, label, v string, most int) {
		if v == "" || utf8.RuneCountInString(v) > most || !utf8.ValidString(v) || strings.ContainsRune(v, 0) {
			add(name, fmt.Sprintf("%s应是不超过 %d 字的文字", label, most))
		}
	}
	plain("game", "彩票名称", e.Game, 40)
	plain("issue", "期号", e.Issue, 20)
	plain("where", "公布的地方", e.Where, 300)
	if _, err := time.Parse(time.DateOnly, e.Date); err != nil || e.Date > today {
		add("date", "开奖日期应形如 2026-11-25，不晚于今天")
	}
	if len(e.Numbers) == 0 || len(e.Numbers) > 40 || slices.ContainsFunc(e.Numbers, func(n int64) bool { return n < 0 || n > 1e9 }) {
		add("numbers", "号码应是 1 至 40 个不小于 0 的整数")
	}
	return apperr.InvalidFields(bad)
}

// EnterLottery takes one official's reading. When two agree it counts and nobody can
// change it; when they differ neither counts and both are told.
func (s *Service) EnterLottery(ctx context.Context, e LotteryEntry) (LotteryState, error) {
	out := LotteryState{Game: e.Game, Issue: e.Issue}
	if err := s.Policy.Require(ctx, permitLottery, authz.Anywhere); err != nil {
		return out, err
	}
	e.Game, e.Issue, e.Where = strings.TrimSpace(e.Game), strings.TrimSpace(e.Issue), strings.TrimSpace(e.Where)
	actor := authz.From(ctx).Person
	err := db.InTx(ctx, s.Pool, func(tx db.Tx) error {
		now, err := dbNow(ctx, tx)
		if err != nil {
			return err
		}
		if err := e.validate(now.In(clock.Shanghai).Format(time.DateOnly)); err != nil {
			return err
		}
		slices.Sort(e.Numbers)
		others, confirmed, err := lockLottery(ctx, tx, e.Game, e.Issue)
		if err != nil {
			return err
		}
		if confirmed {
			return apperr.New(apperr.Conflict, "%s %s 期的结果已经由两人录入一致，不能修改", e.Game, e.Issue)
		}
		if err := putLottery(ctx, tx, e, actor); err != nil {
			return err
		}
		out.Entries, out.Confirmed, out.Differs = 1, false, false
		var persons []uuid.UUID
		for _, o := range others {
			if o.by == actor {
				continue
			}
			out.Entries++
			if persons = append(persons, o.by); o.date == e.Date && slices.Equal(o.numbers, e.Numbers) {
				out.Confirmed = true
				if err := confirmLottery(ctx, tx, o.id, actor); err != nil {
					return err
				}
				break
			}
			out.Differs = true
		}
		if out.Confirmed {
			out.Differs = false
		}
		if out.Differs {
			if err := s.tell(ctx, tx, Announcement{Action: lotteryDiffers, Persons: append(persons, actor), Note: fmt.Sprintf("%s %s 期的开奖结果，两人录入的不一致，请各自核对后重新录入", e.Game, e.Issue)}); err != nil {
				return err
			}
		}
		return audit.Record(ctx, tx, audit.Entry{Action: string(permitLottery), Kind: "lottery", ID: e.Game + " " + e.Issue, Summary: "录入开奖结果"})
	})
	return out, err
}
