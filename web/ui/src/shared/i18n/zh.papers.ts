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
};
