package demo

// trade is a line of business: what a firm of it calls itself and which items it
// offers, the most usual first.
type trade struct {
	names  []string
	suffix []string // 有限公司 when empty
	kind   string   // 企业 when empty
	class  string   // first two characters of the code; 91 when empty
	weight int
	items  []string
}

var trades = []trade{
	{names: []string{"工程咨询", "项目管理", "工程项目咨询", "投资咨询"}, weight: 70, items: []string{"ZJ0003", "ZJ0002", "ZJ0001", "ZJ0005", "ZJ0008", "ZJ0007", "ZJ0004", "ZJ0088"}},
	{names: []string{"招标代理", "工程招标", "项目管理咨询"}, weight: 55, items: []string{"ZJ0009", "ZJ0034", "ZJ0003"}},
	{names: []string{"造价咨询", "工程造价咨询", "建设咨询"}, weight: 50, items: []string{"ZJ0034", "ZJ0009"}},
	{names: []string{"测绘", "测绘科技", "地理信息技术", "勘测"}, weight: 60, items: []string{"ZJ0011", "ZJ0020", "ZJ0022", "ZJ0023", "ZJ0021", "ZJ0040", "ZJ0013"}},
	{names: []string{"规划设计", "建筑设计", "建筑规划设计"}, weight: 45, items: []string{"ZJ0024", "ZJ0028", "ZJ0010", "ZJ0025", "ZJ0004", "ZJ0026", "ZJ0043", "ZJ0074"}},
	{names: []string{"国土资源技术", "土地规划", "矿业技术"}, weight: 26, items: []string{"ZJ0012", "ZJ0015", "ZJ0016", "ZJ0018", "ZJ0013", "ZJ0017"}},
	{names: []string{"地质勘查", "岩土工程", "地质工程"}, weight: 28, items: []string{"ZJ0027", "ZJ0014", "ZJ0018", "ZJ0017"}},
	{names: []string{"施工图审查", "工程图审"}, weight: 6, items: []string{"ZJ0029", "ZJ0030"}},
	{names: []string{"工程监理", "建设监理", "工程管理"}, weight: 45, items: []string{"ZJ0033", "ZJ0031"}},
	{names: []string{"工程检测", "工程质量检测", "建筑工程检测"}, weight: 40, items: []string{"ZJ0035", "ZJ0042", "ZJ0036", "ZJ0041", "ZJ0032", "ZJ0043", "ZJ0048"}},
	{names: []string{"消防检测", "消防技术服务"}, weight: 22, items: []string{"ZJ0039"}},
	{names: []string{"房地产土地评估", "资产评估", "房地产估价"}, weight: 30, items: []string{"ZJ0019", "ZJ0045", "ZJ0113", "ZJ0114"}},
	{names: []string{"环境科技", "环保科技", "环境工程", "生态环境技术", "环保咨询"}, weight: 85, items: []string{"ZJ0050", "ZJ0049", "ZJ0055", "ZJ0059", "ZJ0056", "ZJ0052", "ZJ0053", "ZJ0057", "ZJ0058", "ZJ0060", "ZJ0051"}},
	{names: []string{"环境检测", "检测技术", "环境监测", "检测科技"}, weight: 60, items: []string{"ZJ0053", "ZJ0054", "ZJ0046", "ZJ0086", "ZJ0087", "ZJ0107"}},
	{names: []string{"水利勘测设计", "水土保持", "水务工程咨询", "水利工程咨询"}, weight: 42, items: []string{"ZJ0062", "ZJ0063", "ZJ0065", "ZJ0064", "ZJ0066", "ZJ0068", "ZJ0067", "ZJ0069", "ZJ0070", "ZJ0071"}},
	{names: []string{"林业规划设计", "林业调查规划", "生态林业技术"}, weight: 18, items: []string{"ZJ0072", "ZJ0073", "ZJ0075", "ZJ0074"}},
	{names: []string{"安全技术", "安全评价", "安全科技", "安全咨询"}, weight: 42, items: []string{"ZJ0076", "ZJ0079", "ZJ0078", "ZJ0077", "ZJ0080", "ZJ0047", "ZJ0118"}},
	{names: []string{"矿山安全检测", "安全检测检验"}, weight: 10, items: []string{"ZJ0081"}},
	{names: []string{"职业卫生技术", "职业健康技术服务", "卫生检测"}, weight: 20, items: []string{"ZJ0083", "ZJ0084", "ZJ0085", "ZJ0086"}},
	{names: []string{"公路勘察设计", "交通工程咨询", "交通科技"}, weight: 16, items: []string{"ZJ0089", "ZJ0090", "ZJ0091", "ZJ0092"}},
	{names: []string{"机动车检测", "机动车检验"}, weight: 30, items: []string{"ZJ0093", "ZJ0061", "ZJ0094", "ZJ0095"}},
	{names: []string{"防雷检测", "雷电防护技术"}, weight: 16, items: []string{"ZJ0096", "ZJ0097"}},
	{names: []string{"气象科技"}, weight: 4, items: []string{"ZJ0098", "ZJ0096"}},
	{names: []string{"地震工程", "防震减灾技术"}, weight: 4, items: []string{"ZJ0099"}},
	{names: []string{"文物保护工程", "古建筑设计"}, weight: 8, items: []string{"ZJ0101", "ZJ0100"}},
	{names: []string{"特种设备检验", "特种设备检测"}, weight: 5, items: []string{"ZJ0103", "ZJ0102", "ZJ0036"}},
	{names: []string{"检验检测", "产品质量检验", "食品检测"}, weight: 18, items: []string{"ZJ0107", "ZJ0106", "ZJ0105", "ZJ0104"}},
	{names: []string{"会计师事务所"}, suffix: []string{"有限公司", "（普通合伙）"}, kind: "律师或会计师事务所", weight: 30, items: []string{"ZJ0109", "ZJ0110", "ZJ0115", "ZJ0111", "ZJ0112"}},
	{names: []string{"农业检测", "种业检测"}, weight: 6, items: []string{"ZJ0117", "ZJ0116"}},
	{names: []string{"爆破工程"}, weight: 3, items: []string{"ZJ0082"}},
	{names: []string{"节能技术", "能源科技", "节能环保"}, weight: 22, items: []string{"ZJ0005", "ZJ0006", "ZJ0059"}},
	{names: []string{"公共技术服务中心", "检验检测中心", "评估评审中心"}, suffix: []string{""}, kind: "事业单位", class: "12", weight: 8, items: []string{"ZJ0007", "ZJ0051", "ZJ0006", "ZJ0104", "ZJ0097"}},
	{names: []string{"工程技术学会", "行业协会", "科技评价中心"}, suffix: []string{""}, kind: "社会组织", class: "52", weight: 4, items: []string{"ZJ0037", "ZJ0038", "ZJ0008"}},
}

