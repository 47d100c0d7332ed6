package httpapi

import (
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/validation"
)

// speakChinese sets what huma says of a bad request; its messages and its error
// constructor are process-wide by the library's design.
func speakChinese() {
	validation.MsgUnexpectedProperty = "没有这个字段"
	validation.MsgExpectedRFC3339DateTime = "应是日期时间，如 2026-01-02T15:04:05+08:00"
	validation.MsgExpectedRFC3339Date = "应是日期，如 2026-01-02"
	validation.MsgExpectedRFC3339Time = "应是时间，如 15:04:05"
	validation.MsgExpectedRFC5322Email = "应是电子邮箱地址（%v）"
	validation.MsgExpectedRFC3986URI = "应是网址（%v）"
	validation.MsgExpectedRFC4122UUID = "应是 UUID（%v）"
	validation.MsgExpectedBoolean = "应是 true 或 false"
	validation.MsgExpectedNumber = "应是数字"
	validation.MsgExpectedInteger = "应是整数"
	validation.MsgExpectedString = "应是文字"
	validation.MsgExpectedArray = "应是列表"
	validation.MsgExpectedObject = "应是对象"
	validation.MsgExpectedArrayItemsUnique = "各项不能重复"
	validation.MsgExpectedOneOf = "应是其中之一：%s"
	validation.MsgExpectedMinimumNumber = "应不小于 %v"
	validation.MsgExpectedExclusiveMinimumNumber = "应大于 %v"
	validation.MsgExpectedMaximumNumber = "应不大于 %v"
	validation.MsgExpectedExclusiveMaximumNumber = "应小于 %v"
	validation.MsgExpectedMinLength = "应不少于 %d 个字"
	validation.MsgExpectedMaxLength = "应不多于 %d 个字"
	validation.MsgExpectedBePattern = "格式应是 %s"
	validation.MsgExpectedMatchPattern = "格式应符合 %s"
	validation.MsgExpectedMinItems = "应不少于 %d 项"
	validation.MsgExpectedMaxItems = "应不多于 %d 项"
	validation.MsgExpectedRequiredProperty = "缺少 %s"
	huma.NewErrorWithContext = fromHuma
	huma.NewError = func(status int, msg string, errs ...error) huma.StatusError {
		return fromHuma(nil, status, msg, errs...)
	}
}

// fixed are the messages huma does not let one set.
var fixed = map[string]string{
	"unknown query parameter":  "没有这个查询参数，请对照接口文档检查拼写",
	"invalid integer":          "应是整数",
	"invalid float":            "应是数字",
	"invalid floating value":   "应是数字",
	"invalid boolean":          "应是 true 或 false",
	"request body is required": "请求正文不能为空",
	"validation failed":        "输入有误",
	"unsupported content type": "请求正文应是 application/json",
}

func inChinese(msg string) string {
	if zh, ok := fixed[msg]; ok {
		return zh
	}
	switch {
	case strings.HasPrefix(msg, "required "):
		return "必须提供"
	case strings.HasPrefix(msg, "request body is too large"):
		return "请求正文过大"
	}
	for _, r := range msg {
		if r >= 0x4e00 {
			return msg
		}
	}
	return "输入有误，请对照接口文档检查"
}
