package demo

import (
	"strings"
	"time"

	"zjcs/internal/notice"
)

// announcements are of the platform's own use: they state no legal fact and carry no
// document number, and each says that it is an example.
func announcements(now time.Time) []notice.Imported {
	out := make([]notice.Imported, 0, len(texts))
	for i, t := range texts {
		out = append(out, notice.Imported{
			Kind: t.kind, Title: t.title, RegionCode: "140800", PublishedAt: now.Add(-time.Duration(i*9*24+5) * time.Hour).Truncate(time.Hour),
			Body: strings.TrimSpace(t.body) + "\n\n（本文为示例数据，用于演示平台功能。）",
		})
	}
	return out
}

var texts = []struct {
	kind  notice.Kind
	title string
	body  string
}{
	{notice.KindNotice, "【示例】网上中介超市上线试运行", `
网上中介超市已上线试运行。项目业主、中介机构和社会公众可以在平台查询中介服务事项、中介机构和专家信息。

试运行期间，欢迎对平台功能和信息准确性提出意见。平台收到意见后将核对并答复。`},
	{notice.KindGuide, "【示例】怎样查询一个审批事项需要哪些中介服务", `
打开「审批事项」，选择要办理的事项，页面列出它需要的中介服务、服务成果、时限和收费方式。

标有「可以自行编制」的，申请人可以自己完成，不必委托机构；标有「审批部门」委托的，费用由审批部门承担。

标有「待核实」的内容尚未经主管部门确认，请以主管部门答复为准。`},
	{notice.KindGuide, "【示例】怎样按事项和区域查找中介机构", `
在「中介机构」中选择服务事项和登记区域，即可得到可以承接的机构名单。市外机构与市内机构同等列出。

进入机构页面可以查看资质证书的等级、发证机关和有效期；30 天内到期和已过期的证书都有标记。`},
	{notice.KindNotice, "【示例】中介服务事项目录公开征求意见", `
平台已公开中介服务事项目录，列明每一事项的设定依据、服务成果、时限和收费方式。

如认为某一事项缺少设定依据、时限过长或收费说明不清，可以通过平台反映，并写明事项编码。`},
	{notice.KindGuide, "【示例】中介机构入驻须知", `
入驻面向全国，不收取费用，不限定名额，不要求在本市设立分支机构。

机构应当提供统一社会信用代码、资质证书和执业人员信息，并对真实性负责。信息变化后应当及时更新。`},
	{notice.KindNotice, "【示例】请及时更新即将到期的资质信息", `
部分机构的资质证书将在 30 天内到期。请有关机构在续期后及时更新证书信息。

证书过期的，平台在机构页面如实标明，待更新后恢复。`},
	{notice.KindPolicy, "【示例】平台信息公开说明", `
平台公开中介服务事项、机构、资质和专家的姓名、单位、职称、专业领域。

执业人员的姓名和证书编号遮蔽后公开。身份证号、个人电话加密保存，不公开。`},
	{notice.KindPolicy, "【示例】数据来源与更正", `
平台对每一条信息记录提供单位和载入时间，在页面末尾列明。

发现信息有误的，信息涉及的机构和个人可以申请更正；平台与提供单位核对后更新，并保留更正记录。`},
	{notice.KindGuide, "【示例】搜索框使用说明", `
搜索框可以输入事项名称、机构名称、审批事项、事项编码和统一社会信用代码，也可以输入拼音首字母。

常用简称同样有效，例如输入「环评」可以找到环境影响评价有关事项。`},
	{notice.KindNotice, "【示例】专家库信息开始归集", `
平台开始归集各行业领域的专家信息，用于技术评审和方案论证。

专家信息由推荐单位提供，经核对后公开姓名、工作单位、职称和专业领域。`},
	{notice.KindNotice, "【示例】平台例行维护安排", `
平台将在夜间进行例行维护，维护期间查询功能可能短暂中断。

维护完成后无需任何操作，原有网址和收藏均可继续使用。`},
	{notice.KindPolicy, "【示例】无障碍浏览说明", `
平台页面支持键盘操作和读屏软件，不依赖脚本即可浏览，可以放大至 200% 阅读，可以直接打印。

浏览中遇到困难的，请告知页面网址和所用设备，平台将改进。`},
}