// certificate is what an item's required qualification, where it names one, looks like
// on paper. The name is the words of the catalogue.
type certificate struct {
	words     string // in the required qualification
	name      string
	levels    []string
	letters   string // in the number
	issuer    string // follows the province
	specialty string // of those who sign
}

var certificates = []certificate{
	{"人防施工图审查资质", "人防施工图审查资质", nil, "人防审", "人民防空办公室", "一级注册结构工程师"},
	{"人防监理资质", "人防监理资质", []string{"甲级", "乙级", "丙级"}, "人防监", "人民防空办公室", "注册监理工程师"},
	{"测绘资质", "测绘资质", []string{"甲级", "乙级"}, "测资", "自然资源厅", "注册测绘师"},
	{"城乡规划编制资质", "城乡规划编制资质", []string{"甲级", "乙级"}, "规编", "自然资源厅", "注册城乡规划师"},
	{"地质灾害评估和治理工程勘查设计资质", "地质灾害评估和治理工程勘查设计资质", []string{"甲级", "乙级"}, "地灾", "自然资源厅", "注册土木工程师（岩土）"},
	{"工程勘察资质", "工程勘察资质", []string{"甲级", "乙级"}, "勘", "住房和城乡建设厅", "注册土木工程师（岩土）"},
	{"公路设计", "公路行业工程设计资质", []string{"甲级", "乙级", "丙级"}, "公设", "住房和城乡建设厅", "注册土木工程师（道路）"},
	{"工程设计资质", "工程设计资质", []string{"甲级", "乙级"}, "设", "住房和城乡建设厅", "一级注册建筑师"},
	{"建筑设计资质", "工程设计资质", []string{"甲级", "乙级"}, "设", "住房和城乡建设厅", "一级注册建筑师"},
	{"设计资质", "工程设计资质", []string{"甲级", "乙级"}, "设", "住房和城乡建设厅", "一级注册结构工程师"},
	{"施工图审查机构", "施工图审查机构认定", []string{"一类", "二类"}, "图审", "住房和城乡建设厅", "一级注册结构工程师"},
	{"工程监理资质", "工程监理资质", []string{"甲级", "乙级", "丙级"}, "监", "住房和城乡建设厅", "注册监理工程师"},
	{"建设工程质量检测机构资质", "建设工程质量检测机构资质", nil, "建检", "住房和城乡建设厅", "检测工程师"},
	{"房地产估价机构", "房地产估价机构备案", []string{"一级", "二级", "三级"}, "房估", "住房和城乡建设厅", "房地产估价师"},
	{"土地估价机构备案", "土地估价机构备案", nil, "土估", "自然资源厅", "土地估价师"},
	{"资产评估机构", "资产评估机构备案", nil, "资评", "财政厅", "资产评估师"},
	{"会计师事务所", "会计师事务所执业证书", nil, "会", "财政厅", "注册会计师"},
	{"工程咨询", "工程咨询单位备案", nil, "咨备", "发展和改革委员会", "咨询工程师（投资）"},
	{"注册造价工程师", "", nil, "", "", "一级注册造价工程师"},
	{"CMA", "检验检测机构资质认定（CMA）", nil, "CMA", "市场监督管理局", "检测工程师"},
	{"检测机构", "检验检测机构资质认定（CMA）", nil, "CMA", "市场监督管理局", "检测工程师"},
	{"检验机构资质", "种子检验机构资质", nil, "种检", "农业农村厅", "检验员"},
	{"特种设备检验机构核准", "特种设备检验机构核准", nil, "特检", "市场监督管理局", "特种设备检验师"},
	{"特种设备检验检测核准", "特种设备检验机构核准", nil, "特检", "市场监督管理局", "特种设备检验师"},
	{"安全评价机构资质", "安全评价机构资质", nil, "安评", "应急管理厅", "一级安全评价师"},
	{"安全生产检测检验资质", "安全生产检测检验资质", nil, "安检", "应急管理厅", "检测工程师"},
	{"职业卫生技术服务资质", "职业卫生技术服务资质", []string{"甲级", "乙级"}, "职卫", "卫生健康委员会", "职业卫生评价师"},
	{"放射卫生技术服务资质", "放射卫生技术服务资质", []string{"甲级", "乙级"}, "放卫", "卫生健康委员会", "放射卫生评价师"},
	{"雷电防护装置检测资质", "雷电防护装置检测资质", []string{"甲级", "乙级"}, "雷检", "气象局", "防雷检测员"},
	{"爆破作业安全评估资质", "爆破作业安全评估资质", nil, "爆评", "公安厅", "爆破工程师"},
	{"文物保护工程资质", "文物保护工程资质", []string{"甲级", "乙级"}, "文保", "文物局", "文物保护工程责任设计师"},
	{"考古发掘资质", "考古发掘资质", nil, "考古", "文物局", "考古领队"},
	{"林业调查规划", "林业调查规划设计资质", []string{"甲级", "乙级", "丙级"}, "林设", "林业和草原局", "林业调查规划师"},
	{"环评工程师", "", nil, "", "", "环境影响评价工程师"},
	{"环评编制单位", "", nil, "", "", "环境影响评价工程师"},
	{"消防技术服务机构", "", nil, "", "", "一级注册消防工程师"},
}
