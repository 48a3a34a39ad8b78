/** The sentences of the phone, in both languages; words for codes are the shared ones. */
export const zh = {
  title: '网格员',
  here: '你在 {place}', grid: '{community} {grid} 格', outsideOwn: '本社区网格以外', outsideAll: '网格以外，将由区指挥中心受理', locating: '正在定位…',
  denied: '定位未授权', deniedWhy: '可在地图上手工标点', noFix: '暂时收不到定位', accuracy: '精度 ±{n} 米', retryFix: '重新定位',
  metre: '米', kilometre: '公里', unplaced: '无坐标',
  shoot: '拍照上报', noPhoto: '不拍照', today: '今日任务', all: '全部', verify: '核实', check: '核查', handle: '处置', byTime: '按时限', byDistance: '按距离',
  empty: '今天的任务都办完了', emptyWhy: '派到本社区的核实、核查任务会自动出现在这里', emptyKind: '没有{what}任务',
  loading: '正在载入任务…', failed: '任务载入失败', failedWhy: '上报不受影响：没有网络也可以先上报', asOf: '数据截至 {t}',
  denyTitle: '此账号不能巡查上报', denyWhy: '账号角色为“{role}”，请使用网格员或村居工作站账号', toConsole: '前往指挥台', toWall: '打开大屏',
  offline: '离线', pending: '{n} 条待传', offlinePending: '离线 · {n} 条待传', sending: '正在上传 {n} 条', stuck: '{n} 条需要处理', sessionOver: '登录已失效，联网后请重新登录', relogin: '重新登录',
  report: '上报事件', photos: '照片', addPhoto: '拍照', gallery: '从相册选', removePhoto: '删除照片 {n}', what: '是什么', chooseMatter: '选择管理事项', change: '更改', recent: '最近用过', search: '搜索，如 井盖、垃圾', noMatter: '没有匹配的事项', activated: '常用', criterion: '具体情形',
  where: '在哪里', pin: '在地图上标点', usePhone: '改用手机定位', pinned: '手工标点', address: '补充位置，如 公益路 12 号门前', describe: '补充说明', describeHint: '看到了什么、影响多大（选填）', severity: '紧急程度', spot: '已自行处置', spotWhy: '现场已处理好，拍照为证，直接待核查',
  send: '上报', lack: '还差：{what}', lackMatter: '管理事项', lackPlace: '位置', lackPhotos: '处置后照片', draftKept: '草稿已保存', discard: '放弃草稿', discardAsk: '放弃这份草稿？照片也会删除。', keep: '保留', resume: '有一份未完成的上报', resumeGo: '继续填写', photoFailed: '这张照片无法读取',
  dupTitle: '附近 50 米内有 {n} 件相同事项', dupWhy: '如果是同一件事，补充到已有事件即可', dupAdd: '补充到这一件', dupAdded: '补充照片与说明',
  holdTitle: '{n} 秒后发送', holdWhy: '现在还可以撤回修改', undo: '撤回', sendNow: '立即发送', queued: '已存入待传', queuedWhy: '联网后自动上传，不会丢失', sentTitle: '已上报', sentNumber: '编号', sentWhy: '可在待核查阶段继续跟进', uploading: '正在上传照片 {a}/{b}', sendingText: '正在发送…', refused: '未被受理', another: '再报一件', toHome: '回到任务', see: '查看事件',
  outbox: '待传', outboxEmpty: '没有待传内容', outboxEmptyWhy: '上报和办理结果都已送达', stepText: '文字', stepPhoto: '照片 {a}/{b}', stepDone: '已送达', waitRetry: '将自动重试', retry: '立即重试', retryAll: '全部重试', remove: '删除', removeAsk: '删除后无法找回。确定删除？', edit: '修改', heldFor: '{n} 秒后发送', problemUnreachable: '没有网络', problemLogin: '等待重新登录', problemPhoto: '照片已不在手机上', sentList: '最近已送达', queuedAt: '{t} 存入',
  task: '任务', navigate: '地图', distance: '距此 {d}', facts: '基本情况', doConfirm: '核实属实', doRefute: '核实不属实', doPass: '核查通过', doFail: '核查不通过', reason: '原因', reasonHint: '现场看到了什么', reasonNeeded: '请填写原因', note: '说明（选填）', proof: '现场照片', submit: '提交', noCommands: '当前没有您可办的操作', noCommandsWhy: '由 {holder} 承办', queuedCommand: '{what}：已存入待传', doneCommand: '{what}：已办理', notFound: '找不到这个事件', cached: '离线，显示的是上次看到的内容', result: '处置反馈', closing: '结案条件', before: '处置前', after: '处置后', reported: '上报于 {t}', history: '办理过程',
  quickRefute: '现场未发现 / 地址不存在 / 已自行消除 / 不属于网格事项', quickFail: '未处置 / 处置不彻底 / 处置后照片与现场不符', quickPass: '现场已恢复',
  me: '我的', unit: '单位', account: '账号', language: '语言', duty: '位置只在打开本页时使用，不记录轨迹', version: '可离线使用', logoutAsk: '退出后，待传内容仍留在手机上，需用同一账号登录后上传。', back: '返回', close: '关闭', login: '网格员登录', loginLead: '上报、核实、核查，断网也能办', mapLoading: '地图载入中…', mapOffline: '没有网络，显示本社区网格', pinHint: '拖动地图，让十字对准位置', pinOk: '就在这里', toMe: '回到我的位置', noMap: '地图暂时打不开',
} as const;

