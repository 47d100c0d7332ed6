package demo

import (
	"zjcs/internal/procurement"
	"zjcs/internal/review"
)

// need is what an invented purchaser wants, and how far it has come. Days count from today.
type need struct {
	buyer                    int
	project                  string
	items                    []string
	scope, result            string
	fund                     procurement.Fund
	percent                  int // of a mixed fund
	method                   procurement.Method
	pricing                  procurement.Pricing
	yuan                     int64
	days                     int
	published, deadline      int
	publicity                int // days after the selection
	wait                     int // more days between deadline and selection
	state                    review.State
	bidders, skip            int
	quotes                   []int
	keep, shortlist, experts int
	drand                    bool
	reason, question, answer string
	objection                string
}

const (
	eia      = "编制环境影响报告书，含现状监测、公众参与、专家评审后的修改，直至取得批复。"
	eiaPaper = "环境影响报告书（报批稿）"
)

// needs are in the order in which they were published.
var needs = []need{
	{buyer: 0, project: "示例城东片区道路工程可行性研究报告", items: []string{"ZJ0003"}, scope: "新建城市次干路 3 条，总长 4.6 公里，编制可行性研究报告并配合评审。", result: "可行性研究报告（评审修改稿）",
		fund: procurement.Fiscal, method: procurement.LowestPrice, pricing: procurement.Quoted, yuan: 186_000, days: 25, published: -40, deadline: -33, publicity: 3, state: procurement.Awarded, bidders: 6, quotes: []int{912, 874, 886, 903, 931, 895}},
	{buyer: 2, project: "闻喜县示例第三中学迁建项目岩土工程勘察", items: []string{"ZJ0027"}, scope: "教学楼、宿舍楼、体育馆场地详细勘察，建筑面积 3.2 万平方米。", result: "岩土工程勘察报告（详勘）",
		fund: procurement.Fiscal, method: procurement.Random, pricing: procurement.FixedPrice, yuan: 72_000, days: 15, published: -36, deadline: -30, publicity: 3, state: procurement.Awarded, bidders: 9},
	{buyer: 3, project: "河津市示例工业园区标准厂房水土保持方案", items: []string{"ZJ0062"}, scope: "占地 182 亩，土石方总量 21 万立方米，编制水土保持方案报告书并取得批复。", result: "水土保持方案报告书（报批稿）",
		fund: procurement.Mixed, percent: 60, method: procurement.ReferencePrice, pricing: procurement.Quoted, yuan: 98_000, days: 20, published: -30, deadline: -24, publicity: 3, state: procurement.Awarded, bidders: 7, quotes: []int{905, 880, 921, 890, 936, 868, 899},
		objection: "经核查，中选机构具备相应能力，报价计算无误，抽取证据重新计算一致。"},
	{buyer: 1, project: "盐湖区示例污水处理厂扩建环境影响报告书", items: []string{"ZJ0049"}, scope: "日处理规模由 4 万吨扩至 8 万吨。" + eia, result: eiaPaper,
		fund: procurement.Own, method: procurement.CreditWeighted, pricing: procurement.Quoted, yuan: 128_000, days: 30, published: -28, deadline: -21, publicity: 3, state: procurement.Awarded, bidders: 8, quotes: []int{930, 905, 948, 917, 962, 890, 939, 921}, keep: 6, shortlist: 3,
		reason: "入围机构中现状监测安排最合理，承诺时限最短。"},
	{buyer: 4, project: "临猗县示例果业冷库锅炉煤改电节能报告", items: []string{"ZJ0005"}, scope: "冷库 12 座，新增电锅炉 6 台，编制固定资产投资项目节能报告。", result: "节能报告（评审修改稿）",
		fund: procurement.Own, method: procurement.ProposalChoice, pricing: procurement.Quoted, yuan: 56_000, days: 15, published: -22, deadline: -17, publicity: 3, state: procurement.Awarded, bidders: 4, quotes: []int{940, 915, 968, 902}, reason: "方案对用能设备核查最细，人员安排与工期匹配。"},
	{buyer: 5, project: "永济市示例中医院迁建放射防护检测", items: []string{"ZJ0085"}, scope: "DR、CT、DSA 机房共 7 间，验收检测和状态检测。", result: "放射防护检测报告",
		fund: procurement.Fiscal, method: procurement.Random, pricing: procurement.FixedPrice, yuan: 38_000, days: 10, published: -20, deadline: -15, state: procurement.Failed, bidders: 1, reason: "有效报名 1 家，随机选取至少要 3 家。把最多机构挡在门外的条件：承接该事项（982 家）"},
	{buyer: 0, project: "示例体育公园工程造价咨询", items: []string{"ZJ0034"}, scope: "编制工程量清单和招标控制价，建安费约 4,200 万元。", result: "工程量清单、招标控制价文件",
		fund: procurement.Fiscal, method: procurement.ReferencePrice, pricing: procurement.Discount, yuan: 150_000, days: 12, published: -18, deadline: -12, publicity: 3, state: procurement.Awarded, bidders: 8, quotes: []int{1450, 1820, 1600, 2100, 1720, 1550, 1900, 1680}},
	{buyer: 3, project: "河津市示例工业园区规划环评（撤回示例）", items: []string{"ZJ0049"}, scope: "园区规划面积 6.8 平方公里。" + eia, result: eiaPaper, fund: procurement.Fiscal, method: procurement.Panel, pricing: procurement.Quoted, yuan: 380_000, days: 60, published: -16, deadline: -9,
		state: procurement.Withdrawn, experts: 3, reason: "园区规划范围调整，需重新核定工作量后再发布。"},
	{buyer: 0, project: "示例湖滨片区社会稳定风险评估", items: []string{"ZJ0008"}, scope: "征收涉及 5 个社区约 1,100 户，编制社会稳定风险评估报告。", result: "社会稳定风险评估报告", fund: procurement.Fiscal, method: procurement.Panel, pricing: procurement.Quoted, yuan: 120_000, days: 25,
		published: -15, deadline: -9, publicity: 3, state: procurement.Awarded, bidders: 5, quotes: []int{921, 893, 947, 908, 935}, experts: 3},
	{buyer: 1, project: "盐湖区示例输水管线压覆矿产资源评估", items: []string{"ZJ0018"}, scope: "输水管线 27 公里，沿线压覆重要矿产资源调查评估。", result: "压覆重要矿产资源评估报告", fund: procurement.Own, method: procurement.Direct, pricing: procurement.Quoted, yuan: 45_000, days: 20,
		published: -13, deadline: -10, publicity: 3, state: procurement.Awarded, bidders: 1, quotes: []int{930}, reason: "自有资金，延续同一管线前期勘查成果，便于衔接。"},
	{buyer: 2, project: "闻喜县示例第三中学迁建项目防洪评价", items: []string{"ZJ0068"}, scope: "校区东侧临河 640 米，编制防洪评价报告。", result: "防洪评价报告", fund: procurement.Fiscal, method: procurement.LowestPrice, pricing: procurement.Quoted, yuan: 88_000, days: 20,
		published: -12, deadline: -7, state: procurement.Terminated, bidders: 4, quotes: []int{880, 910, 895, 925}, reason: "校址调整，项目不再临河，采购需求消失。"},
	{buyer: 4, project: "临猗县示例果业深加工项目安全预评价", items: []string{"ZJ0076"}, scope: "涉氨制冷，编制安全预评价报告。", result: "安全预评价报告", fund: procurement.Own, method: procurement.Random, pricing: procurement.FixedPrice, yuan: 42_000, days: 15,
		published: -10, deadline: -5, publicity: 8, state: procurement.Suspended, bidders: 6},
	{buyer: 3, project: "河津市示例工业园区标准厂房建设工程监理", items: []string{"ZJ0033"}, scope: "标准厂房 5 栋，施工阶段监理。", result: "监理规划、月报、工作总结", fund: procurement.Mixed, percent: 60, method: procurement.CreditWeighted, pricing: procurement.Discount, yuan: 620_000, days: 240,
		published: -9, deadline: -3, publicity: 5, state: procurement.Publicity, bidders: 8, quotes: []int{1200, 1550, 980, 1320, 1460, 1100, 1250, 1400}, keep: 6, shortlist: 3, reason: "入围机构中总监理工程师同类业绩最多，驻场人员承诺最足。"},
	{buyer: 0, project: "示例城市建设投资公司办公楼房屋安全鉴定", items: []string{"ZJ0042"}, scope: "建筑面积 8,600 平方米，框架结构，房屋安全和抗震鉴定。", result: "房屋安全鉴定报告", fund: procurement.Own, method: procurement.Random, pricing: procurement.FixedPrice, yuan: 36_000, days: 12,
		published: -8, deadline: -2, publicity: 4, state: procurement.Publicity, bidders: 11},
	{buyer: 5, project: "永济市示例中医院迁建项目竣工环保验收监测", items: []string{"ZJ0053"}, scope: "废水、废气、噪声验收监测，编制验收监测报告。", result: "竣工环境保护验收监测报告", fund: procurement.Fiscal, method: procurement.LowestPrice, pricing: procurement.Quoted, yuan: 64_000, days: 18,
		published: -8, deadline: -2, publicity: 4, state: procurement.Publicity, bidders: 7, quotes: []int{885, 902, 867, 917, 894, 921, 878}},
	{buyer: 1, project: "盐湖区示例供水工程水资源论证", items: []string{"ZJ0066"}, scope: "年取水量 320 万立方米，编制水资源论证报告书。", result: "水资源论证报告书", fund: procurement.Own, method: procurement.ProposalChoice, pricing: procurement.Quoted, yuan: 110_000, days: 25,
		published: -6, deadline: -2, state: procurement.Selecting, bidders: 5, quotes: []int{912, 945, 890, 926, 903}},
	{buyer: 4, project: "临猗县示例果业光伏项目使用林地可行性报告", items: []string{"ZJ0072"}, scope: "拟使用林地 36 亩，编制使用林地可行性报告。", result: "使用林地可行性报告", fund: procurement.Own, method: procurement.Random, pricing: procurement.FixedPrice, yuan: 48_000, days: 15,
		published: -5, deadline: -1, wait: 1, state: procurement.Selecting, bidders: 5, drand: true},
	{buyer: 1, project: "盐湖区示例生活污水处理厂提标改造环境影响报告表", items: []string{"ZJ0050"}, scope: "出水由一级 A 提标至地表准 IV 类，编制环境影响报告表。", result: "环境影响报告表（报批稿）", fund: procurement.Own, method: procurement.CreditWeighted, pricing: procurement.Quoted, yuan: 58_000, days: 20,
		published: -3, deadline: 1, state: procurement.Open, keep: 6, shortlist: 3, drand: true, question: "现状监测数据能否使用去年的例行监测？", answer: "三年内、点位一致、工况未变的可以使用，须在报告中说明来源。"},
	{buyer: 3, project: "河津市示例清涧工业园标准厂房二期水土保持方案", items: []string{"ZJ0062"}, scope: "占地 96 亩，编制水土保持方案报告书。", result: "水土保持方案报告书（报批稿）", fund: procurement.Mixed, percent: 40, method: procurement.Random, pricing: procurement.FixedPrice, yuan: 46_000, days: 20,
		published: -2, deadline: 2, state: procurement.Open, drand: true},
	{buyer: 4, project: "临猗县示例黄河大桥连接线使用林地可行性报告", items: []string{"ZJ0072"}, scope: "线路 5.2 公里，拟使用林地 88 亩。", result: "使用林地可行性报告", fund: procurement.Own, method: procurement.LowestPrice, pricing: procurement.Quoted, yuan: 95_000, days: 25, published: -2, deadline: 3, state: procurement.Open, drand: true},
	{buyer: 5, project: "永济市示例中医院迁建工程职业病危害预评价", items: []string{"ZJ0083"}, scope: "放射诊疗设备 7 台，编制职业病危害放射防护预评价报告。", result: "职业病危害预评价报告", fund: procurement.Fiscal, method: procurement.ProposalChoice, pricing: procurement.Quoted, yuan: 62_000, days: 15, published: -1, deadline: 4, state: procurement.Open, drand: true,
		question: "报告评审费是否包含在报价内？", answer: "包含。评审由项目业主组织，费用由中选机构承担。"},
	{buyer: 0, project: "示例大剧院工程多测合一", items: []string{"ZJ0022", "ZJ0023"}, scope: "规划放线、验线和竣工规划核实测量一并委托。", result: "放线、验线成果，竣工规划核实测量报告", fund: procurement.Fiscal, method: procurement.ReferencePrice, pricing: procurement.Quoted, yuan: 78_000, days: 10, published: -1, deadline: 5, state: procurement.Open, drand: true},
	{buyer: 2, project: "闻喜县示例第三中学迁建项目交通影响评价", items: []string{"ZJ0026"}, scope: "在校生 3,000 人，编制交通影响评价报告。", result: "交通影响评价报告", fund: procurement.Fiscal, method: procurement.Panel, pricing: procurement.Quoted, yuan: 85_000, days: 20, published: 0, deadline: 7, state: procurement.Open, experts: 5, drand: true},
	{buyer: 3, project: "河津市示例工业园区污水处理厂入河排污口设置论证", items: []string{"ZJ0055"}, scope: "设计规模 2 万吨每日，编制入河排污口设置论证报告。", result: "入河排污口设置论证报告", fund: procurement.Fiscal, method: procurement.Random, pricing: procurement.FixedPrice, yuan: 68_000, days: 20, published: 0, deadline: 6, state: procurement.Open, drand: true},
}
