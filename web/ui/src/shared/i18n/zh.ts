/** The labels of glossary.md, and the sentences of the pages. One label per code word, everywhere. */
export const zh = {
  app: {
    name: '花都区网格化指挥',
    console: '事件指挥台',
    illustrative: '示意数据',
    illustrativeGrid: '示意网格',
    illustrativeGridWhy: '网格与边界为示意生成，非官方勘界成果',
  },
  thing: {
    incident: '事件', number: '事件编号', matter: '管理事项', criterion: '立案条件', filingCondition: '立案条件',
    closingCondition: '结案条件', limit: '处置时限', grid: '网格', gridCode: '网格编码', timeline: '办理过程',
    position: '存证序号', deadlineWhy: '时限说明', photos: '照片', reporter: '诉求人', holder: '当前承办',
    source: '来源', tier: '层级', stage: '环节', status: '状态', lamp: '灯', street: '街镇', community: '村居',
    place: '位置', address: '地址', severity: '紧急程度', description: '情况描述', occurredAt: '发生时间',
    reportedAt: '上报时间', filedAt: '立案时间', handledAt: '处置时间', closedAt: '结案时间', returns: '退单',
    transfers: '改派', reworks: '返工', extensions: '延期', routing: '派遣依据', candidates: '可派单位',
    policy: '规则版本', external: '外部编号', result: '处置反馈', unit: '单位', flag: '标记', facts: '基本情况',
    unplaced: '无坐标', version: '版本', intakeDesk: '立案单位', accuracy: '定位精度',
  },
  stage: {
    verifying: '待核实', intake: '待立案', dispatching: '待派遣', handling: '处置中', handling_unaccepted: '待签收',
    coordinating: '会商中', checking: '待核查', closing: '待结案',
  },
  step: { reported: '上报', verifying: '核实', intake: '立案', dispatching: '派遣', handling: '处置', checking: '核查', closing: '结案' },
  status: { open: '在办', closed: '已结案', declined: '不予立案', voided: '已作废', merged: '已并案' },
  tier: { community: '村居级', street: '街镇级', district: '区级' },
  lamp: { green: '绿灯', yellow: '黄灯', red: '红灯', grey: '灰灯' },
  lampMeans: { green: '正常', yellow: '临期', red: '超时', grey: '挂账' },
  source: {
    inspector: '网格员上报', hotline: '12345热线', citizen: '市民上报（小程序）', sensor: '物联感知', video: '视频巡屏',
    department: '部门转办', leader: '领导交办', media: '媒体曝光', campaign: '专项行动', emergency: '110非警务转办',
  },
  severity: { normal: '一般', urgent: '紧急', major: '重大' },
  role: {
    inspector: '网格员', community: '村居网格站', handler: '承办人', street: '街镇派遣员', district: '区派遣员',
    hotline: '热线专办员', supervisor: '督查员', screen: '大屏', admin: '系统管理员',
  },
  kind: {
    center: '指挥中心', station: '网格工作站', office: '街镇办（队）', branch: '派出机构', department: '职能部门', owner: '权属单位',
  },
  command: {
    report: '上报', confirm: '核实属实', refute: '核实不属实', file: '立案', decline: '不予立案', dispatch: '派遣',
    accept: '签收', handle: '处置反馈', return: '退单', transfer: '改派', escalate: '提级上报',
    'open-coordination': '提请会商', 'conclude-coordination': '会商办结', 'request-extension': '申请延期',
    'grant-extension': '同意延期', 'refuse-extension': '驳回延期', 'request-suspension': '申请挂账',
    'grant-suspension': '同意挂账', 'refuse-suspension': '驳回挂账', resume: '解除挂账', urge: '催办', supervise: '督办',
    reply: '督办回复', pass: '核查通过', fail: '核查不通过', close: '结案', reopen: '重办', void: '作废', merge: '并案',
    rate: '评价', appeal: '超时申诉', 'uphold-appeal': '申诉成立', 'reject-appeal': '申诉不成立', correct: '更正',
    'hand-over': '移交应急', comment: '批注', attach: '补充附件',
  },
  event: {
    reported: '上报', routed: '受理定责', confirmed: '核实属实', refuted: '核实不属实',
    filed: '立案', declined: '不予立案', dispatched: '派遣', delegated: '下派',
    accepted: '签收', handled: '处置反馈', returned: '退单', transferred: '改派',
    escalated: '提级上报', passed: '核查通过', failed: '核查不通过', closed: '结案',
    reopened: '重办', voided: '作废', commented: '批注', attached: '补充附件',
    warned: '临期提醒', expired: '超时',
  },
  flag: {
    unplaced: '无坐标', outside_grid: '网格外', relocated: '位置已迁移', no_criterion: '无立案条件', no_matter: '事项未定',
    calendar_not_published: '时限暂定', imported: '导入', simulated: '模拟', sent_later: '离线补传', pinned: '手工标点',
    place_in_doubt: '位置存疑', confidential: '匿名保密', closed_before_reported: '结案早于上报', not_found: '核实不属实',
    reopened: '重办中', difficult: '疑难件', suspended: '挂账中', overdue: '曾超时', on_the_spot: '自行处置',
  },
  returnCode: {
    misdispatched: '派遣有误', not_our_duty: '非本单位职责', wrong_place: '位置有误', owner_elsewhere: '权属另有单位',
    duplicate: '疑似重复', needs_support: '需要支援',
  },
  escalateCode: {
    beyond_power: '超出本级权限', needs_enforcement: '需要执法', cross_area: '跨区域', funds: '需要资金', not_ours: '非本级职责',
  },
  limitUnit: {
    urgent_minutes: '紧急分钟', urgent_hours: '紧急工作时', urgent_days: '紧急工作日', working_hours: '工作时',
    working_days: '工作日', natural_days: '自然日',
  },
  time: {
    stage: '环节时限', total: '总时限', accept: '签收时限', due: '截止', dueAt: '截止时间', left: '剩余 {t}', over: '已超时 {t}',
    none: '未计时', day: '天', hour: '小时', minute: '分', underMinute: '不足1分', joiner: '',
    suspended: '挂账中', why: '为什么是这个时间', from: '起算', counted: '计入', pausedFor: '停表', total_of: '合计',
    given: '截止时间由来文指定', calendar: '节假日安排版本 {v}', notPublished: '{year}年节假日安排尚未公布，时限为暂定',
    sentence: '{clock} {limit}，{from} 起算，截止 {due}。', hours: '{n} 小时', asOf: '数据截至 {t}', delayed: '数据已延迟 {t}',
    now: '现在', ago: '{t}前', justNow: '刚刚', notStarted: '立案后起算', stopped: '已停止', workingCount: '计 {t}',
    endedAt: '{t} 结束',
  },
  live: {
    connecting: '连接中', live: '实时', reconnecting: '重连中', stale: '数据已延迟', ended: '已断开',
    endedWhy: '登录已失效，请重新登录', offline: '离线', position: '存证序号 {p}', speed: '{n} 倍速',
  },
  login: {
    title: '登录', name: '账号', password: '密码', submit: '登录', failed: '账号或密码不正确', tooMany: '尝试过于频繁，请稍后再试',
    unreachable: '无法连接服务器，请检查网络', over: '登录已失效，请重新登录', lead: '一张网格，两级指挥，三级处置',
    show: '显示密码', hide: '隐藏密码',
  },
  top: {
    search: '搜索编号、地址、描述', filters: '筛选', saved: '常用筛选', language: 'English', theme: '外观', light: '浅色', dark: '深色', system: '跟随系统',
    logout: '退出登录', keys: '键盘快捷键', palette: '命令', newIncident: '上报事件', statistics: '统计', incidents: '事件', help: '帮助',
    wall: '指挥大屏', phone: '网格员手机端', skip: '跳到事件列表',
  },
  filter: {
    mine: '待办', open: '在办', all: '全部', add: '筛选', clear: '清除全部', save: '保存筛选', saveAs: '名称', saveName: '为这组筛选命名',
    remove: '移除 {what}', none: '无常用筛选', from: '上报起', to: '上报止', bbox: '地图框选范围', q: '包含“{q}”', overdue: '曾超时',
    any: '不限', delete: '删除“{what}”', holder: '承办单位', choose: '选择…', noMatch: '没有匹配项', period: '上报时间',
    today: '今日', week: '近7天', month: '近30天', apply: '应用', sort: '排序', sortDue: '先到期', sortNew: '最新上报', sortOld: '最早上报',
  },
  list: {
    left: '时限', what: '事件', where: '位置', holder: '环节 · 承办', loading: '正在载入…', empty: '没有符合条件的事件',
    emptyMine: '待办已清空', emptyMineWhy: '派到本单位的事件会自动出现在这里', emptyWhy: '试试放宽筛选条件', more: '继续载入',
    total: '共 {n} 件', totalMore: '超过 {n} 件', selected: '已选 {n} 件', fresh: '{n} 条新事件', show: '显示', error: '列表载入失败',
    retry: '重试', noPermission: '此账号不能查看事件', noPermissionWhy: '账号角色为“{role}”，请使用业务账号登录', gone: '已转出',
    selectAll: '全选已载入', clearSelection: '取消选择', place: '地点', changed: '有更新', rows: '事件列表', offline: '网络已断开，显示的是断开前的数据',
  },
  map: {
    label: '事件地图', box: '框选', boxHint: '拖动框选事件，按 Esc 取消', clearBox: '清除框选', home: '回到全区', noWebgl: '此设备无法显示地图，列表与全部功能照常可用',
    past: '回看', pastAt: '回看 {t}', pastHint: '正在查看过去时刻', backToNow: '回到现在', zoomIn: '放大', zoomOut: '缩小', legend: '图例', count: '{n} 件在办',
    clusters: '{n} 件', unplaced: '{n} 件无坐标', pin: '点击地图标出位置', hours: '过去 24 小时',
  },
  detail: {
    open: '打开详情页', close: '关闭', back: '返回列表', none: '从列表或地图选择一个事件', noneWhy: 'J / K 上下移动，Enter 打开，C 上报，Ctrl K 全部命令',
    notFound: '找不到这个事件', notFoundWhy: '编号有误，或不在您的管辖范围内', clocks: '时限', commands: '可办操作', noCommands: '当前没有您可办的操作',
    noCommandsWhy: '事件由 {holder} 承办', more: '更多', suggested: '建议派往', because: '因为', facts: '基本情况', factOf: '第 {v} 步',
    by: '经办', noPhotos: '没有照片', copy: '复制编号', copied: '已复制', copyLink: '复制链接', updated: '内容已更新', seeOnMap: '在地图上查看', photo: '照片 {n}',
    auto: '自动派遣', system: '系统', unknownGrid: '网格外', inCell: '{g} 格', elapsed: '受理已历时 {t}', steps: '{n} 步', showAll: '展开全部', closedIn: '历时 {t}',
    previous: '上一件', next: '下一件', journey: '流程', late: '超期签收', before: '原为', tierChange: '{a} → {b}',
  },
  form: {
    note: '备注', reason: '原因', unit: '派往单位', code: '原因类别', result: '处置情况', text: '内容', until: '挂账至', question: '事项', replyBy: '回复期限',
    answer: '回复内容', units: '参会单位', lead: '主办单位', helpers: '协办单位', into: '并入事件编号', score: '评分', agency: '移交单位', receipt: '移交回执号', rest: '剩余事项',
    field: '更正字段', value: '更正为', conditionMet: '现场已满足结案条件', condition: '结案条件', submit: '确定', cancel: '取消', submitting: '提交中…', required: '必填',
    done: '已{what}', photos: '添加照片', by: '评价人', optional: '选填', reachable: '可派单位', others: '其他可达单位', suggested: '建议', unknownOutcome: '网络中断，结果未知。再次提交不会重复办理。',
    criterionRequired: '请选择立案条件', noCriteria: '该事项尚无立案条件，无法立案', matter: '管理事项', searchMatter: '输入名称或代码', confidential: '匿名保密',
    location: '位置', locationHint: '在地图上点击，或填写坐标', lng: '经度', lat: '纬度', located: '{street} · {community} · {grid} 格', outside: '此处不在任何网格内，将由区指挥中心受理',
    occurredAt: '发生时间', reporterName: '姓名', reporterPhone: '电话', onTheSpot: '已自行处置', title: '上报事件', sent: '已上报，编号 {n}', sendAnother: '再报一件', viewIt: '查看',
    descriptionHint: '看到了什么、在哪里、影响多大', severity: '紧急程度', source: '来源', uploading: '照片上传中…', photoFailed: '照片上传失败', dropHint: '可拖入照片',
  },
  conflict: {
    title: '该事件刚被更新，您的操作未生效', detail: '您填写时事件又有 {n} 步新进展：', keep: '按最新情况继续', discard: '放弃',
  },
  bulk: {
    title: '批量{what}', hint: '对 {n} 件事件逐一执行，互不影响', run: '执行', running: '执行中 {done}/{n}', ok: '成功', refused: '未生效', notAllowed: '此环节不可办', finished: '{ok} 件成功，{bad} 件未生效',
    drop: '拖到单位上派遣', dropHint: '把选中的事件拖到这里', close: '完成',
  },
  palette: {
    placeholder: '输入命令、编号、单位或事件内容', empty: '没有匹配的命令', incidents: '事件', commands: '当前事件', go: '前往', view: '查看', hint: '↑↓ 选择 · Enter 执行 · Esc 关闭',
    searching: '查找中…', selection: '已选事件',
  },
  keys: {
    title: '键盘快捷键', list: '列表', global: '全局', incident: '当前事件', move: '上下移动', select: '选择', open: '打开详情', search: '搜索', sheet: '本页', closeIt: '关闭', range: '全选已载入',
    silent: '输入文字时单键不触发命令', page: '事件详情页',
  },
  stats: {
    title: '统计', by: '按', street: '街镇', community: '村居', unit: '单位', matter: '事项', source: '来源', tier: '层级', day: '日期', from: '起', to: '止', reading: '口径', fact: '事实口径', exempted: '考核口径',
    chart: '图', table: '表', empty: '这段时间没有事件', na: '—', naWhy: '无基数', name: '名称', total: '合计', denominators: '灰色小字为 分子/分母，率由其计算，合计不对率取平均', thisMonth: '本月', lastMonth: '上月', sevenDays: '近7天', today: '今日',
    metric: '指标', asOf: '截至存证序号 {p}', load: '统计载入失败',
  },
  indicator: {
    reported: '上报数', filed: '立案数', filed_on_time: '按时立案率', accurate_filing: '准确立案率', to_be_dispatched: '应派遣数', dispatched: '派遣数', dispatched_on_time: '按时派遣率',
    accurate_dispatch: '准确派遣率', signed_on_time: '签收及时率', accepted_on_time: '签收及时率', to_be_handled: '应处置数', handled: '处置率', handled_on_time: '按期处置率', overdue: '超时数',
    overdue_unhandled: '超期未处置率', rework: '返工率', reworks: '返工数', extension: '延期率', suspended_stock: '挂账存量', to_be_closed: '应结案数', closed: '结案率', closed_on_time: '按期结案率',
    verified_on_time: '按时核实率', checked_on_time: '按时核查率', valid_reports: '有效上报数', found_by_ourselves: '主动发现率', returns: '退单数', return_rate: '退单率', recurrence: '回潮率',
    satisfied: '满意率', open: '在办数', declined: '不予立案数', voided: '作废数', median: '中位时长', p90: '九成时长',
  },
  indicatorCount: {
    reported: '上报数', filed: '立案数', dispatched: '派遣数', handled: '处置数', closed: '结案数', overdue: '超时数', returns: '退单数', reworks: '返工数',
  },
  error: {
    unreachable: '无法连接服务器', unreachableWhy: '请检查网络；恢复后会自动继续', server: '服务器暂时无法处理', serverWhy: '请稍后重试', forbidden: '您的岗位不能执行此操作', overloaded: '系统繁忙，请稍后重试',
    notFound: '不存在或不可见', invalid: '填写有误', unknown: '操作未生效',
  },
  refusal: {
    not_the_holder: '不能办理：该事件不由您所在的单位承办。',
    wrong_stage: '不能办理：事件已不在此环节。',
    criterion_required: '不能立案：请选择立案条件。',
    not_within_reach: '不能派遣：该单位不在本级派遣范围内。',
    handled_by_yourself: '不能核查：您是该事件的处置人（核处分离）。',
    closing_condition: '不能结案：未勾选结案条件。',
    key_reused: '这次提交与之前的内容不一致，请重新提交。',
    not_allowed: '您的岗位不能执行此操作。',
    window_over: '不能重办：已超过重办期限。',
    difficult: '疑难件须经会商才能流转。',
    request_pending: '有申请待审批，暂不能办理。',
  },
  common: { yes: '是', no: '否', none: '无', cancel: '取消', close: '关闭', retry: '重试', loading: '载入中…', of: '{a} / {b}', separator: ' · ' },
} as const;

type Texts<T> = { readonly [K in keyof T]: T[K] extends string ? string : Texts<T[K]> };
/** The shape every language fills completely; a missing key does not compile. */
export type Messages = Texts<typeof zh>;
