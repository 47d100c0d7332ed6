package credential

import (
	"slices"

	"github.com/trustelem/zxcvbn/match"
)

const (
	advice = "请改用几个互不相干的词（可以是中文，可以加空格），或 12 位以上没有规律的字母、数字和符号"

	onlyDigitsFault = "密码只有数字，容易被逐个试出"
	breachedFault   = "这个密码出现在已泄露的密码名单中，猜密码的人会先试它"
)

// fault says by what a password falls, in zxcvbn's kinds of feedback and our own. It
// never repeats any of the password. The most telling pattern is named: what is ours
// first, otherwise the longest, as zxcvbn does.
func fault(seq []*match.Match, known []string) string {
	var longest *match.Match
	for _, m := range seq {
		switch {
		case m.Pattern == "dictionary" && m.DictionaryName == "user_inputs" && len(m.Token) > 4 && slices.Contains(known, m.MatchedWord):
			return "密码里有您的姓名、登录名、手机号、证件号、单位或平台名称中的一段"
		case m.Pattern == patternNamed:
			return "“名字或拼音加生日、年份、手机号或证件号”是猜密码的人先试的写法"
		case m.Pattern == patternMobile:
			return "密码里有手机号，知道号码的人很多"
		case m.Pattern == patternCitizen:
			return "密码里有身份证号或其中一段，这样的号码早已在外流传"
		}
		if m.Pattern != "bruteforce" && (longest == nil || len(m.Token) > len(longest.Token)) {
			longest = m
		}
	}
	if longest == nil {
		return "密码太短或太有规律"
	}
	return faultOf(longest, len(seq) == 1) + disguise(longest)
}

func faultOf(m *match.Match, whole bool) string {
	switch m.Pattern {
	case "dictionary":
		switch m.DictionaryName {
		case "passwords", "user_inputs":
			if whole {
				return "这是人人都会想到的密码"
			}
			return "密码的主要部分是人人都会想到的（如平台名、地名、woaini、5201314、888888 一类）"
		case "surnames", "male_names", "female_names":
			return "单用人名容易被猜中"
		}
		return "单用一两个英文单词容易被猜中"
	case "spatial":
		return "键盘上挨着的键（如 qwer1234、1qaz2wsx）容易被猜中"
	case "repeat":
		return "重复的字符或片段（如 aaaa、abcabc）只等于写一遍"
	case "sequence":
		return "连着的字母或数字（如 abcd、6543）容易被猜中"
	case "date", "regex":
		return "日期和年份容易被猜中，生日尤其如此"
	case patternPinyin:
		return "常见的拼音词句容易被猜中"
	}
	return "密码太有规律"
}

// disguise answers the trick with which a weak word was dressed up.
func disguise(m *match.Match) string {
	switch {
	case m.L33t:
		return "，以 @ 代 a、以 0 代 o 这类替换也在猜测之列"
	case m.Reversed:
		return "，倒着写也一样"
	case m.UppercaseVariations > 1:
		return "，改大小写帮助不大"
	}
	return ""
}
