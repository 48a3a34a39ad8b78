/** The words of the what-if page and of the ready reports. */
export const papers = {
  whatif: {
    nav: '规则推演', title: '规则推演', lead: '把真实的历史放到另一套规则下重新推演。只读，不改变任何数据。',
    period: '上报时间', from: '起', to: '止', run: '开始推演', again: '再次推演', cancel: '取消', rules: '改动的规则', asThen: '沿用当时', changedRows: '改动 {n} 处', file: '已选 {name}', nothing: '未改动任何规则：推演结果应与历史逐条一致',
    edit: '修改', upload: '选择 CSV', download: '下载现行表', clear: '恢复', name: '参数', normal: '一般', urgent: '紧急', value: '值', meaning: '含义', was: '现行 {v}',
    reading: '正在读取账本', asking: '正在推演', progress: '{done} / {all} 条事实', speed: '每秒 {n} 条', failed: '推演未完成', cancelled: '已取消',
    then: '当时', now: '新规则', change: '变化', onTime: '按时率', counts: '数量', better: '变好', worse: '变差', same: '不变',
    differ: '{n} 件不同', of: '共 {incidents} 件、{facts} 条事实', differing: '结果不同的事件', noDiffer: '没有事件与当时不同', why: '首个差别', outcome: '结果变化', sameOutcome: '结果未变', number: '事件编号',
    units: '各单位承办量', unit: '单位', load: '派遣数', expired: '处置超时', refusedBy: '新规则不允许的操作', count: '次数', reason: '原因', command: '操作', away: '因情况已变不再发生的操作：{n}', unlike: '未能复现的事件（两侧均按历史计）：{n}', assumptions: '推演假设',
    total: '总时限', all: '列出全部 {n} 件', positionTo: '推演至存证序号 {p}，{at}', badTable: '规则表有错误', lines: '另有 {n} 处', waiting: '前面还有一次推演正在进行',
  },
  whatifCount: {
    expired: '超时次数', warned: '临期提醒', returns: '退单', difficult: '疑难件', extensions: '延期', suspensions: '挂账', dispatched: '派遣', handled: '处置', closed: '结案', open: '仍在办',
  },
  reports: {
    nav: '报表', title: '报表', entries: '条', none: '这段时间没有符合条件的记录', ninety: '近90天', within: '红灯前', month: '月份', state: '状态', read: '查看', soFar: '本月，截至目前', whole: '整月', paper: '打印版',
    afterRed: '超时 {t} 后', byLeader: '值班长办理', dueAt: '截止 {t}', left: '距超时 {t}', nobody: '无需审批', hidden: '（保密）', undone: '已撤销', ended: '已办结', laterRed: '其后超时', dueNow: '改至 {t}',
    days: '{n} 天', ofLimit: '占时限 {t} 的 {p}', closedAt: '{t} 结案', allThree: '派遣、核查、结案同一人', position: '存证序号 {p}', asOf: '截至存证序号 {p}，{at}', over: '{a} 天以上', between: '{a}–{b} 天',
  },
  reportName: { bulletin: '月度运行通报', unusual: '临期异常操作', suspended: '挂账存量', reopened: '快结又来', 'one-hand': '一人经手', 'caller-views': '诉求人信息查看' },
  reportRule: {
    bulletin: '全区、街镇、单位、事项与热线的月度运行情况，事实口径与考核口径并列，附同比、环比。',
    unusual: '红灯前一段时间内的作废、并案、挂账、延期、更正等操作，以及红灯之后由值班长办理的同类操作：谁做的、谁同意的、后来如何。',
    suspended: '正在挂账的事件，按时长与事由排列，附下一次复核时间。', reopened: '处置用时极短、结案之后又重办、回潮或被再次投诉的事件。',
    'one-hand': '同一个人在同一事件上先后承担派遣、处置、核查、结案中两个以上岗位。', 'caller-views': '每一次查看诉求人姓名与电话：谁、何时、为何。',
  },
  reportColumn: {
    number: '事件编号', what: '事项与地点', act: '操作', left: '距时限', by: '经办人', approved: '批准人', reason: '理由', became: '后来', age: '已挂账', ground: '事由', holder: '承办单位', until: '挂账至', review: '下次复核',
    back: '又来', used: '处置用时', after: '结案后', parts: '承担的岗位', closed: '结案时间', viewed: '查看时间', subject: '事件 / 工单', street: '街镇',
  },
  actKind: { void: '作废', merge: '并案', suspend: '挂账', extend: '延期', correct: '更正', hand_over: '移交应急', transfer: '改派', escalate: '提级上报', return: '退单' },
  backKind: { reopened: '重办', spot_check: '抽查发现虚假处置', recurrence: '回潮', repeat_complaint: '重复投诉' },
  handPart: { dispatch: '派遣', handle: '处置', check: '核查', close: '结案' },
  viewedKind: { incident: '事件', ticket: '热线工单' },
};