type Same<T> = { readonly [K in keyof T]: string };

export const en: Same<typeof zh> = {
  title: 'Inspector',
  here: 'You are in {place}', grid: '{community}, grid {grid}', outsideOwn: 'outside your community’s grids', outsideAll: 'Outside every grid; the district center takes it in', locating: 'Finding your place…',
  denied: 'No permission to locate', deniedWhy: 'You can set a pin on the map', noFix: 'No position at the moment', accuracy: 'within {n} m', retryFix: 'Locate again',
  metre: 'm', kilometre: 'km', unplaced: 'no coordinates',
  shoot: 'Photo report', noPhoto: 'No photo', today: 'Today', all: 'All', verify: 'Verify', check: 'Check', handle: 'Handle', byTime: 'By time', byDistance: 'By distance',
  empty: 'All of today’s tasks are done', emptyWhy: 'What your community must verify or check appears here by itself', emptyKind: 'Nothing to {what}',
  loading: 'Loading tasks…', failed: 'Tasks could not be loaded', failedWhy: 'You can still report: it is sent when the network is back', asOf: 'As of {t}',
  denyTitle: 'This account makes no inspections', denyWhy: 'Its role is “{role}”; please use an inspector’s or a station’s account', toConsole: 'Open the console', toWall: 'Open the wall',
  offline: 'Offline', pending: '{n} to send', offlinePending: 'Offline · {n} to send', sending: 'Sending {n}', stuck: '{n} need you', sessionOver: 'The session is over; log in again when online', relogin: 'Log in',
  report: 'Report', photos: 'Photos', addPhoto: 'Camera', gallery: 'Album', removePhoto: 'Remove photo {n}', what: 'What', chooseMatter: 'Choose the matter', change: 'Change', recent: 'Recent', search: 'Search, e.g. 井盖', noMatter: 'No such matter', activated: 'Common', criterion: 'Which case',
  where: 'Where', pin: 'Set a pin', usePhone: 'Use the phone’s position', pinned: 'Pinned by hand', address: 'Address, landmark', describe: 'Details', describeHint: 'What you see, how bad it is (optional)', severity: 'Severity', spot: 'Settled on the spot', spotWhy: 'Already put right, with photos; goes straight to checking',
  send: 'Report', lack: 'Missing: {what}', lackMatter: 'matter', lackPlace: 'place', lackPhotos: 'photos after', draftKept: 'Draft kept', discard: 'Discard', discardAsk: 'Discard this draft and its photos?', keep: 'Keep', resume: 'A report was not finished', resumeGo: 'Continue', photoFailed: 'This picture cannot be read',
  dupTitle: '{n} like it within 50 m', dupWhy: 'If it is the same, add to that one instead', dupAdd: 'Add to this one', dupAdded: 'Photos and notes added',
  holdTitle: 'Sending in {n} s', holdWhy: 'You can still take it back', undo: 'Undo', sendNow: 'Send now', queued: 'Kept for sending', queuedWhy: 'It is sent when the network is back and cannot be lost', sentTitle: 'Reported', sentNumber: 'Number', sentWhy: 'You will see it again when it is to be checked', uploading: 'Sending photo {a}/{b}', sendingText: 'Sending…', refused: 'Not accepted', another: 'Report another', toHome: 'Back to tasks', see: 'View',
  outbox: 'Outbox', outboxEmpty: 'Nothing to send', outboxEmptyWhy: 'Everything has arrived', stepText: 'Text', stepPhoto: 'Photos {a}/{b}', stepDone: 'Arrived', waitRetry: 'retries by itself', retry: 'Retry now', retryAll: 'Retry all', remove: 'Delete', removeAsk: 'It cannot be recovered. Delete it?', edit: 'Edit', heldFor: 'Sending in {n} s', problemUnreachable: 'No network', problemLogin: 'Waiting for log-in', problemPhoto: 'The photo is gone', sentList: 'Arrived lately', queuedAt: 'kept {t}',
  task: 'Task', navigate: 'Map', distance: '{d} away', facts: 'Facts', doConfirm: 'Confirm', doRefute: 'Refute', doPass: 'Pass', doFail: 'Fail', reason: 'Reason', reasonHint: 'What you see there', reasonNeeded: 'Please give the reason', note: 'Note (optional)', proof: 'Photos from the place', submit: 'Submit', noCommands: 'Nothing for you to do now', noCommandsWhy: 'Held by {holder}', queuedCommand: '{what}: kept for sending', doneCommand: '{what}: done', notFound: 'There is no such incident', cached: 'Offline: this is what was last seen', result: 'What was done', closing: 'Closing condition', before: 'Before', after: 'After', reported: 'Reported {t}', history: 'Timeline',
  quickRefute: 'Not found on site / No such address / Gone by itself / Not a grid matter', quickFail: 'Nothing was done / Not done thoroughly / Photos differ from the place', quickPass: 'Restored',
  me: 'Me', unit: 'Unit', account: 'Account', language: 'Language', duty: 'Your place is used only while this page is open; no track is kept', version: 'Works offline', logoutAsk: 'What is still to be sent stays on this phone; log in with the same account to send it.', back: 'Back', close: 'Close', login: 'Inspector log-in', loginLead: 'Report, verify, check — also without a network', mapLoading: 'Loading the map…', mapOffline: 'No network: your community’s grids', pinHint: 'Move the map until the cross is on the place', pinOk: 'Here', toMe: 'Back to my place', noMap: 'The map cannot be shown',
};
